"""Statistics of a column: what a person wants to know of it, and what drift checks compare later.

Nulls, extremes, mean and standard deviation are exact and taken block by block, so that a block is read
from memory once. `distinct` and the histogram of a long column come from rows spread evenly over it.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

from mlnb.events import ColumnProfile

if TYPE_CHECKING:
    from mlnb.capture.columns import Column

BLOCK: Final = 1 << 15
SAMPLE: Final = 20_000
BINS: Final = 20
LABELS: Final = 20
LONGEST_LABEL: Final = 80


def profile(column: Column, digest: str) -> ColumnProfile:
    """The column's statistics beside its digest; what can't be counted stays `None`."""
    if column.layout == "fixed":
        return _numbers(column, digest)
    if column.layout == "text":
        return _texts(column, digest)
    return _values(column, digest)


def bare(column: Column, digest: str) -> ColumnProfile:
    """The digest alone."""
    return ColumnProfile(name=column.name, type=column.type, digest=digest)


# ---- numbers --------------------------------------------------------------------------------


def _numbers(column: Column, digest: str) -> ColumnProfile:
    import numpy as np

    values, valid = column.data, column.valid
    if valid is not None:
        values = values[valid]
    missing = len(column.data) - len(values)
    if values.dtype.kind == "c":
        values = np.abs(values)
    if values.dtype.kind == "b":
        values = values.view(np.uint8)
    low, high, mean, std, nans = _moments(values)
    sample = _spread(values)
    if sample.dtype.kind == "f":
        sample = sample[np.isfinite(sample)]
    return ColumnProfile(
        name=column.name,
        type=column.type,
        digest=digest,
        nulls=missing + nans,
        distinct=_distinct(sample, len(values) - nans),
        min=low,
        max=high,
        mean=mean,
        std=std,
        histogram=_histogram(sample, low, high),
    )


def _moments(values: Any) -> tuple[float | None, float | None, float | None, float | None, int]:
    """Minimum, maximum, mean, standard deviation (of a sample) and the number of NaNs."""
    import numpy as np

    if not len(values):
        return None, None, None, None, 0
    count, nans, low, high = 0, 0, math.inf, -math.inf
    total, square, shift = 0.0, 0.0, _first(values)
    with np.errstate(all="ignore"):
        for start in range(0, len(values), BLOCK):
            block = values[start : start + BLOCK].astype(np.float64)
            block -= shift
            part = float(np.add.reduce(block))
            if part != part:  # noqa: PLR0124 - NaN: rarer than the check is dear
                block = block[~np.isnan(block)]
                part = float(np.add.reduce(block))
            if not len(block):
                nans += min(BLOCK, len(values) - start)
                continue
            nans += min(BLOCK, len(values) - start) - len(block)
            low, high = min(low, float(block.min())), max(high, float(block.max()))
            count, total, square = count + len(block), total + part, square + float(np.dot(block, block))
    if not count:
        return None, None, None, None, nans
    mean = total / count
    variance = max(square - count * mean * mean, 0.0) / (count - 1) if count > 1 else None
    std = math.sqrt(variance) if variance is not None and math.isfinite(variance) else None
    return low + shift, high + shift, mean + shift, std, nans


def _first(values: Any) -> float:
    """A number near the others: sums of differences from it lose fewer digits."""
    first = float(values[0])
    return first if math.isfinite(first) else 0.0


def _spread(values: Any) -> Any:
    """At most `SAMPLE` values, evenly spread."""
    return values if len(values) <= SAMPLE else values[_places(len(values))]


def _places(rows: int) -> Any:
    """Where the sample stands: one place in each of `SAMPLE` equal stretches, out of step with any pattern."""
    import numpy as np

    stretch = rows / SAMPLE
    return ((np.arange(SAMPLE) + np.random.default_rng(0).random(SAMPLE)) * stretch).astype(np.int64)


def _distinct(sample: Any, rows: int) -> int | None:
    import numpy as np

    if not len(sample):
        return 0
    _, counts = np.unique(sample, return_counts=True)
    return _estimate(counts, len(sample), rows)


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


def _histogram(sample: Any, low: float | None, high: float | None) -> tuple[list[Any], list[int]] | None:
    import numpy as np

    if not len(sample) or low is None or high is None or not math.isfinite(high - low):
        return None
    if sample.dtype.kind in "iu" and high - low < BINS:
        labels, counts = np.unique(sample, return_counts=True)
        return [float(label) for label in labels], counts.tolist()
    with np.errstate(all="ignore"):
        try:
            counts, edges = np.histogram(sample.astype(np.float64), bins=BINS)
        except (ValueError, IndexError):
            # The values differ in their last digits only: there is nothing to draw. NumPy says so in
            # one way or the other, by its version.
            return None
    return edges.tolist(), counts.tolist()


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
