"""`mlnb reproduce RUN`: the same source with the same parameters once more, and a verdict.

What is executed is the notebook as the run kept it, so that the verdict is about data, environment and
chance; the source's own verdict says what has become of it in the file on disk. A cell's run is held against that
very execution. The rerun is a run of its own kind, `reproduction`, that says in its verdicts which run it was held
against, cell runs against cell runs, and keeps the report.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from mlnb import events
from mlnb.errors import ExecutionFailed, UsageError
from mlnb.execution import environments, report
from mlnb.execution.batch import execute
from mlnb.execution.facts import facts_of, notebook_cells
from mlnb.execution.origin import Origin, find_origin
from mlnb.execution.plan import make_plan
from mlnb.execution.prepared import Settings, prepare_plan
from mlnb.execution.verdict import Facts, Judgement, Part, Tolerance, find_source, judge, judge_source

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mlnb.execution.batch import Batch, Observer
    from mlnb.execution.prepared import Prepared
    from mlnb.store import Store

Watch = Callable[["Prepared"], AbstractContextManager["Observer"]]


@dataclass(frozen=True)
class Verdict:
    """Whether `run_id` was reproduced by `rerun_id`: `reproduced`, its `parts`, and the likely `cause` if not."""

    run_id: str
    run_name: str
    rerun_id: str
    rerun_name: str
    judgement: Judgement

    @property
    def reproduced(self) -> bool:
        return self.judgement.reproduced

    @property
    def parts(self) -> tuple[Part, ...]:
        return self.judgement.parts

    @property
    def cause(self) -> str:
        return self.judgement.cause

    def to_markdown(self) -> str:
        """The report."""
        return report.markdown(self)

    def to_html(self) -> str:
        """The report, as a page of its own."""
        return report.html(self)


def reproduce(
    run: str,
    *,
    against: str | None = None,
    tolerance: Tolerance | None = None,
    repeat: int = 0,
    timeout: float | None = None,
    env: Literal["current", "recorded"] = "current",
    whole: bool = False,
    store: str | Path | None = None,
    watch: Watch | None = None,
) -> Verdict:
    """Execute a run's own notebook with its own parameters once more, and judge what comes out.

    Of a cell's run the cells that it depends on are executed, each with the random numbers that it had; where that doesn't
    reproduce it, all that its session had executed.

    Parameters
    ----------
    run
        A run's id, the beginning of one, or its name.
    against
        Judge this recorded run instead of executing anything.
    tolerance
        How far a metric may be from what it was.
    repeat
        So many more reruns, to see how far the metrics spread by themselves.
    timeout
        Seconds that one execution may take.
    whole
        Of a cell's run: execute all that its session had executed, at once.
    watch
        A context manager around each execution, which gives the observer that sees it go by.
    env
        `"recorded"` makes a virtual environment of the run's own packages first, with uv.

    Raises
    ------
    NotFound, Ambiguous
        Not one run.
    UsageError
        uv isn't installed, or `env` or `repeat` make no sense; or the run never came to its end: it was killed, or stopped
        by hand.
    NotebookError
        The run's notebook wasn't kept.
    ExecutionFailed
        The rerun failed, or its environment can't be made.
    """
    if env not in {"current", "recorded"}:
        raise UsageError(f"env is {env!r}", hint="current or recorded")
    if repeat < 0:
        raise UsageError(f"repeat {repeat} is less than 0")
    if against is not None:
        return _compare(run, against, tolerance, store)
    home = open_store(store)
    recorded = env == "recorded"
    around: AbstractContextManager[str | None] = (
        environments.recorded(environments.lock_of(home, _only_run(run, store)))
        if recorded
        else nullcontext()
    )
    with around as kernel:

        def prepared(*, sliced: bool) -> tuple[Prepared, str]:
            return prepare_reproduction(
                run, repeat=repeat, timeout=timeout, store=store, kernel_name=kernel, sliced=sliced
            )

        if not whole:
            small, run_id = prepared(sliced=True)
            if small.source.content != prepared(sliced=False)[0].source.content:
                with suppress(ExecutionFailed):
                    verdict = _execute(small, run_id, tolerance, watch)
                    if verdict.reproduced or not _may_lack_cells(verdict):
                        return verdict
        return _execute(*prepared(sliced=False), tolerance, watch)


def _may_lack_cells(verdict: Verdict) -> bool:
    """Whether what parted may come from a cell that wasn't executed: another environment doesn't."""
    return any(not part.agrees and part.part != "environment" for part in verdict.parts)


def run_reproduction(
    origin: Origin, name: str, timeout: float | None = None, template: str | None = None
) -> str:
    """Execute what repeats a run, once; the id of the run that did. `template` is the address of a process that forks its kernel.

    Raises
    ------
    ExecutionFailed
        It failed, or was stopped.
    """
    plan = make_plan(params=origin.parameters, rows=[{}])
    run_id = plan.entries[0].run_id
    settings = Settings(timeout=timeout, workers=1, kind="reproduction", template=template)
    batch = execute(prepare_plan(origin, plan, name=f"{name}-{run_id[-6:].lower()}", settings=settings))
    _refuse_failed(batch)
    return run_id


def _execute(prepared: Prepared, run_id: str, tolerance: Tolerance | None, watch: Watch | None) -> Verdict:
    with watch(prepared) if watch else nullcontext() as observer:
        batch = execute(prepared, observer)
    _refuse_failed(batch)
    return judge_reruns(prepared.store, run_id, [entry.run_id for entry in batch.plan], tolerance)


def _refuse_failed(batch: Batch) -> None:
    if batch.failures:
        job, ended = batch.failures[0]
        raise ExecutionFailed(
            f"run {job.name} could not be executed: {ended.error}", hint=f"mlnb show {job.name}"
        )
    if batch.state == "cancelled":
        raise ExecutionFailed(f"batch {batch.name} was stopped before its runs had ended")


def prepare_reproduction(
    run: str,
    *,
    repeat: int = 0,
    timeout: float | None = None,
    store: str | Path | None = None,
    kernel_name: str | None = None,
    sliced: bool = False,
) -> tuple[Prepared, str]:
    """The batch that repeats a run, and the id of the run it repeats (the notebook's, if `run` is a cell of it). `sliced`: of a
    cell's run, only what it depends on."""
    only = _only_run(run, store)
    whole = _whole(only, store)
    for one in {only: None, whole: None}:
        _refuse_unfinished(one, store)
    found = find_origin(whole, store=store, kernel_name=kernel_name, sliced=sliced)
    assert found.run_id is not None
    plan = make_plan(params=found.parameters, rows=[{} for _ in range(1 + repeat)])
    settings = Settings(timeout=timeout, workers=1, kind="reproduction")
    return prepare_plan(
        found, plan, name=f"reproduce-{plan.entries[0].run_id[-6:].lower()}", settings=settings
    ), found.run_id


def judge_reruns(
    store: Store, run_id: str, reruns: Sequence[str], tolerance: Tolerance | None = None
) -> Verdict:
    """The verdict over a run by its reruns, recorded with the first of them and its cells' runs."""
    was = facts_of(store, run_id)
    now, *others = [facts_of(store, _repeat_of(store, run_id, rerun)) for rerun in reruns]
    judgement = judge(
        was,
        now,
        source=_source_today(store, run_id, was),
        tolerance=tolerance,
        others=others,
        outside=_outside(store, run_id),
    )
    verdict = _verdict(store, run_id, reruns[0], judgement)
    _record(store, verdict)
    for old, new in _pairs(store, run_id, reruns[0]):
        inner = judge(
            facts_of(store, old), facts_of(store, new), source=Part("source", "same"), tolerance=tolerance
        )
        store.edit(new, *_events(old, inner))
    return verdict


def _outside(store: Store, run_id: str) -> list[str] | None:
    """What a cell's run depends on that no record holds; None where its random numbers weren't recorded."""
    from mlnb.execution import blame, replay, slicing
    from mlnb.store import query

    done = replay.executions(store, run_id) if _is_of_a_cell(query.record(store, run_id)) else []
    if not any(one.random or one.drew for one in done):
        return None
    return list(blame.causes(done, slicing.needed(slicing.links(done))))


def _compare(run: str, against: str, tolerance: Tolerance | None, place: str | Path | None) -> Verdict:
    from mlnb.store import query

    store = open_store(place)
    run_id, other = query.resolve(store, run), query.resolve(store, against)
    was, now = facts_of(store, run_id), facts_of(store, other)
    source = judge_source(was.cells, now.cells, where=against)
    verdict = _verdict(store, run_id, other, judge(was, now, source=source, tolerance=tolerance))
    _record(store, verdict)
    return verdict


def _source_today(store: Store, run_id: str, was: Facts) -> Part:
    from mlnb.store import query

    record = query.record(store, run_id)
    path = Path(record["notebook"] or "")
    of_cell = _is_of_a_cell(record)
    if was.cells is None or path.suffix != ".ipynb" or not path.is_file():
        return judge_source(None, None, where="")
    try:
        today = notebook_cells(path.read_bytes(), executed=False)
    except Exception as error:  # noqa: BLE001 - whatever it is now, it isn't that notebook
        said = f"{path.name} can't be read any more: {error}"
        return Part("source", "same" if of_cell else "changed", said)
    if of_cell:
        return find_source(was.cells[-1], today)
    kept = [cell.id for cell in was.cells]
    if kept and not any(
        cell.id in kept for cell in today
    ):  # cells without ids get new ones whenever they are read
        today = [type(cell)(id_, cell.source) for id_, cell in zip(kept, today, strict=False)]
    return judge_source(was.cells, today, where=path.name)


def _is_of_a_cell(record: Mapping[str, Any]) -> bool:
    """Whether a run is one cell's, executed by hand: it kept no notebook of its own."""
    return str(record["kind"]) == "cell"


def _repeat_of(store: Store, run_id: str, rerun: str) -> str:
    """What repeats a run: its rerun, or the run of that very cell in it."""
    from mlnb.execution import ipynb, replay
    from mlnb.store import query

    if not _is_of_a_cell(query.record(store, run_id)):
        return rerun
    kept = [one for one in query.record(store, rerun)["artifacts"] if one["kind"] == "notebook"]
    cell_id = replay.target(ipynb.decode(store.objects.read(kept[-1]["sha256"]))) if kept else None
    inside = [row for row in query.children(store, rerun) if row["cell_id"] == cell_id]
    if not inside:
        name = query.record(store, run_id)["name"]
        raise ExecutionFailed(
            f"the cell of {name} was executed, but opened no run", hint=f"mlnb show {rerun}"
        )
    return str(inside[-1]["run_id"])


def _pairs(store: Store, old: str, new: str) -> list[tuple[str, str]]:
    from mlnb.execution.rollup import labels
    from mlnb.store import query

    before, after = query.children(store, old), query.children(store, new)
    found = dict(zip(labels(after), (row["run_id"] for row in after), strict=True))
    return [
        (row["run_id"], found[label])
        for label, row in zip(labels(before), before, strict=True)
        if label in found
    ]


def _verdict(store: Store, run_id: str, rerun: str, judgement: Judgement) -> Verdict:
    from mlnb.store import query

    names = [str(query.record(store, one)["name"]) for one in (run_id, rerun)]
    return Verdict(run_id, names[0], rerun, names[1], judgement)


def _record(store: Store, verdict: Verdict) -> None:
    name = f"verdict on {verdict.run_name}"
    kept = [
        _keep(store, f"{name}.md", verdict.to_markdown(), "text", "text/markdown"),
        _keep(store, f"{name}.html", verdict.to_html(), "file", "text/html"),
    ]
    store.edit(verdict.rerun_id, *_events(verdict.run_id, verdict.judgement), *kept)


def _keep(store: Store, name: str, text: str, kind: Any, media_type: str) -> events.Artifact:
    data = text.encode()
    return events.Artifact(
        name=name,
        artifact_kind=kind,
        media_type=media_type,
        bytes=len(data),
        sha256=store.objects.put_bytes(data),
    )


def _events(against: str, judgement: Judgement) -> list[events.Event]:
    return [
        events.Verdict(against=against, part=p.part, outcome=p.outcome, detail=p.detail)
        for p in judgement.parts
    ]


def _only_run(run: str, place: str | Path | None) -> str:
    from mlnb.store import query

    return query.resolve(open_store(place), run)


def _refuse_unfinished(run_id: str, place: str | Path | None) -> None:
    """What never came to its end can't be judged; an endless loop would be executed without end."""
    from mlnb.store import query

    record = query.record(open_store(place), run_id)
    was_stopped = (record["error"] or "").partition(":")[0] == KeyboardInterrupt.__name__
    state = _UNFINISHED.get(record["status"]) or ("was stopped by hand" if was_stopped else None)
    if state is not None:
        raise UsageError(
            f"run {record['name']} {state}: what it would have come to isn't known, so nothing can be held against it",
            hint=f"mlnb rerun {record['name']} --timeout 60 executes it again, for a minute at most",
        )


_UNFINISHED: Final = {"running": "still runs", "killed": "was killed"}


def _whole(run_id: str, place: str | Path | None) -> str:
    """Of a cell's run inside a notebook's run, the notebook's: it kept the notebook."""
    from mlnb.store import query

    return str(query.record(open_store(place), run_id)["parent_id"] or run_id)


def open_store(place: str | Path | None) -> Store:
    from mlnb import config
    from mlnb.store import Store

    return Store.open(place or config.load().store)
