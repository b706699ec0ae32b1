"""A batch: the runs that one rerun command starts.

First everything that can be wrong is found and the plan is frozen (`prepare`, `resume`), then the batch is
entered in the registry and its jobs go to the executor (`execute`). A run that fails doesn't stop the
others. What is missing can be told at any time from the plan in the registry and the runs in the store.
"""

from __future__ import annotations

import os
from collections import deque
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol

from mlnb import ids
from mlnb.errors import Ambiguous, NameTaken, NotFound, NotWritable, UsageError, nearest
from mlnb.events import BatchEnded, BatchStarted, Event
from mlnb.execution.executors import find_executor
from mlnb.execution.jobs import Ended, Job, Setup, Started
from mlnb.execution.notebooks import SourceNotebook, from_bytes
from mlnb.execution.origin import Origin, find_origin
from mlnb.execution.plan import Entry, Plan, make_plan
from mlnb.execution.rollup import RollUps, roll_up

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import pandas as pd

    from mlnb.execution.values import Axis
    from mlnb.execution.warm.starting import WarmKernels
    from mlnb.store import Store

State = Literal["finished", "failed", "cancelled"]


@dataclass(frozen=True)
class Settings:
    """How a batch is executed; none of it changes what is executed."""

    workers: int | None = None
    executor: str = "local"
    timeout: float | None = None
    retries: int = 0
    fail_fast: bool = False
    output_dir: Path | None = None
    folder: Path | None = None
    experiment: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    warm: bool = True


@dataclass(frozen=True)
class Prepared:
    """A batch that could start now. `jobs` are those of the plan that haven't finished yet."""

    batch_id: str
    name: str
    store: Store
    source: SourceNotebook
    plan: Plan
    jobs: tuple[Job, ...]
    settings: Settings
    resumed: bool = False

    @property
    def workers(self) -> int:
        """How many workers it will have."""
        wanted = self.settings.workers or os.cpu_count() or 1
        return max(1, min(wanted, len(self.jobs)))

    @property
    def folder(self) -> Path:
        """The kernels' working folder."""
        return (self.settings.folder or self.source.path.parent).absolute()


class Observer(Protocol):
    """Whoever wants to see a batch go by."""

    def started(self, job: Job) -> None: ...

    def ended(self, job: Job, ended: Ended, *, again: bool) -> None: ...


@dataclass(frozen=True)
class Batch:
    """A batch that has ended: `state` is `finished`, `failed` (some run did) or `cancelled`."""

    batch_id: str
    name: str
    notebook: Path
    state: State
    plan: Plan
    store: Store
    failures: tuple[tuple[Job, Ended], ...] = ()

    def __len__(self) -> int:
        return len(self.plan)

    def __repr__(self) -> str:
        failed = f", {len(self.failures)} failed" if self.failures else ""
        return f"<Batch {self.name}: {len(self)} of {self.notebook.name}, {self.state}{failed}>"

    def runs(self, *, order_by: str | None = None) -> pd.DataFrame:
        """Its runs, one row each, as `mlnb.runs()` shows them."""
        from mlnb.store import query

        return query.runs_frame(self.store, where=f"batch_id = '{self.batch_id}'", order_by=order_by)

    def _repr_html_(self) -> str:
        return str(self.runs().to_html(index=False, max_rows=50))


def prepare(
    what: str | Path,
    *,
    params: Mapping[str, Any] | None = None,
    rows: Sequence[Mapping[str, Any]] = (),
    grid: Sequence[Axis] = (),
    samples: int | None = None,
    sampler: str = "random",
    seed: int | None = None,
    name: str | None = None,
    kernel_name: str | None = None,
    store: str | Path | None = None,
    settings: Settings | None = None,
) -> Prepared:
    """Find everything that is wrong, and plan the rest; nothing is started or written but the store.

    Raises
    ------
    NotFound, Ambiguous, NotebookError, KernelError, ParameterError, UsageError, NotWritable
    """
    settings = settings or Settings()
    origin = find_origin(what, store=store, kernel_name=kernel_name)
    plan = make_plan(
        params={**origin.parameters, **(params or {})},
        rows=rows,
        grid=grid,
        samples=samples,
        sampler=sampler,
        seed=seed,
    )
    return prepare_plan(origin, plan, name=name, settings=settings)


def prepare_plan(
    origin: Origin, plan: Plan, *, name: str | None = None, settings: Settings | None = None
) -> Prepared:
    """A batch of a plan that is already made."""
    settings = settings or Settings()
    origin.source.check(plan.names)
    for entry in plan:
        origin.source.check_types(entry.parameters)
    _check_settings(settings)
    batch_id = ids.new_id()
    name = name or ids.name_for(batch_id)
    _refuse_taken_name(origin.store.registry.read(), name)
    jobs = tuple(
        _job(entry, number, name, plan, origin, settings) for number, entry in enumerate(plan, start=1)
    )
    return Prepared(batch_id, name, origin.store, origin.source, plan, jobs, settings)


