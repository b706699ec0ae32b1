"""What observing one cell may cost, and what it has cost so far.

Every probe of every kind draws on one account: a fixed part, and a share of the cell's time so far. What a note will
cost when the cell is over is paid when it is taken, so that the work after the cell is bounded too. Whoever finds the
account overdrawn looks less often: a loop goes on in its bare copy, a function gets its own code back, a place is
passed over.
"""

from __future__ import annotations

import time
from typing import Final

FREE: Final = 0.005
"""Seconds that any cell's observation may take. What begins and ends a run takes the rest of the 15 ms."""
SHARE: Final = 0.012
"""Of the cell's time, beyond that; what collectors do with it afterwards takes the rest of the 2 %."""
AFTERWARDS: Final = 5.0
"""Light passes that it takes, when the cell is over, to make something of one note."""
SAMPLED: Final = 16
"""Passes between two looks at the clock."""

clock = time.perf_counter
cpu = time.thread_time
"""For what is charged: that somebody else had the processor isn't ours to pay. It is asked of what takes long, since to ask it takes a microsecond."""


class Budget:
    """Of a session's cells, one after the other.

    What takes long is measured; a light pass, a number's in a loop, takes hardly longer than a look at the clock, so these
    are counted, at a price that is found once (`pass_time`, in seconds).
    """

    __slots__ = ("_allowed", "_passes", "began", "pass_time", "spent")

    def __init__(self) -> None:
        self.pass_time = 1e-6
        self.begin()

    def begin(self) -> None:
        """A cell starts."""
        self.began = clock()
        self.spent = 0.0
        self._passes = 0
        self._allowed = FREE

    def light(self) -> None:
        """A light pass."""
        self.spent += self.pass_time

    def later(self, size: float = 1.0) -> None:
        """What will be done with what was kept, of so many times a number's size."""
        self.spent += AFTERWARDS * self.pass_time * size

    def over(self) -> bool:
        """Whether more was spent than may be by now."""
        if self.spent < self._allowed:
            return False
        self._passes -= 1
        if self._passes < 0:
            self._passes = SAMPLED
            self._allowed = FREE + SHARE * (clock() - self.began)
        return self.spent > self._allowed

    def said(self) -> str:
        """In words: what was spent of what might have been."""
        allowed = FREE + SHARE * (clock() - self.began)
        return f"{self.spent * 1000:.1f} of {allowed * 1000:.1f} ms"
