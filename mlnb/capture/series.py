"""What one place in a loop gave in many turns: numbers without an object for each.

The first hundreds of a place's numbers are notes like all others, and tell what they are; those that follow are
appended here, 32 bytes each. Past a bound, half of them go: of each four, the lowest and the highest stay, so
that a curve keeps its shape.
"""

from __future__ import annotations

from array import array
from itertools import count
from typing import Any, Final

ENOUGH: Final = 64  # notes of a place that tell what its numbers are
MOST: Final = 100_000
UNKNOWN: Final = -(1 << 62)

tick: Final = count().__next__
"""What comes later has a higher number: a curve that several places give has their numbers in order."""


class Series:
    """`values`, the loop's own whole numbers beside them (`UNKNOWN` where it has none), the turns of the outermost loop, and
    when they came, by `tick`."""

    __slots__ = ("halved", "own", "ticks", "turns", "values")

    def __init__(self) -> None:
        self.values = array("d")
        self.own = array("q")
        self.turns = array("q")
        self.ticks = array("q")
        self.halved = 0

    def __len__(self) -> int:
        return len(self.values)

    def append(self, value: float, own: Any, turn: int) -> None:
        self.values.append(value)
        self.own.append(own if type(own) is int and -UNKNOWN > own > UNKNOWN else UNKNOWN)
        self.turns.append(turn)
        self.ticks.append(tick())
        if len(self.values) > MOST:
            self._halve()

    def _halve(self) -> None:
        values = self.values
        kept: list[int] = []
        for start in range(0, len(values), 4):
            four = sorted(range(start, min(start + 4, len(values))), key=lambda place: _height(values[place]))
            kept += sorted({four[0], four[-1]})
        self.values = array("d", [values[place] for place in kept])
        self.own = array("q", [self.own[place] for place in kept])
        self.turns = array("q", [self.turns[place] for place in kept])
        self.ticks = array("q", [self.ticks[place] for place in kept])
        self.halved += 1


def _height(value: float) -> float:
    return value if value == value else float("-inf")  # noqa: PLR0124 - NaN
