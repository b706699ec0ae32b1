"""Notes what passes through the probes while a cell is tracked, and only then.

Off, a probe gives back the value. On, it notes the value,
at once turned into plain numbers and descriptions. What was noted is kept, the value is not: a part of a watched
call waits for that call, and is let go with it.

All probes draw on one budget (`mlnb.capture.budget`). When it is used up, loops go on in stretches that aren't seen
(`mlnb.capture.loops`), functions get their own code back (`mlnb.capture.twins`), other places are passed over; what
wasn't seen is said, and a loop's last values are read when it is over.
"""

from __future__ import annotations

import builtins
import os
import sys
import threading
import time
import weakref
from collections import Counter
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from mlnb.capture import kept, loops, unseen
from mlnb.capture.budget import Budget, cpu
from mlnb.capture.calls import Calls
from mlnb.capture.kinds import followed, home_of
from mlnb.capture.loops import Phases, Watched
from mlnb.capture.numbers import LONGEST, MAPPINGS, number_of, numbers_of
from mlnb.capture.probes import PROBE
from mlnb.capture.series import ENOUGH, UNKNOWN, Series, tick
from mlnb.capture.sites import MISSING, Prediction, Site

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, MutableMapping

    from mlnb.capture.twins import Twins

MOST_LISTS: Final = 50  # lists in a dictionary
RECENT: Final = 30  # notes among which a variable's last one is looked for
LONG: Final = 500  # items of a list
LONGEST_IN_A_LOOP: Final = 10_000
FEW_LONG: Final = 1  # passes of a place whose long lists are seen whatever the budget says
_FILLED: Final = frozenset({list, tuple})
_SIZED: Final = frozenset({list, tuple})
_SAYS: Final = frozenset({"print", "shown"})
_HELD: Final = frozenset({list, dict})
_UNCHARGED: Final = frozenset({"loop", "exit", "bound", "return", "define"})
_HEAVY: Final = frozenset({"call", "exit"})
_LIGHT: Final = frozenset({int, float, str, bool, type(None)})
SURE: Final = 64  # passes of a place that are seen whatever the budget says
FEW: Final = 10  # calls that say nothing, after which their place is passed over
EXACT: Final = "the last values of its variables are exact"
SO_FAR: Final = "its last values are those last seen"
EARLY: Final = "it was left early, so its last values are those last seen"
DULL: Final = 100  # values of an assignment without a number among them, after which it is passed over


class Turn(NamedTuple):
    """One turn of a loop: its site, the turn's number, its variables' values, which time the loop was begun, its
    variables' names and its source."""

    site: int
    number: int
    values: Any
    activation: int
    names: tuple[str, ...] = ()
    text: str = ""


@dataclass(slots=True)
class Note:
    """One value that passed: `value` is a number, a list or dictionary of numbers, or `None`.

    `loops` says in which turn of which loops, outermost first; `more` are numbers of the same place, of later turns.
    """

    site: Site
    order: int
    value: Any
    loops: tuple[Turn, ...] = ()
    facts: Any = None
    more: Series | None = None
    tick: int = field(default_factory=tick)


class Grown(NamedTuple):
    """What a loop, of whose turns not all were seen, has filled: the loops around the place that filled it, and the numbers."""

    loops: tuple[int, ...]
    values: list[float]


class _Off:
    """What stands for the probes while nothing is tracked: a pass-through. Where it is unpickled, be mlnb there or not, it is
    that, too."""

    __slots__ = ()
    iter = staticmethod(iter)
    unbound = NameError, AttributeError
    states = SimpleNamespace()  # of a cell's loops

    def __call__(self, pair: tuple[int, Any]) -> Any:
        return pair[1]

    def loop(self, pair: tuple[Any, ...]) -> Any:
        return loops.bare(pair)

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        return eval, (_PICKLED,)


class _On(_Off):
    """The probes: they note what passes, and raise nothing of their own."""

    __slots__ = ("_begin", "_open", "_take")

    def __init__(
        self,
        watched: Mapping[int, Site],
        take: Callable[[Site, Any], None],
        begin: Callable[[tuple[Any, ...]], Any],
    ) -> None:
        self._open = watched
        self._take = take
        self._begin = begin

    def __call__(self, pair: tuple[int, Any]) -> Any:
        site = self._open.get(pair[0])
        if site is not None:
            try:
                self._take(site, pair[1])
            except RecursionError:
                return pair[1]  # the notebook's own recursion has used up the stack
        return pair[1]

    def loop(self, pair: tuple[Any, ...]) -> Any:
        try:
            return self._begin(pair)
        except RecursionError:
            return loops.bare(pair)
        except Exception as error:
            if unseen.is_of_the_cell(error):
                raise
            return loops.bare(pair)


