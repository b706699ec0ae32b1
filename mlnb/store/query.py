"""The questions: runs, one run, a curve, models, SQL. Each sees everything that was logged before it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from mlnb import ids
from mlnb.errors import Ambiguous, NotFound, TimedOut, UsageError, nearest
from mlnb.store import answers, index, live, naming, picking, run_rows, select, whole, wide
from mlnb.store.answers import together
from mlnb.store.curve import History, thinned
from mlnb.store.curves import histories, history
from mlnb.store.run_rows import RUN_COLUMNS, Row

if TYPE_CHECKING:
    import duckdb
    import pandas as pd
    import pyarrow as pa

    from mlnb.store.layout import Store


__all__ = [
    "RUN_COLUMNS",
    "History",
    "Row",
    "RunPage",
    "batches",
    "cells",
    "chance",
    "children",
    "histories",
    "history",
    "known_ids",
    "models",
    "names",
    "own_cells",
    "previous",
    "record",
    "records",
    "resolve",
    "run_page",
    "runs_frame",
    "sql",
    "thinned",
    "together",
    "took_too_long",
]


@dataclass(frozen=True)
class RunPage:
    """Some runs of many. `total` counts all that match; `cursor` is what to pass as `since` to get what
    changed after this; `removed` are runs deleted since then; `stale` says that this is not the whole: the index could not be
    opened, or more waits to be folded than could be looked through."""

    rows: list[Row]
    total: int
    cursor: int
    removed: list[str] = field(default_factory=list)
    stale: bool = False


def run_page(
    store: Store,
    *,
    where: str | None = None,
    order_by: str | None = None,
    limit: int | None = None,
    offset: int = 0,
    children: bool = False,
    since: int | None = None,
    deleted: bool = False,
) -> RunPage:
    """The runs that match, newest first unless `order_by` says otherwise.

    Raises
    ------
    QueryError
        `where` or `order_by` can't be read, or names something that was never recorded.
    """

    def make(connection: duckdb.DuckDBPyConnection) -> RunPage:
        chosen = select.select(
            where=where, order_by=order_by, limit=limit, offset=offset, children=children, since=since,
            deleted=deleted, names=naming.recorded(connection), wide=wide.columns(connection),
            settled=wide.is_settled(connection),
        )  # fmt: skip
        run_nos = connection.execute(chosen.sql, chosen.values).fetchnumpy()["run_no"].astype("i8").tolist()
        total = len(run_nos)
        if limit is not None or offset:
            total = connection.execute(chosen.count_sql, chosen.values).fetchall()[0][0]
        cursor = connection.execute("SELECT fold FROM base.meta").fetchall()[0][0]
        removed = connection.execute(
            "SELECT run_id FROM base.run WHERE deleted AND changed > ?", [2**62 if since is None else since]
        ).fetchall()
        return RunPage(run_rows.of(connection, run_nos), total, cursor, [run_id for (run_id,) in removed])

    question = ("page", where, order_by, limit, offset, children, since, deleted)
    with whole.listening() as heard:
        page = answers.answer(store, question, make, stale=_joined)
    return replace(page, stale=page.stale or bool(heard))


def groups(store: Store, *, where: str | None = None, children: bool = False) -> list[tuple[str, int]]:
    """The experiments of the runs that match, each with their number; the one with the newest run first.

    Raises
    ------
    QueryError
        `where` can't be read, or names something that was never recorded.
    """

    def make(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, int]]:
        chosen = select.select(
            where=where, order_by=None, limit=None, offset=0, children=children, since=None,
            deleted=False, names=naming.recorded(connection), wide=wide.columns(connection),
            settled=wide.is_settled(connection),
        )  # fmt: skip
        return connection.execute(chosen.group_sql, chosen.values).fetchall()

    return answers.answer(store, ("groups", where, children), make, stale=lambda _, live: live)


def runs_frame(
    store: Store,
    *,
    where: str | None = None,
    order_by: str | None = None,
    limit: int | None = None,
    offset: int = 0,
    children: bool = False,
) -> pd.DataFrame:
    """The same as a table: run_id, name, experiment, kind, status, started_at, duration_s, then params.*,
    metrics.* and tags.*."""
    from mlnb.store import frame

    def make(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
        columns, settled = wide.columns(connection), wide.is_settled(connection)
        known = naming.recorded(connection)
        chosen = select.select(
            where=where, order_by=order_by, limit=limit, offset=offset, children=children, since=None,
            deleted=False, names=known, wide=columns, settled=settled,
        )  # fmt: skip
        return frame.runs(connection, chosen, columns, known, settled=settled)

    if limit is None or limit > picking.FEW:  # large ones aren't kept

        def ask() -> pd.DataFrame:
            with answers.asking(store) as look:
                return make(look.connection)

        return answers.healed(store, ask)
    question = ("frame", where, order_by, limit, offset, children)
    return answers.answer(store, question, make).copy()


def resolve(store: Store, reference: str) -> str:
    """The id of the run with this id, unique beginning of an id, or name.

    Of several runs of one name it is the newest that stands alone, else the newest inside another run: a rerun's
    cells have the names that they had before. What repeats a run comes after what it repeats.

    Raises
    ------
    NotFound
        There is none.
    Ambiguous
        Several ids begin like that.
    """

    def make(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str, bool]]:
        found = connection.execute(
            """SELECT r.run_id, r.name, r.name = $ref FROM runs r LEFT JOIN runs p ON p.run_id = r.parent_id
               WHERE r.name = $ref OR starts_with(r.run_id, upper($ref))
               ORDER BY r.name = $ref DESC, r.name = $ref AND r.parent_id IS NULL DESC,
                        p.kind IS NOT DISTINCT FROM 'reproduction', r.run_id DESC
               LIMIT 20""",
            {"ref": reference},
        ).fetchall()
        if found and reference:
            return found
        known = connection.execute("SELECT name FROM runs ORDER BY run_id DESC LIMIT 1000").fetchall()
        raise NotFound(
            f"there is no run {reference!r} in {store.path}",
            hint=nearest(reference, [name for (name,) in known]),
        )

    own = [reference.upper()] if ids.is_id(reference.upper()) else []
    found = answers.answer(store, ("resolve", reference), make, about=own)
    if found[0][2] or len(found) == 1 or found[0][0] == reference.upper():
        return found[0][0]
    raise Ambiguous(
        f"{len(found)} runs have ids that begin with {reference!r}",
        hint=", ".join(f"{run_id} ({name})" for run_id, name, _ in found[:5]),
    )


def known_ids(store: Store) -> dict[str, bool]:
    """Every run that the store knows of, and whether it was deleted."""
    return answers.answer(
        store,
        "known ids",
        lambda connection: dict(connection.execute("SELECT run_id, deleted FROM base.run").fetchall()),
    )


def record(store: Store, run_id: str) -> Row:
    """Everything about one run but its curves.

    Raises
    ------
    NotFound
        There is no run of that id.
    """

    return records(store, [run_id])[0]


def records(store: Store, run_ids: Sequence[str]) -> list[Row]:
    """The same about several runs.

    Raises
    ------
    NotFound
        There is no run of one of the ids.
    """

    def make(connection: duckdb.DuckDBPyConnection) -> list[Row]:
        return run_rows.in_full(
            connection, [run_rows.number_of(connection, store, run_id) for run_id in run_ids]
        )

    question = ("records", *run_ids)
    found = answers.answer(store, question, make, stale=lambda _, live: live, about=run_ids)
    return [dict(row) for row in found]


def previous(store: Store, run_id: str) -> Row | None:
    """The finished run before this one of the same cell; of the same experiment and kind where no cell
    is known."""

    def make(connection: duckdb.DuckDBPyConnection) -> Row | None:
        run_rows.number_of(connection, store, run_id)
        found = index.one(
            connection,
            """SELECT o.run_no FROM base.run r JOIN base.run o
                 ON o.status = 'finished' AND NOT o.deleted AND o.run_id <> r.run_id
                AND (o.started_at, o.run_id) < (r.started_at, r.run_id)
                AND o.experiment = r.experiment AND o.kind = r.kind
                AND o.notebook IS NOT DISTINCT FROM r.notebook AND o.cell_id IS NOT DISTINCT FROM r.cell_id
               WHERE r.run_id = ? ORDER BY o.started_at DESC, o.run_id DESC LIMIT 1""",
            [run_id],
        )
        return None if found is None else run_rows.of(connection, [found[0]])[0]

    return answers.answer(store, ("previous", run_id), make, about=[run_id])


def cells(store: Store, run_id: str) -> list[Row]:
    """The cells executed in the run's session up to its end, in order; `own` marks the run's own."""

    def make(connection: duckdb.DuckDBPyConnection) -> list[Row]:
        run_no = run_rows.number_of(connection, store, run_id)
        return run_rows.dicts(
            connection,
            """SELECT c.*, coalesce(c.ordinal BETWEEN r.first_cell AND coalesce(r.last_cell, r.first_cell),
                      false) AS own
               FROM cells c JOIN base.run r USING (session_id)
               WHERE r.run_no = ? AND c.ordinal <= coalesce(r.last_cell, r.first_cell, 2147483647)
               ORDER BY c.ordinal""",
            [run_no],
        )

    return answers.answer(store, ("cells", run_id), make, about=[run_id])


def chance(store: Store, run_id: str) -> list[Row]:
    """What is known of random numbers in the run's session up to its end: ordinal, kind, name, state."""

    def make(connection: duckdb.DuckDBPyConnection) -> list[Row]:
        return run_rows.dicts(
            connection,
            """SELECT c.ordinal, c.kind, c.name, c.state FROM base.chance c JOIN base.run r USING (session_id)
               WHERE r.run_no = ? AND c.ordinal <= coalesce(r.last_cell, r.first_cell, 2147483647)
               ORDER BY c.ordinal""",
            [run_rows.number_of(connection, store, run_id)],
        )

    return answers.answer(store, ("chance", run_id), make)


