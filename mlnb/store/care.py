"""Looking after a store: what is in it, and giving back what nobody needs.

`verify` (in a module of its own) reads everything and changes nothing. `collect` (`mlnb store gc`) takes away what no event of a
run that still counts mentions: it looks for the objects' names in the journals themselves, in the archive
and in the registry, so an index that is behind can't make it take too much.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from mlnb import events
from mlnb.errors import Busy, Corrupt, UsageError
from mlnb.store import answers, archive, index, ingest, positions, reading, streams, tables
from mlnb.store.verify import Finding, verify

if TYPE_CHECKING:
    from mlnb.store.layout import Store

__all__ = [
    "Finding",
    "Garbage",
    "collect",
    "compact",
    "delete",
    "info",
    "keep_small",
    "names_in",
    "rebuild",
    "verify",
]

GRACE: Final = 24 * 3600.0
"""Seconds for which an object is spared: it may have been put just before the event that names it."""

LARGE: Final = 32 << 20
"""Bytes of an index that are worth the work of making it smaller."""

HALF: Final = 0.5

_NAME: Final = re.compile(rb"[0-9a-f]{64}")


@dataclass(frozen=True)
class Garbage:
    """What `collect` found to take away, or took."""

    objects: list[str]
    runs: list[str]
    bytes: int
    applied: bool


@dataclass
class _Names:
    """The objects that are needed, and the runs that were deleted."""

    needed: set[str] = field(default_factory=set)
    deleted: set[str] = field(default_factory=set)


def info(store: Store) -> dict[str, Any]:
    """What is in the store, in numbers, and what stands in its way."""
    listing = reading.listing(store.journals)
    with answers.looking(store) as connection:
        counts = dict(
            connection.execute(
                "SELECT status, count(*) FROM base.run WHERE NOT deleted AND started_at IS NOT NULL GROUP BY ALL"
            ).fetchall()
        )
        problems = connection.execute(
            "SELECT name, problem FROM base.journal WHERE problem IS NOT NULL ORDER BY name"
        ).fetchall()
        total = connection.execute("SELECT count(*) FROM base.point").fetchall()[0][0]
    objects = list(store.objects.names())
    return {
        "path": str(store.path),
        "store_id": store.store_id,
        "runs": counts,
        "points": total,
        "journals": len(listing.sizes),
        "segments": len(archive.segments(store.archive)),
        "archive_bytes": sum(path.stat().st_size for path in archive.segments(store.archive)),
        "objects": len(objects),
        "object_bytes": sum(store.objects.size(name) for name in objects),
        "index_bytes": store.database.stat().st_size,
        "problems": [{"journal": name, "problem": problem} for name, problem in problems],
    }


def rebuild(store: Store) -> int:
    """Make the index again from the archive and the journals; how many archived journals were read.

    Raises
    ------
    Busy
        Another process is folding.
    """
    with ingest.alone(store):
        count = ingest.make_again(store)
        ingest.drain(store)
    answers.forget()
    return count


def collect(store: Store, *, apply: bool = False) -> Garbage:
    """Objects that nothing needs, and the bytes of deleted runs: named, and with `apply` taken away.

    Raises
    ------
    Busy
        Another process is folding.
    Corrupt
        A part of the archive or the registry can't be read, and may name objects.
    """
    with ingest.alone(store):
        ingest.drain(store)
        _refuse_unreadable(store)
        names = _names(store)
        unneeded = [
            name
            for name in store.objects.names()
            if name not in names.needed and store.objects.age(name) > GRACE
        ]
        size = sum(store.objects.size(name) for name in unneeded)
        if apply:
            unneeded = [name for name in unneeded if store.objects.remove_if_older(name, GRACE)]
            _purge(store, names.deleted)
    if apply:
        keep_small(store)
    return Garbage(unneeded, sorted(names.deleted), size, apply)


def delete(store: Store, run_id: str, *, force: bool = False) -> None:
    """Delete a run: it is no longer listed, and `collect` may take its bytes.

    Raises
    ------
    UsageError
        A model version was made from it, and `force` is false. (With it, the version and its file stay.)
    """
    versions = [
        f"{record.model}/{record.version}"
        for record in store.registry.read()
        if isinstance(record, events.ModelVersion) and record.run_id == run_id
    ]
    if versions and not force:
        raise UsageError(
            f"run {run_id} can't be deleted: {', '.join(versions)} was made from it",
            hint="force=True (--force) deletes the run and keeps the version",
        )
    store.edit(run_id, events.Deleted(force=force))


def compact(store: Store) -> tuple[int, int]:
    """Write the index again without its dead blocks; its size before and after, in bytes.

    Raises
    ------
    Busy
        Another process is folding.
    """
    with ingest.alone(store):
        ingest.drain(store)
        before = store.database.stat().st_size
        new = store.database.with_name("store.duckdb.new")
        index.remove(new)
        index.copy(store.database, new)
        index.replace(new, store.database)
        return before, store.database.stat().st_size


def keep_small(store: Store) -> bool:
    """Compact the index if half of a large one is dead; whether that was done. For whoever is idle."""
    if not store.database.exists():
        return False
    try:
        with index.reading(store.database, patience=0) as connection:
            size, dead = index.dead_share(connection)
        if size < LARGE or dead < HALF:
            return False
        compact(store)
    except Busy:
        return False
    return True


# ---- gc -----------------------------------------------------------------------------------------


def names_in(pieces: Iterable[bytes]) -> Iterator[str]:
    """Everything in some journals that may be an object's name."""
    for data in pieces:
        for match in _NAME.findall(data):
            yield match.decode()


