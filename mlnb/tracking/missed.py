"""What mlnb doesn't see of a cell stands in its run's journal while the cell runs: a killed kernel leaves it.

The store's flusher comes by each second and asks what is missed by now. Something that is new is written at once; how far it has
gone since, ever more seldom. With the cell's end all of that is taken back by what is known then, in one write.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Final

from mlnb import events
from mlnb.store import flusher

if TYPE_CHECKING:
    from collections.abc import Callable

    from mlnb.tracking.recording import Run

Problems = list[tuple[str, str]]

SELDOM: Final = 0.1
"""Of a cell's time so far, what passes until figures are written that are merely newer."""

MOST: Final = 50
LONGEST: Final = 2000  # characters of a message


class Missed:
    """Of one cell. `look` says what is missed so far; it is asked from another thread, and changes nothing."""

    def __init__(self, run: Run, look: Callable[[], Problems]) -> None:
        self._run = run
        self._look = look
        self._lock = threading.Lock()
        self._written: Problems = []
        self._began = self._next = time.monotonic()
        self._over = False

    def start(self) -> None:
        flusher.add(self)

    def stop(self) -> None:
        """The cell is over. Nothing is written after this has returned but by `settle`."""
        flusher.remove(self)
        with self._lock:
            self._over = True

    def sync(self) -> None:
        now = time.monotonic()
        with self._lock:
            if self._over or self._run.ended:
                return
            found = _shortened(self._look())
            if found == self._written or (len(found) == len(self._written) and now < self._next):
                return
            self._run.append(events.Unseen(problems=found))
            self._written = found
            self._next = now + SELDOM * (now - self._began)

    def settle(self, problems: Problems) -> None:
        """What is known when the cell is over, in place of all before."""
        before = [events.Unseen()] if self._written else []
        found = (events.Problem(where=where, message=message[:LONGEST]) for where, message in problems)
        self._run.append(*before, *found)


def _shortened(found: Problems) -> Problems:
    more = len(found) - MOST
    kept = [(where, message[:LONGEST]) for where, message in found[:MOST]]
    return [*kept, ("observation", f"{more:,} problems more")] if more > 0 else kept
