"""Syncs what writers wrote, each second, so that a loss of power costs a second at the most.

One daemon thread a process, started by the first writer and ended with the last. It touches only file
descriptors: a daemon thread may be stopped anywhere when the interpreter ends.
"""

from __future__ import annotations

import logging
import threading
from typing import Final, Protocol

log = logging.getLogger("mlnb")

INTERVAL: Final = 1.0


class Syncable(Protocol):
    """What the flusher visits: a writer, or what has something for one."""

    def sync(self) -> None: ...


_lock = threading.Lock()
_writers: set[Syncable] = set()
_wake = threading.Event()
_thread: threading.Thread | None = None


def add(writer: Syncable) -> None:
    global _thread  # noqa: PLW0603
    with _lock:
        _writers.add(writer)
        if _thread is None:
            _wake.clear()
            _thread = threading.Thread(target=_flush, name="mlnb-flusher", daemon=True)
            _thread.start()


def remove(writer: Syncable) -> None:
    with _lock:
        _writers.discard(writer)
        if not _writers:
            _wake.set()


def forget() -> None:
    """In a forked child: the thread and the writers are the parent's."""
    global _thread, _lock, _wake  # noqa: PLW0603
    _lock = threading.Lock()
    _wake = threading.Event()
    _thread = None
    _writers.clear()


def _flush() -> None:
    global _thread  # noqa: PLW0603
    while True:
        _wake.wait(INTERVAL)
        with _lock:
            if not _writers:
                _thread = None
                return
            _wake.clear()
            writers = list(_writers)
        for writer in writers:
            try:
                writer.sync()
            except Exception as error:  # noqa: BLE001 - one that fails must not leave the others unsynced
                log.warning("mlnb: what was logged can't be synced (%s: %s)", type(error).__name__, error)
