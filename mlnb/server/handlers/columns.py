"""`columns`: what a table of runs has beside its rows."""

from __future__ import annotations

from mlnb.server import bodies, columns
from mlnb.server.calls import Call
from mlnb.server.routes import get


@get("columns")
def list_columns(call: Call, query: bodies.ColumnsQuery) -> bodies.ColumnList:
    """Every column that the runs that match have: in how many of them, whether it is constant, its bounds."""
    store = call.store_or_none
    return {"columns": [] if store is None else columns.described(store, query.where)}
