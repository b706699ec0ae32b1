"""The streams of a journal: files of one writer about one subject, each with its own kind of records.

Every journal may have events and points. A later version may add others: it says so in the journal's first record, and who
doesn't know a stream keeps its bytes with the rest, so that it is there after an upgrade.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from mlnb.store import points

EVENTS: Final = "events"
POINTS: Final = "points"


class Stream(Protocol):
    """How the names of its files end, and how much of a file is whole records."""

    @property
    def ending(self) -> str: ...

    def whole(self, path: Path, size: int) -> int: ...


@dataclass(frozen=True)
class Lines:
    """Text: a record is a line."""

    ending: str

    def whole(self, path: Path, size: int) -> int:
        end = size
        with path.open("rb") as file:
            while end > 0:
                start = max(0, end - (1 << 16))
                file.seek(start)
                last = file.read(end - start).rfind(b"\n")
                if last >= 0:
                    return start + last + 1
                end = start
        return 0


@dataclass(frozen=True)
class Records:
    """Records of one size."""

    ending: str
    record: int

    def whole(self, path: Path, size: int) -> int:
        return size // self.record * self.record


@dataclass(frozen=True)
class Opaque:
    """What a newer version writes: every byte is kept."""

    ending: str

    def whole(self, path: Path, size: int) -> int:
        return size


KNOWN: Final[Mapping[str, Stream]] = {EVENTS: Lines("jsonl"), POINTS: Records("pts", points.SIZE)}
_PLAIN: Final = re.compile(r"[a-z0-9]{1,16}")
_TAKEN: Final = {"alive", *(stream.ending for stream in KNOWN.values())}


def of(told: Mapping[str, str]) -> dict[str, Stream]:
    """The streams of a journal whose first record tells of these beyond the known ones."""
    others = {
        name: Opaque(ending)
        for name, ending in told.items()
        if name not in KNOWN and _PLAIN.fullmatch(ending) and ending not in _TAKEN
    }
    return {**KNOWN, **others}
