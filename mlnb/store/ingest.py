"""Folding: takes what the journals say into the index, exactly once.

    read → insert → commit → archive → sync → unlink

All rows and the offsets up to which journals were read are one transaction, so a fold that dies leaves
either everything or nothing. A journal is taken away only when its writer has put it down (or is surely
dead), it is folded to its end, and the disk has it in the archive; what dies in between is found again by
name and length.

Events fold at once. Points fold when their run has ended, or by the million; until then queries read them
from their file (`mlnb.store.live`). A metric that is withdrawn after its points were folded makes the fold take all
points of its run once more.
"""

from __future__ import annotations

import contextlib
import itertools
import time
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from mlnb import events
from mlnb.errors import Busy, Corrupt
from mlnb.store import archive, index, locks, points, positions, reading, rows, wide
from mlnb.store.reading import Journal

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator

    import duckdb
    from numpy.typing import NDArray

    from mlnb.store.layout import Store

SLICE: Final = 0.2
"""Seconds of reading after which a fold commits and lets others have the file."""

PASSES: Final = 2
"""Times that a fold lists the journals and folds what it has found."""

EXPECTED: Final = 1000
"""Journals about which a fold asks the index at once; more than fit into a slice."""

POINTS_AT_ONCE: Final = 1_000_000
BYTES_AT_ONCE: Final = 64 << 20


@dataclass
class Pending:
    """What there is to do: journals with something new, and journals to take away.

    `upgrade` says that another version of mlnb folded last: what it didn't know is looked at again.
    """

    to_fold: deque[Journal] = field(default_factory=deque)
    to_archive: list[Journal] = field(default_factory=list)
    registry: bool = False
    upgrade: bool = False

    @property
    def news(self) -> bool:
        return bool(self.to_fold or self.registry or self.upgrade)

    def __bool__(self) -> bool:
        return bool(self.news or self.to_archive)


@dataclass(frozen=True)
class Look:
    """An open connection, and the state of the store that it shows: None where that changes just now."""

    connection: duckdb.DuckDBPyConnection
    state: Hashable


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
    """Take in everything that was logged before the call; False where another process kept the lock.

    Raises
    ------
    Busy
        Somebody's own connection holds the index.
    """
    with locks.locked(store.ingest_lock, timeout=patience) as held:
        if not held:
            return False
        drain(store, patience=patience)
        return True


def drain(store: Store, *, patience: float = index.PATIENCE) -> None:
    """Fold slice after slice until everything that was logged before the call is in. Hold `ingest.lock`."""
    if not store.database.exists():
        make_again(store)
    try:
        _drain(store, patience)
    except Corrupt:
        make_again(store)
        _drain(store, patience)


def _drain(store: Store, patience: float) -> None:
    work: Pending | None = None
    passes = 0
    while True:
        with index.writing(store.database, patience=patience) as connection:
            if work is None:
                work = pending(store, connection)
            finished = fold_slice(store, connection, work) if work.news else []
            if not work.news:
                # Once more, so that little is left behind when the lock is given back; not until nothing
                # is new, which may be never while others log.
                passes += 1
                work = pending(store, connection)
        archive_journals(store, list(dict.fromkeys([*finished, *work.to_archive])))
        work.to_archive.clear()
        if not work.news or passes == PASSES:
            return


@contextlib.contextmanager
def up_to_date(
    store: Store,
    state: Callable[[Store], Hashable],
    *,
    patience: float = index.PATIENCE,
    apart: bool = False,
) -> Iterator[Look]:
    """A connection to an index that has everything logged before the call (live points apart).

    Where nothing is new, that takes one look and no lock. `state` is asked before each look.
    """
    if store.database.exists():
        with contextlib.ExitStack() as stack:
            try:
                before = state(store)
                connection = stack.enter_context(
                    index.reading(store.database, patience=patience, apart=apart)
                )
                is_current = index.has_schema(connection) and not pending(store, connection)
            except Corrupt:
                is_current = False  # it is made again below
            if is_current:
                yield Look(connection, before)
                return
    if not fold(store, patience=patience):
        raise Busy(f"another process has been folding {store.path} for {patience:g} s")
    before = state(store)
    with index.reading(store.database, patience=patience, apart=apart) as connection:
        yield Look(connection, None if pending(store, connection).news else before)


