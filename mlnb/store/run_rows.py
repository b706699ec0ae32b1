"""Runs as dictionaries: a row with its parameters, metrics and tags, and the details of one run."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from mlnb import ids
from mlnb.errors import NotFound
from mlnb.store import index, picking, schema

if TYPE_CHECKING:
    import duckdb

    from mlnb.store.layout import Store

Row = dict[str, Any]

RUN_COLUMNS: Final = (
    "run_id", "name", "experiment", "kind", "status", "parent_id", "batch_id", "rerun_of", "notebook",
    "cell_id", "session_id", "started_at", "ended_at", "duration_s", "user", "host", "origin", "git_commit",
    "git_dirty", "env_id", "seeds", "exit_signal", "error", "note", "changed", "first_cell", "last_cell",
)  # fmt: skip


def typed(value: str, number: float | None, kind: str) -> Any:
    """A parameter's value as what it was."""
    if kind == "int":
        try:
            return int(value)
        except ValueError:
            return value
    if kind == "float":
        try:
            return float(value) if number is None else number
        except ValueError:
            return value
    if kind == "bool":
        return value == "True"
    return None if kind == "none" else value


def number_of(connection: duckdb.DuckDBPyConnection, store: Store, run_id: str) -> int:
    """The index's own number of a run.

    Raises
    ------
    NotFound
        There is no run of that id.
    """
    found = index.one(
        connection,
        "SELECT run_no FROM base.run WHERE run_id = ? AND NOT deleted AND started_at IS NOT NULL",
        [run_id],
    )
    if found is None:
        what = f"run {run_id}" if ids.is_id(run_id) else f"run of the id {run_id!r}"
        raise NotFound(f"there is no {what} in {store.path}", hint="mlnb runs")
    return int(found[0])


def of(connection: duckdb.DuckDBPyConnection, run_nos: Sequence[int]) -> list[Row]:
    if not run_nos:
        return []
    columns = ", ".join(f'"{name}"' for name in RUN_COLUMNS)
    chosen = picking.condition(run_nos, few=len(run_nos))
    found: dict[int, Row] = {}
    for row in dicts(connection, f"SELECT run_no, {columns} FROM base.run WHERE {chosen}"):
        run_no = row.pop("run_no")
        found[run_no] = row | {"params": {}, "metrics": {}, "tags": {}, "aliases": []}
    for run_no, name, value, number, kind in connection.execute(
        f"SELECT run_no, name, value, number, type FROM base.param WHERE {chosen} ORDER BY name"
    ).fetchall():
        found[run_no]["params"][name] = typed(value, number, kind)
    for run_no, name, last in connection.execute(
        f'SELECT run_no, name, "last" FROM all_metric WHERE {chosen} ORDER BY name'
    ).fetchall():
        found[run_no]["metrics"][name] = last
    for run_no, key, value in connection.execute(
        f"SELECT run_no, key, value FROM base.tag WHERE {chosen} AND value IS NOT NULL ORDER BY key"
    ).fetchall():
        found[run_no]["tags"][key] = value
    by_id = {row["run_id"]: row for row in found.values()}
    for run_id, model, alias in connection.execute(
        """WITH held AS (
               SELECT r.run_id, r.parent_id, a.model, a.alias
               FROM base.alias a JOIN base.model_version v USING (model, version) JOIN base.run r USING (run_id))
           SELECT run_id, model, alias FROM held WHERE run_id IN (SELECT unnest($ids))
           UNION SELECT parent_id, model, alias FROM held WHERE parent_id IN (SELECT unnest($ids))
           ORDER BY ALL""",
        {"ids": list(by_id)},
    ).fetchall():
        by_id[run_id]["aliases"].append(f"{model}@{alias}")
    return [found[run_no] for run_no in run_nos]


_DETAILS: Final = {
    "params_detail": ("name, value, number, type, source", "base.param", "name"),
    "metrics_detail": (
        'name, "last", "min", "max", "count", first_step, last_step, estimator, dataset_digest, source',
        "all_metric", "name",
    ),
    "datasets": (
        'name, role, kind AS type, "rows", "columns", bytes, digest, row_hashes, source, reading',
        "base.dataset", "time, seq",
    ),
    "artifacts": ("name, kind, media_type, bytes, sha256, source, metadata", "base.artifact", "time, seq"),
    "verdicts": (
        'against, part, outcome, detail, make_timestamp("time") AS "time"', "base.verdict", '"time", seq',
    ),
    "checks": ("dataset, name, passed, detail", 'base."check"', "time, seq"),
    "problems": ('place AS "where", message', f"{schema.PROBLEMS} problem", "time, seq"),
}  # fmt: skip


def in_full(connection: duckdb.DuckDBPyConnection, run_nos: Sequence[int]) -> list[Row]:
    """The runs with all their details, each kind of detail asked for once, however many the runs."""
    found = dict(zip(run_nos, of(connection, run_nos), strict=True))
    chosen = picking.condition(run_nos, few=len(run_nos))
    for detail, (columns, table, order) in _DETAILS.items():
        for row in found.values():
            row[detail] = []
        for one in dicts(
            connection, f"SELECT run_no, {columns} FROM {table} WHERE {chosen} ORDER BY {order}"
        ):
            run_no = one.pop("run_no")
            if run_no in found:
                found[run_no][detail].append(one)
    profiles = _profiles(connection, {each["reading"] for row in found.values() for each in row["datasets"]})
    environments = _by(
        connection, "env_id", "SELECT * FROM base.environment", [r["env_id"] for r in found.values()]
    )
    outputs = _by(connection, "run_id", "SELECT * FROM outputs", [row["run_id"] for row in found.values()])
    for row in found.values():
        for dataset in row["datasets"]:
            dataset["profile"] = profiles.get(dataset.pop("reading"), [])
        for artifact in row["artifacts"]:
            artifact["metadata"] = json.loads(artifact["metadata"]) if artifact["metadata"] else {}
        row["environment"] = environments.get(row["env_id"])
        row["output"] = outputs.get(row["run_id"], {}).get("text")
    return list(found.values())


def _by(
    connection: duckdb.DuckDBPyConnection, key: str, query: str, wanted: Sequence[str | None]
) -> dict[str, Row]:
    chosen = dicts(connection, f"{query} WHERE {key} IN (SELECT unnest(?))", [list(wanted)])
    return {row[key]: row for row in chosen}


def _profiles(connection: duckdb.DuckDBPyConnection, readings: Collection[str]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    if not readings:
        return found
    for column in dicts(
        connection,
        """SELECT reading AS of, name, type, column_digest AS digest, nulls, "distinct", "min", "max", mean, std,
                  histogram
           FROM base.dataset_column WHERE reading IN (SELECT unnest(?)) ORDER BY position""",
        [list(readings)],
    ):
        column["histogram"] = json.loads(column["histogram"]) if column["histogram"] else None
        found.setdefault(column.pop("of"), []).append(column)
    return found


def dicts(
    connection: duckdb.DuckDBPyConnection, query: str, values: Sequence[Any] | Mapping[str, Any] = ()
) -> list[Row]:
    cursor = connection.execute(query, values)
    columns = [column[0] for column in cursor.description]
    return [
        {name: _aware(value) for name, value in zip(columns, row, strict=True)} for row in cursor.fetchall()
    ]


def _aware(value: Any) -> Any:
    return value.replace(tzinfo=dt.UTC) if isinstance(value, dt.datetime) else value
