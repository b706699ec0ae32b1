"""From events to rows: pure, and the same result whatever the order in which journals come.

What can be set more than once (a name, a note, a tag, a parameter, how a run ended) is a register: the
write with the greatest stamp (time, writer, seq) holds, and a parameter's withdrawal is such a write. What only adds up (artifacts, data sets, verdicts)
is a list of rows. A run's status follows from its registers and from whether its owner still lives.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from mlnb import events

Stamp = tuple[int, str, int]
NEVER: Final[Stamp] = (-1, "", -1)
RUNNING: Final = "running"


@dataclass
class Run:
    """One run, as far as its events are known. `stamps` says when each register was set."""

    run_no: int
    run_id: str
    columns: dict[str, Any] = field(default_factory=dict)
    stamps: dict[str, Stamp] = field(default_factory=dict)
    params: dict[str, tuple[Stamp, events.Param]] = field(default_factory=dict)
    tags: dict[str, tuple[Stamp, str | None]] = field(default_factory=dict)
    output: tuple[Stamp, str] | None = None
    unseen: tuple[Stamp, list[tuple[str, str]]] = (NEVER, [])

    def set_param(self, stamp: Stamp, item: events.Param) -> None:
        known, _ = self.params.get(item.name, (NEVER, None))
        if stamp >= max(known, self.stamps.get(_withdrawal(item.name), NEVER)):
            self.params[item.name] = (stamp, item)

    def withdraw_param(self, stamp: Stamp, name: str) -> None:
        self.set(_withdrawal(name), stamp)
        if name in self.params and self.params[name][0] < stamp:
            del self.params[name]

    def set(self, register: str, stamp: Stamp, **columns: Any) -> None:
        if stamp > self.stamps.get(register, NEVER):
            self.stamps[register] = stamp
            self.columns.update(columns)

    @property
    def has_ended(self) -> bool:
        return "ended" in self.stamps

    def owner_died(self, last_sign: int) -> None:
        """Its owner is gone, and nothing says that it ended; `last_sign` in µs since 1970."""
        started = self.columns.get("started_at", last_sign)
        self.columns.update(status="killed", ended_at=last_sign, duration_s=max(0, last_sign - started) / 1e6)

    def owner_lives(self) -> None:
        """It was only silent."""
        self.columns.update(status="running", ended_at=None, duration_s=None)

    @property
    def is_taken_for_dead(self) -> bool:
        return not self.has_ended and self.columns.get("status") == "killed"


@dataclass
class Additions:
    """Rows that only add up, by base table; and cells, of which the last of a place in a session holds."""

    rows: dict[str, list[tuple[Any, ...]]] = field(default_factory=lambda: defaultdict(list))
    cells: dict[tuple[str, int], tuple[Any, ...]] = field(default_factory=dict)
    kinds: set[tuple[str, str, bool]] = field(default_factory=set)

    def add(self, table: str, *values: Any) -> None:
        self.rows[table].append(values)


def apply(run: Run, event: events.Event, writer: str, additions: Additions) -> None:
    """Take one event of one journal into the run."""
    stamp = (event.time, writer, event.seq)
    match event:
        case events.RunStarted():
            _start(run, event, stamp)
        case events.RunEnded():
            run.set(
                "ended",
                stamp,
                status=event.status,
                ended_at=event.time,
                duration_s=event.duration,
                error=event.error,
                exit_signal=event.exit_signal,
                last_cell=event.last_cell,
            )
        case events.Params():
            for item in event.items:
                additions.kinds.add((item.name, item.type, item.number is not None))
                run.set_param(stamp, item)
        case events.Withdrawn():
            for name in event.params:
                run.withdraw_param(stamp, name)
        case events.Tag():
            if stamp > run.tags.get(event.key, (NEVER, None))[0]:
                run.tags[event.key] = (stamp, event.value)
        case events.Output():
            if run.output is None or stamp > run.output[0]:
                run.output = (stamp, event.text)
        case events.Unseen():
            run.unseen = max(run.unseen, (stamp, event.problems))
            run.set("unseen", stamp)
        case events.Note():
            run.set("note", stamp, note=event.text)
        case events.Renamed():
            run.set("name", stamp, name=event.name)
        case events.Deleted():
            run.set("deleted", stamp, deleted=True)
        case events.GitState():
            run.set("git", stamp, git_commit=event.commit, git_dirty=event.dirty)
        case events.Seeds():
            run.set("seeds", stamp, seeds=json.dumps(event.seeds, sort_keys=True))
        case events.Environment():
            run.set("environment", stamp, env_id=event.env_id)
            add_environment(event, additions)
        case events.MetricKey() | events.Heartbeat() | events.JournalOpened():
            pass  # about the journal, not the run
        case _:
            _add(run, event, additions)


def _withdrawal(param: str) -> str:
    return f"withdrawn {param}"


def _start(run: Run, event: events.RunStarted, stamp: Stamp) -> None:
    run.set(
        "started",
        stamp,
        experiment=event.experiment,
        kind=event.run_kind,
        parent_id=event.parent_id,
        batch_id=event.batch_id,
        rerun_of=event.rerun_of,
        notebook=event.notebook,
        cell_id=event.cell_id,
        session_id=event.session_id,
        first_cell=event.first_cell,
        started_at=event.time,
        user=event.user,
        host=event.host,
    )
    run.set("name", stamp, name=event.name)
    if not run.has_ended:
        run.columns["status"] = "running"


def _add(run: Run, event: events.Event, additions: Additions) -> None:
    at = (event.time, event.seq)
    match event:
        case events.Dataset():
            reading = _reading(event)
            additions.add(
                "dataset",
                run.run_no,
                event.name,
                event.role,
                event.type,
                event.rows,
                event.columns,
                event.bytes,
                event.digest,
                event.row_hashes,
                event.source,
                reading,
                *at,
            )
            for position, column in enumerate(event.profile):
                additions.add("dataset_column", reading, position, event.digest, *_column(column))
        case events.Artifact():
            additions.add(
                "artifact",
                run.run_no,
                event.name,
                event.artifact_kind,
                event.media_type,
                event.bytes,
                event.sha256,
                event.source,
                json.dumps(event.metadata) if event.metadata else None,
                *at,
            )
        case events.Verdict():
            additions.add("verdict", run.run_no, event.against, event.part, event.outcome, event.detail, *at)
        case events.Check():
            additions.add("check", run.run_no, event.dataset, event.name, event.passed, event.detail, *at)
        case events.Problem():
            additions.add("problem", run.run_no, event.where, event.message, *at)
        case events.Owed():
            additions.add("owed", run.run_no, event.task, event.what, *at)
        case events.Paid():
            additions.add("paid", event.task)


def add_environment(event: events.Environment, additions: Additions) -> None:
    if not event.python:
        return
    additions.add(
        "environment",
        event.env_id,
        event.python,
        event.platform,
        sorted(event.packages.items()),
        event.lock,
    )


def add_cell(event: events.CellStarted | events.Cell, additions: Additions) -> None:
    """A cell's row: once it is over, in place of the row that it had while it ran, and never the other way round."""
    place = (event.session_id, event.ordinal)
    match event:
        case events.Cell():
            known: tuple[Any, ...] = (event.status, event.duration, event.reads, event.writes)
            _add_chance(event, additions)
        case _:
            if place in additions.cells:
                return
            known = (RUNNING, None, [], [])
    additions.cells[place] = (
        *place,
        event.cell_id,
        event.execution_count,
        event.source_sha256,
        event.source,
        *known,
    )


def _add_chance(event: events.Cell, additions: Additions) -> None:
    """What a cell was given by chance, and where it stopped."""
    for kind, told in (("random", event.random), ("drew", event.drew), ("entropy", event.entropy)):
        for name, state in told.items():
            additions.add("chance", event.session_id, event.ordinal, kind, name, state)
    if event.stopped_at is not None:
        additions.add("chance", event.session_id, event.ordinal, "stopped", "line", str(event.stopped_at))


def _reading(event: events.Dataset) -> str:
    """What tells the columns of one reading of a data set from those of another: a file of the same bytes is read with
    other types, rows or columns by another cell."""
    columns = [(column.name, column.type, column.digest) for column in event.profile]
    return hashlib.blake2b(msgspec.json.encode((event.digest, columns)), digest_size=16).hexdigest()


def _column(column: events.ColumnProfile) -> tuple[Any, ...]:
    return (
        column.name,
        column.type,
        column.digest,
        column.nulls,
        column.distinct,
        None if column.min is None else str(column.min),
        None if column.max is None else str(column.max),
        column.mean,
        column.std,
        None if column.histogram is None else msgspec.json.encode(column.histogram).decode(),
    )
