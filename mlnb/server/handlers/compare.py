"""`compare`: several runs side by side."""

from __future__ import annotations

from typing import cast

from mlnb.errors import UsageError
from mlnb.server import bodies
from mlnb.server.calls import Call
from mlnb.server.handlers.runs import check_id
from mlnb.server.routes import get
from mlnb.tracking import comparison

MOST_RUNS = 20


@get("compare")
def compare_runs(call: Call, query: bodies.CompareQuery) -> bodies.ComparedRuns:
    """2 to 20 runs (`runs=a,b,c`): parameters, metrics, data, code, environment and figures."""
    run_ids = [check_id(one) for one in query.runs.split(",") if one]
    if not 2 <= len(run_ids) <= MOST_RUNS:
        raise UsageError(f"{len(run_ids)} runs can't be compared", hint=f"2 to {MOST_RUNS}, as runs=ID,ID")
    return cast("bodies.ComparedRuns", comparison(call.store, run_ids).to_dict())
