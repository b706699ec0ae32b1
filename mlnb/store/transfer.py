"""Taking runs from one store to another.

An export is one zip file with the journals as an archive segment, their objects, and the registry. An
import takes such a file, or a whole store's folder (one copied from a cluster's node, say).

A journal is known by its file name, which no two writers share. So an import appends what this store's
copy lacks, after it has checked that what both have is the same, and refuses a journal that differs, by
name. Importing again changes nothing, and a store that was copied in mid-run can be imported once more
when the run has ended.
"""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final, Protocol

import msgspec

from mlnb import events
from mlnb.errors import Corrupt, NotFound, NotWritable, UsageError
from mlnb.store import archive, care, ingest, points, reading, streams
from mlnb.store.layout import Store
from mlnb.store.objects import Objects

if TYPE_CHECKING:
    from collections.abc import Iterable

_SEGMENT: Final = "journals.seg.zst"
_REGISTRY: Final = "registry.jsonl"
_DESCRIPTION: Final = "store.json"
_OF_BATCHES: Final = (events.BatchStarted, events.BatchResumed, events.BatchEnded)


@dataclass
class Imported:
    """What an import did. `refused` are journals that differ from this store's own, by name; `aliases`
    are (model, alias, version here) as the other store has them, which nothing here follows by itself."""

    runs: int = 0
    unchanged: int = 0
    objects: int = 0
    versions: int = 0
    refused: list[str] = field(default_factory=list)
    aliases: list[tuple[str, str, int]] = field(default_factory=list)


class Source(Protocol):
    """Another store, or an export of one."""

    store_id: str

    def journals(self) -> Iterator[tuple[str, bytes, bytes]]: ...
    def objects(self) -> Iterable[str]: ...
    def object(self, sha256: str) -> bytes: ...
    def registry(self) -> list[events.Event]: ...


def export(store: Store, target: str | os.PathLike[str], run_ids: Sequence[str] | None = None) -> Path:
    """Write runs (by default all) with their children, sessions, objects and model versions into a zip file.

    Raises
    ------
    NotFound
        One of the runs doesn't exist.
    NotWritable
        The file can't be written.
    """
    path = Path(target)
    wanted = None if run_ids is None else _with_relatives(store, run_ids)
    chosen = (
        content for content in _journals(store) if wanted is None or content.name.partition(".")[0] in wanted
    )
    records = [
        record
        for record in store.registry.read()
        if wanted is None or (isinstance(record, events.ModelVersion) and record.run_id in wanted)
    ]
    try:
        with TemporaryDirectory(dir=path.absolute().parent) as folder:
            whole = Path(folder) / "export.zip"
            _write_export(whole, Path(folder), store, chosen, records)
            whole.replace(path)
    except OSError as error:
        raise NotWritable(f"{path} can't be written: {error.strerror or error}") from error
    return path


def _write_export(
    path: Path,
    folder: Path,
    store: Store,
    chosen: Iterable[archive.Content],
    records: Sequence[events.Event],
) -> None:
    needed: set[str] = set()

    def noticed() -> Iterator[archive.Content]:
        for content in chosen:
            needed.update(care.names_in([_events_of(content)]))
            yield content

    needed |= {record.sha256 for record in records if isinstance(record, events.ModelVersion)}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as file:
        written = archive.append(folder, noticed())
        if written is not None:
            file.write(written, _SEGMENT)
        for sha256 in sorted(needed):
            if store.objects.has(sha256):
                file.write(store.objects.path(sha256), f"objects/{sha256}")
        lines = [events.encode(record, time=record.time, seq=record.seq) for record in records]
        file.writestr(_REGISTRY, b"".join(lines))
        file.writestr(_DESCRIPTION, json.dumps({"store_id": store.store_id, "export": 1}))


def import_from(store: Store, source: str | os.PathLike[str]) -> Imported:
    """Take in everything that an export or another store's folder has and this store lacks.

    Raises
    ------
    UsageError
        It is neither.
    Corrupt
        An object in it isn't what its name says.
    Busy
        Another process is folding this store.
    """
    done = Imported()
    with _opened(Path(source)) as other:
        for sha256 in other.objects():
            if store.objects.has(sha256):
                store.objects.renew(sha256)
            else:
                data = other.object(sha256)
                if hashlib.sha256(data).hexdigest() != sha256:
                    raise Corrupt(f"object {sha256} in {source} is not what its name says")
                store.objects.put_bytes(data)
                done.objects += 1
        with ingest.alone(store):
            _take_journals(store, other, done)
        _take_versions(store, other, done)
    ingest.fold(store)
    return done


