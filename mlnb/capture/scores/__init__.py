"""Metrics from a cell's notes: reads them in their order, and turns the numbers that are scores into metrics."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlnb.capture import curves
from mlnb.capture.scores.assigned import Assigned
from mlnb.capture.scores.called import Called
from mlnb.capture.scores.mappings import Mappings
from mlnb.capture.scores.reading import Reading
from mlnb.capture.scores.shown import Shown

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from mlnb.capture.candidates import Candidate, Candidates
    from mlnb.capture.findings import Metric
    from mlnb.capture.program import Program
    from mlnb.capture.recorder import Grown, Note
    from mlnb.capture.settings import Groups


class Scores:
    """Reads one cell's notes. `known` are variables that hold scores, from cells before; it grows."""

    def __init__(
        self,
        groups: Groups,
        program: Program,
        known: set[str],
        recorded: Collection[float] = (),
        points: Collection[float] = (),
    ) -> None:
        self._reading = Reading(groups, program, known, recorded, points)
        mappings = Mappings(self._reading)
        assigned, shown = Assigned(self._reading, mappings), Shown(self._reading, mappings)
        self._readers: dict[str, Callable[[Note], None]] = {
            "call": Called(self._reading).read,
            "assign": assigned.assign,
            "item": assigned.item,
            "append": assigned.append,
            "print": shown.print,
            "shown": shown.shown,
        }

    def read(self, notes: Iterable[Note], grown: Mapping[str, Grown] | None = None) -> list[Metric]:
        """The metrics of a cell. `grown` are lists that a loop has filled, some of whose turns weren't seen."""
        for note in notes:
            self.take(note)
        found = curves.collected(self.candidates, self._reading.curves, self._reading.recorded)
        return curves.completed(found, grown or {})

    def take(self, note: Note) -> list[Candidate]:
        """Read one note; the numbers that it gave, or of which it says more."""
        touched = self.candidates.touched = []
        reader = self._readers.get(note.site.kind)
        before = len(self.candidates)
        if reader is not None:
            reader(note)
        if note.site.kind == "call":
            self._reading.made[note.site.number] = note
        if note.more is not None and len(self.candidates) > before:
            self.candidates.continue_newest(note.more)
        return touched

    def is_metric(self, candidate: Candidate) -> bool:
        """Whether a number counts, as far as is known by now."""
        returning = {other.came_out for other in self.candidates if other.came_out is not None}
        return curves.is_metric(candidate, self._reading.recorded, returning)

    @property
    def curves(self) -> list[Metric]:
        """Every curve that came as a whole."""
        return self._reading.curves

    @property
    def candidates(self) -> Candidates:
        """Every number that was looked at."""
        return self._reading.candidates
