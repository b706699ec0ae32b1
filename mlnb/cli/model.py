"""`mlnb model ...`: a model's card, and taking a model elsewhere."""

from __future__ import annotations

from pathlib import Path

import click

from mlnb.cli.options import json_option, open_store, store_option


@click.group()
def model() -> None:
    """Look at a model, its card and its notes, or take it elsewhere."""


@model.command()
@click.argument("name", metavar="MODEL")
@json_option
@store_option
def show(name: str, *, as_json: bool) -> None:
    """Show what is in use, on what evidence, the versions and every decision."""
    from mlnb.cli.models import show_models

    show_models(name, as_json=as_json)


@model.command()
@click.argument("ref", metavar="MODEL@ALIAS|MODEL/VERSION")
@click.argument("text", required=False)
@store_option
def note(ref: str, text: str | None) -> None:
    """Set the notes on a version's card.

    Without TEXT an editor opens with the notes as they are.
    """
    from mlnb import registry
    from mlnb.registry import references
    from mlnb.store import query

    opened = open_store()
    if text is None:
        before = query.record(opened, references.run_behind(opened, ref))["note"]
        text = click.edit(before or "", extension=".md")
        if text is None or text.strip() == (before or "").strip():
            click.echo("the notes are as they were")
            return
    version = registry.annotate(ref, text.strip(), store=opened)
    click.echo(f"the notes of {version.model}/{version.version} are kept")


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
