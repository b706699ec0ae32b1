"""What a tracked cell has told so far: it stands in its run's journal while the cell runs.

What a cell found is known for sure when it is over. Until then its journal gets what is known already: the parameters
that its source gives before it runs, those that a call gives and the data that reach it when it has returned, and each number when it is noted. The probe that notes a
number writes it, so no thread and no timer has a part in it, and what a killed kernel leaves is all that was noted.

Whether a place in the code gives a metric is judged when something passes it for the first time, by the rules that judge
the whole cell afterwards; where it gives none, again at the 2nd, 4th, 8th … pass. Once it does, a pass costs one look
into a dictionary and one write.

When the cell is over, its findings are held against what was told (`Told.params_left`, `Told.metrics_left`): what is
right isn't written again, what is missing is added to it, and what turned out to be nothing is withdrawn.
"""

from __future__ import annotations

import os
import sys
from array import array
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from mlnb import events
from mlnb.capture.budget import cpu
from mlnb.capture.calls import Call
from mlnb.capture.evidence import same
from mlnb.capture.findings import Metric
from mlnb.capture.observed import DataSeen, seeds_of
from mlnb.capture.recorder import Note
from mlnb.capture.series import UNKNOWN
from mlnb.capture.unseen import is_of_the_cell
from mlnb.tracking import writing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from mlnb.capture.budget import Budget
    from mlnb.capture.candidates import Candidate
    from mlnb.capture.findings import DataUse
    from mlnb.capture.recorder import Turn
    from mlnb.capture.scores import Scores
    from mlnb.capture.sites import Site
    from mlnb.tracking.given import Given
    from mlnb.tracking.options import TrackOptions
    from mlnb.tracking.recording import Run

_SAYS: Final = frozenset({"print", "shown", "append"})
MOST_CURVES: Final = 500
MOST_LOOKS: Final = 32
"""Times that one place is judged."""
NUMBERS: Final = (float, int)
UNLOOPED: Final = -1
FOR_EVER: Final = 1 << 60

Place = int | tuple[int, str | int | float]
"""A site's number; of `results[key] = …` with the key."""


@dataclass(slots=True)
class Curve:
    """A metric that was told, with its points. `activation` is the loop's in which it grows; `counts` says that its steps are
    turns, since the loop has no growing numbers of its own."""

    key: int
    name: str
    source: events.Source
    estimator: str | None
    dataset: str | None
    activation: int = UNLOOPED
    steps: array[int] = field(default_factory=lambda: array("q"))
    values: array[float] = field(default_factory=lambda: array("d"))
    counts: bool = False
    withdrawn: bool = False

    def next_step(self, turns: tuple[Turn, ...]) -> int:
        """The loop's own whole number where it grows; else the turn, where one loop alone has it; else the next."""
        steps = self.steps
        if not self.counts:
            values = turns[-1].values if turns else None
            own = values[0] if values else None
            if type(own) is int and -UNKNOWN > own > UNKNOWN and (not steps or own > steps[-1]):
                return own
            self.counts = True
        if len(turns) == 1 and (not steps or turns[0].number > steps[-1]):
            return turns[0].number
        return max(len(steps), steps[-1] + 1) if steps else 0

    def left_of(self, steps: Sequence[int], values: Sequence[float]) -> list[int] | None:
        """The places of those points that were not told yet; None where something else was told."""
        count = len(self.steps)
        if count > len(steps):
            return None
        if (
            self.steps == array("q", steps[:count])
            and self.values.tobytes() == array("d", values[:count]).tobytes()
        ):
            return list(range(count, len(steps)))
        told = dict(zip(self.steps, self.values, strict=False))
        left = [at for at, step in enumerate(steps) if step not in told]
        if len(told) != count or len(steps) - len(left) != count:
            return None
        agree = all(
            same(told[step], value) for step, value in zip(steps, values, strict=True) if step in told
        )
        return left if agree else None

    def described(self, name: str, metric: Metric) -> events.MetricKey:
        return events.MetricKey(
            key=self.key,
            name=name,
            source=metric.source,
            estimator=metric.estimator,
            dataset_digest=metric.dataset_digest,
        )


