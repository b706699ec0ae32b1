"""Giving a run's model a version: one record in the registry, numbered under its lock."""

from __future__ import annotations

import getpass
from collections.abc import Mapping
from typing import Any

from mlnb.errors import NotFound, UsageError
from mlnb.events import Event, ModelVersion
from mlnb.registry import ledger
from mlnb.registry.references import holder_of_model, model_artifact, run_id_of
from mlnb.store import Store, query
from mlnb.tracking import current_store
from mlnb.tracking.records import Place


def register(
    run: object,
    model: str | None = None,
    *,
    name: str | None = None,
    reproduction: bool = False,
    store: Place = None,
    user: str | None = None,
) -> ModelVersion:
    """Give the model of a run the next version of `model` (by default the run's experiment).

    `run` is a run, its record, its id (or a prefix of it) or its name; `name` picks a model where the run kept several.
    Of a notebook's run it is the model of the child that kept one.
    A run that only repeats another (`mlnb reproduce`) is refused, unless `reproduction` says that it is meant.
    Registering the same file of the same run again gives the version that it has.

    Raises
    ------
    NotFound
        No such run, it kept no model (of that name), or the file is gone.
    Ambiguous
        The run kept several models, or several runs share the prefix.
    UsageError
        `model` can't be a model's name, or the run is a reproduction.
    Corrupt
        The model's file isn't what was recorded.
    """
    home = current_store(store)
    record = holder_of_model(home, run_id_of(home, run))
    if not reproduction:
        _refuse_reproduction(home, record)
    artifact = model_artifact(record, name)
    model = ledger.check_name("model", model or record["experiment"])
    home.objects.read(artifact["sha256"])
    metadata = artifact["metadata"] or {}

    def decide(events: list[Event]) -> list[Event]:
        versions = ledger.replay(events).models.get(model, ledger.Model(model))
        if _registered(versions, record["run_id"], artifact["sha256"]):
            return []
        return [
            ModelVersion(
                model=model,
                version=versions.next_version(),
                run_id=record["run_id"],
                sha256=artifact["sha256"],
                format=metadata.get("format", "unknown"),
                name=artifact["name"],
                signature=metadata.get("signature") or {},
                created_by=user or who(),
                origin=home.store_id,
            )
        ]

    home.registry.transact(decide)
    made = _registered(ledger.of(home).model(model), record["run_id"], artifact["sha256"])
    if made is None:
        raise NotFound(f"model {model!r} lost the version that was just written")
    return made


def _refuse_reproduction(store: Store, record: Mapping[str, Any]) -> None:
    around = record if record["parent_id"] is None else query.record(store, record["parent_id"])
    if around["kind"] == "reproduction":
        original = around["rerun_of"]
        raise UsageError(
            f"run {record['name']!r} only repeats run {original}",
            hint=f"register {original}; or say that this one is meant: --reproduction, reproduction=True",
        )


def who() -> str | None:
    """The name that this process's user goes by."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return None


def _registered(model: ledger.Model, run_id: str, sha256: str) -> ModelVersion | None:
    return next(
        (one for one in model.versions.values() if (one.run_id, one.sha256) == (run_id, sha256)), None
    )
