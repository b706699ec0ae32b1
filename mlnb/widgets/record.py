"""One run: what went in, what came out, its curves, and where it comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mlnb.tracking.doubled import doubled
from mlnb.widgets import digits, drawing
from mlnb.widgets.bundle import forms
from mlnb.widgets.markup import BAD, dot, element, escape, faint, folded, frame, heading, side_by_side, table

if TYPE_CHECKING:
    from mlnb.tracking import RunRecord

MOST_ROWS: Final = 20
MOST_CURVES: Final = 4
CURVE_POINTS: Final = 160


def bundle(run: RunRecord) -> dict[str, Any]:
    return forms(plain(run), html(run))


def plain(run: RunRecord) -> str:
    lines = [repr(run)]
    for name in run.curves[:MOST_CURVES]:
        curve = run.history(name)["value"].tolist()
        lines.append(f"  {drawing.text_sparkline(curve)}  {name} {digits.counted(len(curve), 'point')}")
    return "\n".join(lines)


def html(run: RunRecord) -> str:
    from mlnb.store import query

    record = query.record(run.store, run.run_id)
    names = run.curves
    charts = []
    for name in names[:MOST_CURVES]:
        curve = run.history(name, CURVE_POINTS)
        charts.append(
            drawing.chart(name, [drawing.Curve(name, curve["step"].tolist(), curve["value"].tolist())])
        )
    more = len(names) - MOST_CURVES
    return frame(
        _head(record),
        side_by_side(
            [
                _section("Metrics", _metrics(_once(record["metrics_detail"], "last")), numbers=(1, 2)),
                _section("Parameters", _params(_once(record["params_detail"], "value")), numbers=(1,)),
            ]
        ),
        side_by_side(charts),
        f"<div>{faint(f'{more} more curves: .plot() draws them all')}</div>" if more > 0 else "",
        _data(record["datasets"]),
        _kept(record),
    )


def _once(rows: list[dict[str, Any]], value: str) -> list[dict[str, Any]]:
    repeated = doubled({row["name"]: row[value] for row in rows})
    return [row for row in rows if row["name"] not in repeated]


def _head(record: dict[str, Any]) -> str:
    place = " · ".join(
        filter(
            None,
            [
                record["experiment"],
                f"{record['started_at']:%Y-%m-%d %H:%M} UTC" if record["started_at"] else "",
                digits.duration(record["duration_s"]),
                ", ".join(f"{key}={value}" if value else key for key, value in record["tags"].items()),
                f"commit {record['git_commit'][:8]}{' (edited)' if record['git_dirty'] else ''}"
                if record["git_commit"]
                else "",
            ],
        )
    )
    stars = "".join(f" ★ {escape(alias)}" for alias in record["aliases"])
    error = f"<div style='color:{BAD}'>{escape(record['error'])}</div>" if record["error"] else ""
    note = f"<div><i>{escape(record['note'])}</i></div>" if record["note"] else ""
    return (
        f"<div>{dot(record['status'])} <b>{escape(record['name'])}</b> {escape(record['status'])}{stars} "
        f"{faint(place)}</div>{error}{note}"
    )


def _metrics(rows: list[dict[str, Any]]) -> list[list[str]]:
    texts = [digits.number(row["last"], 4) for row in rows]
    return [
        [escape(row["name"]), f"<b>{text}</b>", faint(_spread(row))]
        for row, text in zip(rows, texts, strict=True)
    ]


def _spread(row: dict[str, Any]) -> str:
    if row["count"] < 2:
        return ""
    return f"{digits.number(row['min'])} … {digits.number(row['max'])}, {row['count']:,} points"


def _params(rows: list[dict[str, Any]]) -> list[list[str]]:
    return [
        [escape(row["name"]), element("code", escape(row["value"][:80])), faint(row["source"])]
        for row in rows
    ]


def _section(title: str, rows: list[list[str]], numbers: tuple[int, ...]) -> str:
    if not rows:
        return ""
    rest = (
        folded(f"{len(rows) - MOST_ROWS} more", table((), rows[MOST_ROWS:], numbers=numbers))
        if len(rows) > MOST_ROWS
        else ""
    )
    return f"<div>{heading(title)}{table((), rows[:MOST_ROWS], numbers=numbers)}{rest}</div>"


def _data(datasets: list[dict[str, Any]]) -> str:
    if not datasets:
        return ""
    rows = [
        [
            escape(item["name"]),
            faint(item["role"]),
            "" if item["rows"] is None else f"{item['rows']:,} × {item['columns']}",
            digits.size(item["bytes"]),
            element("code", escape(item["digest"][:12])),
        ]
        for item in datasets[:MOST_ROWS]
    ]
    return heading("Data") + table((), rows, numbers=(2, 3))


def _kept(record: dict[str, Any]) -> str:
    kinds: dict[str, int] = {}
    for item in record["artifacts"]:
        kinds[item["kind"]] = kinds.get(item["kind"], 0) + 1
    packages = (record["environment"] or {}).get("packages") or {}
    parts = [digits.counted(count, kind) for kind, count in kinds.items()]
    if packages:
        parts.append(f"Python {record['environment']['python']}, {digits.counted(len(packages), 'package')}")
    return f"<div style='margin-top:8px'>{faint('kept: ' + ' · '.join(parts))}</div>" if parts else ""
