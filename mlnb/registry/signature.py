"""Whether data fits a model's signature: the columns by name, and roughly by type.

A type is held against the family it belongs to: an `int32` where the model saw `int64` is no mistake, a text
where it saw a number is. Where a signature doesn't know names or types, nothing is refused on their account.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from mlnb.errors import UsageError, nearest

_FAMILIES: Final = {
    "number": ("int", "uint", "float", "bool", "decimal"),
    "text": ("string", "str", "large_string", "category<string"),
    "time": ("timestamp", "date", "time"),
    "duration": ("duration",),
}
_SHOWN: Final = 8


@dataclass(frozen=True)
class Misfit:
    """What is wrong with some data: columns that are missing, that are too many, and (name, is, should be)."""

    missing: list[str] = field(default_factory=list)
    extra: list[str] = field(default_factory=list)
    wrong: list[tuple[str, str, str]] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.missing or self.extra or self.wrong)


def inputs_of(signature: Mapping[str, Any]) -> dict[str, str]:
    """The columns that a model takes, with their types; empty where that isn't known."""
    return {one["name"]: one.get("type", "unknown") for one in signature.get("inputs", [])}


def is_positional(inputs: Mapping[str, str]) -> bool:
    """Whether the model knows its columns by their places alone."""
    return list(inputs) == [str(place) for place in range(len(inputs))]


def misfit(inputs: Mapping[str, str], columns: Mapping[str, str]) -> Misfit:
    """How named columns differ from what the model takes. Their order doesn't matter."""
    return Misfit(
        missing=[name for name in inputs if name not in columns],
        extra=[name for name in columns if name not in inputs],
        wrong=[
            (name, columns[name], wanted)
            for name, wanted in inputs.items()
            if name in columns and not _same_family(columns[name], wanted)
        ],
    )


def refuse(reference: str, found: Misfit) -> UsageError:
    """The error that names every column that doesn't fit."""
    parts = []
    if found.missing:
        parts.append(f"lacks {_listed(found.missing)}")
    if found.extra:
        parts.append(f"has {_listed(found.extra)} too many")
    parts += [f"has {name!r} as {got}, not {wanted}" for name, got, wanted in found.wrong[:_SHOWN]]
    hint = nearest(found.missing[0], found.extra) if found.missing and found.extra else None
    return UsageError(
        f"the data doesn't fit {reference}: it {', and '.join(parts)}",
        hint=hint,
        missing=found.missing,
        extra=found.extra,
        wrong=found.wrong,
    )


def _same_family(got: str, wanted: str) -> bool:
    ours, theirs = _family(got), _family(wanted)
    return ours is None or theirs is None or ours == theirs


def _family(kind: str) -> str | None:
    return next((name for name, starts in _FAMILIES.items() if kind.startswith(starts)), None)


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(repr(name) for name in names[:_SHOWN])
    return shown if len(names) <= _SHOWN else f"{shown} and {len(names) - _SHOWN} more"
