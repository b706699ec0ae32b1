"""`registry.jsonl`: the one file that several processes append to, so each does so under a lock.

A change is a decision: it reads what the file says, decides, appends one or more records and syncs, all
while it holds `registry.lock`. So two processes never decide on the same state.

The file only grows, so it is read as far as it is new: what was read is kept, with the place where it ends, a digest of the
bytes before that, and the chain over them. A file that was changed and not only appended to is read again.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import msgspec
from xxhash import xxh3_128_digest

from mlnb import events
from mlnb.errors import Busy, Corrupt, NotWritable
from mlnb.store import chain, locks

Decision = Callable[[list[events.Event]], events.Event | list[events.Event]]


@dataclass
class _Read:
    """What was read of the file so far, up to byte `end`, and a digest of that; `stamp` is what the file looked like."""

    stamp: tuple[int, ...] = ()
    end: int = 0
    digest: bytes = b""
    records: list[events.Event] = field(default_factory=list)
    damaged: list[int] = field(default_factory=list)
    chain: chain.Chain = field(default_factory=chain.Chain)
    last_time: int = 0

    def take(self, data: bytes) -> None:
        for line in data.splitlines(keepends=True):
            record: events.Event | None
            try:
                record = events.decode(line)
            except ValueError:
                record = None
                self.damaged.append(self.chain.length + 1)
            else:
                self.records.append(record)
                self.last_time = max(self.last_time, record.time)
            self.chain.follow(line, record)
        self.end += len(data)


class RegistryFile:
    """The registry of one store, as a list of events."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "registry.jsonl"
        self._lock = folder / "registry.lock"
        self._read = _Read()

    def read(self) -> list[events.Event]:
        """Every whole record, oldest first. One that can't be read is left out: it must not stand in the way of
        questions about runs. `damaged` names it, and nothing is decided until it is mended."""
        return list(self._now().records)

    def damaged(self) -> list[int]:
        """The numbers of the lines that are no records, from 1."""
        return list(self._now().damaged)

    def head(self) -> str:
        """The hash of the whole history up to now, 64 hexadecimal digits."""
        return self._now().chain.head

    def breaks(self) -> list[chain.Break]:
        """Every promotion that doesn't fit what is before it, or isn't what was decided."""
        return list(self._now().chain.breaks)

    def stamp(self) -> object:
        """Something that differs whenever the records may."""
        return self._now().stamp

    def end(self) -> int:
        """The byte after the last whole record."""
        return self._now().end

    def forget(self) -> None:
        """Read all of it again the next time: for who suspects what was read before."""
        self._read = _Read()

    def _now(self) -> _Read:
        # Without a lock, which a fork might leave held: what was read is never changed, only replaced.
        try:
            found = self.path.stat()
        except FileNotFoundError:
            return _Read()
        stamp = (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)
        read = self._read
        if stamp != read.stamp:
            read = self._read = self._bring_forward(read, stamp)
        return read

    def _bring_forward(self, known: _Read, stamp: tuple[int, ...]) -> _Read:
        data = self.path.read_bytes()
        data = data[: data.rfind(b"\n") + 1]
        # To look whether all is there as it was is a hundred times as quick as to read it again.
        if known.end and xxh3_128_digest(data[: known.end]) == known.digest:
            new = _Read(
                end=known.end,
                records=list(known.records),
                damaged=list(known.damaged),
                chain=replace(known.chain, breaks=list(known.chain.breaks)),
                last_time=known.last_time,
            )
        else:
            new = _Read()
        new.take(data[new.end :])
        new.stamp, new.digest = stamp, xxh3_128_digest(data)
        return new

    def transact(self, decide: Decision, *, timeout: float = 10.0) -> list[events.Event]:
        """Append what `decide` makes of the records so far; the appended ones, stamped. Promotions are sealed with what is
        before them.

        Whatever `decide` raises leaves the file as it is.

        Raises
        ------
        Busy
            Another process held the registry for `timeout` seconds.
        Corrupt
            A record can't be read, so that nobody knows on what to decide.
        NotWritable
            The record could not be written.
        """
        try:
            with locks.locked(self._lock, timeout=timeout) as held:
                if not held:
                    raise Busy(f"another process has held {self._lock} for {timeout:g} s")
                return self._decide_and_append(decide)
        except OSError as error:
            raise NotWritable(f"{self.path} can't be written: {error.strerror or error}") from error

    def _decide_and_append(self, decide: Decision) -> list[events.Event]:
        read = self._now()
        if read.damaged:
            raise Corrupt(
                f"line {read.damaged[0]} of {self.path} is no record",
                hint="mend it or restore the file from a copy; mlnb store verify",
            )
        decided = decide(list(read.records))
        new = decided if isinstance(decided, list) else [decided]
        now = max(time.time_ns() // 1000, read.last_time)
        follower = chain.Chain(read.chain.head, read.chain.length)
        lines = []
        for event in new:
            # A record that has a time came from another store, and keeps it.
            line = _line(event, event.time or now, follower)
            follower.follow(line, None)
            lines.append(line)
        self._append(b"".join(lines))
        return [events.decode(line) for line in lines]

    def _append(self, data: bytes) -> None:
        fd = os.open(self.path, os.O_RDWR | os.O_CREAT | locks.CLOEXEC, 0o666)
        try:
            whole = _whole_length(fd)
            os.ftruncate(fd, whole)  # a torn tail: its writer died, so nobody was told that it is there
            os.lseek(fd, whole, os.SEEK_SET)
            if os.write(fd, data) != len(data):
                os.ftruncate(fd, whole)
                raise OSError("the disk took a part of a record only")
            os.fsync(fd)
        finally:
            os.close(fd)


def _line(event: events.Event, time: int, before: chain.Chain) -> bytes:
    if not isinstance(event, events.Promotion):
        return events.encode(event, time=time, seq=before.length)
    linked = msgspec.structs.replace(event, prev_hash=before.head, hash="")
    return chain.seal(events.encode(linked, time=time, seq=before.length))


def _whole_length(fd: int) -> int:
    size = os.lseek(fd, 0, os.SEEK_END)
    while size > 0:
        start = max(0, size - 65536)
        os.lseek(fd, start, os.SEEK_SET)
        end = os.read(fd, size - start).rfind(b"\n")
        if end >= 0:
            return start + end + 1
        size = start
    return 0
