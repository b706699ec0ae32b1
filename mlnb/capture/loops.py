"""A loop that is watched as far as the cell's budget goes, and runs as its author wrote it for the rest.

The rewriter writes each loop's body twice, with probes and without (where only `LOOP.stop()` stands before a `break`).
`for x in things: body` becomes

    for LOOP in __mlnb__.loop((12, __mlnb__.iter(things))):
        for x in LOOP.seen():
            body with probes
        else:
            for x in LOOP.unseen():
                body
            else:
                continue
            break
        break

Each step of the outer loop is a *phase*: some turns with probes while the budget lasts, else some without, so many that
beginning a phase doesn't show. A phase is as many turns as took a moment before, so that a loop that hurries through its
first turns and then works is seen again some thousand turns later. A loop whose turns are so short that even going in phases would show goes on over the bare
iterator.

`break`, `continue`, `return`, `yield`, exceptions and `else` keep their meaning, and the user's iterator is asked
for each item once, in turn, and never again after it has ended: both bodies draw on one `itertools.chain`, which
notices the end. All between the iterator and the loop is C code, so no traceback shows it, and it costs 8 ns a turn.

What the loop goes over is held by its `Phases`, and those by nobody but the interpreter's stack: they go when the loop is
left, however it is left, as the iterator does in the author's code. `LOOP`, which variables, frames and the recorder hold
for longer, is a `Watched` and knows numbers only.
"""

from __future__ import annotations

import operator
import weakref
from itertools import chain, islice, repeat
from typing import TYPE_CHECKING, Any, Final

from mlnb.capture.budget import Budget, clock

if TYPE_CHECKING:
    from collections.abc import Iterator

SURE: Final = 50  # turns of a loop that are seen whatever the budget says
DEAR: Final = 0.2  # seconds that seeing them may take; in turns that fit models, it takes a millisecond each
TOGETHER: Final = 16  # turns of a phase in which all are seen
FIRST: Final = 1  # turns of a loop's first phase without probes
GROWTH: Final = 8  # times the turns of the phase before, at most
PHASE: Final = 150e-6  # seconds of a phase without probes, in which what it takes to begin it doesn't show
SHORT: Final = 0.4e-6  # seconds of a turn that 8 ns would show in
SURELY_SHORT: Final = 256  # turns that tell so
LONGEST: Final = 1 << 40
_KINDS: Final[tuple[Any, ...]] = (
    [], (), range(0), range(1 << 70), "", b"", {}, {}.values(), {}.items(), set(),
)  # fmt: skip
_COUNTED: Final = frozenset(type(iter(kind)) for kind in _KINDS)
"""Iterators of Python's own that say, without running anything of the user's, how much is left."""
_RANGE: Final = type(iter(range(0)))
_OVER_A_LIST: Final[type] = type(iter([]))


class Watched:
    """One time that a loop is gone through: its place, its turn, and what its variables held when it was last seen.

    `blind` turns weren't seen; where they couldn't be counted to the end, it isn't `counted`. `ended_blind` says whether its last
    turn wasn't seen.
    """

    __slots__ = (
        "__weakref__", "activation", "blind", "counted", "ended_blind", "exhausted", "false", "number", "phases", "turn",
        "values",
    )  # fmt: skip

    def __init__(self, number: int, activation: int) -> None:
        self.number = number
        self.activation = activation
        self.turn = -1
        self.values: Any = None
        self.blind = 0
        self.counted = True
        self.ended_blind = False
        self.exhausted = False  # whether its iterator has ended
        self.false = False  # whether a `while` has found its condition false
        self.phases: Any = _gone

    def seen(self) -> Any:
        """The turns of this phase that are seen."""
        return () if (phases := self.phases()) is None else phases.seen

    def unseen(self) -> Any:
        """Those that aren't."""
        return () if (phases := self.phases()) is None else phases.unseen()

    def stop(self) -> None:
        """It is about to be left in a turn that isn't seen."""
        if (phases := self.phases()) is not None:
            phases.stop()

    @property
    def over(self) -> bool:
        """Whether it was left, in whichever way."""
        return self.phases() is None


