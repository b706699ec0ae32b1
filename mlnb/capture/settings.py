"""Parameters from a cell's notes: arguments of calls, settings of estimators, literals that reach them.

Each estimator that a cell builds or fits has a name of its own in that cell (`SVC`, and `SVC_2` for another with
other settings), so that two models are two groups of parameters and of metrics.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlnb.capture import estimators, values
from mlnb.capture.recorder import Call, EstimatorSeen, Note
from mlnb.capture.sites import MISSING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mlnb.capture.program import Program
    from mlnb.events import Param, Source

_NOT_SETTINGS = frozenset(
    {
        "X",
        "y",
        "x",
        "data",
        "verbose",
        "n_jobs",
        "copy",
        "file",
        "figsize",
        "ax",
        "title",
        "label",
        "labels",
        "target_names",
        "feature_names",
        "axis",
        "dtype",
        "device",
    }
)


class Groups:
    """Gives estimators their names within one cell."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[Any, str]] = {}
        self._states: dict[str, list[dict[str, Any]]] = {}
        self._names: dict[str, str] = {}

    def name(self, seen: EstimatorSeen) -> str:
        """The same object keeps its name while its settings stay."""
        key = f"{id(seen.model)}:{sorted((k, repr(v)[:200]) for k, v in seen.settings.items())}"
        if not seen.settings and id(seen.model) in self._known:
            return self._known[id(seen.model)][1]
        if key not in self._names:
            states = self._states.setdefault(seen.name, [])
            same = [place for place, state in enumerate(states) if _same(state, seen.settings)]
            place = same[0] if same else len(states)
            if not same:
                states.append(dict(seen.settings))
            self._names[key] = seen.name if place == 0 else f"{seen.name}_{place + 1}"
        self._known[id(seen.model)] = (seen.model, self._names[key])
        return self._names[key]


def _same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return {k: repr(v) for k, v in one.items()} == {k: repr(v) for k, v in other.items()}


def from_literals(
    program: Program, names: Iterable[str], source: Source, extra: Sequence[str]
) -> list[Param]:
    """Parameters from names that hold literals; those that aren't settings by their use give nothing."""
    found = []
    for name in names:
        variable = program.variables.get(name)
        if variable is None or variable.literal is MISSING:
            continue
        if source == "injected" or program.is_parameter(name):
            found += values.describe_param(name, variable.literal, source, extra)
    return found


def from_calls(notes: Iterable[Note], groups: Groups, program: Program, extra: Sequence[str]) -> list[Param]:
    """Parameters from the arguments of watched calls, outside loops."""
    found: list[Param] = []
    for note in notes:
        call = note.facts
        if not isinstance(call, Call) or call.role in {"metric", "score", "reader", "report"}:
            continue
        prefix = _prefix(call, groups, program)
        if prefix is None:
            continue
        if call.estimator is not None:
            found += _of_estimator(prefix, call, extra)
        found += _of_arguments(prefix, call, extra)
    return found


def _prefix(call: Call, groups: Groups, program: Program) -> str | None:
    if call.role == "own":
        own = program.functions.get(call.name)
        return call.name if own is not None and own.trains else None
    if call.role == "validation":
        return call.name
    if call.estimator is not None:
        return groups.name(call.estimator)
    return call.name


def _of_estimator(prefix: str, call: Call, extra: Sequence[str]) -> list[Param]:
    seen = call.estimator
    assert seen is not None
    owner = prefix if call.role != "validation" else seen.name
    found = []
    for name, value in seen.settings.items():
        if name.rpartition(".")[2] not in _NOT_SETTINGS and value is not None:
            found += _describe(f"{owner}.{name}", value, "estimator", extra)
    return found


def _of_arguments(prefix: str, call: Call, extra: Sequence[str]) -> list[Param]:
    owner = call.name if call.role in {"validation", "seed", "setting", "own"} else prefix
    found = []
    for name, value, argument in call.settings:
        if name in _NOT_SETTINGS or (argument.part is not None and argument.constant is MISSING):
            continue
        found += _describe(f"{owner}.{name}", value, "call", extra)
    return found


def _describe(name: str, value: Any, source: Source, extra: Sequence[str]) -> list[Param]:
    if estimators.is_estimator(value):
        return values.describe_param(name, estimators.name_of(value), source, extra)
    if callable(value):
        return []
    return values.describe_param(name, value, source, extra)


def merged(params: Iterable[Param]) -> list[Param]:
    """One parameter a name: the first source that knows it."""
    found: dict[str, Param] = {}
    for param in params:
        found.setdefault(param.name, param)
    return list(found.values())
