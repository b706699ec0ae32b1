"""The archive: what was folded is there, whole, and a torn tail costs nothing that was in it."""

import dataclasses
import hashlib
import shutil
import struct
import subprocess

import msgspec
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlnb.store import archive

JOURNALS = st.lists(
    st.tuples(st.text("abc.-", min_size=1), st.binary(max_size=300), st.binary(max_size=300)), max_size=5
)


def content(root):
    return [(frame.name, *archive.load(frame)) for frame in archive.frames(root)]


def append(root, journals):
    return archive.append(root, [archive.Content.of(*journal) for journal in journals])


@given(JOURNALS)
@settings(max_examples=15)
def test_what_is_appended_is_read(tmp_path_factory, journals):
    root = tmp_path_factory.mktemp("archive")
    for journal in journals:
        append(root, [journal])
    assert content(root) == journals


@given(JOURNALS.filter(bool), st.floats(0, 0.999))
@settings(max_examples=15)
def test_a_torn_tail_loses_the_torn_journal_alone_and_the_next_goes_on(tmp_path_factory, journals, share):
    root = tmp_path_factory.mktemp("archive")
    append(root, journals)
    (segment,) = archive.segments(root)
    last = list(archive.frames_of(segment))[-1].pieces[-1]
    whole = segment.read_bytes()
    begin = last.begin + 1
    segment.write_bytes(whole[: begin + int((len(whole) - begin) * share)])
    archive._whole.clear()
    append(root, [("next", b"events", b"points")])
    survivors = content(root)
    assert survivors[: len(journals) - 1] == journals[:-1]
    assert survivors[-1] == ("next", b"events", b"points")


def test_a_changed_byte_is_noticed(tmp_path):
    append(tmp_path, [("a", b"x" * 1000, b"")])
    (frame,) = archive.frames(tmp_path)
    data = bytearray(frame.segment.read_bytes())
    data[-3] ^= 255
    frame.segment.write_bytes(data)
    with pytest.raises(ValueError, match=r".+"):
        archive.load(frame)


def test_a_torn_tail_is_reported(tmp_path):
    segment = append(tmp_path, [("a", b"x", b"y"), ("b", b"x", b"y")])
    whole = segment.read_bytes()
    second = list(archive.frames_of(segment))[1].pieces[0].begin
    for end in range(second + 1, len(whole)):
        segment.write_bytes(whole[:end])
        assert list(archive.damage_in(segment)) == [archive.Damage(second, end, torn=True)]


def test_a_full_segment_is_followed_by_another(tmp_path, monkeypatch):
    monkeypatch.setattr(archive, "SEGMENT_SIZE", 10)
    for name in "abc":
        append(tmp_path, [(name, b"x", b"y")])
    assert [name for name, _, _ in content(tmp_path)] == ["a", "b", "c"]
    assert len(archive.segments(tmp_path)) == 3


def test_a_rewrite_drops_what_is_unwanted(tmp_path):
    segment = append(tmp_path, [("a", b"1", b""), ("b", b"2", b"")])
    assert archive.rewrite(segment, lambda frame: frame.name == "a")
    assert content(tmp_path) == [("b", b"2", b"")]


def test_a_segment_is_a_zstandard_stream(tmp_path):
    segment = append(tmp_path, [("a", b"events", b"points"), ("b", b"more", b"")])
    with pa.input_stream(str(segment), compression="zstd") as stream:
        assert stream.read() == b"eventspointsmore"


