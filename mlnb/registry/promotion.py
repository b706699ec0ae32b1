"""Moving an alias: gates are asked, then the alias moves in one step, or the refusal is recorded.

Gates may take their time, so they are asked before the registry's lock is taken. Under the lock nothing is
asked again but whether the alias still points where it pointed when the call began (compare and set):
of several promotions that started from the same holder one wins, and the others are told who won.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from mlnb import ids
from mlnb.errors import Conflict, Error, GateFailed, UsageError
from mlnb.events import Decision, Event, GateResult, ModelVersion, Promotion
from mlnb.registry import cards, gates, ledger
from mlnb.registry.gates import Candidate, Case, GateLine
from mlnb.registry.versions import who
from mlnb.store import Store, query
from mlnb.tracking import current_store
from mlnb.tracking.late import settle_all
from mlnb.tracking.records import Place


class _Present:
    """The default of `expected`: who holds the alias when the call begins."""

    def __repr__(self) -> str:
        return "<the present holder>"


PRESENT: Final = _Present()


@dataclass(frozen=True)
class _Move:
    """What is asked for."""

    model: str
    alias: str
    note: str
    user: str | None
    expected: int | None


def promote(
    model: str,
    version: int | str,
    *,
    alias: str = "champion",
    note: str = "",
    expected: int | _Present | None = PRESENT,
    dry_run: bool = False,
    store: Place = None,
    user: str | None = None,
    folder: Path | None = None,
) -> Promotion:
    """Point `alias` at a version, if the gates of the project's settings let it.

    `expected` is the version that must hold the alias now (None: nobody). `dry_run` asks the gates and
    changes nothing: the answer's `decision` says what would happen. Promoting the holder changes nothing either.
    What was promoted has its model card kept with its run.
    Gates come from the settings nearest to the store and to `folder` (by default the working folder).

    Raises
    ------
    GateFailed
        A gate refused; the refusal is recorded, and is the error's `facts["promotion"]`.
    Conflict
        Somebody else moved the alias first.
    NotFound
        No such model or version, or its file is gone.
    Corrupt
        The version's file isn't what was registered.
    UsageError
        A gate, the alias or the version can't be read.
    """
    home = current_store(store)
    ledger.check_name("alias", alias)
    present = ledger.of(home).model(model)
    target = present.version(_number(version))
    holder = present.holder(alias)
    move = _Move(model, alias, note, user or who(), _expect(present, alias, expected))
    if holder == target.version and not dry_run:
        return _standing(present, alias)
    home.objects.read(target.sha256)
    settle_all()  # a cell of this kernel may still be saying what its data was checked for
    lines = gates.lines_for(model, alias, (home.path.parent, folder or Path.cwd()))
    results = _ask(home, present, move, target.version, lines)
    passed = all(result.passed for result in results)
    decision = _promotion(
        home,
        move,
        target.version,
        "promoted" if passed else "refused",
        gates=results,
        gates_sha256=gates.digest(lines) if lines else None,
    )
    if dry_run:
        return decision
    written = _write(home, move, decision)
    if not passed:
        raise _refusal(written)
    _keep_card(home, target)
    return written


def _keep_card(store: Store, version: ModelVersion) -> None:
    """The evidence as a page, with the run. The alias has moved, whatever becomes of it."""
    try:
        cards.keep(version, store=store)
    except (Error, OSError) as error:
        warnings.warn(f"the card of {version.model}/{version.version} isn't kept: {error}", stacklevel=3)


def rollback(
    model: str,
    alias: str = "champion",
    *,
    note: str = "",
    expected: int | _Present | None = PRESENT,
    store: Place = None,
    user: str | None = None,
) -> Promotion:
    """Point `alias` at the version that held it before. Gates are not asked: going back must be quick.

    Raises
    ------
    UsageError
        There is no version before the present one.
    Conflict
        Somebody else moved the alias first.
    NotFound
        No such model or alias, or the earlier version's file is gone.
    Corrupt
        The earlier version's file isn't what was registered.
    """
    home = current_store(store)
    present = ledger.of(home).model(model)
    holder = present.pointed_at(alias)
    before = present.before(alias)
    if before is None:
        raise UsageError(
            f"{model}@{alias} is version {holder.version}, and no version held it before",
            hint=f"mlnb promote {model} VERSION --alias {alias}",
        )
    home.objects.read(present.version(before).sha256)
    move = _Move(model, alias, note, user or who(), _expect(present, alias, expected))
    return _write(home, move, _promotion(home, move, before, "rolled_back"))


def _number(version: int | str) -> int:
    text = str(version)
    if not text.isdigit():
        raise UsageError(f"version {version!r} is no number", hint="for example 3")
    return int(text)


def _expect(present: ledger.Model, alias: str, expected: int | _Present | None) -> int | None:
    if isinstance(expected, _Present):
        return present.holder(alias)
    if expected != present.holder(alias):
        raise _conflict(present, alias, expected)
    return expected


def _standing(model: ledger.Model, alias: str) -> Promotion:
    moves = (one for one in model.promotions if one.alias == alias and one.decision != "refused")
    return max(moves, key=lambda one: (one.time, one.seq))


def _ask(
    store: Store, model: ledger.Model, move: _Move, version: int, lines: list[GateLine]
) -> list[GateResult]:
    if not lines:
        return []
    case = Case(
        store=store,
        alias=move.alias,
        note=move.note,
        candidate=_candidate(store, model, version),
        holder=_holders(store, model),
    )
    return gates.evaluate(lines, case)


def _holders(store: Store, model: ledger.Model) -> Callable[[str], Candidate | None]:
    def holder(alias: str) -> Candidate | None:
        version = model.holder(alias)
        return None if version is None else _candidate(store, model, version)

    return holder


def _candidate(store: Store, model: ledger.Model, version: int) -> Candidate:
    found = model.version(version)
    return Candidate(found, query.record(store, found.run_id))


def _promotion(store: Store, move: _Move, to_version: int, decision: Decision, **more: Any) -> Promotion:
    return Promotion(
        promotion_id=ids.new_id(),
        model=move.model,
        alias=move.alias,
        from_version=move.expected,
        to_version=to_version,
        decision=decision,
        note=move.note,
        user=move.user,
        origin=store.store_id,
        **more,
    )


def _write(store: Store, move: _Move, decision: Promotion) -> Promotion:
    def transaction(events: list[Event]) -> Event:
        model = ledger.model_in(events, move.model)
        if model.holder(move.alias) != move.expected:
            raise _conflict(model, move.alias, move.expected)
        return decision

    (written,) = store.registry.transact(transaction)
    assert isinstance(written, Promotion)
    return written


def _conflict(model: ledger.Model, alias: str, expected: int | None) -> Conflict:
    held = model.holder(alias)
    last = _standing(model, alias) if held is not None else None
    by = f", moved there by {last.user}" if last and last.user else ""
    was = "nobody" if expected is None else f"version {expected}"
    now = "nobody holds it" if held is None else f"it is version {held}{by}"
    return Conflict(
        f"{model.name}@{alias} should have been {was}, but {now}",
        hint="look at it again, then repeat the promotion",
        model=model.name,
        alias=alias,
        expected=expected,
        holder=held,
        winner=last,
    )


def _refusal(promotion: Promotion) -> GateFailed:
    failed = [gate for gate in promotion.gates if not gate.passed]
    sentences = "; ".join(f"{gate.name}: {gate.message}" for gate in failed)
    return GateFailed(
        f"{promotion.model}/{promotion.to_version} can't become {promotion.alias}: {sentences}",
        promotion=promotion,
        gates=promotion.gates,
    )
