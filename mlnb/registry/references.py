"""How people name a model: `churn@champion`, `churn/3`, or the run that made it."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from mlnb.errors import Ambiguous, NotFound, UsageError, nearest
from mlnb.events import ModelVersion
from mlnb.registry.ledger import Ledger
from mlnb.registry.ledger import of as models_of
from mlnb.store import Store, query
from mlnb.tracking.late import settle_all

PATIENCE: Final = 10.0
"""Seconds that a model is waited for that its run still owes."""


@dataclass(frozen=True)
class AliasRef:
    model: str
    alias: str


@dataclass(frozen=True)
class VersionRef:
    model: str
    version: int


@dataclass(frozen=True)
class RunRef:
    run: str


Ref = AliasRef | VersionRef | RunRef


def parse(text: str) -> Ref:
    """What a reference means, by its form alone.

    Raises
    ------
    UsageError
        It has an `@` without an alias, a `/` without a version's number, or is empty.
    """
    model, at, alias = text.partition("@")
    if at and model and alias:
        return AliasRef(model, alias)
    model, slash, number = text.partition("/")
    if slash and model and number.isdigit():
        return VersionRef(model, int(number))
    if at or slash or not text.strip():
        raise UsageError(
            f"model reference {text!r} can't be read",
            hint="'churn@champion', 'churn/3', or a run's id or name",
        )
    return RunRef(text)


def parse_model(text: str) -> AliasRef | VersionRef:
    """The same where only a model's alias or version will do."""
    found = parse(text)
    if isinstance(found, RunRef):
        raise UsageError(
            f"{text!r} names no version of a model", hint="'churn@champion' or 'churn/3'", reference=text
        )
    return found


def version_of(ledger: Ledger, ref: AliasRef | VersionRef) -> ModelVersion:
    """The version that an alias or a number means.

    Raises
    ------
    NotFound
        There is no such model, alias or version.
    """
    model = ledger.model(ref.model)
    return model.pointed_at(ref.alias) if isinstance(ref, AliasRef) else model.version(ref.version)


def run_behind(store: Store, text: str) -> str:
    """The id of the run that made what `churn@champion` or `churn/3` means."""
    return version_of(models_of(store), parse_model(text)).run_id


def run_id_of(store: Store, run: object) -> str:
    """The id of a run, given itself or its record (anything with `run_id`), or its id, prefix or name."""
    own = getattr(run, "run_id", None)
    if isinstance(own, str):
        return own
    if not isinstance(run, str):
        raise UsageError(f"{run!r} is no run", hint="give a run, or its id or name")
    return query.resolve(store, run)


def holder_of_model(store: Store, run_id: str) -> Mapping[str, Any]:
    """The record of the run that keeps the model: the run itself or, where it kept none (a notebook's run does
    not), its only child that did. A model's file may still be on its way, from a cell of this kernel or of another."""
    found = _holder(store, run_id)
    if not _models(found):
        settle_all()
    end = time.monotonic() + PATIENCE
    while not _models(found := _holder(store, run_id)) and _owes(store, run_id) and time.monotonic() < end:
        time.sleep(0.1)
    return found


def _owes(store: Store, run_id: str) -> bool:
    return any(one["where"] == "owed" for one in query.record(store, run_id)["problems"])


def _holder(store: Store, run_id: str) -> Mapping[str, Any]:
    record = query.record(store, run_id)
    if _models(record):
        return record
    children = [query.record(store, row["run_id"]) for row in query.children(store, run_id)]
    holders = [child for child in children if _models(child)]
    if len(holders) > 1:
        names = ", ".join(repr(child["name"]) for child in holders)
        raise Ambiguous(
            f"several children of run {record['name']!r} kept a model: {names}", hint="name one of them"
        )
    return holders[0] if holders else record


def model_artifact(record: Mapping[str, Any], name: str | None = None) -> Mapping[str, Any]:
    """The model file of a run.

    Raises
    ------
    NotFound
        The run kept no model, or none of that name.
    Ambiguous
        The run kept several, and no name says which.
    """
    models = _models(record)
    run = record["name"]
    if not models:
        said = [
            one["message"] for one in record["problems"] if one["where"] in {"models", "owed", "late work"}
        ]
        raise NotFound(
            f"run {run!r} kept no model{''.join(f'; {message}' for message in said)}",
            hint="in the run: mlnb.model(estimator, 'name')",
        )
    chosen = [one for one in models if name is None or one["name"] == name]
    if not chosen:
        known = {one["name"] for one in models}
        raise NotFound(f"run {run!r} kept no model {name!r}", hint=nearest(str(name), known))
    if len({one["sha256"] for one in chosen}) > 1 and name is None:
        names = ", ".join(repr(one["name"]) for one in chosen)
        raise Ambiguous(f"run {run!r} kept several models: {names}", hint="say which: name=...")
    return chosen[-1]


def _models(record: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    return [one for one in record["artifacts"] if one["kind"] == "model"]
