"""A comparison: what differs first, then what came of it; what is the same folds away."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final

from mlnb.tracking.doubled import told_once
from mlnb.widgets import digits, drawing, judging
from mlnb.widgets.bundle import forms
from mlnb.widgets.markup import (
    BAD,
    FAINT,
    GOOD,
    dot,
    element,
    escape,
    folded,
    frame,
    heading,
    preformatted,
    side_by_side,
    swatch,
    table,
)

if TYPE_CHECKING:
    from mlnb.tracking import Comparison

MOST_CURVES: Final = 8
CURVE_POINTS: Final = 120
MOST_RUNS: Final = 12
"""Columns of the static form, and runs whose curves a notebook keeps."""
DIFF_LINES: Final = 200


def bundle(comparison: Comparison) -> dict[str, Any]:
    told = comparison.to_dict()
    curves = _curves(comparison)
    once = {**told, "params": told_once(told["params"]), "metrics": told_once(told["metrics"])}
    return forms(repr(comparison), html(once, curves, comparison.curves), view(comparison, told, curves))


def data(comparison: Comparison) -> dict[str, Any]:
    """What a comparison's interactive view is drawn from."""
    return view(comparison, comparison.to_dict(), _curves(comparison))


def html(told: dict[str, Any], curves: dict[str, list[Any]], named: Sequence[str]) -> str:
    """Differences, metrics, curves, parameters, code, data, environment."""
    runs = told["runs"][:MOST_RUNS]
    names = [run["name"] for run in runs]
    titles = [f"{swatch(at)} {dot(run['status'])} {escape(run['name'])}" for at, run in enumerate(runs)]
    left_out = len(told["runs"]) - len(runs)
    lists = element(
        "ul",
        "".join(f"<li>{line}</li>" for line in _differences(told)) or "<li>nothing that went in differs</li>",
        "margin:2px 0 2px 18px;padding:0",
    )
    charts = [drawing.chart(name, _lines(names, found)) for name, found in curves.items()]
    more = len(named) - len(curves)
    return frame(
        heading(" · ".join(names), f"and {left_out} more" if left_out > 0 else ""),
        heading("Differences"),
        lists,
        _rows("Metrics", told["metrics"], titles, _metric_cells),
        heading("Curves", f"{more} more in <code>.plot()</code>" if more > 0 else "") if any(charts) else "",
        side_by_side(charts),
        _rows("Parameters", told["params"], titles, _value_cells),
        _rows("Data", told["data"], titles, _data_cells),
        _code(told["code"], names),
        _rows("Environment", told["environment"], titles, _value_cells, fold=True),
    )


def view(comparison: Comparison, told: dict[str, Any], curves: dict[str, list[Any]]) -> dict[str, Any]:
    """What the interactive comparison is drawn from."""
    return {
        "kind": "comparison",
        "store_id": comparison.store.store_id,
        "runs": [
            {name: run[name] for name in ("run_id", "name", "status", "experiment", "aliases")}
            for run in told["runs"]
        ],
        **{part: told[part] for part in ("params", "metrics", "data", "environment")},
        "code": [
            {"cell_id": cell["cell_id"], "differs": cell["differs"], "diffs": _diffs(cell["sources"])}
            for cell in told["code"]
        ],
        "curves": [
            {
                "name": name,
                "lines": [
                    None if line is None else {"steps": line.steps.tolist(), "values": line.values.tolist()}
                    for line in found
                ],
            }
            for name, found in curves.items()
        ],
        "more_curves": len(comparison.curves) - len(curves),
    }


# ---- inside -------------------------------------------------------------------------------------


def _curves(comparison: Comparison) -> dict[str, list[Any]]:
    if len(comparison.runs) > MOST_RUNS:
        return {}
    return {name: comparison.histories(name, CURVE_POINTS) for name in comparison.curves[:MOST_CURVES]}


def _lines(names: Sequence[str], found: Sequence[Any]) -> list[drawing.Curve]:
    return [
        drawing.Curve(name, line.steps.tolist(), line.values.tolist(), color)
        for color, (name, line) in enumerate(zip(names, found, strict=False))
        if line is not None
    ]