def make_again(store: Store) -> int:
    """Make the index anew from the archive, and put it in place of what is there. Hold `ingest.lock`.

    Returns how many journals were read. What isn't archived is left to `drain`.
    """
    new = store.database.with_name("store.duckdb.new")
    index.remove(new)
    newest: dict[str, archive.Frame] = {}
    for frame in archive.frames(store.archive):
        known = newest.get(frame.description.name)
        if known is None or known.description.length <= frame.description.length:
            newest[frame.description.name] = frame
    waiting = deque(newest.values())
    with index.writing(new) as connection:
        while waiting:
            taken = rows.Taken(connection)
            batch = list(itertools.islice(waiting, EXPECTED * 10))
            taken.expect([Journal.named(store.journals, frame.description.name) for frame in batch])
            for frame in batch:
                take_archived(store, taken, frame)
                waiting.popleft()
                if taken.bytes > BYTES_AT_ONCE:
                    break
            connection.execute("BEGIN")
            taken.insert()
            connection.execute("COMMIT")
        wide.keep_up(connection)
    index.replace(new, store.database)
    return len(newest)


def take_archived(store: Store, taken: rows.Taken, frame: archive.Frame) -> None:
    """Take one archived journal, whole. One that is damaged is left out; `verify` names it."""
    try:
        event_bytes, point_bytes = archive.load(frame)
    except ValueError:
        return
    journal = Journal.named(store.journals, frame.description.name)
    found, damaged = reading.parse(event_bytes)
    first = found[0] if found else None
    if not isinstance(first, events.JournalOpened):
        return
    if not reading.can_be_read(first):
        taken.leave_alone(journal, f"needs mlnb ≥ {first.mlnb}")
        return
    run = taken.take_events(journal, first, reading.Read(found, len(event_bytes), damaged))
    if run is None:
        return
    records = points.unpack(point_bytes)
    if taken.may_be_judged(journal, run):
        taken.judge(run, max([found[-1].time, *records["time"][-1:].tolist()]))
    taken.take_points(journal, run, records, len(records) * points.SIZE)


def pending(store: Store, connection: duckdb.DuckDBPyConnection) -> Pending:
    """What the folder holds that the index doesn't."""
    listing = reading.listing(store.journals)
    known = positions.folded(connection, [journal.name for journal in listing.sizes])
    registry_end, understood = positions.state(connection)
    work = Pending(registry=registry_end != _size(store), upgrade=understood != events.UNDERSTOOD)
    for journal, (events_size, points_size) in listing.sizes.items():
        at = known.get(journal.name)
        if at is None:
            if _has_whole_line(journal, 0):
                work.to_fold.append(journal)
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
            work.to_fold.append(journal)
        elif (
            (not waiting or at.run_is_over)
            # In this order: what is put down grows no more, so if it hasn't grown by now it is folded whole.
            and _is_put_down(journal)
            and reading.sizes(journal) == (events_size, points_size)
        ):
            work.to_archive.append(journal)
    return work


def fold_slice(store: Store, connection: duckdb.DuckDBPyConnection, work: Pending) -> list[Journal]:
    """One transaction: as much of the work as a slice of time allows, which is then no longer in `work`.
    Returns the journals that may be taken away after it."""
    began = time.monotonic()
    taken = rows.Taken(connection)
    if work.upgrade:
        _look_again(store, taken)
        work.upgrade = False
    taken.expect(list(itertools.islice(work.to_fold, EXPECTED)))
    done = []
    while work.to_fold and taken.bytes <= BYTES_AT_ONCE and time.monotonic() - began <= SLICE:
        journal = work.to_fold.popleft()
        put_down = _is_put_down(journal)  # asked before it is read: after that nothing is added
        if take(taken, journal) and put_down:
            done.append(journal)
    for run_id in taken.again:
        taken.take_points_again(run_id, _folded_points(store, taken, run_id))
    if work.registry:
        end = _size(store)
        taken.take_registry(store.registry.read(), end)
        work.registry = False
    connection.execute("BEGIN")
    try:
        taken.insert()
        commit(connection)
    except BaseException:
        with contextlib.suppress(Exception):
            connection.execute("ROLLBACK")
        raise
    if not work.to_fold:  # once for many slices
        wide.keep_up(connection)
    return done


def _look_again(store: Store, taken: rows.Taken) -> None:
    """Take in what an older version didn't know: events of kinds that are new, and whole journals."""
    taken.take_unknown()
    waiting = {journal.name for journal in reading.listing(store.journals).sizes}
    archived: list[str] = []
    for name in taken.left_alone():
        if name in waiting:
            taken.leave_alone(Journal.named(store.journals, name), None)
        else:
            archived.append(name)
    if archived:
        newest = {frame.description.name: frame for frame in archive.frames(store.archive)}
        for name in archived:
            taken.leave_alone(Journal.named(store.journals, name), None)
            if name in newest:
                take_archived(store, taken, newest[name])


