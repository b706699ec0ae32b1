"""The parameters that a running cell's calls give: known as each call returns, and judged by the rules of the cell's end.

What a place is given again and again is one parameter whose value is a list, so all that differed at a place is judged together;
often while that is little, then more and more seldom. A place that was given more than a list holds has said what it had to say.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mlnb.capture import settings
from mlnb.capture.calls import Call
from mlnb.capture.values import ITEMS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlnb import events
    from mlnb.capture.program import Program
    from mlnb.capture.recorder import Note

AT_ONCE: Final = 3
"""Different calls of a place of which each is judged as it returns; after that, when they are twice as many."""


class Given:
    """Of one cell. `groups` gives estimators their names, `redact` are the user's patterns of secret names."""

    def __init__(self, groups: settings.Groups, program: Program, redact: Sequence[str]) -> None:
        self._groups = groups
        self._program = program
        self._redact = redact
        self._places: dict[int, list[Note]] = {}
        self._due: dict[int, int] = {}
        self._found: dict[int, list[events.Param]] = {}

    def variables(self, params: Sequence[events.Param]) -> None:
        """What the source gives: it isn't told again as an argument."""
        self._groups.stated.variables(params)

    def with_call(self, note: Note) -> list[events.Param] | None:
        """All that is known when a call has returned; None where it is nothing new."""
        place = note.site.number
        calls = self._places.setdefault(place, [])
        if len(calls) > ITEMS or any(_are_alike(note.facts, one.facts) for one in reversed(calls)):
            return None
        calls.append(note)
        if len(calls) < self._due.get(place, 0) and len(calls) <= ITEMS:
            return None
        self._due[place] = len(calls) + 1 if len(calls) <= AT_ONCE else 2 * len(calls)
        self._found[place] = settings.from_calls(calls, self._groups, self._program, self._redact)
        return settings.merged(param for found in self._found.values() for param in found)


def _are_alike(one: Call, other: Call) -> bool:
    return one.settings == other.settings and _of_estimator(one) == _of_estimator(other)


def _of_estimator(call: Call) -> tuple[object, ...]:
    seen = call.estimator
    return () if seen is None else (seen.name, seen.origin, seen.settings, seen.learnt.get("best_params_"))