def _take_journals(store: Store, other: Source, done: Imported) -> None:
    """Hold `ingest.lock`: no journal moves to the archive meanwhile."""
    archived = {frame.name: frame for frame in archive.frames(store.archive)}
    runs = set()
    for name, data, point_bytes in other.journals():
        known_events, known_points = _known(store, name, archived)
        shared = min(len(data), len(known_events)), min(len(point_bytes), len(known_points))
        if (
            data[: shared[0]] != known_events[: shared[0]]
            or point_bytes[: shared[1]] != known_points[: shared[1]]
        ):
            done.refused.append(name)
        elif len(data) <= len(known_events) and len(point_bytes) <= len(known_points):
            done.unchanged += 1
        else:
            write_journal(store.journals / name, data, _named(data, point_bytes))
            runs.add(name.partition(".")[0])
    done.runs = len(runs)


def _known(store: Store, name: str, archived: Mapping[str, archive.Frame]) -> tuple[bytes, bytes]:
    """This store's own copy of a journal: empty where it has none."""
    journal = reading.Journal.named(store.journals, name)
    if journal.events_path.exists():
        return reading.whole(journal)
    return archive.load(archived[name]) if name in archived else (b"", b"")


def _named(data: bytes, point_bytes: bytes) -> bytes:
    """The points up to the first whose metric has no name yet: where a journal was copied while it was
    written, its events may have been copied first. The next import brings the rest."""
    import numpy as np

    known = [event.key for event in reading.parse(data)[0] if isinstance(event, events.MetricKey)]
    unnamed = np.flatnonzero(~np.isin(points.raw(point_bytes)["key"], [*known, points.MARK]))
    return point_bytes[: int(unnamed[0]) * points.SIZE] if len(unnamed) else point_bytes


def write_journal(stem: Path, data: bytes, point_bytes: bytes) -> None:
    """Put a whole journal, or a longer copy of one, in its place."""
    # Points first: a journal is there when its events are.
    for ending, content in ((".pts", point_bytes), (".jsonl", data)):
        temporary = stem.with_name(f".{stem.name}{ending}.import")
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(stem.with_name(stem.name + ending))


def _take_versions(store: Store, other: Source, done: Imported) -> None:
    """Foreign versions get the next numbers here, and keep where they come from."""
    foreign = other.registry()
    if not foreign:
        return
    numbers: dict[tuple[str, int], int] = {}

    def decide(past: list[events.Event]) -> list[events.Event]:
        known = {r.origin: r.version for r in past if isinstance(r, events.ModelVersion)}
        own = {
            (r.model, r.version): r.version
            for r in past
            if isinstance(r, events.ModelVersion) and other.store_id == store.store_id
        }
        last = {r.model: r.version for r in past if isinstance(r, events.ModelVersion)}
        batches = {(type(r), r.batch_id, r.time) for r in past if isinstance(r, _OF_BATCHES)}
        new: list[events.Event] = []
        for record in foreign:
            if isinstance(record, events.ModelVersion):
                origin = record.origin or f"{other.store_id}:{record.model}/{record.version}"
                pair = (record.model, record.version)
                number = known.get(origin) or own.get(pair)
                if number is None:
                    number = last[record.model] = last.get(record.model, 0) + 1
                    new.append(msgspec.structs.replace(record, version=number, origin=origin))
                    done.versions += 1
                numbers[pair] = number
            elif (
                isinstance(record, _OF_BATCHES)
                and (type(record), record.batch_id, record.time) not in batches
            ):
                new.append(record)
        return new

    store.registry.transact(decide)
    holders: dict[tuple[str, str], int | None] = {}
    for record in foreign:
        if isinstance(record, events.Promotion) and record.decision != "refused":
            holders[record.model, record.alias] = record.to_version
    done.aliases = [
        (model, alias, numbers[model, version])
        for (model, alias), version in holders.items()
        if version is not None and (model, version) in numbers
    ]


