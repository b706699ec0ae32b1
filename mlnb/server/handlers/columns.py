"""`columns`, `values`: what a table of runs has beside its rows, and what is drawn of them."""

from __future__ import annotations

from mlnb.errors import UsageError
from mlnb.server import bodies, columns
from mlnb.server.calls import Call
from mlnb.server.routes import get

MOST_RUNS = 5_000


@get("columns")
def list_columns(call: Call, query: bodies.ColumnsQuery) -> bodies.ColumnList:
    """Every column that the runs that match have: in how many of them, whether it is constant, its bounds."""
    store = call.store_or_none
    return {"columns": [] if store is None else columns.described(store, query.where)}


@get("values")
def list_values(call: Call, query: bodies.ValuesQuery) -> bodies.ValueTable:
    """Some columns (`columns=params.lr` once each, separated by line ends) of the newest runs that match."""
    if not 0 < query.limit <= MOST_RUNS:
        raise UsageError(f"limit {query.limit} can't be used: 1 to {MOST_RUNS} runs")
    names = query.columns.split("\n")
    run_ids, found = columns.values(call.store, query.where, names, query.limit)
    return {"run_ids": run_ids, "columns": found}
