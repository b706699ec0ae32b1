"""Runs: the one that is being recorded, and those that were."""

from mlnb.tracking.recording import Run, active, current_store, describe_error, start
from mlnb.tracking.records import RunRecord, get, runs, sql
from mlnb.tracking.side_by_side import Comparison, compare, comparison
from mlnb.tracking.verbs import (
    artifact,
    data,
    figure,
    history,
    metric,
    metrics,
    model,
    note,
    param,
    params,
    run,
    tag,
    text,
)

__all__ = [
    "Comparison",
    "Run",
    "RunRecord",
    "active",
    "artifact",
    "compare",
    "comparison",
    "current_store",
    "data",
    "describe_error",
    "figure",
    "get",
    "history",
    "metric",
    "metrics",
    "model",
    "note",
    "param",
    "params",
    "run",
    "runs",
    "sql",
    "start",
    "tag",
    "text",
]