# ---- sources ------------------------------------------------------------------------------------


@contextmanager
def _opened(path: Path) -> Iterator[Source]:
    if path.is_dir():
        folder = path if (path / _DESCRIPTION).is_file() else path / ".mlnb"
        if not (folder / _DESCRIPTION).is_file():
            raise UsageError(f"{path} is no store", hint="a store's folder holds a store.json")
        yield _Folder(Store.open(folder, create=False))
    elif zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as file, TemporaryDirectory() as unpacked:
            if _DESCRIPTION not in file.namelist():
                raise UsageError(f"{path} is no export of a store", hint="mlnb store export FILE makes one")
            yield _Export(file, Path(unpacked))
    elif path.exists():
        raise UsageError(f"{path} is neither a store's folder nor an export", hint="mlnb store export FILE")
    else:
        raise NotFound(f"there is no {path}")


class _Folder:
    def __init__(self, store: Store) -> None:
        self._store = store
        self.store_id = store.store_id

    def journals(self) -> Iterator[tuple[str, bytes, bytes]]:
        return map(_whole, _journals(self._store))

    def objects(self) -> Iterable[str]:
        return self._store.objects.names()

    def object(self, sha256: str) -> bytes:
        return self._store.objects.read(sha256)

    def registry(self) -> list[events.Event]:
        return self._store.registry.read()


class _Export:
    def __init__(self, file: zipfile.ZipFile, folder: Path) -> None:
        self._file = file
        self._folder = folder
        self._names = set(file.namelist())
        self.store_id: str = json.loads(file.read(_DESCRIPTION))["store_id"]

    def journals(self) -> Iterator[tuple[str, bytes, bytes]]:
        if _SEGMENT in self._names:
            segment = Path(self._file.extract(_SEGMENT, self._folder))
            for frame in archive.frames_of(segment):
                yield (frame.name, *archive.load(frame))

    def objects(self) -> Iterable[str]:
        found = sorted(name.removeprefix("objects/") for name in self._names if name.startswith("objects/"))
        return [name for name in found if Objects.is_name(name)]

    def object(self, sha256: str) -> bytes:
        return self._file.read(f"objects/{sha256}")

    def registry(self) -> list[events.Event]:
        return [events.decode(line) for line in self._file.read(_REGISTRY).splitlines()]


def _journals(store: Store) -> Iterator[archive.Content]:
    """Every journal of a store, each once: the archive's newest copy, or the one that isn't archived."""
    # Those that wait come first: what is archived meanwhile is found in the archive, and not twice.
    seen = set()
    for journal in reading.listing(store.journals).sizes:
        content = reading.content(journal)
        if content.lengths[streams.EVENTS]:
            seen.add(journal.name)
            yield content
    newest = {frame.name: frame for frame in archive.frames(store.archive)}
    for name, frame in newest.items():
        if name not in seen:
            yield archive.content_of(frame)


def _events_of(content: archive.Content) -> bytes:
    return content.read(streams.EVENTS, 0, content.lengths.get(streams.EVENTS, 0))


def _whole(content: archive.Content) -> tuple[str, bytes, bytes]:
    points_ = content.read(streams.POINTS, 0, content.lengths.get(streams.POINTS, 0))
    return content.name, _events_of(content), points_


def _with_relatives(store: Store, run_ids: Sequence[str]) -> set[str]:
    """The runs, their descendants, and the sessions whose cells they are."""
    from mlnb.store import answers

    with answers.looking(store) as connection:
        found = connection.execute(
            """WITH RECURSIVE family(run_id, session_id) AS (
                   SELECT run_id, session_id FROM base.run WHERE run_id IN (SELECT unnest($ids))
                   UNION SELECT r.run_id, r.session_id FROM base.run r JOIN family f ON r.parent_id = f.run_id)
               SELECT run_id, session_id FROM family""",
            {"ids": list(run_ids)},
        ).fetchall()
    missing = set(run_ids) - {run_id for run_id, _ in found}
    if missing:
        raise NotFound(f"there is no run {', '.join(sorted(missing))} in {store.path}", hint="mlnb runs")
    return {name for pair in found for name in pair if name is not None}
