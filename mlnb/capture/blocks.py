"""Columns of numbers, some rows of each at a time.

Columns that lie side by side in memory, as those of a matrix do, are then read from it once, and not once for each
column; and some rows of all of them are turned into columns at a time, which is up to three times as fast as column by
column.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

CACHE: Final = 1 << 21  # bytes of a column that stay in the processor's cache between two looks at them
TURNED: Final = 1 << 23  # bytes of a matrix that are there as columns at a time: each must be worth the call
TILE: Final = 1 << 17  # bytes of them that are turned at a time
LEAST: Final = 512  # rows, so that they are worth the call


def in_blocks(columns: Sequence[tuple[Any, Any]]) -> Iterator[tuple[int, Any, Any]]:
    """A column's place, some of its values, and which of these are valid (`None` for all), until all were there.

    `columns` are pairs of one-dimensional NumPy arrays: the values, and a boolean array or `None`. They may differ
    in length. What is given is good until the next is asked for.
    """
    if not columns:
        return
    matrix = _matrix_of(columns)
    if matrix is not None:
        yield from _turned(matrix)
        return
    step = min(_rows(values) for values, _ in columns)
    for start in range(0, max(len(values) for values, _ in columns), step):
        for place, (values, valid) in enumerate(columns):
            if start < len(values):
                end = start + step
                yield place, values[start:end], None if valid is None else valid[start:end]


def _rows(values: Any) -> int:
    return int(max(LEAST, CACHE // max(abs(values.strides[0]), values.itemsize)))


def _matrix_of(columns: Sequence[tuple[Any, Any]]) -> Any:
    """The matrix that lies row by row and has these columns, in this order; `None` where there is none."""
    import numpy as np

    first = columns[0][0]
    if len(columns) < 2 or abs(first.strides[0]) <= first.itemsize:
        return None
    alike = (first.dtype, first.shape, first.strides)
    if any(valid is not None or (v.dtype, v.shape, v.strides) != alike for v, valid in columns):
        return None
    places = [values.__array_interface__["data"][0] for values, _ in columns]
    apart = places[1] - places[0]
    if any(place - places[0] != n * apart for n, place in enumerate(places)):
        return None
    shape, strides = (len(first), len(columns)), (first.strides[0], apart)
    return np.lib.stride_tricks.as_strided(first, shape, strides, writeable=False)


def _turned(matrix: Any) -> Iterator[tuple[int, Any, None]]:
    import numpy as np

    rows, width = matrix.shape
    step = max(LEAST, TURNED // (width * matrix.itemsize))
    tile = max(1, TILE // (width * matrix.itemsize))
    turned = np.empty((width, min(step, rows)), matrix.dtype)
    for start in range(0, rows, step):
        block = matrix[start : start + step]
        for part in range(0, len(block), tile):
            some = block[part : part + tile]
            np.copyto(turned[:, part : part + len(some)], some.T)
        for place in range(width):
            yield place, turned[place, : len(block)], None
