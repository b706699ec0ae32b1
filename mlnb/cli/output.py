"""What commands print: tables for people, JSON for programs (never a mixture of both)."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from rich.console import Console

STYLES = {"finished": "green", "failed": "red", "killed": "magenta", "running": "yellow"}


def print_json(value: Any) -> None:
    """JSON that every reader takes: NaN and infinities as text, times as ISO 8601 in UTC."""
    click.echo(json.dumps(plain(value), indent=2, ensure_ascii=False))


def plain(value: Any) -> Any:
    """`value` with nothing in it but what JSON has."""
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else ("Infinity" if value > 0 else "-Infinity")
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    if isinstance(value, str | int | float | bool | None):
        return value
    if hasattr(value, "item"):
        return plain(value.item())
    return str(value)


def console() -> Console:
    """Where tables go."""
    from rich.console import Console

    return Console()


def print_table(
    columns: Sequence[str], rows: Iterable[Sequence[Any]], *, title: str | None = None
) -> None:
    """A table as wide as the terminal; numbers to the right, statuses coloured."""
    from rich.table import Table
    from rich.text import Text

    listed = [list(row) for row in rows]
    table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False, header_style="dim")
    for place, column in enumerate(columns):
        numeric = any(is_number(row[place]) for row in listed)
        table.add_column(column, justify="right" if numeric else "left", overflow="ellipsis", no_wrap=True)
    for row in listed:
        table.add_row(*(Text(show(value), style=STYLES.get(str(value), "")) for value in row))
    console().print(table)


def show(value: Any) -> str:
    """One value in a cell of a table."""
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.5g}"
    if isinstance(value, datetime):
        return value.astimezone().strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, Mapping | list):
        return json.dumps(plain(value), ensure_ascii=False)
    return str(value)


def seconds(value: float | None) -> str:
    """A duration: `0.42 s`, `3 min 20 s`."""
    if value is None:
        return ""
    if value < 60:
        return f"{value:.2g} s" if value < 1 else f"{value:.1f} s"
    minutes, rest = divmod(round(value), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"


def is_number(value: Any) -> bool:
    """Whether a column with this value stands to the right."""
    return isinstance(value, int | float) and not isinstance(value, bool)
