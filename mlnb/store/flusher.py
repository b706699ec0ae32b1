"""Syncs what writers wrote, each second and when they end, so that a loss of power costs a second at the most.

One daemon thread a process, started by the first writer and ended with the last. It touches only file
descriptors: a daemon thread may be stopped anywhere when the interpreter ends. What was put down in the last moment
before that is synced at exit.
"""

from __future__ import annotations

import atexit
import logging
import os
import threading
from pathlib import Path
from typing import Final, Protocol

log = logging.getLogger("mlnb")

INTERVAL: Final = 1.0


class Syncable(Protocol):
    """What the flusher visits: a writer, or what has something for one."""

    def sync(self) -> None: ...


_lock = threading.Lock()
_writers: set[Syncable] = set()
_put_down: list[Path] = []
_wake = threading.Event()
_thread: threading.Thread | None = None


def add(writer: Syncable) -> None:
    with _lock:
        _writers.add(writer)
        _start()


def remove(writer: Syncable) -> None:
    with _lock:
        _writers.discard(writer)
        if not _writers:
            _wake.set()


def sync(fd: int, path: Path) -> None:
    """Wait until the disk has the content of an open file."""
    try:
        getattr(os, "fdatasync", os.fsync)(fd)
    except OSError as error:
        log.warning("mlnb: %s can't be synced (%s)", path, error.strerror or error)


def sync_later(path: Path) -> None:
    """A file was closed that the disk hasn't got whole: see to it, soon."""
    with _lock:
        _put_down.append(path)
        _start()


def forget() -> None:
    """In a forked child: the thread and the writers are the parent's."""
    global _thread, _lock, _wake  # noqa: PLW0603
    _lock = threading.Lock()
    _wake = threading.Event()
    _thread = None
    _writers.clear()
    _put_down.clear()


def _start() -> None:
    global _thread  # noqa: PLW0603
    if _thread is None:
        _wake.clear()
        _thread = threading.Thread(target=_flush, name="mlnb-flusher", daemon=True)
        _thread.start()


def _flush() -> None:
    global _thread  # noqa: PLW0603
    while True:
        _wake.wait(INTERVAL)
        with _lock:
            if not _writers and not _put_down:
                _thread = None
                return
            _wake.clear()
            writers = list(_writers)
        _sync_put_down()
        for writer in writers:
            try:
                writer.sync()
            except Exception as error:  # noqa: BLE001 - one that fails must not leave the others unsynced
                log.warning("mlnb: what was logged can't be synced (%s: %s)", type(error).__name__, error)


def _sync_put_down() -> None:
    while True:
        with _lock:
            if not _put_down:
                return
            path = _put_down.pop()
        try:
            # Read-write: Windows syncs nothing else.
            fd = os.open(path, os.O_RDWR | getattr(os, "O_CLOEXEC", 0))
        except FileNotFoundError:
            continue  # folded and archived by now, which synced it
        try:
            sync(fd, path)
        finally:
            os.close(fd)


atexit.register(_sync_put_down)
