"""Numbers that may be scores, and how the same number is known again under another name.

A number is seen where a call returns it, where it is assigned, appended, printed, shown. It is one metric, under its best
name: a variable's before a printed label's, a label's before its source text.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from mlnb.capture import evidence, words
from mlnb.capture.recorder import Note, Turn

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from mlnb.capture.series import Series
    from mlnb.events import Source

SOURCE_TEXT: Final = 1
LABEL: Final = 2
VARIABLE: Final = 3
SAID: Final = 4  # to a tracker, by the user
LOOK_BACK: Final = 80
SHOWN: Final = frozenset({"shown", "print"})
BEST: Final = ".best_score_"  # of a search


@dataclass(slots=True)
class Candidate:
    """`rank` says how good its name is; `key` is the variable that holds it; `part` its place in a call's result."""

    name: str
    value: float
    note: Note
    strong: bool
    rank: int
    source: Source
    estimator: str | None = None
    dataset: str | None = None
    key: str = ""
    part: int | None = None
    absorbed: bool = False
    made: bool = False  # by a metric function or `score`, in this cell
    came_out: str | None = None  # the function that returned it
    more: Series | None = None  # what the same place gave in later turns
    turn: tuple[tuple[int, int], ...] = field(init=False)

    def __post_init__(self) -> None:
        self.turn = turn_of(self.note.loops)

    @property
    def last(self) -> float:
        return self.value if self.more is None else self.more.latest

    @property
    def from_call(self) -> bool:
        """Whether nobody has named it yet."""
        return self.rank == SOURCE_TEXT and self.note.site.kind == "call"


def _key(value: float) -> float:
    """Of all NaNs the same one, which a dictionary finds again by its identity."""
    return value if value == value else math.nan  # noqa: PLR0124 - NaN alone differs from itself


def turn_of(loops: Iterable[Turn]) -> tuple[tuple[int, int], ...]:
    return tuple((turn.activation, turn.number) for turn in loops)


