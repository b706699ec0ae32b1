"""A data fingerprint with its columns' profiles, and what changed between two of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mlnb.widgets import digits, drawing
from mlnb.widgets.bundle import forms
from mlnb.widgets.markup import BAD, GOOD, element, escape, faint, frame, table

if TYPE_CHECKING:
    from mlnb.capture.difference import Difference
    from mlnb.capture.fingerprints import Fingerprint
    from mlnb.events import ColumnProfile

MOST_COLUMNS: Final = 30


def fingerprint(found: Fingerprint) -> dict[str, Any]:
    return forms(_plain(found), _html(found))


def difference(found: Difference) -> dict[str, Any]:
    color = GOOD if not found else BAD if found.outcome == "changed" else "inherit"
    said = element("b", escape(found.outcome), f"color:{color}")
    rows = [
        [escape(what), ", ".join(element("code", escape(name)) for name in names)]
        for what, names in (
            ("columns changed", found.changed),
            ("of another type", found.retyped),
            ("columns added", found.added),
            ("columns removed", found.removed),
        )
        if names
    ]
    if found.rows_before != found.rows_after:
        rows.append(["rows", f"{_count(found.rows_before)} → {_count(found.rows_after)}"])
    if found.rows_added or found.rows_removed:
        rows.append(["rows that came and went", f"+{found.rows_added:,} −{found.rows_removed:,}"])
    return forms(str(found), frame(f"<div>{said}</div>", table((), rows) if rows else ""))


def _html(found: Fingerprint) -> str:
    shape = "" if found.rows is None else f"{found.rows:,} rows × {found.columns_count:,} columns"
    place = " · ".join(filter(None, [found.type, shape, digits.size(found.bytes)]))
    head = f"<div><b>{escape(found.name or 'data')}</b> {element('code', found.digest)} {faint(place)}</div>"
    if not found.columns:
        return frame(head)
    titles = ["column", "type", "nulls", "distinct", "least", "mean ± std", "greatest", "", "digest"]
    rows = [_row(column) for column in found.columns[:MOST_COLUMNS]]
    more = len(found.columns) - MOST_COLUMNS
    rest = f"<div>{faint(f'{more} more columns in .columns')}</div>" if more > 0 else ""
    return frame(head, table(titles, rows, numbers=(2, 3, 4, 5, 6)), rest)


def _row(column: ColumnProfile) -> list[str]:
    spread = ""
    if column.mean is not None:
        spread = digits.number(column.mean)
        spread += "" if column.std is None else f" ± {digits.number(column.std)}"
    bars = drawing.histogram(column.histogram[1]) if column.histogram else ""
    return [
        f"<b>{escape(column.name)}</b>",
        faint(column.type),
        faint("0") if not column.nulls else f"{column.nulls:,}",
        _count(column.distinct),
        _bound(column.min),
        spread,
        _bound(column.max),
        bars,
        element("code", escape(column.digest[:8])),
    ]


def _plain(found: Fingerprint) -> str:
    lines = [repr(found)]
    width = max((len(column.name) for column in found.columns[:MOST_COLUMNS]), default=0)
    for column in found.columns[:MOST_COLUMNS]:
        facts = [
            f"{_bound(column.min)} … {_bound(column.max)}" if column.min is not None else "",
            f"{column.distinct:,} distinct" if column.distinct is not None else "",
            f"{column.nulls:,} null" if column.nulls else "",
        ]
        said = ", ".join(filter(None, facts))
        lines.append(f"  {column.name:{width}}  {column.digest[:8]}  {column.type:8}  {said}".rstrip())
    if len(found.columns) > MOST_COLUMNS:
        lines.append(f"  … {len(found.columns) - MOST_COLUMNS} more columns in .columns")
    return "\n".join(lines)


def _bound(value: float | str | None) -> str:
    return "" if value is None else escape(value[:24]) if isinstance(value, str) else digits.number(value)


def _count(value: int | None) -> str:
    return "" if value is None else f"{value:,}"