_PICKLED: Final = (
    "type('mlnb', (), {'__call__': lambda self, pair: pair[1], 'iter': staticmethod(iter), 'unbound': NameError, "
    "'loop': staticmethod(lambda pair: (__import__('types').SimpleNamespace(seen=tuple, stop=tuple, false=False, "
    "unseen=lambda: type('once', (), {'__iter__': lambda self: pair[1]})() if len(pair) > 1 else iter(tuple, 1)),))})()"
)
OFF: Final = _Off()


@dataclass(slots=True, eq=False)
class _Listed:
    """A loop that doesn't go in phases: a comprehension, an `async for`."""

    number: int
    activation: int
    turn: int = 0
    values: Any = None
    over: bool = False
    ended_blind: bool = False


class Recorder:
    """One per session. `predictions` says of variables what they were predicted by, and for what data; `learn` takes in a
    function of a module of the user's, and says whether it trains something; `on_note` is told of each value that is kept."""

    def __init__(
        self,
        namespace: MutableMapping[str, Any],
        predictions: Mapping[str, Prediction] | None = None,
        learn: Callable[[Any], bool] = lambda _: False,
    ) -> None:
        self.budget = Budget()
        self._calls = Calls(
            predictions if predictions is not None else {}, learn, self._cannot_see, self.budget
        )
        self.notes: list[Note] = []
        self.problems: list[tuple[str, str]] = []
        self.on_note: Callable[[Site, Any, tuple[Turn, ...], Any], None] | None = None
        self.twins: Twins | None = None
        self._namespace = namespace
        self._functions: dict[int, Site] = {}  # the places in functions' twins
        self._sites: dict[int, Site] = {}  # all places of this cell
        self._open: dict[int, Site] = {}  # those that aren't passed over
        self._loops: list[Any] = []
        self._begun: list[weakref.ref[Phases]] = []
        self._seen_turns: dict[int, int] = {}
        self.grown: dict[str, Grown] = {}
        self._activations = 0
        self._counts: dict[int, int] = {}
        self._numbered: set[int] = set()  # places that gave a number
        self._bound: dict[
            str, Any
        ] = {}  # of a loop that is over, the variables that are bound, where not all are
        self._latest: dict[int, Any] = {}  # what places gave last
        self._read_last: set[int] = set()  # places whose last value was read when their loop was over
        self._overdrawn: Counter[int] = Counter()
        self._pending: dict[int, Any] = {}
        self._turns: tuple[Turn, ...] | None = ()
        self._early: set[int] = set()  # loops that were left by an exception or `return`, with turns unseen
        self._blind: dict[int, _Unseen] = {}  # by the loop's place
        self._silent: dict[int, int] = {}
        self._float64: Any = float  # NumPy's, where it is there
        self._given: dict[tuple[int, int], int] = {}
        self._newest: dict[tuple[int, int], Note] = {}
        self._quick: dict[int, _Quick] = {}
        self._thread = 0
        self._on = _On(self._open, self._take, self._begin_loop)
        self._set(OFF)
        self.budget.pass_time = min(self._time_of_a_pass() for _ in range(3))
        weak = weakref.WeakMethod(self._forked)
        os.register_at_fork(after_in_child=lambda: (forked := weak()) and forked())

    # ---- on and off -------------------------------------------------------------------------

    def uninstall(self) -> None:
        """Functions that still run keep their probes, so the builtins stay, as pass-throughs."""
        self._set(OFF)

    def begin(self) -> None:
        """A tracked cell starts."""
        self.notes, self.problems = [], []
        self.budget.begin()
        self._loops, self._counts, self._pending = [], {}, {}
        self._begun, self._blind, self._seen_turns = [], {}, {}
        self.grown, self._early = {}, set()
        self._turns, self._numbered, self._read_last, self._latest = (), set(), set(), {}
        self._silent = {}
        self._overdrawn, self._given, self._newest, self._quick = Counter(), {}, {}, {}
        self._sites = dict(self._functions)
        self._open.clear()
        self._open.update(self._functions)
        self._thread = threading.get_ident()
        self._float64 = getattr(sys.modules.get("numpy"), "float64", float)
        self._calls.begin()
        self._set(self._on)

    def end(self) -> None:
        """The tracked cell is over."""
        self._set(OFF)
        self._namespace.pop(PROBE, None)
        for loop in list(self._loops):
            self._cut(loop)
        self._loops = []
        vars(OFF.states).clear()
        for begun in self._begun:
            if (phases := begun()) is not None:
                phases.go_bare()
        self._pending = {}
        self.problems += [("data", text) for text in self._calls.end()]
        self.problems += [("loops", text) for text in self._unseen_turns()]

    def _forked(self) -> None:
        """A child process is no tracked cell."""
        self._open.clear()
        self._set(OFF)

    def turns(self) -> int | None:
        """How many turns the outermost loop that runs has begun; asked from another thread, while it runs."""
        try:
            return int(self._loops[0].turn) + 1
        except IndexError:
            return None

    def _set(self, probe: _Off) -> None:
        setattr(builtins, PROBE, probe)

    def _time_of_a_pass(self) -> float:
        """Seconds that a number in a loop and its turn's beginning take, each."""
        self.begin()
        turn, number = Site(1, "loop", "", 0), Site(2, "assign", "", 0, names=("x",), loops=(1,))
        self.add({1: turn, 2: number})
        loop = self._begin_loop((1, iter(())))
        passes = [(1, (loop, 0)), (2, 0.5)]
        for pair in passes * (ENOUGH + 1):
            self._on(pair)
        began = time.thread_time()
        for pair in passes * 100:
            self._on(pair)
        took = (time.thread_time() - began) / (100 * len(passes))
        self.begin()
        self._set(OFF)
        return took

    # ---- sites ------------------------------------------------------------------------------

    def add(self, sites: Mapping[int, Site]) -> None:
        """Places of the cell that starts."""
        self._sites.update(sites)
        self._open.update(sites)

    def add_of_functions(self, sites: Mapping[int, Site]) -> None:
        """Places in functions' twins: they stay for the session."""
        self._functions.update(sites)
        self.add(sites)

    def name_probes(self) -> None:
        """Functions with probes are about: a pickle of one takes the probes along from the namespace, where it finds names."""
        self._namespace[PROBE] = self._on

    # ---- what passes ------------------------------------------------------------------------

    def _take(self, site: Site, value: Any) -> None:
        if threading.get_ident() != self._thread:
            return
        budget = self.budget
        kind = type(value)
        is_float = kind is float or kind is self._float64
        quick = self._quick.get(site.number) if is_float else None
        if quick is not None and (site.paced or not budget.over()) and quick.goes_on(value):
            budget.spent += budget.pass_time
            if self.on_note is not None:
                self.on_note(site, float(value), self._where(), None)
            return
        heavy = site.kind in _HEAVY or not (is_float or kind in _LIGHT or site.kind in _UNCHARGED)
        began = cpu() if heavy else 0.0
        try:
            if not (budget.over() and self._pass_over(site, value)):
                self._see(site, value)
        except RecursionError:
            raise
        except Exception as error:
            if unseen.is_of_the_cell(error):
                raise  # a signal's handler: a timeout
            self._failed(error)
        finally:
            if heavy:
                budget.spent += cpu() - began
            budget.light()

    def _pass_over(self, site: Site, value: Any) -> bool:
        """The budget is used up: look at this place less, where that is not its loop's to do; whether it is not seen now."""
        if site.kind in _UNCHARGED:
            return False
        if self._counts.get(site.number, 0) >= FEW_LONG and type(value) in _SIZED and len(value) > LONG:
            return site.kind != "call"
        if site.paced or self._counts.get(site.number, 0) < SURE:
            return False
        if site.unit is not None:
            self._put_back(site.unit)
            return True
        if self._open.pop(site.number, None) is not None and site.kind != "part":
            self.problems.append(
                ("loops", f"{site.text[:80]}: only the first {self._counts[site.number]:,} values were seen")
            )
        return True

    def _put_back(self, unit: int) -> None:
        """Functions that are called too often get their own code again."""
        for name in self.twins.put_back(unit) if self.twins is not None else ():
            self.problems.append(
                ("loops", f"{name}() was called too often to be looked into: only its first calls were")
            )

    def _failed(self, error: Exception) -> None:
        if len(self.problems) < 20:
            self.problems.append(("observation", f"{type(error).__name__}: {error}"))

    def _cannot_see(self, what: str) -> None:
        problem = (unseen.WHERE, what)
        if problem not in self.problems:
            self.problems.append(problem)

    def _see(self, site: Site, value: Any) -> None:
        kind = site.kind
        if self._calls.holding:
            self._calls.settle(site)
        if kind == "loop":
            self._turn(site, value)
        elif kind == "exit":
            self._leave(site, value)
        elif kind == "return":
            self._returned(site)
        elif kind == "part":
            self._calls.hold(site, value)
        elif kind == "bound":
            self._bound[site.names[0]] = value
        elif kind == "define":
            if self.twins is not None:
                self.twins.reach(value)
        else:
            count = self._counts[site.number] = self._counts.get(site.number, 0) + 1
            if kind == "call":
                self._call(site, value, count)
            elif kind == "key":
                self._keep(
                    self._sites[site.inner or 0], self._pending.pop(site.inner or 0, None), kept.key(value)
                )
            else:
                self._value(site, value, count)

    def _call(self, site: Site, value: Any, count: int) -> None:
        frame = sys._getframe(4)  # noqa: SLF001 - the user's, to look names up
        call = self._calls.facts(site, value, frame, count)
        if call is not None:
            self._keep(site, kept.of_call(value, call), call)
            self._silent.pop(site.number, None)
        elif not site.held:
            self._silent[site.number] = self._silent.get(site.number, 0) + 1
            if self._silent[site.number] > FEW:
                self._open.pop(site.number, None)  # it has said what it had to say

    def _value(self, site: Site, value: Any, count: int) -> None:
        if site.changed:
            value = _left_by(site, {site.path[0][1]: value} if site.path else {})
        if site.loops and count > FEW_LONG and type(value) in _SIZED and len(value) > LONGEST_IN_A_LOOP:
            return
        plain = kept.at_site(site, value)
        if plain is None:
            if (
                count >= DULL
                and value is not None
                and site.kind == "assign"
                and site.number not in self._numbered
            ):
                self._open.pop(site.number, None)  # it never gave a number: it won't
            return
        self._numbered.add(site.number)
        if site.awaits:
            self._pending[site.number] = plain
        else:
            constant = site.arguments[0].constant if site.arguments else MISSING
            self._keep(site, plain, None if constant is MISSING else kept.key(constant))

    def _keep(self, site: Site, value: Any, facts: Any = None, turns: tuple[Turn, ...] | None = None) -> None:
        if value is None and facts is None:
            return
        if turns is None:
            turns = self._where()
        if site.changed and type(value) is float and self._is_put_right(site, value, turns):
            return
        if site.kind in _SAYS and type(value) is float and self._is_said_again(site, value):
            return
        self._latest[site.number] = value
        if self.on_note is not None:
            self.on_note(site, value, turns, facts)
        if turns and type(value) is float and facts is None and self._goes_on(site, value, turns):
            return
        self.notes.append(note := Note(site, len(self.notes), value, turns, facts))
        self.budget.later(1 + len(value) / 20 if type(value) in _HELD else 1)
        if turns:
            self._newest[_place(site, turns)] = note

    def _is_put_right(self, site: Site, value: float, turns: tuple[Turn, ...]) -> bool:
        """Whether what a variable got in this turn is noted already: then that note has what became of it."""
        for note in reversed(self.notes[-RECENT:]):
            if (note.site.kind, note.site.names, note.site.loops) == (site.kind, site.names, site.loops):
                if note.more is not None:
                    note.more.put_right(value)
                    return True
                if note.loops == turns and type(note.value) is float:
                    note.value = value
                    return True
        return False

    def _is_said_again(self, site: Site, value: float) -> bool:
        """Whether what is printed is the number that a place of this loop gave last, whose name is known by now."""
        return any(quick.latest == value and number != site.number for number, quick in self._quick.items())

    def _goes_on(self, site: Site, value: float, turns: tuple[Turn, ...]) -> bool:
        """Whether a number is one more of those that a place gives turn by turn."""
        place = _place(site, turns)
        count = self._given[place] = self._given.get(place, 0) + 1
        if count <= ENOUGH:
            return False
        note = self._newest[place]
        if note.more is None:
            note.more = Series()
        quick = _Quick(note.more, self._loops, len(turns) - max(len(site.loops), 1))
        quick.goes_on(value)
        if not site.awaits:
            self._quick[site.number] = quick
        return True

    def _where(self) -> tuple[Turn, ...]:
        """In which turns of which loops: the same for all notes of a turn."""
        if self._turns is None or (self._loops and self._loops[-1].over):
            self._turns = self._turns_of(loop for loop in self._loops if not loop.over)
        return self._turns

    def _turns_of(self, running: Iterable[Any]) -> tuple[Turn, ...]:
        sites = self._sites
        return tuple(
            Turn(
                loop.number,
                loop.turn,
                loop.values,
                loop.activation,
                sites[loop.number].names,
                sites[loop.number].text,
            )
            for loop in running
        )

    # ---- loops ------------------------------------------------------------------------------

    def _begin_loop(self, pair: tuple[Any, ...]) -> Any:
        if threading.get_ident() != self._thread or pair[0] not in self._open:
            return loops.bare(pair)
        self._activations += 1
        self.budget.later(0.5)
        unit = self._sites[pair[0]].unit
        if unit is not None and self.budget.over():
            self._overdrawn[unit] += 1
            if self._overdrawn[unit] > SURE:
                self._put_back(unit)
        raw = pair[1] if len(pair) > 1 else None
        loop = Watched(pair[0], self._activations)
        fresh = self._sites[pair[0]].fresh
        phases = Phases(loop, raw, self.budget, self._seen_turns, own=fresh)
        self._enter(loop)
        if len(self._begun) > 100:
            self._begun = [begun for begun in self._begun if begun() is not None]
        self._begun.append(loop.phases)
        return phases

    def _enter(self, loop: Any) -> None:
        site, stack = self._sites[loop.number], self._loops
        while (
            stack
            and stack[-1].number not in site.loops
            and self._sites[stack[-1].number].function == site.function
        ):
            self._cut(stack[-1])
            stack.pop()
        stack.append(loop)
        self._turns = None

    def _abandon(self, loop: Any) -> None:
        """A loop was left by an exception or by `return`. It may not be over for all that: a `finally` may go on with it."""
        if type(loop) is Watched and (loop.blind or loop.ended_blind):
            self._early.add(loop.number)
            self._count_turns(loop)

    def _count_turns(self, loop: Watched) -> None:
        turns = self._blind.setdefault(loop.number, _Unseen())
        turns.seen += loop.turn + 1 - loop.blind
        turns.unseen += loop.blind + (not loop.counted)
        turns.counted = turns.counted and loop.counted

    def _turn(self, site: Site, value: Any) -> None:
        """A turn begins that is seen."""
        self._turns = None
        if type(value) is tuple and value and type(value[0]) is Watched:
            loop: Any = value[0]
            values: Any = value[1:]
        else:
            loop, values = self._listed(site), value
        stack = self._loops
        if not stack or stack[-1] is not loop:
            if loop not in stack:
                stack.append(loop)  # a generator's loop goes on
            self._drop_above(loop)
        loop.turn += 1
        loop.ended_blind = False
        if len(values or ()) == 1 and type(values[0]) is int:
            loop.values = values
        else:
            loop.values = kept.of_loop(values)
        self._seen_turns[site.number] = self._seen_turns.get(site.number, 0) + 1

    def _listed(self, site: Site) -> Any:
        """The loop that goes through a place without phases, a new one where none is known."""
        for loop in reversed(self._loops):
            if loop.number == site.number:
                return loop
        self._activations += 1
        found = _Listed(site.number, self._activations, -1)
        self._enter(found)
        return found

    def _drop_above(self, loop: Any) -> None:
        """Loops within a loop whose turn ends were left by an exception; others' (a generator's) come again with their turns."""
        stack = self._loops
        place = stack.index(loop)
        for other in stack[place + 1 :]:
            if loop.number in self._sites[other.number].loops:
                self._cut(other)
        del stack[place + 1 :]

    def _returned(self, site: Site) -> None:
        """A function is about to return from within its loops."""
        stack = self._loops
        if any(loop.number == site.inner for loop in stack):
            while stack:
                loop = stack.pop()
                self._abandon(loop)
                if loop.number == site.inner:
                    break
        self._turns = None

    def _cut(self, loop: Any) -> None:
        """A loop didn't come to its end. A cell's own variables are there to be read all the same."""
        leave = self._exit_of(loop.number)
        if type(loop) is Watched and leave is not None and leave.function is None:
            self._end_of(loop, leave, None)
        else:
            self._abandon(loop)

    def _leave(self, site: Site, value: Any) -> None:
        """A loop is over; its variables' values are noted if its last turn wasn't seen."""
        stack = self._loops
        if type(value) is tuple and value and type(value[0]) is Watched:
            loop, values = value[0], value[1:]
            if self._bound:
                values = tuple(self._bound.get(name) for name in site.names)
                self._bound = {}
            if loop in stack:
                self._drop_above(loop)
                self._end_of(loop, site, values if site.function is not None else None)
                stack.pop()
        else:
            places = [place for place, loop in enumerate(stack) if loop.number == site.inner]
            if places:
                del stack[places[-1] :]
        self._turns = None

    def _end_of(self, loop: Watched, site: Site, values: Any) -> None:
        self._note_end(loop, values, site)
        self._count_turns(loop)

    def _exit_of(self, number: int) -> Site | None:
        return next(
            (s for s in self._sites.values() if s.kind == "exit" and s.inner == number and s.names), None
        )

    def _note_end(self, loop: Watched, values: Any, site: Site) -> None:
        """`values` are the function's variables; a cell's own are in the namespace."""
        unseen = {number for number, turns in self._blind.items() if turns.unseen}
        if loop.blind or not loop.counted:
            unseen.add(loop.number)
        if not unseen:
            return
        found = self._namespace if values is None else dict(zip(site.names, values, strict=False))
        filled = [self._sites[number] for number in site.inside]
        for place in filled:
            if not unseen.isdisjoint(place.loops):
                self._take_list(place, followed(place.path, found), loop)
        if not loop.counted:
            loop.turn += 1  # how many there were can't be told
        loop.values = kept.of_loop(tuple(found.get(name) for name in self._sites[loop.number].names))
        turns = self._turns_of(self._loops[: self._loops.index(loop) + 1])
        for place in filled:
            if unseen.isdisjoint(place.loops[place.loops.index(loop.number) :]):
                continue
            value = _left_by(place, found)
            known = place.number in self._numbered or number_of(value) is not None
            plain = kept.at_site(place, value) if known else None
            if plain is not None:
                self._numbered.add(place.number)
                self._read_last.add(place.number)
                if not loop.ended_blind and plain == self._latest_of(place.number):
                    continue  # it was seen
                constant = place.arguments[0].constant if place.arguments else MISSING
                self._keep(place, plain, None if constant is MISSING else kept.key(constant), turns)

    def _latest_of(self, number: int) -> Any:
        """The number that a place gave last, as far as it was seen."""
        quick = self._quick.get(number)
        return self._latest.get(number) if quick is None else quick.latest

    def _take_list(self, place: Site, value: Any, loop: Watched) -> None:
        """A list or an array that a loop has filled holds what wasn't seen. It is read when the outermost loop is over, and
        again only when it has grown by half: loops within loops fill it a little each."""
        if place.kind not in {"append", "item"} or (place.loops and place.loops[0] != loop.number):
            return
        if type(value) in MAPPINGS:
            for key, inner in list(value.items())[:MOST_LISTS]:
                if type(key) is str and type(inner) is list:
                    self._take_numbers(f"{place.path[-1][1]}.{key}", place, inner)
            return
        if type(value) not in _FILLED and home_of(type(value)) != "numpy":
            return
        if place.kind == "append" or len(value) == loop.turn + 1:  # else an array that isn't full
            self._take_numbers(place.names[0], place, value)

    def _take_numbers(self, name: str, place: Site, value: Any) -> None:
        if len(value) > LONGEST or (name in self.grown and 2 * len(value) < 3 * len(self.grown[name].values)):
            return
        if (several := numbers_of(value)) is not None:
            self.grown[name] = Grown(place.loops, several)
        elif type(value) is list and value and type(value[0]) is dict:
            for key in value[0]:
                column = [row.get(key) if type(row) is dict else None for row in value]
                if type(key) is str and (several := numbers_of(column)) is not None:
                    self.grown[f"{name}.{key}"] = Grown(place.loops, several)

    def unseen_so_far(self) -> list[tuple[str, str]]:
        """What isn't seen of the cell that runs; asked from another thread, so it changes nothing. Where a loop's last
        values weren't read yet, they are said to be those last seen."""
        turns = {number: (turns.seen, turns.unseen) for number, turns in list(self._blind.items())}
        running = [loop for loop in list(self._loops) if type(loop) is Watched and not loop.over]
        for loop in running:
            seen, blind = turns.get(loop.number, (0, 0))
            turns[loop.number] = seen + loop.turn + 1 - loop.blind, blind + loop.blind + loop.ended_blind
        inexact = self._early.union(loop.number for loop in running)
        texts = [
            f"{self._sites[number].text[:80]}: {seen:,} turns were seen so far, the others weren't looked at; "
            f"{SO_FAR if number in inexact else EXACT}"
            for number, (seen, blind) in turns.items()
            if blind
        ]
        return [*self.problems, *(("loops", text) for text in texts)]

    def _unseen_turns(self) -> Iterable[str]:
        """In words, the loops that weren't seen whole."""
        within = [number for number, turns in self._blind.items() if turns.unseen]
        for number in within:
            turns, loops = self._blind[number], self._sites[number].loops
            counted = turns.counted and not any(outer in within for outer in loops)
            yield (
                f"{self._sites[number].text[:80]}: {turns.seen:,} of {'' if counted else 'more than '}"
                f"{turns.seen + turns.unseen:,} turns were seen, the others weren't looked at; "
                f"{self._last_of(number)}, the lowest and highest are of those seen"
            )
        for note in self.notes:
            if note.more is not None and note.more.halved:
                yield (
                    f"{' '.join(note.site.names) or note.site.text}: of its values, about one in {2**note.more.halved} "
                    "is kept, the lowest and the highest among them"
                )

    def _last_of(self, number: int) -> str:
        """In words, which last values of a loop are exact."""
        if number in self._early:
            return EARLY
        seen = dict.fromkeys(
            ", ".join(site.names) or site.text[:40]
            for site in self._sites.values()
            if number in site.loops and site.number in self._numbered - self._read_last
        )
        if not seen or not self._blind[number].unseen:
            return EXACT
        return f"the last values of its variables are exact, but of {', '.join(seen)} it is the last one seen"