def own_cells(store: Store, run_ids: Sequence[str]) -> list[list[Row]]:
    """The cells that are each run's own, in order."""

    def make(connection: duckdb.DuckDBPyConnection) -> list[list[Row]]:
        # One run after the other: a join by a range of ordinals ends in an internal error of DuckDB 2.0.
        found: list[list[Row]] = []
        for run_id in run_ids:
            (place,) = run_rows.dicts(
                connection,
                """SELECT session_id, first_cell, coalesce(last_cell, first_cell) AS last_cell
                   FROM base.run WHERE run_no = ?""",
                [run_rows.number_of(connection, store, run_id)],
            )
            found.append(
                run_rows.dicts(
                    connection,
                    """SELECT *, true AS own FROM cells
                       WHERE session_id = ? AND ordinal >= ? AND ordinal <= ? ORDER BY ordinal""",
                    [place["session_id"], place["first_cell"], place["last_cell"]],
                )
            )
        return found

    return answers.answer(store, ("own cells", *run_ids), make)


def children(store: Store, run_id: str) -> list[Row]:
    """The runs whose parent this is, oldest first."""

    def make(connection: duckdb.DuckDBPyConnection) -> list[Row]:
        found = connection.execute(
            "SELECT run_no FROM base.run WHERE parent_id = ? AND NOT deleted ORDER BY run_id", [run_id]
        ).fetchall()
        return run_rows.of(connection, [run_no for (run_no,) in found])

    return answers.answer(store, ("children", run_id), make)


