"""How a cell that runs shows itself, and what stays of it when it is over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlnb.widgets import digits
from mlnb.widgets.bundle import forms
from mlnb.widgets.drawing import Curve, chart, text_sparkline
from mlnb.widgets.markup import PALETTE, dot, element, escape, faint, frame, side_by_side

if TYPE_CHECKING:
    from mlnb.tracking import Run
    from mlnb.widgets.seen import Bar, State


def forms_of(run: Run, status: str, state: State) -> dict[str, Any]:
    """The display's forms. When the cell is over and left no curve, there is nothing to show: its line says it all."""
    running = status == "running"
    if not running and not state.curves:
        return forms("", "", _view(run, status, state))
    return forms(_plain(run, status, state), _html(run, status, state), _view(run, status, state))


def _said(state: State, *, running: bool) -> list[str]:
    said = [digits.duration(state.elapsed)]
    if running and state.rate:
        said.append(f"{digits.number(state.rate)} {state.unit}/s")
    if state.turns:
        said.append(f"{state.turns:,} {state.unit}")
    return said


def _plain(run: Run, status: str, state: State) -> str:
    running = status == "running"
    lines = [" · ".join([f"{run.name} {'runs' if running else status}", *_said(state, running=running)])]
    lines += [_bar_text(bar) for bar in state.bars]
    lines += [
        f"  {text_sparkline(shape.values):16}  {shape.name} {digits.number(shape.values[-1], 4)}"
        for shape in state.curves
    ]
    return "\n".join(lines)


def _html(run: Run, status: str, state: State) -> str:
    running = status == "running"
    head = f"<div>{dot(status)} <b>{escape(run.name)}</b> {faint(' · '.join(_said(state, running=running)))}</div>"
    charts = [
        chart(shape.name, [Curve(shape.name, shape.steps, shape.values, at)], height=100)
        for at, shape in enumerate(state.curves)
    ]
    more = f"<div>{faint(f'{state.more_curves} more curves')}</div>" if state.more_curves else ""
    return frame(head, *(_bar_html(bar) for bar in state.bars), side_by_side(charts), more)


def _bar_text(bar: Bar) -> str:
    if not bar.total:
        return f"  {bar.label} {bar.done:,g}".rstrip()
    filled = round(20 * min(1.0, bar.done / bar.total))
    return f"  {'█' * filled}{'░' * (20 - filled)} {bar.label} {bar.done:,g} of {bar.total:,g}".rstrip()


def _bar_html(bar: Bar) -> str:
    share = min(1.0, bar.done / bar.total) if bar.total else 0.0
    inner = element("div", "", f"width:{share:.1%};height:4px;border-radius:2px;background:{PALETTE[0]}")
    track = element("div", inner, "width:220px;height:4px;border-radius:2px;background:rgba(128,128,128,.25)")
    said = [f"{bar.done:,g} of {bar.total:,g}" if bar.total else f"{bar.done:,g}"]
    said += [f"{digits.number(bar.rate)} {bar.unit}/s"] if bar.rate else []
    said += [f"{digits.duration(bar.left)} left"] if bar.left else []
    text = f"{escape(bar.label)} {faint(' · '.join(said))}"
    return element("div", f"{track}<span>{text}</span>", "display:flex;align-items:center;gap:10px")


def _view(run: Run, status: str, state: State) -> dict[str, Any]:
    return {
        "kind": "live",
        "store_id": run.store.store_id,
        "run_id": run.run_id,
        "name": run.name,
        "status": status,
        "elapsed": round(state.elapsed, 1),
        "rate": state.rate,
        "unit": state.unit,
        "turns": state.turns,
        "bars": [
            {
                "label": bar.label,
                "done": bar.done,
                "total": bar.total,
                "rate": bar.rate,
                "unit": bar.unit,
                "left": bar.left,
            }
            for bar in state.bars
        ],
        "curves": [
            {"name": shape.name, "steps": shape.steps, "values": shape.values, "count": shape.count}
            for shape in state.curves
        ],
        "more_curves": state.more_curves,
    }
