"""Which run of a batch is best: a metric that notebooks are usually judged by, or the one that was named."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any, Final

from mlnb.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_GOOD: Final = ("accuracy", "acc", "auc", "f1", "r2", "score", "precision", "recall")
_BAD: Final = ("loss", "error", "rmse", "mse", "mae", "deviance")


class Goal:
    """Which metric says what is best, and whether more of it is."""

    def __init__(self, metric: str, *, descending: bool = True) -> None:
        self.metric = metric
        self.descending = descending

    @classmethod
    def parse(cls, text: str) -> Goal:
        """`accuracy`, `accuracy desc`, `loss asc`; `metrics.` in front may be left out.

        Raises
        ------
        UsageError
            The direction is neither asc nor desc.
        """
        metric, _, direction = text.strip().removeprefix("metrics.").partition(" ")
        metric = metric.strip('"')
        if direction.strip() not in {"", "asc", "desc"}:
            raise UsageError(
                f"--best {text!r}: {direction.strip()!r} is neither asc nor desc", hint="--best 'loss asc'"
            )
        descending = direction.strip() == "desc" or (not direction and not _is_bad(metric))
        return cls(metric, descending=descending)

    @classmethod
    def guess(cls, metrics: Sequence[str]) -> Goal | None:
        """The first metric, of those that notebooks are usually judged by, that is there."""
        for name in _GOOD:
            for metric in sorted(metrics, key=len):
                if name in _words(metric):
                    return cls(metric)
        for metric in sorted(metrics, key=len):
            if _is_bad(metric):
                return cls(metric, descending=False)
        return None

    def best(self, rows: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
        """The best of runs that have the metric, and a number for it."""
        best = self.sort(rows)[:1]
        return best[0] if best and self._has(best[0]) else None

    def sort(self, rows: Sequence[Mapping[str, Any]]) -> list[Any]:
        """The runs, best first; those without a number for the metric last."""
        having = [row for row in rows if self._has(row)]
        having.sort(key=lambda row: row["metrics"][self.metric], reverse=self.descending)
        return having + [row for row in rows if not self._has(row)]

    def _has(self, row: Mapping[str, Any]) -> bool:
        value = row["metrics"].get(self.metric)
        return isinstance(value, int | float) and not math.isnan(value)

    @property
    def order_by(self) -> str:
        """The same for `mlnb runs --order-by`."""
        name = self.metric if re.fullmatch(r"[A-Za-z_][\w.]*", self.metric) else f'"{self.metric}"'
        return f"metrics.{name} {'desc' if self.descending else 'asc'}"


def _words(metric: str) -> list[str]:
    return re.split(r"[^a-z0-9]+", metric.lower())


def _is_bad(metric: str) -> bool:
    return any(name in _words(metric) for name in _BAD)
