"""A batch as a terminal shows it: a bar with the time left and the best run so far, and below it the runs that run.

Where output is no terminal (a log, a pipe), each run gets a line when it ends instead.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, Self

from mlnb.execution.progress import Tracker

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

    from mlnb.execution.goal import Goal
    from mlnb.execution.jobs import Ended, Job
    from mlnb.execution.prepared import Prepared
    from mlnb.execution.progress import BatchProgress

MOST_RUNNING: Final = 8
BAR_WIDTH: Final = 24


class Progress:
    """Watches one batch; used as a context manager around its execution."""

    def __init__(self, prepared: Prepared, console: Console, goal: Goal | None = None) -> None:
        from rich.live import Live

        self._tracker = Tracker(prepared, goal)
        self._prepared = prepared
        self._console = console
        self._live = Live(console=console, get_renderable=self._draw) if console.is_terminal else None

    def __enter__(self) -> Self:
        if self._live:
            self._live.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._tracker.close("finished" if kind is None else "cancelled")
        if self._live:
            self._live.stop()

    def started(self, job: Job) -> None:
        self._tracker.started(job)

    def ended(self, job: Job, ended: Ended, *, again: bool) -> None:
        self._tracker.ended(job, ended, again=again)
        if not self._live:
            progress = self._tracker.snapshot()
            place = f"[{progress.done:{len(str(progress.total))}d}/{progress.total}]"
            self._print(f"{place} {_line(job, ended, again=again)}")
        elif ended.status != "finished":
            self._print(_line(job, ended, again=again), style="red")

    def _print(self, text: str, **options: Any) -> None:
        self._console.print(text, markup=False, highlight=False, soft_wrap=True, **options)

    def _draw(self) -> RenderableType:
        from rich.console import Group
        from rich.table import Table
        from rich.text import Text

        progress = self._tracker.snapshot()
        running = [run for run in progress.runs if run.state == "running"]
        plan = self._prepared.plan
        names = plan.varied or plan.names
        below = Table.grid(padding=(0, 2))
        for run in running[:MOST_RUNNING]:
            settings = [f"{name}={run.parameters[name]}" for name in names if name in run.parameters]
            below.add_row(Text("◐", "yellow"), run.name, Text(" ".join(settings), "dim"), _clock(run.seconds))
        more = len(running) - MOST_RUNNING
        if not plan.varied:
            progress = replace(progress, best=None)  # none of runs that are the same is better
        return Group(_head(progress), below, *([Text(f"and {more} more", "dim")] if more > 0 else []))


def _head(progress: BatchProgress) -> RenderableType:
    from rich.progress_bar import ProgressBar
    from rich.table import Table
    from rich.text import Text

    said = [f"{progress.done} of {progress.total}", _clock(progress.elapsed)]
    if progress.left:
        said.append(f"about {_clock(progress.left)} left")
    line = Text("  ".join(said))
    if progress.best is not None:
        best = progress.best
        line.append(f"  best {best.metric} {best.value:.4g}", "green").append(f" {best.name}", "dim")
    head = Table.grid(padding=(0, 2))
    head.add_row(
        Text(progress.name, "bold"), ProgressBar(progress.total, progress.done, width=BAR_WIDTH), line
    )
    return head


def _clock(seconds: float | None) -> str:
    return str(timedelta(seconds=round(seconds or 0)))


def _line(job: Job, ended: Ended, *, again: bool) -> str:
    settings = " ".join(f"{name}={value}" for name, value in job.parameters.items())
    reason = f": {ended.error}" if ended.error else ""
    more = " (trying again)" if again else ""
    return f"{job.name} {ended.status} in {ended.seconds:.1f} s {settings}{reason}{more}".rstrip()
