"""A batch: how far it is while it runs, and its runs when it has ended."""

from __future__ import annotations

import contextlib
import sys
import threading
import time
import uuid
from typing import TYPE_CHECKING, Any, Final

from mlnb.widgets import digits, runs_table
from mlnb.widgets.bundle import forms
from mlnb.widgets.markup import BAD, PALETTE, dot, element, escape, faint, folded, frame

if TYPE_CHECKING:
    from mlnb.execution import Batch
    from mlnb.execution.progress import BatchProgress

TICK: Final = 0.25
"""Seconds between two updates at the least."""
CALM: Final = 1.0
"""Seconds after which the view of a batch in which nothing changes is brought up to date."""
MOST_DOTS: Final = 400
_COLORS: Final = {
    "waiting": "rgba(128,128,128,.35)", "running": PALETTE[0], "finished": "#2e9e64", "failed": BAD, "killed": "#d1971c",
}  # fmt: skip
_MARKS: Final = {"waiting": "·", "running": "◐", "finished": "●", "failed": "✕", "killed": "○"}


def bundle(batch: Batch) -> dict[str, Any]:
    return _forms(batch, batch.progress(), with_runs=True)


def show(batch: Batch) -> None:
    """Display a batch that is about to start, and keep the display up to date until it has ended."""
    shell = sys.modules["IPython"].get_ipython()
    _Live(batch, shell.display_pub).start()


class _Live:
    """One display. The batch's own thread tells what changes; another lets its clock go on."""

    def __init__(self, batch: Batch, publisher: Any) -> None:
        self._batch = batch
        self._publisher = publisher
        self._display_id = uuid.uuid4().hex
        self._lock = threading.Lock()
        self._latest = batch.progress()
        self._at = 0.0

    def start(self) -> None:
        self._publish(self._latest, update=False)
        self._batch.observe(self._changed)
        threading.Thread(target=self._watch, name="mlnb-batch-view", daemon=True).start()

    def _changed(self, progress: BatchProgress) -> None:
        self._latest = progress
        if progress.state != "running" or time.monotonic() - self._at >= TICK:
            self._publish(progress)

    def _watch(self) -> None:
        batch = self._batch
        while not batch.wait(TICK):
            with contextlib.suppress(Exception):  # who looks on must not stop what goes on
                if time.monotonic() - self._at >= CALM:
                    self._publish(self._latest)

    def _publish(self, progress: BatchProgress, *, update: bool = True) -> None:
        with self._lock:
            self._at = time.monotonic()
            ended = progress.state != "running"
            self._publisher.publish(
                data=_forms(self._batch, progress, with_runs=ended),
                metadata={},
                transient={"display_id": self._display_id},
                update=update,
            )


def _forms(batch: Batch, progress: BatchProgress, *, with_runs: bool) -> dict[str, Any]:
    return forms(_plain(batch, progress), _html(batch, progress, with_runs=with_runs), _view(batch, progress))


def _said(progress: BatchProgress) -> str:
    counts = [f"{count} {state}" for state, count in progress.counts.items() if count]
    said = [f"{progress.done} of {progress.total}", ", ".join(counts), digits.duration(progress.elapsed)]
    if progress.state == "running" and progress.left:
        said.append(f"about {digits.duration(progress.left)} left")
    return " · ".join(said)


def _plain(batch: Batch, progress: BatchProgress) -> str:
    lines = [f"{batch.name} ({batch.notebook.name}) {progress.state}: {_said(progress)}"]
    lines.append("  " + "".join(_MARKS[run.state] for run in progress.runs[:MOST_DOTS]))
    if progress.best is not None:
        lines.append(
            f"  best {progress.best.metric} {digits.number(progress.best.value, 4)}  {progress.best.name}"
        )
    lines += [f"  ✕ {run.name}: {run.error}" for run in progress.runs if run.error][:10]
    return "\n".join(lines)


def _html(batch: Batch, progress: BatchProgress, *, with_runs: bool) -> str:
    state = {"cancelled": "killed"}.get(progress.state, progress.state)
    dots = "".join(
        element("span", _MARKS[run.state], f"color:{_COLORS[run.state]}", title=f"{run.name}: {run.state}")
        for run in progress.runs[:MOST_DOTS]
    )
    best = ""
    if progress.best is not None:
        value = digits.number(progress.best.value, 4)
        best = f"<div>best {escape(progress.best.metric)} <b>{value}</b> {faint(progress.best.name)}</div>"
    failed = [run for run in progress.runs if run.error]
    errors = "".join(
        f"<div>{escape(run.name)} {element('span', escape(run.error), f'color:{BAD}')}</div>"
        for run in failed[:10]
    )
    head = f"<div>{dot(state)} <b>{escape(batch.name)}</b> {faint(batch.notebook.name)} {faint(_said(progress))}</div>"
    return frame(
        head,
        element("div", dots, "letter-spacing:3px;line-height:1.3;max-width:640px;word-break:break-all"),
        best,
        folded(f"{len(failed)} failed", errors, is_open=len(failed) <= 3) if failed else "",
        runs_table.html(batch.runs()) if with_runs and progress.done else "",
    )


def _view(batch: Batch, progress: BatchProgress) -> dict[str, Any]:
    return {
        "kind": "batch",
        "store_id": batch.store.store_id,
        "batch_id": batch.batch_id,
        "name": batch.name,
        "notebook": batch.notebook.name,
        "state": progress.state,
        "elapsed": round(progress.elapsed, 1),
        "left": progress.left,
        "best": None
        if progress.best is None
        else {"name": progress.best.name, "metric": progress.best.metric, "value": progress.best.value},
        "runs": [
            {
                "run_id": run.run_id,
                "name": run.name,
                "state": run.state,
                "error": run.error,
                "seconds": run.seconds,
                "parameters": ", ".join(
                    f"{name}={digits.scalar(value)}" for name, value in run.parameters.items()
                ),
            }
            for run in progress.runs[:MOST_DOTS]
        ],
        "more_runs": max(0, progress.total - MOST_DOTS),
    }
