"""An object as bytes: what it is at this moment, whatever the next cell does to it.

It is pickled straight into a file, in the foreground, for as long as the cell may be kept waiting and no longer: an allowance
of CPU time, and a limit of bytes, are asked at every piece that is written. cloudpickle's pickler takes along what only this
notebook has (functions and classes of `__main__`), so whoever gets the bytes needs nothing of this process.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from mlnb.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from io import FileIO

LEAST: Final = 0.012
"""Seconds that every cell's observation and models may take together. What begins and ends a run takes the rest of 15 ms."""

SHARE: Final = 0.018
"""Of the cell's own time, what comes on top."""

SURE: Final = 0.004
"""Seconds for models, however much the observation took."""

NEWEST: Final = 0.1
"""Seconds that the newest model of a cell may take all the same: a result without its model can't be promoted."""


OTHERS: Final = 0.03
"""Seconds that a cell's other models may take together, however much the observation took: those of a comparison are small."""

EACH: Final = 0.01
"""Seconds of them that one may take, so that a large one leaves something for the small ones."""


class NotTaken(UsageError):
    """The object can't be taken as it is now; the message says why."""

    code = "not_taken"


@dataclass
class Allowance:
    """Seconds that are left at the end of one cell."""

    left: float

    @classmethod
    def of_cell(cls, duration: float, spent: float = 0.0) -> Allowance:
        """What a cell that took so many seconds may be kept waiting, where observing it took `spent`."""
        return cls(max(SURE, LEAST + SHARE * duration - spent))

    @contextmanager
    def spending(self) -> Iterator[None]:
        """Whatever is done inside is taken off."""
        began = time.perf_counter()
        try:
            yield
        finally:
            self.left -= time.perf_counter() - began


def take(value: Any, file: FileIO, allowance: Allowance, limit: int) -> None:
    """Append the pickled object to an unbuffered file.

    Raises
    ------
    NotTaken
        It can't be pickled, is over `limit` bytes, or takes longer than is allowed. What stands in the file is a torn part.
    """
    import cloudpickle

    with allowance.spending():
        try:
            cloudpickle.Pickler(_Bounded(file, allowance.left, limit), protocol=5).dump(value)
        except NotTaken:
            raise
        except OSError as error:
            raise NotTaken(f"there is no room for it: {error.strerror or error}") from error
        except Exception as error:
            raise NotTaken(f"it can't be pickled ({type(error).__name__}: {error})"[:500]) from error


class _Bounded:
    """What a pickler writes to: a piece at a time, each of 64 KiB or one buffer of an array."""

    def __init__(self, file: FileIO, seconds: float, limit: int) -> None:
        self._file = file
        self._seconds = seconds
        self._end = time.perf_counter() + seconds
        self._limit = limit
        self._size = 0

    def write(self, data: Any) -> None:
        piece = memoryview(data).cast("B")
        self._size += len(piece)
        if self._size > self._limit:
            raise NotTaken(f"it is over the limit of {self._limit >> 20:,} MB")
        if time.perf_counter() > self._end:
            left = max(0.0, self._seconds) * 1e3
            raise NotTaken(
                f"taking it as it is now takes longer than the {left:.0f} ms that are left for models"
            )
        while len(piece):
            piece = piece[self._file.write(piece) :]