class Candidates:
    """All of one cell, in the order in which they were seen; `_places` says where a value was seen."""

    def __init__(self) -> None:
        self._all: list[Candidate] = []
        self._places: dict[float, list[int]] = {}
        self._keyed: dict[str, list[Candidate]] = {}
        self.touched: list[Candidate] = []
        """What was added or changed since somebody emptied it."""

    def __iter__(self) -> Iterator[Candidate]:
        return iter(self._all)

    def add(self, found: Candidate) -> Candidate:
        """A new candidate, or the one that it is."""
        same = self._known(found)
        if same is not None and same.note.site.loops and self._came_out(found, same):
            # The last turn of a function's loop is its curve's, and what the function returned is a number of its own.
            found.came_out, found.made = same.note.site.function, found.made or same.made
            found.strong = found.strong or same.strong
            found.estimator, found.dataset = found.estimator or same.estimator, found.dataset or same.dataset
            same = None
        if same is None:
            self._places.setdefault(_key(found.value), []).append(len(self._all))
            self._all.append(found)
            self._hold(found, found.key)
            self.touched.append(found)
            return found
        self.touched.append(same)
        same.strong = same.strong or found.strong
        same.estimator = same.estimator or found.estimator
        same.dataset = same.dataset or found.dataset
        same.made = same.made or found.made
        if self._came_out(found, same):
            same.came_out = same.note.site.function
        if same.more is None and (found.rank > same.rank or self._names_better(found, same)):
            same.name, same.rank, same.source = found.name, found.rank, found.source
            same.note = Note(
                found.note.site, same.note.order, same.note.value, found.note.loops, tick=same.note.tick
            )
            same.turn = found.turn
        self._hold(same, found.key or same.key)
        return same

    def __len__(self) -> int:
        return len(self._all)

    def continue_newest(self, more: Series) -> None:
        """The number that was added last goes on in later turns."""
        self._all[-1].more = more
        self._places.setdefault(_key(more.latest), []).append(len(self._all) - 1)

    def _hold(self, found: Candidate, key: str) -> None:
        """A variable holds it from now on."""
        if key:
            self._keyed.setdefault(key, []).append(found)
        found.key = key

    def _names_better(self, found: Candidate, same: Candidate) -> bool:
        """Whether what a function returned has a name out here, or a list's name says more than the variable's."""
        if self._came_out(found, same):
            return found.rank == VARIABLE or found.note.site.kind == "append"
        if found.rank == VARIABLE and found.note.site.kind in SHOWN:
            # A table's row and column: the notebook's words for what a function of its calls `sil`.
            return same.note.site.function is not None and found.note.site.function is None
        return (
            found.note.site.kind == "append"
            and words.is_history_name(found.name)
            and not words.is_metric_name(same.name.rpartition(".")[2])
        )

    def _known(self, found: Candidate) -> Candidate | None:
        """The same number, seen before on its way here: what a call returned is always new."""
        site = found.note.site
        if site.kind == "call":
            return None
        since = len(self._all) - LOOK_BACK
        for place in reversed(self._places.get(_key(found.value), ())):
            if place < since:
                break
            other = self._all[place]
            if other.absorbed:
                continue
            if (
                site.inner is not None
                and site.inner == other.note.site.number
                and other.part in (None, found.part)
            ):
                return other
            if self._is_mention(found, other) or self._came_out(found, other):
                return other
        return None

    def _is_mention(self, found: Candidate, other: Candidate) -> bool:
        """Whether a variable's number is printed, shown or appended."""
        site = found.note.site
        if site.kind == "assign":
            return self._is_spread(found, other) or self._is_said_before(found, other)
        if site.expression is not None and site.expression.text.endswith(BEST) and other.name.endswith(BEST):
            return True
        if site.expression is not None and other.key and other.key == site.expression.text:
            return True
        if site.kind in SHOWN and other.key and other.key == found.key:
            return True  # one of several that are shown: `acc, f1`
        return found.turn == other.turn and evidence.has_digits(found.value)

    def _is_said_before(self, found: Candidate, other: Candidate) -> bool:
        """Whether a variable gets what has just been printed."""
        said, site = other.note.site, found.note.site
        return (
            said.kind == "print"
            and said.expression is not None
            and site.expression is not None
            and said.expression.text == site.expression.text
            and found.turn == other.turn
            and evidence.has_digits(found.value)
        )

    def _is_spread(self, found: Candidate, other: Candidate) -> bool:
        """Whether a variable gets the mean of a validation's folds, or their deviation, by whatever call: `np.mean(scores)`."""
        expression, folds = found.note.site.expression, other.key.rpartition(".")[0]
        return (
            expression is not None
            and other.key.endswith((".mean()", ".std()"))
            and folds in expression.names
            and found.turn == other.turn
        )

    def _came_out(self, found: Candidate, other: Candidate) -> bool:
        """Whether a function of the notebook, where the number was seen inside, returned it to here."""
        inside, here = other.note.site.function, found.note.site
        if inside is None or inside == here.function or not evidence.has_digits(found.value):
            return False
        return (
            here.expression is not None
            and bool(here.expression.calls)
            and other.turn[: len(found.turn)] == found.turn
        )

    def absorb(self, sites: Collection[int], note: Note) -> None:
        """What calls within an expression returned is a step on the way to its value."""
        if not sites:
            return
        turn = turn_of(note.loops)
        for other in self._all[-LOOK_BACK:]:
            if other.from_call and other.note.site.number in sites and other.turn[: len(turn)] == turn:
                other.absorbed = True

    def say(self, value: float, note: Note) -> None:
        """The user has told a tracker of a number: what it was called on its way there is no metric of its own."""
        turn = turn_of(note.loops)
        for other in self._all[-LOOK_BACK:]:
            if _key(other.last) == _key(value) and other.turn == turn and other.rank < SAID:
                other.absorbed = True

    def absorb_values(self, values: Collection[float], sites: Collection[int]) -> None:
        """What has become a part of a list or dictionary is known by it."""
        for other in (one for value in set(values) for one in self._of_value(value)):
            inner = other.from_call and other.note.site.number in sites
            if inner or (other.note.site.function is not None and evidence.has_digits(other.value)):
                other.absorbed = True

    def forget(self, site: int) -> None:
        """What a call returned is of no interest by itself."""
        for other in self._all[-LOOK_BACK:]:
            if other.from_call and other.note.site.number == site:
                other.absorbed = True

    def hold(self, site: int | None, name: str, turn: tuple[tuple[int, int], ...]) -> None:
        """A validation's folds went into a variable: `scores.mean()` is their mean from now on."""
        for other in self._all[-2 * LOOK_BACK :]:
            if (
                other.note.site.number == site
                and other.turn == turn
                and other.name.endswith((".mean", ".std"))
            ):
                self._hold(other, f"{name}.{other.name.rpartition('.')[2]}()")

    def has(self, name: str, value: float, turn: tuple[tuple[int, int], ...]) -> bool:
        """Whether that number is known under that name; in a loop, whether it is from the same turn."""
        return any(other.name == name and (not turn or other.turn == turn) for other in self._of_value(value))

    def has_value(self, value: float) -> bool:
        return _key(value) in self._places

    def _of_value(self, value: float) -> Iterator[Candidate]:
        return (self._all[place] for place in self._places.get(_key(value), ()))

    def of_variable(self, name: str) -> list[Candidate]:
        """Those that a variable holds or held."""
        return [other for other in self._keyed.get(name, ()) if other.key == name]
