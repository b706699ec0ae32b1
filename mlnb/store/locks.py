"""Locks on files that the operating system frees when their holder dies.

`flock` on POSIX, and not `fcntl.lockf`: a POSIX record lock is dropped when the same process opens and
closes the file once more, as anything that reads it does. `msvcrt.locking` on Windows.
A lock belongs to the open file: whoever inherits the descriptor through a fork keeps it held.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

if os.name == "nt":
    import msvcrt

    def _try(fd: int, *, shared: bool = False) -> bool:  # noqa: ARG001 - there are no shared ones here
        try:
            msvcrt.locking(fd, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        except OSError:
            return False
        return True

else:
    import fcntl

    def _try(fd: int, *, shared: bool = False) -> bool:
        try:
            fcntl.flock(fd, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


CLOEXEC = getattr(os, "O_CLOEXEC", 0)


def try_lock(path: Path, *, create: bool = True) -> int | None:
    """The descriptor of the lock file, locked, or None where somebody holds it. Close it to unlock.

    Raises
    ------
    FileNotFoundError
        It isn't there, and `create` is false.
    """
    fd = os.open(path, os.O_RDWR | CLOEXEC | (os.O_CREAT if create else 0), 0o666)
    try:
        if _try(fd):
            return fd
    except BaseException:
        os.close(fd)
        raise
    os.close(fd)
    return None


def new(path: Path) -> int:
    """The descriptor of a lock file that nobody else knows of yet, locked."""
    fd = try_lock(path)
    if fd is None:
        raise FileExistsError(17, "somebody holds it already", str(path))
    return fd


def is_held(path: Path) -> bool:
    """Whether somebody holds the lock; a file that isn't there is held by nobody. To ask needs no right to write, and
    two who ask at once don't take each other for a holder."""
    try:
        fd = os.open(path, (os.O_RDWR if os.name == "nt" else os.O_RDONLY) | CLOEXEC)
    except FileNotFoundError:
        return False
    except PermissionError:
        return True  # whose lock can't be looked at may hold it
    try:
        return not _try(fd, shared=True)
    finally:
        os.close(fd)


@contextmanager
def announced(path: Path) -> Iterator[None]:
    """Inside the block others see that somebody waits for them to make room (`make_room`). Any number may."""
    try:
        fd = os.open(path, os.O_RDWR | os.O_CREAT | CLOEXEC, 0o666)
    except OSError:  # where nothing may be written, nobody writes
        yield
        return
    try:
        _try(fd, shared=True)
        yield
    finally:
        os.close(fd)


def make_room(path: Path, *, timeout: float) -> None:
    """Wait until nobody is announced there any more, and no longer than that."""
    deadline = time.monotonic() + timeout
    while path.exists() and time.monotonic() < deadline:
        fd = try_lock(path)
        if fd is not None:
            os.close(fd)
            return
        time.sleep(0.005)


@contextmanager
def locked(path: Path, *, timeout: float) -> Iterator[bool]:
    """Hold the lock inside the block; yields False, without it, where `timeout` seconds didn't suffice."""
    deadline = time.monotonic() + timeout
    pause = 0.001
    while (fd := try_lock(path)) is None:
        if time.monotonic() >= deadline:
            yield False
            return
        time.sleep(pause)
        pause = min(pause * 1.5, 0.02)
    try:
        yield True
    finally:
        os.close(fd)
