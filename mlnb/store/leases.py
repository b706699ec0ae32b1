"""Leases: what one process alone may do at a time, as long as it lives.

A lease ends with its holder, however that ends. It is taken by name, and who doesn't get it is told so. Here a lease
is a locked file; a store of a team has another kind, behind the same protocol.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Final, Protocol

from mlnb.store import locks

_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,100}")


class Lease(Protocol):
    """Held until it is released, or its process ends."""

    def release(self) -> None: ...


class Leases(Protocol):
    """The leases of one store."""

    def take(self, name: str) -> Lease | None:
        """The lease of that name; None where another holds it."""

    def is_held(self, name: str) -> bool: ...


class FileLease:
    """A locked file. What is forked from its holder doesn't keep it."""

    def __init__(self, path: Path, fd: int) -> None:
        self._path = path
        self._fd = fd
        _held.add(self)

    def release(self) -> None:
        if self._fd < 0:
            return
        # First gone, then free: who opened it meanwhile finds that its name is another file's, or nobody's.
        self._path.unlink(missing_ok=True)
        self._leave()

    def _leave(self) -> None:
        os.close(self._fd)
        self._fd = -1
        _held.discard(self)


class FileLeases:
    """Leases as files of one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def take(self, name: str) -> FileLease | None:
        self._folder.mkdir(exist_ok=True)
        path = self._folder / f"{name}.lock"
        while True:
            fd = locks.try_lock(path)
            if fd is None:
                return None
            if _is_still(path, fd):
                return FileLease(path, fd)
            os.close(fd)  # its last holder took the name away just now

    def is_held(self, name: str) -> bool:
        # The name may come from a file that anybody wrote: what is no name of a lease is held by nobody.
        return _NAME.fullmatch(name) is not None and locks.is_held(self._folder / f"{name}.lock")


def _is_still(path: Path, fd: int) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(fd))
    except FileNotFoundError:
        return False


_held: set[FileLease] = set()


def _after_fork_in_child() -> None:
    for lease in list(_held):
        lease._leave()  # noqa: SLF001 - one module, one idea


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork_in_child)
