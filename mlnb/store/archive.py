"""Folded journals, many to a file: what the index is made again from.

A segment, `archive/<yyyy-mm>/<place>-<n>.seg.zst`, is a Zstandard stream of *pieces*, each of 8 MiB at most: a skippable
frame (RFC 8878 §3.1.2) that says in JSON what follows, and one frame with the bytes themselves. A small journal is one
piece, a large one many; a piece names its journal, the parts of which streams it holds, and how long the whole is.
`zstd -d` reads a segment.

What is damaged costs itself alone: what a piece says of itself has a checksum, its content a sha256, and the
next piece is found again behind any damage. A segment that wasn't read whole is never written again, and nothing is ever cut
off or written over.

`<place>` is one folder on one machine since its start: no two machines, and no two copies of a store, write the same
segment, so that copying segments is a backup, and a merge. A full segment is sealed; so is one that a crash tore.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import struct
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Final

import msgspec

from mlnb.errors import NotWritable
from mlnb.store import durable, process
from mlnb.store.streams import EVENTS, POINTS

SEGMENT_SIZE: Final = 16 << 20
PIECE: Final = 8 << 20
"""Bytes of a piece's content at most: no more than that is ever in memory at once."""

WHOLE: Final = 32
"""Streams are cut at multiples of so many bytes, so that no record of a fixed size is in two pieces."""

MAGIC: Final = 0x184D2A57
"""One of the sixteen magic numbers of skippable frames."""

HEAD_LIMIT: Final = 1 << 16
_STARTS: Final = (b'{"mlnb":2,', b'{"name":')
"""How what a piece says begins, in format 2 and in format 1."""

_head = struct.Struct("<II")
_whole: dict[Path, int] = {}
"""Sizes up to which segments are known to be whole, so that they aren't looked through again."""


class Span(msgspec.Struct, frozen=True, array_like=True):
    """Bytes of one stream of a journal."""

    stream: str
    begin: int
    end: int


class Piece(msgspec.Struct, frozen=True):
    """What precedes the bytes of a piece. `lengths` is how long each stream of the journal is as a whole."""

    mlnb: int
    name: str
    lengths: dict[str, int]
    spans: list[Span]
    packed: int
    sha256: str

    @property
    def size(self) -> int:
        return sum(span.end - span.begin for span in self.spans)


class _Description(msgspec.Struct, frozen=True):
    """The same in format 1: one piece a journal, its events and then its points."""

    name: str
    events: int
    points: int
    packed: int
    sha256: str

    def as_piece(self) -> Piece:
        lengths = {EVENTS: self.events, POINTS: self.points}
        spans = [Span(stream, 0, length) for stream, length in lengths.items()]
        return Piece(1, self.name, lengths, spans, self.packed, self.sha256)


@dataclass(frozen=True)
class Placed:
    """A piece: where it begins with what it says of itself, and where its bytes begin."""

    begin: int
    offset: int
    piece: Piece

    @property
    def end(self) -> int:
        return self.offset + self.piece.packed


@dataclass(frozen=True)
class Damage:
    """Bytes of a segment that are no piece. `torn` says that they end it as a crash would have it: nobody was told that
    they are there, so nothing is missing."""

    begin: int
    end: int
    torn: bool = False


@dataclass(frozen=True)
class Frame:
    """One journal as it was archived, by the pieces of it that are there."""

    segment: Path
    name: str
    lengths: Mapping[str, int]
    pieces: tuple[Placed, ...]

    @property
    def events(self) -> int:
        return self.lengths.get(EVENTS, 0)

    @property
    def points(self) -> int:
        return self.lengths.get(POINTS, 0)

    @property
    def is_complete(self) -> bool:
        """Whether every piece of it is there; what is in them is another question."""
        return sum(placed.piece.size for placed in self.pieces) == sum(self.lengths.values())

    @property
    def end(self) -> int:
        """Where the next begins."""
        return self.pieces[-1].end


@dataclass(frozen=True)
class Content:
    """A journal to be archived: `read(stream, begin, end)` gives its bytes."""

    name: str
    lengths: Mapping[str, int]
    read: Callable[[str, int, int], bytes]

    @classmethod
    def of(cls, name: str, events: bytes, points: bytes) -> Content:
        streams = {EVENTS: events, POINTS: points}
        return cls(
            name,
            {stream: len(data) for stream, data in streams.items()},
            lambda stream, begin, end: streams[stream][begin:end],
        )


# ---- writing ------------------------------------------------------------------------------------


def append(root: Path, journals: Iterable[Content]) -> Path | None:
    """Append journals to this place's newest segment, and wait for the disk."""
    segment: Path | None = None
    for content in journals:
        if segment is None:
            segment = _segment_for_append(root)
        _append(segment, content)
    if segment is not None:
        sync(segment)
        _whole[segment] = segment.stat().st_size
    return segment


