"""What one fold takes: journals' events become rows in memory, and go into the index all at once.

Runs that the index has already are loaded when the first event about them comes, so that a fold is the
same whether it takes a journal whole or in pieces. One Arrow insert a table: row by row costs ten times
as much.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import msgspec

from mlnb import events
from mlnb.store import (
    coarse,
    earlier,
    fold,
    index,
    points,
    positions,
    reading,
    registry_rows,
    summary,
    tables,
)
from mlnb.store.positions import Position

if TYPE_CHECKING:
    import duckdb
    from numpy.typing import NDArray

    from mlnb.store.reading import Journal

SESSION_EVENTS: Final = (
    events.JournalOpened,
    events.SessionStarted,
    events.CellStarted,
    events.Cell,
    events.Environment,
)

Keys = dict[int, tuple[fold.Stamp, events.MetricKey] | None]
"""What a journal's numbers mean, and since when; None are those that it has withdrawn."""


class Taken:
    """The rows of one transaction."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, writer: tables.Writer | None = None) -> None:
        self.connection = connection
        self._write = writer or tables.Writer(connection)
        self.bytes = 0
        self._additions = fold.Additions()
        self._runs: dict[str, fold.Run] = {}
        self._known_runs: set[int] = set()
        self._positions: dict[str, Position] = {}
        self._before: dict[str, Position] = {}
        self._new_subjects: set[str] = set()
        self._keys: dict[str, tuple[Keys, int]] = {}
        self._key_nos: dict[str, int] = {}
        self._summaries: dict[tuple[int, int], earlier.Described] = {}
        self._folded_summaries: dict[int, dict[str, earlier.Described]] = {}
        self._known_now: list[tuple[str, int]] = []
        self._points: list[tuple[int, int, NDArray[Any]]] = []
        self._coarse: list[tuple[int, int, NDArray[Any]]] = []
        self._covered: dict[tuple[int, int], int] = {}
        self._covered_runs: set[int] = set()
        self._forgotten: set[int] = set()
        self.again: set[str] = set()
        """Runs whose points were folded before it was known that some don't count."""
        self._registry: tuple[list[events.Event], int] | None = None
        row = index.one(
            connection,
            """SELECT (SELECT coalesce(max(run_no), 0) FROM base.run),
                      (SELECT coalesce(max(key_no), 0) FROM base.key), fold FROM base.meta""",
        )
        assert row is not None
        self._last_run_no, self._last_key_no, self._fold = row

    # ---- reading journals ----

    def expect(self, journals: Sequence[Journal]) -> None:
        """Ask the index about many journals at once, before they are taken one by one."""
        names = [journal.name for journal in journals]
        known = positions.folded(self.connection, names)
        self._before.update({name: known.get(name, Position()) for name in names})
        subjects = list({journal.subject for journal in journals})
        there = self.connection.execute(
            "SELECT run_id FROM base.run WHERE run_id IN (SELECT unnest(?))", [subjects]
        ).fetchall()
        self._new_subjects.update(set(subjects) - {run_id for (run_id,) in there})

    def position(self, name: str) -> Position:
        """How far a journal is folded, with what was taken since."""
        if name not in self._positions:
            known = self._before.get(name) or positions.folded(self.connection, [name]).get(name)
            self._positions[name] = known or Position()
        return self._positions[name]

    def leave_alone(self, journal: Journal, problem: str | None) -> None:
        """This version can't read it: it stays where it is, and the others go on (None: it can now)."""
        self._move(journal.name, problem=problem)

    def take_events(
        self, journal: Journal, first: events.JournalOpened, read: reading.Read
    ) -> fold.Run | None:
        """Take events of a journal; its run, or None where it is a session's."""
        at = self.position(journal.name)
        self.bytes += read.end - at.events_end
        about_run = at.run_no is not None or _is_about_run(first, read.events, whole=at.events_end == 0)
        run = self._run(journal.subject) if about_run else None
        owner = at.owner
        for event in read.events:
            if run is not None and isinstance(event, events.RunStarted):
                owner = True
                run.set("origin", (event.time, journal.writer, event.seq), origin=first.store_id)
            self._take_event(journal.name, journal.writer, run, event)
        self._note_keys(journal, read, at)
        self._move(
            journal.name,
            run_no=run.run_no if run is not None else None,
            events_end=read.end,
            damaged=at.damaged + read.damaged,
            owner=owner,
        )
        return run

    def _take_event(self, name: str, writer: str, run: fold.Run | None, event: events.Event) -> None:
        if isinstance(event, events.Unknown):
            self._additions.add("unknown_event", name, event.seq, event.line)
        elif isinstance(event, events.Cell | events.CellStarted):
            fold.add_cell(event, self._additions)
        elif run is not None:
            fold.apply(run, event, writer, self._additions)
        elif isinstance(event, events.Environment):
            fold.add_environment(event, self._additions)

    def take_unknown(self) -> None:
        """Take events that an older version kept because it didn't know their kind, and this one knows."""
        for name, seq, line in self.connection.execute(
            "SELECT journal, seq, line FROM base.unknown_event"
        ).fetchall():
            event = events.decode(line.encode())
            if isinstance(event, events.Unknown):
                continue
            subject, _, writer = name.partition(".")
            about_run = not isinstance(event, SESSION_EVENTS) or self.position(name).run_no is not None
            run = self._run(subject) if about_run else None
            if run is not None:
                self._move(name, run_no=run.run_no)
            self._take_event(name, writer, run, event)
            self._known_now.append((name, seq))

    def left_alone(self) -> list[str]:
        """The journals that no version which folded so far could read."""
        found = self.connection.execute("SELECT name FROM base.journal WHERE problem IS NOT NULL").fetchall()
        return [name for (name,) in found]

    def may_be_judged(self, journal: Journal, run: fold.Run) -> bool:
        """Whether the run's end hangs on the life of this journal's writer."""
        return self.position(journal.name).owner and not run.has_ended

    def judge(self, run: fold.Run, died: int | None) -> None:
        """A run whose owner is gone without a word was killed, until something later says otherwise;
        `died` is when it last wrote (µs since 1970), None where it lives."""
        if died is None:
            run.owner_lives()
        else:
            run.owner_died(died)

    def take_points(
        self, journal: Journal, run: fold.Run, records: NDArray[Any], end: int, *, broken: int = 0
    ) -> None:
        """Take points of a journal, up to byte `end` of its file; `broken` counts blocks that aren't what was written."""
        at = self.position(journal.name)
        lost = broken
        if len(records):
            keys = self._keys_of(journal)
            lost += self._take_points(run, journal.writer, keys, records, at.points_end // points.SIZE)
        self.bytes += end - at.points_end
        self._move(journal.name, points_end=end, damaged=at.damaged + lost)

    def take_points_again(
        self, run_id: str, parts: Iterable[tuple[str, list[events.Event], NDArray[Any]]]
    ) -> None:
        """Forget what is folded of a run's points, and take these instead: of each of its journals, the writer, the events
        and the points so far."""
        run = self._run(run_id)
        self._forgotten.add(run.run_no)
        self._folded_summaries[run.run_no] = {}
        self._summaries = {pair: known for pair, known in self._summaries.items() if pair[0] != run.run_no}
        self._points = [part for part in self._points if part[0] != run.run_no]
        self._coarse = [part for part in self._coarse if part[0] != run.run_no]
        self._covered = {pair: count for pair, count in self._covered.items() if pair[0] != run.run_no}
        for writer, found, records in parts:
            self._take_points(run, writer, _keys_in(found, writer), records, 0)

    def _take_points(self, run: fold.Run, writer: str, keys: Keys, records: NDArray[Any], start: int) -> int:
        """Returns how many belong to no metric that the journal names; `start` is the first one's place in it."""
        lost = 0
        for key, part, found in summary.summarise(records, writer, start):
            described = keys.get(key)
            if described is None:
                lost += len(part) if key not in keys else 0
                continue
            stamp, metric = described
            key_no = self._key_no(metric.name)
            self._points.append((run.run_no, key_no, part))
            covered = self._covered_now(run.run_no)
            before = covered.get((run.run_no, key_no), 0)
            if before or len(part) >= coarse.LEAST:
                self._coarse.append((run.run_no, key_no, coarse.of(part)))
                covered[run.run_no, key_no] = before + len(part)
            self._summarise(run.run_no, key_no, found, stamp, metric)
        return lost

    def _covered_now(self, run_no: int) -> dict[tuple[int, int], int]:
        """The curves that have coarse points by now, with how many points these stand for."""
        if run_no in self._known_runs - self._forgotten - self._covered_runs:
            self._covered_runs.add(run_no)
            found = self.connection.execute(
                'SELECT key_no, "count" FROM base.covered WHERE run_no = ?', [run_no]
            ).fetchall()
            for key_no, count in found:
                self._covered[run_no, key_no] = self._covered.get((run_no, key_no), 0) + count
        return self._covered

    def know_keys(self, journal: Journal, found: list[events.Event]) -> None:
        """The keys of an archived journal, from its beginning: there is no file of it to look into."""
        self._keys[journal.name] = (_keys_in(found, journal.writer), 0)

    def pass_over(self, journal: Journal, end: int) -> None:
        """Nothing more is to be had of a journal's points before byte `end`."""
        self._move(journal.name, points_end=max(end, self.position(journal.name).points_end))

    def take_registry(self, records: list[events.Event], end: int) -> None:
        self._registry = (records, end)

    # ---- runs and keys ----

    def _run(self, run_id: str) -> fold.Run:
        run = self._runs.get(run_id)
        if run is None:
            run = None if run_id in self._new_subjects else earlier.load_run(self.connection, run_id)
            if run is not None:
                self._known_runs.add(run.run_no)
            else:
                self._last_run_no += 1
                run = fold.Run(self._last_run_no, run_id)
            self._runs[run_id] = run
        return run

    def _note_keys(self, journal: Journal, read: reading.Read, at: Position) -> None:
        known, start = self._keys.get(journal.name, ({}, at.events_end))
        self._keys[journal.name] = (known | _keys_in(read.events, journal.writer), start)

    def _keys_of(self, journal: Journal) -> Keys:
        """Every key of a journal, those from before this fold too."""
        keys, start = self._keys[journal.name]
        if start:
            first = reading.header(journal)
            sealed = first is not None and reading.is_sealed(first)
            before = reading.read_events(journal.events_path, 0, start, sealed=sealed)
            keys = _keys_in(before.events, journal.writer) | keys
            self._keys[journal.name] = (keys, 0)
        return keys

    def _key_no(self, name: str) -> int:
        if not self._key_nos:
            self._key_nos = dict(self.connection.execute("SELECT name, key_no FROM base.key").fetchall())
        if name not in self._key_nos:
            self._last_key_no += 1
            self._key_nos[name] = self._last_key_no
            self._additions.add("key", self._last_key_no, name)
        return self._key_nos[name]

    def _summarise(
        self,
        run_no: int,
        key_no: int,
        found: summary.Summary,
        stamp: fold.Stamp,
        metric: events.MetricKey,
    ) -> None:
        known = self._summaries.get((run_no, key_no))
        if known is None and run_no in self._known_runs:
            if run_no not in self._folded_summaries:
                self._folded_summaries[run_no] = earlier.load_summaries(self.connection, run_no)
            known = self._folded_summaries[run_no].get(metric.name)
        if known is not None:
            before, before_stamp, before_metric = known
            found = before.merge(found)
            if before_stamp > stamp:
                stamp, metric = before_stamp, before_metric
        self._summaries[run_no, key_no] = (found, stamp, metric)

    def _move(self, name: str, **changes: Any) -> None:
        self._positions[name] = replace(self.position(name), **changes)

    # ---- writing ----

    def insert(self) -> None:
        """Put everything into the index, inside the caller's transaction."""
        fold_no = self._fold + 1
        self._replace_runs(fold_no)
        for table in ("point", "metric", "coarse", "covered"):
            self._write.delete(table, ("run_no",), [(run_no,) for run_no in sorted(self._forgotten)])
        self._replace_summaries()
        self._insert_points("point", self._points)
        self._insert_points("coarse", self._coarse)
        self._write.delete("covered", ("run_no", "key_no"), list(self._covered))
        self._write.insert("covered", [(*pair, count) for pair, count in self._covered.items()])
        self._insert_additions()
        self._replace_cells()
        self._forget_unknown()
        self._replace_positions()
        if self._registry is not None:
            self._replace_registry(*self._registry, fold_no)
        self._write.finish(fold_no)

    def _replace_runs(self, fold_no: int) -> None:
        if not self._runs:
            return
        runs = list(self._runs.values())
        known = [(run.run_no,) for run in runs if run.run_no in self._known_runs]
        for table in ("run", "param", "tag", "output", "unseen"):
            self._write.delete(table, ("run_no",), known)
        run_rows = []
        for run in runs:
            values = run.columns | {"changed": fold_no, "deleted": run.columns.get("deleted", False)}
            run_rows.append(
                (
                    run.run_no,
                    run.run_id,
                    *(values.get(name) for name in earlier.RUN_COLUMNS),
                    _json(run.stamps),
                )
            )
        self._write.insert("run", run_rows)
        self._write.insert(
            "param",
            [
                (run.run_no, p.name, p.value, p.number, p.type, p.source, _json(stamp))
                for run in runs
                for stamp, p in run.params.values()
            ],
        )
        self._write.insert(
            "tag",
            [
                (run.run_no, key, value, _json(stamp))
                for run in runs
                for key, (stamp, value) in run.tags.items()
            ],
        )
        self._write.insert(
            "output",
            [(run.run_no, run.output[1], _json(run.output[0])) for run in runs if run.output is not None],
        )
        self._write.insert(
            "unseen",
            [
                (run.run_no, where, message, run.unseen[0][0], run.unseen[0][2])
                for run in runs
                for where, message in run.unseen[1]
            ],
        )
        numbers = [(run.run_no,) for run in runs]
        self._write.delete("stale", ("run_no",), numbers)
        self._write.insert("stale", numbers)

    def _replace_summaries(self) -> None:
        if not self._summaries:
            return
        known = [pair for pair in self._summaries if pair[0] in self._known_runs - self._forgotten]
        self._write.delete("metric", ("run_no", "key_no"), known)
        self._write.insert(
            "metric",
            [
                (
                    run_no,
                    key_no,
                    found.last,
                    found.min,
                    found.max,
                    found.count,
                    found.first_step,
                    found.first_value,
                    _json(found.first[1:]),
                    found.last_step,
                    _json(found.final[1:]),
                    metric.estimator,
                    metric.dataset_digest,
                    metric.source,
                    _json(stamp),
                )
                for (run_no, key_no), (found, stamp, metric) in self._summaries.items()
            ],
        )

    def _insert_points(self, target: str, taken: list[tuple[int, int, NDArray[Any]]]) -> None:
        if not taken:
            return
        import numpy as np
        import pyarrow as pa

        lengths = [len(part) for _, _, part in taken]
        parts = [part for _, _, part in taken]
        table = pa.table(
            {
                "run_no": np.repeat(np.array([run for run, _, _ in taken], dtype="i4"), lengths),
                "key_no": np.repeat(np.array([key for _, key, _ in taken], dtype="i4"), lengths),
                **{
                    name: np.concatenate([part[name] for part in parts]) for name in ("step", "time", "value")
                },
            }
        )
        self._write.insert_arrow(target, table)

    def _insert_additions(self) -> None:
        added = self._additions.rows
        known = set(self.connection.execute("SELECT name, type, numeric FROM base.param_kind").fetchall())
        self._write.insert("param_kind", sorted(self._additions.kinds - known))
        for table, identity in (("environment", "env_id"), ("dataset_column", "reading")):
            if table in added:
                added[table] = tables.not_there(self.connection, table, identity, added[table])
        for table, table_rows in added.items():
            self._write.insert(table, table_rows)
        if "owed" in added or "paid" in added:
            self._strike_out_paid()

    def _strike_out_paid(self) -> None:
        """Whatever was owed and is paid is neither any more; journals come in any order."""
        paid = self.connection.execute("SELECT task FROM base.owed JOIN base.paid USING (task)").fetchall()
        for table in ("owed", "paid"):
            self._write.delete(table, ("task",), paid)

    def _replace_cells(self) -> None:
        cells = self._additions.cells
        if not cells:
            return
        there = self.connection.execute(
            "SELECT session_id, ordinal, status FROM base.cell WHERE session_id IN (SELECT unnest(?))",
            [list({session for session, _ in cells})],
        ).fetchall()
        over = {(session, ordinal) for session, ordinal, status in there if status != fold.RUNNING}
        running = {(session, ordinal) for session, ordinal, _ in there} - over
        new = {place: row for place, row in cells.items() if place not in over}
        self._write.delete("cell", ("session_id", "ordinal"), sorted(running & new.keys()))
        self._write.insert("cell", list(new.values()))

    def _forget_unknown(self) -> None:
        if self._known_now:
            self.connection.executemany(
                "DELETE FROM base.unknown_event WHERE journal = ? AND seq = ?", self._known_now
            )

    def _replace_positions(self) -> None:
        names = [(name,) for name in self._positions]
        self._write.delete("journal", ("name",), names)
        self._write.insert(
            "journal",
            [
                (name, at.run_no, at.events_end, at.points_end, at.damaged, at.owner, at.problem)
                for name, at in self._positions.items()
            ],
        )

    def _replace_registry(self, records: list[events.Event], end: int, fold_no: int) -> None:
        for table in registry_rows.TABLES:
            self.connection.execute(f"DELETE FROM base.{table}")
        for table, table_rows in registry_rows.rows(records).items():
            self._write.insert(table, table_rows)
        self._write.change_runs_with_versions(fold_no)
        self.connection.execute("UPDATE base.meta SET registry_end = ?", [end])


def _json(stamp: Any) -> str:
    # There are millions of stamps in a rebuild, and `json` takes five times as long.
    return msgspec.json.encode(stamp).decode()


def _keys_in(found: list[events.Event], writer: str) -> Keys:
    keys: Keys = {}
    for event in found:
        if isinstance(event, events.MetricKey):
            keys[event.key] = ((event.time, writer, event.seq), event)
        elif isinstance(event, events.Withdrawn):
            keys.update(dict.fromkeys(event.keys))
    return keys


def taken_back(found: list[events.Event]) -> list[int]:
    """The numbers of metrics that events withdraw, or of which they say more than was known."""
    numbers = {event.key for event in found if isinstance(event, events.MetricKey)}
    return sorted(numbers.union(*(event.keys for event in found if isinstance(event, events.Withdrawn))))


def _is_about_run(first: events.JournalOpened, found: list[events.Event], *, whole: bool) -> bool:
    """Whether events are a run's and not a session's. Format 1 doesn't say: there an environment may be either's, and
    alone in a journal that was read from its start, it is what came late of a run."""
    if first.about is not None:
        return first.about == "run"
    kinds = {type(event) for event in found}
    if kinds - {*SESSION_EVENTS, events.Unknown}:
        return True
    return whole and events.Environment in kinds and events.SessionStarted not in kinds