def _names(store: Store) -> _Names:
    found = _Names()
    by_run: dict[str, set[str]] = {}
    for name, data in _all_events(store):
        subject = name.partition(".")[0]
        by_run.setdefault(subject, set()).update(names_in([data]))
        if has_tombstone(data):
            found.deleted.add(subject)
    for subject, named in by_run.items():
        if subject not in found.deleted:
            found.needed |= named
    for record in store.registry.read():
        found.needed |= set(names_in([events.encode(record, time=0, seq=0)]))
    return found


def has_tombstone(data: bytes) -> bool:
    """Whether a journal's events delete its run."""
    return any(
        isinstance(event, events.Deleted)
        for line in data.splitlines()
        if b'"deleted"' in line
        for event in reading.parse(line)[0]
    )


def _refuse_unreadable(store: Store) -> None:
    """What can't be read may name anything: nothing is taken away on a guess."""
    for segment in archive.segments(store.archive):
        if not archive.is_whole(segment):
            raise Corrupt(
                f"{segment} can't be read whole, so nobody knows which objects it needs; nothing is taken away",
                hint="restore it from a copy; mlnb store verify says more",
            )
    damaged = store.registry.damaged()
    if damaged:
        raise Corrupt(
            f"line {damaged[0]} of {store.registry.path} is no record, and may name objects; nothing is taken away",
            hint="mend it, or restore the file from a copy",
        )


def _all_events(store: Store) -> Iterator[tuple[str, bytes]]:
    # Those that wait come first: what is archived meanwhile is then seen in the archive.
    for journal in reading.listing(store.journals).sizes:
        yield journal.name, reading.whole(journal)[0]
    for frame in archive.frames(store.archive):
        yield frame.name, events_of(frame)


def events_of(frame: archive.Frame) -> bytes:
    """What can be read of an archived journal's events."""
    return b"".join(data for _, data in archive.stream_of(frame, streams.EVENTS))


def _purge(store: Store, deleted: set[str]) -> None:
    """Take deleted runs' journals out of the archive (their tombstones stay) and their rows out of the
    index."""
    dropped: set[str] = set()

    def unwanted(frame: archive.Frame) -> bool:
        gone = frame.name.partition(".")[0] in deleted and not has_tombstone(events_of(frame))
        if gone:
            dropped.add(frame.name)
        return gone

    written = [segment for segment in archive.segments(store.archive) if archive.rewrite(segment, unwanted)]
    with index.writing(store.database) as connection:
        connection.execute("BEGIN")
        tables.Writer(connection).delete("journal", ("name",), [(name,) for name in sorted(dropped)])
        for segment in written:
            positions.note_segment(connection, store.archive, segment, segment.stat().st_size)
        for table in (
            "param",
            "tag",
            "output",
            "unseen",
            "metric",
            "point",
            "coarse",
            "covered",
            "dataset",
            "artifact",
            "verdict",
            '"check"',
            "problem",
            "owed",
        ):
            connection.execute(
                f"DELETE FROM base.{table} WHERE run_no IN (SELECT run_no FROM base.run WHERE deleted)"
            )
        connection.execute("COMMIT")