@dataclass(slots=True)
class _Unseen:
    """Turns of a loop that were seen, and that weren't, and whether these could be counted."""

    seen: int = 0
    unseen: int = 0
    counted: bool = True


def _left_by(place: Site, found: Mapping[str, Any]) -> Any:
    """What a place in a loop left behind in its last turn."""
    if place.kind == "assign" and not place.path:
        values = [found.get(name) for name in place.names]
        return values[0] if len(values) == 1 else tuple(values)
    value = followed(place.path, found)
    if place.kind == "append":
        return value[-1] if type(value) is list and value else None
    if place.kind == "item":
        return followed((*place.path, ("item", place.arguments[0].constant)), found)
    return value


class _Quick:
    """The short way of a number to the series of its place, as long as its loop goes on."""

    __slots__ = ("_depth", "_loop", "_loops", "_series")

    def __init__(self, series: Series, loops: list[Any], depth: int) -> None:
        self._series = series
        self._loops = loops
        self._depth = max(depth, 0)
        self._loop = loops[self._depth]

    @property
    def latest(self) -> float:
        return self._series.latest

    def goes_on(self, value: float) -> bool:
        """Take it in, if it belongs here."""
        loops = self._loops
        if len(loops) <= self._depth or loops[self._depth] is not self._loop:
            return False
        values = loops[-1].values
        self._series.append(
            value, values[0] if values else None, loops[0].turn if len(loops) == 1 else UNKNOWN
        )
        return True


def _place(site: Site, turns: tuple[Turn, ...]) -> tuple[int, int]:
    """A place in one going through of its function's outermost loop."""
    return site.number, turns[-len(site.loops) if 0 < len(site.loops) <= len(turns) else 0].activation
