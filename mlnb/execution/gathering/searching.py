"""Which executions make the notebook: tried, not believed. Pure but for the trial that it is given.

The slice is tried first. Where it doesn't hold, it grows by the likeliest that is missing: what wrote the name that a cell
lacked, what drew random numbers, at last everything. What holds is shrunk: halves of it are left out, then
quarters, as long as it holds and time is left.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from mlnb.execution import slicing
from mlnb.execution.replay import Execution
from mlnb.execution.slicing import Link

_LACKING: Final = re.compile(r"NameError: name '(\w+)' is not defined")


@dataclass(frozen=True)
class Trial:
    """What came of executing some of them: whether it holds; the verdict (None: it could not be run, and `error`)."""

    places: tuple[int, ...]
    holds: bool
    verdict: Any = None
    error: str = ""
    plain: bool = False
    warm: bool = False


@dataclass(frozen=True)
class Search:
    """`attempt(places, plain, warm)` executes and judges, `warm` in a kernel that has its modules already; `told` hears of every
    trial. `until` is a `time.monotonic()` after which nothing more is left out."""

    done: Sequence[Execution]
    attempt: Callable[[tuple[int, ...], bool, bool], Trial]
    told: Callable[[Trial], object]
    until: float
    fast: bool = False

    def run(self) -> Trial:
        """The smallest that was found to hold; else the best there was. Ctrl-C ends it with the best so far.

        What is left out is found in warm kernels; what is taken has been executed in one that started from nothing.
        """
        links = slicing.links(self.done)
        best: Trial | None = None
        proved: Trial | None = None
        try:
            for trial in self._grown(links):
                best = trial if best is None or trial.holds or best.verdict is None else best
                if trial.holds:
                    break
            assert best is not None
            proved = best
            if best.holds and not self.fast:
                for trial in self._shrunk(best, links):
                    best = trial
        except KeyboardInterrupt:
            if best is None:
                raise
        return self._confirmed(best, proved or best)

    def _confirmed(self, best: Trial, proved: Trial) -> Trial:
        if not best.warm:
            return best
        try:
            again = self._try(best.places, plain=best.plain)
        except KeyboardInterrupt:
            return proved
        return again if again.holds else proved

    def _try(self, places: Sequence[int], *, plain: bool = False, warm: bool = False) -> Trial:
        trial = self.attempt(tuple(places), plain, warm)
        self.told(trial)
        return trial

    def _grown(self, links: Sequence[Link]) -> Iterator[Trial]:
        everything = tuple(at for at in range(len(links)) if _may_matter(self.done, links, at))
        places = tuple(slicing.needed(links))
        seen = set[tuple[int, ...]]()
        error = ""
        for grow in (self._nothing, self._writers, self._writers, self._drawers):
            places = tuple(sorted({*places, *grow(links, error)}))
            if places in seen:
                continue
            seen.add(places)
            trial = self._try(places)
            yield trial
            error = trial.error
        if everything not in seen:
            yield self._try(everything)
        yield self._try(everything, plain=True)

    def _nothing(self, links: Sequence[Link], error: str) -> list[int]:
        return []

    def _writers(self, links: Sequence[Link], error: str) -> list[int]:
        """Those that wrote the name that was lacking, and what they depend on."""
        found = _LACKING.search(error)
        if found is None:
            return []
        name = found[1]
        writers = [at for at, link in enumerate(links) if name in link.writes or name in self.done[at].writes]
        return [place for at in writers for place in slicing.needed(links, last=at)]

    def _drawers(self, links: Sequence[Link], error: str) -> list[int]:
        drawing = [at for at, one in enumerate(self.done) if one.drew]
        return [place for at in drawing for place in slicing.needed(links, last=at)]

    def _shrunk(self, best: Trial, links: Sequence[Link]) -> Iterator[Trial]:
        size = max(1, (len(best.places) - 1) // 2)
        while size:
            at = 0
            while at < len(best.places) - 1:
                without = best.places[:at] + best.places[min(at + size, len(best.places) - 1) :]
                if time.monotonic() > self.until:
                    return
                if not lacks(links, without, best.places):
                    trial = self._try(without, plain=best.plain, warm=True)
                    if trial.holds:
                        best = trial
                        yield best
                        continue
                at += size
            size //= 2


def lacks(links: Sequence[Link], places: Sequence[int], before: Sequence[int]) -> bool:
    """Whether a name would be missing that was there: that needn't be tried."""
    there = set[str]()
    had = {name for at in before for name in links[at].writes}
    for at in places:
        if (links[at].reads & had) - there:
            return True
        there |= links[at].writes
    return False


def _may_matter(done: Sequence[Execution], links: Sequence[Link], at: int) -> bool:
    """Whether an execution may have left anything: a failed one that wrote nothing hasn't."""
    return at == len(done) - 1 or not done[at].failed or bool(links[at].writes or links[at].makes)
