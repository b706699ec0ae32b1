"""The writing side: one writer appends to one run's (or session's) journal, and loses nothing.

Three files, named `<subject>.<writer>`: `.jsonl` for events, `.pts` for metric points, `.alive` locked as
long as the writer lives. A call is one `write` on an append-only descriptor, so what has returned survives
the death of the process; `flusher` syncs it to the disk within a second, against a loss of power.

A full disk loses nothing that is written, and doesn't stop the caller: a record that doesn't fit is
taken off again, whole, and kept in memory until there is room.

After a fork the child closes what it inherited, and opens files of its own when it first writes: it never
appends to its parent's journal, nor keeps it alive.
"""

from __future__ import annotations

import atexit
import contextlib
import errno
import logging
import os
import threading
import time
import weakref
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from mlnb import __version__, events
from mlnb.errors import NotWritable
from mlnb.store import flusher, locks, points, process

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from mlnb.store.clock import Clock

log = logging.getLogger("mlnb")

About = Literal["run", "session"]

HELD_LIMIT: Final = 64 << 20
"""Bytes that one file keeps in memory while the disk is full."""

CHUNK: Final = 4 << 20
"""Bytes handed to one `write`; a multiple of the size of a point."""

BEAT: Final = 1.0
SLOWEST_BEAT: Final = 60.0
BEAT_SHARE: Final = 0.01
"""Seconds after which a silent run's writer gives a sign of life: one, then a hundredth of what the run has taken, a minute
at the most. So a killed run's end is known to a second or a hundredth, and nine silent hours take a thousand short lines."""
_APPENDING: Final = os.O_RDWR | os.O_APPEND | locks.CLOEXEC | getattr(os, "O_BINARY", 0)

_open: weakref.WeakSet[JournalWriter] = weakref.WeakSet()


