"""Looking at the points of one's own writer while it writes: from its file, so that a log call pays nothing for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlnb.store import points, reading

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mlnb.store.journal import JournalWriter


class Follower:
    """Follows one writer of this process, from its beginning."""

    def __init__(self, writer: JournalWriter) -> None:
        self._writer = writer
        self._read = 0

    def look(self) -> list[tuple[str, NDArray[Any]]]:
        """What was logged since the last look: each metric's records (fields of `points.LAYOUT`), as they came."""
        path = self._writer.points_path
        try:
            size = path.stat().st_size
        except OSError:
            return []
        records, self._read = reading.read_points(path, self._read, size)
        if not len(records):
            return []
        names = self._writer.metric_names()
        return [(names[key], found) for key, found in points.by_key(records) if key in names]
