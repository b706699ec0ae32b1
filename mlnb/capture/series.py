"""What one place in a loop gave in many turns: numbers without an object for each.

The first hundreds of a place's numbers are notes like all others, and tell what they are; those that follow are
appended here, 32 bytes each. Past a bound, half of them go: of each four, the lowest and the highest stay, so
that a curve keeps its shape.
"""

from __future__ import annotations

import struct
from itertools import count
from typing import Any, Final

ENOUGH: Final = 64  # notes of a place that tell what its numbers are
MOST: Final = 100_000
UNKNOWN: Final = -(1 << 62)

_POINT: Final = struct.Struct("=qdqq")
_PACK: Final = _POINT.pack
_SIZE: Final = _POINT.size

tick: Final = count().__next__
"""What comes later has a higher number: a curve that several places give has their numbers in order."""


class Series:
    """Numbers with the loop's own whole numbers beside them (`UNKNOWN` where it has none), the turns of the outermost loop, and
    when they came, by `tick`. One write takes a number in whole, so that an interrupt leaves no half of one."""

    __slots__ = ("_packed", "halved", "latest")

    def __init__(self) -> None:
        self._packed = bytearray()
        self.latest = 0.0
        self.halved = 0

    def append(self, value: float, own: Any, turn: int) -> None:
        known = type(own) is int and -UNKNOWN > own > UNKNOWN
        self._packed += _PACK(tick(), value, own if known else UNKNOWN, turn)
        self.latest = float(value)
        if len(self._packed) > MOST * _SIZE:
            self._halve()

    def put_right(self, value: float) -> None:
        """The latest number has become another."""
        at, _, own, turn = _POINT.unpack(self._packed[-_SIZE:])
        self._packed[-_SIZE:] = _PACK(at, value, own, turn)
        self.latest = value

    def points(self) -> list[tuple[int, float, int, int]]:
        """When each came, the number, the loop's own, the turn."""
        return list(_POINT.iter_unpack(self._packed))

    def _halve(self) -> None:
        points = self.points()
        kept: list[int] = []
        for start in range(0, len(points), 4):
            four = sorted(
                range(start, min(start + 4, len(points))), key=lambda place: _height(points[place][1])
            )
            kept += sorted({four[0], four[-1]})
        self._packed = bytearray(b"".join(_PACK(*points[place]) for place in kept))
        self.halved += 1


def _height(value: float) -> float:
    return value if value == value else float("-inf")  # noqa: PLR0124 - NaN