def resume(ref: str, *, store: str | Path | None = None, settings: Settings | None = None) -> Prepared:
    """What is missing of a batch that was stopped, by its name, id or an id's prefix.

    Raises
    ------
    NotFound, Ambiguous
        Not one batch.
    UsageError
        It is still running.
    """
    from mlnb import config
    from mlnb.store import Store

    settings = settings or Settings()
    _check_settings(settings)
    opened = Store.open(store or config.load().store)
    started = find_batch(opened.registry.read(), ref)
    plan = Plan.from_record(started.plan)
    states = _states(opened, started.batch_id)
    running = [run_id for run_id, (status, _) in states.items() if status == "running"]
    if running:
        raise UsageError(
            f"batch {started.name} is still running (run {running[0]})", hint="wait, or stop it first"
        )
    source = from_bytes(opened.objects.read(started.source_sha256), Path(started.notebook))
    origin = Origin(source, opened)
    finished = _finished(states)
    # the batch may have been killed between a run's end and its roll-up
    roll_up(
        opened,
        [run_id for run_id, (status, _) in states.items() if status == "finished"],
        own=source.parameters,
    )
    jobs = tuple(
        _job_again(_job(entry, number, started.name, plan, origin, settings), states)
        for number, entry in enumerate(plan, start=1)
        if entry.run_id not in finished
    )
    return Prepared(started.batch_id, started.name, opened, source, plan, jobs, settings, resumed=True)


def execute(prepared: Prepared, observer: Observer | None = None) -> Batch:
    """Execute a batch to its end; Ctrl-C stops its runs, records that, and goes on as KeyboardInterrupt.

    Raises
    ------
    NameTaken
        Another batch took the name since this one was prepared.
    """
    _enter(prepared)
    state: State = "cancelled"
    failures: list[tuple[Job, Ended]] = []
    try:
        failures = _execute_jobs(prepared, observer)
        state = "failed" if failures else "finished"
    finally:
        prepared.store.registry.transact(lambda _: BatchEnded(batch_id=prepared.batch_id, state=state))
    return Batch(
        prepared.batch_id,
        prepared.name,
        prepared.source.path,
        state,
        prepared.plan,
        prepared.store,
        tuple(failures),
    )


def _enter(prepared: Prepared) -> None:
    sha256 = prepared.store.objects.put_bytes(prepared.source.content)
    if prepared.resumed:
        return

    def decide(events: Sequence[Event]) -> Event:
        _refuse_taken_name(events, prepared.name)
        return BatchStarted(
            batch_id=prepared.batch_id,
            name=prepared.name,
            notebook=str(prepared.source.path),
            source_sha256=sha256,
            plan=prepared.plan.to_record(),
            executor=prepared.settings.executor,
        )

    prepared.store.registry.transact(decide)


def _execute_jobs(prepared: Prepared, observer: Observer | None) -> list[tuple[Job, Ended]]:
    waiting = deque(prepared.jobs)
    under_way: dict[str, Job] = {}
    failures: list[tuple[Job, Ended]] = []

    def next_job() -> Job | None:
        if not waiting:
            return None
        job = replace(waiting.popleft(), more=bool(waiting))
        under_way[job.run_id] = job
        return job

    executor = find_executor(prepared.settings.executor, prepared.workers)
    warm = _start_template(prepared)
    roll_ups = RollUps(prepared.store, {*prepared.source.parameters, *prepared.plan.names})
    try:
        for message in executor.run(_setup(prepared, warm.address), next_job):
            job = under_way[message.run_id]
            if isinstance(message, Started):
                if observer:
                    observer.started(job)
                continue
            ended = _look_again(prepared.store, message) if message.status == "lost" else message
            roll_ups.add(ended.run_id)
            again = ended.status != "finished" and job.attempt <= prepared.settings.retries
            if again:
                waiting.append(_next_attempt(job))
            elif ended.status != "finished":
                failures.append((job, ended))
                if prepared.settings.fail_fast:
                    waiting.clear()
            if observer:
                observer.ended(job, ended, again=again)
    finally:
        executor.close()
        warm.close()
        roll_ups.flush()
    return failures


