"""What is said twice.

A notebook's run tells what its cells found under their names (`forest.accuracy`) and under the bare name (`accuracy`) too,
and a parameter goes into an estimator's (`SVC.C` beside `C`). Where the values are the same, the longer name adds nothing
for who reads a comparison or a verdict. (The panel does the same in `doubled.ts`.)
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any


def _written_alike(one: Any, other: Any) -> bool:
    return repr(one) == repr(other)


def doubled(
    values: Mapping[str, Any], *, equal: Callable[[Any, Any], bool] = _written_alike
) -> frozenset[str]:
    """The names that repeat another's value under a longer name."""
    return frozenset(name for name in values if _repeats(name, values, equal))


def told_once(rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The rows of a comparison (each a `name` and its `values`) without those that repeat another."""
    repeated = doubled({row["name"]: row["values"] for row in rows})
    return [row for row in rows if row["name"] not in repeated]


def _repeats(name: str, values: Mapping[str, Any], equal: Callable[[Any, Any], bool]) -> bool:
    if not re.fullmatch(r"[\w.]+", name):
        return False  # in an expression such as `score(y, p.mean())` dots separate nothing
    parts = name.split(".")
    shorter = (".".join(parts[at:]) for at in range(1, len(parts)))
    return any(other in values and equal(values[name], values[other]) for other in shorter)