def _differences(told: dict[str, Any]) -> Iterable[str]:
    for row in told["params"]:
        if row["differs"]:
            yield f"<b>{escape(row['name'])}</b> {escape(_arrows(row['values']))}"
    for row in told["data"]:
        if row["differs"]:
            changed = row["changed_columns"]
            what = (
                f"{'columns' if len(changed) > 1 else 'column'} {', '.join(changed)} changed"
                if changed
                else "differs"
            )
            yield f"data <b>{escape(row['name'])}</b> {escape(what)}"
    lines = sum(changed_lines(cell["sources"]) for cell in told["code"] if cell["differs"])
    if lines:
        yield f"<b>code</b> {digits.counted(lines, 'line')} changed"
    packages = [row for row in told["environment"] if row["differs"]]
    for row in packages[:6]:
        yield f"<b>{escape(row['name'])}</b> {escape(_arrows(row['values']))}"
    if len(packages) > 6:
        yield f"{digits.counted(len(packages) - 6, 'more package')} of the environment"


def changed_lines(sources: Sequence[str | None]) -> int:
    """How many lines an edit from the first source to the most different of the others touches."""
    first = (sources[0] or "").splitlines()
    found = 0
    for source in sources[1:]:
        matcher = difflib.SequenceMatcher(a=first, b=(source or "").splitlines(), autojunk=False)
        edits = sum(max(a2 - a1, b2 - b1) for tag, a1, a2, b1, b2 in matcher.get_opcodes() if tag != "equal")
        found = max(found, edits)
    return found


def _arrows(values: Sequence[Any]) -> str:
    distinct = list(dict.fromkeys(digits.scalar(value) for value in values))
    shown = (" → " if len(distinct) == 2 else " · ").join(distinct[:6])
    return shown if len(distinct) <= 6 else f"{shown} … ({len(distinct)})"


def _rows(
    title: str, rows: Sequence[dict[str, Any]], titles: Sequence[str], cells: Any, *, fold: bool = False
) -> str:
    """A table of the rows that differ; the others in one folded line."""
    if not rows:
        return ""
    differing = [row for row in rows if row["differs"]]
    same = [row for row in rows if not row["differs"]]
    shown = [[escape(row["name"]), *cells(row)[: len(titles)]] for row in differing]
    drawn = table(["", *titles], shown, numbers=range(1, len(titles) + 1)) if shown else ""
    if fold and drawn:
        drawn = folded(f"{digits.counted(len(shown), 'difference')}", drawn)
    rest = ", ".join(f"{row['name']} {_same(row)}" for row in same)
    return heading(title) + drawn + (folded(f"same in all: {len(same)}", escape(rest)) if same else "")


def _same(row: dict[str, Any]) -> str:
    value = row["values"][0]
    return str(value["digest"])[:8] if isinstance(value, dict) else digits.scalar(value)


def _metric_cells(row: dict[str, Any]) -> list[str]:
    values = [None if value is None else float(value) for value in row["values"]]
    winner = judging.best(row["name"], values)
    found = []
    for at, text in enumerate(digits.together(values)):
        shown = f"<b>{text}</b>" if at == winner else text
        value, first = values[at], values[0]
        if at and value is not None and first is not None:
            color = {"better": f"color:{GOOD}", "worse": f"color:{BAD}"}.get(
                judging.judge(row["name"], value, first), FAINT
            )
            shown += " " + element("span", digits.change(value, first), color)
        found.append(shown)
    return found


def _value_cells(row: dict[str, Any]) -> list[str]:
    first = row["values"][0]
    return [
        element("span", escape(digits.scalar(value)[:60]), FAINT if at and value == first else "")
        for at, value in enumerate(row["values"])
    ]


def _data_cells(row: dict[str, Any]) -> list[str]:
    found = []
    for value in row["values"]:
        if value is None:
            found.append("–")
            continue
        shape = "" if value["rows"] is None else f"{value['rows']:,} × {value['columns']} "
        found.append(f"{shape}{element('code', escape(value['digest'][:8]))}")
    return found


def _diffs(sources: Sequence[str | None]) -> list[list[str] | None]:
    """Against the first run: None where a run has the same source."""
    first = (sources[0] or "").splitlines()
    return [
        None
        if source == sources[0]
        else list(difflib.unified_diff(first, (source or "").splitlines(), lineterm="", n=2))[2:][:DIFF_LINES]
        for source in sources
    ]


def _code(cells: Sequence[dict[str, Any]], names: Sequence[str]) -> str:
    parts = []
    for cell in cells:
        for name, lines in zip(names, _diffs(cell["sources"]), strict=False):
            if lines:
                marked = "\n".join(_diff_line(line) for line in lines)
                parts.append(f"<div>{escape(names[0])} → {escape(name)}</div>{preformatted(marked)}")
    return heading("Code") + "".join(parts) if parts else ""


def _diff_line(line: str) -> str:
    colors = {"+": f"color:{GOOD}", "-": f"color:{BAD}", "@": FAINT}
    return element("span", escape(line) or " ", colors.get(line[:1], ""))
