"""Content into digests: xxh3-128 over canonical buffers.

A column's digest covers its logical type and its values, and nothing of how a library keeps them:

- fixed-width values are hashed as they lie in memory (little-endian); float nulls are NaN, and every NaN
  is the same NaN; other nulls are zeroes plus a bit map of what is valid;
- text and bytes are one long buffer and the lengths of its parts, so chunks and offsets don't matter;
- anything else is encoded value by value, each with its type.
"""

from __future__ import annotations

import datetime as dt
import decimal
import math
import pickle
import struct
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import xxhash

from mlnb.capture.blocks import in_blocks
from mlnb.capture.kinds import home_of

BLOCK: Final = 1 << 18  # bytes hashed at a time


def digest_fixed(columns: Sequence[tuple[str, Any, Any]]) -> list[str]:
    """The digests of columns of fixed-width values, read together.

    Each is its kind, a one-dimensional NumPy array, and a boolean array of what is valid or `None` where nothing is
    missing.
    """
    import numpy as np

    hashers = [_start(kind) for kind, _, _ in columns]
    with np.errstate(invalid="ignore"):
        for place, values, valid in in_blocks([(values, valid) for _, values, valid in columns]):
            hashers[place] = _updated(hashers[place], values, valid)
    for hasher, (_, values, valid) in zip(hashers, columns, strict=True):
        if valid is not None and values.dtype.kind not in "fc":
            hasher.update(np.packbits(valid).tobytes())
    return [_finish(hasher, len(values)) for hasher, (_, values, _) in zip(hashers, columns, strict=True)]


def digest_text(kind: str, chunks: Iterable[Any]) -> str:
    """The digest of Arrow string or binary arrays (with 32- or 64-bit offsets)."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    hasher, lengths, validity = _start(kind), xxhash.xxh3_128(), xxhash.xxh3_128()
    rows, nulls = 0, 0
    for chunk in chunks:
        if chunk.null_count:
            validity.update((np.flatnonzero(chunk.is_null().to_numpy(zero_copy_only=False)) + rows).data)
            empty = b"" if pa.types.is_binary(chunk.type) or pa.types.is_large_binary(chunk.type) else ""
            nulls += chunk.null_count
            chunk = pc.fill_null(chunk, empty)  # noqa: PLW2901 - the same chunk, cleaned
        wide = pa.types.is_large_string(chunk.type) or pa.types.is_large_binary(chunk.type)
        offsets, data = chunk.buffers()[1:3]
        if len(chunk):
            ends = np.frombuffer(offsets, dtype=np.int64 if wide else np.int32)
            ends = ends[chunk.offset : chunk.offset + len(chunk) + 1]
            if data is not None:
                hasher.update(memoryview(data)[int(ends[0]) : int(ends[-1])])
            for start in range(0, len(chunk), 1 << 15):
                part = ends[start : start + (1 << 15) + 1]
                lengths.update(np.diff(part).astype(np.int64, copy=False).data)
        rows += len(chunk)
    hasher.update(lengths.digest())
    if nulls:
        hasher.update(validity.digest())
    return _finish(hasher, rows)


def digest_values(kind: str, values: Iterable[Any]) -> str:
    """The digest of any Python values, each encoded with its type."""
    hasher = _start(kind)
    buffer = bytearray()
    count = 0
    for value in values:
        encode(value, buffer)
        count += 1
        if len(buffer) > BLOCK:
            hasher.update(buffer)
            buffer = bytearray()
    hasher.update(buffer)
    return _finish(hasher, count)


def combine(parts: Iterable[str]) -> str:
    """One digest of several texts, in their order."""
    hasher = xxhash.xxh3_128()
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        hasher.update(struct.pack("<q", len(data)))
        hasher.update(data)
    return hasher.hexdigest()


def encode(value: Any, out: bytearray) -> None:
    """Append a value's canonical bytes: its type's letter, its length, its content."""
    if _is_null(value):
        out += b"n"
    elif isinstance(value, bool):
        out += b"b1" if value else b"b0"
    elif isinstance(value, int):
        _put(out, b"i", str(value).encode())
    elif isinstance(value, float):
        out += b"f" + struct.pack("<d", value)
    elif isinstance(value, str):
        _put(out, b"s", value.encode("utf-8", "surrogatepass"))
    elif isinstance(value, (bytes, bytearray, memoryview)):
        _put(out, b"y", bytes(value))
    elif isinstance(value, Mapping):
        _put_all(out, b"d", (part for item in value.items() for part in item))
    elif isinstance(value, (list, tuple)):
        _put_all(out, b"l", value)
    elif isinstance(value, (set, frozenset)):
        _put_set(out, value)
    elif isinstance(value, (dt.date, dt.time)):
        _put(out, b"t", value.isoformat().encode())
    elif isinstance(value, (decimal.Decimal, dt.timedelta)):
        _put(out, b"q", f"{type(value).__name__}{value}".encode())
    elif hasattr(value, "tolist") and hasattr(value, "dtype"):
        encode(value.tolist(), out)
    else:
        _put(out, b"o", _pickled(value))


def _is_null(value: Any) -> bool:
    if value is None:
        return True
    if isinstance(value, float):
        return math.isnan(value)
    return type(value).__name__ in {"NAType", "NaTType"}


def _put(out: bytearray, letter: bytes, data: bytes) -> None:
    out += letter + struct.pack("<q", len(data)) + data


def _put_all(out: bytearray, letter: bytes, values: Iterable[Any]) -> None:
    inner = bytearray()
    for value in values:
        encode(value, inner)
    _put(out, letter, bytes(inner))


def _put_set(out: bytearray, values: Iterable[Any]) -> None:
    parts = []
    for value in values:
        part = bytearray()
        encode(value, part)
        parts.append(bytes(part))
    _put(out, b"e", b"".join(sorted(parts)))


def _pickled(value: Any) -> bytes:
    name = f"{home_of(type(value))}.{type(value).__qualname__}".encode()
    try:
        return name + pickle.dumps(value, protocol=5)
    except Exception:  # noqa: BLE001 - any class may refuse to be pickled, in any way
        return name + repr(value).encode("utf-8", "surrogatepass")


def _updated(hasher: Any, values: Any, valid: Any) -> Any:
    """A hasher that has seen a block, too: little-endian, nulls as NaN or zero, and every NaN the same.

    The hash reads a block from memory; whether there is a NaN is asked when the block is in the cache. Only then is it
    copied, and hashed again.
    """
    import numpy as np

    inexact = values.dtype.kind in "fc"
    values = np.ascontiguousarray(values)
    if sys.byteorder == "big" or values.dtype.byteorder == ">":
        values = values.astype(values.dtype.newbyteorder("<"))
    if valid is not None and not valid.all():
        values = values.copy()
        values[~valid] = np.nan if inexact else np.zeros(1, values.dtype)[0]
    before = hasher.copy() if inexact else None
    hasher.update(memoryview(values.view(np.uint8)))
    if before is None:
        return hasher
    parts = values.view(values.real.dtype)
    highest = np.maximum.reduce(parts)
    if highest == highest:  # noqa: PLR0124 - not a NaN
        return hasher
    parts = parts.copy()
    parts[np.isnan(parts)] = np.nan
    before.update(memoryview(parts.view(np.uint8)))
    return before


def _start(kind: str) -> Any:
    hasher = xxhash.xxh3_128()
    hasher.update(kind.encode() + b"\0")
    return hasher


def _finish(hasher: Any, rows: int) -> str:
    hasher.update(struct.pack("<q", rows))
    return str(hasher.hexdigest())
