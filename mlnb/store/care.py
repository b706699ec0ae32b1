"""Looking after a store: what is in it, whether it is whole, and giving back what nobody needs.

`verify` reads everything and changes nothing. `collect` (`mlnb store gc`) takes away what no event of a
run that still counts mentions: it looks for the objects' names in the journals themselves, in the archive
and in the registry, so an index that is behind can't make it take too much.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from mlnb import events
from mlnb.errors import Busy, UsageError
from mlnb.store import answers, archive, index, ingest, locks, reading

if TYPE_CHECKING:
    from mlnb.store.layout import Store

GRACE: Final = 24 * 3600.0
"""Seconds for which an object is spared: it may have been put just before the event that names it."""

_NAME: Final = re.compile(rb"[0-9a-f]{64}")


@dataclass(frozen=True)
class Finding:
    """Something that is wrong: where, what, and what to do about it."""

    where: str
    problem: str
    advice: str


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


def verify(store: Store) -> list[Finding]:
    """Everything that is wrong with the store's files; an empty list where all is well."""
    return [
        *_verify_objects(store),
        *_verify_archive(store),
        *_verify_journals(store),
        *_verify_registry(store),
        *_verify_references(store),
    ]


def rebuild(store: Store) -> int:
    """Make the index again from the archive and the journals; how many archived journals were read.

    Raises
    ------
    Busy
        Another process is folding.
    """
    with locks.locked(store.ingest_lock, timeout=index.PATIENCE) as held:
        if not held:
            raise Busy(f"another process is folding {store.path}")
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
    """
    with locks.locked(store.ingest_lock, timeout=index.PATIENCE) as held:
        if not held:
            raise Busy(f"another process is folding {store.path}")
        ingest.drain(store)
        names = _names(store)
        unneeded = [
            name
            for name in store.objects.names()
            if name not in names.needed and store.objects.age(name) > GRACE
        ]
        size = sum(store.objects.size(name) for name in unneeded)
        if apply:
            for name in unneeded:
                store.objects.remove(name)
            _purge(store, names.deleted)
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
    with locks.locked(store.ingest_lock, timeout=index.PATIENCE) as held:
        if not held:
            raise Busy(f"another process is folding {store.path}")
        ingest.drain(store)
        before = store.database.stat().st_size
        new = store.database.with_name("store.duckdb.new")
        index.remove(new)
        index.copy(store.database, new)
        index.replace(new, store.database)
        return before, store.database.stat().st_size


# ---- verify -------------------------------------------------------------------------------------


def _verify_objects(store: Store) -> Iterator[Finding]:
    for name in store.objects.names():
        if not store.objects.is_whole(name):
            yield Finding(
                f"object {name}",
                "its content is not what was stored",
                "put the file back from a copy, or delete the run that it belongs to",
            )


def _verify_archive(store: Store) -> Iterator[Finding]:
    for segment, size in archive.damaged_tails(store.archive).items():
        yield Finding(
            str(segment.relative_to(store.path)),
            f"{size} bytes after the last whole journal",
            "a crash left them; nothing is missing if every journal below journal/ is whole",
        )
    for frame in archive.frames(store.archive):
        try:
            archive.load(frame)
        except ValueError as error:
            yield Finding(
                f"{frame.segment.relative_to(store.path)}: {frame.description.name}",
                str(error),
                "restore the segment from a copy before a rebuild: the index may still have this run",
            )


def _verify_journals(store: Store) -> Iterator[Finding]:
    for journal in reading.listing(store.journals).sizes:
        first = reading.header(journal)
        read = reading.read_events(journal.events_path)
        if first is None and read.end:
            yield Finding(journal.name, "its first record can't be read", "move it away, or mend that line")
        elif first is not None and not reading.can_be_read(first):
            yield Finding(journal.name, f"needs mlnb ≥ {first.mlnb}", "upgrade mlnb")
        if read.damaged:
            yield Finding(journal.name, f"{read.damaged} damaged lines", "they are left out; the rest counts")


def _verify_registry(store: Store) -> Iterator[Finding]:
    try:
        records = store.registry.read()
    except ValueError as error:
        yield Finding("registry.jsonl", f"a record can't be read: {error}", "mend or restore the file")
        return
    for record in records:
        if isinstance(record, events.ModelVersion) and not store.objects.has(record.sha256):
            yield Finding(
                f"model {record.model}/{record.version}",
                "its file is missing",
                f"put back object {record.sha256}",
            )


def _verify_references(store: Store) -> Iterator[Finding]:
    with answers.looking(store) as connection:
        kept = connection.execute(
            """SELECT DISTINCT r.run_id, a.name, a.sha256 FROM base.artifact a JOIN base.run r USING (run_no)
               WHERE NOT r.deleted ORDER BY ALL"""
        ).fetchall()
    for run_id, name, sha256 in kept:
        if not store.objects.has(sha256):
            yield Finding(
                f"artifact {name!r} of run {run_id}", "its file is missing", f"put back object {sha256}"
            )


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
        if b'"kind":"deleted"' in data:
            found.deleted.add(subject)
    for subject, named in by_run.items():
        if subject not in found.deleted:
            found.needed |= named
    for record in store.registry.read():
        if isinstance(record, events.ModelVersion):
            found.needed.add(record.sha256)
    return found


def _all_events(store: Store) -> Iterator[tuple[str, bytes]]:
    for frame in archive.frames(store.archive):
        try:
            yield frame.description.name, archive.load(frame)[0]
        except ValueError:
            continue
    for journal in reading.listing(store.journals).sizes:
        yield journal.name, journal.events_path.read_bytes()


def _purge(store: Store, deleted: set[str]) -> None:
    """Take deleted runs' journals out of the archive (their tombstones stay) and their rows out of the
    index."""
    for segment in archive.segments(store.archive):
        archive.rewrite(
            segment,
            lambda name, data: name.partition(".")[0] in deleted and b'"kind":"deleted"' not in data,
        )
    with index.writing(store.database) as connection:
        connection.execute("BEGIN")
        for table in (
            "param",
            "tag",
            "metric",
            "point",
            "dataset",
            "artifact",
            "verdict",
            '"check"',
            "problem",
        ):
            connection.execute(
                f"DELETE FROM base.{table} WHERE run_no IN (SELECT run_no FROM base.run WHERE deleted)"  # noqa: S608
            )
        connection.execute("COMMIT")
