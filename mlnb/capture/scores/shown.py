"""What the cell prints, and what stands last in it and is shown."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from mlnb.capture import words
from mlnb.capture.candidates import LABEL, SOURCE_TEXT
from mlnb.capture.findings import Metric

if TYPE_CHECKING:
    from mlnb.capture.recorder import Note
    from mlnb.capture.scores.mappings import Mappings
    from mlnb.capture.scores.reading import Reading
    from mlnb.capture.sites import Expression


class Shown:
    """Reads what is printed and shown, with the words beside it."""

    def __init__(self, reading: Reading, mappings: Mappings) -> None:
        self._reading = reading
        self._mappings = mappings
        self._labels: dict[int, str] = {}
        self._used: dict[int, str] = {}
        self._scored: set[int] = set()  # printed texts with a score in them

    def print(self, note: Note) -> None:
        """A number or a text in something printed or logged."""
        site, value = note.site, note.value
        if isinstance(value, str):
            self._labels[site.group] = words.label_of(value)
            return
        label = words.label_of(site.label or "")
        if not label and (label := self._labels.get(site.group, "")):
            used = self._used.get(site.group) == label
            self._used[site.group] = label
            spread = _spread_of(site.expression)
            label = f"{label} {spread or site.text}" if used or spread else label
        if isinstance(value, dict):
            self._mappings.read(
                note, site.text, value
            ) if site.expression and site.expression.form == "Name" else None
            return
        if isinstance(value, list):
            self._learnt(note, value)
            return
        if not isinstance(value, (int, float)) or self._is_known_scaled(note):
            return
        made = self._reading.maker(note, value, None)
        if made is None and (isinstance(value, int) or site.drawn):
            return
        strong = made is not None or self._is_printed_score(note, label)
        if not strong and words.says_deviation(site.label or "") and site.group in self._scored:
            strong, label = True, ""
        if strong:
            self._scored.add(site.group)
        found = self._reading.add(
            note,
            label or site.text,
            value,
            rank=LABEL if label else SOURCE_TEXT,
            source="call",
            call=made,
            strong=strong,
        )
        if strong:
            self._promote(note)
            self._reading.candidates.absorb(set(site.inside) - {found.note.site.number}, note)

    def _is_printed_score(self, note: Note, label: str) -> bool:
        expression, evidence = note.site.expression, self._reading.evidence
        if evidence.derives(expression, note.site.inside):
            return not words.is_count(label)
        if expression is not None and (evidence.is_picked(expression) or evidence.is_weight(expression)):
            return False
        if words.says_metric(label) or evidence.says(expression):
            return True
        if expression is not None and expression.differs and label:
            return not words.is_noise(label)
        return bool(label) and not words.is_noise(label) and evidence.is_compared(expression)

    def _promote(self, note: Note) -> None:
        """A variable that is printed as a score was one before, too."""
        expression = note.site.expression
        if expression is not None and expression.form == "Name":
            for candidate in self._reading.candidates.of_variable(expression.text):
                candidate.strong = True

    def _is_known_scaled(self, note: Note) -> bool:
        """Whether it is a known score in another unit, or what a loop reads again from a list of them."""
        expression = note.site.expression
        if expression is None:
            return False
        if expression.scales in self._reading.evidence.known:
            return True
        if note.loops and expression.scales in note.loops[-1].names:
            over = re.findall(r"\w+", note.loops[-1].text.partition(" in ")[2])
            if not self._reading.evidence.known.isdisjoint(over):
                return True
        listed = (
            expression.form == "Subscript"
            and bool(note.loops)
            and bool(expression.names & self._reading.evidence.known)
        )
        listed = listed or (
            expression.form == "Name" and bool(note.loops) and expression.text in note.loops[-1].names
        )
        return listed and self._reading.candidates.has_value(note.value)

    def shown(self, note: Note) -> None:
        """The value of a line that stands for itself."""
        expression = note.site.expression
        if isinstance(note.value, float):
            made = self._reading.maker(note, note.value, None)
            ours = self._reading.evidence
            strong = (
                ours.derives(expression, note.site.inside)
                or ours.says(expression)
                or ours.is_compared(expression)
            )
            if made is None and (not strong or ours.describes(expression) or self._is_known_scaled(note)):
                return
            found = self._reading.add(
                note, note.site.text, note.value, rank=SOURCE_TEXT, source="call", call=made
            )
            self._reading.candidates.absorb(set(note.site.inside) - {found.note.site.number}, note)
        elif isinstance(note.value, dict):
            self._mappings.read(note, note.site.text, note.value)
        elif isinstance(note.value, list) and expression is not None:
            self._learnt(note, note.value)
            for part, value in zip(expression.parts, note.value, strict=False):
                if (
                    isinstance(value, float)
                    and part.form != "Call"
                    and (self._reading.evidence.says(part) or part.names & self._reading.evidence.known)
                ):
                    self._reading.add(note, part.text, value, rank=SOURCE_TEXT, source="call", key=part.text)

    def _learnt(self, note: Note, values: list[Any]) -> None:
        """What an estimator says of itself in several numbers; one for each feature is none of it."""
        expression = note.site.expression
        if (
            expression is None
            or expression.form != "Attribute"
            or not self._reading.evidence.says(expression)
        ):
            return
        if (
            expression.text.endswith((".scores_", ".pvalues_", ".pvalues"))
            or expression.text in self._reading.evidence.known
        ):
            return
        numbers = [float(item) for item in values if isinstance(item, (int, float))]
        if len(numbers) == len(values) > 1 and not note.loops:
            self._reading.evidence.known.add(expression.text)
            self._reading.curves.append(
                Metric(expression.text, numbers, list(range(len(numbers))), source="estimator")
            )


def _spread_of(expression: Expression | None) -> str:
    """`mean` or `std`, where that is what is printed: `print(name, scores.mean())`."""
    if expression is None or expression.form != "Call":
        return ""
    return next((call for call in ("mean", "std") if call in expression.calls), "")
