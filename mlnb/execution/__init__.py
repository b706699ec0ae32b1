"""Reruns: papermill executes a notebook with given parameters, as tracked runs.

notebook or run ─ origin ─ notebooks ─┐
params, grid ──── values ─ plan ──────┴─ batch ─ executors ─ worker ─ engine ─ client ─ kernel
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

_ROOMS = {
    "Batch": "mlnb.execution.batch",
    "Gathered": "mlnb.execution.gathering",
    "Verdict": "mlnb.execution.reproduction",
    "gather": "mlnb.execution.gathering",
    "reproduce": "mlnb.execution.reproduction",
    "rerun": "mlnb.execution.reruns",
}

__all__ = ["Batch", "Gathered", "Verdict", "gather", "reproduce", "rerun"]

if TYPE_CHECKING:
    from mlnb.execution.batch import Batch
    from mlnb.execution.gathering import Gathered, gather
    from mlnb.execution.reproduction import Verdict, reproduce
    from mlnb.execution.reruns import rerun


def __getattr__(name: str) -> Any:
    # papermill imports mlnb.execution.engine whenever it is imported: the rest waits until it is used
    room = _ROOMS.get(name)
    if room is None:
        raise AttributeError(f"module 'mlnb.execution' has no attribute {name!r}")
    return getattr(importlib.import_module(room), name)
