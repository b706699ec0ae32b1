"""The one way to put a file in its place so that no crash leaves half of it: write under another name, sync, rename, sync
the folder. In that order: a name must not be on the disk before what it stands for."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """A new file that takes the place of `path` when the block ends well, and is gone when it doesn't."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{os.urandom(4).hex()}")
    try:
        with temporary.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def make(path: Path, data: bytes) -> None:
    """Put `data` in the place of `path` if there is nothing yet: of several who do so at once, the first has done it."""
    whole = path.with_name(f".{path.name}.{os.getpid()}.{os.urandom(4).hex()}.new")
    write(whole, data)
    try:
        os.link(whole, path)
    except FileExistsError:  # another has made it: the first one holds
        pass
    except OSError:  # a file system without hard links
        whole.replace(path)
    whole.unlink(missing_ok=True)
    sync_folder(path.parent)


def write(path: Path, data: bytes) -> None:
    """Put `data` in the place of `path`."""
    with replacing(path) as file:
        file.write(data)


def sync(path: Path) -> None:
    """Wait until the disk has a file's content."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Wait until the disk has the names in a folder. Windows has no such thing, and needs none."""
    if os.name == "nt":
        return
    fd = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def make_folder(folder: Path) -> None:
    """Make a folder, and those above it, so that they outlive a loss of power."""
    missing = []
    while not folder.is_dir():
        missing.append(folder)
        folder = folder.parent
    for one in reversed(missing):
        one.mkdir(exist_ok=True)
        sync_folder(one.parent)
