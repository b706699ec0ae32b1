"""The index's tables, and the public views that people write SQL against.

Base tables live in the schema `base`, with small integers for runs (`run_no`) and metric names
(`key_no`), which are local to one index. The public names are views over them, with the columns of the
contract. Limited to what DuckLake has too: no keys, no indexes, no sequences.

Times are UTC. A column with `stamp` in its name holds where a value came from, (time, writer, seq) as
JSON: the greatest stamp wins, whatever the order of folding.
"""

from __future__ import annotations

from typing import Final

VERSION: Final = 7
"""Goes up with every change of a base table; an index of another version is made again."""

COMPATIBILITY: Final = "v1.5.0"
"""The oldest DuckDB whose files the index can be read by."""

Columns = dict[str, str]

BASE: Final[dict[str, Columns]] = {
    "run": {
        "run_no": "INTEGER",
        "run_id": "VARCHAR",
        "name": "VARCHAR",
        "experiment": "VARCHAR",
        "kind": "VARCHAR",
        "status": "VARCHAR",
        "parent_id": "VARCHAR",
        "batch_id": "VARCHAR",
        "rerun_of": "VARCHAR",
        "notebook": "VARCHAR",
        "cell_id": "VARCHAR",
        "session_id": "VARCHAR",
        "started_at": "TIMESTAMP",
        "ended_at": "TIMESTAMP",
        "duration_s": "DOUBLE",
        "user": "VARCHAR",
        "host": "VARCHAR",
        "origin": "VARCHAR",
        "git_commit": "VARCHAR",
        "git_dirty": "BOOLEAN",
        "env_id": "VARCHAR",
        "seeds": "VARCHAR",
        "exit_signal": "INTEGER",
        "error": "VARCHAR",
        "note": "VARCHAR",
        "first_cell": "INTEGER",
        "last_cell": "INTEGER",
        "changed": "BIGINT",
        "deleted": "BOOLEAN",
        "stamps": "VARCHAR",
    },
    "param": {
        "run_no": "INTEGER",
        "name": "VARCHAR",
        "value": "VARCHAR",
        "number": "DOUBLE",
        "type": "VARCHAR",
        "source": "VARCHAR",
        "stamp": "VARCHAR",
    },
    # Every parameter name with the types that it ever had, so that no query looks through all values for them.
    "param_kind": {"name": "VARCHAR", "type": "VARCHAR", "numeric": "BOOLEAN"},
    "tag": {"run_no": "INTEGER", "key": "VARCHAR", "value": "VARCHAR", "stamp": "VARCHAR"},
    "output": {"run_no": "INTEGER", "text": "VARCHAR", "stamp": "VARCHAR"},
    "key": {"key_no": "INTEGER", "name": "VARCHAR"},
    "metric": {
        "run_no": "INTEGER",
        "key_no": "INTEGER",
        "last": "DOUBLE",
        "min": "DOUBLE",
        "max": "DOUBLE",
        "count": "BIGINT",
        "first_step": "BIGINT",
        "first_value": "DOUBLE",
        "first_stamp": "VARCHAR",
        "last_step": "BIGINT",
        "last_stamp": "VARCHAR",
        "estimator": "VARCHAR",
        "dataset_digest": "VARCHAR",
        "source": "VARCHAR",
        "key_stamp": "VARCHAR",
    },
    "point": {
        "run_no": "INTEGER",
        "key_no": "INTEGER",
        "step": "BIGINT",
        "time": "BIGINT",
        "value": "DOUBLE",
    },
    # Of long curves, the points that are seen when they are drawn small (`coarse.py`); how many points those stand for.
    "coarse": {
        "run_no": "INTEGER",
        "key_no": "INTEGER",
        "step": "BIGINT",
        "time": "BIGINT",
        "value": "DOUBLE",
    },
    "covered": {"run_no": "INTEGER", "key_no": "INTEGER", "count": "BIGINT"},
    "dataset": {
        "run_no": "INTEGER",
        "name": "VARCHAR",
        "role": "VARCHAR",
        "kind": "VARCHAR",
        "rows": "BIGINT",
        "columns": "BIGINT",
        "bytes": "BIGINT",
        "digest": "VARCHAR",
        "row_hashes": "VARCHAR",
        "source": "VARCHAR",
        "reading": "VARCHAR",
        "time": "BIGINT",
        "seq": "BIGINT",
    },
    "dataset_column": {
        "reading": "VARCHAR",
        "position": "INTEGER",
        "digest": "VARCHAR",
        "name": "VARCHAR",
        "type": "VARCHAR",
        "column_digest": "VARCHAR",
        "nulls": "BIGINT",
        "distinct": "BIGINT",
        "min": "VARCHAR",
        "max": "VARCHAR",
        "mean": "DOUBLE",
        "std": "DOUBLE",
        "histogram": "VARCHAR",
    },
    "artifact": {
        "run_no": "INTEGER",
        "name": "VARCHAR",
        "kind": "VARCHAR",
        "media_type": "VARCHAR",
        "bytes": "BIGINT",
        "sha256": "VARCHAR",
        "source": "VARCHAR",
        "metadata": "VARCHAR",
        "time": "BIGINT",
        "seq": "BIGINT",
    },
    "cell": {
        "session_id": "VARCHAR",
        "ordinal": "INTEGER",
        "cell_id": "VARCHAR",
        "execution_count": "INTEGER",
        "source_sha256": "VARCHAR",
        "source": "VARCHAR",
        "status": "VARCHAR",
        "duration_s": "DOUBLE",
        "reads": "VARCHAR[]",
        "writes": "VARCHAR[]",
    },
    "chance": {
        "session_id": "VARCHAR",
        "ordinal": "INTEGER",
        "kind": "VARCHAR",  # `random`, `drew`: a global generator's state before the cell, after it; `entropy`; `stopped`
        "name": "VARCHAR",
        "state": "VARCHAR",
    },
    "environment": {
        "env_id": "VARCHAR",
        "python": "VARCHAR",
        "platform": "VARCHAR",
        "packages": "MAP(VARCHAR, VARCHAR)",
        "lock": "VARCHAR",
    },
    "verdict": {
        "run_no": "INTEGER",
        "against": "VARCHAR",
        "part": "VARCHAR",
        "outcome": "VARCHAR",
        "detail": "VARCHAR",
        "time": "BIGINT",
        "seq": "BIGINT",
    },
    "check": {
        "run_no": "INTEGER",
        "dataset": "VARCHAR",
        "name": "VARCHAR",
        "passed": "BOOLEAN",
        "detail": "VARCHAR",
        "time": "BIGINT",
        "seq": "BIGINT",
    },
    "problem": {
        "run_no": "INTEGER",
        "place": "VARCHAR",
        "message": "VARCHAR",
        "time": "BIGINT",
        "seq": "BIGINT",
    },
    # What isn't seen of a cell that runs, or was killed.
    "unseen": {
        "run_no": "INTEGER",
        "place": "VARCHAR",
        "message": "VARCHAR",
        "time": "BIGINT",
        "seq": "BIGINT",
    },
    # What another process is to write; and tasks that were done before it was known that they are owed.
    "owed": {"run_no": "INTEGER", "task": "VARCHAR", "what": "VARCHAR", "time": "BIGINT", "seq": "BIGINT"},
    "paid": {"task": "VARCHAR"},
    "model_version": {
        "model": "VARCHAR",
        "version": "INTEGER",
        "run_id": "VARCHAR",
        "name": "VARCHAR",
        "sha256": "VARCHAR",
        "format": "VARCHAR",
        "signature": "VARCHAR",
        "created_at": "BIGINT",
        "created_by": "VARCHAR",
        "origin": "VARCHAR",
    },
    "promotion": {
        "promotion_id": "VARCHAR",
        "model": "VARCHAR",
        "alias": "VARCHAR",
        "from_version": "INTEGER",
        "to_version": "INTEGER",
        "decision": "VARCHAR",
        "gates": "VARCHAR",
        "gates_sha256": "VARCHAR",
        "note": "VARCHAR",
        "user": "VARCHAR",
        "time": "BIGINT",
        "origin": "VARCHAR",
        "prev_hash": "VARCHAR",
        "hash": "VARCHAR",
        "seq": "BIGINT",
    },
    "alias": {"model": "VARCHAR", "alias": "VARCHAR", "version": "INTEGER"},
    "batch": {
        "batch_id": "VARCHAR",
        "name": "VARCHAR",
        "notebook": "VARCHAR",
        "source_sha256": "VARCHAR",
        "plan": "VARCHAR",
        "executor": "VARCHAR",
        "state": "VARCHAR",
        "started_at": "BIGINT",
        "ended_at": "BIGINT",
    },
    # How far each journal is folded; `problem` says why one is left alone, or what was damaged in it.
    "journal": {
        "name": "VARCHAR",
        "run_no": "INTEGER",
        "events_end": "BIGINT",
        "points_end": "BIGINT",
        "damaged": "BIGINT",
        "owner": "BOOLEAN",
        "problem": "VARCHAR",
    },
    # Which archive the index was made from: how far it has taken in each segment, and what stands there.
    "segment": {"name": "VARCHAR", "end": "BIGINT", "tail": "VARCHAR"},
    "unknown_event": {"journal": "VARCHAR", "seq": "BIGINT", "line": "VARCHAR"},
    "wide": {"run_no": "INTEGER"},
    "wide_column": {"position": "INTEGER", "kind": "VARCHAR", "name": "VARCHAR"},
    # Runs whose row in `wide` is missing or old.
    "stale": {"run_no": "INTEGER"},
    "meta": {"version": "INTEGER", "fold": "BIGINT", "registry_end": "BIGINT", "kinds": "VARCHAR"},
}

