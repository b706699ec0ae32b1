"""A store's folder: what lies where in `.mlnb/`, and who may read it.

store.json       store id, format, the oldest mlnb that may read it
journal/         what running runs and sessions append to
registry.jsonl   model versions, aliases, promotions, batches
archive/         folded journals
objects/         artifacts by content
store.duckdb     the index, made from the rest
clock            the latest time that was written: its own
leases/          what one process alone does at a time: execute a batch
ingest.lock      held by the one process that folds
asking.lock      held by those who wait until they may read the index
"""

from __future__ import annotations

import json
import os
from collections import Counter
from itertools import islice
from pathlib import Path
from typing import Any, Final

from mlnb import __version__, events, ids
from mlnb.errors import NotWritable, StoreError, TooNew
from mlnb.store import archive, durable, reading, streams
from mlnb.store.clock import Clock
from mlnb.store.journal import About, JournalWriter
from mlnb.store.leases import FileLeases, Leases
from mlnb.store.objects import Objects
from mlnb.store.registry_file import RegistryFile

FORMAT: Final = 2


_ENOUGH: Final = 100
"""Archived journals that are asked whose they are."""


class NoDescription(StoreError):
    """A store's description is there, and says nothing: a crash left it, or a disk's fault."""

    code = "no_description"


class Store:
    """One store. Holds paths, not files: it may be kept as long as one likes, and shared by threads."""

    def __init__(self, path: Path, description: dict[str, Any]) -> None:
        self.path = path
        self.store_id: str = description["store_id"]
        self.objects = Objects(path / "objects")
        self.registry = RegistryFile(path)
        self.clock = Clock(path / "clock")
        self.leases: Leases = FileLeases(path / "leases")

    @classmethod
    def open(cls, path: str | os.PathLike[str], *, create: bool = True) -> Store:
        """The store in the folder `path`, made there if there is none and `create` is true.

        Raises
        ------
        NotWritable
            It isn't there and can't be made.
        TooNew
            A newer mlnb wrote it, in a format that this one can't read.
        StoreError
            There is something else in that place, or nothing and `create` is false.
        """
        folder = Path(path).absolute()
        file = folder / "store.json"
        if not file.exists():
            if not create:
                raise StoreError(f"there is no store in {folder}", hint="its folder holds a store.json")
            make(folder, store_id=_told_by_journals(folder))
        try:
            return cls(folder, _upgraded(file, _read(file)))
        except NoDescription:
            store_id = _told_by_journals(folder)
            if store_id is None:
                raise
            file.unlink(missing_ok=True)
            make(folder, store_id=store_id)
            return cls(folder, _read(file))

    @property
    def journals(self) -> Path:
        return self.path / "journal"

    @property
    def archive(self) -> Path:
        return self.path / "archive"

    @property
    def database(self) -> Path:
        return self.path / "store.duckdb"

    @property
    def asking_lock(self) -> Path:
        return self.path / "asking.lock"

    @property
    def ingest_lock(self) -> Path:
        return self.path / "ingest.lock"

    def writer(self, subject: str, about: About = "run") -> JournalWriter:
        """A new journal about a run or a session, of which the caller is the only writer."""
        return JournalWriter(self.journals, subject, self.store_id, about=about, clock=self.clock)

    def edit(self, run_id: str, *changes: events.Event) -> None:
        """Record something about a run that exists already, whoever wrote it.

        Raises
        ------
        NotWritable
            There is no room for it.
        """
        after = self.clock.latest()
        writer = JournalWriter(self.journals, run_id, self.store_id, clock=self.clock, after=after + 1)
        writer.append(*changes)
        if writer.close(durable=True, keep=False):
            raise NotWritable(f"the change can't be written to {self.journals}: the disk is full")

    def __reduce__(self) -> tuple[Any, ...]:
        return Store, (self.path, {"store_id": self.store_id})

    def __repr__(self) -> str:
        return f"Store({str(self.path)!r})"


def make(folder: Path, *, store_id: str | None = None) -> None:
    """Make a store; with `store_id`, one whose runs are meant for the store of that id."""
    try:
        for part in ("journal", "archive", "objects"):
            durable.make_folder(folder / part)
        (folder / ".gitignore").write_text("*\n")
        description = {
            "store_id": store_id or ids.new_id(),
            "format": FORMAT,
            "made_by": __version__,
            "read_by": __version__,
        }
        durable.make(folder / "store.json", (json.dumps(description, indent=2) + "\n").encode())
    except OSError as error:
        raise NotWritable(
            f"the store {folder} can't be made: {error.strerror or error}",
            hint="choose another folder with mlnb.configure(store=...) or MLNB_STORE",
        ) from error


def _upgraded(file: Path, description: dict[str, Any]) -> dict[str, Any]:
    """What format 1 has is read as it stands; but an older mlnb must not write beside what this one writes."""
    if description["format"] < FORMAT and os.access(file.parent, os.W_OK):
        description |= {"format": FORMAT, "read_by": __version__}
        durable.write(file, (json.dumps(description, indent=2) + "\n").encode())
    return description


def _read(file: Path) -> dict[str, Any]:
    try:
        description = json.loads(file.read_text())
        found = description["format"]
        description["store_id"]
    except (ValueError, KeyError, TypeError) as error:
        raise NoDescription(
            f"{file} is not a store's description", hint="put the file back from a copy"
        ) from error
    except OSError as error:
        raise StoreError(f"{file} can't be read: {error.strerror}") from error
    if found > FORMAT:
        raise TooNew(
            f"the store {file.parent} has format {found}, this mlnb {__version__} reads up to {FORMAT}",
            hint=f"pip install 'mlnb>={description.get('read_by', '')}'",
        )
    return dict(description)


def _told_by_journals(folder: Path) -> str | None:
    """The store's id, which every journal of its own holds; None where there is no journal. Of several, since runs were
    imported, it is that of the most."""
    told = Counter(
        first.store_id
        for journal in reading.listing(folder / "journal").sizes
        if (first := reading.header(journal)) is not None
    )
    if not told:
        for frame in islice(archive.frames(folder / "archive"), _ENOUGH):
            first = reading.first_of(b"".join(data for _, data in archive.stream_of(frame, streams.EVENTS)))
            if first is not None:
                told[first.store_id] += 1
    return told.most_common(1)[0][0] if told else None
