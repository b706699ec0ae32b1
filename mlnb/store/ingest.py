"""Folding: takes what the journals say into the index, exactly once.

    read → insert → commit → archive → sync → unlink

All rows and the offsets up to which journals were read are one transaction, so a fold that dies leaves
either everything or nothing. A journal is taken away only when its writer has put it down, or is dead and its
lock is held here; when it is folded to its end, and the disk has it in the archive. What dies in between is
found again by name and length.

Events fold at once. Points fold when their run has ended, or by the million; until then queries read them
from their file (`mlnb.store.live`). A metric that is withdrawn after its points were folded makes the fold take all
points of its run once more.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import time
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal

from mlnb import events
from mlnb.errors import Busy, Corrupt, Error
from mlnb.store import archive, index, locks, points, positions, reading, rows, streams, wide
from mlnb.store.reading import Journal

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    import duckdb
    from numpy.typing import NDArray

    from mlnb.store.layout import Store

SLICE: Final = 0.2
"""Seconds of reading after which a fold commits and lets others have the file."""

PASSES: Final = 2
"""Times that a fold lists the journals and folds what it has found."""

EXPECTED: Final = 1000
"""Journals about which a fold asks the index at once; more than fit into a slice."""

ROOM: Final = 1.0
"""Seconds that a fold waits between two slices, at the most, for those who wait to read."""

LITTLE: Final = 100
"""Journals that are folded while somebody waits, however long that takes."""

LOOKED_AT: Final = 5_000
"""Journals that are looked at while somebody waits for an answer."""

QUICK: Final = 2 << 20
"""Bytes of the archive that are taken in while somebody waits, however long that takes."""

SHORTEST: Final = 200
"""Bytes of a journal that has its first record for certain."""

AT_ONCE: Final = 1000
"""Journals of one transaction that are put into the archive after it."""

HELD_AT_ONCE: Final = 200
"""Locks of dead writers held at once: each is an open file, of which a process may have but so many."""

ASIDE: Final = "can't be folded"
"""How the problem of a journal begins that stood in the way of others."""

POINTS_AT_ONCE: Final = 1_000_000
BYTES_AT_ONCE: Final = 32 << 20


Reached = Literal["end", "here", "part"]
"""How far a journal was taken: to its end; as far as is to be taken now; as far as memory allows, and there is more."""


@dataclass
class Pending:
    """What there is to do: journals with something new, the newest subject first, and journals to take away.

    `to_archive` has the sizes up to which journals are folded, `archived` the segments that the index hasn't taken
    in, with the byte from which it hasn't (an older index was put back, or another machine's segments came). `upgrade` says that another version of mlnb folded last: what it didn't know is looked at again.
    `beyond` are the names of journals that weren't looked at.
    """

    to_fold: deque[Journal] = field(default_factory=deque)
    to_archive: dict[Journal, tuple[int, int]] = field(default_factory=dict)
    archived: dict[Path, int] = field(default_factory=dict)
    registry: bool = False
    upgrade: bool = False
    beyond: tuple[str, ...] = ()

    @property
    def news(self) -> bool:
        return bool(self.to_fold or self.archived or self.registry or self.upgrade)

    @property
    def is_little(self) -> bool:
        """Whether it is done sooner than it is worth to leave any of it out."""
        if len(self.to_fold) > LITTLE or self.beyond or not _is_quick(self.archived):
            return False
        return sum(map(sum, map(reading.sizes, self.to_fold))) <= BYTES_AT_ONCE

    @property
    def left(self) -> list[str]:
        """The names of what is still to be taken in."""
        return [*(journal.name for journal in self.to_fold), *map(str, self.archived), *self.beyond]

    def __bool__(self) -> bool:
        return bool(self.news or self.to_archive)


@dataclass(frozen=True)
class Haste:
    """Somebody waits: take in what can be until `until` (on the monotonic clock) and a little, journals of the subjects `first`
    before all others."""

    until: float
    first: frozenset[str] = frozenset()

    def ends(self, work: Pending) -> bool:
        """Whether what is left of the work is for others."""
        return time.monotonic() >= self.until and not work.is_little

    def order(self, known: Callable[[list[str]], Container[str]]) -> reading.Choice:
        """Which journals are looked at where there are very many: those that are unknown before the others."""

        def choose(names: list[str]) -> list[str]:
            if len(names) <= LOOKED_AT:
                return names
            there, newest = known(names), names[::-1]
            wanted = list(filter(self.wants, newest)) if self.first else []
            unknown = [name for name in newest if name not in there]
            return list(dict.fromkeys([*wanted, *unknown, *newest]))

        return choose

    def wants(self, name: str) -> bool:
        return name.partition(".")[0] in self.first


@contextlib.contextmanager
def alone(store: Store, *, patience: float = index.PATIENCE) -> Iterator[None]:
    """Hold `ingest.lock` inside the block: nobody else folds, and no journal moves to the archive.

    Raises
    ------
    Busy
        Another process kept it.
    """
    with locks.locked(store.ingest_lock, timeout=patience) as held:
        if not held:
            raise Busy(f"another process is folding {store.path}", hint="try again when it has ended")
        yield


def fold(store: Store, *, patience: float = index.PATIENCE) -> bool:
    """Take in everything that was logged before the call; False where another process kept the lock, or the store can
    only be read.

    Raises
    ------
    Busy
        Somebody's own connection holds the index.
    """
    if not may_be_written(store):
        return False
    with locks.locked(store.ingest_lock, timeout=patience) as held:
        if not held:
            return False
        drain(store, patience=patience)
        return True


def fold_some(
    store: Store, haste: Haste, listing: reading.Listing | None, *, patience: float
) -> list[str] | None:
    """Take in what there is time for, of a `listing` of just now; the names of what is left then, None where another process
    kept the lock.

    Raises
    ------
    Busy
        Somebody's own connection holds the index.
    """
    with locks.locked(store.ingest_lock, timeout=patience) as held:
        if not held:
            return None
        if not store.database.exists() and not _is_quick(_whole_archive(store)):
            return None  # to make it again takes long
        return drain(store, patience=patience, haste=haste, listing=listing)


def may_be_written(store: Store) -> bool:
    """Whether this process may fold: a colleague's store, or one on a disk that is mounted so, can only be read."""
    return all(os.access(path, os.W_OK) for path in (store.path, store.journals, store.archive))


