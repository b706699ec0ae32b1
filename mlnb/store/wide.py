"""The wide table: one row a run, with the most used parameters and metrics in columns of their own.

Putting 20 columns of 100,000 runs side by side from the tall tables costs a pivot of two million rows;
reading them from here costs a tenth of that. It is derived and may be dropped: a query uses it where it
can, and the tall tables for runs in `base.stale` and for names that have no column. DuckDB's column names
know no case and users' do, so columns are `c0`, `c1` …, described in `base.wide_column`:

    param_number   a parameter's number        (names that are a number in any run)
    param_text     a parameter's text          (names that are not a number in some run)
    metric         a metric's last value

It is brought up to date when enough runs are stale, after the fold that made them so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mlnb.store import index

if TYPE_CHECKING:
    import duckdb
    from numpy.typing import NDArray

CAP: Final = 200
"""Columns at the most."""

ENOUGH: Final = 64
"""Stale runs that are worth a transaction."""

AT_ONCE: Final = 2000
"""Stale runs whose rows are written at once."""

MANY: Final = 2
"""Runs that must have a name before it gets a column: one run's ten thousand names don't crowd it."""

Columns = dict[tuple[str, str], int]


def columns(connection: duckdb.DuckDBPyConnection) -> Columns:
    """(kind, name) → number of the column."""
    rows = connection.execute("SELECT kind, name, position FROM base.wide_column").fetchall()
    return {(kind, name): position for kind, name, position in rows}


def is_settled(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether every run's row is up to date."""
    found = index.one(connection, "SELECT count(*) FROM unsettled")
    return found is not None and found[0] == 0


def keep_up(connection: duckdb.DuckDBPyConnection, *, cap: int = CAP, enough: int = ENOUGH) -> None:
    """Bring the rows of stale runs up to date, if there are `enough` of them."""
    while cap and _stale(connection) >= max(1, enough):
        _bring_up(connection, cap)


def _stale(connection: duckdb.DuckDBPyConnection) -> int:
    """How many runs are stale; some of them are `chosen` now."""
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE chosen AS SELECT DISTINCT run_no FROM base.stale ORDER BY run_no LIMIT {AT_ONCE}"
    )
    count = index.one(connection, "SELECT count(*) FROM base.stale")
    return 0 if count is None else int(count[0])


def _bring_up(connection: duckdb.DuckDBPyConnection, cap: int) -> None:
    known = columns(connection)
    new = _new_columns(connection, known, cap)
    for (kind, _), position in new.items():
        _add_column(connection, kind, position)
    connection.execute("BEGIN")
    if new:
        # Runs that have a row already may have the name too: they are written again.
        connection.execute("INSERT INTO base.stale SELECT DISTINCT run_no FROM base.param WHERE name IN "
                           "(SELECT unnest(?))", [[name for kind, name in new if kind != "metric"]])  # fmt: skip
        connection.execute("INSERT INTO base.stale SELECT DISTINCT run_no FROM base.metric JOIN base.key "
                           "USING (key_no) WHERE name IN (SELECT unnest(?))",
                           [[name for kind, name in new if kind == "metric"]])  # fmt: skip
        connection.executemany(
            "INSERT INTO base.wide_column VALUES (?, ?, ?)",
            [[position, kind, name] for (kind, name), position in new.items()],
        )
    _write_rows(connection, {**known, **new})
    connection.execute("COMMIT")


def _new_columns(connection: duckdb.DuckDBPyConnection, known: Columns, cap: int) -> Columns:
    used: list[tuple[int, str, str]] = []
    for kind, test in (("param_number", "number IS NOT NULL"), ("param_text", "number IS NULL")):
        used += connection.execute(
            f"""SELECT count(*), '{kind}', name FROM base.param
                WHERE {test} AND run_no IN (SELECT run_no FROM chosen)
                GROUP BY name HAVING count(*) >= {MANY}"""
        ).fetchall()
    used += connection.execute(
        f"""SELECT count(*), 'metric', name FROM base.metric JOIN base.key USING (key_no)
            WHERE run_no IN (SELECT run_no FROM chosen)
            GROUP BY name HAVING count(*) >= {MANY}"""
    ).fetchall()
    wanted = [(kind, name) for _, kind, name in sorted(used, reverse=True) if (kind, name) not in known]
    first = max(known.values(), default=-1) + 1
    return {pair: first + i for i, pair in enumerate(wanted[: max(0, cap - first)])}


def _add_column(connection: duckdb.DuckDBPyConnection, kind: str, position: int) -> None:
    # Its own transaction: together with an insert it costs seconds at a thousand columns. A crash
    # after it leaves a column that nothing describes, to be taken into use by the next.
    sql_type = "VARCHAR" if kind == "param_text" else "DOUBLE"
    connection.execute(f"ALTER TABLE base.wide DROP COLUMN IF EXISTS c{position}")
    connection.execute(f"ALTER TABLE base.wide ADD COLUMN c{position} {sql_type}")


def _write_rows(connection: duckdb.DuckDBPyConnection, described: Columns) -> None:
    import numpy as np
    import pyarrow as pa

    runs = connection.execute("SELECT run_no FROM chosen ORDER BY run_no").fetchnumpy()["run_no"]
    table: dict[str, Any] = {"run_no": pa.array(np.asarray(runs, dtype="i4"))}
    numbers = _tall(connection, "SELECT run_no, name, number AS v FROM base.param WHERE number IS NOT NULL")
    texts = _tall(connection, "SELECT run_no, name, value AS v FROM base.param")
    metrics = _tall(
        connection, 'SELECT run_no, name, "last" AS v FROM base.metric JOIN base.key USING (key_no)'
    )
    source = {"param_number": numbers, "param_text": texts, "metric": metrics}
    for (kind, name), position in sorted(described.items(), key=lambda item: item[1]):
        arrow_type = pa.string() if kind == "param_text" else pa.float64()
        column: NDArray[Any] = np.full(len(runs), None, dtype=object)
        owners, values = source[kind].get(name, (None, None))
        if owners is not None and values is not None:
            column[np.searchsorted(runs, owners)] = values
        table[f"c{position}"] = pa.array(column, type=arrow_type)
    connection.execute("DELETE FROM base.wide WHERE run_no IN (SELECT run_no FROM chosen)")
    connection.register("wide_rows", pa.table(table))
    connection.execute("INSERT INTO base.wide BY NAME SELECT * FROM wide_rows")
    connection.unregister("wide_rows")
    connection.execute("DELETE FROM base.stale WHERE run_no IN (SELECT run_no FROM chosen)")


def _tall(connection: duckdb.DuckDBPyConnection, query: str) -> dict[str, tuple[NDArray[Any], NDArray[Any]]]:
    """The stale runs' part of a tall table: name → (runs, values)."""
    import numpy as np

    found = index.table(
        connection,
        f"SELECT name, run_no, v FROM ({query}) WHERE run_no IN (SELECT run_no FROM chosen) ORDER BY name",
    )
    if not found.num_rows:
        return {}
    names = np.asarray(found["name"].to_pylist(), dtype=object)
    runs = found["run_no"].to_numpy()
    values = np.asarray(found["v"].to_pylist(), dtype=object)
    begins = np.flatnonzero(np.concatenate([[True], names[1:] != names[:-1]]))
    ends = np.append(begins[1:], len(names))
    return {names[b]: (runs[b:e], values[b:e]) for b, e in zip(begins, ends, strict=True)}
