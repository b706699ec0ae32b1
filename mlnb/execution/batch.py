"""A batch: the runs that one rerun command starts.

It is entered in the registry, then its jobs go to the executor, whose answers come back one by one. A run
that fails doesn't stop the others. Whoever has the batch can watch and cancel it from any thread, whether it
runs in front (`execute`) or behind (`start`); another process asks it to stop by a file in the store
(`mlnb.store.control`), which the batch looks for while it runs.
"""

from __future__ import annotations

import atexit
import contextlib
import logging
import threading
from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING, Final, Protocol

from mlnb.errors import UsageError
from mlnb.events import BatchEnded, BatchResumed, BatchStarted, Event
from mlnb.execution.executors import Options, find_executor
from mlnb.execution.jobs import Ended, Job, Setup, Started
from mlnb.execution.prepared import next_attempt, refuse_taken_name
from mlnb.execution.progress import BatchProgress, Ending, State, Tracker
from mlnb.execution.rollup import RollUps
from mlnb.store import control
from mlnb.tracking import runs

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import pandas as pd

    from mlnb.execution.executors import Executor
    from mlnb.execution.goal import Goal
    from mlnb.execution.plan import Plan
    from mlnb.execution.prepared import Prepared
    from mlnb.store import Store
    from mlnb.store.leases import Lease

_log = logging.getLogger("mlnb")
LISTEN_SECONDS: Final = 0.25
"""Between two looks whether another process asked the batch to stop."""


class Observer(Protocol):
    """Whoever wants to see a batch go by, job by job."""

    def started(self, job: Job) -> None: ...

    def ended(self, job: Job, ended: Ended, *, again: bool) -> None: ...


class Batch:
    """The runs that one rerun command started, while they run and afterwards.

    `state` is `running`, and in the end `finished`, `failed` (some run did; `failures` has them) or `cancelled`.
    """

    def __init__(self, prepared: Prepared, *, goal: Goal | None = None) -> None:
        self.prepared = prepared
        self._tracker = Tracker(prepared, goal)
        self._watchers: list[Callable[[BatchProgress], object]] = []
        self._cancelled = threading.Event()
        self._ended = threading.Event()
        self._executor: Executor | None = None
        self._lease: Lease | None = None
        self.failures: tuple[tuple[Job, Ended], ...] = ()

    @property
    def batch_id(self) -> str:
        return self.prepared.batch_id

    @property
    def name(self) -> str:
        return self.prepared.name

    @property
    def notebook(self) -> Path:
        return self.prepared.source.path

    @property
    def plan(self) -> Plan:
        return self.prepared.plan

    @property
    def store(self) -> Store:
        return self.prepared.store

    @property
    def state(self) -> State:
        return self._tracker.state

    def __len__(self) -> int:
        return len(self.plan)

    def __repr__(self) -> str:
        failed = f", {len(self.failures)} failed" if self.failures else ""
        return f"<Batch {self.name}: {len(self)} of {self.notebook.name}, {self.state}{failed}>"

    def progress(self) -> BatchProgress:
        """How far it is: each run's state, the time that is left, the best run so far."""
        return self._tracker.snapshot()

    def observe(self, watcher: Callable[[BatchProgress], object]) -> Callable[[], None]:
        """Have `watcher` called with the progress after each change, on the thread that executes the batch.

        Returns a function that ends that. Once the batch has ended, nothing more comes.
        """
        self._watchers.append(watcher)
        return lambda: self._watchers.remove(watcher) if watcher in self._watchers else None

    def cancel(self) -> None:
        """Stop it, as Ctrl-C does: what has finished stays, what runs is stopped. `wait()` waits for that."""
        self._cancelled.set()
        if self._executor is not None:
            self._executor.stop()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait for its end, at most `timeout` seconds; whether it has ended."""
        return self._ended.wait(timeout)

    def runs(self, *, order_by: str | None = None) -> pd.DataFrame:
        """Its runs, one row each, as `mlnb.runs()` shows them."""
        return runs(f"batch_id = '{self.batch_id}'", order_by, store=self.store)

    def run(self, observer: Observer | None = None) -> Batch:
        """Execute it to its end; Ctrl-C stops its runs, records that, and goes on as KeyboardInterrupt.

        Raises
        ------
        NameTaken
            Another batch took the name since this one was prepared.
        """
        self._begin()
        self._execute(observer)
        return self

    def start(self) -> Batch:
        """Execute it on a thread behind; where Python ends before it, it is cancelled.

        Raises
        ------
        NameTaken
            Another batch took the name since this one was prepared.
        """
        self._begin()
        atexit.register(self._stop)
        threading.Thread(target=self._run_behind, name=f"mlnb-batch-{self.name}", daemon=True).start()
        return self

    def _begin(self) -> None:
        settings = self.prepared.settings
        options = Options(settings.workers, len(self.prepared.jobs), settings.scheduler)
        self._executor = find_executor(settings.executor)(options)
        try:
            self._lease = _take_lease(self.prepared)
            control.forget(self.store, self.batch_id)  # one that was asked to stop may be resumed
            _enter(self.prepared)
        except BaseException:
            self._executor.close()
            if self._lease is not None:
                self._lease.release()
            raise

    def _run_behind(self) -> None:
        try:
            self._execute(None)
        except Exception:  # noqa: BLE001 - nobody is above a thread: it is said, and the batch has its end
            _log.exception("batch %s ended in mlnb itself", self.name)
        finally:
            atexit.unregister(self._stop)

    def _stop(self) -> None:
        self.cancel()
        self.wait()

    def _listen(self) -> None:
        while not self.wait(LISTEN_SECONDS):
            with contextlib.suppress(OSError):  # a store on a share that comes and goes
                if control.is_asked_to_stop(self.store, self.batch_id):
                    self.cancel()
                    return

    def _execute(self, observer: Observer | None) -> None:
        threading.Thread(target=self._listen, name="mlnb-batch-listen", daemon=True).start()
        state: Ending = "cancelled"
        try:
            self._execute_jobs(observer)
            state = "cancelled" if self._cancelled.is_set() else "failed" if self.failures else "finished"
        finally:
            try:
                self.store.registry.transact(lambda _: BatchEnded(batch_id=self.batch_id, state=state))
            finally:
                if self._lease is not None:
                    self._lease.release()
                self._tracker.close(state)
                self._tell()
                self._ended.set()
                with contextlib.suppress(OSError):
                    control.forget(self.store, self.batch_id)

    def _execute_jobs(self, observer: Observer | None) -> None:
        prepared = self.prepared
        waiting = deque(prepared.jobs)
        under_way: dict[str, Job] = {}

        def next_job() -> Job | None:
            if not waiting or self._cancelled.is_set():
                return None
            job = replace(waiting.popleft(), more=bool(waiting))
            under_way[job.run_id] = job
            return job

        executor = self._executor
        assert executor is not None
        roll_ups = RollUps(prepared.store, {*prepared.source.parameters, *prepared.plan.names})
        try:
            for message in executor.run(_setup(prepared), next_job):
                job = under_way[message.run_id]
                if isinstance(message, Started):
                    self._tell_started(job, observer)
                    continue
                ended = _look_again(prepared.store, message) if message.status == "lost" else message
                roll_ups.add(ended.run_id)
                tries = max(prepared.settings.retries, executor.forgives if message.status == "lost" else 0)
                again = ended.status != "finished" and job.attempt <= tries
                if again:
                    waiting.append(next_attempt(job))
                elif ended.status != "finished":
                    self.failures = (*self.failures, (job, ended))
                    if prepared.settings.fail_fast:
                        waiting.clear()
                self._tell_ended(job, ended, observer, again=again)
        finally:
            executor.close()
            roll_ups.flush()

    def _tell_started(self, job: Job, observer: Observer | None) -> None:
        self._tracker.started(job)
        if observer:
            observer.started(job)
        self._tell()

    def _tell_ended(self, job: Job, ended: Ended, observer: Observer | None, *, again: bool) -> None:
        self._tracker.ended(job, ended, again=again)
        if observer:
            observer.ended(job, ended, again=again)
        self._tell()

    def _tell(self) -> None:
        for watcher in list(self._watchers):
            try:
                watcher(self.progress())
            except Exception:  # noqa: BLE001 - who looks on must not stop what goes on
                _log.warning("a watcher of batch %s failed, and is told no more", self.name, exc_info=True)
                self._watchers.remove(watcher)


def execute(prepared: Prepared, observer: Observer | None = None) -> Batch:
    """Execute a batch to its end: `Batch(prepared).run(observer)`."""
    return Batch(prepared).run(observer)


def _take_lease(prepared: Prepared) -> Lease:
    """So that no second process executes the batch beside this one, whatever it thinks of this one's life."""
    lease = prepared.store.leases.take(prepared.batch_id)
    if lease is None:
        raise UsageError(f"batch {prepared.name} is still running", hint="wait, or stop it first")
    return lease


