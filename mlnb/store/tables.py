"""Rows into the index's base tables: one Arrow insert a table, since row by row costs ten times as much."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from mlnb import events
from mlnb.store import schema

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

Row = tuple[Any, ...]


class Writer:
    """Writes rows into the base tables of one connection."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection

    def insert(self, table: str, new: Sequence[Row]) -> None:
        """Insert rows, each with a value for every column of the table."""
        if new:
            self.insert_arrow(table, _arrow(table, new))

    def insert_arrow(self, table: str, new: pa.Table) -> None:
        """Insert an Arrow table with the columns of the base table, in their order."""
        self._insert_arrow(f'base."{table}"', new)

    def delete(self, table: str, columns: Sequence[str], values: Sequence[Sequence[Any]]) -> None:
        """Delete the rows that have one of these values in some columns."""
        if values:
            self._delete(f'base."{table}"', columns, values)

    def finish(self, fold_no: int) -> None:
        """All of a fold is written: give it its number."""
        self.connection.execute("UPDATE base.meta SET fold = ?, kinds = ?", [fold_no, events.UNDERSTOOD])

    def change_runs_with_versions(self, fold_no: int) -> None:
        """Who asks for what changed gets the runs that have a model version: it may be another's."""
        self.connection.execute(
            "UPDATE base.run SET changed = ? WHERE run_id IN (SELECT run_id FROM base.model_version)",
            [fold_no],
        )

    def _insert_arrow(self, target: str, new: pa.Table) -> None:
        self.connection.register("new_rows", new)
        self.connection.execute(f"INSERT INTO {target} SELECT * FROM new_rows")
        self.connection.unregister("new_rows")

    def _delete(self, target: str, columns: Sequence[str], values: Sequence[Sequence[Any]]) -> None:
        names = ", ".join(columns)
        given = ", ".join(f"unnest(${number + 1}) AS v{number}" for number in range(len(columns)))
        found = ", ".join(f"v{number}" for number in range(len(columns)))
        self.connection.execute(
            f"DELETE FROM {target} WHERE ({names}) IN (SELECT ({found}) FROM (SELECT {given}))",
            [list(column) for column in zip(*values, strict=True)],
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
