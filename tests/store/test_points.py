"""Metric points on disk: 32 bytes each, any number that there is."""

import struct
import zlib

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from mlnb.store import points

INT64 = st.integers(-(2**63), 2**63 - 1)
TIME = st.integers(0, points.LATEST)
RECORD = st.tuples(st.integers(1, points.MARK - 1), INT64, TIME, st.floats(width=64))


def bits(value):
    return struct.pack("<d", value)


@given(st.lists(RECORD))
def test_what_is_packed_comes_back_bit_for_bit(records):
    data = b"".join(points.pack(key, 0, step, time, value) for key, step, time, value in records)
    found = points.unpack(data)
    assert [(key, step, time, bits(value)) for key, _, step, time, value in found.tolist()] == [
        (key, step, time, bits(value)) for key, step, time, value in records
    ]


@given(st.lists(st.tuples(INT64, st.floats(width=64))), INT64)
def test_many_at_once_are_the_same_bytes_as_one_by_one(pairs, time):
    steps = np.array([step for step, _ in pairs], dtype="i8")
    values = np.array([value for _, value in pairs], dtype="f8")
    one_by_one = b"".join(points.pack(7, 0, step, time, value) for step, value in pairs)
    assert bytes(points.pack_many(7, steps, time, values)) == one_by_one


@given(st.lists(RECORD, max_size=5), st.integers(0, points.SIZE - 1))
def test_a_torn_record_is_not_there(records, extra):
    data = b"".join(points.pack(key, 0, step, time, value) for key, step, time, value in records)
    assert len(points.unpack(data + b"x" * extra)) == len(records)


@given(st.lists(st.tuples(st.integers(1, 4), INT64)))
def test_by_key_keeps_every_record_in_its_order(records):
    data = points.unpack(b"".join(points.pack(key, 0, step, 0, 0.0) for key, step in records))
    found = {key: part["step"].tolist() for key, part in points.by_key(data)}
    expected = {key: [step for k, step in records if k == key] for key, _ in records}
    assert found == expected


def test_a_block_is_checked_wherever_its_file_is_read_from():
    first, second = points.pack(1, 0, 0, 0, 1.0), points.pack(1, 0, 1, 0, 2.0)
    data = first + points.mark(0, zlib.crc32(first))
    data += second + points.mark(len(data), zlib.crc32(second))
    assert points.broken_blocks(data) == 0
    for place in range(len(data)):
        flipped = bytearray(data)
        flipped[place] ^= 1
        broken = points.broken_blocks(bytes(flipped))
        unnamed = set(points.raw(bytes(flipped))["key"].tolist()) - {1, points.MARK}
        assert broken or unnamed
        assert points.broken_blocks(bytes(flipped)[64:], 64) == (broken if place >= 64 else 0)
    assert points.unpack(data)["value"].tolist() == [1.0, 2.0]
