"""Notes what passes through the probes while a cell is tracked, and only then.

The probes' two names live in the user's namespace (hidden from `%who`) and in `builtins`, so that a `%reset` in
the cell does no harm. Off, they are `operator.itemgetter(1)`: C code that gives back the value. On, they are
objects that note the value, at once turned into plain numbers and descriptions: no array, tensor or
frame is kept alive. A pickled probe is `itemgetter(1)` again.

A loop whose probes cost more than they may is let go: its probe is off for the rest of the cell.
"""

from __future__ import annotations

import builtins
import operator
import sys
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from mlnb.capture import kept, unseen
from mlnb.capture.calls import Calls
from mlnb.capture.probes import LOOP_PROBE, PROBE
from mlnb.capture.sites import Prediction, Site

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, MutableMapping

OFF: Final = operator.itemgetter(1)
MOST: Final = 200_000  # notes of one cell
PER_SITE: Final = 50_000
LOOK_EVERY: Final = 20_000  # loop probes between two looks at the clock
DULL: Final = 100  # values of an assignment in a loop without a number among them, after which it is let go
SHARE: Final = 0.05  # of the time that fast loops' probes may take


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

    `loops` says in which turn of which loops, outermost first.
    """

    site: Site
    order: int
    value: Any
    loops: tuple[Turn, ...] = ()
    facts: Any = None


class _Probe:
    """A pass-through that notes. It raises nothing of its own, and is pickled as what it does not do."""

    __slots__ = ("_note",)

    def __init__(self, note: Callable[[Any], None]) -> None:
        self._note = note

    def __call__(self, pair: tuple[Any, Any]) -> Any:
        self._note(pair)
        return pair[1]

    def __reduce__(self) -> tuple[Any, tuple[int]]:
        return operator.itemgetter, (1,)


class Recorder:
    """One per session. `predictions` says of variables what they were predicted by, and for what data; `learn` takes in a
    function of a module of the user's, and says whether it trains something."""

    def __init__(
        self,
        namespace: MutableMapping[str, Any],
        predictions: Mapping[str, Prediction] | None = None,
        learn: Callable[[Any], bool] = lambda _: False,
    ) -> None:
        self._calls = Calls(predictions if predictions is not None else {}, learn, self._cannot_see)
        self.sites: list[Site] = []
        self.notes: list[Note] = []
        self.problems: list[tuple[str, str]] = []
        self._namespace = namespace
        self._on = _Probe(self._note)
        self._loop_on = _Probe(self._note_loop)
        self._loops: list[list[Any]] = []  # [site, iteration, values, activation]
        self._activations = 0
        self._counts: dict[int, int] = {}
        self._turns: tuple[Turn, ...] | None = ()
        self._dull: set[int] = set()  # sites that are let go
        self._interesting: set[int] = set()  # sites that gave a number
        self._thread = 0
        self._began = 0.0
        self._looped = 0
        self.install()

    # ---- on and off -------------------------------------------------------------------------

    def install(self) -> None:
        """Put the probes' names where the cells find them."""
        self._set(OFF, OFF)

    def uninstall(self) -> None:
        """Functions of the notebook keep their probes, so the builtins stay, as pass-throughs."""
        self._set(OFF, OFF)
        for name in (PROBE, LOOP_PROBE):
            self._namespace.pop(name, None)

    def begin(self) -> None:
        """A tracked cell starts."""
        self.notes, self.problems = [], []
        self._loops, self._counts = [], {}
        self._turns, self._dull, self._interesting = (), set(), set()
        self._thread, self._began, self._looped = threading.get_ident(), time.perf_counter(), 0
        self._calls.begin()
        self._set(self._on, self._loop_on)

    def end(self) -> None:
        """The tracked cell is over."""
        self._set(OFF, OFF)
        self.problems += [("data", text) for text in self._calls.end()]
        self._loops, self._turns = [], ()

    def turns(self) -> int | None:
        """How many turns the outermost loop that runs has begun; asked from another thread, while it runs."""
        try:
            return int(self._loops[0][1]) + 1
        except IndexError:
            return None

    def _set(self, probe: Any, loop_probe: Any) -> None:
        for name, value in ((PROBE, probe), (LOOP_PROBE, loop_probe)):
            setattr(builtins, name, value)
            self._namespace[name] = value

    # ---- notes ------------------------------------------------------------------------------

    def next_number(self) -> int:
        """Sites are numbered by their place in `sites`."""
        self.sites.append(_RESERVED)
        return len(self.sites) - 1

    def put(self, site: Site) -> int:
        self.sites[site.number] = site
        return site.number

    def _note(self, pair: tuple[Any, Any]) -> None:
        try:
            number, value = pair
            if threading.get_ident() == self._thread:
                self._see(self.sites[number], value)
        except Exception as error:  # noqa: BLE001
            self._failed(error)

    def _note_loop(self, pair: tuple[Any, Any]) -> None:
        try:
            number, value = pair
            if threading.get_ident() != self._thread:
                return
            self._looped += 1
            if self._looped % LOOK_EVERY == 0 and self._too_fast():
                return
            if type(number) is tuple:
                self._iterate(*number)
            elif number in self._dull:
                return
            elif self.sites[number].kind == "exit":
                self._iterate(number, None)
            else:
                self._see(self.sites[number], value)
        except Exception as error:  # noqa: BLE001
            self._failed(error)

    def _too_fast(self) -> bool:
        """Half a microsecond a note is what it costs at least."""
        elapsed = time.perf_counter() - self._began
        if self._looped * 0.5e-6 <= SHARE * elapsed:
            return False
        setattr(builtins, LOOP_PROBE, OFF)
        self._namespace[LOOP_PROBE] = OFF
        self._loops, self._turns = [], ()
        self.problems.append(
            ("loops", f"a loop was too fast to be watched: {self._looped:,} values were seen")
        )
        return True

    def _failed(self, error: Exception) -> None:
        if len(self.problems) < 20:
            self.problems.append(("observation", f"{type(error).__name__}: {error}"))

    def _cannot_see(self, what: str) -> None:
        problem = (unseen.WHERE, what)
        if problem not in self.problems:
            self.problems.append(problem)

    def _iterate(self, number: int, values: Any) -> None:
        site = self.sites[number]
        stack = self._loops
        self._turns = None
        if site.kind == "exit":
            while stack and stack.pop()[0] != site.inner:
                pass
            return
        for place in range(len(stack) - 1, -1, -1):
            if stack[place][0] == number:
                del stack[place + 1 :]
                stack[place][1] += 1
                stack[place][2] = kept.of_loop(values)
                return
        while stack and stack[-1][0] not in site.loops and self.sites[stack[-1][0]].function == site.function:
            stack.pop()
        self._activations += 1
        stack.append([number, 0, kept.of_loop(values), self._activations])

    def _see(self, site: Site, value: Any) -> None:
        if site.kind == "part":
            self._calls.hold(site.number, value)
            return
        count = self._counts[site.number] = self._counts.get(site.number, 0) + 1
        if count > PER_SITE or len(self.notes) > MOST:
            return
        if site.kind == "call":
            frame = sys._getframe(3)  # noqa: SLF001 - the user's frame, to look names up
            call = self._calls.facts(site, value, frame, count)
            if call is not None:
                self._keep(site, kept.of_call(value, call), call)
            return
        plain = kept.at_site(site, value)
        if plain is None:
            if count >= DULL and value is not None and self._kept_nothing(site):
                self._dull.add(site.number)
            return
        self._interesting.add(site.number)
        facts = None
        if site.kind == "item":
            frame = sys._getframe(3)  # noqa: SLF001
            facts = self._calls.value(site.arguments[0], frame)
        self._keep(site, plain, facts)

    def _kept_nothing(self, site: Site) -> bool:
        """Whether an assignment in a loop has never given a number: it won't."""
        return site.kind == "assign" and site.number not in self._interesting

    def _keep(self, site: Site, value: Any, facts: Any = None) -> None:
        loops = self._turns
        if loops is None:  # the same for all notes of a turn
            sites = self.sites
            loops = self._turns = tuple(
                Turn(number, turn, values, activation, sites[number].names, sites[number].text)
                for number, turn, values, activation in self._loops
            )
        self.notes.append(Note(site, len(self.notes), value, loops, facts))


_RESERVED: Final = Site(-1, "part", "", 0)
