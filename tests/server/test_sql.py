"""SQL from the panel reads the public tables and nothing else."""

from __future__ import annotations

import pytest

from mlnb.errors import TimedOut
from mlnb.store import query
from mlnb.tracking import start


def test_a_query_answers_with_columns_types_and_rows(project):
    with start("one", store=project.store) as run:
        run.metric("loss", float("inf"))
    reply = project.client.post(
        "sql", sql="SELECT runs.name, loss.last AS loss FROM runs JOIN metrics loss USING (run_id)"
    )
    assert reply.json == {
        "columns": [{"name": "name", "type": "string"}, {"name": "loss", "type": "double"}],
        "rows": [["one", "Infinity"]],
        "truncated": False,
    }


def test_times_bytes_and_decimals_travel(project):
    reply = project.client.post(
        "sql",
        sql="SELECT TIMESTAMP '2026-01-02 03:04:05' AS t, 'ab'::BLOB AS b, 1.5::DECIMAL(4,2) AS d, DATE '2026-01-02' AS day",
    )
    assert reply.status == 200
    assert reply.json["rows"][0][3] == "2026-01-02"


def test_a_long_answer_is_cut_and_says_so(project):
    reply = project.client.post("sql", sql="SELECT * FROM range(20_000)")
    assert (len(reply.json["rows"]), reply.json["truncated"]) == (10_000, True)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM glob('/*')",
        "COPY runs TO '/tmp/mlnb-stolen.csv'",
        "ATTACH '/tmp/mlnb-other.db'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET enable_external_access = true",
        "CREATE TABLE x AS SELECT 1",
        "DROP VIEW runs",
        "DELETE FROM base.run",
        "UPDATE base.run SET name = 'x'",
        "PRAGMA database_list; COPY (SELECT 1) TO '/tmp/mlnb-stolen.csv'",
        "EXPORT DATABASE '/tmp/mlnb-stolen'",
        "SELECT getenv('HOME')",
        "no sql at all",
    ],
)
def test_sql_neither_writes_nor_reads_files_nor_leaves_the_store(project, sql):
    with start("one", store=project.store) as run:
        run.metric("loss", 1.0)
    reply = project.client.post("sql", sql=sql)
    assert (reply.status, reply.json["error"]["code"]) == (400, "usage")
    assert project.client.get("runs").json["runs"][0]["name"] == "one"


def test_an_answer_without_end_is_cut_before_it_is_made(project):
    reply = project.client.post("sql", sql="SELECT * FROM range(1_000_000_000_000)")
    assert (reply.status, len(reply.json["rows"]), reply.json["truncated"]) == (200, 10_000, True)


def test_a_query_that_takes_too_long_is_stopped(project):
    endless = "SELECT sum(a.range * b.range) FROM range(10_000_000) a, range(10_000_000) b"
    with pytest.raises(TimedOut, match=r"took more than 0\.2 s and was stopped"):
        query.sql(project.store, endless, seconds=0.2)
    assert query.sql(project.store, "SELECT 1 AS one", seconds=60).to_pylist() == [{"one": 1}]
