"""SQL for some runs by their numbers, so that DuckDB reads as little as it can."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

FEW: Final = 1000
"""Runs that are named one by one in a query; for more, whole columns are read and picked from."""

CLOSE: Final = 2
"""Runs of a range, for each one that is wanted, among which the range alone is quicker."""


def condition(run_nos: Sequence[int], *, few: int = FEW) -> str:
    """SQL that holds for these runs, and perhaps for others between them: for more than `few`, for all of those."""
    if not len(run_nos):
        return "false"
    low, high = min(run_nos), max(run_nos)
    if len(run_nos) > few or high - low < CLOSE * len(run_nos):
        return f"run_no BETWEEN {low} AND {high}"
    # A join with a list is four times as fast as a list of constants.
    return f"run_no BETWEEN {low} AND {high} AND run_no IN (SELECT unnest({list(run_nos)}))"
