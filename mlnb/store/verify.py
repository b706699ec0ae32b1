"""Whether a store is whole: every object, journal, record and reference. Reads all of it, changes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from mlnb import events
from mlnb.store import answers, archive, ingest, points, reading, streams

if TYPE_CHECKING:
    from mlnb.store.layout import Store

PUT_BACK: Final = "put the file back from a copy, or delete the run that it belongs to"


@dataclass(frozen=True)
class Finding:
    """Something that is wrong: where, what, and what to do about it."""

    where: str
    problem: str
    advice: str


@dataclass
class _Seen:
    """What the journals say: which runs are deleted, and which objects each subject refers to (by what)."""

    deleted: set[str] = field(default_factory=set)
    objects: dict[str, dict[str, str]] = field(default_factory=dict)

    def take(self, subject: str, data: bytes) -> None:
        named = self.objects.setdefault(subject, {})
        for event in reading.parse(data)[0]:
            match event:
                case events.Deleted():
                    self.deleted.add(subject)
                case events.Artifact():
                    named[event.sha256] = f"artifact {event.name!r}"
                case events.Dataset(row_hashes=str(sha256)):
                    named[sha256] = f"row hashes of {event.name!r}"
                case events.GitState(diff_sha256=str(sha256)):
                    named[sha256] = "uncommitted changes"


def verify(store: Store) -> list[Finding]:
    """Everything that is wrong with the store; an empty list where all is well."""
    seen = _Seen()
    return [
        *_objects(store),
        *_journals(store, seen),
        *_archive(store, seen),
        *_references(store, seen),
        *_registry(store),
        *_index(store),
    ]


def _objects(store: Store) -> Iterator[Finding]:
    for name in store.objects.names():
        if not store.objects.is_whole(name):
            yield Finding(f"object {name}", "its content is not what was stored", PUT_BACK)


def _journals(store: Store, seen: _Seen) -> Iterator[Finding]:
    for journal in reading.listing(store.journals).sizes:
        data, point_bytes = reading.whole(journal)
        first = reading.header(journal)
        if first is None and data:
            yield Finding(journal.name, "its first record can't be read", "move it away, or mend that line")
        elif first is not None and not reading.can_be_read(first):
            yield Finding(journal.name, f"needs mlnb ≥ {first.mlnb}", "upgrade mlnb")
        else:
            sealed = first is not None and reading.is_sealed(first)
            yield from _content(journal.name, data, [(0, point_bytes)], sealed=sealed)
        seen.take(journal.subject, data)


def _archive(store: Store, seen: _Seen) -> Iterator[Finding]:
    for segment in archive.segments(store.archive):
        where = str(segment.relative_to(store.path))
        for damage in archive.damage_in(segment):
            yield _damage(where, damage)
        for frame in archive.frames_of(segment):
            wrong = archive.wrong_with(frame)
            data = b"".join(part for _, part in archive.stream_of(frame, streams.EVENTS))
            first = reading.first_of(data)
            if wrong is None and (first is None or f"{first.subject}.{first.writer}" != frame.name):
                wrong = "it is not the journal that it is said to be"
            if wrong is not None or first is None:
                yield Finding(
                    f"{where}: {frame.name}",
                    wrong or "it has no first record",
                    "restore the segment from a copy before a rebuild: the index may still have this run",
                )
            else:
                parts = archive.stream_of(frame, streams.POINTS)
                yield from _content(frame.name, data, parts, sealed=reading.is_sealed(first))
            seen.take(frame.name.partition(".")[0], data)


def _damage(where: str, damage: archive.Damage) -> Finding:
    size = damage.end - damage.begin
    if damage.torn:
        return Finding(
            where,
            f"{size} bytes after the last whole journal",
            "restore the segment from a copy; if a crash left them, nothing is missing",
        )
    return Finding(
        where,
        f"{size} damaged bytes at {damage.begin}",
        "restore the segment from a copy before a rebuild: the index may still have what was there",
    )


def _content(
    name: str, data: bytes, point_bytes: Iterable[tuple[int, bytes]], *, sealed: bool
) -> Iterator[Finding]:
    """What is wrong inside one journal; its points come in parts, each with the byte where it begins."""
    import numpy as np

    found, damaged = reading.parse(data, sealed=sealed)
    if damaged:
        yield Finding(name, f"{damaged} damaged lines", "they are left out; the rest counts")
    known = [event.key for event in found if isinstance(event, events.MetricKey)]
    unnamed = broken = 0
    for begin, part in point_bytes:
        unnamed += int((~np.isin(points.unpack(part)["key"], known)).sum())
        broken += points.broken_blocks(part, begin)
    if unnamed:
        yield Finding(name, f"{unnamed} points of no known metric", "they are left out; the rest counts")
    if broken:
        yield Finding(
            name, f"{broken} blocks of points are not what was logged", "restore the file from a copy"
        )


def _references(store: Store, seen: _Seen) -> Iterator[Finding]:
    for subject, named in sorted(seen.objects.items()):
        if subject in seen.deleted:
            continue
        for sha256, what in named.items():
            if not store.objects.has(sha256):
                yield Finding(f"{what} of run {subject}", "its file is missing", f"put back object {sha256}")


def _registry(store: Store) -> Iterator[Finding]:
    for number in store.registry.damaged():
        yield Finding(
            f"registry.jsonl: line {number}", "it is no record", "mend it, or restore the file from a copy"
        )
    versions = set()
    for record in store.registry.read():
        if isinstance(record, events.ModelVersion):
            versions.add((record.model, record.version))
            if not store.objects.has(record.sha256):
                yield Finding(
                    f"model {record.model}/{record.version}",
                    "its file is missing",
                    f"put back object {record.sha256}",
                )
        elif (
            isinstance(record, events.Promotion)
            and record.to_version is not None
            and (record.model, record.to_version) not in versions
        ):
            yield Finding(
                f"promotion {record.promotion_id}",
                f"there is no version {record.model}/{record.to_version}",
                "restore registry.jsonl from a copy",
            )


def _index(store: Store) -> Iterator[Finding]:
    """Journals of the archive that the index hasn't taken in whole."""
    archived: set[str] = set()
    with answers.looking(store) as connection:
        for name, problem in connection.execute(
            "SELECT name, problem FROM base.journal WHERE starts_with(problem, ?) ORDER BY name",
            [ingest.ASIDE],
        ).fetchall():
            yield Finding(name, problem, "its other events aren't shown either; report it")
        archived |= {journal.name for journal in reading.listing(store.journals).sizes}
        ends = {
            name: (events_end, points_end)
            for name, events_end, points_end in connection.execute(
                "SELECT name, events_end, points_end FROM base.journal WHERE problem IS NULL"
            ).fetchall()
        }
    for frame in archive.frames(store.archive):
        archived.add(frame.name)
        if frame.name in ends and ends[frame.name] < (frame.events, frame.points):
            yield Finding(frame.name, "the index lacks a part of it", "mlnb store rebuild")
        elif frame.name not in ends:
            yield Finding(frame.name, "the index doesn't know it", "mlnb store rebuild")
    for name in sorted(ends.keys() - archived):
        yield Finding(
            name,
            "only the index has it: neither a journal nor the archive does",
            "restore the archive from a copy; a rebuild would lose it",
        )