_RUN = "FROM base.{table} t JOIN base.run r USING (run_no) WHERE NOT r.deleted AND r.started_at IS NOT NULL"

PROBLEMS: Final = """(
    SELECT run_no, place, message, "time", seq FROM base.problem
    UNION ALL
    SELECT run_no, place, message, "time", seq FROM base.unseen
    UNION ALL
    SELECT o.run_no, 'owed' AS place, 'promised, and not here yet: ' || o.what AS message, o."time", o.seq
    FROM base.owed o JOIN base.run r USING (run_no) WHERE r.status <> 'running'
)"""
"""What went wrong, what isn't seen of a cell that runs, and what is still owed by a run that has ended."""

VIEWS: Final[dict[str, str]] = {
    "runs": """
        SELECT run_id, name, experiment, kind, status, parent_id, batch_id, rerun_of, notebook, cell_id,
               session_id, started_at, ended_at, duration_s, "user", host, origin, git_commit, git_dirty,
               env_id, seeds, exit_signal, error, note, changed, first_cell, last_cell
        FROM base.run WHERE NOT deleted AND started_at IS NOT NULL""",
    "params": f"SELECT r.run_id, t.name, t.value, t.number, t.type, t.source {_RUN.format(table='param')}",
    "points": """
        SELECT r.run_id, k.name AS metric, t.step, make_timestamp(t.time) AS "time", t.value
        FROM base.point t JOIN base.run r USING (run_no) JOIN base.key k USING (key_no)
        WHERE NOT r.deleted AND r.started_at IS NOT NULL""",
    "metrics": """
        SELECT r.run_id, k.name, t."last", t."min", t."max", t."count", t.first_step, t.last_step,
               t.estimator, t.dataset_digest, t.source
        FROM base.metric t JOIN base.run r USING (run_no) JOIN base.key k USING (key_no)
        WHERE NOT r.deleted AND r.started_at IS NOT NULL""",
    "datasets": f"""
        SELECT r.run_id, t.name, t.role, t.kind, t."rows", t."columns", t.bytes, t.digest, t.row_hashes,
               t.source {_RUN.format(table="dataset")}""",
    "dataset_columns": """
        SELECT DISTINCT digest, name, type, column_digest, nulls, "distinct", "min", "max", mean, std, histogram
        FROM base.dataset_column""",
    "artifacts": f"""
        SELECT r.run_id, t.name, t.kind, t.media_type, t.bytes, t.sha256, t.source, t.metadata
        {_RUN.format(table="artifact")}""",
    # A cell that never came to its end shows how its run did.
    "cells": """
        SELECT c.* REPLACE (
            CASE WHEN r.status = 'killed' THEN 'killed' WHEN r.run_no IS NOT NULL THEN 'aborted' ELSE c.status END
                AS status,
            coalesce(c.duration_s, r.duration_s) AS duration_s)
        FROM base.cell c LEFT JOIN base.run r
          ON c.status = 'running' AND r.status <> 'running' AND r.kind = 'cell'
         AND r.session_id = c.session_id AND r.first_cell = c.ordinal""",
    "environments": "SELECT * FROM base.environment",
    "tags": f"SELECT r.run_id, t.key, t.value {_RUN.format(table='tag')} AND t.value IS NOT NULL",
    # Where a run ended by itself, all that it printed is an artifact.
    "outputs": f"""SELECT r.run_id, t.text {_RUN.format(table="output")} AND r.status IN ('running', 'killed')""",
    "batches": """
        SELECT * REPLACE (make_timestamp(started_at) AS started_at, make_timestamp(ended_at) AS ended_at)
        FROM base.batch""",
    "verdicts": f"""
        SELECT r.run_id, t.against, t.part, t.outcome, t.detail, make_timestamp(t.time) AS "time"
        {_RUN.format(table="verdict")}""",
    "checks": f"""SELECT r.run_id, t.dataset, t.name, t.passed, t.detail {_RUN.format(table='"check"')}""",
    "problems": f"""
        SELECT r.run_id, t.place, t.message, make_timestamp(t.time) AS "time"
        FROM {PROBLEMS} t JOIN base.run r USING (run_no) WHERE NOT r.deleted AND r.started_at IS NOT NULL""",
    "model_versions": """
        SELECT model, version, run_id, sha256, format, signature, make_timestamp(created_at) AS created_at,
               created_by, origin, name
        FROM base.model_version""",
    "aliases": "SELECT model, alias, version FROM base.alias",
    "promotions": """
        SELECT promotion_id, model, alias, from_version, to_version, decision, gates, gates_sha256, note,
               "user", make_timestamp("time") AS "time", origin, prev_hash, hash
        FROM base.promotion""",
}


def statements() -> list[str]:
    """The SQL that makes an empty index."""
    made = ["CREATE SCHEMA base"]
    for table, columns in BASE.items():
        body = ", ".join(f'"{name}" {kind}' for name, kind in columns.items())
        made.append(f'CREATE TABLE base."{table}" ({body})')
    made += [f"CREATE VIEW {name} AS {body}" for name, body in VIEWS.items()]
    return made