def drain(
    store: Store,
    *,
    patience: float = index.PATIENCE,
    haste: Haste | None = None,
    listing: reading.Listing | None = None,
) -> list[str]:
    """Fold slice after slice until everything that was logged before the call is in, or there is no more time: the names of
    what is left then. Hold `ingest.lock`."""
    if not store.database.exists():
        make_again(store)
    try:
        return _drain(store, patience, haste, listing)
    except Corrupt:
        if haste is not None and not _is_quick(segments := _whole_archive(store)):
            index.remove(store.database)
            return [str(segment) for segment in segments]
        make_again(store)
        return _drain(store, patience, haste, None)


def _drain(store: Store, patience: float, haste: Haste | None, listing: reading.Listing | None) -> list[str]:
    known = positions.sizes(store.archive)
    work = _found(store, patience, haste, listing)
    if haste is not None and not _is_quick(work.archived):
        return work.left
    passes = 0
    while True:
        finished: dict[Journal, reading.Hold] = {}
        if work.news:
            locks.make_room(store.asking_lock, timeout=ROOM)  # who waits for an answer comes first
            with index.writing(store.database, patience=patience) as connection:
                finished = fold_slice(store, connection, work)
        if not work.news and not (haste is not None and haste.ends(work)):
            # Once more, so that little is left behind when the lock is given back; not until nothing
            # is new, which may be never while others log.
            passes += 1
            work = _found(store, patience, haste, None)
        archive_journals(store, finished)
        waiting = iter(work.to_archive.items())
        while some := dict(itertools.islice(waiting, HELD_AT_ONCE)):
            archive_journals(store, _taken_over(some))
        work.to_archive.clear()
        if not work.news or passes == PASSES or (haste is not None and haste.ends(work)):
            break
    if positions.sizes(store.archive) != known:
        with index.writing(store.database, patience=patience) as connection:
            connection.execute("BEGIN")
            for segment in archive.segments(store.archive):
                if segment not in work.archived:
                    positions.note_segment(connection, store.archive, segment, segment.stat().st_size)
            connection.execute("COMMIT")
    return work.left if haste is not None and haste.ends(work) else []


