"""What somebody typed into a rerun's form, read by the parser that the command line has.

A field holds source text: one value (`0.1`), several (`0.1, 0.01`), or a range (`loguniform(1e-4, 1e-1)`). Only
fields that were edited are sent, and the text that stands in the others is never read back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from mlnb.errors import ParameterError
from mlnb.server.bodies import PlannedField

if TYPE_CHECKING:
    from mlnb.execution.notebooks import SourceNotebook
    from mlnb.execution.values import Axis


def read(edits: Mapping[str, str]) -> tuple[dict[str, Any], list[Axis]]:
    """The parameters that have one value, and the axes of those that have several or a range.

    Raises
    ------
    ParameterError
        A text can't be read.
    """
    fixed: dict[str, Any] = {}
    varied: list[Axis] = []
    for name, text in edits.items():
        axis = _axis(name, text)
        if axis.range is None and len(axis.values) == 1:
            fixed[name] = axis.values[0]
        else:
            varied.append(axis)
    return fixed, varied


def understood(source: SourceNotebook, edits: Mapping[str, str]) -> Iterator[PlannedField]:
    """How each text is understood: how many values it has (None for a range), or what is wrong with it."""
    for name, text in edits.items():
        try:
            yield {"name": name, "count": _count(source, name, text), "problem": None, "hint": None}
        except ParameterError as error:
            yield {"name": name, "count": 0, "problem": error.message, "hint": error.hint}


def _count(source: SourceNotebook, name: str, text: str) -> int | None:
    from mlnb.execution.sampling import sample

    axis = _axis(name, text)
    source.check([name])
    if axis.range is not None:
        sample([axis], 1)
        return None
    for value in axis.values:
        source.check_types({name: value})
    return len(axis.values)


def _axis(name: str, text: str) -> Axis:
    from mlnb.execution.values import parse_axis

    return parse_axis(f"{name}={text}")
