"""What changed between two fingerprints, in words a person would use."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from mlnb.capture.fingerprints import Fingerprint

Outcome = Literal["unchanged", "reordered", "changed"]


@dataclass(frozen=True)
class Difference:
    """`changed`, `retyped`, `added` and `removed` name columns; the numbers of rows are `None` where rows have no
    hashes. It is true where there is a difference."""

    outcome: Outcome
    changed: list[str] = field(default_factory=list)
    retyped: list[str] = field(default_factory=list)
    added: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    rows_before: int | None = None
    rows_after: int | None = None
    rows_added: int | None = None
    rows_removed: int | None = None

    def __bool__(self) -> bool:
        return self.outcome != "unchanged"

    def __str__(self) -> str:
        if self.outcome == "unchanged":
            return "unchanged"
        if self.outcome == "reordered":
            return "same rows in another order"
        return "; ".join(self._sentences())

    def _sentences(self) -> list[str]:
        named = {
            "changed": self.changed,
            "of another type": self.retyped,
            "added": self.added,
            "removed": self.removed,
        }
        found = [f"columns {what}: {', '.join(names)}" for what, names in named.items() if names]
        if self.rows_before != self.rows_after:
            found.append(f"rows: {self.rows_before} → {self.rows_after}")
        return found or ["content changed"]


def compare(before: Fingerprint, after: Fingerprint) -> Difference:
    """What changed from `before` to `after`."""
    if before.digest == after.digest:
        return Difference("unchanged", rows_before=before.rows, rows_after=after.rows)
    old = {column.name: column for column in before.columns}
    new = {column.name: column for column in after.columns}
    shared = [name for name in old if name in new]
    added, removed = _rows(before.row_hashes, after.row_hashes)
    same_columns = list(old) == list(new) and all(old[name].type == new[name].type for name in old)
    reordered = same_columns and added == 0 and removed == 0
    return Difference(
        outcome="reordered" if reordered else "changed",
        changed=[] if reordered else [name for name in shared if old[name].digest != new[name].digest],
        retyped=[name for name in shared if old[name].type != new[name].type],
        added=[name for name in new if name not in old],
        removed=[name for name in old if name not in new],
        rows_before=before.rows,
        rows_after=after.rows,
        rows_added=added,
        rows_removed=removed,
    )


def _rows(before: Any, after: Any) -> tuple[int | None, int | None]:
    """How many rows came and went, equal ones counted as often as they stand."""
    import numpy as np

    if before is None or after is None:
        return None, None
    values, where = np.unique(np.concatenate([before, after]), return_inverse=True)
    balance = np.bincount(where[len(before) :], minlength=len(values)) - np.bincount(
        where[: len(before)], minlength=len(values)
    )
    return int(balance[balance > 0].sum()), int(-balance[balance < 0].sum())
