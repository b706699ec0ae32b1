"""One 64-bit hash a row, over all columns: equal rows have equal hashes, wherever they stand.

Per column, each value becomes 64 bits, is spread, and is multiplied by an odd number of its column's own; a row's hash is
the sum of these, spread again. It is no proof of equality (digests are): it tells order from content, and finds
rows that two tables share. A pandas index that only numbers its rows is no part of them: a split table's rows keep
their numbers, and rows that are alike must not differ by those.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import xxhash

from mlnb.capture import hashing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlnb.capture.columns import Column

BLOCK: Final = 1 << 13  # rows at a time: what is computed of them stays in the core's cache
_GOLDEN: Final = 0x9E3779B97F4A7C15
_NOTHING: Final = 0x7FF8000000000000  # a null's bits: those of NaN


def hashes(columns: Sequence[Column], rows: int) -> Any:
    """A `uint64` array of `rows` numbers, or `None` where the columns aren't of that length."""
    import numpy as np

    if not columns or any(len(column) != rows for column in columns):
        return None
    columns = [column for column in columns if not column.numbers_rows] or columns
    sources = [_source(column) for column in columns]
    factors = [np.uint64((_GOLDEN * (2 * place + 3)) % (1 << 64) | 1) for place in range(len(columns))]
    total = np.zeros(rows, np.uint64)
    spread, moved = np.empty(BLOCK, np.uint64), np.empty(BLOCK, np.uint64)
    for start in range(0, rows, BLOCK):
        sums = total[start : start + BLOCK]
        one, other = spread[: len(sums)], moved[: len(sums)]
        for source, factor in zip(sources, factors, strict=True):
            np.multiply(source(start, start + BLOCK), np.uint64(_GOLDEN), out=one)
            np.right_shift(one, np.uint64(32), out=other)
            np.bitwise_xor(one, other, out=one)
            np.multiply(one, factor, out=one)
            np.add(sums, one, out=sums)
        sums[:] = _mixed(sums)
    return total


def _source(column: Column) -> Any:
    """A function that gives the bits of some of the column's values."""
    if column.layout == "fixed":
        return lambda start, end: _fixed(column, start, end)
    bits = _texts(column.data) if column.layout == "text" else _each(column.data)
    return lambda start, end: bits[start:end]


def _fixed(column: Column, start: int, end: int) -> Any:
    import numpy as np

    values = column.data[start:end]
    if values.dtype.kind == "c":
        values = values.real.astype(np.float64) + values.imag.astype(np.float64) * 1.6180339887
    if values.dtype.kind == "f":
        values = np.ascontiguousarray(values, dtype=np.float64)
        missing = np.isnan(values)
        bits = values.view(np.uint64)
        if missing.any():
            bits = np.where(missing, np.uint64(_NOTHING), bits)
    elif values.dtype.kind == "u":
        bits = values.astype(np.uint64)
    else:
        bits = np.ascontiguousarray(values, dtype=np.int64).view(np.uint64)
    if column.valid is not None:
        bits = np.where(column.valid[start:end], bits, np.uint64(_NOTHING))
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


def _mixed(bits: Any) -> Any:
    """A bijection that spreads each bit over all (the finaliser of splitmix64)."""
    import numpy as np

    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return bits ^ (bits >> np.uint64(31))
