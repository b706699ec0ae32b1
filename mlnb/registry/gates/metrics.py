"""Gates over numbers: `metrics.accuracy >= 0.9`, `metrics.loss.min <= champion + 0.01`.

They are written in the query language (`mlnb.store.syntax`), with an alias, and a margin where one is wanted, as the value.
Two versions' metrics can be compared only where both were measured on the same test data, which their
data fingerprints tell. A comparison across different data, or data that nobody recorded, doesn't pass.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from mlnb.errors import QueryError, nearest
from mlnb.registry.gates.case import Candidate, Case, Gate
from mlnb.store import syntax

_COMPARE: Final[Mapping[str, Callable[[float, float], bool]]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
    "==": operator.eq,
    "=": operator.eq,
    "!=": operator.ne,
    "<>": operator.ne,
}
_AGAINST: Final = re.compile(
    r"(?P<test>.*[<>=])\s*(?P<alias>[A-Za-z_]\w*)(?:\s*(?P<sign>[+-])\s*(?P<margin>\d+\.?\d*(?:[eE][+-]?\d+)?))?"
)


@dataclass(frozen=True)
class Threshold:
    """A metric against a number."""

    metric: syntax.Field
    sign: str
    bound: float

    def __call__(self, case: Case) -> tuple[bool, str]:
        value = value_of(case.candidate, self.metric)
        if value is None:
            return False, missing(case.candidate, self.metric)
        passed = _COMPARE[self.sign](value, self.bound)
        return passed, f"{_name(self.metric)} is {value:.6g}, {_must(passed)} {self.sign} {self.bound:.6g}"


@dataclass(frozen=True)
class AgainstHolder:
    """A metric against that of the version which holds an alias, give or take a margin."""

    metric: syntax.Field
    sign: str
    alias: str
    margin: float

    def __call__(self, case: Case) -> tuple[bool, str]:
        holder = case.holder(self.alias)
        if holder is None:
            return True, f"there is no {self.alias} yet"
        ours, theirs = value_of(case.candidate, self.metric), value_of(holder, self.metric)
        if ours is None or theirs is None:
            return False, missing(case.candidate if ours is None else holder, self.metric)
        reason = not_comparable(case.candidate, holder, self.metric.name)
        if reason:
            return False, reason
        passed = _COMPARE[self.sign](ours, theirs + self.margin)
        margin = f" {self.margin:+.6g}" if self.margin else ""
        return passed, (
            f"{_name(self.metric)} is {ours:.6g}, {_must(passed)} {self.sign} {theirs:.6g}{margin} of {self.alias} "
            f"{holder.label}, on the same test data"
        )


def value_of(candidate: Candidate, metric: syntax.Field) -> float | None:
    """The metric's last value in the version's run, or the statistic that the field names."""
    rows = [one for one in candidate.record["metrics_detail"] if one["name"] == metric.name]
    value = rows[0][metric.statistic] if rows else None
    return None if value is None else float(value)


def missing(candidate: Candidate, metric: syntax.Field) -> str:
    """The sentence that says a metric isn't there."""
    hint = nearest(metric.name, candidate.record["metrics"])
    return f"the run of {candidate.label} has no metric {metric.name!r} ({hint})"


def not_comparable(ours: Candidate, theirs: Candidate, metric: str) -> str | None:
    """Why the metric of these two can't be compared, or None where it can."""
    own, other = test_data(ours, metric), test_data(theirs, metric)
    for candidate, digests in ((ours, own), (theirs, other)):
        if not digests:
            return (
                f"not comparable: the run of {candidate.label} doesn't say on which test data {metric!r} "
                "was measured"
            )
    if own != other:
        return (
            f"not comparable: {ours.label} was measured on test data {_brief(own)}, "
            f"{theirs.label} on {_brief(other)}"
        )
    return None


def test_data(candidate: Candidate, metric: str) -> frozenset[str]:
    """The fingerprints of the data that the metric was measured on: its own, else the run's test data."""
    record: Mapping[str, Any] = candidate.record
    own = {one["dataset_digest"] for one in record["metrics_detail"] if one["name"] == metric}
    run = {one["digest"] for one in record["datasets"] if one["role"] == "test"}
    return frozenset(own - {None} or run)


def _name(metric: syntax.Field) -> str:
    return metric.name if metric.statistic == "last" else f"{metric.name} ({metric.statistic})"


def _must(passed: bool) -> str:
    return "which is" if passed else "not"


def _brief(digests: Iterable[str]) -> str:
    return ", ".join(sorted(digest[:12] for digest in digests))


def read(line: str) -> Gate | None:
    """The gate of a line that tests one metric; None for another line."""
    tree = _tree(line)
    if tree is not None and isinstance(tree.value, float):
        return Threshold(tree.field, tree.operator, tree.value)
    against = _AGAINST.fullmatch(line)
    # The query language holds a metric against a number only; the alias stands in a number's place.
    tree = _tree(against["test"] + "0") if against else None
    if against is None or tree is None:
        return None
    margin = float(against["sign"] + against["margin"]) if against["margin"] else 0.0
    return AgainstHolder(tree.field, tree.operator, against["alias"], margin)


def _tree(line: str) -> syntax.Compare | None:
    try:
        tree = syntax.parse_where(line)
    except QueryError:
        return None
    return tree if isinstance(tree, syntax.Compare) and tree.field.group == "metrics" else None
