"""Rows into the index's base tables: one Arrow insert a table, since row by row costs ten times as much."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from mlnb.store import schema

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

Row = tuple[Any, ...]


def insert(connection: duckdb.DuckDBPyConnection, table: str, rows: Sequence[Row]) -> None:
    """Insert rows, each with a value for every column of the table."""
    if rows:
        insert_arrow(connection, table, _arrow(table, rows))


def insert_arrow(connection: duckdb.DuckDBPyConnection, table: str, rows: pa.Table) -> None:
    """Insert an Arrow table with the columns of the base table, in their order."""
    connection.register("new_rows", rows)
    connection.execute(f'INSERT INTO base."{table}" SELECT * FROM new_rows')
    connection.unregister("new_rows")


def delete(
    connection: duckdb.DuckDBPyConnection, tables: Sequence[str], column: str, values: Sequence[Any]
) -> None:
    """Delete the rows that have one of these values in a column, from several tables."""
    if values:
        for table in tables:
            connection.execute(
                f"DELETE FROM base.{table} WHERE {column} IN (SELECT unnest(?))",
                [list(values)],
            )


def not_there(
    connection: duckdb.DuckDBPyConnection, table: str, identity: str, new: Sequence[Row]
) -> list[Row]:
    """Rows whose first column names their content: those that the table lacks, each once."""
    names = list({row[0] for row in new})
    there = connection.execute(
        f"SELECT DISTINCT {identity} FROM base.{table} WHERE {identity} IN (SELECT unnest(?))",
        [names],
    ).fetchall()
    known = {name for (name,) in there}
    return list({(row[0], row[1]): row for row in new if row[0] not in known}.values())


def _arrow(table: str, rows: Sequence[Row]) -> pa.Table:
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
            for (name, kind), values in zip(columns.items(), zip(*rows, strict=True), strict=True)
        }
    )