def _enter(prepared: Prepared) -> None:
    from mlnb.store import batch_owners

    sha256 = prepared.store.objects.put_bytes(prepared.source.content)
    owner = batch_owners.this_process()
    if prepared.resumed:
        prepared.store.registry.transact(lambda _: BatchResumed(batch_id=prepared.batch_id, owner=owner))
        return

    def decide(events: Sequence[Event]) -> Event:
        refuse_taken_name(events, prepared.name)
        return BatchStarted(
            batch_id=prepared.batch_id,
            name=prepared.name,
            notebook=str(prepared.source.path),
            source_sha256=sha256,
            plan=prepared.plan.to_record(),
            executor=prepared.settings.executor,
            owner=owner,
            settings=prepared.settings.to_record()
            | {"kernel_name": prepared.source.kernel_name, "rerun_of": prepared.rerun_of},
        )

    prepared.store.registry.transact(decide)


def _look_again(store: Store, lost: Ended) -> Ended:
    """A worker may die when its run has ended already, and before it could tell."""
    from mlnb.store import query

    rows = query.run_page(store, where=f"run_id = '{lost.run_id}'").rows
    if not rows or rows[0]["status"] != "finished":
        return lost
    return Ended(lost.run_id, "finished", seconds=rows[0]["duration_s"])


def _setup(prepared: Prepared) -> Setup:
    return Setup(
        store=str(prepared.store.path),
        notebook=str(prepared.source.path),
        source=str(prepared.store.objects.path(prepared.source.sha256)),
        kernel_name=prepared.source.kernel_name,
        folder=str(prepared.folder),
        experiment=prepared.settings.experiment or prepared.source.path.stem,
        batch_id=prepared.batch_id,
        timeout=prepared.settings.timeout,
        warm=prepared.settings.warm,
        template=prepared.settings.template,
    )
