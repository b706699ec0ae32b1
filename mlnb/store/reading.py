"""The reading side of a journal: whole records from an offset on, whatever the writer is doing.

Files are read up to their last whole record. What follows it is either being written at this moment or
was torn by a death: in both cases it is not there (yet).
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from mlnb import events
from mlnb.store import archive, locks, points, process, streams

if TYPE_CHECKING:
    from numpy.typing import NDArray

HEADER_LIMIT: Final = 65536

Choice = Callable[[list[str]], list[str]]
"""Puts the names of journals in the order in which they are wanted."""


@dataclass(frozen=True)
class Journal:
    """One writer's files about one subject: where they are, not what they say."""

    folder: Path
    subject: str
    writer: str

    @classmethod
    def named(cls, folder: Path, name: str) -> Journal:
        subject, _, writer = name.partition(".")
        return cls(folder, subject, writer)

    @property
    def name(self) -> str:
        return f"{self.subject}.{self.writer}"

    @property
    def events_path(self) -> Path:
        return self.folder / f"{self.name}.jsonl"

    @property
    def points_path(self) -> Path:
        return self.folder / f"{self.name}.pts"

    @property
    def alive_path(self) -> Path:
        return self.folder / f"{self.name}.alive"

    @property
    def is_closed(self) -> bool:
        """Whether its writer has put it down properly."""
        return not self.alive_path.exists()


@dataclass(frozen=True)
class Listing:
    """The journals of a folder at one moment, and the sizes of their two files. `beyond` are the names of those that were
    not looked at."""

    sizes: dict[Journal, tuple[int, int]]
    beyond: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.sizes)


@dataclass(frozen=True)
class Read:
    """Events from an offset on. `end` is the offset after the last whole line; `damaged` counts lines
    that are whole and yet no events."""

    events: list[events.Event]
    end: int
    damaged: int = 0


def listing_of(folder: Path, subject: str) -> Listing:
    """The journals about one run or session."""
    own = f"{subject}."
    return _listing(folder, lambda names: [name for name in names if name.startswith(own)], None)


def listing(folder: Path, most: int | None = None, choose: Choice | None = None) -> Listing:
    """Every journal in `folder`, oldest subject first; of more than `most` only so many, whose names `choose` puts first
    (those of the newest subjects, where nothing is said)."""
    return _listing(folder, choose or _newest_first, most)


def _listing(folder: Path, choose: Choice, most: int | None) -> Listing:
    events_there: dict[str, os.DirEntry[str]] = {}
    points_there: dict[str, os.DirEntry[str]] = {}
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                name = entry.name
                if name.endswith(".pts"):
                    points_there[name[:-4]] = entry
                elif name.endswith(".jsonl") and "." in name[:-6]:
                    events_there[name[:-6]] = entry
    except (FileNotFoundError, NotADirectoryError):
        return Listing({})
    names = choose(sorted(events_there))
    beyond = () if most is None else tuple(names[most:])
    sizes = {}
    for stem in sorted(names[:most]):
        there = points_there.get(stem)
        sizes[Journal.named(folder, stem)] = (_size(events_there[stem]), 0 if there is None else _size(there))
    return Listing(sizes, beyond)


def _newest_first(names: list[str]) -> list[str]:
    return names[::-1]


def sizes(journal: Journal) -> tuple[int, int]:
    """The sizes of the journal's two files at this moment."""
    return _length(journal.events_path), _length(journal.points_path)


def content(journal: Journal) -> archive.Content:
    """A journal that nobody writes any more, to be archived: the whole records of all its streams."""
    paths = stream_paths(journal)
    lengths = {
        name: stream.whole(path, size) if (size := _length(path)) else 0
        for name, (stream, path) in paths.items()
    }
    return archive.Content(journal.name, lengths, lambda name, begin, end: _read(paths[name][1], begin, end))


def stream_paths(journal: Journal) -> dict[str, tuple[streams.Stream, Path]]:
    """The streams of a journal, and their files; those of a newer version too, if it says so in the first record."""
    first = header(journal)
    return {
        name: (stream, journal.folder / f"{journal.name}.{stream.ending}")
        for name, stream in streams.of({} if first is None else first.streams).items()
    }


