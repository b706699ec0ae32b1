"""Columns of numbers, some rows of each at a time.

Columns that lie side by side in memory, as those of a matrix do, are then read from it once, and not once for each
column: what one of them brings into the core's cache, the others find there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

CACHE: Final = 1 << 21  # bytes of one column: between two looks at it a block stays in the processor's cache
SHARED: Final = 1 << 20  # bytes of all columns that lie side by side
LEAST: Final = 512  # rows, so that they are worth the call


def in_blocks(columns: Sequence[tuple[Any, Any]]) -> Iterator[tuple[int, Any, Any]]:
    """A column's place, some of its values, and which of these are valid (`None` for all), until all were there.

    `columns` are pairs of one-dimensional NumPy arrays: the values, and a boolean array or `None`. They may differ
    in length.
    """
    if not columns:
        return
    step = min(_rows(values) for values, _ in columns)
    for start in range(0, max(len(values) for values, _ in columns), step):
        for place, (values, valid) in enumerate(columns):
            if start < len(values):
                end = start + step
                yield place, values[start:end], None if valid is None else valid[start:end]


def _rows(values: Any) -> int:
    apart = abs(values.strides[0])
    return int(max(1, CACHE // max(apart, 1)) if apart <= values.itemsize else max(LEAST, SHARED // apart))