class AppendFile:
    """A file that this process alone appends to. Whole records only, whatever the disk does."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.size = 0
        self.unsynced = False
        self.held = bytearray()
        self.lost = 0
        self.fd = -1
        """-1 until the first write, which a full disk may refuse."""
        self.sure = True
        """False while something is written: where an interrupt comes between the disk and what is known of it."""
        self._created = False

    def open(self) -> None:
        once = 0 if self._created else os.O_EXCL  # an interrupt may have come when the file was made
        self._created = True
        self.fd = os.open(self.path, _APPENDING | os.O_CREAT | once, 0o666)

    def settle(self) -> None:
        """Find out what an interrupted write has left: whole records stay."""
        if self.fd < 0:
            self.sure = True
            return
        there = os.fstat(self.fd).st_size
        end = self._whole(there)
        if end < there:
            os.ftruncate(self.fd, end)
        self.size, self.unsynced, self.sure = end, True, True

    def _whole(self, there: int) -> int:
        """The end of the last whole record: a line."""
        return self.size + os.pread(self.fd, there - self.size, self.size).rfind(b"\n") + 1

    def append(self, data: bytes | memoryview[int]) -> None:
        if not self.sure:
            self.settle()
        self.sure = False
        self._append(data)
        self.sure = True

    def _append(self, data: bytes | memoryview[int]) -> None:
        if self.held:
            self._hold(data)
            self.retry()
            return
        try:
            written = self._write(data)
        except OSError as error:
            self._refused(data, error)
            return
        if written == len(data):
            self.size += written
            self.unsynced = True
        else:
            self._cut_back()
            self._refused(data, OSError("the disk took a part of a record only"))

    def retry(self) -> None:
        """Write what was held back, as far as there is room."""
        while self.held:
            piece = bytes(self.held[:CHUNK])
            try:
                written = self._write(piece)
            except OSError:
                return
            if written < len(piece):
                self._cut_back()
                return
            self.size += written
            self.unsynced = True
            del self.held[:written]
            if not self.held:
                log.warning("mlnb: there is room again; %s is complete", self.path.name)

    def is_unlinked(self) -> bool:
        """Whether somebody took its name away while it was open."""
        return self.fd >= 0 and os.fstat(self.fd).st_nlink == 0

    def put_back(self) -> None:
        """Give a file that was unlinked its name and content again: what is written goes on, and nothing is lost."""
        old = self.fd
        temporary = self.path.with_name(f".{self.path.name}.back")
        new = os.open(temporary, _APPENDING | os.O_CREAT | os.O_TRUNC, 0o666)
        try:
            for at in range(0, self.size, CHUNK):
                piece = os.pread(old, min(CHUNK, self.size - at), at)
                if os.write(new, piece) != len(piece):
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self.path))  # noqa: TRY301
            temporary.replace(self.path)
        except BaseException:
            os.close(new)
            temporary.unlink(missing_ok=True)
            raise
        self.fd, self.unsynced = new, True
        os.close(old)

    def to_sync(self) -> int | None:
        """A descriptor to sync and close, where something was written since the last."""
        if self.held:
            self.retry()
        if not self.unsynced:
            return None
        self.unsynced = False
        return os.dup(self.fd)

    def close(self, *, durable: bool) -> None:
        """Close it, and say what there was no room for to the end."""
        if durable and self.size:
            flusher.sync(self.fd, self.path)  # also where the flusher is about it: it may not be through
        elif self.unsynced:
            flusher.sync_later(self.path)
        lost = len(self.held) + self.lost
        if lost:
            log.warning("mlnb: %d bytes could not be written to %s", lost, self.path)
        self.leave()

    def leave(self) -> None:
        """Close the descriptor and nothing else."""
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1

    def _write(self, data: bytes | memoryview[int]) -> int:
        if self.fd < 0:
            self.open()
        return os.write(self.fd, data)

    def _cut_back(self) -> None:
        # Shortening works on a full disk, and nobody else appends here.
        os.ftruncate(self.fd, self.size)

    def _refused(self, data: bytes | memoryview[int], error: OSError) -> None:
        if not self.held:
            log.warning(
                "mlnb: %s can't be written (%s); the run goes on, and what it logs is kept in memory until there is room",
                self.path.parent,
                error.strerror or error,
            )
        self._hold(data)

    def _hold(self, data: bytes | memoryview[int]) -> None:
        if len(self.held) + len(data) > HELD_LIMIT:
            self.lost += len(data)
        else:
            self.held += data


class PointsFile(AppendFile):
    """The points of a journal: what was appended since the last mark makes a block."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.sum = 0
        self._begin = 0

    def settle(self) -> None:
        super().settle()
        if self.fd >= 0:
            block = os.pread(self.fd, self.size - self._begin, self._begin)
            if block[-points.SIZE :] == points.mark(self._begin, zlib.crc32(block[: -points.SIZE])):
                self.sum, self._begin = 0, self._end()  # it was ended
            else:
                self.sum = zlib.crc32(self.held, zlib.crc32(block))

    def _whole(self, there: int) -> int:
        return there // points.SIZE * points.SIZE

    def _append(self, data: bytes | memoryview[int]) -> None:
        before = self._end()
        super()._append(data)
        if self._end() - before == len(data):  # else it was dropped
            self.sum = zlib.crc32(data, self.sum)
        if self._end() - self._begin > CHUNK:
            self._mark()

    def mark(self) -> None:
        """End the block."""
        if not self.sure:
            self.settle()
        self.sure = False
        self._mark()
        self.sure = True

    def _mark(self) -> None:
        if self._end() > self._begin:
            super()._append(points.mark(self._begin, self.sum))
            self.sum, self._begin = 0, self._end()

    def _end(self) -> int:
        return self.size + len(self.held)

    def to_sync(self) -> int | None:
        self.mark()
        return super().to_sync()


class _Metric:
    """A metric's number in this journal, and the step that comes next by itself."""

    __slots__ = ("key", "next_step")

    def __init__(self, key: int) -> None:
        self.key = key
        self.next_step = 0


