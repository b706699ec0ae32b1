"""What is in use, who put it there, on what evidence, and how to go back: a model in one look.

It is put together from the registry's own history and the runs behind the versions, so it says the same offline,
years later.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from mlnb.errors import NotFound, UsageError
from mlnb.events import GateResult, ModelVersion, Promotion
from mlnb.registry import gates, ledger
from mlnb.registry.gates.metrics import AgainstHolder, Threshold
from mlnb.store import Store, query
from mlnb.tracking import current_store
from mlnb.tracking.records import Place

NEWEST: Final = 20  # versions whose runs are looked up, beside those in use
MOST_METRICS: Final = 3

Record = Mapping[str, Any]


@dataclass(frozen=True)
class Holder:
    """A version that an alias points at. `moved` is the decision that put it there, last; `gates` what the gates said when
    it was promoted, also where a rollback brought it back; `before` the version that a rollback would return to."""

    alias: str
    version: ModelVersion
    moved: Promotion
    gates: Sequence[GateResult]
    before: int | None
    record: Record | None


@dataclass(frozen=True)
class Standing:
    """One model. `records` has the runs of the newest versions, None for one that was deleted; `metrics` names those that
    decided."""

    model: ledger.Model
    holders: Sequence[Holder]
    versions: Sequence[ModelVersion]
    records: Mapping[int, Record | None]
    metrics: Sequence[str]


def standings(store: Place = None) -> list[Standing]:
    """Every registered model."""
    home = current_store(store)
    return [_of(home, model) for model in ledger.of(home).models.values()]


def standing(model: str, store: Place = None) -> Standing:
    """One model.

    Raises
    ------
    NotFound
        No version was registered under that name.
    """
    home = current_store(store)
    return _of(home, ledger.of(home).model(model))


def _of(store: Store, model: ledger.Model) -> Standing:
    newest = sorted(model.versions.values(), key=lambda one: -one.version)
    wanted = {one.version for one in newest[:NEWEST]} | set(model.aliases.values())
    records = {
        number: _record(store, model.versions[number]) for number in wanted if number in model.versions
    }
    holders = [
        _holder(model, alias, model.versions[number], records[number])
        for alias, number in sorted(model.aliases.items())
        if number in model.versions
    ]
    return Standing(model, holders, newest, records, _metrics(model, records.values()))


def _record(store: Store, version: ModelVersion) -> Record | None:
    try:
        return query.record(store, version.run_id)
    except NotFound:
        return None


def _holder(model: ledger.Model, alias: str, version: ModelVersion, record: Record | None) -> Holder:
    moves = [one for one in model.promotions if one.alias == alias and one.decision != "refused"]
    asked = [one for one in moves if one.decision == "promoted" and one.to_version == version.version]
    return Holder(alias, version, moves[-1], asked[-1].gates if asked else (), model.before(alias), record)


def _metrics(model: ledger.Model, records: Iterable[Record | None]) -> list[str]:
    """The metrics that gates asked for, else the few that all versions have."""
    asked = dict.fromkeys(
        name for move in model.promotions for gate in move.gates for name in _asked_for(gate.name)
    )
    if asked:
        return list(asked)[:MOST_METRICS]
    known = [set(record["metrics"]) for record in records if record is not None]
    return sorted(set.intersection(*known))[:MOST_METRICS] if known else []


def _asked_for(line: str) -> Iterator[str]:
    try:
        gate = gates.parse(line).gate
    except UsageError:  # a gate of a package that isn't installed here
        return
    if isinstance(gate, (Threshold, AgainstHolder)):
        yield gate.metric.name
