"""What the registry's events say now: models, their versions, and who holds each alias.

The registry file is the truth and this is its replay: a pure function of the events, so that a decision
under the registry's lock, a query and a test all see the same models. An alias is a stack. A promotion
pushes the new holder, a rollback takes it off again, so that rolling back twice goes back two versions.
"""

from __future__ import annotations

import re
import weakref
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from mlnb.errors import NotFound, UsageError, nearest
from mlnb.events import Event, ModelVersion, Promotion
from mlnb.store import Store

_NAME: Final = re.compile(r"[\w][\w .+-]*", re.ASCII)


@dataclass(frozen=True)
class Model:
    """A registered name. `holders` has for each alias the versions that held it, the present one last."""

    name: str
    versions: Mapping[int, ModelVersion] = field(default_factory=dict)
    holders: Mapping[str, tuple[int | None, ...]] = field(default_factory=dict)
    promotions: tuple[Promotion, ...] = ()

    def holder(self, alias: str) -> int | None:
        """The version that `alias` points at."""
        return self.holders.get(alias, (None,))[-1]

    def before(self, alias: str) -> int | None:
        """The version that held `alias` before its present holder."""
        return next(iter(self.holders.get(alias, ())[-2::-1]), None)

    @property
    def aliases(self) -> dict[str, int]:
        """Each alias that points somewhere, and its version."""
        return {alias: stack[-1] for alias, stack in self.holders.items() if stack[-1] is not None}

    def version(self, number: int) -> ModelVersion:
        """One version.

        Raises
        ------
        NotFound
            The model has no version of that number.
        """
        found = self.versions.get(number)
        if found is None:
            known = ", ".join(str(one) for one in sorted(self.versions)[-8:])
            raise NotFound(
                f"model {self.name!r} has no version {number}",
                hint=f"its versions: {known}",
                model=self.name,
                version=number,
            )
        return found

    def pointed_at(self, alias: str) -> ModelVersion:
        """The version that holds `alias`.

        Raises
        ------
        NotFound
            Nothing was ever promoted to it.
        """
        number = self.holder(alias)
        if number is None:
            raise NotFound(
                f"model {self.name!r} has no {alias!r}",
                hint=nearest(alias, self.aliases),
                model=self.name,
                alias=alias,
            )
        return self.version(number)

    def next_version(self) -> int:
        return max(self.versions, default=0) + 1


@dataclass(frozen=True)
class Ledger:
    """All models."""

    models: Mapping[str, Model]

    def model(self, name: str) -> Model:
        """One model.

        Raises
        ------
        NotFound
            No version was registered under that name.
        """
        found = self.models.get(name)
        if found is None:
            raise NotFound(f"no model {name!r}", hint=nearest(name, self.models), model=name)
        return found


def replay(events: Iterable[Event]) -> Ledger:
    """The models after these events; events that aren't about models are passed over."""
    versions: dict[str, dict[int, ModelVersion]] = {}
    promotions: dict[str, list[Promotion]] = {}
    for event in events:
        if isinstance(event, ModelVersion):
            versions.setdefault(event.model, {})[event.version] = event
        elif isinstance(event, Promotion):
            promotions.setdefault(event.model, []).append(event)
    return Ledger(
        {
            name: Model(
                name=name,
                versions=versions.get(name, {}),
                holders=_holders(promotions.get(name, ())),
                promotions=tuple(promotions.get(name, ())),
            )
            for name in sorted({*versions, *promotions})
        }
    )


def of(store: Store) -> Ledger:
    """A store's models as they are now; replayed when the registry's file has changed."""
    stamp = store.registry.stamp()
    kept = _kept.get(store)
    if kept is None or kept[0] != stamp:
        kept = _kept[store] = (stamp, replay(store.registry.read()))
    return kept[1]


def model_in(events: Iterable[Event], name: str) -> Model:
    """One model after these events.

    Raises
    ------
    NotFound
        No version was registered under that name.
    """
    own = (event for event in events if isinstance(event, (ModelVersion, Promotion)) and event.model == name)
    return replay(own).model(name)


_kept: weakref.WeakKeyDictionary[Store, tuple[object, Ledger]] = weakref.WeakKeyDictionary()


def check_name(what: str, name: str) -> str:
    """`name`, if it can name a model or an alias.

    Raises
    ------
    UsageError
        It is empty, or has characters that a reference such as `churn@champion` can't hold.
    """
    if not _NAME.fullmatch(name) or name != name.strip():
        raise UsageError(
            f"{what} {name!r} can't be used: letters, digits, '_', '-', '.', '+' and single words only",
            hint="for example 'churn'",
        )
    if what == "alias" and name.isdigit():
        raise UsageError(f"alias {name!r} would read as a version", hint="for example 'champion'")
    return name


def _holders(promotions: Iterable[Promotion]) -> dict[str, tuple[int | None, ...]]:
    stacks: dict[str, list[int | None]] = {}
    for promotion in promotions:
        stack = stacks.setdefault(promotion.alias, [])
        if promotion.decision == "promoted":
            stack.append(promotion.to_version)
        elif promotion.decision == "rolled_back":
            _roll_back(stack, promotion.to_version)
    return {alias: tuple(stack) for alias, stack in stacks.items() if stack}


def _roll_back(stack: list[int | None], to_version: int | None) -> None:
    stack[-1:] = []
    if not stack or stack[-1] != to_version:
        stack.append(to_version)
