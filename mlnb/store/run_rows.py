"""Runs as dictionaries: a row with its parameters, metrics and tags, and the details of one run."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from mlnb.store import picking

if TYPE_CHECKING:
    import duckdb

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


def details(connection: duckdb.DuckDBPyConnection, run_no: int, row: Row) -> Row:
    def of_run(columns: str, table: str, order: str) -> list[Row]:
        query = f"SELECT {columns} FROM {table} WHERE run_no = ? ORDER BY {order}"
        return dicts(connection, query, [run_no])

    datasets = of_run(
        'name, role, kind AS type, "rows", "columns", bytes, digest, row_hashes, source',
        "base.dataset", "time, seq",
    )  # fmt: skip
    for dataset in datasets:
        dataset["profile"] = _profile(connection, dataset["digest"])
    artifacts = of_run(
        "name, kind, media_type, bytes, sha256, source, metadata", "base.artifact", "time, seq"
    )
    for artifact in artifacts:
        artifact["metadata"] = json.loads(artifact["metadata"]) if artifact["metadata"] else {}
    environment = dicts(connection, "SELECT * FROM base.environment WHERE env_id = ?", [row["env_id"]])
    output = dicts(connection, "SELECT text FROM outputs WHERE run_id = ?", [row["run_id"]])
    return {
        "output": output[0]["text"] if output else None,
        "params_detail": of_run("name, value, number, type, source", "base.param", "name"),
        "metrics_detail": of_run(
            'name, "last", "min", "max", "count", first_step, last_step, estimator, dataset_digest, source',
            "all_metric", "name",
        ),
        "datasets": datasets,
        "artifacts": artifacts,
        "environment": environment[0] if environment else None,
        "verdicts": of_run('against, part, outcome, detail, make_timestamp("time") AS "time"', "base.verdict", '"time", seq'),
        "checks": of_run("dataset, name, passed, detail", 'base."check"', "time, seq"),
        "problems": of_run('place AS "where", message', "base.problem", "time, seq"),
    }  # fmt: skip


def _profile(connection: duckdb.DuckDBPyConnection, digest: str) -> list[Row]:
    profile = dicts(
        connection,
        """SELECT name, type, column_digest AS digest, nulls, "distinct", "min", "max", mean, std, histogram
           FROM base.dataset_column WHERE digest = ? ORDER BY position""",
        [digest],
    )
    for column in profile:
        column["histogram"] = json.loads(column["histogram"]) if column["histogram"] else None
    return profile


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