def sql(store: Store, text: str, *, limit: int | None = None, seconds: float | None = None) -> pa.Table:
    """The answer to somebody's own SQL over the public relations: read-only, no files, no network.

    At most `limit` rows are made; what takes longer than `seconds` is stopped.

    Raises
    ------
    UsageError
        DuckDB doesn't accept it.
    TimedOut
        It took longer.
    """
    return answers.healed(store, lambda: _sql(store, text, limit, seconds))


def _sql(store: Store, text: str, limit: int | None, seconds: float | None) -> pa.Table:
    import duckdb

    with answers.asking(store, apart=True) as look:
        connection = look.connection
        _publish_live(look)
        connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")
        try:
            with _stopped_after(connection, seconds):
                relation = connection.sql(text)
                if relation is None:
                    raise UsageError("that is no query", hint="SELECT … FROM runs")
                return (relation if limit is None else relation.limit(limit)).to_arrow_table()
        except duckdb.InterruptException as error:
            raise took_too_long(seconds) from error
        except duckdb.Error as error:
            if index.is_damage(error):
                raise
            raise UsageError(str(error).strip()) from error


def took_too_long(seconds: float | None) -> TimedOut:
    """The error of a query that was stopped after so long."""
    return TimedOut(
        f"the query took more than {seconds:g} s and was stopped",
        hint="add a LIMIT or a WHERE, or ask in Python: mlnb.sql(...)",
    )


@contextmanager
def _stopped_after(connection: duckdb.DuckDBPyConnection, seconds: float | None) -> Iterator[None]:
    if seconds is None:
        yield
        return
    timer = threading.Timer(seconds, connection.interrupt)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def earlier_uses(store: Store, run_id: str, digest: str) -> int:
    """How many runs that began before this one used the data of that fingerprint."""

    def make(connection: duckdb.DuckDBPyConnection) -> int:
        found = index.one(
            connection,
            """SELECT count(DISTINCT d.run_id) FROM datasets d JOIN runs r USING (run_id)
               WHERE d.digest = $digest AND d.run_id <> $run_id
                 AND r.started_at < (SELECT started_at FROM runs WHERE run_id = $run_id)""",
            {"digest": digest, "run_id": run_id},
        )
        return int(found[0]) if found else 0

    return answers.answer(store, ("earlier uses", run_id, digest), make)


