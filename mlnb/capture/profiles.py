"""Statistics of a column: what a person wants to know of it, and what drift checks compare later.

Nulls, extremes, mean and standard deviation are exact and taken block by block, so that a block is read
from memory once. `distinct` and the histogram of a long column come from rows spread evenly over it.
"""

from __future__ import annotations

import functools
import math
from typing import TYPE_CHECKING, Any, Final

from mlnb.capture.blocks import in_blocks
from mlnb.events import ColumnProfile

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlnb.capture.columns import Column

SAMPLE: Final = 10_000
BINS: Final = 20
LABELS: Final = 20
LONGEST_LABEL: Final = 80
ROW: Final = 2048  # doubles
FAR: Final = 4.0


def profiles(columns: Sequence[Column], digests: Sequence[str]) -> list[ColumnProfile]:
    """The columns' statistics beside their digests; what can't be counted stays `None`."""
    moments = iter(_moments([column for column in columns if column.layout == "fixed"]))
    return [
        _numbers(column, digest, next(moments))
        if column.layout == "fixed"
        else (_texts if column.layout == "text" else _values)(column, digest)
        for column, digest in zip(columns, digests, strict=True)
    ]


def bare(columns: Sequence[Column], digests: Sequence[str]) -> list[ColumnProfile]:
    """The digests alone."""
    return [
        ColumnProfile(name=column.name, type=column.type, digest=digest)
        for column, digest in zip(columns, digests, strict=True)
    ]


# ---- numbers --------------------------------------------------------------------------------


def _numbers(column: Column, digest: str, moments: _Moments) -> ColumnProfile:
    sample = _sorted_sample(column)
    return ColumnProfile(
        name=column.name,
        type=column.type,
        digest=digest,
        nulls=len(column.data) - moments.count,
        distinct=_distinct(sample, moments.count),
        min=moments.low,
        max=moments.high,
        mean=moments.mean,
        std=moments.std,
        histogram=_histogram(sample),
    )


def _moments(columns: Sequence[Column]) -> list[_Moments]:
    """Of each column's numbers, read together."""
    import numpy as np

    found = [_Moments() for _ in columns]
    doubles = np.empty(0)
    for place, values, valid in in_blocks([(column.data, column.valid) for column in columns]):
        if len(values) > len(doubles):
            doubles = np.empty(len(values))  # once: fresh memory costs more than what is done with it
        found[place].add(_real(values if valid is None else values[valid]), doubles)
    return found


class _Moments:
    """Count, extremes, mean and standard deviation (of a sample) of the numbers that are no NaN.

    Where the first numbers lie far from zero for how far they lie apart, squares would lose their digits: then all
    sums are of differences from one of them.
    """

    def __init__(self) -> None:
        self.count = 0
        self._low, self._high = math.inf, -math.inf
        self._near = self._total = self._square = 0.0

    def add(self, values: Any, doubles: Any) -> None:
        """Take in a block of numbers. `doubles` has room for as many, and is written over."""
        import numpy as np

        block = values
        if block.dtype != np.float64 or not block.flags.c_contiguous:
            block = doubles[: len(values)]
            np.copyto(block, values, casting="unsafe")
        if not len(block):
            return
        low = float(np.minimum.reduce(block))
        if low != low:  # noqa: PLR0124 - a NaN is among them
            self.add(block[~np.isnan(block)], doubles)
            return
        high = float(np.maximum.reduce(block))
        if not self.count and math.isfinite(low) and max(-low, high) > FAR * (high - low):
            self._near = low
        self._low, self._high = min(self._low, low), max(self._high, high)
        self.count += len(block)
        with np.errstate(all="ignore"):
            if self._near:
                block = np.subtract(block, self._near, out=doubles[: len(block)])
            self._sum(block)

    def _sum(self, block: Any) -> None:
        import numpy as np

        whole = len(block) // ROW * ROW
        if whole:
            # Rows that stay in the core's first cache: faster than `np.add.reduce`, and too short to wake BLAS's
            # threads.
            rows = block[:whole].reshape(-1, ROW)
            self._total += float(np.add.reduce(np.vecdot(rows, np.ones(ROW))))
            self._square += float(np.add.reduce(np.vecdot(rows, rows)))
        if whole < len(block):
            rest = block[whole:]
            self._total += float(np.add.reduce(rest))
            self._square += float(np.add.reduce(rest * rest))

    @property
    def low(self) -> float | None:
        return self._low if self.count else None

    @property
    def high(self) -> float | None:
        return self._high if self.count else None

    @property
    def mean(self) -> float | None:
        return self._near + self._total / self.count if self.count else None

    @property
    def std(self) -> float | None:
        if self.count < 2:
            return None
        variance = max(self._square - self._total * self._total / self.count, 0.0) / (self.count - 1)
        return math.sqrt(variance) if math.isfinite(variance) else None


