"""What a running cell has left so far: its metrics as curves of few points, its progress bars, the turns of its loop.

Everything is read where it lies already: the end of the run's own journal, where what loops assign is told, and the bars that
tqdm knows of. A curve of any length is kept as a few hundred points that hold its extremes, and forgets the rest.
"""

from __future__ import annotations

import math
import sys
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from mlnb.capture.words import is_metric_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from mlnb.capture.recorder import Recorder
    from mlnb.store.following import Follower

MOST_POINTS: Final = 320
MOST_CURVES: Final = 6


@dataclass(frozen=True)
class Bar:
    """A progress bar: `total` and `rate` (turns a second) where they are known."""

    label: str
    done: float
    total: float | None
    rate: float | None
    unit: str = "it"

    @property
    def left(self) -> float | None:
        """Seconds."""
        return (self.total - self.done) / self.rate if self.total and self.rate else None


@dataclass(frozen=True)
class Shape:
    """A curve as it is drawn; `count` is how many points it has in truth."""

    name: str
    steps: list[int]
    values: list[float]
    count: int


@dataclass(frozen=True)
class State:
    """What is known at one moment. `rate` is turns (or points) a second, `unit` says which."""

    elapsed: float
    curves: list[Shape] = field(default_factory=list)
    more_curves: int = 0
    bars: list[Bar] = field(default_factory=list)
    turns: int | None = None
    rate: float | None = None
    unit: str = "it"


class Line:
    """One curve that grows. Of every `stride` points the least and the greatest are kept; when there are too many, stretches
    are joined two by two."""

    def __init__(self, name: str) -> None:
        import numpy as np

        self.name = name
        self.count = 0
        self._stride = 1
        self._kept = np.zeros((0, 2))
        self._rest = np.zeros((0, 2))

    def add(self, steps: NDArray[Any], values: NDArray[Any]) -> None:
        import numpy as np

        self.count += len(values)
        new = np.empty((len(values), 2))
        new[:, 0], new[:, 1] = steps, values
        self._rest = np.concatenate([self._rest, new]) if len(self._rest) else new
        whole = len(self._rest) // self._stride * self._stride
        new = self._rest[:whole] if self._stride == 1 else _extremes(self._rest[:whole], self._stride)
        self._kept = np.concatenate([self._kept, new])
        self._rest = self._rest[whole:]
        if len(self._kept) > MOST_POINTS:
            self._thin()

    def shape(self) -> Shape:
        points = [*self._kept.tolist(), *self._rest[-1:].tolist()]
        return Shape(
            self.name, [int(step) for step, _ in points], [_short(value) for _, value in points], self.count
        )

    def _thin(self) -> None:
        import numpy as np

        joined = 4
        while 2 * len(self._kept) > joined * MOST_POINTS:
            joined *= 2
        whole = len(self._kept) // joined * joined
        left = self._kept[whole:]
        self._kept = _extremes(self._kept[:whole], joined)
        # What doesn't fill a stretch yet is looked at again with what follows.
        self._rest = np.concatenate([left, self._rest])
        self._stride = joined if self._stride == 1 else self._stride * joined // 2


class Seen:
    """Looks at one cell. Each look costs what is new, not what there is."""

    def __init__(self, follower: Follower, recorder: Recorder) -> None:
        self._follower = follower
        self._recorder = recorder
        self._began = time.time()
        self._all: dict[str, Line] = {}
        self._before: tuple[float, int] = (0.0, 0)
        self._rate: float | None = None

    def look(self, elapsed: float) -> State:
        for name, records in self._follower.look():
            self._all.setdefault(name, Line(name)).add(records["step"], records["value"])
        lines = self._lines()
        bars = list(_bars(self._began))
        turns, unit = self._turns(lines)
        return State(
            elapsed,
            [line.shape() for line in lines[:MOST_CURVES]],
            max(0, len(lines) - MOST_CURVES),
            bars,
            turns,
            self._rate_of(elapsed, turns),
            unit,
        )

    def _lines(self) -> list[Line]:
        """What was logged, then what was told; names of scores first."""
        names, told = self._follower.names(), self._follower.told()
        logged = [line for name, line in self._all.items() if name in names - told]
        grown = [line for name, line in self._all.items() if name in told and line.count > 1]
        return [*logged, *sorted(grown, key=lambda line: not is_metric_name(line.name))]

    def _turns(self, lines: list[Line]) -> tuple[int | None, str]:
        turns = self._recorder.turns()
        if turns is not None:
            return turns, "it"
        logged = max((line.count for line in lines), default=None)
        return logged, "points"

    def _rate_of(self, elapsed: float, turns: int | None) -> float | None:
        """Over the last second or more, so that it is calm."""
        then, before = self._before
        if turns is None or turns < before:
            self._before, self._rate = (elapsed, turns or 0), None
        elif elapsed - then >= 1.0:
            self._rate = (turns - before) / (elapsed - then)
            self._before = (elapsed, turns)
        return self._rate


def _bars(since: float) -> Iterator[Bar]:
    """The bars that tqdm (any of its kinds) has shown since then, and that still run."""
    kind = getattr(sys.modules.get("tqdm.std"), "tqdm", None)
    try:
        bars = list(getattr(kind, "_instances", ()))
    except RuntimeError:  # one was opened in this very moment: the next look sees it
        return
    for bar in sorted(bars, key=lambda one: getattr(one, "start_t", 0.0)):
        if getattr(bar, "disable", False) or getattr(bar, "start_t", 0.0) < since:
            continue
        took = time.time() - bar.start_t
        rate = bar.n / took if took > 0 and bar.n else None
        label = str(getattr(bar, "desc", "") or "").rstrip(": ")
        yield Bar(label, bar.n, bar.total, rate, str(getattr(bar, "unit", "it")).strip() or "it")


def _extremes(points: NDArray[Any], stride: int) -> NDArray[Any]:
    """The least and the greatest of each `stride` points, in their order."""
    import numpy as np

    values = np.ascontiguousarray(points[:, 1]).reshape(-1, stride)
    unknown = np.isnan(values)
    some = unknown.any()
    low = (np.where(unknown, np.inf, values) if some else values).argmin(axis=1)
    high = (np.where(unknown, -np.inf, values) if some else values).argmax(axis=1)
    at = np.sort(np.column_stack([low, high]), axis=1) + stride * np.arange(len(values))[:, None]
    return points[at.ravel()]


def _short(value: float) -> float:
    return float(f"{value:.6g}") if math.isfinite(value) else value
