"""What commands print: tables for people, JSON for programs (never a mixture of both)."""

from __future__ import annotations

import json
import math
import sys
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
    """Where tables go; a file or a pipe is as wide as it takes."""
    from rich.console import Console

    return Console() if sys.stdout.isatty() else Console(width=200)


def print_table(
    columns: Sequence[str],
    rows: Iterable[Sequence[Any]],
    *,
    title: str | None = None,
    keep: int | None = None,
) -> None:
    """A table: numbers to the right, statuses coloured, nothing cut off.

    The columns after the first `keep` that find no room on the terminal are left out, and counted below.
    """
    from rich.table import Table
    from rich.text import Text

    listed = [list(row) for row in rows]
    out = console()
    fitting = len(columns) if keep is None else _fitting(columns, listed, keep, out.width)
    table = Table(box=None, pad_edge=False, header_style="dim")
    for place, column in enumerate(columns[:fitting]):
        numeric = any(is_number(row[place]) for row in listed)
        table.add_column(column, justify="right" if numeric else "left", no_wrap=True, overflow="fold")
    for row in listed:
        table.add_row(*(Text(show(value), style=STYLES.get(str(value), "")) for value in row[:fitting]))
    if title:
        out.print(Text(title, style="bold"), soft_wrap=True)
    out.print(table)
    if fitting < len(columns):
        out.print(f"[dim]and {len(columns) - fitting} more columns, in --json", highlight=False)


def _fitting(columns: Sequence[str], rows: Sequence[Sequence[Any]], keep: int, room: int) -> int:
    used = 0
    for place, column in enumerate(columns):
        used += max([len(column), *(len(show(row[place])) for row in rows)]) + 2
        if used > room + 2 and place >= keep:
            return place
    return len(columns)


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