def _look_again(store: Store, lost: Ended) -> Ended:
    """A worker may die when its run has ended already, and before it could tell."""
    from mlnb.store import query

    rows = query.run_page(store, where=f"run_id = '{lost.run_id}'").rows
    if not rows or rows[0]["status"] != "finished":
        return lost
    return Ended(lost.run_id, "finished", seconds=rows[0]["duration_s"])


def _start_template(prepared: Prepared) -> WarmKernels:
    from mlnb.execution import ipynb
    from mlnb.execution.warm.starting import WarmKernels

    # the imports are paid back from the second kernel of a worker on
    if not prepared.settings.warm or len(prepared.jobs) <= prepared.workers:
        return WarmKernels()
    notebook = ipynb.decode(prepared.source.content)
    return WarmKernels.start(notebook, prepared.source.kernel_name, prepared.folder)


def _setup(prepared: Prepared, template: str | None) -> Setup:
    return Setup(
        store=str(prepared.store.path),
        notebook=str(prepared.source.path),
        source=str(prepared.store.objects.path(prepared.source.sha256)),
        kernel_name=prepared.source.kernel_name,
        folder=str(prepared.folder),
        experiment=prepared.settings.experiment or prepared.source.path.stem,
        batch_id=prepared.batch_id,
        timeout=prepared.settings.timeout,
        template=template,
    )


def _job(entry: Entry, number: int, batch: str, plan: Plan, origin: Origin, settings: Settings) -> Job:
    name = f"{batch}-{number:0{len(str(len(plan)))}d}"
    output = None if settings.output_dir is None else settings.output_dir.absolute() / f"{name}.ipynb"
    return Job(
        run_id=entry.run_id,
        name=name,
        parameters=dict(entry.parameters),
        number=number,
        rerun_of=origin.run_id,
        output_path=None if output is None else str(output),
        tags=dict(settings.tags),
    )


def _job_again(job: Job, states: Mapping[str, tuple[str, str | None]]) -> Job:
    return _next_attempt(job) if job.run_id in states else job


def _next_attempt(job: Job) -> Job:
    first = job.run_id if job.attempt == 1 else job.rerun_of
    return Job(
        run_id=ids.new_id(),
        name=job.name,
        parameters=job.parameters,
        number=job.number,
        attempt=job.attempt + 1,
        rerun_of=first,
        output_path=job.output_path,
        tags=job.tags,
    )


def _check_settings(settings: Settings) -> None:
    if settings.workers is not None and settings.workers < 1:
        raise UsageError(f"--workers {settings.workers} is less than 1")
    if settings.timeout is not None and settings.timeout <= 0:
        raise UsageError(f"--timeout {settings.timeout:g} is not more than 0 seconds")
    if settings.retries < 0:
        raise UsageError(f"--retries {settings.retries} is less than 0")
    if settings.folder is not None and not settings.folder.is_dir():
        raise UsageError(f"--cwd {str(settings.folder)!r} is no folder")
    find_executor(settings.executor, 1)
    if settings.output_dir is not None:
        _check_writable(settings.output_dir)


def _check_writable(folder: Path) -> None:
    probe = folder / f".mlnb-{ids.new_id()}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise NotWritable(
            f"the output folder {str(folder)!r} can't be written: {error.strerror}", hint="--output-dir DIR"
        ) from None


def _batches(events: Iterable[Event]) -> list[BatchStarted]:
    return [event for event in events if isinstance(event, BatchStarted)]


def _refuse_taken_name(events: Iterable[Event], name: str) -> None:
    if any(batch.name == name for batch in _batches(events)):
        raise NameTaken(f"there is a batch {name!r} already", hint=f"another --name, or --resume {name}")


def find_batch(events: Iterable[Event], ref: str) -> BatchStarted:
    batches = _batches(events)
    exact = [batch for batch in batches if ref in {batch.name, batch.batch_id}]
    found = exact or [batch for batch in batches if batch.batch_id.startswith(ref.upper())]
    if not found:
        raise NotFound(f"no batch {ref!r}", hint=nearest(ref, (batch.name for batch in batches)))
    if len(found) > 1:
        raise Ambiguous(f"{len(found)} batches begin with {ref!r}", hint="type more of the id")
    return found[0]


def _states(store: Store, batch_id: str) -> dict[str, tuple[str, str | None]]:
    from mlnb.store import query

    page = query.run_page(store, where=f"batch_id = '{batch_id}'")
    return {row["run_id"]: (row["status"], row["rerun_of"]) for row in page.rows}


def _finished(states: Mapping[str, tuple[str, str | None]]) -> set[str]:
    """The planned ids whose run, or a later attempt at it, finished."""
    finished = set()
    for run_id, (status, rerun_of) in states.items():
        if status == "finished":
            finished |= {run_id, rerun_of or run_id}
    return finished