def take(taken: rows.Taken, journal: Journal) -> bool:
    """Read what is new in one journal; whether it is folded to its end with that."""
    at = taken.position(journal.name)
    # Points before events: the name of a key is written before its first point.
    points_size = _stat(journal)
    first = reading.header(journal)
    if first is None:
        taken.leave_alone(journal, "its first record can't be read")
        return False
    if not reading.can_be_read(first):
        taken.leave_alone(journal, f"needs mlnb ≥ {first.mlnb}")
        return False
    read = reading.read_events(journal.events_path, at.events_end)
    run = taken.take_events(journal, first, read)
    if run is None:
        return True
    if taken.may_be_judged(journal, run):
        is_alive = reading.life(journal, first) == "alive"
        taken.judge(run, None if is_alive else reading.last_time(journal))
    if at.points_end and _folded_too_early(journal, at.points_end, rows.taken_back(read.events)):
        taken.again.add(run.run_id)
    unread = points_size - at.points_end
    is_over = run.has_ended or run.is_taken_for_dead
    if unread >= points.SIZE and (is_over or unread >= POINTS_AT_ONCE * points.SIZE):
        end = at.points_end + POINTS_AT_ONCE * points.SIZE
        records, end = reading.read_points(journal.points_path, at.points_end, min(end, points_size))
        taken.take_points(journal, run, records, end)
        return end + points.SIZE > points_size
    return unread < points.SIZE


def _folded_too_early(journal: Journal, end: int, taken_back: list[int]) -> bool:
    """Whether points of metrics that are withdrawn now, or described anew, are folded already."""
    import numpy as np

    if not taken_back:
        return False
    records, _ = reading.read_points(journal.points_path, 0, end)
    return bool(np.isin(records["key"], taken_back).any())


def _folded_points(
    store: Store, taken: rows.Taken, run_id: str
) -> Iterator[tuple[str, list[events.Event], NDArray[Any]]]:
    """All that was folded of a run's points, journal by journal: their writer, events and points."""
    waiting = [journal for journal in reading.listing(store.journals).sizes if journal.subject == run_id]
    for journal in waiting:
        records, _ = reading.read_points(journal.points_path, 0, taken.position(journal.name).points_end)
        yield journal.writer, reading.read_events(journal.events_path).events, records
    names = {journal.name for journal in waiting}
    newest = {frame.description.name: frame for frame in archive.frames(store.archive)}
    for name, frame in newest.items():
        if name.startswith(f"{run_id}.") and name not in names:
            event_bytes, point_bytes = archive.load(frame)
            yield name.partition(".")[2], reading.parse(event_bytes)[0], points.unpack(point_bytes)


def commit(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("COMMIT")


def archive_journals(store: Store, journals: list[Journal]) -> None:
    """Put folded journals into the archive, and take them away when the disk has them."""
    if not journals:
        return
    there = _archived_before(store, journals)
    new = [journal for journal in journals if journal.name not in there]
    archive.append(
        store.archive,
        ((journal.name, *reading.whole(journal)) for journal in new),
    )
    for journal in journals:
        unlink(journal)


def unlink(journal: Journal) -> None:
    # The events go last: a journal without them isn't listed, and its points would lie there for ever.
    for path in (journal.points_path, journal.alive_path, journal.events_path):
        path.unlink(missing_ok=True)


def _archived_before(store: Store, journals: list[Journal]) -> set[str]:
    """Those that an earlier fold had archived when it died before it could unlink them."""
    found = set()
    for segment in archive.segments(store.archive)[-2:]:
        archived = archive.lengths_in(segment)
        for journal in journals:
            if journal.name in archived:
                event_bytes, point_bytes = reading.whole(journal)
                if archived[journal.name] == (len(event_bytes), len(point_bytes)):
                    found.add(journal.name)
    return found


def _has_whole_line(journal: Journal, start: int) -> bool:
    return reading.has_line(journal.events_path, start)


def _is_put_down(journal: Journal) -> bool:
    """Whether nobody can append to it any more: its writer closed it, or is surely dead."""
    return journal.is_closed or reading.life(journal, reading.header(journal)) == "dead"


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
