"""The registry's records as rows: a pure replay, so its tables are simply replaced when the file grew."""

from __future__ import annotations

import json
from typing import Any, Final

import msgspec

from mlnb import events

TABLES: Final = ("model_version", "promotion", "alias", "batch")


def rows(records: list[events.Event]) -> dict[str, list[tuple[Any, ...]]]:
    """The registry's tables, by base table."""
    found: dict[str, list[tuple[Any, ...]]] = {table: [] for table in TABLES}
    aliases: dict[tuple[str, str], int | None] = {}
    batches: dict[str, list[Any]] = {}
    for record in records:
        match record:
            case events.ModelVersion() as v:
                found["model_version"].append(
                    (
                        v.model,
                        v.version,
                        v.run_id,
                        v.name,
                        v.sha256,
                        v.format,
                        json.dumps(v.signature) if v.signature else None,
                        v.time,
                        v.created_by,
                        v.origin,
                    )
                )
            case events.Promotion() as p:
                if p.decision != "refused":
                    aliases[p.model, p.alias] = p.to_version
                found["promotion"].append(
                    (
                        p.promotion_id,
                        p.model,
                        p.alias,
                        p.from_version,
                        p.to_version,
                        p.decision,
                        msgspec.json.encode(p.gates).decode(),
                        p.gates_sha256,
                        p.note,
                        p.user,
                        p.time,
                        p.origin,
                        p.prev_hash,
                        p.hash,
                        p.seq,
                    )
                )
            case events.BatchStarted() as b:
                plan = msgspec.json.encode(b.plan).decode()
                batches[b.batch_id] = [
                    b.batch_id, b.name, b.notebook, b.source_sha256, plan, b.executor, "running", b.time, None,
                ]  # fmt: skip
            case events.BatchResumed() as b if b.batch_id in batches:
                batches[b.batch_id][-3:] = ["running", batches[b.batch_id][-2], None]
            case events.BatchEnded() as b if b.batch_id in batches:
                batches[b.batch_id][-3:] = [b.state, batches[b.batch_id][-2], b.time]
    found["alias"] = [(model, alias, v) for (model, alias), v in aliases.items() if v is not None]
    found["batch"] = [tuple(row) for row in batches.values()]
    return found