def _found(store: Store, patience: float, haste: Haste | None, listing: reading.Listing | None) -> Pending:
    """What there is to do. Others may read meanwhile: to look at very many journals takes a while."""
    with index.reading(store.database, patience=patience) as connection:
        if index.has_schema(connection):
            return pending(store, connection, haste, listing)
    with index.writing(store.database, patience=patience) as connection:  # which says what is wrong with it
        return pending(store, connection, haste, listing)


def _is_quick(segments: Mapping[Path, int]) -> bool:
    """Whether what these segments have from a byte on is taken in while somebody waits."""
    return sum(segment.stat().st_size - start for segment, start in segments.items()) <= QUICK


def _whole_archive(store: Store) -> dict[Path, int]:
    return dict.fromkeys(archive.segments(store.archive), 0)


def make_again(store: Store) -> int:
    """Make the index anew from the archive, and put it in place of what is there. Hold `ingest.lock`.

    Returns how many journals were read. What isn't archived is left to `drain`.
    """
    new = store.database.with_name("store.duckdb.new")
    index.remove(new)
    count = 0
    with index.writing(new) as connection:
        for segment in archive.segments(store.archive):
            start: int | None = 0
            while start is not None:
                start, taken = _take_segment(store, connection, segment, start)
                count += taken
                wide.keep_up(connection, enough=wide.AT_ONCE)
        wide.keep_up(connection)
    index.replace(new, store.database)
    return count


def _take_segment(
    store: Store, connection: duckdb.DuckDBPyConnection, segment: Path, start: int
) -> tuple[int | None, int]:
    """Take some of what a segment has from byte `start` on, in transactions of bounded size; where to go on (None at its end,
    and that the index has this segment is noted), and how many journals there were."""
    size = segment.stat().st_size
    batch = list(itertools.islice(archive.frames_of(segment, start), EXPECTED))
    try:
        _take_frames(store, connection, batch)
    except Exception as error:
        if not lies_in_what_was_read(error):
            raise
        for frame in batch:
            each_by_itself(
                connection,
                [Journal.named(store.journals, frame.name)],
                lambda: rows.Taken(connection),
                lambda _, __, frame=frame: _take_frames(store, connection, [frame]),  # type: ignore[misc]
            )
    if len(batch) == EXPECTED:
        return batch[-1].end, len(batch)
    connection.execute("BEGIN")
    positions.note_segment(connection, store.archive, segment, size)
    connection.execute("COMMIT")
    return None, len(batch)


def _take_frames(
    store: Store, connection: duckdb.DuckDBPyConnection, frames: Sequence[archive.Frame]
) -> None:
    taken = rows.Taken(connection)
    taken.expect([Journal.named(store.journals, frame.name) for frame in frames])
    for frame in frames:
        while not take_archived(store, taken, frame) or taken.bytes > BYTES_AT_ONCE:
            insert(connection, taken)
            taken = rows.Taken(connection)
    take_again(store, taken)
    insert(connection, taken)


def insert(connection: duckdb.DuckDBPyConnection, taken: rows.Taken) -> None:
    """Write what was taken, in one transaction."""
    connection.execute("BEGIN")
    try:
        taken.insert()
        commit(connection)
    except BaseException:
        with contextlib.suppress(Exception):
            connection.execute("ROLLBACK")
        raise


def take_archived(store: Store, taken: rows.Taken, frame: archive.Frame) -> bool:
    """Take what one archived journal has beyond what is taken of it, as far as memory allows; whether that was all. Pieces
    that are damaged are left out; `verify` names them."""
    journal = Journal.named(store.journals, frame.name)
    at = taken.position(frame.name)
    if at.problem is None and at.events_end >= frame.events and at.points_end >= frame.points:
        return True
    lines = b"".join(data for _, data in archive.stream_of(frame, streams.EVENTS))
    first = reading.first_of(lines)
    if first is None or f"{first.subject}.{first.writer}" != frame.name:
        return True
    if not reading.can_be_read(first):
        taken.leave_alone(journal, f"needs mlnb ≥ {first.mlnb}")
        return True
    missing = frame.events - len(lines)
    sealed = reading.is_sealed(first)
    new, damaged = reading.parse(lines if missing else lines[at.events_end :], sealed=sealed)
    if missing and at.events_end:
        new, damaged = [], 0  # which of them are new can't be told
    run = taken.take_events(
        journal,
        first,
        reading.Read(new, max(at.events_end, frame.events), damaged + bool(missing and not at.events_end)),
    )
    if run is None:
        return True
    if at.points_end and rows.taken_back(new):
        taken.again.add(run.run_id)
    if at.events_end:
        taken.know_keys(journal, reading.parse(lines, sealed=sealed)[0])
    last = max([event.time for event in new], default=0)
    for begin, data in archive.stream_of(frame, streams.POINTS, at.points_end):
        if taken.bytes > BYTES_AT_ONCE:
            taken.pass_over(journal, begin)
            return False
        records = points.unpack(data)
        last = max([last, *records["time"][-1:].tolist()])
        taken.take_points(journal, run, records, begin + len(data))
    taken.pass_over(journal, frame.points)
    if last and taken.may_be_judged(journal, run):
        taken.judge(run, last)
    return True


