"""How far a batch is: a snapshot that anybody may ask for at any time, from any thread.

The batch tells its `Tracker` what happens; `Tracker.snapshot` is what bars, tables and widgets draw. The best
run is asked from the store after runs have ended, so it is what `mlnb runs` would say at that moment.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from mlnb.execution.goal import Goal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mlnb.execution.jobs import Ended, Job
    from mlnb.execution.prepared import Prepared

Ending = Literal["finished", "failed", "cancelled"]
State = Literal["running"] | Ending
RunState = Literal["waiting", "running", "finished", "failed", "killed"]


@dataclass(frozen=True)
class RunProgress:
    """One run of the plan: `run_id` is its latest attempt's, `seconds` how long that took or has taken so far."""

    run_id: str
    name: str
    number: int
    parameters: Mapping[str, Any]
    state: RunState = "waiting"
    attempt: int = 1
    seconds: float | None = None
    error: str | None = None


@dataclass(frozen=True)
class Best:
    """The best run so far, and the metric that says so."""

    run_id: str
    name: str
    metric: str
    value: float


@dataclass(frozen=True)
class BatchProgress:
    """A batch at one moment. `elapsed` and `left` are seconds; `left` is unknown (None) until a run has ended."""

    batch_id: str
    name: str
    state: State
    runs: tuple[RunProgress, ...]
    elapsed: float
    left: float | None = None
    best: Best | None = None

    @property
    def total(self) -> int:
        return len(self.runs)

    @property
    def counts(self) -> Mapping[RunState, int]:
        """How many runs are in each state; states that none is in are there too."""
        found = Counter(run.state for run in self.runs)
        states: tuple[RunState, ...] = ("waiting", "running", "finished", "failed", "killed")
        return {state: found[state] for state in states}

    @property
    def done(self) -> int:
        """The runs that have ended, however they did."""
        return sum(run.state not in {"waiting", "running"} for run in self.runs)


class Tracker:
    """Hears from a batch what happens to its jobs, and tells it to whoever asks."""

    def __init__(self, prepared: Prepared, goal: Goal | None = None) -> None:
        self._prepared = prepared
        self._goal = goal
        self._lock = threading.Lock()
        self._state: State = "running"
        self._began = time.monotonic()
        self._elapsed: float | None = None
        self._since: dict[int, float] = {}
        missing = {job.number: job for job in prepared.jobs}
        self._runs = {
            number: _planned(number, prepared, missing.get(number))
            for number in range(1, len(prepared.plan) + 1)
        }
        self._best: Best | None = None
        self._at_once = 1
        self._best_is_of = 0 if prepared.resumed else -1

    def started(self, job: Job) -> None:
        self._change(job, state="running", run_id=job.run_id, attempt=job.attempt, error=None)
        with self._lock:
            self._since[job.number] = time.monotonic()
            running = sum(run.state == "running" for run in self._runs.values())
            self._at_once = max(self._at_once, running)

    def ended(self, job: Job, ended: Ended, *, again: bool) -> None:
        state: RunState = "killed" if ended.status == "lost" else ended.status
        self._change(job, state="waiting" if again else state, seconds=ended.seconds, error=ended.error)

    def close(self, state: Ending) -> None:
        """The batch has ended: what still ran was stopped."""
        with self._lock:
            self._state = state
            self._elapsed = time.monotonic() - self._began
            for number, run in self._runs.items():
                if run.state == "running":
                    self._runs[number] = replace(run, state="failed", error="stopped")

    @property
    def state(self) -> State:
        return self._state

    def snapshot(self) -> BatchProgress:
        """The batch now."""
        with self._lock:
            now = time.monotonic()
            runs = tuple(self._runs_at(now))
            state, elapsed = self._state, self._elapsed
        progress = BatchProgress(
            self._prepared.batch_id,
            self._prepared.name,
            state,
            runs,
            now - self._began if elapsed is None else elapsed,
        )
        left = 0.0 if state != "running" else _left(progress, self._at_once)
        return replace(progress, left=left, best=self._best_of(progress))

    def _change(self, job: Job, **changes: Any) -> None:
        with self._lock:
            self._runs[job.number] = replace(self._runs[job.number], **changes)

    def _runs_at(self, now: float) -> list[RunProgress]:
        return [
            replace(run, seconds=now - self._since[run.number]) if run.state == "running" else run
            for run in self._runs.values()
        ]

    def _best_of(self, progress: BatchProgress) -> Best | None:
        finished = progress.counts["finished"]
        if finished and finished != self._best_is_of:
            self._best = find_best(self._prepared, self._goal)
            self._best_is_of = finished
        return self._best


def find_best(prepared: Prepared, goal: Goal | None) -> Best | None:
    """The best of a batch's finished runs, by `goal` or by the metric that is most likely meant."""
    from mlnb.store import query

    page = query.run_page(prepared.store, where=f"batch_id = '{prepared.batch_id}'")
    rows = [row for row in reversed(page.rows) if row["status"] == "finished"]  # of equals the first
    goal = goal or Goal.guess(sorted({name for row in rows for name in row["metrics"]}))
    best = goal.best(rows) if goal else None
    if goal is None or best is None:
        return None
    return Best(best["run_id"], best["name"], goal.metric, float(best["metrics"][goal.metric]))


def _planned(number: int, prepared: Prepared, job: Job | None) -> RunProgress:
    if job is not None:
        return RunProgress(job.run_id, job.name, number, job.parameters, attempt=job.attempt)
    entry = prepared.plan.entries[number - 1]
    return RunProgress(entry.run_id, prepared.run_name(number), number, entry.parameters, state="finished")


def _left(progress: BatchProgress, at_once: int) -> float | None:
    """The work that is left, as long as the runs that ended here took, over as many as run at once."""
    took = [run.seconds for run in progress.runs if run.seconds is not None and run.state != "running"]
    if not took:
        return None
    usual = sum(took) / len(took)
    work = sum(
        usual if run.state == "waiting" else max(0.0, usual - (run.seconds or 0.0))
        for run in progress.runs
        if run.state in {"waiting", "running"}
    )
    return work / at_once