class Told:
    """Of one cell. `scores` judges numbers, `given` what calls are given; `free` gives a metric the name that it has in the
    run. What it takes to tell a number is charged to `budget`; telling a call is a part of what looking at it takes."""

    def __init__(
        self,
        run: Run,
        scores: Scores,
        given: Given,
        options: TrackOptions,
        free: Callable[[Metric], str],
        budget: Budget,
    ) -> None:
        self.problems: list[tuple[str, str]] = []
        self.unsynced: set[str] = set()
        self._run = run
        self._journal = run.journal
        self._scores = scores
        self._given = given
        self._options = options
        self._free = free
        self._budget = budget
        self._params: dict[str, events.Param] = {}
        self._of_source: set[str] = set()
        self._seeds: dict[str, int] = {}
        self._data: set[tuple[str, str, str]] = set()
        self._data_seen = DataSeen()
        self._curves: list[Curve] = []
        self._by_loop: dict[tuple[str, int], Curve] = {}
        self._sure: dict[int, Curve] = {}
        self._places: dict[Place, list[tuple[int | None, Curve]]] = {}
        self._looks: dict[int, int] = {}
        self._idle: dict[Place, int] = {}
        """Passes of a place before it is judged again, and how many it will be after that."""
        self._waits: dict[Place, int] = {}
        self._names: dict[str, int] = {}
        self._whole_curves = 0
        self._logged_before = frozenset(run.journal.metric_names().values())
        self._pid = os.getpid()
        self._broken = False

    @property
    def run(self) -> Run:
        return self._run

    @property
    def param_names(self) -> list[str]:
        return list(self._params)

    @property
    def metrics(self) -> dict[str, float]:
        """The values that came last."""
        return {
            curve.name: curve.values[-1] for curve in self._curves if curve.values and not curve.withdrawn
        }

    # ---- while it runs ----------------------------------------------------------------------

    def params(self, found: Sequence[events.Param]) -> None:
        """Tell the parameters that the source gives."""
        self._of_source.update(param.name for param in found)
        self._given.variables(found)
        self._tell(found)

    def _tell(self, found: Iterable[events.Param]) -> None:
        """Tell parameters, each when it is new or another."""
        chosen = self._options.params
        new = [
            param
            for param in found
            if not chosen.drops(param.name)
            and param.name not in self._options.metrics.add
            and self._params.get(param.name) != param
        ]
        if new:
            self._run.append(events.Params(items=new))
            self._params.update((param.name, param) for param in new)

    def note(self, site: Site, value: Any, turns: tuple[Turn, ...], facts: Any) -> None:
        """Tell what was noted; whatever fails, the cell goes on and its end is what counts."""
        began = cpu() if type(value) in NUMBERS and facts is None else None
        try:
            if site.kind in _SAYS and type(value) is float and self._is_said_again(site, value):
                return
            curve = self._sure.get(site.number)
            if curve is not None and facts is None and _goes_on(curve, turns) and type(value) in NUMBERS:
                self._point(curve, turns, value)
            elif (idle := self._idle.get(site.number)) and site.kind != "call":
                self._idle[site.number] = idle - 1
            elif not self._broken:
                self._look(Note(site, 0, value, turns, facts))
        except OverflowError:
            pass  # a whole number beyond any float is no metric
        except Exception as error:
            if is_of_the_cell(error):
                raise
            self._broken = True
            self._sure.clear()
            self.problems.append(("live", f"{type(error).__name__}: {error}"))
        finally:
            if began is not None:
                self._budget.spent += cpu() - began

    def _is_said_again(self, site: Site, value: float) -> bool:
        """Whether it is what another place has just told: a number that is printed, or put into a list, under another name."""
        return any(
            curve.values and curve.values[-1] == value and number != site.number
            for number, curve in self._sure.items()
        )

    def _look(self, note: Note) -> None:
        if os.getpid() != self._pid:
            self._broken = True  # a forked child: its parent tells
            return
        if note.site.kind == "call":
            self._use(note)
            self._give(note)
        place = _place_of(note)
        known = [pair for pair in self._places.get(place, ()) if _goes_on(pair[1], note.loops)]
        if known:
            for part, curve in known:
                value = _part_of(note.value, part)
                if type(value) in NUMBERS:
                    self._point(curve, note.loops, value)
        elif self._is_worth_a_look(place, note.site.number):
            self._judge(note, place)

    def _is_worth_a_look(self, place: Place, number: int) -> bool:
        idle = self._idle.get(place, 0)
        if idle:
            self._idle[place] = idle - 1
            return False
        looks = self._looks[number] = self._looks.get(number, 0) + 1
        if looks > MOST_LOOKS or len(self._curves) >= MOST_CURVES:
            self._idle[place] = FOR_EVER
            return False
        wait = self._idle[place] = self._waits.get(place, 0)
        self._waits[place] = 2 * wait + 1
        return True

    def _judge(self, note: Note, place: Place) -> None:
        found: list[tuple[int | None, Curve]] = []
        for candidate in self._scores.take(note):
            if self._is_told_here(candidate, note):
                curve = self._begin(
                    Metric(
                        candidate.name,
                        [],
                        None,
                        candidate.estimator,
                        candidate.dataset,
                        candidate.source,
                    ),
                    note.loops[0].activation if note.loops else UNLOOPED,
                )
                if curve is not None:
                    self._point(curve, note.loops, candidate.value)
                    found.append((candidate.part, curve))
        self._whole(self._scores.curves)
        self._places[place] = found
        if found:
            self._idle.pop(place, None)
        if note.loops and [part for part, _ in found] == [None] and place == note.site.number:
            self._sure[place] = found[0][1]

    def _is_told_here(self, candidate: Candidate, note: Note) -> bool:
        """Whether the number is a metric under a name of this place: not one that another place has told, nor one that
        waits for a name."""
        return (
            candidate.note.site.number == note.site.number
            and not candidate.from_call
            and self._scores.is_metric(candidate)
            and same(candidate.value, _number(_part_of(note.value, candidate.part)))
            and not self._options.metrics.drops(candidate.name)
        )

    def _begin(self, metric: Metric, activation: int) -> Curve | None:
        """A curve under a name that this cell hasn't used; the one of the same loop, where another place feeds it, too."""
        base = metric.name
        known = self._by_loop.get((base, activation))
        if known is not None:
            return known
        count = self._names[metric.name] = self._names.get(metric.name, 0) + 1
        if count > 1:
            metric.name = f"{metric.name} ({count})"
        name = self._free(metric)
        if self._journal.is_logged(name):
            return None
        key = self._journal.tell(name, metric.source, metric.estimator, metric.dataset_digest)
        curve = Curve(key, name, metric.source, metric.estimator, metric.dataset_digest, activation)
        self._curves.append(curve)
        if activation != UNLOOPED:
            self._by_loop[base, activation] = curve
        return curve

    def _point(self, curve: Curve, turns: tuple[Turn, ...], value: float) -> None:
        if curve.withdrawn:
            return
        if self._journal.is_logged(curve.name):  # by a call of the cell's own, which has withdrawn it
            curve.withdrawn = True
            return
        number = float(value)
        step = curve.next_step(turns)
        self._journal.point(curve.key, number, step)
        curve.steps.append(step)
        curve.values.append(number)

    def _whole(self, found: Sequence[Metric]) -> None:
        """Curves that came as a whole: a fit's history, a validation's folds."""
        new, self._whole_curves = found[self._whole_curves :], len(found)
        for metric in new:
            if self._options.metrics.drops(metric.name) or not metric.values:
                continue
            steps = metric.steps or list(range(len(metric.values)))
            curve = self._begin(
                Metric(metric.name, [], None, metric.estimator, metric.dataset_digest, metric.source),
                UNLOOPED,
            )
            if curve is not None:
                self._add(curve, steps, metric.values)
                curve.steps, curve.values = array("q", steps), array("d", metric.values)

    def _use(self, note: Note) -> None:
        for used in self._data_seen.of(note):
            if not self._options.data.drops(used.event.name):
                self.unsynced.update(writing.write_data(self._run, used))
                self._data.add(_content(used.event))

    def _give(self, note: Note) -> None:
        if not isinstance(note.facts, Call):
            return
        found = self._given.with_call(note)
        if found is not None:
            self._tell(param for param in found if param.name not in self._of_source)
            wrong = self._params.keys() - self._of_source - {param.name for param in found}
            if wrong:
                self._journal.withdraw([], sorted(wrong))
                self._params = {name: param for name, param in self._params.items() if name not in wrong}
        seeds = self._seeds | seeds_of(note)
        if seeds != self._seeds:
            self._seeds = seeds
            self._run.append(events.Seeds(seeds=seeds))

    # ---- when it is over --------------------------------------------------------------------

    def is_logged(self, name: str) -> bool:
        """Whether the cell has logged a metric of this name by a call of its own: that one holds."""
        return self._journal.is_logged(name) and name not in self._logged_before

    def has_data(self, used: DataUse) -> bool:
        """Whether a data set was told."""
        return _content(used.event) in self._data

    def params_left(self, kept: Sequence[events.Param]) -> list[events.Param]:
        """The parameters that weren't told, or not so. Those that are none are withdrawn."""
        wrong = self._params.keys() - {param.name for param in kept}
        if wrong:
            self._journal.withdraw([], sorted(wrong))
        return [param for param in kept if self._params.get(param.name) != param]

    def metrics_left(self, kept: Sequence[tuple[str, Metric]]) -> list[tuple[str, Metric]]:
        """The metrics that weren't told, by their names in the run. What was told and is none, or another, is withdrawn
        before anything else is written, so that nobody sees both."""
        told = _Curves(curve for curve in self._curves if not curve.withdrawn)
        right: list[tuple[Curve, str, Metric, list[int]]] = []
        left: list[tuple[str, Metric]] = []
        for name, metric in kept:
            found = told.take(name, _steps_of(metric), metric.values)
            if found is None:
                left.append((name, metric))
            else:
                right.append((found[0], name, metric, found[1]))
        self._withdraw(told.rest())
        self._journal.settle([curve.described(name, metric) for curve, name, metric, _ in right])
        for curve, _, metric, places in right:
            steps = _steps_of(metric)
            self._add(curve, [steps[at] for at in places], [metric.values[at] for at in places])
        return left

    def _withdraw(self, curves: Sequence[Curve]) -> None:
        if curves:
            self._journal.withdraw([curve.key for curve in curves])
        for curve in curves:
            curve.withdrawn = True

    def _add(self, curve: Curve, steps: Sequence[int], values: Sequence[float]) -> None:
        if "numpy" not in sys.modules:  # whose import would keep the cell waiting
            for step, value in zip(steps, values, strict=True):
                self._journal.point(curve.key, value, step)
        elif steps:
            import numpy as np

            self._journal.history(
                curve.key, np.asarray(values, dtype=np.float64), np.asarray(steps, dtype=np.int64)
            )