def listed(store: Store, connection: duckdb.DuckDBPyConnection, haste: Haste | None) -> reading.Listing:
    """The folder's journals; where somebody waits, no more of them than can be looked at in that time."""
    if haste is None:
        return reading.listing(store.journals)
    choose = haste.order(lambda names: positions.known(connection, names))
    return reading.listing(store.journals, LOOKED_AT, choose)


def pending(
    store: Store,
    connection: duckdb.DuckDBPyConnection,
    haste: Haste | None = None,
    listing: reading.Listing | None = None,
) -> Pending:
    """What the folder holds that the index doesn't."""
    listing = listing or listed(store, connection, haste)
    known = positions.folded(connection, [journal.name for journal in listing.sizes])
    registry_end, understood = positions.state(connection)
    work = Pending(
        registry=registry_end != _size(store) or understood != events.UNDERSTOOD,
        upgrade=understood != events.UNDERSTOOD,
        archived=positions.unknown_segments(connection, store.archive),
        beyond=listing.beyond,
    )
    for journal, (events_size, points_size) in listing.sizes.items():
        at = known.get(journal.name)
        if at is None:
            if events_size > SHORTEST or _has_whole_line(journal, 0):
                work.to_fold.appendleft(journal)
            continue
        if at.problem is not None:
            continue
        waiting = points_size - at.points_end
        whole_points = waiting // points.SIZE
        if (
            (events_size > at.events_end and _has_whole_line(journal, at.events_end))
            or whole_points >= POINTS_AT_ONCE
            or (whole_points and at.run_is_over)
            or (at.may_be_judged and _judgement_differs(journal, at))
        ):
            work.to_fold.appendleft(journal)
        elif (not waiting or at.run_is_over) and reading.may_be_taken_over(journal):
            work.to_archive[journal] = (events_size, points_size)
    if haste is not None and haste.first:
        work.to_fold = deque(sorted(work.to_fold, key=lambda journal: not haste.wants(journal.name)))
    return work


def fold_slice(
    store: Store, connection: duckdb.DuckDBPyConnection, work: Pending
) -> dict[Journal, reading.Hold]:
    """One transaction: as much of the work as a slice of time allows, which is then no longer in `work`.
    Returns the journals that may be taken away after it, each held."""
    done: dict[Journal, reading.Hold] = {}
    try:
        _fold_slice(store, connection, work, done)
    except BaseException:
        _release(done)
        raise
    return done


def _fold_slice(
    store: Store,
    connection: duckdb.DuckDBPyConnection,
    work: Pending,
    done: dict[Journal, reading.Hold],
) -> None:
    if work.archived:
        segment, start = work.archived.popitem()
        following, _ = _take_segment(store, connection, segment, start)
        if following is not None:
            work.archived[segment] = following
        if work.archived:
            return  # and others may have the file in between
    read: list[Journal] = []
    try:
        _fold_together(store, connection, work, done, read)
    except Exception as error:
        if not lies_in_what_was_read(error):
            raise
        _release(done)
        done.clear()
        each_by_itself(
            connection,
            read,
            lambda: rows.Taken(connection),
            lambda taken, journal: take_whole(store, taken, journal),
        )
    wide.keep_up(connection, enough=wide.ENOUGH if not work.to_fold else wide.AT_ONCE)


def lies_in_what_was_read(error: Exception) -> bool:
    """Whether an error comes from what a journal says, and not from the disk, the index or memory."""
    import duckdb

    if isinstance(error, (Error, OSError, MemoryError)):
        return False
    return not (isinstance(error, duckdb.Error) and index.is_about_the_file(error))