class Phases:
    """A loop's phases, and what it goes over: an iterator, or `None` for a `while`. `seen_turns` are those of each of the
    cell's loops, by their places; `own` says that nobody else has the iterator."""

    __slots__ = (
        "__weakref__", "_budget", "_full", "_given", "_last", "_length", "_pace", "_paid", "_piece", "_range", "_raw",
        "_rest", "_seen_turns", "_since", "_tight", "seen", "state",
    )  # fmt: skip

    def __init__(
        self,
        state: Watched,
        raw: Any,
        budget: Budget | None,
        seen_turns: dict[int, int],
        *,
        own: bool = False,
    ) -> None:
        self.state = state
        self.seen: Any = ()
        state.phases = weakref.ref(self)
        self._raw = raw
        self._length = operator.length_hint(raw) if type(raw) in _COUNTED else None
        self._range = own and type(raw) is _RANGE
        self._rest: range | None = None  # of a range, what no iterator of ours is set to
        self._full: Any = repeat(()) if raw is None else chain(_Once(raw), _end(state))
        self._budget = budget
        self._paid = 0.0 if budget is None else budget.spent
        self._seen_turns = seen_turns
        self._piece = 0  # turns of the phase under way that aren't seen
        self._last = FIRST  # of the latest one that had such
        self._given: Any = None  # what they are drawn from, where it is nothing of the user's
        self._since = 0.0
        self._pace = 0.0  # seconds of a turn that isn't seen
        self._tight = False

    def __iter__(self) -> Phases:
        return self

    def __next__(self) -> Watched:
        """The next phase."""
        if self.state.exhausted:
            self.stop()
            raise StopIteration
        state, before = self.state, self._piece
        if before:
            state.turn += before
            state.blind += before
            state.counted = True
            self._pace = (clock() - self._since) / before
            self._piece, self._given = 0, None
        budget = self._budget
        if budget is None:
            self.seen = ()
            self._piece = LONGEST
            state.counted = False
            return state
        budget.light()
        if budget.over() and self._is_enough(budget):
            self._tight = True
            self.seen = ()
            self._piece = self._last = self._length_of_piece()
            # Unless its end can be told, or a turn comes and is seen.
            state.counted, state.ended_blind = False, True
        else:
            if self._rest is not None:
                self._raw, self._rest = iter(self._rest), None
                self._full = chain(self._raw, _end(self.state))
            self.seen = islice(self._full, 1 if self._tight else TOGETHER)
        return state

    def _is_enough(self, budget: Budget) -> bool:
        """Whether enough of the loop was seen, or it took enough to see it."""
        return self._seen_turns.get(self.state.number, 0) >= SURE or budget.spent - self._paid > DEAR

    def _length_of_piece(self) -> int:
        if not self._pace:
            return FIRST
        if self._pace < SHORT and self._last >= SURELY_SHORT and not self._range and self._raw is not None:
            return LONGEST
        return max(1, min(int(PHASE / self._pace), GROWTH * self._last))

    def unseen(self) -> Any:
        """The turns of this phase that aren't seen."""
        piece = self._piece
        if not piece:
            return ()
        self._since = clock()
        if self._raw is None:
            self._given = repeat((), piece)
            return self._given
        if piece == LONGEST:
            self.state.exhausted = True  # the rest of the loop is the author's own
            if self._rest is not None:
                return iter(self._rest)
            return self._full if self._budget is None else _Once(self._raw)
        if self._rest is not None or (self._range and self._pace < SHORT):
            return self._part_of_range(piece)
        return islice(self._full, piece)

    def _part_of_range(self, piece: int) -> Any:
        """The next items of a range, over which Python goes by itself."""
        rest = _rest_of(self._raw) if self._rest is None else self._rest
        self._given, self._rest = iter(rest[:piece]), rest[piece:]
        self.state.exhausted = not self._rest
        return self._given

    def _place(self) -> int | None:
        """How many items were drawn, where the iterator tells."""
        if type(self._raw) is _OVER_A_LIST:  # which may grow meanwhile
            reduced: Any = self._raw.__reduce__()
            if len(reduced) > 2:
                return reduced[2]  # type: ignore[no-any-return]
            return self._length if (self._length or 0) > self.state.turn else None
        return None if self._length is None else self._length - operator.length_hint(self._raw)

    def go_bare(self) -> None:
        """Nobody watches any more, but it may go on: a generator's, a task's."""
        self._budget = None
        self.state.values = None

    def stop(self) -> None:
        """The loop comes to its end, or is about to be left by a `break`, in a phase without probes: its turns are counted."""
        state, piece = self.state, self._piece
        if not piece:
            return
        if self._given is not None:
            gone = piece - operator.length_hint(self._given) - state.false
            if self._range:
                gone = min(gone, (self._length or 0) - state.turn - 1)
        elif (place := self._place()) is not None:
            gone = max(0, place - 1 - state.turn)
        else:
            return
        state.turn += gone
        state.blind += gone
        state.ended_blind = state.ended_blind or gone > 0
        self._piece = 0
        state.counted = True


class _Once:
    """What gives an iterator to whoever asks for one, so that its own `__iter__`, which may be the user's, isn't asked again."""

    __slots__ = ("_raw",)

    def __init__(self, raw: Any) -> None:
        self._raw = raw

    def __iter__(self) -> Any:
        return self._raw


def _end(state: Watched) -> Iterator[None]:
    """What a chain goes on with when the iterator has ended: nothing, and it is known."""
    state.exhausted = True
    yield from ()


def _rest_of(iterator: Any) -> range:
    """What a range's iterator has not given yet."""
    reduced = iterator.__reduce__()
    whole: range = reduced[1][0]
    return whole[reduced[2] :] if len(reduced) > 2 and reduced[2] else whole


def _gone() -> None:
    return None


class Bare:
    """What a loop gets while nobody watches: one phase, without probes."""

    __slots__ = ("_raw", "false")

    def __init__(self, raw: Any) -> None:
        self._raw = raw

    def seen(self) -> Any:
        return ()

    def unseen(self) -> Any:
        raw, self._raw = self._raw, iter(())
        return _Once(raw)

    def stop(self) -> None:
        pass


def bare(pair: tuple[Any, ...]) -> Any:
    """The phases of a loop that nobody watches. `pair` is the loop's number and, of a `for`, its iterator."""
    return (Bare(pair[1] if len(pair) > 1 else repeat(())),)
