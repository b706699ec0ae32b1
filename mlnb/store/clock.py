"""The store's own clock: never behind any time that was written in it.

Edits of one thing are decided by their times, and a wall clock may be set back, or be behind another machine's. So an edit
takes a time after all that were written before it. What is known of that is the time of an empty file, which only goes
forward. Times of what a run does are the wall clock's, and are not touched by it.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path


class Clock:
    """Times in µs since 1970."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def latest(self) -> int:
        """The latest time that was written in the store; 0 where none was."""
        try:
            return self._path.stat().st_mtime_ns // 1000
        except OSError:
            return 0

    def saw(self, time: int) -> None:
        """A time was written."""
        with contextlib.suppress(OSError):  # only edits under a clock that was set back would miss it
            if time > self.latest():
                self._path.touch()
                # A whole µs more: what a file system rounds off must not put it before the time.
                os.utime(self._path, ns=((time + 1) * 1000, (time + 1) * 1000))