class _Curves:
    """Curves to be found by their names, or by their points."""

    def __init__(self, curves: Iterable[Curve]) -> None:
        self._left = {curve.key: curve for curve in curves}
        self._named: dict[str, list[Curve]] = {}
        self._alike: dict[bytes, list[Curve]] = {}
        for curve in self._left.values():
            if curve.steps:
                self._named.setdefault(curve.name, []).append(curve)
                self._alike.setdefault(_points(curve.steps, curve.values), []).append(curve)

    def take(
        self, name: str, steps: Sequence[int], values: Sequence[float]
    ) -> tuple[Curve, list[int]] | None:
        """The curve that a metric was told as, under its name or another, and the places of its points that are missing."""
        for curve in self._named.get(name, ()):
            missing = curve.left_of(steps, values) if curve.key in self._left else None
            if missing is not None:
                return self._left.pop(curve.key), missing
        for curve in self._alike.get(_points(array("q", steps), array("d", values)), ()):
            if curve.key in self._left:
                return self._left.pop(curve.key), []
        return None

    def rest(self) -> list[Curve]:
        """Those that nobody took."""
        return list(self._left.values())


def _points(steps: array[int], values: array[float]) -> bytes:
    return steps.tobytes() + values.tobytes()


def _steps_of(metric: Metric) -> list[int]:
    return list(range(len(metric.values))) if metric.steps is None else list(metric.steps)


def _goes_on(curve: Curve, turns: tuple[Turn, ...]) -> bool:
    """Whether it is the loop in which a curve grows."""
    return bool(turns) and turns[0].activation == curve.activation


def _place_of(note: Note) -> Place:
    key = note.facts if note.site.kind == "item" else None
    return (note.site.number, key) if isinstance(key, (str, int, float)) else note.site.number


def _part_of(value: Any, part: int | None) -> Any:
    if part is None:
        return value
    return value[part] if isinstance(value, list) and part < len(value) else None


def _number(value: Any) -> float:
    return float(value) if isinstance(value, (int, float)) else float("inf")


def _content(event: events.Dataset) -> tuple[str, str, str]:
    return event.name, event.role, event.digest
