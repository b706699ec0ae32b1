"""A loop or a search over settings as child runs, one for each setting, so that they can be compared.

A loop counts if each of its turns fits or validates an estimator. A turn's parameters are the loop's variables and
what its estimator was set to; its metrics are the scores that were seen in it. Folds of a split are no settings.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from mlnb.capture import values
from mlnb.capture.calls import Call
from mlnb.capture.candidates import Candidate, turn_of
from mlnb.capture.findings import Child, Metric
from mlnb.capture.recorder import Note
from mlnb.capture.settings import merged
from mlnb.events import Param

MOST: Final = 200
_FOLDS: Final = ("split(", "Fold(", "folds")

Turns = tuple[tuple[int, int], ...]


def of_loops(notes: Iterable[Note], candidates: Iterable[Candidate], extra: Sequence[str]) -> list[Child]:
    """A child for each turn of each loop that fits something in every turn."""
    fits: dict[Turns, list[Note]] = {}
    for note in notes:
        if note.loops and _is_fit(note) and not over_folds(note):
            fits.setdefault(turn_of(note.loops), []).append(note)
    scores: dict[Turns, list[Candidate]] = {}
    for candidate in candidates:
        if candidate.strong and not candidate.absorbed and candidate.note.loops:
            scores.setdefault(candidate.turn, []).append(candidate)
    if not 2 <= len(fits) <= MOST:
        return []
    found = [_child(turn, seen, scores.get(turn, []), extra) for turn, seen in fits.items()]
    return [child for child in found if child.metrics]


def of_searches(notes: Iterable[Note], extra: Sequence[str]) -> list[Child]:
    """A child for each candidate of a search."""
    found = []
    for note in notes:
        call = note.facts
        if not isinstance(call, Call) or call.estimator is None or note.loops:
            continue
        candidates, scores = (
            call.estimator.learnt.get("candidates", []),
            call.estimator.learnt.get("scores", {}),
        )
        for place, settings in enumerate(candidates[:MOST]):
            params = [
                p
                for name, value in settings.items()
                for p in values.describe_param(name, value, "estimator", extra)
            ]
            metrics = [Metric(name, [of_all[place]], source="estimator") for name, of_all in scores.items()]
            found.append(Child(_named(params), params, metrics))
    return found


def _is_fit(note: Note) -> bool:
    call = note.facts
    if not isinstance(call, Call) or call.estimator is None:
        return False
    return call.role == "validation" or (call.role == "fit" and call.name != "fit_transform")


def over_folds(note: Note) -> bool:
    """Whether a loop around it goes over a split's folds."""
    return any(mark in turn.text for turn in note.loops for mark in _FOLDS)


def _child(turn: Turns, fits: Sequence[Note], scores: Sequence[Candidate], extra: Sequence[str]) -> Child:
    swept = [param for level in fits[0].loops for param in _variables(level.names, level.values, extra)]
    settings = [param for note in fits for param in _settings(note, extra)]
    metrics = [
        Metric(score.name, [score.value], None, score.estimator, score.dataset, score.source)
        for score in scores
    ]
    name = (
        _named(swept) or " ".join(dict.fromkeys(_estimator(note) for note in fits)) or f"turn {turn[-1][1]}"
    )
    return Child(name, merged([*swept, *settings]), metrics, turn)


def _variables(names: Sequence[str], found: Any, extra: Sequence[str]) -> list[Param]:
    if found is None:
        return []
    scalars = [
        (name, value)
        for name, value in zip(names, found, strict=False)
        if isinstance(value, (int, float, str, bool)) and name not in {"i", "idx", "_", "j"}
    ]
    return [
        param for name, value in scalars for param in values.describe_param(name, value, "assigned", extra)
    ]


def _settings(note: Note, extra: Sequence[str]) -> list[Param]:
    seen = note.facts.estimator
    return [
        param
        for name, value in seen.settings.items()
        if not callable(value) and not hasattr(value, "fit")
        for param in values.describe_param(f"{seen.name}.{name}", value, "estimator", extra)
    ]


def _estimator(note: Note) -> str:
    return str(note.facts.estimator.name)


def _named(params: Sequence[Param]) -> str:
    """`k=3, weights=uniform`."""
    return ", ".join(f"{param.name}={param.value}" for param in params[:4])[:80]
