"""A loop that is watched as far as the cell's budget goes, and runs as its author wrote it for the rest.

The rewriter writes each loop's body twice, with probes and without. `for x in things: body` becomes

    for LOOP in __mlnb__.loop((12, __mlnb__.iter(things))):
        for x in LOOP.seen:
            body with probes
        else:
            for x in LOOP.unseen:
                body
            else:
                continue
            break
        break

`LOOP` is a `Watched`; each step of the outer loop is a *phase*: some turns with probes, then some without. While the
budget lasts no turn goes unseen; when it is used up, the unseen stretch doubles with each phase, and halves again when
there is room. A loop whose turns are so short that even going in stretches would show goes on over the bare iterator.
`break`, `continue`, `return`, `yield`, exceptions and `else` keep their meaning, and the user's iterator is asked
for each item once, in turn, and never again after it has ended: both bodies draw on one `itertools.chain`, which
notices the end. All between the iterator and the loop is C code, so no traceback shows it, and it costs 8 ns a turn.
"""

from __future__ import annotations

import operator
from itertools import chain, islice, repeat
from typing import TYPE_CHECKING, Any, Final

from mlnb.capture.budget import Budget, clock

if TYPE_CHECKING:
    from collections.abc import Iterator

SURE: Final = 50  # turns of a loop that are seen whatever the budget says
TOGETHER: Final = 16  # turns of a phase in which all are seen
SHORT: Final = 0.4e-6  # seconds of a turn that 8 ns would show in
LONG_STRETCH: Final = 1024  # turns that tell how long one takes
LONGEST: Final = 1 << 40
_KINDS: Final[tuple[Any, ...]] = (
    [], (), range(0), range(1 << 70), "", b"", {}, {}.values(), {}.items(), set(),
)  # fmt: skip
_COUNTED: Final = frozenset(type(iter(kind)) for kind in _KINDS)
"""Iterators of Python's own that say, without running anything of the user's, how much is left."""


class Watched:
    """One time that a loop is gone through: its place, its turn, and what its variables held when it was last seen."""

    __slots__ = (
        "__weakref__", "_budget", "_ended", "_full", "_length", "_raw", "_since", "_stretch", "_strides", "_turns",
        "activation", "blind", "number", "over", "seen", "turn", "unseen", "values",
    )  # fmt: skip

    def __init__(
        self,
        number: int,
        raw: Any,
        activation: int,
        budget: Budget,
        strides: dict[int, int],
        turns: dict[int, int],
    ) -> None:
        """`raw` is an iterator, or `None` for a `while`; `strides` are the cell's loops' last unseen stretches, `turns` those
        of each that were seen."""
        self.number = number
        self.activation = activation
        self.turn = -1
        self.values: Any = None
        self.blind = 0  # turns that weren't seen, as far as they could be counted
        self.seen: Any = ()
        self.unseen: Any = ()
        self._raw = raw
        self._length = operator.length_hint(raw) if type(raw) in _COUNTED else None
        self._full: Any = repeat(None) if raw is None else chain(raw, self._end())
        self._ended = False
        self._budget: Budget | None = budget
        self.over = False  # whether a `while` has found its condition false
        self._strides = strides
        self._turns = turns
        self._stretch = 0  # turns of the unseen stretch that is under way
        self._since = 0.0

    def _end(self) -> Iterator[None]:
        """What the chain goes on with when the iterator has ended: nothing, and it is known."""
        self._ended = True
        yield from ()

    def __iter__(self) -> Watched:
        return self

    def __next__(self) -> Watched:
        """The next phase."""
        if self._ended or self._full is None:
            raise StopIteration
        if self._budget is None:
            self._let_go()
            return self
        now = clock()
        stride = self._strides.get(self.number, 0)
        if self._stretch:
            self.turn += self._stretch
            self.blind += self._stretch
            taken = (now - self._since) / self._stretch
            if self._stretch >= LONG_STRETCH and taken < SHORT:
                self._let_go()
                return self
        self._stretch = 0
        self._budget.light()
        self._budget.light()
        if self._budget.over() and self._turns.get(self.number, 0) >= SURE:
            stride = min(2 * stride or 1, LONGEST)
        elif stride:
            stride //= 2
        self._strides[self.number] = stride
        if not stride:
            self.seen = islice(self._full, TOGETHER)
            self.unseen = ()
        else:
            self.seen = islice(self._full, 1)
            self.unseen = self._stretch_of(stride)
        return self

    def _stretch_of(self, stride: int) -> Any:
        self._stretch = stride
        self._since = clock()
        return repeat(None, stride) if self._raw is None else islice(self._full, stride)

    def _let_go(self) -> None:
        """The rest of the loop is the author's own."""
        self.seen = ()
        self.unseen = repeat(None, LONGEST) if self._raw is None else self._raw
        self._stretch = LONGEST
        self._ended = True

    @property
    def is_blind(self) -> bool:
        """Whether it is in a stretch that isn't seen."""
        return self._stretch > 0

    def counted(self) -> bool:
        """Take in an unseen stretch that the loop's end, or a `break`, cut short; whether all turns are known by number."""
        if not self._stretch:
            return True
        stretch, self._stretch = self._stretch, 0
        if self._raw is None:  # what found the condition false was no turn
            gone = stretch - operator.length_hint(self.unseen) - self.over
            self.turn += gone
            self.blind += gone
            return True
        if self._length is None:
            return False
        last = self._length - operator.length_hint(self._raw) - 1
        self.blind += max(0, last - self.turn)
        self.turn = max(self.turn, last)
        return True

    def go_bare(self) -> None:
        """Nobody watches any more, but it may go on: a generator's, a task's."""
        self._budget = self.values = None

    def close(self) -> None:
        """Keep nothing of the user's."""
        self.seen = self.unseen = ()
        self._raw = self._full = self.values = None


def bare(pair: tuple[Any, ...]) -> tuple[_Bare]:
    """What a loop gets while nobody watches: one phase, without probes."""
    return (_Bare(pair[1] if len(pair) > 1 else repeat(None)),)


class _Bare:
    __slots__ = ("over", "seen", "unseen", "values")

    def __init__(self, raw: Any) -> None:
        self.seen: Any = ()
        self.unseen = raw
        self.values: Any = None
