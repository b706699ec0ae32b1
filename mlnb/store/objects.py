"""Artifacts by content: `objects/<aa>/<sha256>`. The only room that touches artifact storage.

An object is written under a temporary name, synced and renamed, so that a name always stands for whole
content. Putting one that exists renews its time, which keeps `gc` from taking it away.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from mlnb.errors import Corrupt, NotFound, NotWritable

CHUNK: Final = 1 << 20
_SHA256: Final = re.compile(r"[0-9a-f]{64}")


class Objects:
    """The objects of one store."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @staticmethod
    def is_name(text: str) -> bool:
        """Whether a text is an object's name: 64 hexadecimal digits."""
        return _SHA256.fullmatch(text) is not None

    def path(self, sha256: str) -> Path:
        """Where an object lies, whether or not it is there."""
        if not self.is_name(sha256):
            raise NotFound(f"{sha256!r} is no object's name", hint="64 hexadecimal digits")
        return self.root / sha256[:2] / sha256

    def has(self, sha256: str) -> bool:
        return self.is_name(sha256) and self.path(sha256).is_file()

    def put_bytes(self, data: bytes, *, sync: bool = True) -> str:
        """Keep `data`; its sha256.

        Without `sync` it outlives this process, but not a loss of power: whoever has no time to wait calls `sync` later.
        """
        sha256 = hashlib.sha256(data).hexdigest()
        if not self.renew(sha256):
            with _NewObject(self.path(sha256)) as temporary, temporary.open("wb") as file:
                file.write(data)
                file.flush()
                if sync:
                    os.fsync(file.fileno())
        return sha256

    def sync(self, sha256: str) -> None:
        """Wait until an object is on the disk."""
        with self.path(sha256).open("rb+") as file:
            os.fsync(file.fileno())

    def put_file(self, source: str | os.PathLike[str]) -> str:
        """Keep a copy of a file; its sha256."""
        source = Path(source)
        if not source.is_file():
            raise NotFound(f"there is no file {source}")
        with source.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        if not self.renew(sha256):
            with _NewObject(self.path(sha256)) as temporary:
                shutil.copyfile(source, temporary)
                with temporary.open("rb+") as file:
                    os.fsync(file.fileno())
        return sha256

    def read(self, sha256: str) -> bytes:
        """An object's bytes.

        Raises
        ------
        NotFound
            It isn't there.
        Corrupt
            Its bytes are not those that were put.
        """
        try:
            data = self.path(sha256).read_bytes()
        except FileNotFoundError:
            raise NotFound(f"object {sha256[:12]}… is not in {self.root}") from None
        if hashlib.sha256(data).hexdigest() != sha256:
            raise Corrupt(
                f"object {sha256[:12]}… in {self.root} is not what was stored",
                hint="mlnb store verify",
            )
        return data

    def size(self, sha256: str) -> int:
        return self.path(sha256).stat().st_size

    def names(self) -> Iterator[str]:
        """The sha256 of every object."""
        for path in sorted(self.root.glob("??/*")):
            if self.is_name(path.name):
                yield path.name

    def age(self, sha256: str) -> float:
        """Seconds since the object was last put."""
        return time.time() - self.path(sha256).stat().st_mtime

    def is_whole(self, sha256: str) -> bool:
        """Whether the object's bytes are those that were put; reads it in pieces."""
        with self.path(sha256).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == sha256

    def stamp(self, sha256: str) -> tuple[int, ...] | None:
        """Something that differs whenever the object's bytes may: its file is another one, or was written to; None where it
        is gone."""
        try:
            found = self.path(sha256).stat()
        except FileNotFoundError:
            return None
        return (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)

    def remove(self, sha256: str) -> None:
        self.path(sha256).unlink(missing_ok=True)

    def remove_if_older(self, sha256: str, seconds: float) -> bool:
        """Take an object away unless it was put within so many seconds; whether that was done.

        It is moved aside first: who puts it again meanwhile either renewed its time, which shows then, or finds that it is
        gone, and writes it.
        """
        path = self.path(sha256)
        aside = path.with_name(f".{sha256}.gc")
        try:
            path.replace(aside)
        except FileNotFoundError:
            return False
        if time.time() - aside.stat().st_mtime <= seconds:
            aside.replace(path)
            return False
        aside.unlink()
        return True

    def renew(self, sha256: str) -> bool:
        """Spare an object from `gc` for another while; whether it is there."""
        try:
            os.utime(self.path(sha256))
        except FileNotFoundError:
            return False
        return True


class _NewObject:
    """A temporary name beside an object's own: renamed to it at the end, removed on any error."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.temporary = path.with_name(f".{path.name}.{os.getpid()}.{os.urandom(4).hex()}")

    def __enter__(self) -> Path:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise NotWritable(f"{self.path.parent} can't be written: {error.strerror}") from error
        return self.temporary

    def __exit__(self, kind: type[BaseException] | None, value: object, trace: object) -> None:
        if kind is None:
            self.temporary.replace(self.path)
            return
        self.temporary.unlink(missing_ok=True)
        if isinstance(value, OSError):
            raise NotWritable(
                f"an artifact can't be kept in {self.path.parent}: {value.strerror or value}"
            ) from value
