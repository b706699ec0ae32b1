"""A batch that could start now: everything that can be wrong with it has been found, and its plan is frozen.

A new one (`prepare`), or what is missing of one that was stopped (`resume`): that can be told at any time from the
plan in the registry and the runs in the store.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from mlnb import ids
from mlnb.errors import Ambiguous, NameTaken, NotFound, NotWritable, UsageError, nearest
from mlnb.events import BatchStarted, Event, RunKind
from mlnb.execution import memory
from mlnb.execution.executors import find_executor
from mlnb.execution.jobs import Job
from mlnb.execution.notebooks import SourceNotebook, from_bytes
from mlnb.execution.origin import Origin, find_origin
from mlnb.execution.plan import Entry, Plan, make_plan
from mlnb.execution.rollup import roll_up

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from mlnb.execution.values import Axis
    from mlnb.store import Store


@dataclass(frozen=True)
class Settings:
    """How a batch is executed; none of it changes what is executed."""

    workers: int | None = None
    executor: str = "local"
    scheduler: str | None = None
    timeout: float | None = None
    retries: int = 0
    fail_fast: bool = False
    output_dir: Path | None = None
    folder: Path | None = None
    experiment: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    warm: bool = True
    template: str | None = None
    kind: RunKind = "notebook"

    def to_record(self) -> dict[str, Any]:
        """All of it as JSON, for who resumes the batch; paths from the root, since that may be elsewhere."""
        known = {one.name: getattr(self, one.name) for one in fields(self)}
        paths = {name: str(value.absolute()) for name, value in known.items() if isinstance(value, Path)}
        return known | {"tags": dict(self.tags)} | paths

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Settings:
        """What was recorded; what another version added is left out, and what an older one lacked is as by default."""
        known = {one.name: record[one.name] for one in fields(cls) if one.name in record}
        paths = {name: Path(known[name]) for name in _PATHS if known.get(name) is not None}
        return cls(**known | paths)


_PATHS: Final = ("output_dir", "folder")


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
    rerun_of: str | None = None

    @property
    def workers(self) -> int:
        """How many workers it will have at most, on this machine."""
        return max(1, min(self.settings.workers or memory.cores(), len(self.jobs)))

    @property
    def folder(self) -> Path:
        """The kernels' working folder."""
        return (self.settings.folder or self.source.path.parent).absolute()

    def run_name(self, number: int) -> str:
        """What the plan's run of that number, from 1, is called."""
        return _run_name(self.name, number, self.plan)


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
    refuse_taken_name(origin.store.registry.read(), name)
    jobs = tuple(
        _job(entry, number, name, plan, origin, settings) for number, entry in enumerate(plan, start=1)
    )
    return Prepared(batch_id, name, origin.store, origin.source, plan, jobs, settings, rerun_of=origin.run_id)


def resume(
    ref: str, *, store: str | Path | None = None, changes: Mapping[str, Any] | None = None
) -> Prepared:
    """What is missing of a batch that was stopped, by its name, id or an id's prefix. It is executed as it was before, but
    for `changes` of its settings.

    Raises
    ------
    NotFound, Ambiguous
        Not one batch.
    UsageError
        It is still running.
    """
    from mlnb import config
    from mlnb.store import Store

    opened = Store.open(store or config.load().store)
    started = find_batch(opened.registry.read(), ref)
    settings = replace(Settings.from_record(started.settings), **(changes or {}))
    _check_settings(settings)
    plan = Plan.from_record(started.plan)
    states = _states(opened, started.batch_id)
    if _is_running(opened, started.batch_id, states):
        raise UsageError(f"batch {started.name} is still running", hint="wait, or stop it first")
    source = from_bytes(
        opened.objects.read(started.source_sha256),
        Path(started.notebook),
        kernel_name=started.settings.get("kernel_name"),
    )
    origin = Origin(source, opened, started.settings.get("rerun_of"))
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


def _job(entry: Entry, number: int, batch: str, plan: Plan, origin: Origin, settings: Settings) -> Job:
    name = _run_name(batch, number, plan)
    output = None if settings.output_dir is None else settings.output_dir.absolute() / f"{name}.ipynb"
    return Job(
        run_id=entry.run_id,
        name=name,
        parameters=dict(entry.parameters),
        number=number,
        rerun_of=origin.run_id,
        output_path=None if output is None else str(output),
        tags=dict(settings.tags),
        run_kind=settings.kind,
    )


def _run_name(batch: str, number: int, plan: Plan) -> str:
    return f"{batch}-{number:0{len(str(len(plan)))}d}"


def _job_again(job: Job, states: Mapping[str, tuple[str, str | None]]) -> Job:
    return next_attempt(job) if job.run_id in states else job


def next_attempt(job: Job) -> Job:
    """The same job once more, as a run of its own."""
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
        run_kind=job.run_kind,
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
    find_executor(settings.executor)
    if settings.scheduler is not None and settings.executor == "local":
        raise UsageError(
            f"--scheduler {settings.scheduler} needs an executor that has one", hint="--executor dask"
        )
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


def refuse_taken_name(events: Iterable[Event], name: str) -> None:
    """Raise NameTaken where a batch has the name already."""
    if any(batch.name == name for batch in _batches(events)):
        raise NameTaken(f"there is a batch {name!r} already", hint=f"another --name, or --resume {name}")


def find_batch(events: Iterable[Event], ref: str) -> BatchStarted:
    """The batch of that name, id, or beginning of an id."""
    batches = _batches(events)
    exact = [batch for batch in batches if ref in {batch.name, batch.batch_id}]
    found = exact or [batch for batch in batches if batch.batch_id.startswith(ref.upper())]
    if not found:
        raise NotFound(f"no batch {ref!r}", hint=nearest(ref, (batch.name for batch in batches)))
    if len(found) > 1:
        raise Ambiguous(f"{len(found)} batches begin with {ref!r}", hint="type more of the id")
    return found[0]


def _is_running(store: Store, batch_id: str, states: Mapping[str, tuple[str, str | None]]) -> bool:
    from mlnb.store import query

    state = next(row["state"] for row in query.batches(store) if row["batch_id"] == batch_id)
    # the batch's process may be gone while its last workers still close their runs
    return state == "running" or any(status == "running" for status, _ in states.values())


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
