"""Copies of values that are ours: numbers, short texts, small lists and dictionaries of them; of all else, its type's name.

Only exact types of Python's own and of NumPy's are looked into, so that nothing of the user's is run.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any, Final

from mlnb.capture.kinds import home_of, name_of
from mlnb.capture.numbers import MAPPINGS, number_of

ITEMS: Final = 50
LONGEST: Final = 1_000  # characters
DEPTH: Final = 5
_SCALARS: Final = frozenset({int, float, bool, complex, type(None)})
_SEQUENCES: Final = frozenset({list, tuple, set, frozenset})


@dataclass(frozen=True)
class Opaque:
    """Stands for a value that isn't looked into."""

    kind: str

    def __repr__(self) -> str:
        return f"<{self.kind}>"


class Numbers(list[float]):
    """A short array's numbers: data where the notebook's own functions get it, a setting where a library does."""


def plain(value: Any, depth: int = 0) -> Any:
    """The copy."""
    kind = type(value)
    if kind in _SCALARS:
        return value
    if kind is str:
        return value[:LONGEST]
    if depth < DEPTH and kind in _SEQUENCES and len(value) <= ITEMS:
        return kind(_hashable(plain(item, depth + 1), kind) for item in value)
    if (
        depth < DEPTH
        and (kind in MAPPINGS or home_of(kind).startswith("sklearn."))
        and issubclass(kind, dict)
    ):
        return _mapping(value, depth) if len(value) <= ITEMS else Opaque(name_of(kind))
    if kind is range:
        return value
    if home_of(kind).startswith("pathlib") and issubclass(kind, PurePath):
        return str(value)
    return _of_numpy(value, kind)


def _mapping(value: Any, depth: int) -> dict[Any, Any]:
    return {
        name: plain(inner, depth + 1)
        for name, inner in dict.items(value)
        if type(name) in _SCALARS or type(name) is str
    }


def _hashable(item: Any, kind: type) -> Any:
    """Items of a set are as hashable as they were."""
    return (
        item
        if kind not in {set, frozenset} or type(item) not in {list, dict, set}
        else Opaque(name_of(type(item)))
    )


def _of_numpy(value: Any, kind: type) -> Any:
    numpy = sys.modules.get("numpy")
    generic = getattr(numpy, "generic", None)
    if generic is not None and home_of(kind) == "numpy" and issubclass(kind, generic):
        return value.item()
    if numpy is not None and kind is getattr(numpy, "ndarray", None):
        if value.ndim == 1 and value.dtype.kind in "iuf" and len(value) <= ITEMS:
            return Numbers(value.tolist())
        return Opaque("numpy.ndarray")
    number = number_of(value)
    return Opaque(name_of(kind)) if number is None else number
