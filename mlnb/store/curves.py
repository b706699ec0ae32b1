"""Questions about curves: one metric's points in a run, or in several.

A picture needs few points of many. A short curve is fetched whole, kept, and thinned for each width; a long one is thinned
where it lies, from the points that stand for its stretches (`coarse`) where these do for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from mlnb.errors import NotFound, nearest
from mlnb.store import answers, coarse, index, live, reading, run_rows
from mlnb.store.curve import History, thinned

if TYPE_CHECKING:
    import duckdb
    from numpy.typing import NDArray

    from mlnb.store.layout import Store

FINER: Final = 4
"""Stretches that are kept of a long curve, for each that is drawn, where these do for it."""

MANY_POINTS: Final = 1_000_000
"""Points of a curve that are thinned by DuckDB, and never all in this process's memory."""


def history(store: Store, run_id: str, metric: str, max_points: int | None = None) -> History:
    """A metric's curve, sorted by step, and as logged within a step.

    With `max_points`, of each of max_points / 2 equal stretches of the curve only its least and its
    greatest point are kept (and the first and last of all): no peak is lost.

    Raises
    ------
    NotFound
        The run or the metric doesn't exist.
    """

    def make(connection: duckdb.DuckDBPyConnection) -> History:
        import numpy as np

        run_no = run_rows.number_of(connection, store, run_id)
        found = connection.execute(
            """SELECT step, "time", value FROM base.point
               WHERE run_no = ? AND key_no = (SELECT key_no FROM base.key WHERE name = ?)""",
            [run_no, metric],
        ).fetchnumpy()
        parts = [(found["step"], found["time"], found["value"])]
        own = reading.listing_of(store.journals, run_id)
        for _, name, records in live.raw_points(own, connection):
            if name == metric:
                parts.append((records["step"], records["time"], records["value"]))
        steps, times, values = (np.concatenate(column) for column in zip(*parts, strict=True))
        if not len(steps):
            known = connection.execute("SELECT name FROM all_metric WHERE run_no = ?", [run_no]).fetchall()
            raise NotFound(
                f"run {run_id} has no metric {metric!r}", hint=nearest(metric, [name for (name,) in known])
            )
        if not _in_order(steps, times):
            order = np.lexsort((times, steps))
            steps, times, values = steps[order], times[order], values[order]
        return History(steps.astype("i8"), times.astype("i8"), values.astype("f8"))

    if max_points is not None and _count(store, run_id, metric) > MANY_POINTS:
        question = ("history", run_id, metric, max_points)
        few = answers.answer(
            store,
            question,
            lambda c: _thinned(store, c, run_id, metric, max_points),
            stale=lambda _, new: new,
            about=[run_id],
        )
        return thinned(few, max_points)
    curve = answers.answer(store, ("history", run_id, metric), make, stale=lambda _, new: new, about=[run_id])
    return curve if max_points is None else thinned(curve, max_points)


def _count(store: Store, run_id: str, metric: str) -> int:
    """How many points of a curve are folded."""

    def make(connection: duckdb.DuckDBPyConnection) -> int:
        found = index.one(
            connection,
            """SELECT "count" FROM base.metric JOIN base.key USING (key_no) JOIN base.run USING (run_no)
               WHERE run_id = ? AND base.key.name = ?""",
            [run_id, metric],
        )
        return 0 if found is None else int(found[0])

    return answers.answer(store, ("count", run_id, metric), make, stale=lambda _, new: new, about=[run_id])


def _thinned(
    store: Store, connection: duckdb.DuckDBPyConnection, run_id: str, metric: str, max_points: int
) -> History:
    """A curve of very many points, thinned where it lies: of each stretch of steps the least, the greatest, the first and
    the last point."""
    import numpy as np

    run_no = run_rows.number_of(connection, store, run_id)
    stretches = max(1, max_points // 2)
    known = {"run_no": run_no, "metric": metric, "stretches": stretches}
    coarse_enough = index.one(
        connection,
        """SELECT m."count" = c."count" AND c."count" >= ? FROM base.metric m JOIN base.key k USING (key_no)
           JOIN base.covered c USING (run_no, key_no) WHERE m.run_no = ? AND k.name = ?""",
        [stretches * FINER * coarse.STRETCH, run_no, metric],
    )
    table = "base.coarse" if coarse_enough is not None and coarse_enough[0] else "base.point"
    found = connection.execute(
        f"WITH whole AS (FROM {table}), "
        """curve AS (
               SELECT step, "time", value, isnan(value) AS nan FROM whole
               WHERE run_no = $run_no AND key_no = (SELECT key_no FROM base.key WHERE name = $metric)),
             ends AS (SELECT min(step)::DOUBLE AS low, greatest(max(step)::DOUBLE - min(step)::DOUBLE, 1) AS width
                      FROM curve),
             picked AS (
               SELECT unnest([
                   arg_min({step: step, time: "time", value: value}, if(nan, 'inf'::DOUBLE, value)),
                   arg_max({step: step, time: "time", value: value}, if(nan, '-inf'::DOUBLE, value)),
                   arg_min({step: step, time: "time", value: value}, step),
                   arg_max({step: step, time: "time", value: value}, step)]) AS point
               FROM curve, ends
               GROUP BY least(floor((step - low) / width * $stretches), $stretches - 1))
           SELECT DISTINCT point.step AS step, point.time AS "time", point.value AS value FROM picked
           ORDER BY 1, 2""",
        known,
    ).fetchnumpy()
    parts = [(found["step"], found["time"], found["value"])]
    for _, name, records in live.raw_points(reading.listing_of(store.journals, run_id), connection):
        if name == metric:
            parts.append((records["step"], records["time"], records["value"]))
    steps, times, values = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.lexsort((times, steps))
    return History(steps[order].astype("i8"), times[order].astype("i8"), values[order].astype("f8"))


def histories(
    store: Store, run_ids: Sequence[str], metric: str, max_points: int | None = None
) -> list[History | None]:
    """The metric's curve in several runs; None where a run hasn't got it."""

    def curve(run_id: str) -> History | None:
        try:
            return history(store, run_id, metric, max_points)
        except NotFound:
            return None

    with answers.together(store):
        return [curve(run_id) for run_id in run_ids]


def _in_order(steps: NDArray[Any], times: NDArray[Any]) -> bool:
    """Whether points stand by step, and as logged within a step: most do, and to look is quicker than to sort."""
    ahead, same = steps[1:] > steps[:-1], steps[1:] == steps[:-1]
    return bool((ahead | (same & (times[1:] >= times[:-1]))).all())
