"""Long curves drawn small: of each stretch of many points its first and last, its least and its greatest.

To look through a hundred million points for the thousand that a picture shows takes seconds. So what comes into the index in
large parts leaves these few points beside the others; a picture is made of them where they stand for the whole curve, and
of all points where they don't: no peak is lost either way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from numpy.typing import NDArray

STRETCH: Final = 2048
"""Points of a stretch."""

LEAST: Final = 16 * STRETCH
"""Points of a part that is worth it."""


def of(records: NDArray[Any]) -> NDArray[Any]:
    """The points that stand for a part of a curve, which is sorted by step."""
    import numpy as np

    begins = np.arange(0, len(records), STRETCH)
    ends = np.append(begins[1:], len(records)) - 1
    values = records["value"]
    low = np.where(np.isnan(values), np.inf, values)
    high = np.where(np.isnan(values), -np.inf, values)
    extremes = [
        begin + picked(side[begin : end + 1])
        for begin, end in zip(begins.tolist(), ends.tolist(), strict=True)
        for side, picked in ((low, np.argmin), (high, np.argmax))
    ]
    chosen: NDArray[Any] = records[np.unique(np.concatenate([begins, ends, np.array(extremes)]))]
    return chosen
