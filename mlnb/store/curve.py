"""Curves: the points of one metric, and fewer of them without losing a peak."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class History:
    """A curve, sorted by step: arrays of one length n. Times in µs since 1970."""

    steps: NDArray[np.int64]
    times: NDArray[np.int64]
    values: NDArray[np.float64]


def thinned(curve: History, max_points: int) -> History:
    """At most about `max_points` points of a curve, with the extremes of every stretch."""
    import numpy as np

    count = len(curve.steps)
    if count <= max(4, max_points):
        return curve
    stretches = max(1, (max_points - 2) // 2)
    edges = np.linspace(0, count, stretches + 1).astype(np.int64)[:-1]
    low = np.where(np.isnan(curve.values), np.inf, curve.values)
    high = np.where(np.isnan(curve.values), -np.inf, curve.values)
    lengths = np.diff(np.append(edges, count))
    kept = {0, count - 1}
    for values, reduced in ((low, np.minimum.reduceat(low, edges)), (high, np.maximum.reduceat(high, edges))):
        hits = np.flatnonzero(values == np.repeat(reduced, lengths))
        _, firsts = np.unique(np.searchsorted(edges, hits, side="right"), return_index=True)
        kept.update(hits[firsts].tolist())
    at = np.array(sorted(kept))
    return History(curve.steps[at], curve.times[at], curve.values[at])
