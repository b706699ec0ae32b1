"""`registry.jsonl`: the one file that several processes append to, so each does so under a lock.

A change is a decision: it reads what the file says, decides, appends one or more records and syncs, all
while it holds `registry.lock`. So two processes never decide on the same state.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from mlnb import events
from mlnb.errors import Busy, Corrupt, NotWritable
from mlnb.store import locks

Decision = Callable[[list[events.Event]], events.Event | list[events.Event]]


class RegistryFile:
    """The registry of one store, as a list of events."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "registry.jsonl"
        self._lock = folder / "registry.lock"

    def read(self) -> list[events.Event]:
        """Every whole record, oldest first. One that can't be read is left out: it must not stand in the way of
        questions about runs. `damaged` names it, and nothing is decided until it is mended."""
        return [record for _, record in self._lines() if record is not None]

    def damaged(self) -> list[int]:
        """The numbers of the lines that are no records, from 1."""
        return [number for number, record in self._lines() if record is None]

    def _lines(self) -> Iterator[tuple[int, events.Event | None]]:
        try:
            data = self.path.read_bytes()
        except FileNotFoundError:
            return
        for number, line in enumerate(data[: data.rfind(b"\n") + 1].splitlines(), start=1):
            try:
                yield number, events.decode(line)
            except ValueError:
                yield number, None

    def transact(self, decide: Decision, *, timeout: float = 10.0) -> list[events.Event]:
        """Append what `decide` makes of the records so far; the appended ones, stamped.

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
        damaged = self.damaged()
        if damaged:
            raise Corrupt(
                f"line {damaged[0]} of {self.path} is no record",
                hint="mend it or restore the file from a copy; mlnb store verify",
            )
        past = self.read()
        decided = decide(past)
        new = decided if isinstance(decided, list) else [decided]
        now = max([time.time_ns() // 1000, *(event.time for event in past)])
        # A record that has a time came from another store, and keeps it.
        lines = [
            events.encode(event, time=event.time or now, seq=len(past) + i) for i, event in enumerate(new)
        ]
        self._append(b"".join(lines))
        return [events.decode(line) for line in lines]

    def _append(self, data: bytes) -> None:
        fd = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
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