def each_by_itself(
    connection: duckdb.DuckDBPyConnection,
    journals: Iterable[Journal],
    begin: Callable[[], rows.Taken],
    take_one: Callable[[rows.Taken, Journal], object],
) -> None:
    """Take journals of which one stands in the way of the others, and set that one aside with its problem."""
    for journal in journals:
        taken = begin()
        try:
            take_one(taken, journal)
            insert(connection, taken)
        except Exception as error:
            if not lies_in_what_was_read(error):
                raise
            taken = begin()
            taken.leave_alone(journal, f"{ASIDE}: {type(error).__name__}: {error}"[:300])
            insert(connection, taken)


def _fold_together(
    store: Store,
    connection: duckdb.DuckDBPyConnection,
    work: Pending,
    done: dict[Journal, reading.Hold],
    read: list[Journal],
) -> None:
    began = time.monotonic()
    taken = rows.Taken(connection)
    if work.upgrade:
        _look_again(store, taken)
        work.upgrade = False
    taken.expect(list(itertools.islice(work.to_fold, EXPECTED)))
    held = 0
    while (
        work.to_fold
        and taken.bytes <= BYTES_AT_ONCE
        and len(done) < AT_ONCE
        and held < HELD_AT_ONCE
        and time.monotonic() - began <= SLICE
    ):
        journal = work.to_fold.popleft()
        read.append(journal)
        hold = reading.take_over(journal)  # before it is read: after that nothing is added
        if hold is not None:
            done[journal] = hold
            held += hold.fd is not None
        reached = take(taken, journal, put_down=hold is not None)
        if reached != "end" and hold is not None:
            done.pop(journal).release()
        if reached == "part":
            work.to_fold.appendleft(journal)
            break
    take_again(store, taken)
    if work.registry:
        end = _size(store)  # before it is read: what comes meanwhile is taken the next time
        taken.take_registry(store.registry.read(), end)
        work.registry = False
    insert(connection, taken)


def _look_again(store: Store, taken: rows.Taken) -> None:
    """Take in what an older version didn't know: events of kinds that are new, and whole journals."""
    taken.take_unknown()
    waiting = {journal.name for journal in reading.listing(store.journals).sizes}
    archived: set[str] = set()
    for name in taken.left_alone():
        if name in waiting:
            taken.leave_alone(Journal.named(store.journals, name), None)
        else:
            archived.add(name)
    if archived:
        for name in archived:
            taken.leave_alone(Journal.named(store.journals, name), None)
        for frame in archive.frames(store.archive):
            if frame.name in archived:
                take_archived(store, taken, frame)


def take(taken: rows.Taken, journal: Journal, *, put_down: bool = False) -> Reached:
    """Read what is new in one journal, which nobody writes any more where it is `put_down`."""
    at = taken.position(journal.name)
    # Points before events: the name of a key is written before its first point.
    points_size = _stat(journal)
    first = reading.header(journal)
    if first is None:
        if reading.has_line(journal.events_path, 0):
            taken.leave_alone(journal, "its first record can't be read")
        return "here"
    if not reading.can_be_read(first):
        taken.leave_alone(journal, f"needs mlnb ≥ {first.mlnb}")
        return "here"
    read = reading.read_events(journal.events_path, at.events_end, sealed=reading.is_sealed(first))
    run = taken.take_events(journal, first, read)
    if run is None:
        return "end"
    if taken.may_be_judged(journal, run):
        is_alive = not put_down and reading.life(journal, first) == "alive"
        taken.judge(run, None if is_alive else reading.last_time(journal))
    if at.points_end and _folded_too_early(journal, at.points_end, rows.taken_back(read.events)):
        taken.again.add(run.run_id)
    unread = points_size - at.points_end
    is_over = run.has_ended or run.is_taken_for_dead
    if unread >= points.SIZE and (is_over or unread >= POINTS_AT_ONCE * points.SIZE):
        end = at.points_end + POINTS_AT_ONCE * points.SIZE
        records, end = reading.read_points(journal.points_path, at.points_end, min(end, points_size))
        taken.take_points(
            journal,
            run,
            records,
            end,
            broken=reading.broken_blocks(journal.points_path, at.points_end, end),
        )
        return "end" if end + points.SIZE > points_size else "part"
    return "end" if unread < points.SIZE else "here"


