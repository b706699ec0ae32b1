"""The archive: what was folded is there, whole, and a torn tail costs nothing that was in it."""

import subprocess

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlnb.store import archive

JOURNALS = st.lists(
    st.tuples(st.text("abc.-", min_size=1), st.binary(max_size=300), st.binary(max_size=300)), max_size=5
)


def content(root):
    return [(frame.description.name, *archive.load(frame)) for frame in archive.frames(root)]


@given(JOURNALS)
@settings(max_examples=15)
def test_what_is_appended_is_read(tmp_path_factory, journals):
    root = tmp_path_factory.mktemp("archive")
    for journal in journals:
        archive.append(root, [journal])
    assert content(root) == journals


@given(JOURNALS.filter(bool), st.floats(0, 0.999))
@settings(max_examples=15)
def test_a_torn_tail_loses_the_torn_journal_alone_and_the_next_goes_on(tmp_path_factory, journals, share):
    root = tmp_path_factory.mktemp("archive")
    archive.append(root, journals)
    (segment,) = archive.segments(root)
    last = list(archive.frames_of(segment))[-1]
    whole = segment.read_bytes()
    begin = last.offset - 1
    segment.write_bytes(whole[: begin + int((len(whole) - begin) * share)])
    archive._whole.clear()
    archive.append(root, [("next", b"events", b"points")])
    survivors = content(root)
    assert survivors[: len(journals) - 1] == journals[:-1]
    assert survivors[-1] == ("next", b"events", b"points")


def test_a_changed_byte_is_noticed(tmp_path):
    archive.append(tmp_path, [("a", b"x" * 1000, b"")])
    (frame,) = archive.frames(tmp_path)
    data = bytearray(frame.segment.read_bytes())
    data[-3] ^= 255
    frame.segment.write_bytes(data)
    with pytest.raises(ValueError, match=r".+"):
        archive.load(frame)


def test_a_torn_tail_is_reported(tmp_path):
    segment = archive.append(tmp_path, [("a", b"x", b"y")])
    with segment.open("ab") as file:
        file.write(b"torn")
    assert archive.damaged_tails(tmp_path) == {segment: 4}


def test_a_full_segment_is_followed_by_another(tmp_path, monkeypatch):
    monkeypatch.setattr(archive, "SEGMENT_SIZE", 10)
    for name in "abc":
        archive.append(tmp_path, [(name, b"x", b"y")])
    assert [name for name, _, _ in content(tmp_path)] == ["a", "b", "c"]
    assert len(archive.segments(tmp_path)) == 3


def test_a_rewrite_drops_what_is_unwanted(tmp_path):
    segment = archive.append(tmp_path, [("a", b"1", b""), ("b", b"2", b"")])
    archive.rewrite(segment, lambda name, events: events == b"1")
    assert content(tmp_path) == [("b", b"2", b"")]


def test_a_segment_is_a_zstandard_stream(tmp_path):
    segment = archive.append(tmp_path, [("a", b"events", b"points"), ("b", b"more", b"")])
    with pa.input_stream(str(segment), compression="zstd") as stream:
        assert stream.read() == b"eventspointsmore"


def test_zstd_itself_reads_a_segment(tmp_path):
    segment = archive.append(tmp_path, [("a", b"events", b"points")])
    try:
        found = subprocess.run(["zstd", "-dc", str(segment)], capture_output=True, check=True)
    except FileNotFoundError:
        pytest.skip("there is no zstd here")
    assert found.stdout == b"eventspoints"