class JournalWriter:
    """Appends events and points about one subject (a run or a session). Safe to call from any thread."""

    def __init__(
        self,
        folder: Path,
        subject: str,
        store_id: str,
        *,
        about: About = "run",
        clock: Clock | None = None,
        after: int = 0,
    ) -> None:
        """Times of events are later than `after`; the store's `clock` is told of them."""
        self.folder = folder
        self.subject = subject
        self.store_id = store_id
        self.beats = False
        """Whether it gives signs of life: the one that a run ends with does."""
        self._lock = threading.Lock()
        self._about: About = about
        self._clock = clock
        self._last_time = after
        self._last_point_time = 0
        self._metrics: dict[str | int, _Metric] = {}
        self._told: dict[str, int] = {}
        self.closed = False
        self._open()
        _open.add(self)
        flusher.add(self)

    # ---- what is written ----

    def append(self, *new: events.Event) -> None:
        """Append events, in one write."""
        with self._lock:
            self._reopen_if_forked()
            self._append(*new)

    def point(
        self,
        name: str | int,
        value: float,
        step: int | None = None,
        estimator: str | None = None,
        dataset_digest: str | None = None,
        source: events.Source = "logged",
    ) -> None:
        """Append one point of a metric, by its name or the number that `tell` gave. Without a step it gets the one after
        its last.

        Raises
        ------
        KeyError
            `tell` gave no such number in this process.
        """
        with self._lock:
            metric = self._metrics.get(name)
            if metric is None:
                metric = self._new_metric(name, estimator, dataset_digest, source)
            if step is None:
                step = metric.next_step
            now = time.time_ns() // 1000
            if now < self._last_point_time:  # noqa: PLR1730 - set back; and `max` costs a tenth of the call
                now = self._last_point_time
            self._last_point_time = now
            record = points.pack(metric.key, 0, step, now, value)
            metric.next_step = step + 1
            file = self._points
            if file.held or not file.sure:
                file.append(record)
                return
            file.sure = False
            # `append`, opened up: this is the one path where a call's cost is felt.
            try:
                written = os.write(file.fd, record)
            except OSError:
                file.sure = True
                file.append(record)
                return
            if written == points.SIZE:
                file.size += points.SIZE
                file.unsynced = True
                file.sum = zlib.crc32(record, file.sum)
                file.sure = True
            else:
                os.ftruncate(file.fd, file.size)
                file.sure = True
                file.append(record)

    def history(
        self,
        name: str | int,
        values: NDArray[np.float64],
        steps: NDArray[np.int64] | None,
        source: events.Source = "logged",
        estimator: str | None = None,
        dataset_digest: str | None = None,
        times: NDArray[np.int64] | None = None,
    ) -> None:
        """Append many points of one metric, logged at one time, by default now, or each at its own."""
        import numpy as np

        with self._lock:
            metric = self._metrics.get(name)
            if metric is None:
                metric = self._new_metric(name, estimator, dataset_digest, source)
            if steps is None:
                steps = np.arange(metric.next_step, metric.next_step + len(values), dtype=np.int64)
            self._last_point_time = now = max(time.time_ns() // 1000, self._last_point_time)
            at_once = CHUNK // points.SIZE
            for start in range(0, len(values), at_once):
                part = slice(start, start + at_once)
                logged = now if times is None else times[part]
                self._points.append(points.pack_many(metric.key, steps[part], logged, values[part]))
            if len(steps):
                metric.next_step = int(steps[-1]) + 1

    # ---- what is told while more is still to come ----

    def tell(
        self,
        name: str,
        source: events.Source,
        estimator: str | None = None,
        dataset_digest: str | None = None,
    ) -> int:
        """Begin a metric that may be withdrawn: the number that its points go under. It is withdrawn by itself when
        somebody logs a metric of that name."""
        with self._lock:
            self._reopen_if_forked()
            key = len(self._metrics) + 1
            self._append(
                events.MetricKey(
                    key=key,
                    name=name,
                    source=source,
                    estimator=estimator,
                    dataset_digest=dataset_digest,
                )
            )
            self._metrics[key] = _Metric(key)
            self._told[name] = key
            return key

    def withdraw(self, keys: Sequence[int], params: Sequence[str] = ()) -> None:
        """Take back metrics that were told, and parameters."""
        with self._lock:
            self._reopen_if_forked()
            self._told = {name: key for name, key in self._told.items() if key not in keys}
            self._append(events.Withdrawn(params=list(params), keys=list(keys)))

    def settle(self, kept: Sequence[events.MetricKey]) -> None:
        """What is told so far is final: these metrics stay, with all that is known of them by now. What is logged under
        their names from now on continues them."""
        with self._lock:
            self._reopen_if_forked()
            self._told = {}
            for metric in kept:
                self._metrics.setdefault(metric.name, self._metrics[metric.key])
            if kept:
                self._append(*kept)

    def is_logged(self, name: str) -> bool:
        """Whether a metric of this name was logged here, and not only told."""
        return name in self._metrics

    # ---- for those who look while it writes ----

    @property
    def points_path(self) -> Path:
        """Where its points are, if there are any yet."""
        return self._events.path.with_suffix(".pts")

    def metric_names(self) -> dict[int, str]:
        """Its metrics' names by their numbers, those that are told among them."""
        with self._lock:
            logged = {metric.key: name for name, metric in self._metrics.items() if isinstance(name, str)}
            return logged | {key: name for name, key in self._told.items()}

    def told_names(self) -> frozenset[str]:
        """The metrics that may still be withdrawn."""
        with self._lock:
            return frozenset(self._told)

    # ---- when it is safe ----

    def sync(self) -> None:
        """Wait until the disk has what was written so far. Who logs meanwhile doesn't wait."""
        if self.closed:
            if self in _open:
                self._finish_closing()
            return
        with self._lock:
            if self.closed or self._pid != os.getpid():
                return
            self._show_signs()
            if self.beats:
                self._beat()
            found = [(file.path, file.to_sync()) for file in self._files()]
        for path, fd in found:
            if fd is not None:
                try:
                    flusher.sync(fd, path)
                finally:
                    os.close(fd)

    def close(self, *, durable: bool = False, keep: bool = True) -> int:
        """Close the files; with `durable`, when the disk has them, which is soon in any case. Returns the bytes for which
        there is no room: they are kept and written when there is, as long as this process lives, unless `keep` is
        false."""
        with self._lock:
            if self.closed:
                return 0
            self.closed = True
            self._metrics = {}  # so that a late point doesn't reach for a descriptor that is another's by now
            if self._pid != os.getpid():
                _open.discard(self)
                return 0
            self._put_back_if_unlinked()
            if self._clock is not None:
                self._clock.saw(self._last_time)
            self._points.mark()
            for file in self._files():
                file.retry()
            held = sum(len(file.held) for file in self._files())
            lost = sum(file.lost for file in self._files())
            if held and keep:
                return held + lost
            for file in self._files():
                file.close(durable=durable)
            self._put_down()
        flusher.remove(self)
        return held + lost

    def _put_down(self) -> None:
        _open.discard(self)
        # First gone, then free: nobody may find the file unlocked and call the writer dead.
        self._alive_path.unlink(missing_ok=True)
        os.close(self._alive)

    def _finish_closing(self) -> None:
        """It was closed while the disk was full: once more."""
        with self._lock:
            # Who closes it may just have put it down: its descriptors are others' by now.
            if self._pid != os.getpid() or self not in _open:
                return
            self._show_signs()
            for file in self._files():
                file.retry()
            if any(file.held for file in self._files()):
                return
            for file in self._files():
                file.close(durable=True)
            self._put_down()
        flusher.remove(self)

    # ---- inside ----

    def _open(self) -> None:
        self.writer = process.new_writer()
        self._pid = os.getpid()
        self._seq = 0
        self._metrics, self._told = {}, {}
        self.closed = False
        self._last_sign = time.monotonic()
        stem = self.folder / f"{self.subject}.{self.writer}"
        try:
            self._alive_path = stem.with_name(stem.name + ".alive")
            self._alive = locks.new(self._alive_path)
            self._events = AppendFile(stem.with_name(stem.name + ".jsonl"))
            self._events.open()
        except OSError as error:
            raise NotWritable(
                f"the journal folder {self.folder} can't be written: {error.strerror or error}",
                hint="choose another with mlnb.configure(store=...) or MLNB_STORE",
            ) from error
        self._points = PointsFile(stem.with_name(stem.name + ".pts"))
        self._began = time.time_ns() // 1000
        me = process.current()
        self._append(
            events.JournalOpened(
                format=events.FORMAT,
                requires=["lines/2", "points/2"],
                subject=self.subject,
                about=self._about,
                writer=self.writer,
                mlnb=__version__,
                store_id=self.store_id,
                host=me.host,
                boot_id=me.boot_id,
                pid=me.pid,
                pid_namespace=me.namespace,
                pid_born=me.born,
            )
        )

    def _show_signs(self) -> None:
        """Called each second: other machines see that this writer lives, and it sees whether its files do."""
        self._put_back_if_unlinked()
        if self._clock is not None:
            self._clock.saw(self._last_time)
        now = time.monotonic()
        if now - self._last_sign >= process.SIGN_EVERY:
            self._last_sign = now
            with contextlib.suppress(OSError):
                os.utime(self._alive_path)

    def _put_back_if_unlinked(self) -> None:
        try:
            gone = [file for file in self._files() if file.is_unlinked()]
            if not gone and os.fstat(self._alive).st_nlink:
                return
            self.folder.mkdir(parents=True, exist_ok=True)
            alive = locks.new(self._alive_path)  # first: nobody may take what follows for a dead writer's
            os.close(self._alive)
            self._alive = alive
            for file in gone:
                file.put_back()
        except OSError as error:  # once more in a second
            log.warning(
                "mlnb: %s was taken away, and can't be put back (%s)", self.folder, error.strerror or error
            )
        else:
            log.warning(
                "mlnb: the journal %s.%s was taken away while it was written; it is there again, whole",
                self.subject,
                self.writer,
            )

    def _beat(self) -> None:
        """Called each second by the flusher."""
        now = time.time_ns() // 1000
        silence = (now - max(self._last_time, self._last_point_time)) / 1e6
        if silence >= max(BEAT, min(SLOWEST_BEAT, BEAT_SHARE * (now - self._began) / 1e6)):
            self._append(events.Heartbeat())

    def _files(self) -> Sequence[AppendFile]:
        # Events first: who finds points must find the names of their keys.
        return [self._events, self._points]

    def _append(self, *new: events.Event) -> None:
        now = max(time.time_ns() // 1000, self._last_time)
        lines = [
            events.seal(events.encode(event, time=now, seq=self._seq + i)) for i, event in enumerate(new)
        ]
        self._last_time = now
        self._seq += len(new)
        self._events.append(b"".join(lines))

    def _new_metric(
        self, name: str | int, estimator: str | None, dataset_digest: str | None, source: events.Source
    ) -> _Metric:
        if isinstance(name, int):
            raise KeyError(name)
        self._reopen_if_forked()
        metric = self._metrics.get(name)
        if metric is None:
            metric = _Metric(len(self._metrics) + 1)
            told = self._told.pop(name, None)
            self._append(
                *([] if told is None else [events.Withdrawn(keys=[told])]),
                events.MetricKey(
                    key=metric.key,
                    name=name,
                    estimator=estimator,
                    dataset_digest=dataset_digest,
                    source=source,
                ),
            )
            self._metrics[name] = metric
        return metric

    def _reopen_if_forked(self) -> None:
        if self.closed:
            raise ValueError(f"the journal of {self.subject} is closed")
        if self._pid != os.getpid():
            self._open()
            _open.add(self)
            flusher.add(self)

    def _leave_to_parent(self) -> None:
        # Runs in a forked child: its copies of the descriptors go, the parent's stay. The lock may have
        # been held by a thread that doesn't exist here. Emptied metrics send the next point to `_open`.
        self._lock = threading.Lock()
        for file in self._files():
            file.leave()
        os.close(self._alive)
        self._metrics = {}


def _say_what_goes() -> None:
    """At the interpreter's end: what found no room by now is lost, and that is said."""
    for writer in [writer for writer in _open if writer.closed]:
        writer._finish_closing()  # noqa: SLF001 - one module, one idea
        for file in writer._files() if writer in _open else ():  # noqa: SLF001
            file.close(durable=True)


atexit.register(_say_what_goes)


def _after_fork_in_child() -> None:
    flusher.forget()
    for writer in list(_open):
        writer._leave_to_parent()  # noqa: SLF001 - one module, one idea
    _open.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork_in_child)
