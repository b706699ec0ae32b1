"""Parameters from a cell's notes: arguments of calls, settings of estimators, literals that reach them.

Each estimator that a cell builds or fits has a name of its own in that cell (`SVC`, and `SVC_2` for another with
other settings), so that two models are two groups of parameters and of metrics. What a loop builds is one group: a
setting that stays the same is a parameter, one that changes is a list of what the loop sweeps.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any, Final

from mlnb.capture import estimators, values, words
from mlnb.capture.calls import Call, EstimatorSeen
from mlnb.capture.recorder import Note
from mlnb.capture.sites import MISSING
from mlnb.capture.stated import Stated
from mlnb.capture.vocabulary import listed
from mlnb.events import Param

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from mlnb.capture.program import Program
    from mlnb.capture.sites import Argument
    from mlnb.events import Source

_NOT_SETTINGS: Final = listed(
    "X y x data xdata ydata f fun func args jac verbose n_jobs copy file figsize ax title label labels target_names feature_names axis dtype device estimator "
    "model base_estimator estimators steps transformers y_true y_pred y_score arrays clf raw_documents params endog exog "
    "name title tag desc msg eval_set evals evals_result eval_result valid_sets valid_names verbose_eval dtrain train_set validation_data callbacks zero_division sample_weight logdir disp"
)

_SIZE: Final = re.compile(r"len\(.*\)|[\w.]+\.shape\[\d+\]")  # of the data: it is no setting


class Groups:
    """Gives estimators their names within one cell, or one notebook."""

    def __init__(self) -> None:
        self._keys: dict[str, list[tuple[int | None, str | None]]] = {}
        self.stated = Stated()

    def draft(self) -> Groups:
        """The same names, to try others with: those aren't taken by it."""
        copy = Groups()
        copy._keys = {name: list(keys) for name, keys in self._keys.items()}
        return copy

    def name(self, seen: EstimatorSeen, *, looped: bool = False) -> str:
        """By the place that built it; outside loops, also by its settings."""
        keys = self._keys.setdefault(seen.name, [])
        key = self._key(seen, keys, looped)
        if key not in keys:
            keys.append(key)
        place = keys.index(key)
        return seen.name if place == 0 else f"{seen.name}_{place + 1}"

    def of_call(self, note: Note, call: Call) -> str:
        """A function, or a class that is no estimator: `Net_2` and `cross_val_score_2` for another call with other
        settings; of the notebook's own, with other literals."""
        given = {
            name: value
            for name, value, argument in call.settings
            if argument.constant is not MISSING or (call.role != "own" and values.is_scalar(value))
        }
        key = (note.site.number, None) if note.loops else (None, repr(given)[:500])
        keys = self._keys.setdefault(call.name, [])
        if key not in keys:
            keys.append(key)
        place = keys.index(key)
        return call.name if place == 0 else f"{call.name}_{place + 1}"

    def _key(
        self, seen: EstimatorSeen, keys: list[tuple[int | None, str | None]], looped: bool
    ) -> tuple[int | None, str | None]:
        own, bare = (seen.origin, _state(seen)), (seen.origin, _state_of({}))
        if looped and seen.origin is None and own not in keys:
            return (None, None)  # built where nobody looked, in each turn anew
        if looped and bare in keys and bare != own:
            keys[keys.index(bare)] = (seen.origin, None)  # built bare, then set up by the loop
        if seen.origin is None or own in keys:
            return own
        if looped:
            # Built before the loop and fitted in it again and again, it is one that changes.
            before = [key for key in keys if key[0] == seen.origin]
            return before[-1] if before else (seen.origin, None)
        return (seen.origin, None) if (seen.origin, None) in keys else own


def _state(seen: EstimatorSeen) -> str:
    return _state_of(seen.settings)


def _state_of(settings: Mapping[str, Any]) -> str:
    return repr(sorted((name, repr(value)[:200]) for name, value in settings.items()))


def of_source(
    program: Program, reads: Iterable[str], extra: Sequence[str], *, injected: bool, whole: bool
) -> list[Param]:
    """The parameters that a cell's source gives by itself, and the names that it reads: known before it runs.

    `injected` says that its literals are the notebook's parameters, `whole` that it is a part of the whole notebook's run.
    """
    own = [name for name, variable in program.variables.items() if variable.cell == program.cell]
    source: Source = "injected" if injected else "assigned"
    found = from_literals(program, own, source, extra, early=not whole)
    return found + from_literals(program, reads, "assigned", extra, early=False)


def from_literals(
    program: Program, names: Iterable[str], source: Source, extra: Sequence[str], *, early: bool
) -> list[Param]:
    """Parameters from names that hold literals; those that aren't settings by their use give nothing.

    `early` takes also what no cell has used yet.
    """
    found = []
    for name in names:
        variable = program.variables.get(name)
        if variable is None or variable.literal is MISSING:
            continue
        if source == "injected" or program.is_parameter(name, early=early):
            found += values.describe_param(name, variable.literal, source, extra)
    return found


