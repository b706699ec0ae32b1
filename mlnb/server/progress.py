"""How far the batches of some runs are, without their runs: what a list shows beside a batch's name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from mlnb.server.bodies import BatchProgress
from mlnb.store import Store, query


def of_batches(store: Store, batch_ids: Iterable[str]) -> list[BatchProgress]:
    """The progress of those of the batches that the registry knows, newest first."""
    wanted = set(batch_ids)
    if not wanted:
        return []
    return [_progress(store, batch) for batch in query.batches(store) if batch["batch_id"] in wanted]


def _progress(store: Store, batch: Mapping[str, Any]) -> BatchProgress:
    from mlnb.execution.plan import Plan

    batch_id = batch["batch_id"]
    return {
        "batch_id": batch_id,
        "name": batch["name"],
        "state": batch["state"],
        "total": len(batch["plan"]),
        "done": _count(store, batch_id, "status <> 'running'"),
        "failed": _count(store, batch_id, "status in ('failed', 'killed')"),
        "varied": Plan.from_record(batch["plan"]).varied,
    }


def _count(store: Store, batch_id: str, condition: str) -> int:
    return query.run_page(store, where=f"batch_id = '{batch_id}' and {condition}", limit=0).total
