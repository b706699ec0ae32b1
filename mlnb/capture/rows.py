"""One 64-bit hash a row, over all columns: equal rows have equal hashes, wherever they stand.

Per column, each value becomes 64 bits; a row's hash is the sum of its values' bits, each times an odd number of its
column's own, mixed at the end. It is no proof of equality (digests are): it tells order from content.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import xxhash

from mlnb.capture import hashing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlnb.capture.columns import Column

_GOLDEN: Final = 0x9E3779B97F4A7C15


def hashes(columns: Sequence[Column], rows: int) -> Any:
    """A `uint64` array of `rows` numbers, or `None` where the columns aren't of that length."""
    import numpy as np

    if not columns or any(len(column) != rows for column in columns):
        return None
    total = np.zeros(rows, np.uint64)
    for number, column in enumerate(columns):
        factor = np.uint64((_GOLDEN * (2 * number + 3)) % (1 << 64) | 1)
        total += _mix(_bits(column)) * factor
    return _mix(total)


def _bits(column: Column) -> Any:
    if column.layout == "fixed":
        return _fixed(column)
    if column.layout == "text":
        return _texts(column.data)
    return _each(column.data)


def _fixed(column: Column) -> Any:
    import numpy as np

    values = np.ascontiguousarray(column.data)
    if values.dtype.kind == "c":
        values = values.real.astype(np.float64) + values.imag.astype(np.float64) * 1.6180339887
    if values.dtype.kind == "f":
        values = values.astype(np.float64)
        bits = values.view(np.uint64).copy()
        bits[np.isnan(values)] = 0x7FF8000000000000
    else:
        bits = (
            values.astype(np.int64).view(np.uint64) if values.dtype.kind != "u" else values.astype(np.uint64)
        )
    if column.valid is not None:
        bits = np.where(column.valid, bits, np.uint64(0x7FF8000000000000))
    return bits


def _texts(chunks: Sequence[Any]) -> Any:
    import numpy as np
    import pyarrow as pa

    whole = pa.chunked_array(chunks).combine_chunks()
    if isinstance(whole, pa.ChunkedArray):
        whole = pa.concat_arrays(whole.chunks)
    encoded = whole.dictionary_encode(null_encoding="encode")
    unique = _each(encoded.dictionary.to_pylist())
    return unique[encoded.indices.to_numpy()] if len(unique) else np.zeros(0, np.uint64)


def _each(values: Sequence[Any]) -> Any:
    import numpy as np

    found = np.empty(len(values), np.uint64)
    for place, value in enumerate(values):
        buffer = bytearray()
        hashing.encode(value, buffer)
        found[place] = xxhash.xxh3_64_intdigest(bytes(buffer))
    return found


def _mix(bits: Any) -> Any:
    """A bijection that spreads each bit over all (the finaliser of splitmix64)."""
    import numpy as np

    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return bits ^ (bits >> np.uint64(31))
