"""What was captured against what a person would have written down: one to one, by name and by value.

A name is right if it has all words of the true one, in any order, or of an alias that the truth lists. A value is right to
1e-6. Each true item takes one captured item: its copies, folds and candidates are too much, unless the truth has them.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

CLOSE = 1e-6
_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_]+")
_SAME = {"acc": "accuracy", "avg": "mean", "average": "mean", "val": "validation", "valid": "validation", "prec": "precision",
         "rec": "recall", "err": "error", "deviation": "std", "square": "squared", "r2": "r2"}  # fmt: skip


@dataclass
class Score:
    """Of one part of one notebook, or of many together."""

    found: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)
    extra: list[str] = field(default_factory=list)

    @property
    def recall(self) -> float:
        return len(self.found) / max(1, len(self.found) + len(self.missed))

    @property
    def precision(self) -> float:
        return len(self.found) / max(1, len(self.found) + len(self.extra))

    def __add__(self, other: Score) -> Score:
        return Score(self.found + other.found, self.missed + other.missed, self.extra + other.extra)


def params(
    truth: Mapping[str, Any], aliases: Mapping[str, Sequence[str]], got: Iterable[tuple[str, Any]]
) -> Score:
    """`got` are names and values; the same name and value of two runs is one item."""
    lasts = [name.rpartition(".")[2] for name in truth]

    def named(true: str, found: str) -> bool:
        last = true.rpartition(".")[2]
        short = lasts.count(last) == 1 and _words(found) == _words(last)
        return short or (_words(last) == _words(found.rpartition(".")[2]) and _words(true) <= _words(found))

    return _matched(truth, aliases, list(dict.fromkeys((n, str(v)) for n, v in got)), named, _same_param)


def metrics(
    truth: Mapping[str, Any], aliases: Mapping[str, Sequence[str]], got: Iterable[tuple[str, Sequence[float]]]
) -> Score:
    """`got` are names and curves."""
    items = list(dict.fromkeys((name, tuple(curve)) for name, curve in got))
    return _matched(truth, aliases, items, lambda true, found: _words(true) <= _words(found), _same_metric)


def _matched(
    truth: Mapping[str, Any], aliases: Mapping[str, Sequence[str]], got: list[Any], named: Any, same: Any
) -> Score:
    pairs = match(truth, aliases, got, named, same)
    taken = set(pairs.values())
    return Score(
        [f"{name} = {str(truth[name])[:60]}" for name in pairs],
        [f"{name} = {str(value)[:60]}" for name, value in truth.items() if name not in pairs],
        [f"{name} = {str(value)[:60]}" for n, (name, value) in enumerate(got) if n not in taken],
    )


def match(
    truth: Mapping[str, Any], aliases: Mapping[str, Sequence[str]], got: list[Any], named: Any, same: Any
) -> dict[str, int]:
    """The place of the captured item that each true one takes: as many as there can be, the shortest name first."""
    choices = {
        true: sorted(
            (n for n, (name, held) in enumerate(got) if same(value, held) and any(named(one, name) for one in (true, *aliases.get(true, ())))),
            key=lambda n: len(got[n][0]),
        )
        for true, value in truth.items()
    }  # fmt: skip
    owner: dict[int, str] = {}

    def place(true: str, seen: set[int]) -> bool:
        for n in choices[true]:
            if n not in seen:
                seen.add(n)
                if n not in owner or place(owner[n], seen):
                    owner[n] = true
                    return True
        return False

    for true in sorted(choices, key=lambda one: len(choices[one])):
        place(true, set())
    return {true: n for n, true in owner.items()}


def _same_param(expected: Any, got: str) -> bool:
    if isinstance(expected, str) and expected == "?":
        return True
    if isinstance(expected, (int, float)) and not isinstance(expected, bool):
        try:
            return _close(float(expected), float(got))
        except ValueError:
            return False
    return got in {str(expected), repr(expected)} or _plain(got) == _plain(str(expected))


def _plain(text: str) -> str:
    return re.sub(r"[\s()\[\]'\"]|np\.\w+|\.0\b", "", text)


def _same_metric(expected: Any, got: Sequence[float]) -> bool:
    if isinstance(expected, str):
        return expected == "?"
    if isinstance(expected, (list, tuple)) or (
        hasattr(expected, "__len__") and getattr(expected, "ndim", 1) == 1
    ):
        values = [float(value) for value in expected]
        return len(values) == len(got) and all(_close(a, b) for a, b in zip(values, got, strict=True))
    return bool(got) and _close(float(expected), got[-1])


def _close(one: float, other: float) -> bool:
    return math.isclose(one, other, rel_tol=CLOSE, abs_tol=1e-12) or (math.isnan(one) and math.isnan(other))


def _words(name: str) -> frozenset[str]:
    words = (word.lower() for word in _PARTS.findall(name.replace("²", "2")))
    return frozenset(_SAME.get(word, word.rstrip("s") if len(word) > 2 else word) for word in words)
