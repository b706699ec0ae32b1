"""Is this number a score? What its names, its label, and what it was computed from say.

A number is one if a metric function or an estimator's `score` made it, if it was computed from one that is, or if its
name or label says so. It isn't if it counts, measures time or size, picks an index, or is itself a prediction.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from mlnb.capture import words
from mlnb.capture.calls import Call
from mlnb.capture.recorder import Note
from mlnb.capture.vocabulary import listed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from mlnb.capture.program import Program
    from mlnb.capture.sites import Expression

_HITS: Final = listed("tp tn fp fn hits misses correct wrong correct_rejections false_alarms")
MAKERS: Final = frozenset({"metric", "score"})
_PICKS: Final = listed(
    "argmax argmin argsort len nunique idxmax idxmin index shape size count count_nonzero time perf_counter"
)
_DESCRIBE: Final = listed("describe corr cov quantile value_counts isnull isna")
_SHARES: Final = listed("mean sum average float")
_AGGREGATES: Final = listed("mean sum average sqrt norm max median std dot nanmean nansum abs")
_POOR: Final = listed(
    "threshold thresh idx index min max lim tol weight n k i j num count size len name model shape order total counter"
)


class Evidence:
    """Of one cell. `known` are variables that hold scores; it grows."""

    def __init__(self, program: Program, known: set[str], made: Mapping[int, Note]) -> None:
        self._program = program
        self.known = known
        self._made = made

    def maker(self, site: int | None, value: float) -> Call | None:
        """The call of a metric function or of `score` at a site, if its last result was this value."""
        note = self._made.get(site) if site is not None else None
        if note is None or not isinstance(note.facts, Call) or note.facts.role not in MAKERS:
            return None
        return note.facts if note.value == value else None

    def derives(self, expression: Expression | None, inside: Iterable[int]) -> bool:
        """Whether an expression computes with a score, or is a share of hits."""
        if expression is None or self.is_picked(expression):
            return False
        if expression.names & self.known:
            return True
        if any(self._is_maker(site) for site in inside):
            return True
        return expression.compares and bool(expression.calls & _SHARES)

    def averages(self, expression: Expression) -> bool:
        """Whether scores of several validations are averaged: one number for each setting."""
        return (
            expression.form == "Call"
            and bool(expression.calls & _SHARES)
            and bool(expression.names & self.known)
        )

    def _is_maker(self, site: int) -> bool:
        note = self._made.get(site)
        return (
            note is not None and isinstance(note.facts, Call) and note.facts.role in {*MAKERS, "validation"}
        )

    def says(self, expression: Expression | None) -> bool:
        """Whether a name in the expression is a score's: `search.best_score_`, `fit.rsquared`, `loss / n`."""
        if expression is None or self.is_picked(expression):
            return False
        if expression.form in {"Name", "Attribute"}:
            return words.is_metric_name(expression.text.rpartition(".")[2].rstrip("_"))
        if expression.form == "BinOp" and _is_of_hits(expression):
            return True
        own = expression.names | expression.attributes | (expression.calls - {"abs", "round", "float"})
        return any(words.is_metric_name(name.rstrip("_")) for name in own)

    def is_picked(self, expression: Expression) -> bool:
        """Whether it is a position, a size or a time; a mean by hand, `sum(scores) / len(scores)`, is none."""
        picks = expression.calls & _PICKS
        if expression.form == "BinOp" and picks == {"len"} and "/ len(" in expression.text:
            return False
        return bool(picks) and expression.form in {
            "Call",
            "Subscript",
            "BinOp",
            "Attribute",
        }

    def is_compared(self, expression: Expression | None) -> bool:
        """Whether predictions meet data in it."""
        if expression is None or self.is_picked(expression):
            return False
        origins = self._program.origins(expression.names)
        return "metric" in origins or (
            {"data", "prediction"} <= origins and bool(expression.calls & _AGGREGATES)
        )

    def is_learnt(self, expression: Expression | None) -> bool:
        """Whether it sums up what an estimator has learnt: `np.mean(db.labels_ == -1)`, a share of noise."""
        return (
            expression is not None
            and bool(expression.calls & _SHARES)
            and not self.is_picked(expression)
            and any(name.endswith("_") and not name.startswith("_") for name in expression.attributes)
            and "model" in self._program.origins(expression.names)
        )

    def is_data(self, expression: Expression | None) -> bool:
        """Whether a table is one of data, whatever its columns are called: `df.describe()`."""
        if expression is None or expression.names & self.known:
            return False
        if self.describes(expression):
            return True
        origins = self._program.origins(expression.names)
        if "groupby" in expression.calls and "metric" not in origins:
            return True
        return "loaded" in origins and not origins & {"metric", "prediction", "model", "own"}

    def describes(self, expression: Expression | None) -> bool:
        """Whether data is described: `df.corr().iloc[0, 1]`."""
        if expression is None or not expression.names or not expression.calls & _DESCRIBE:
            return False
        return not self._program.origins(expression.names) & {"metric", "own"}

    def is_weight(self, expression: Expression | None) -> bool:
        """Whether a number is one of those that a model has learnt: what it is printed as, be it "score", says little."""
        return expression is not None and "weight" in self._program.origins(expression.names)

    def is_surface(self, name: str) -> bool:
        """Whether a table of numbers is there to be drawn as a landscape."""
        variable = self._program.variables.get(name)
        return variable is not None and "surface" in variable.uses

    @staticmethod
    def is_poor_name(name: str) -> bool:
        """Whether a derived number of this name is something else: a threshold, an index."""
        found = words.parts(name)
        return bool(found) and (
            found[-1] in _POOR or bool({"pred", "preds", "prediction"}.intersection(found))
        )


def _is_of_hits(expression: Expression) -> bool:
    """Whether hits and misses make a share: `tp / (tp + fp)`."""
    names = {name.lower() for name in expression.names}
    return "/" in expression.text and bool(names & _HITS)


def has_digits(value: float) -> bool:
    """Whether a number is odd enough to be known again."""
    return math.isfinite(value) and (value != round(value, 3) or value != float(f"{value:.6g}"))


def same(one: float, other: float) -> bool:
    return one == other or (math.isnan(one) and math.isnan(other))


def same_numbers(one: Sequence[float], other: Sequence[float]) -> bool:
    """The same numbers in the same order: a NaN of one is no other's, by itself."""
    return len(one) == len(other) and all(map(same, one, other))
