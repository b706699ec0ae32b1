"""Runs: the one that is being recorded, and those that were."""

from mlnb.tracking.recording import Run, active, current_store, describe_error, start
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
    "Run",
    "active",
    "artifact",
    "current_store",
    "data",
    "describe_error",
    "figure",
    "history",
    "metric",
    "metrics",
    "model",
    "note",
    "param",
    "params",
    "run",
    "start",
    "tag",
    "text",
]
