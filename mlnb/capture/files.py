"""Files and folders by their bytes, read in pieces: memory stays at one piece, whatever the size."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import xxhash

from mlnb.capture import hashing
from mlnb.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Iterator

PIECE: Final = 1 << 20


@dataclass(frozen=True)
class FileContent:
    """`type` is the file's ending without its dot, or `file`, or `folder`."""

    digest: str
    type: str
    bytes: int


def state_of(path: Any) -> tuple[int, int] | None:
    """What tells that a file was written again, without reading it; `None` where there is none."""
    try:
        found = os.stat(path)  # noqa: PTH116 - what a user read may be a path of any type
    except (OSError, TypeError, ValueError):
        return None
    return found.st_mtime_ns, found.st_size


def describe(path: Path) -> FileContent:
    """The content of a file, or of every file in a folder with their names.

    Raises
    ------
    NotFound
        There is nothing there.
    """
    path = path.expanduser()
    if path.is_dir():
        return _folder(path)
    if not path.is_file():
        raise NotFound(f"no file or folder at {str(path)!r}", path=str(path))
    digest, size = _read(path)
    return FileContent(digest, path.suffix.lstrip(".").lower() or "file", size)


def _folder(folder: Path) -> FileContent:
    parts: list[str] = []
    total = 0
    for path in _files_in(folder):
        digest, size = _read(path)
        parts += [path.relative_to(folder).as_posix(), digest]
        total += size
    return FileContent(hashing.combine(parts), "folder", total)


def _files_in(folder: Path) -> Iterator[Path]:
    for base, names, files in os.walk(folder):
        names.sort()
        for file in sorted(files):
            path = Path(base, file)
            if path.is_file():
                yield path


def _read(path: Path) -> tuple[str, int]:
    hasher, size = xxhash.xxh3_128(), 0
    buffer = bytearray(PIECE)
    view = memoryview(buffer)
    with path.open("rb", buffering=0) as file:
        while count := file.readinto(buffer):
            hasher.update(view[:count])
            size += count
    return hasher.hexdigest(), size
