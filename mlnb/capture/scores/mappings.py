"""Numbers under keys: dictionaries of scores, and the cells of tables."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any, Final

from mlnb.capture import words
from mlnb.capture.candidates import VARIABLE, Candidate, turn_of
from mlnb.capture.findings import Metric
from mlnb.capture.tables import Cells

if TYPE_CHECKING:
    from mlnb.capture.recorder import Note
    from mlnb.capture.scores.reading import Reading
    from mlnb.capture.sites import Expression

TIMES: Final = "_time"  # of a validation: `fit_time`, `score_time`
FIRST: Final = 20  # turns of a loop
_NAME: Final = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*")


class Mappings:
    """Reads what holds numbers under keys, wherever it is met."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._shown: dict[int, list[bool]] = {}

    def read(self, note: Note, name: str, values: dict[str, Any]) -> None:
        """A dictionary, or a table's cells, under a name."""
        if note.site.inner is not None and self._reading.role(note.site.inner) in {"validation", "fit"}:
            self._reading.evidence.known.add(name)
            return
        expression = note.site.expression
        if isinstance(values, Cells):
            if self._reading.evidence.is_data(expression) or self._is_of_search(expression):
                return
            name = _table_name(name)
        shown = note.site.kind in {"shown", "print"}
        if shown and self._repeats(note, values):
            return
        ours = words.is_history_name(name) or self._reading.evidence.derives(expression, note.site.inside)
        ours = ours or _has_siblings(values)
        swept = {value for turn in note.loops for value in turn.values or () if isinstance(value, float)}
        prefix = next((text for text in values.values() if isinstance(text, str)), name)
        taken = []
        for key, value in values.items():
            if key.endswith(TIMES):
                continue
            if isinstance(value, list) and (words.is_history_name(key) or ours):
                numbers = [float(item) for item in value if isinstance(item, (int, float))]
                if (
                    numbers and note.loops
                ):  # one curve for each turn: what it ends with makes the curve of the turns
                    self._reading.add(note, f"{name}.{key}", numbers[-1], rank=VARIABLE, source="assigned")
                elif len(numbers) > 1:
                    self._reading.curves.append(Metric(f"{name}.{key}", numbers, list(range(len(numbers)))))
            elif (
                isinstance(value, float)
                and not math.isinf(value)
                and (
                    words.is_metric_name(key) or (ours and value not in swept and not words.is_size_name(key))
                )
            ):
                taken.append(value)
                if self._reading.candidates.has(f"{name}.{key}", value, turn_of(note.loops)):
                    continue
                self._reading.add(
                    note, f"{prefix}.{key}", value, rank=VARIABLE, source="assigned", key=f"{name}.{key}"
                )
        self._reading.candidates.absorb_values(taken, note.site.inside)
        if taken:
            self._reading.candidates.absorb(note.site.inside, note)
            self._reading.evidence.known.add(name)

    def _repeats(self, note: Note, values: dict[str, Any]) -> bool:
        """Whether what is shown is known. At a place that a loop comes to again and again, the first turns tell."""
        answers = self._shown.setdefault(note.site.number, [])
        if len(answers) < FIRST:
            answers.append(self._is_known(values))
        return answers[-1]

    def _is_known(self, values: dict[str, Any]) -> bool:
        """Whether a table or dictionary shows, perhaps rounded, what is known one by one."""
        shown = [
            value
            for key, value in values.items()
            if isinstance(value, float) and not words.is_counter_name(key)
        ]
        if not shown or any(isinstance(value, list) for value in values.values()):
            return False
        known = {candidate.value for candidate in self._reading.candidates if not self._is_weak(candidate)}
        known.update(value for curve in self._reading.curves for value in curve.values)
        # A table shows each turn of a loop; a dictionary with one of them says that it was the best.
        known.update(self._reading.points if isinstance(values, Cells) else self._reading.recorded)
        return all(value in known or any(_is_rounded(value, one) for one in known) for value in shown)

    @staticmethod
    def _is_weak(candidate: Candidate) -> bool:
        """Whether a number will not be a metric."""
        return not candidate.strong or (candidate.absorbed and not candidate.made)

    def _is_of_search(self, expression: Expression | None) -> bool:
        """Whether a table holds a search's candidates, which are known since it was fitted."""
        return (
            expression is not None
            and "cv_results_" in expression.attributes
            and any(f"{name}.cv_results_" in self._reading.evidence.known for name in expression.names)
        )


def _table_name(text: str) -> str:
    """`board` of `board.sort_values("rmse").head()`, and of `board.round(2)`."""
    found = _NAME.match(text)
    if found is None:
        return text
    name, follows = found.group(), text[found.end() : found.end() + 1]
    return name.rpartition(".")[0] or text if follows == "(" else name


def _is_rounded(shown: float, value: float) -> bool:
    """Whether a number is another one with fewer digits."""
    digits = len(repr(shown).partition(".")[2])
    return digits <= 6 and round(value, digits) == shown


def _has_siblings(values: dict[str, Any]) -> bool:
    """A dictionary of numbers of which one is called a score: the others are scores, too."""
    numbers = {key: value for key, value in values.items() if isinstance(value, (int, float))}
    named = [key for key, value in numbers.items() if isinstance(value, float) and words.is_metric_name(key)]
    return bool(named) and len(numbers) <= 2 * len(named)
