"""Options that several commands share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import click

from mlnb import config

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from mlnb.store import Store

F = TypeVar("F", bound="Callable[..., Any]")


def _configure(_context: click.Context, _parameter: click.Parameter, value: str | None) -> None:
    if value is not None:
        config.configure(store=value)


store_option = click.option(
    "--store",
    metavar="FOLDER",
    expose_value=False,
    callback=_configure,
    help="The store to use, instead of the nearest .mlnb/.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def open_store(folder: Path | None = None) -> Store:
    """The store of the working folder, or of `folder`."""
    from mlnb.store import Store

    return Store.open(config.load(folder).store)