def test_any_flipped_bit_is_found_and_costs_one_journal_at_most(tmp_path):
    journals = [(f"run-{number}", b"events %d" % number, b"points") for number in range(4)]
    segment = append(tmp_path, journals)
    whole = segment.read_bytes()
    heads = {
        place
        for frame in archive.frames_of(segment)
        for place in range(frame.pieces[0].begin, frame.pieces[0].begin + 8)
    }
    for place in range(len(whole) * 8):
        flipped = bytearray(whole)
        flipped[place // 8] ^= 1 << place % 8
        segment.write_bytes(flipped)
        readable = [frame for frame in archive.frames_of(segment) if archive.wrong_with(frame) is None]
        left = [(frame.name, *archive.load(frame)) for frame in readable]
        assert not archive.is_whole(segment), place
        assert len(left) >= (4 if place // 8 in heads else 3), place
        assert [journal for journal in journals if journal in left] == left
        assert not archive.rewrite(segment, lambda frame: True)


def test_a_journal_larger_than_a_piece_is_several_and_a_damaged_one_costs_itself(tmp_path, monkeypatch):
    monkeypatch.setattr(archive, "PIECE", 64)
    segment = append(tmp_path, [("a", b"x" * 150, b"y" * 70), ("b", b"z", b"")])
    first, second = archive.frames_of(segment)
    assert (len(first.pieces), archive.load(first)) == (4, (b"x" * 150, b"y" * 70))
    data = bytearray(segment.read_bytes())
    data[first.pieces[1].offset + 3] ^= 255
    segment.write_bytes(data)
    assert dict(archive.stream_of(first, "events")) == {0: b"x" * 64, 128: b"x" * 22}
    assert dict(archive.stream_of(first, "points", 40)) == {40: b"y" * 30}
    assert archive.load(second) == (b"z", b"")


def test_a_piece_that_says_it_is_small_and_is_not_takes_no_more_than_it_says(tmp_path):
    segment = append(tmp_path, [("a", b"", b"\0" * 1_000_000)])
    data = segment.read_bytes()
    ((placed,),) = (frame.pieces for frame in archive.frames_of(segment))
    small = msgspec.structs.replace(
        placed.piece, spans=[archive.Span("points", 0, 10)], lengths={"points": 10}
    )
    assert len(data) < 2000
    with pytest.raises(ValueError, match="checksum"):
        archive.unpack(segment, dataclasses.replace(placed, piece=small))


def test_two_places_never_write_one_segment(tmp_path):
    """Two copies of a store, each written on, can be laid over one another."""
    one, two = tmp_path / "one", tmp_path / "two"
    one.mkdir()
    append(one, [("a", b"x", b"")])
    shutil.copytree(one, two)
    append(one, [("b", b"x", b"")])
    append(two, [("c", b"x", b"")])
    shutil.copytree(
        two,
        one,
        dirs_exist_ok=True,
        ignore=lambda folder, names: [
            n for n in names if (one / folder.removeprefix(str(two)).lstrip("/") / n).is_file()
        ],
    )
    assert sorted(name for name, _, _ in content(one)) == ["a", "b", "c"]


def test_a_segment_of_format_1_is_read_and_never_appended_to(tmp_path):
    (tmp_path / "2026-01").mkdir()
    segment = tmp_path / "2026-01" / "1.seg.zst"
    data = b"events" + b"points"
    packed = pa.compress(data, codec="zstd", asbytes=True)
    text = b'{"name":"a","events":6,"points":6,"packed":%d,"sha256":"%s"}' % (
        len(packed),
        hashlib.sha256(data).hexdigest().encode(),
    )
    segment.write_bytes((struct.pack("<II", archive.MAGIC, len(text)) + text + packed) * 2)
    append(tmp_path, [("b", b"x", b"")])
    assert content(tmp_path) == [("a", b"events", b"points")] * 2 + [("b", b"x", b"")]
    flipped = bytearray(segment.read_bytes())
    flipped[2] ^= 255
    segment.write_bytes(flipped)
    assert content(tmp_path)[0] == ("a", b"events", b"points")
    assert len(content(tmp_path)) == 2


def test_zstd_itself_reads_a_segment(tmp_path):
    segment = append(tmp_path, [("a", b"events", b"points")])
    try:
        found = subprocess.run(["zstd", "-dc", str(segment)], capture_output=True, check=True)
    except FileNotFoundError:
        pytest.skip("there is no zstd here")
    assert found.stdout == b"eventspoints"
