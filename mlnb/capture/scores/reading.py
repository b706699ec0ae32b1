"""What the readers of one cell's notes share: the calls that were made, and the numbers and curves found so far."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlnb.capture.calls import Call
from mlnb.capture.candidates import VARIABLE, Candidate, Candidates
from mlnb.capture.evidence import MAKERS, Evidence

if TYPE_CHECKING:
    from collections.abc import Collection

    from mlnb.capture.findings import Metric
    from mlnb.capture.program import Program
    from mlnb.capture.recorder import Note
    from mlnb.capture.settings import Groups
    from mlnb.events import Source


class Reading:
    """Of one cell. `known` are variables that hold scores, from cells before; it grows. `recorded` are numbers that the run
    has already, `points` those with the ones before them in their curves."""

    def __init__(
        self,
        groups: Groups,
        program: Program,
        known: set[str],
        recorded: Collection[float],
        points: Collection[float],
    ) -> None:
        self.groups = groups
        self.program = program
        self.recorded = recorded
        self.points = points
        self.made: dict[int, Note] = {}
        self.evidence = Evidence(program, known, self.made)
        self.candidates = Candidates()
        self.curves: list[Metric] = []

    def maker(self, note: Note, value: float, part: int | None) -> Call | None:
        """The call whose result this is."""
        made = self.made.get(note.site.inner) if note.site.inner is not None else None
        if made is None or not isinstance(made.facts, Call) or made.facts.role not in MAKERS:
            return None
        result = (
            made.value[part]
            if part is not None and isinstance(made.value, list) and part < len(made.value)
            else made.value
        )
        return made.facts if result == value else None

    def role(self, site: int) -> str | None:
        """What the function called at a site is to an experiment."""
        made = self.made.get(site)
        return made.facts.role if made is not None and isinstance(made.facts, Call) else None

    def add(
        self,
        note: Note,
        name: str,
        value: float,
        *,
        rank: int,
        source: Source,
        call: Call | None = None,
        strong: bool = True,
        key: str = "",
        part: int | None = None,
    ) -> Candidate:
        estimator = dataset = None
        if call is not None:
            estimator = self.groups.name(call.estimator, looped=bool(note.loops)) if call.estimator else None
            dataset = call.data[0].described.digest if call.data else None
        found = Candidate(
            name,
            float(value),
            note,
            strong,
            rank,
            source,
            estimator,
            dataset,
            key,
            part,
            made=call is not None,
        )
        added = self.candidates.add(found)
        if rank == VARIABLE and strong:
            self.candidates.absorb(set(note.site.inside) - {added.note.site.number}, note)
        return added