def _append(segment: Path, content: Content) -> None:
    with segment.open("ab", buffering=0) as file:
        begin = os.fstat(file.fileno()).st_size
        try:
            for data in _packed(content):
                if file.write(data) != len(data):
                    raise OSError("the disk took a part only")  # noqa: TRY301
        except OSError as error:
            file.truncate(begin)  # nobody has been told of it
            raise NotWritable(
                f"{segment} can't be written: {error.strerror or error}",
                hint="what was logged is in the journals, and is taken in when there is room",
            ) from error


def _packed(content: Content) -> Iterator[bytes]:
    for spans in _planned(content.lengths):
        data = b"".join(content.read(span.stream, span.begin, span.end) for span in spans)
        yield _pack(content.name, dict(content.lengths), spans, data)


def _planned(lengths: Mapping[str, int]) -> Iterator[list[Span]]:
    """The spans of each piece of a journal."""
    spans: list[Span] = []
    room = PIECE
    for stream, length in lengths.items():
        at = 0
        while at < length:
            size = min(length - at, room // WHOLE * WHOLE)
            if not size:
                yield spans
                spans, room = [], PIECE
                continue
            spans.append(Span(stream, at, at + size))
            room -= size
            at += size
    yield spans


def _pack(name: str, lengths: dict[str, int], spans: list[Span], data: bytes) -> bytes:
    import pyarrow as pa

    packed = pa.compress(data, codec="zstd", asbytes=True) if data else b""
    # Over what is in the file: not every bit of a Zstandard frame matters to what comes out of it.
    piece = Piece(2, name, lengths, spans, len(packed), hashlib.sha256(packed).hexdigest())
    text = msgspec.json.encode(piece)
    text += b"#%08x\n" % zlib.crc32(text)
    return _head.pack(MAGIC, len(text)) + text + packed


def _segment_for_append(root: Path) -> Path:
    month = root / dt.datetime.now(dt.UTC).strftime("%Y-%m")
    durable.make_folder(month)
    place = _place(root)
    numbers = [_number(path) for path in month.glob(f"{place}-*.seg.zst")]
    newest = month / f"{place}-{max(numbers, default=1)}.seg.zst"
    if newest.exists():
        size = newest.stat().st_size
        if size >= SEGMENT_SIZE or (_whole.get(newest) != size and any(damage_in(newest))):
            return month / f"{place}-{max(numbers) + 1}.seg.zst"
    return newest


def _place(root: Path) -> str:
    """A name for this folder on this machine since its start: a copy of the folder has another."""
    found = root.stat()
    said = f"{process.host()} {process.boot_id()} {found.st_dev} {found.st_ino}"
    return hashlib.sha256(said.encode()).hexdigest()[:12]


def sync(segment: Path) -> None:
    durable.sync(segment)
    durable.sync_folder(segment.parent)


# ---- reading ------------------------------------------------------------------------------------


def segments(root: Path) -> list[Path]:
    """The segment files, oldest first."""
    return sorted(
        root.glob("????-??/*.seg.zst"), key=lambda path: (path.parent.name, _number(path), path.name)
    )


def frames(root: Path) -> Iterator[Frame]:
    """Every journal in the archive, oldest first; a later one of a name goes on where an earlier one ended."""
    for segment in segments(root):
        yield from frames_of(segment)


def frames_of(segment: Path, start: int = 0) -> Iterator[Frame]:
    """The journals of one segment, in their order; from the one on that begins at `start`."""
    gathered: list[Placed] = []
    for found in _scan(segment, start):
        if isinstance(found, Damage):
            continue
        if gathered and not _belongs(found.piece, gathered):
            yield _frame(segment, gathered)
            gathered = []
        gathered.append(found)
    if gathered:
        yield _frame(segment, gathered)


def _belongs(piece: Piece, gathered: list[Placed]) -> bool:
    """Whether a piece goes on with the journal of those before it."""
    first, last = gathered[0].piece, gathered[-1].piece
    if (piece.name, piece.lengths) != (first.name, first.lengths) or not (piece.spans and last.spans):
        return False
    order = list(piece.lengths)
    before, after = last.spans[-1], piece.spans[0]
    return (order.index(after.stream), after.begin) > (order.index(before.stream), before.begin)


def _frame(segment: Path, gathered: list[Placed]) -> Frame:
    piece = gathered[0].piece
    return Frame(segment, piece.name, piece.lengths, tuple(gathered))


def stream_of(frame: Frame, stream: str, begin: int = 0) -> Iterator[tuple[int, bytes]]:
    """The bytes of a journal's stream from `begin` on, piece by piece with the offset of each; pieces that are damaged or
    missing are left out."""
    for placed in frame.pieces:
        spans = placed.piece.spans
        if not any(span.stream == stream and span.end > begin for span in spans):
            continue
        try:
            data = unpack(frame.segment, placed)
        except ValueError:
            continue
        at = 0
        for span in spans:
            size = span.end - span.begin
            if span.stream == stream and span.end > begin:
                skipped = max(0, begin - span.begin)
                yield span.begin + skipped, data[at + skipped : at + size]
            at += size


def load(frame: Frame) -> tuple[bytes, bytes]:
    """A small journal's events and points.

    Raises
    ------
    ValueError
        Its bytes are not those that were archived.
    """
    reason = wrong_with(frame)
    if reason is not None:
        raise ValueError(reason)
    events, points = (b"".join(data for _, data in stream_of(frame, stream)) for stream in (EVENTS, POINTS))
    return events, points


def content_of(frame: Frame) -> Content:
    """A journal of the archive, to be archived elsewhere: read in order, a piece at a time is in memory."""
    last: list[tuple[Placed, bytes]] = []

    def read(stream: str, begin: int, end: int) -> bytes:
        found = []
        for placed in frame.pieces:
            at = 0
            for span in placed.piece.spans:
                if span.stream == stream and span.begin < end and span.end > begin:
                    if not last or last[0][0] is not placed:
                        last[:] = [(placed, unpack(frame.segment, placed))]
                    skipped = at - span.begin
                    found.append(last[0][1][max(begin, span.begin) + skipped : min(end, span.end) + skipped])
                at += span.end - span.begin
        return b"".join(found)

    return Content(frame.name, frame.lengths, read)


def wrong_with(frame: Frame) -> str | None:
    """Why a journal is not what was archived; None where it is. Reads it all, a piece at a time."""
    if not frame.is_complete:
        return "a piece of it is missing"
    for placed in frame.pieces:
        try:
            _checked(frame.segment, placed)
        except ValueError as error:
            return str(error)
    return None


def _checked(segment: Path, placed: Placed) -> bytes:
    """A piece's bytes as they stand in the file; in format 1 the checksum is over what comes out of them."""
    if placed.piece.mlnb == 1:
        unpack(segment, placed)
    packed = _bytes_of(segment, placed)
    if placed.piece.mlnb > 1 and hashlib.sha256(packed).hexdigest() != placed.piece.sha256:
        raise ValueError("its checksum differs")
    return packed


def _bytes_of(segment: Path, placed: Placed) -> bytes:
    with segment.open("rb") as file:
        file.seek(placed.offset)
        return file.read(placed.piece.packed)


def unpack(segment: Path, placed: Placed) -> bytes:
    """The content of one piece.

    Raises
    ------
    ValueError
        Its bytes are not those that were archived.
    """
    import pyarrow as pa

    piece = placed.piece
    if piece.mlnb > 1 and piece.size > PIECE:
        raise ValueError("it says that it is larger than any")
    packed = _checked(segment, placed) if piece.mlnb > 1 else _bytes_of(segment, placed)
    data = b""
    if piece.size:
        try:
            # A stream makes as much as it is asked for, whatever it says it holds.
            with pa.input_stream(pa.BufferReader(packed), compression="zstd") as stream:
                data = stream.read(piece.size + 1)
        except OSError as error:
            raise ValueError(str(error)) from error
    if len(data) != piece.size or (piece.mlnb == 1 and hashlib.sha256(data).hexdigest() != piece.sha256):
        raise ValueError("its checksum differs")
    return data


def damage_in(segment: Path) -> Iterator[Damage]:
    """The bytes of a segment that are no piece."""
    return (found for found in _scan(segment, 0) if isinstance(found, Damage))


def is_whole(segment: Path) -> bool:
    """Whether all of a segment can be read, but for what a crash tore at its end."""
    if any(not damage.torn for damage in damage_in(segment)):
        return False
    return all(wrong_with(frame) is None for frame in frames_of(segment))


def _scan(segment: Path, start: int) -> Iterator[Placed | Damage]:
    with segment.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        at = start
        while at < size:
            placed = _placed_at(file, at)
            if placed is not None and placed.end <= size:
                yield placed
                at = placed.end
                continue
            following = _next_piece(file, at + 1, size)
            if following is None:
                yield Damage(at, size, torn=placed is not None or _is_cut_short(file, at, size))
                return
            # What can be lost is a head of eight bytes, or all of a piece.
            text_at, placed = following
            if text_at - _head.size > at:
                yield Damage(at, text_at - _head.size)
            else:
                yield Damage(at, text_at)
            yield placed
            at = placed.end


def _placed_at(file: BinaryIO, at: int) -> Placed | None:
    """The piece whose skippable frame begins at a place."""
    file.seek(at)
    head = file.read(_head.size)
    if len(head) < _head.size:
        return None
    magic, length = _head.unpack(head)
    if magic != MAGIC or length > HEAD_LIMIT:
        return None
    text = file.read(length)
    piece = _read_piece(text)
    return None if piece is None else Placed(at, at + _head.size + length, piece)


def _read_piece(text: bytes) -> Piece | None:
    try:
        if text.startswith(_STARTS[0]):
            said, mark, sum_ = text.rpartition(b"#")
            if not mark or sum_ != b"%08x\n" % zlib.crc32(said):
                return None
            return msgspec.json.decode(said, type=Piece)
        return msgspec.json.decode(text, type=_Description).as_piece()
    except (msgspec.DecodeError, msgspec.ValidationError):
        return None


def _next_piece(file: BinaryIO, start: int, size: int) -> tuple[int, Placed] | None:
    """The next whole piece that begins at `start` or later, by what it says of itself; and where that text begins."""
    at = start
    while at < size:
        file.seek(at)
        window = file.read(4 * HEAD_LIMIT)
        place = 0
        while (place := _first_start(window, place)) >= 0:
            if len(window) - place < HEAD_LIMIT and at + len(window) < size:
                break  # its end may be in the next window
            found = _text_at(file, at + place)
            if found is not None and found.end <= size:
                return at + place, found
            place += 1
        step = place if place > 0 else max(1, len(window) - len(_STARTS[0]))
        at += step
    return None


def _first_start(window: bytes, place: int) -> int:
    found = [at for start in _STARTS if (at := window.find(start, place)) >= 0]
    return min(found, default=-1)


def _text_at(file: BinaryIO, at: int) -> Placed | None:
    """The piece whose text begins at a place, without the head before it, which may be damaged."""
    file.seek(at)
    text = file.read(HEAD_LIMIT)
    if text.startswith(_STARTS[0]):
        end = text.find(b"\n") + 1
        piece = _read_piece(text[:end])
        return None if piece is None else Placed(at, at + end, piece)
    # Format 1 says only before the text how long it is.
    file.seek(max(0, at - _head.size))
    head = file.read(_head.size)
    magic, length = _head.unpack(head) if at >= _head.size else (0, 0)
    if magic != MAGIC or length > HEAD_LIMIT:
        return None
    piece = _read_piece(text[:length])
    return None if piece is None else Placed(at, at + length, piece)


def _is_cut_short(file: BinaryIO, at: int, size: int) -> bool:
    """Whether the bytes from a place on are the beginning of a piece, and no more: what a crash leaves."""
    file.seek(at)
    left = file.read(_head.size + HEAD_LIMIT)
    if not _head.pack(MAGIC, 0)[:4].startswith(left[:4]):
        return False
    if len(left) <= _head.size:
        return True
    length = _head.unpack(left[: _head.size])[1]
    text = left[_head.size :]
    # A whole text inside says that it is the length that is wrong.
    return length <= HEAD_LIMIT and at + _head.size + length > size and b"\n" not in text


@dataclass
class _Contents:
    inode: int
    end: int = 0
    lengths: dict[str, dict[str, int]] = field(default_factory=dict)


_contents: dict[Path, _Contents] = {}


def lengths_in(segment: Path) -> dict[str, dict[str, int]]:
    """The journals of one segment that are there in all their pieces, and how long their streams are.

    Kept from look to look of the newest ones, since segments only grow: what a `rewrite` changes has another file."""
    stat = segment.stat()
    known = _contents.get(segment)
    if known is None or known.inode != stat.st_ino or known.end > stat.st_size:
        for old in list(_contents)[:-4]:
            del _contents[old]
        known = _contents[segment] = _Contents(stat.st_ino)
    if known.end < stat.st_size:
        for frame in frames_of(segment, known.end):
            if frame.is_complete:
                known.lengths[frame.name] = dict(frame.lengths)
                known.end = frame.end
    return known.lengths


# ---- care ---------------------------------------------------------------------------------------


def rewrite(segment: Path, unwanted: Callable[[Frame], bool]) -> bool:
    """Write a segment again without the journals that are `unwanted`, in one step; whether that was done. One that can't
    be read whole stays as it is."""
    dropped = [frame for frame in frames_of(segment) if unwanted(frame)]
    if not dropped or not is_whole(segment):
        return False
    with durable.replacing(segment) as target, segment.open("rb") as file:
        for frame in frames_of(segment):
            if frame in dropped:
                continue
            for placed in frame.pieces:
                file.seek(placed.begin)
                target.write(file.read(placed.end - placed.begin))
    _whole.pop(segment, None)
    return True


def _number(path: Path) -> int:
    number = path.name.partition(".")[0].rpartition("-")[2]
    return int(number) if number.isdigit() else 0