def from_calls(notes: Iterable[Note], groups: Groups, program: Program, extra: Sequence[str]) -> list[Param]:
    """Parameters from the arguments of watched calls. Of several calls at one place, what changes is a list."""
    found: dict[tuple[int, str], list[list[Param]]] = {}
    for note in notes:
        call = note.facts
        if not isinstance(call, Call) or call.role in {"metric", "score", "reader", "report"}:
            continue
        prefix = _prefix(note, call, groups, program)
        if prefix is not None:
            params = _of_call(prefix, note, call, program, groups.stated, extra)
            found.setdefault((note.site.number, prefix), []).append(params)
    return [
        param
        for (_, prefix), repeated in found.items()
        for param in groups.stated.differing(prefix, joined(repeated))
    ]


def joined(repeated: Sequence[Sequence[Param]]) -> list[Param]:
    """The parameters of several calls at one place: what is the same in all, and what changes, as a list of its values."""
    seen: dict[str, list[Param]] = {}
    for params in repeated:
        for param in params:
            seen.setdefault(param.name, []).append(param)
    found = []
    for name, params in seen.items():
        distinct = list({param.value: param for param in params}.values())
        if len(distinct) == 1 and len(params) == len(repeated):
            found.append(params[0])
        elif 1 < len(distinct) <= values.ITEMS:
            texts = ", ".join(repr(param.value) if param.type == "str" else param.value for param in distinct)
            found.append(Param(name=name, value=f"[{texts}]", type="list", source=params[0].source))
    return found


def _prefix(note: Note, call: Call, groups: Groups, program: Program) -> str | None:
    if call.role == "own":
        own = program.functions.get(call.name)
        return groups.of_call(note, call) if own is not None and own.trains else None
    if call.role == "validation" or call.estimator is None:
        return groups.of_call(note, call)
    return groups.name(call.estimator, looped=bool(note.loops))


def _of_call(
    prefix: str, note: Note, call: Call, program: Program, stated: Stated, extra: Sequence[str]
) -> list[Param]:
    if call.role == "seed":
        return _seed(call, stated, extra)
    # A variable that is a parameter itself isn't one again as an argument.
    variables = {
        name for name, value, argument in call.settings if stated.is_variable(prefix, name, value, argument)
    }
    found: list[Param] = []
    if call.estimator is not None and call.role in {"fit", "estimator"}:
        seen = call.estimator
        for name, value in seen.settings.items():
            if _NOT_SETTINGS.intersection(name.split(".")) or value is None:
                continue
            if not stated.is_told(prefix, name, value, seen.inside):
                found += _describe(f"{prefix}.{name}", value, "estimator", extra)
        if call.role == "estimator":
            stated.built(note.site.number, seen.settings)
        best = seen.learnt.get("best_params_")
        if isinstance(best, dict):
            found += _describe(f"{prefix}.best_params_", best, "estimator", extra)
    for name, value, argument in call.settings:
        repeated = name in variables or (
            call.role == "own" and (argument.part is not None or argument.name is not None)
        )
        if name not in _NOT_SETTINGS and not repeated and not _is_absent(call, name, value, argument):
            if call.role != "own":
                value = values.listed(value)  # noqa: PLW2901 - the same values
            found += _describe(f"{prefix}.{name}", value, "call", extra)
    if call.role == "own":
        found += _defaults(prefix, call, program, extra)
    return merged(found)


def _is_absent(call: Call, name: str, value: Any, argument: Argument) -> bool:
    """Whether an argument sets nothing: `None` of a variable or for a function, NaN, what a function of the notebook's is to
    call its output (`model_name="with all features"`)."""
    if value is None:
        return argument.constant is MISSING or call.role in {"setting", "validation"}
    if isinstance(value, int) and _SIZE.fullmatch(argument.text):
        return True
    if isinstance(value, float):
        return math.isnan(value)
    return call.role == "own" and isinstance(value, str) and words.is_caption_name(name)


def _defaults(prefix: str, call: Call, program: Program, extra: Sequence[str]) -> list[Param]:
    """Numbers that a training function of the notebook has where its call doesn't say otherwise."""
    own = program.functions.get(call.name)
    given = {name for name, _, _ in call.settings}
    found: list[Param] = []
    for name, value in (own.defaults if own is not None else {}).items():
        if (
            name not in given
            and name not in _NOT_SETTINGS
            and isinstance(value, (int, float))
            and not isinstance(value, bool)
        ):
            found += _describe(f"{prefix}.{name}", value, "call", extra)
    return found


def _seed(call: Call, stated: Stated, extra: Sequence[str]) -> list[Param]:
    found = [
        value
        for name, value, argument in call.settings
        if isinstance(value, int)
        and not isinstance(value, bool)
        and not stated.is_variable("seed", name, value, argument)
    ]
    return values.describe_param("seed", found[0], "call", extra) if found else []


def _describe(name: str, value: Any, source: Source, extra: Sequence[str]) -> list[Param]:
    if estimators.is_estimator(value) or callable(value):
        return []
    return values.describe_param(name, value, source, extra)


def merged(params: Iterable[Param]) -> list[Param]:
    """One parameter a name: the first source that knows it."""
    found: dict[str, Param] = {}
    for param in params:
        found.setdefault(param.name, param)
    return list(found.values())