def newest_verdict(store: Store, run_id: str) -> list[Row]:
    """The parts of the newest verdict over a run; none where nobody has reproduced it."""

    def make(connection: duckdb.DuckDBPyConnection) -> list[Row]:
        found = run_rows.dicts(
            connection, 'SELECT * FROM verdicts WHERE against = ? ORDER BY "time" DESC', [run_id]
        )
        return [part for part in found if part["run_id"] == found[0]["run_id"]]

    return answers.answer(store, ("newest verdict", run_id), make)


def models(store: Store) -> list[Row]:
    """The registered models, each with its versions (newest first), aliases and promotions."""

    def make(connection: duckdb.DuckDBPyConnection) -> list[Row]:
        found: dict[str, Row] = {}
        for version in run_rows.dicts(
            connection,
            """SELECT v.*, r.name AS run_name FROM model_versions v LEFT JOIN base.run r USING (run_id)
               ORDER BY model, version DESC""",
        ):
            version["signature"] = json.loads(version["signature"]) if version["signature"] else {}
            version["aliases"] = []
            model = found.setdefault(
                version["model"], {"model": version["model"], "versions": [], "aliases": {}, "promotions": []}
            )
            model["versions"].append(version)
        for model_name, alias, number in connection.execute(
            """SELECT model, alias, version FROM aliases
               WHERE model IN (SELECT model FROM model_versions) ORDER BY alias"""
        ).fetchall():
            found[model_name]["aliases"][alias] = number
            for version in found[model_name]["versions"]:
                if version["version"] == number:
                    version["aliases"].append(alias)
        for promotion in run_rows.dicts(connection, "SELECT * EXCLUDE (seq) REPLACE (make_timestamp(time) AS time) "
                                            "FROM base.promotion ORDER BY seq DESC"):  # fmt: skip
            promotion["gates"] = json.loads(promotion["gates"])
            if promotion["model"] in found:
                found[promotion["model"]]["promotions"].append(promotion)
        return list(found.values())

    return answers.answer(store, "models", make)


def batches(store: Store) -> list[Row]:
    """The batches of reruns, newest first."""

    def make(connection: duckdb.DuckDBPyConnection) -> list[Row]:
        found = run_rows.dicts(connection, "SELECT * FROM batches ORDER BY started_at DESC, batch_id DESC")
        return [batch | {"plan": json.loads(batch["plan"])} for batch in found]

    return answers.answer(store, "batches", make)


def names(store: Store) -> dict[str, list[str]]:
    """Every recorded name, for completion: `params`, `metrics`, `tags`."""
    found = answers.answer(store, "names", naming.recorded)
    return {group: sorted(known) for group, known in found.items()}


# ---- inside --------------------------------------------------------------------------------------


def _joined(kept: RunPage | None, fresh: RunPage) -> RunPage:
    """While the index can't be opened: the journals' runs, then those of the last answer."""
    there = {row["run_id"] for row in fresh.rows}
    old = [] if kept is None else [row for row in kept.rows if row["run_id"] not in there]
    total = len(fresh.rows) + len(old)
    page = fresh if kept is None else replace(kept, total=max(total, kept.total))
    return replace(page, rows=[*fresh.rows, *old], stale=True)


def _publish_live(look: answers.Look) -> None:
    """Let the public views show points that aren't folded, too."""
    import numpy as np
    import pyarrow as pa

    connection = look.connection
    parts = list(live.raw_points(look.listing, connection))
    if not parts:
        return
    lengths = [len(records) for _, _, records in parts]
    table = pa.table(
        {
            "run_no": np.repeat(np.array([run_no for run_no, _, _ in parts], dtype="i4"), lengths),
            "metric": pa.array(np.repeat(np.array([name for _, name, _ in parts], dtype=object), lengths)),
            **{
                name: np.concatenate([records[name] for _, _, records in parts])
                for name in ("step", "time", "value")
            },
        }
    )
    connection.register("live_rows", table)
    connection.execute("CREATE TEMP TABLE live_point AS SELECT * FROM live_rows")
    connection.unregister("live_rows")
    database = connection.execute("SELECT current_database()").fetchall()[0][0]
    home = f'"{database}".main'
    connection.execute(
        f"""CREATE TEMP VIEW points AS SELECT * FROM {home}.points UNION ALL
            SELECT r.run_id, t.metric, t.step, make_timestamp(t.time), t.value
            FROM live_point t JOIN base.run r USING (run_no) WHERE NOT r.deleted"""
    )
    connection.execute(
        """CREATE TEMP VIEW metrics AS
           SELECT r.run_id, t.name, t."last", t."min", t."max", t."count", t.first_step, t.last_step,
                  t.estimator, t.dataset_digest, t.source
           FROM all_metric t JOIN base.run r USING (run_no)
           WHERE NOT r.deleted AND r.started_at IS NOT NULL"""
    )
