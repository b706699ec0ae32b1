"""Looking at the points of one's own writer while it writes: from its file, so that a log call pays nothing for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mlnb.store import points, reading

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from mlnb.store.journal import JournalWriter

PIECE: Final = 1 << 20
"""Bytes read at once: what is between two looks may be much, and what a processor's cache holds is quickly done with."""


class Follower:
    """Follows one writer of this process, from its beginning."""

    def __init__(self, writer: JournalWriter) -> None:
        self._writer = writer
        self._read = 0

    def names(self) -> frozenset[str]:
        """The metrics that there are by now; what was withdrawn is none."""
        return frozenset(self._writer.metric_names().values())

    def told(self) -> frozenset[str]:
        """Those that may still be withdrawn."""
        return self._writer.told_names()

    def look(self) -> Iterator[tuple[str, NDArray[Any]]]:
        """What was logged since the last look: a metric's next records (fields of `points.LAYOUT`), piece by piece."""
        path = self._writer.points_path
        try:
            size = path.stat().st_size
        except OSError:
            return
        while self._read + points.SIZE <= size:
            records, at = reading.read_points(path, self._read, min(size, self._read + PIECE))
            if at == self._read:
                return
            self._read = at
            names = self._writer.metric_names()
            for key, found in points.by_key(records):
                if key in names:
                    yield names[key], found
