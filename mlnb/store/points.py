"""Metric points on disk: records of 32 bytes, little-endian, in the order they were logged.

    u32 key     the metric's number in this journal, from 1 (0 is never valid: what a power loss leaves)
    u32 flags   0; of a mark, its checksum
    i64 step
    i64 time    µs since 1970
    f64 value   any double, NaN and infinities included

A record is written by one `write`, so a file is whole up to its last multiple of 32 bytes.

Each second, and at the end, a *mark* follows what was logged (`points/2`): its key is 2^32 - 1, its step the byte where its
block begins, its flags the CRC-32 of that block and of the mark itself without them. So a flipped bit is found.
"""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray

SIZE: Final = 32
MARK: Final = 0xFFFFFFFF
pack: Final = struct.Struct("<IIqqd").pack
LATEST: Final = 253_402_300_799_999_999
"""The greatest time: the end of the year 9999."""
LAYOUT: Final = [("key", "<u4"), ("flags", "<u4"), ("step", "<i8"), ("time", "<i8"), ("value", "<f8")]


def pack_many(
    key: int, steps: NDArray[np.int64], time: int | NDArray[np.int64], values: NDArray[np.float64]
) -> memoryview[int]:
    """The records of many points of one metric, logged at one time or each at its own."""
    import numpy as np

    records = np.zeros(len(values), dtype=LAYOUT)
    records["key"] = key
    records["step"] = steps
    records["time"] = time
    records["value"] = values
    return memoryview(records.view(np.uint8).data).cast("B")


def mark(begin: int, sum_: int) -> bytes:
    """The mark after a block that begins at byte `begin`, and whose CRC-32 is `sum_`."""
    return pack(MARK, zlib.crc32(pack(MARK, 0, begin, 0, 0.0), sum_), begin, 0, 0.0)


def broken_blocks(data: bytes, start: int = 0) -> int:
    """How many blocks in `data`, which begins at byte `start` of its file, are not what was written. One that began before
    can't be told."""
    import numpy as np

    found = raw(data)
    broken = 0
    for place in np.flatnonzero(found["key"] == MARK).tolist():
        begin, end = int(found["step"][place]), start + place * SIZE
        if not 0 <= begin <= end:
            broken += 1
        elif begin >= start:
            block = memoryview(data)[begin - start : end - start]
            broken += data[place * SIZE : (place + 1) * SIZE] != mark(begin, zlib.crc32(block))
    return broken


def raw(data: bytes) -> NDArray[Any]:
    """The whole records in `data`, marks too, as a structured array with the fields of `LAYOUT`."""
    import numpy as np

    return np.frombuffer(data, dtype=LAYOUT, count=len(data) // SIZE)


def unpack(data: bytes) -> NDArray[Any]:
    """The points in `data`, as a structured array with the fields of `LAYOUT`. What has a time that no calendar knows is none:
    no clock gave it."""
    found = raw(data)
    times = found["time"]
    sound = (found["key"] != MARK) & (times >= 0) & (times <= LATEST)
    return found if sound.all() else found[sound]


def by_key(records: NDArray[Any]) -> Iterator[tuple[int, NDArray[Any]]]:
    """Each metric's records, in the order they were logged."""
    import numpy as np

    if not len(records):
        return
    first = records["key"][0]
    if (records["key"] == first).all():
        yield int(first), records
        return
    grouped = records[np.argsort(records["key"], kind="stable")]
    keys, begins = np.unique(grouped["key"], return_index=True)
    yield from zip(keys.tolist(), np.split(grouped, begins[1:]), strict=True)
