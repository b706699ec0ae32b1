"""Folded journals, many to a file: what the index is made again from.

A segment, `archive/<yyyy-mm>/<n>.seg.zst`, is a Zstandard stream. Each journal in it is a skippable frame
(RFC 8878 §3.1.2) with a description in JSON, followed by one frame with the journal's events and then its
points. `zstd -d` reads a segment. Where a crash tore the tail of one, the next append begins another: nothing
here is ever cut off or written over.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import struct
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import msgspec

from mlnb.errors import NotWritable

SEGMENT_SIZE: Final = 16 << 20
MAGIC: Final = 0x184D2A57
"""One of the sixteen magic numbers of skippable frames."""

_head = struct.Struct("<II")
_whole: dict[Path, int] = {}
"""Sizes up to which segments are known to be whole, so that they aren't looked through again."""


@dataclass
class _Content:
    inode: int
    end: int = 0
    lengths: dict[str, tuple[int, int]] = field(default_factory=dict)


_contents: dict[Path, _Content] = {}


class Description(msgspec.Struct, frozen=True):
    """What precedes a journal. The digest covers its events and points, one after the other."""

    name: str
    events: int
    points: int
    packed: int
    sha256: str

    @property
    def length(self) -> int:
        return self.events + self.points


class Frame(msgspec.Struct, frozen=True):
    """Where a journal lies."""

    segment: Path
    offset: int
    description: Description


def append(root: Path, journals: Iterable[tuple[str, bytes, bytes]]) -> Path | None:
    """Append journals (name, events, points) to the newest segment, and wait for the disk."""
    segment: Path | None = None
    for name, events, points in journals:
        if segment is None:
            segment = _segment_for_append(root)
        _append(segment, _pack(name, events, points))
    if segment is not None:
        sync(segment)
        _whole[segment] = segment.stat().st_size
    return segment


def _append(segment: Path, data: bytes) -> None:
    with segment.open("ab", buffering=0) as file:
        end = os.fstat(file.fileno()).st_size
        try:
            written = file.write(data)
            why = "the disk took a part only"
        except OSError as error:
            written, why = -1, error.strerror or str(error)
        if written != len(data):
            file.truncate(end)  # nobody has been told of it
            raise NotWritable(
                f"{segment} can't be written: {why}",
                hint="what was logged is in the journals, and is taken in when there is room",
            )


def frames(root: Path) -> Iterator[Frame]:
    """Every whole journal in the archive, oldest first; later ones of a name stand for earlier ones."""
    for segment in segments(root):
        yield from frames_of(segment)


def load(frame: Frame) -> tuple[bytes, bytes]:
    """A journal's events and points.

    Raises
    ------
    ValueError
        Its bytes are not those that were archived.
    """
    import pyarrow as pa

    description = frame.description
    with frame.segment.open("rb") as file:
        file.seek(frame.offset)
        packed = file.read(description.packed)
    size = description.events + description.points
    try:
        data = pa.decompress(packed, decompressed_size=size, codec="zstd").to_pybytes() if size else b""
    except OSError as error:
        raise ValueError(str(error)) from error
    if hashlib.sha256(data).hexdigest() != description.sha256:
        raise ValueError("its checksum differs")
    return data[: description.events], data[description.events :]


def rewrite(segment: Path, unwanted: Callable[[str, bytes], bool]) -> None:
    """Write a segment again without the journals that are `unwanted(name, events)`, in one step."""
    kept = bytearray()
    changed = False
    with segment.open("rb") as file:
        for frame in frames_of(segment):
            try:
                drop = unwanted(frame.description.name, load(frame)[0])
            except ValueError:
                drop = False
            changed |= drop
            if not drop:
                text = msgspec.json.encode(frame.description)
                file.seek(frame.offset)
                kept += _head.pack(MAGIC, len(text)) + text + file.read(frame.description.packed)
    if changed:
        temporary = segment.with_name(segment.name + ".new")
        temporary.write_bytes(kept)
        sync(temporary)
        temporary.replace(segment)
        _whole.pop(segment, None)


def segments(root: Path) -> list[Path]:
    """The segment files, oldest first."""
    return sorted(root.glob("????-??/*.seg.zst"), key=lambda path: (path.parent.name, _number(path)))


def damaged_tails(root: Path) -> dict[Path, int]:
    """Segments that hold bytes after their last whole journal, and how many."""
    found = {}
    for segment in segments(root):
        size = segment.stat().st_size
        end = _whole_length(segment)
        if end < size:
            found[segment] = size - end
    return found


def _pack(name: str, events: bytes, points: bytes) -> bytes:
    import pyarrow as pa

    data = events + points
    packed = pa.compress(data, codec="zstd", asbytes=True) if data else b""
    text = msgspec.json.encode(
        Description(name, len(events), len(points), len(packed), hashlib.sha256(data).hexdigest())
    )
    return _head.pack(MAGIC, len(text)) + text + packed


def _segment_for_append(root: Path) -> Path:
    month = root / dt.datetime.now(dt.UTC).strftime("%Y-%m")
    month.mkdir(parents=True, exist_ok=True)
    numbers = [_number(path) for path in month.glob("*.seg.zst")]
    newest = month / f"{max(numbers, default=1)}.seg.zst"
    if newest.exists():
        size = newest.stat().st_size
        if size >= SEGMENT_SIZE or (_whole.get(newest) != size and _whole_length(newest) != size):
            return month / f"{max(numbers) + 1}.seg.zst"
    return newest


def lengths_in(segment: Path) -> dict[str, tuple[int, int]]:
    """The journals of one segment and the lengths of their events and points, as it was last archived.

    Kept from look to look, since segments only grow: what a `rewrite` changes has another file."""
    stat = segment.stat()
    known = _contents.get(segment)
    if known is None or known.inode != stat.st_ino or known.end > stat.st_size:
        known = _contents[segment] = _Content(stat.st_ino)
    if known.end < stat.st_size:
        for frame in frames_of(segment, known.end):
            known.lengths[frame.description.name] = (frame.description.events, frame.description.points)
            known.end = frame.offset + frame.description.packed
    return known.lengths


def frames_of(segment: Path, start: int = 0) -> Iterator[Frame]:
    """The whole journals of one segment, in their order; from the one on that begins at `start`."""
    size = segment.stat().st_size
    with segment.open("rb") as file:
        file.seek(start)
        offset = start
        while (found := _head_at(file.read(_head.size))) is not None:
            description = _description(file.read(found))
            offset += _head.size + found
            if description is None or offset + description.packed > size:
                return
            yield Frame(segment, offset, description)
            offset += description.packed
            file.seek(offset)


def _whole_length(segment: Path) -> int:
    end = 0
    for frame in frames_of(segment):
        end = frame.offset + frame.description.packed
    return end


def _head_at(data: bytes) -> int | None:
    if len(data) < _head.size:
        return None
    magic, length = _head.unpack(data)
    return int(length) if magic == MAGIC else None


def _description(data: bytes) -> Description | None:
    try:
        return msgspec.json.decode(data, type=Description)
    except (msgspec.DecodeError, msgspec.ValidationError):
        return None


def _number(path: Path) -> int:
    number = path.name.partition(".")[0]
    return int(number) if number.isdigit() else 0


def sync(segment: Path) -> None:
    with segment.open("rb+") as file:
        os.fsync(file.fileno())
    if os.name != "nt":
        fd = os.open(segment.parent, os.O_RDONLY)
        os.fsync(fd)
        os.close(fd)
