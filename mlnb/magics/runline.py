"""The line under a tracked cell: one display, no widget, so it survives reload and export.

`application/vnd.mlnb.run+json` is what the JupyterLab extension renders; `text/html` and `text/plain` say the same.
"""

from __future__ import annotations

import html
import math
from typing import TYPE_CHECKING, Any, Final

from mlnb.tracking.address import base_url

if TYPE_CHECKING:
    from mlnb.tracking.live import Told
    from mlnb.tracking.session import Finished

MEDIA_TYPE: Final = "application/vnd.mlnb.run+json"
SHOWN_METRICS: Final = 6
_COUNTED: Final = ("params", "metrics", "datasets", "models", "figures")


def show(finished: Finished) -> None:
    """Display the line. Nothing else is printed."""
    from IPython.display import display

    publish: Any = display
    publish(bundle(finished), raw=True)


def bundle(finished: Finished) -> dict[str, Any]:
    """The line in its three forms."""
    return {MEDIA_TYPE: data(finished), "text/html": markup(finished), "text/plain": plain(finished)}


def data(finished: Finished) -> dict[str, Any]:
    """What the extension reads. Numbers that JSON doesn't know travel as text."""
    run, written, previous = finished.run, finished.written, finished.previous
    before = previous.metrics if previous is not None else {}
    return {
        "version": 1,
        "run_id": run.run_id,
        "store_id": run.store.store_id,
        "name": run.name,
        "experiment": run.experiment,
        "status": finished.status,
        "duration_s": finished.duration,
        "error": finished.error,
        "metrics": [
            {"name": name, "value": _json(value), "previous": _json(before.get(name))}
            for name, value in written.metrics.items()
        ],
        "params": [{"name": name, "value": value} for name, value in written.params],
        "counts": {what: written.counts.get(what, 0) for what in _COUNTED},
        "previous": None if previous is None else {"run_id": previous.run_id, "name": previous.name},
    }


def plain(finished: Finished) -> str:
    """`● amber-fox-12  acc 0.91 (+0.02)  loss 0.3 · 4 params, 1 model · 2.1 s`."""
    mark = "●" if finished.error is None else "✗"
    metrics = "  ".join(f"{name} {_number(value)}{change}" for name, value, change in _metrics(finished))
    parts = [
        f"{mark} {finished.run.name}" + (f"  {metrics}" if metrics else ""),
        _counts(finished),
        _seconds(finished.duration),
    ]
    if finished.error is not None:
        parts.insert(1, f"failed: {finished.error}")
    return " · ".join(part for part in parts if part)


def so_far(told: Told) -> str:
    """`amber-fox-12  loss 0.3 · 2 params`: what a cell that still runs has told."""
    metrics = "".join(f"  {name} {_number(value)}" for name, value in told.metrics.items())
    count = len(told.param_names)
    params = f" · {count} param{'s' if count > 1 else ''}" if count else ""
    return f"{told.run.name}{metrics}{params}"


def markup(finished: Finished) -> str:
    """The line as HTML that needs no style sheet and no script."""
    color = "#3a8f5c" if finished.error is None else "#c0392b"
    metrics = "".join(
        f'<span style="margin-left:.9em">{html.escape(name)} <b>{_number(value)}</b>'
        f'<span style="opacity:.65">{html.escape(change)}</span></span>'
        for name, value, change in _metrics(finished)
    )
    error = (
        ""
        if finished.error is None
        else f'<span style="margin-left:.9em;color:{color}">{html.escape(finished.error)}</span>'
    )
    rest = " · ".join(part for part in (_counts(finished), _seconds(finished.duration)) if part)
    name = f"<b>{html.escape(finished.run.name)}</b>"
    if base_url() is not None:
        link = f'<a href="{html.escape(finished.run.url)}" target="_blank" rel="noopener"'
        name = f'{link} style="color:inherit">{name}</a>'
    return (
        f'<div style="font-size:.9em" title="run {finished.run.run_id}"><span style="color:{color}">●</span> '
        f"{name}{error}{metrics}"
        f'<span style="margin-left:.9em;opacity:.65">{html.escape(rest)}</span></div>'
    )


def _metrics(finished: Finished) -> list[tuple[str, float, str]]:
    before = finished.previous.metrics if finished.previous is not None else {}
    shown = list(finished.written.metrics.items())[:SHOWN_METRICS]
    return [(name, value, _change(value, before.get(name))) for name, value in shown]


def _change(value: float, before: float | None) -> str:
    if before is None or not math.isfinite(value - before) or value == before:
        return ""
    return f" ({value - before:+.3g})"


def _number(value: float) -> str:
    return f"{value:.4g}" if abs(value) < 1e6 else f"{value:.3e}"


def _counts(finished: Finished) -> str:
    counts = finished.written.counts
    more = len(finished.written.metrics) - SHOWN_METRICS
    said = [f"{more} more metric{'s' if more > 1 else ''}"] if more > 0 else []
    for what in ("params", "datasets", "models", "figures"):
        number = counts.get(what, 0)
        if number:
            said.append(f"{number} {what if number != 1 else what[:-1]}")
    return ", ".join(said)


def _seconds(duration: float) -> str:
    if duration < 1:
        return f"{duration * 1000:.0f} ms"
    return f"{duration:.1f} s" if duration < 100 else f"{duration / 60:.1f} min"


def _json(value: float | None) -> float | str | None:
    if value is None or math.isfinite(value):
        return value
    return "NaN" if value != value else "Infinity" if value > 0 else "-Infinity"  # noqa: PLR0124
