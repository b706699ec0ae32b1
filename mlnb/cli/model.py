"""`mlnb model ...`: a model's card, and taking a model elsewhere."""

from __future__ import annotations

from pathlib import Path

import click

from mlnb.cli.options import open_store, store_option


@click.group()
def model() -> None:
    """Read a model's card, or take the model elsewhere."""


@model.command()
@click.argument("ref", metavar="MODEL@ALIAS|MODEL/VERSION")
@click.option("--html", "as_html", is_flag=True, help="Print a whole HTML page instead of Markdown.")
@store_option
def card(ref: str, *, as_html: bool) -> None:
    """Print what is recorded about a model's version."""
    from mlnb import registry

    page = registry.card(ref, store=open_store())
    click.echo(page.html if as_html else page.markdown)


@model.command()
@click.argument("ref", metavar="MODEL@ALIAS|MODEL/VERSION|RUN")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--format",
    "form",
    default="folder",
    show_default=True,
    metavar="folder|skops|mlflow|onnx",
    help="The form to write it in.",
)
@click.option("--trust", is_flag=True, help="Load it even if its format can run code.")
@store_option
def export(ref: str, folder: Path, form: str, *, trust: bool) -> None:
    """Write a model to a new folder, in a form that needs no mlnb."""
    from mlnb import registry

    written = registry.export(ref, folder, format=form, trusted=trust, store=open_store())
    names = ", ".join(sorted(path.name for path in written.iterdir()))
    click.echo(f"{written}: {names}")
