"""What one fold takes: journals' events become rows in memory, and go into the index all at once.

Runs that the index has already are loaded when the first event about them comes, so that a fold is the
same whether it takes a journal whole or in pieces. One Arrow insert a table: row by row costs ten times
as much.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from mlnb import events
from mlnb.store import fold, index, reading, registry_rows, schema, summary

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa
    from numpy.typing import NDArray

    from mlnb.store.reading import Journal

RUN_COLUMNS: Final = [name for name in schema.BASE["run"] if name not in ("run_no", "run_id", "stamps")]
SESSION_EVENTS: Final = (events.JournalOpened, events.SessionStarted, events.Cell, events.Environment)


@dataclass(frozen=True)
class Position:
    """How far a journal is folded, and what is known of its run."""

    run_no: int | None = None
    events_end: int = 0
    points_end: int = 0
    damaged: int = 0
    owner: bool = False
    problem: str | None = None
    run_is_over: bool = False
    taken_for_dead: bool = False
    may_be_judged: bool = False


def folded(connection: duckdb.DuckDBPyConnection, listing: reading.Listing) -> dict[str, Position]:
    """The positions of those journals in the listing that the index knows."""
    names = [journal.name for journal in listing.sizes]
    if not names:
        return {}
    found = connection.execute(
        """SELECT j.name, j.run_no, j.events_end, j.points_end, j.damaged, j.owner, j.problem,
                  coalesce(r.status <> 'running', false),
                  coalesce(r.status = 'killed' AND NOT contains(r.stamps, '"ended"'), false),
                  coalesce(j.owner AND NOT contains(r.stamps, '"ended"'), false)
           FROM base.journal j LEFT JOIN base.run r USING (run_no)
           WHERE j.name IN (SELECT unnest(?))""",
        [names],
    ).fetchall()
    return {name: Position(*rest) for name, *rest in found}


def registry_end(connection: duckdb.DuckDBPyConnection) -> int:
    """The size up to which the registry file is folded."""
    row = index.one(connection, "SELECT registry_end FROM base.meta")
    return int(row[0]) if row else 0


def load_summary(
    connection: duckdb.DuckDBPyConnection, run_no: int, name: str
) -> tuple[summary.Summary, fold.Stamp, events.MetricKey] | None:
    """The folded summary of one metric of one run, and where its description came from."""
    row = index.one(
        connection,
        """SELECT "last", "min", "max", "count", first_value, first_step, first_stamp, last_step, last_stamp,
                  estimator, dataset_digest, source, key_stamp
           FROM base.metric JOIN base.key USING (key_no) WHERE run_no = ? AND name = ?""",
        [run_no, name],
    )
    if row is None:
        return None
    last, low, high, count, first_value, first_step, first, last_step, final, *rest = row
    estimator, digest, source, stamp = rest
    return (
        summary.Summary(
            last=last,
            min=low,
            max=high,
            count=count,
            first_value=first_value,
            first=(first_step, *_stamp(json.loads(first))),
            final=(last_step, *_stamp(json.loads(final))),
        ),
        _stamp(json.loads(stamp)),
        events.MetricKey(key=0, name=name, estimator=estimator, dataset_digest=digest, source=source),
    )


class Taken:
    """The rows of one transaction."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection
        self.bytes = 0
        self._additions = fold.Additions()
        self._runs: dict[str, fold.Run] = {}
        self._known_runs: set[int] = set()
        self._positions: dict[str, Position] = {}
        self._keys: dict[str, tuple[dict[int, tuple[fold.Stamp, events.MetricKey]], int]] = {}
        self._key_nos: dict[str, int] = {}
        self._summaries: dict[tuple[int, int], tuple[summary.Summary, fold.Stamp, events.MetricKey]] = {}
        self._points: list[tuple[int, int, NDArray[Any]]] = []
        self._registry: tuple[list[events.Event], int] | None = None
        row = index.one(
            connection,
            """SELECT (SELECT coalesce(max(run_no), 0) FROM base.run),
                      (SELECT coalesce(max(key_no), 0) FROM base.key), fold FROM base.meta""",
        )
        assert row is not None
        self._last_run_no, self._last_key_no, self._fold = row

    # ---- reading journals ----

    def position(self, journal: Journal) -> Position:
        if journal.name not in self._positions:
            known = folded(self.connection, reading.Listing({journal: (0, 0)}))
            self._positions[journal.name] = known.get(journal.name, Position())
        return self._positions[journal.name]

    def leave_alone(self, journal: Journal, problem: str) -> None:
        """This version can't read it: it stays where it is, and the others go on."""
        self._move(journal, problem=problem)

    def take_events(
        self, journal: Journal, first: events.JournalOpened, read: reading.Read
    ) -> fold.Run | None:
        """Take events of a journal; its run, or None where it is a session's."""
        at = self.position(journal)
        self.bytes += read.end - at.events_end
        about_run = at.run_no is not None or any(
            not isinstance(event, (*SESSION_EVENTS, events.Unknown)) for event in read.events
        )
        run = self._run(journal.subject) if about_run else None
        if run is not None:
            run.columns.setdefault("origin", first.store_id)
        owner = at.owner
        for event in read.events:
            if isinstance(event, events.Unknown):
                self._additions.add("unknown_event", journal.name, event.seq, event.line)
            elif isinstance(event, events.Cell):
                fold.add_cell(event, self._additions)
            elif run is not None:
                owner |= isinstance(event, events.RunStarted)
                fold.apply(run, event, journal.writer, self._additions)
            elif isinstance(event, events.Environment):
                fold.add_environment(event, self._additions)
        self._note_keys(journal, read, at)
        self._move(
            journal,
            run_no=run.run_no if run is not None else None,
            events_end=read.end,
            damaged=at.damaged + read.damaged,
            owner=owner,
        )
        return run

    def may_be_judged(self, journal: Journal, run: fold.Run) -> bool:
        """Whether the run's end hangs on the life of this journal's writer."""
        return self.position(journal).owner and not run.has_ended

    def judge(self, run: fold.Run, died: int | None) -> None:
        """A run whose owner is gone without a word was killed, until something later says otherwise;
        `died` is when it last wrote (µs since 1970), None where it lives."""
        if died is None:
            run.owner_lives()
        else:
            run.owner_died(died)

    def take_points(self, journal: Journal, run: fold.Run, records: NDArray[Any], end: int) -> None:
        """Take points of a journal, up to byte `end` of its file."""
        if not len(records):
            return
        at = self.position(journal)
        keys = self._keys_of(journal)
        start = at.points_end // 32
        lost = 0
        for key, part, found in summary.summarise(records, journal.writer, start):
            if key not in keys:
                lost += len(part)
                continue
            stamp, metric = keys[key]
            key_no = self._key_no(metric.name)
            self._points.append((run.run_no, key_no, part))
            self._summarise(run.run_no, key_no, found, stamp, metric)
        self.bytes += end - at.points_end
        self._move(journal, points_end=end, damaged=at.damaged + lost)

    def take_registry(self, records: list[events.Event], end: int) -> None:
        self._registry = (records, end)

    # ---- runs and keys ----

    def _run(self, run_id: str) -> fold.Run:
        run = self._runs.get(run_id)
        if run is None:
            run = self._load(run_id)
            if run is None:
                self._last_run_no += 1
                run = fold.Run(self._last_run_no, run_id)
            self._runs[run_id] = run
        return run

    def _load(self, run_id: str) -> fold.Run | None:
        columns = ", ".join(
            f'epoch_us("{name}")' if kind == "TIMESTAMP" else f'"{name}"'
            for name, kind in schema.BASE["run"].items()
            if name in RUN_COLUMNS
        )
        found = index.one(
            self.connection,
            f"SELECT run_no, stamps, {columns} FROM base.run WHERE run_id = ?",  # noqa: S608 - our own names
            [run_id],
        )
        if found is None:
            return None
        run_no, stamps, *values = found
        run = fold.Run(
            run_no,
            run_id,
            {name: value for name, value in zip(RUN_COLUMNS, values, strict=True) if value is not None},
            {name: _stamp(stamp) for name, stamp in json.loads(stamps).items()},
        )
        for name, value, number, kind, source, stamp in self.connection.execute(
            "SELECT name, value, number, type, source, stamp FROM base.param WHERE run_no = ?", [run_no]
        ).fetchall():
            param = events.Param(name=name, value=value, number=number, type=kind, source=source)
            run.params[name] = (_stamp(json.loads(stamp)), param)
        for key, value, stamp in self.connection.execute(
            "SELECT key, value, stamp FROM base.tag WHERE run_no = ?", [run_no]
        ).fetchall():
            run.tags[key] = (_stamp(json.loads(stamp)), value)
        self._known_runs.add(run_no)
        return run

    def _note_keys(self, journal: Journal, read: reading.Read, at: Position) -> None:
        keys = {
            event.key: ((event.time, journal.writer, event.seq), event)
            for event in read.events
            if isinstance(event, events.MetricKey)
        }
        known, start = self._keys.get(journal.name, ({}, at.events_end))
        self._keys[journal.name] = ({**known, **keys}, start)

    def _keys_of(self, journal: Journal) -> dict[int, tuple[fold.Stamp, events.MetricKey]]:
        """Every key of a journal, those from before this fold too."""
        keys, start = self._keys[journal.name]
        if start:
            before = reading.read_events(journal.events_path, 0, start)
            self._keys[journal.name] = (keys, 0)
            self._note_keys(journal, before, Position())
            keys, _ = self._keys[journal.name]
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
            known = load_summary(self.connection, run_no, metric.name)
        if known is not None:
            before, before_stamp, before_metric = known
            found = before.merge(found)
            if before_stamp > stamp:
                stamp, metric = before_stamp, before_metric
        self._summaries[run_no, key_no] = (found, stamp, metric)

    def _move(self, journal: Journal, **changes: Any) -> None:
        at = self.position(journal)
        values = {name: getattr(at, name) for name in Position.__dataclass_fields__} | changes
        self._positions[journal.name] = Position(**values)

    # ---- writing ----

    def insert(self) -> None:
        """Put everything into the index, inside the caller's transaction."""
        fold_no = self._fold + 1
        self._replace_runs(fold_no)
        self._replace_summaries()
        self._insert_points()
        self._insert_additions()
        self._replace_positions()
        if self._registry is not None:
            self._replace_registry(*self._registry, fold_no)
        self.connection.execute("UPDATE base.meta SET fold = ?, kinds = ?", [fold_no, events.VOCABULARY])

    def _replace_runs(self, fold_no: int) -> None:
        if not self._runs:
            return
        runs = list(self._runs.values())
        self._delete(
            ("run", "param", "tag"), "run_no", [run.run_no for run in runs if run.run_no in self._known_runs]
        )
        run_rows = []
        for run in runs:
            values = run.columns | {"changed": fold_no, "deleted": run.columns.get("deleted", False)}
            run_rows.append(
                (run.run_no, run.run_id, *(values.get(name) for name in RUN_COLUMNS), json.dumps(run.stamps))
            )
        self._insert("run", run_rows)
        self._insert(
            "param",
            [
                (run.run_no, p.name, p.value, p.number, p.type, p.source, json.dumps(stamp))
                for run in runs
                for stamp, p in run.params.values()
            ],
        )
        self._insert(
            "tag",
            [
                (run.run_no, key, value, json.dumps(stamp))
                for run in runs
                for key, (stamp, value) in run.tags.items()
            ],
        )
        numbers = [run.run_no for run in runs]
        self._delete(("stale",), "run_no", numbers)
        self._insert("stale", [(number,) for number in numbers])

    def _replace_summaries(self) -> None:
        if not self._summaries:
            return
        known = [pair for pair in self._summaries if pair[0] in self._known_runs]
        if known:
            self.connection.execute(
                """DELETE FROM base.metric WHERE (run_no, key_no) IN
                   (SELECT (a, b) FROM (SELECT unnest(?) AS a, unnest(?) AS b))""",
                [[pair[0] for pair in known], [pair[1] for pair in known]],
            )
        self._insert(
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
                    json.dumps(found.first[1:]),
                    found.last_step,
                    json.dumps(found.final[1:]),
                    metric.estimator,
                    metric.dataset_digest,
                    metric.source,
                    json.dumps(stamp),
                )
                for (run_no, key_no), (found, stamp, metric) in self._summaries.items()
            ],
        )

    def _insert_points(self) -> None:
        if not self._points:
            return
        import numpy as np
        import pyarrow as pa

        lengths = [len(part) for _, _, part in self._points]
        parts = [part for _, _, part in self._points]
        table = pa.table(
            {
                "run_no": np.repeat(np.array([run for run, _, _ in self._points], dtype="i4"), lengths),
                "key_no": np.repeat(np.array([key for _, key, _ in self._points], dtype="i4"), lengths),
                **{
                    name: np.concatenate([part[name] for part in parts]) for name in ("step", "time", "value")
                },
            }
        )
        self._insert_table("point", table)

    def _insert_additions(self) -> None:
        added = self._additions.rows
        for table, identity in (("environment", "env_id"), ("dataset_column", "digest")):
            if table in added:
                added[table] = self._not_there(table, identity, added[table])
        for table, table_rows in added.items():
            self._insert(table, table_rows)

    def _not_there(self, table: str, identity: str, new: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
        """Rows named by their content: those that the index lacks, each once."""
        names = list({row[0] for row in new})
        there = self.connection.execute(
            f"SELECT DISTINCT {identity} FROM base.{table} WHERE {identity} IN (SELECT unnest(?))",  # noqa: S608
            [names],
        ).fetchall()
        known = {name for (name,) in there}
        unique = {(row[0], row[1]): row for row in new if row[0] not in known}
        return list(unique.values())

    def _replace_positions(self) -> None:
        names = list(self._positions)
        self._delete(("journal",), "name", names)
        self._insert(
            "journal",
            [
                (name, at.run_no, at.events_end, at.points_end, at.damaged, at.owner, at.problem)
                for name, at in self._positions.items()
            ],
        )

    def _replace_registry(self, records: list[events.Event], end: int, fold_no: int) -> None:
        for table in registry_rows.TABLES:
            self.connection.execute(f"DELETE FROM base.{table}")  # noqa: S608 - our own names
        for table, table_rows in registry_rows.rows(records).items():
            self._insert(table, table_rows)
        self.connection.execute(
            """UPDATE base.run SET changed = ? WHERE run_id IN (SELECT run_id FROM base.model_version)""",
            [fold_no],
        )
        self.connection.execute("UPDATE base.meta SET registry_end = ?", [end])

    def _delete(self, tables: tuple[str, ...], column: str, values: list[Any]) -> None:
        if values:
            for table in tables:
                self.connection.execute(
                    f"DELETE FROM base.{table} WHERE {column} IN (SELECT unnest(?))",  # noqa: S608
                    [values],
                )

    def _insert(self, table: str, new: list[tuple[Any, ...]]) -> None:
        if new:
            self._insert_table(table, _arrow(table, new))

    def _insert_table(self, table: str, new: pa.Table) -> None:
        self.connection.register("new_rows", new)
        self.connection.execute(f'INSERT INTO base."{table}" SELECT * FROM new_rows')  # noqa: S608
        self.connection.unregister("new_rows")


def _arrow(table: str, new: list[tuple[Any, ...]]) -> pa.Table:
    import pyarrow as pa

    types = {
        "INTEGER": pa.int32(),
        "BIGINT": pa.int64(),
        "DOUBLE": pa.float64(),
        "BOOLEAN": pa.bool_(),
        "VARCHAR": pa.string(),
        "TIMESTAMP": pa.timestamp("us"),
        "VARCHAR[]": pa.list_(pa.string()),
        "MAP(VARCHAR, VARCHAR)": pa.map_(pa.string(), pa.string()),
    }
    columns = schema.BASE[table]
    return pa.table(
        {
            name: pa.array(values, type=types[kind])
            for (name, kind), values in zip(columns.items(), zip(*new, strict=True), strict=True)
        }
    )


def _stamp(values: list[Any]) -> fold.Stamp:
    return (values[0], values[1], values[2])