def whole(journal: Journal) -> tuple[bytes, bytes]:
    """The bytes of the journal's whole events and points; of a live one, no points without their names."""
    point_bytes = _read(journal.points_path, 0, None)
    data = _read(journal.events_path, 0, None)
    return data[: data.rfind(b"\n") + 1], point_bytes[: len(point_bytes) // points.SIZE * points.SIZE]


def read_events(path: Path, start: int = 0, end: int | None = None, *, sealed: bool = False) -> Read:
    """The events of a file from byte `start` on; an empty reading where the file is gone."""
    data = _read(path, start, end)
    whole = data[: data.rfind(b"\n") + 1]
    found, damaged = parse(whole, sealed=sealed)
    return Read(found, start + len(whole), damaged)


def parse(data: bytes, *, sealed: bool = False) -> tuple[list[events.Event], int]:
    """The events of whole lines, and how many lines were none, or aren't what was written where they are `sealed`."""
    found: list[events.Event] = []
    damaged = 0
    for line in data.splitlines():
        if sealed and not events.is_whole(line):
            damaged += 1
            continue
        try:
            found.append(events.decode(line))
        except (ValueError, UnicodeDecodeError):
            damaged += 1
    return found, damaged


def has_line(path: Path, start: int) -> bool:
    """Whether a whole line follows byte `start`."""
    try:
        with path.open("rb") as file:
            file.seek(start)
            while piece := file.read(1 << 16):
                if b"\n" in piece:
                    return True
    except FileNotFoundError:  # it was folded and went to the archive meanwhile
        pass
    return False


def read_points(path: Path, start: int = 0, end: int | None = None) -> tuple[NDArray[Any], int]:
    """The points of a file from byte `start` on, and the offset after the last whole one."""
    data = _read(path, start, end)
    return points.unpack(data), start + len(data) // points.SIZE * points.SIZE


def broken_blocks(path: Path, start: int, end: int) -> int:
    """How many blocks of points between two bytes of a file are not what was written."""
    return points.broken_blocks(_read(path, start, end), start)


def is_sealed(first: events.JournalOpened) -> bool:
    """Whether each line of the journal has a checksum."""
    return first.format > 1


def header(journal: Journal) -> events.JournalOpened | None:
    """The journal's first record; None where its writer hasn't come so far, or it is damaged."""
    return first_of(_read(journal.events_path, 0, HEADER_LIMIT))


def first_of(data: bytes) -> events.JournalOpened | None:
    """The first record of a journal's events."""
    line, feed, _ = data.partition(b"\n")
    if not feed:
        return None
    try:
        first = events.decode(line)
    except ValueError:
        return None
    return first if isinstance(first, events.JournalOpened) else None


def can_be_read(first: events.JournalOpened) -> bool:
    """Whether this version understands all that the journal says must be understood."""
    return first.format <= events.FORMAT and events.FEATURES.issuperset(first.requires)


def life(journal: Journal, first: events.JournalOpened | None) -> process.Life:
    """Whether the journal's writer lives."""
    last_sign = _modified(journal)
    if first is None:
        # Nothing says who writes it. Its first record comes with its file, so only a crash leaves this.
        return "silent" if journal.is_closed else "alive"
    if journal.is_closed:
        return "dead"
    return process.life(_writer(first), journal.alive_path, last_sign)


@dataclass
class Hold:
    """A journal that nobody else writes, as long as this is held: its writer has closed it, or its lock is held here."""

    fd: int | None = None

    def release(self) -> None:
        if self.fd is not None:
            os.close(self.fd)
            self.fd = None


def may_be_taken_over(journal: Journal) -> bool:
    """Whether nobody seems to write it any more. On another machine's file system a lock may look free that is held
    there: then its writer must have been silent for long, too."""
    if journal.is_closed:
        return True
    first = header(journal)
    if first is None or locks.is_held(journal.alive_path):
        return False
    return process.is_here(_writer(first)) or life(journal, first) == "silent"


def take_over(journal: Journal) -> Hold | None:
    """Keep everybody else from writing a journal; None where its writer may yet."""
    if not may_be_taken_over(journal):
        return None
    try:
        fd = locks.try_lock(journal.alive_path, create=False)
    except FileNotFoundError:
        return Hold()  # closed, or never locked by anybody
    return None if fd is None else Hold(fd)


def _writer(first: events.JournalOpened) -> process.Process:
    return process.Process(first.host, first.boot_id, first.pid, first.pid_namespace, first.pid_born)


def _modified(journal: Journal) -> float:
    times = [0.0]
    for path in (journal.events_path, journal.points_path, journal.alive_path):
        try:
            times.append(path.stat().st_mtime)
        except FileNotFoundError:
            continue
    return max(times)


def last_time(journal: Journal) -> int:
    """The time of the journal's last record, in µs since 1970. Times never go back within a journal."""
    # Of two records one is a point: a mark only follows points.
    end = _length(journal.points_path) // points.SIZE * points.SIZE
    found = read_points(journal.points_path, max(0, end - 2 * points.SIZE), end)[0]
    times = [int(found["time"][-1])] if len(found) else [0]
    size = _length(journal.events_path)
    back = 4096
    while True:
        tail = _read(journal.events_path, max(0, size - back), None)
        lines = tail[: tail.rfind(b"\n") + 1].splitlines()
        if len(lines) > 1 or back >= size:
            times += [event.time for event in parse(b"\n".join(lines[-1:]))[0]]
            return max(times)
        back *= 16


def _length(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _size(entry: os.DirEntry[str]) -> int:
    try:
        return entry.stat().st_size
    except FileNotFoundError:
        return 0


def _read(path: Path, start: int, end: int | None) -> bytes:
    try:
        with path.open("rb") as file:
            file.seek(start)
            return file.read(-1 if end is None else max(0, end - start))
    except FileNotFoundError:
        return b""
