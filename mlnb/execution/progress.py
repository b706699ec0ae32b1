"""A batch as people see it go by: a bar with the time left and the best run so far.

Where output is no terminal (a log, a pipe), each run gets a line when it ends instead. The best run is
asked from the store after each run, so it is what `mlnb runs` would say at that moment.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any, Final, Self

from mlnb.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rich.console import Console

    from mlnb.execution.batch import Prepared
    from mlnb.execution.jobs import Ended, Job

_GOOD: Final = ("accuracy", "acc", "auc", "f1", "r2", "score", "precision", "recall")
_BAD: Final = ("loss", "error", "rmse", "mse", "mae", "deviance")


class Goal:
    """Which metric says what is best, and whether more of it is."""

    def __init__(self, metric: str, *, descending: bool = True) -> None:
        self.metric = metric
        self.descending = descending

    @classmethod
    def parse(cls, text: str) -> Goal:
        """`accuracy`, `accuracy desc`, `loss asc`; `metrics.` in front may be left out.

        Raises
        ------
        UsageError
            The direction is neither asc nor desc.
        """
        metric, _, direction = text.strip().removeprefix("metrics.").partition(" ")
        metric = metric.strip('"')
        if direction.strip() not in {"", "asc", "desc"}:
            raise UsageError(
                f"--best {text!r}: {direction.strip()!r} is neither asc nor desc", hint="--best 'loss asc'"
            )
        descending = direction.strip() == "desc" or (not direction and not _is_bad(metric))
        return cls(metric, descending=descending)

    @classmethod
    def guess(cls, metrics: Sequence[str]) -> Goal | None:
        """The first metric, of those that notebooks are usually judged by, that is there."""
        for name in _GOOD:
            for metric in sorted(metrics, key=len):
                if name in _words(metric):
                    return cls(metric)
        for metric in sorted(metrics, key=len):
            if _is_bad(metric):
                return cls(metric, descending=False)
        return None

    def best(self, rows: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
        """The best of runs that have the metric, and a number for it."""
        best = self.sort(rows)[:1]
        return best[0] if best and self._has(best[0]) else None

    def sort(self, rows: Sequence[Mapping[str, Any]]) -> list[Any]:
        """The runs, best first; those without a number for the metric last."""
        having = [row for row in rows if self._has(row)]
        having.sort(key=lambda row: row["metrics"][self.metric], reverse=self.descending)
        return having + [row for row in rows if not self._has(row)]

    def _has(self, row: Mapping[str, Any]) -> bool:
        value = row["metrics"].get(self.metric)
        return isinstance(value, int | float) and not math.isnan(value)

    @property
    def order_by(self) -> str:
        """The same for `mlnb runs --order-by`."""
        name = self.metric if re.fullmatch(r"[A-Za-z_][\w.]*", self.metric) else f'"{self.metric}"'
        return f"metrics.{name} {'desc' if self.descending else 'asc'}"


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
        from mlnb.store import query

        page = query.run_page(self._prepared.store, where=f"batch_id = '{self._prepared.batch_id}'")
        rows = [row for row in page.rows if row["status"] == "finished"]
        goal = self._goal or Goal.guess(sorted({name for row in rows for name in row["metrics"]}))
        best = goal.best(rows) if goal else None
        if goal is None or best is None:
            return ""
        return f"[green]best {goal.metric} {best['metrics'][goal.metric]:.4g}[/] [dim]{best['name']}"


def _line(job: Job, ended: Ended, *, again: bool) -> str:
    settings = " ".join(f"{name}={value}" for name, value in job.parameters.items())
    reason = f": {ended.error}" if ended.error else ""
    more = " (trying again)" if again else ""
    return f"{job.name} {ended.status} in {ended.seconds:.1f} s {settings}{reason}{more}".rstrip()


def _words(metric: str) -> list[str]:
    return re.split(r"[^a-z0-9]+", metric.lower())


def _is_bad(metric: str) -> bool:
    return any(name in _words(metric) for name in _BAD)
