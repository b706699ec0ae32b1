"""What earlier folds made of a run, as the types that folding works on."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from mlnb import events
from mlnb.store import fold, index, schema, summary

if TYPE_CHECKING:
    import duckdb

RUN_COLUMNS: Final = [name for name in schema.BASE["run"] if name not in ("run_no", "run_id", "stamps")]
Described = tuple[summary.Summary, fold.Stamp, events.MetricKey]
"""A metric's summary, and the key event that describes it with its stamp."""


def load_run(connection: duckdb.DuckDBPyConnection, run_id: str) -> fold.Run | None:
    """A run as it was folded so far; None where the index hasn't got it."""
    columns = ", ".join(
        f'epoch_us("{name}")' if kind == "TIMESTAMP" else f'"{name}"'
        for name, kind in schema.BASE["run"].items()
        if name in RUN_COLUMNS
    )
    found = index.one(
        connection,
        f"SELECT run_no, stamps, {columns} FROM base.run WHERE run_id = ?",
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
    for name, value, number, kind, source, stamp in connection.execute(
        "SELECT name, value, number, type, source, stamp FROM base.param WHERE run_no = ?", [run_no]
    ).fetchall():
        param = events.Param(name=name, value=value, number=number, type=kind, source=source)
        run.params[name] = (_stamp(json.loads(stamp)), param)
    for key, value, stamp in connection.execute(
        "SELECT key, value, stamp FROM base.tag WHERE run_no = ?", [run_no]
    ).fetchall():
        run.tags[key] = (_stamp(json.loads(stamp)), value)
    output = index.one(connection, "SELECT stamp, text FROM base.output WHERE run_no = ?", [run_no])
    if output is not None:
        run.output = (_stamp(json.loads(output[0])), output[1])
    if "unseen" in run.stamps:
        unseen = "SELECT place, message FROM base.unseen WHERE run_no = ?"
        run.unseen = (run.stamps["unseen"], connection.execute(unseen, [run_no]).fetchall())
    return run


def load_summaries(connection: duckdb.DuckDBPyConnection, run_no: int) -> dict[str, Described]:
    """The folded summaries of a run's metrics by name, and where each one's description came from."""
    found: dict[str, Described] = {}
    for (
        name,
        last,
        low,
        high,
        count,
        first_value,
        first_step,
        first,
        last_step,
        final,
        *rest,
    ) in connection.execute(
        """SELECT name, "last", "min", "max", "count", first_value, first_step, first_stamp, last_step,
                      last_stamp, estimator, dataset_digest, source, key_stamp
               FROM base.metric JOIN base.key USING (key_no) WHERE run_no = ?""",
        [run_no],
    ).fetchall():
        estimator, digest, source, stamp = rest
        found[name] = (
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
    return found


def _stamp(values: list[Any]) -> fold.Stamp:
    return (values[0], values[1], values[2])
