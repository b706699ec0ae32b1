"""The summary of one metric in one run: last, min, max, count, and its first and last step.

`last` is the value at the greatest step; of several points at one step the one logged last holds. NaN
counts, and is the minimum or maximum only where there is nothing else. Summaries of parts merge into the
summary of the whole, in any order.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

Order = tuple[int, int, str, int]
"""Which of several points comes later: (step, time, writer, place in its journal)."""


@dataclass(frozen=True)
class Summary:
    last: float
    min: float
    max: float
    count: int
    first_value: float
    first: Order
    final: Order

    @property
    def first_step(self) -> int:
        return self.first[0]

    @property
    def last_step(self) -> int:
        return self.final[0]

    def merge(self, other: Summary) -> Summary:
        later = other if other.final > self.final else self
        earlier = other if other.first < self.first else self
        return Summary(
            last=later.last,
            min=_fmin(self.min, other.min),
            max=_fmax(self.max, other.max),
            count=self.count + other.count,
            first_value=earlier.first_value,
            first=earlier.first,
            final=later.final,
        )


def summarise(records: NDArray[Any], writer: str, start: int) -> Iterator[tuple[int, NDArray[Any], Summary]]:
    """Each key's records, sorted by step (and as logged within a step), and their summary.

    `start` is the place of the first record in its journal.
    """
    import numpy as np

    if not len(records):
        return
    order = np.lexsort((records["step"], records["key"]))  # stable: what was logged later stays later
    sorted_records = records[order]
    _, begins = np.unique(sorted_records["key"], return_index=True)
    ends = np.append(begins[1:], len(sorted_records))
    # Columns first: most runs have many metrics of few points, and NumPy's calls cost more than their numbers.
    lows = np.fmin.reduceat(sorted_records["value"], begins).tolist()
    highs = np.fmax.reduceat(sorted_records["value"], begins).tolist()
    firsts, finals = sorted_records[begins].tolist(), sorted_records[ends - 1].tolist()
    first_places, final_places = (start + order[begins]).tolist(), (start + order[ends - 1]).tolist()
    for at, (begin, end) in enumerate(zip(begins.tolist(), ends.tolist(), strict=True)):
        key, _, first_step, first_time, first_value = firsts[at]
        _, _, last_step, last_time, last_value = finals[at]
        yield (
            key,
            sorted_records[begin:end],
            Summary(
                last=last_value,
                min=lows[at],
                max=highs[at],
                count=end - begin,
                first_value=first_value,
                first=(first_step, first_time, writer, first_places[at]),
                final=(last_step, last_time, writer, final_places[at]),
            ),
        )


def _fmin(a: float, b: float) -> float:
    return b if math.isnan(a) else a if math.isnan(b) else min(a, b)


def _fmax(a: float, b: float) -> float:
    return b if math.isnan(a) else a if math.isnan(b) else max(a, b)
