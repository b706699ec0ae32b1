"""`sql`: a question in SQL, read-only and with no way to files or the network."""

from __future__ import annotations

from typing import Final

from mlnb.server import bodies
from mlnb.server.calls import Call
from mlnb.server.routes import post
from mlnb.store import aside

MOST_ROWS: Final = 10_000
LONGEST_S: Final = 20.0  # while it is answered, nothing new can be folded into the index


@post("sql", long=True)
def run_sql(call: Call, body: bodies.Sql) -> bodies.SqlResult:
    """The first 10,000 rows of a query over the public tables; one that takes too long is stopped."""
    table = aside.sql(call.store, body.sql, limit=MOST_ROWS + 1, seconds=LONGEST_S)
    shown = table.slice(0, MOST_ROWS)
    columns = [shown.column(i).to_pylist() for i in range(shown.num_columns)]
    return {
        "columns": [{"name": one.name, "type": str(one.type)} for one in table.schema],
        "rows": [list(row) for row in zip(*columns, strict=True)],
        "truncated": table.num_rows > MOST_ROWS,
    }
