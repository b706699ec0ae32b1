"""A batch as a terminal shows it: a bar with the time left and the best run so far.

Where output is no terminal (a log, a pipe), each run gets a line when it ends instead.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from rich.console import Console

    from mlnb.execution.goal import Goal
    from mlnb.execution.jobs import Ended, Job
    from mlnb.execution.prepared import Prepared


class Progress:
    """Watches one batch; used as a context manager around its execution."""

    def __init__(self, prepared: Prepared, console: Console, goal: Goal | None = None) -> None:
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            TextColumn,
            TimeElapsedColumn,
            TimeRemainingColumn,
        )
        from rich.progress import Progress as Bar

        self._prepared = prepared
        self._console = console
        self._goal = goal
        self._done = 0
        self._live = console.is_terminal
        self._bar = Bar(
            TextColumn("[bold]{task.description}"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            TextColumn("{task.fields[note]}"),
            console=console,
            disable=not self._live,
        )
        self._task = self._bar.add_task(prepared.name, total=len(prepared.jobs), note="")

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def started(self, job: Job) -> None:
        if self._live and self._done == 0:
            self._bar.update(self._task, note=f"[dim]{job.name} …")

    def ended(self, job: Job, ended: Ended, *, again: bool) -> None:
        if not again:
            self._done += 1
        if not self._live:
            self._print_line(job, ended, again=again)
            return
        if ended.status != "finished":
            self._console.print(f"[red]{_line(job, ended, again=again)}", highlight=False)
        self._bar.update(self._task, completed=self._done, note=self._best())

    def _print_line(self, job: Job, ended: Ended, *, again: bool) -> None:
        total = len(self._prepared.jobs)
        place = f"[{self._done:{len(str(total))}d}/{total}]"
        self._console.print(
            f"{place} {_line(job, ended, again=again)}", markup=False, highlight=False, soft_wrap=True
        )

    def _best(self) -> str:
        from mlnb.execution.progress import find_best

        best = find_best(self._prepared, self._goal)
        return "" if best is None else f"[green]best {best.metric} {best.value:.4g}[/] [dim]{best.name}"


def _line(job: Job, ended: Ended, *, again: bool) -> str:
    settings = " ".join(f"{name}={value}" for name, value in job.parameters.items())
    reason = f": {ended.error}" if ended.error else ""
    more = " (trying again)" if again else ""
    return f"{job.name} {ended.status} in {ended.seconds:.1f} s {settings}{reason}{more}".rstrip()