def _real(values: Any) -> Any:
    import numpy as np

    if values.dtype.kind == "c":
        return np.abs(values)
    return values.view(np.uint8) if values.dtype.kind == "b" else values


def _sorted_sample(column: Column) -> Any:
    """At most `SAMPLE` finite values, evenly spread over the column, in the order of their size."""
    import numpy as np

    values = column.data if column.valid is None else column.data[column.valid]
    sample = _real(values if len(values) <= SAMPLE else values[_places(len(values))])
    if sample.dtype.kind == "f":
        sample = sample[np.isfinite(sample)]
    return np.sort(sample)


@functools.lru_cache(maxsize=8)
def _places(rows: int) -> Any:
    """Where the sample stands: one place in each of `SAMPLE` equal stretches, out of step with any pattern."""
    import numpy as np

    stretch = rows / SAMPLE
    return ((np.arange(SAMPLE) + np.random.default_rng(0).random(SAMPLE)) * stretch).astype(np.int64)


def _counted(ordered: Any) -> tuple[Any, Any]:
    """The distinct values of a sorted array, and how often each stands in it."""
    import numpy as np

    firsts = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1])))
    return ordered[firsts], np.diff(firsts, append=len(ordered))


def _distinct(sample: Any, rows: int) -> int | None:
    if not len(sample):
        return 0
    return _estimate(_counted(sample)[1], len(sample), rows)


def _estimate(counts: Any, seen: int, rows: int) -> int:
    """How many distinct values all rows hold, from the counts in some of them: those seen once stand
    for the unseen (Charikar's guaranteed-error estimate)."""
    once = int((counts == 1).sum())
    found = len(counts)
    if seen >= rows:
        return found
    if once == seen:
        return rows
    return min(rows, round(found - once + once * math.sqrt(rows / seen)))


def _histogram(sample: Any) -> tuple[list[Any], list[int]] | None:
    """Twenty equal bins (as `numpy.histogram` makes them), or each of a few whole numbers."""
    import numpy as np

    if not len(sample):
        return None
    if sample.dtype.kind in "iu" and int(sample[-1]) - int(sample[0]) < BINS:
        labels, counts = _counted(sample)
        return [float(label) for label in labels], counts.tolist()
    ordered = sample.astype(np.float64)
    low, high = ordered[[0, -1]]
    with np.errstate(all="ignore"):
        edges = np.linspace(*((low, high) if low < high else (low - 0.5, high + 0.5)), BINS + 1)
    if not (edges[1:] > edges[:-1]).all():
        return None  # the values differ in their last digits only, or by more than a double holds
    inner = np.searchsorted(ordered, edges[1:-1])
    return edges.tolist(), np.diff(inner, prepend=0, append=len(ordered)).tolist()


# ---- text and the rest ----------------------------------------------------------------------


def _texts(column: Column, digest: str) -> ColumnProfile:
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = column.data[0].type if column.data else pa.string()
    whole = pa.chunked_array(column.data, kind)
    rows, nulls = len(whole), whole.null_count
    sample = whole if rows <= SAMPLE else whole.take(pa.array(_places(rows)))
    sample = sample.drop_null()
    counted = pc.value_counts(sample)
    counts = counted.field("counts").to_numpy(zero_copy_only=False)
    extremes = pc.min_max(sample) if len(sample) and column.type != "bytes" else None
    labels = counted.field("values").to_pylist() if len(counts) else []
    return ColumnProfile(
        name=column.name,
        type=column.type,
        digest=digest,
        nulls=nulls,
        distinct=_estimate(counts, len(sample), rows - nulls) if len(sample) else 0,
        min=_label(extremes["min"].as_py()) if extremes else None,
        max=_label(extremes["max"].as_py()) if extremes else None,
        histogram=_top(labels, counts.tolist()),
    )


def _values(column: Column, digest: str) -> ColumnProfile:
    nulls = sum(1 for value in column.data if value is None or value != value)  # noqa: PLR0124 - NaN
    return ColumnProfile(name=column.name, type=column.type, digest=digest, nulls=nulls)


def _top(labels: list[Any], counts: list[int]) -> tuple[list[Any], list[int]] | None:
    if not labels:
        return None
    best = sorted(zip(labels, counts, strict=True), key=lambda pair: (-pair[1], str(pair[0])))[:LABELS]
    return [_label(label) for label, _ in best], [count for _, count in best]


def _label(value: Any) -> str:
    text = value.hex() if isinstance(value, bytes) else str(value)
    text = text.encode("utf-8", "replace").decode()
    return text if len(text) <= LONGEST_LABEL else text[: LONGEST_LABEL - 1] + "…"