def take_whole(store: Store, taken: rows.Taken, journal: Journal) -> None:
    """Read what is new in one journal, and once more what was folded too early."""
    take(taken, journal)
    take_again(store, taken)


def _folded_too_early(journal: Journal, end: int, taken_back: list[int]) -> bool:
    """Whether points of metrics that are withdrawn now, or described anew, are folded already."""
    import numpy as np

    if not taken_back:
        return False
    records, _ = reading.read_points(journal.points_path, 0, end)
    return bool(np.isin(records["key"], taken_back).any())


def take_again(store: Store, taken: rows.Taken) -> None:
    """Take the points of those runs once more of which some were folded that don't count."""
    for run_id in sorted(taken.again):
        taken.take_points_again(run_id, _folded_points(store, taken, run_id))


def _folded_points(
    store: Store, taken: rows.Taken, run_id: str
) -> Iterator[tuple[str, list[events.Event], NDArray[Any]]]:
    """All that was folded of a run's points, journal by journal: their writer, events and points."""
    waiting = [journal for journal in reading.listing(store.journals).sizes if journal.subject == run_id]
    for journal in waiting:
        records, _ = reading.read_points(journal.points_path, 0, taken.position(journal.name).points_end)
        yield journal.writer, reading.read_events(journal.events_path).events, records
    names = {journal.name for journal in waiting}
    own = f"{run_id}."
    newest = {
        frame.name: frame
        for frame in archive.frames(store.archive)
        if frame.name.startswith(own) and frame.name not in names
    }
    for name, frame in newest.items():
        end = taken.position(name).points_end
        lines, data = (
            b"".join(part for _, part in archive.stream_of(frame, stream))
            for stream in (streams.EVENTS, streams.POINTS)
        )
        yield name.partition(".")[2], reading.parse(lines)[0], points.unpack(data[:end])


def commit(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("COMMIT")


def archive_journals(store: Store, held: dict[Journal, reading.Hold]) -> None:
    """Put folded journals into the archive, and take them away when the disk has them. Nobody writes them meanwhile:
    each is held, and let go here."""
    try:
        if not held:
            return
        journals = list(held)
        there = _archived_before(store, journals)
        new = [journal for journal in journals if journal.name not in there]
        archive.append(store.archive, (reading.content(journal) for journal in new))
        for journal in journals:
            unlink(journal)
    finally:
        _release(held)


def _taken_over(folded: dict[Journal, tuple[int, int]]) -> dict[Journal, reading.Hold]:
    """Those that nobody writes any more, and that haven't grown beyond what is folded of them."""
    found: dict[Journal, reading.Hold] = {}
    for journal, sizes in folded.items():
        hold = reading.take_over(journal)
        if hold is None:
            continue
        if reading.sizes(journal) == sizes:
            found[journal] = hold
        else:
            hold.release()
    return found


def _release(held: dict[Journal, reading.Hold]) -> None:
    for hold in held.values():
        hold.release()


def unlink(journal: Journal) -> None:
    # The events go last: a journal without them isn't listed, and its points would lie there for ever.
    others = [path for _, path in reading.stream_paths(journal).values() if path != journal.events_path]
    for path in (*others, journal.alive_path, journal.events_path):
        path.unlink(missing_ok=True)


def _archived_before(store: Store, journals: list[Journal]) -> set[str]:
    """Those that an earlier fold had archived when it died before it could unlink them."""
    found = set()
    for segment in archive.segments(store.archive)[-2:]:
        archived = archive.lengths_in(segment)
        for journal in journals:
            if journal.name in archived and archived[journal.name] == reading.content(journal).lengths:
                found.add(journal.name)
    return found


def _has_whole_line(journal: Journal, start: int) -> bool:
    return reading.has_line(journal.events_path, start)


def _judgement_differs(journal: Journal, at: positions.Position) -> bool:
    life = reading.life(journal, reading.header(journal))
    return (life == "alive") == at.taken_for_dead


def _stat(journal: Journal) -> int:
    try:
        return journal.points_path.stat().st_size
    except FileNotFoundError:
        return 0


def _size(store: Store) -> int:
    try:
        return store.registry.path.stat().st_size
    except FileNotFoundError:
        return 0
