"""From candidates to metrics: what was seen once is a number, what was seen in each turn of a loop is a curve."""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from mlnb.capture.candidates import VARIABLE, Candidate
from mlnb.capture.evidence import has_digits, same, same_numbers
from mlnb.capture.findings import Metric
from mlnb.capture.series import UNKNOWN
from mlnb.capture.words import is_counter_name

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from mlnb.capture.recorder import Grown


ALIKE: Final = 20  # metrics of one name and place: more of them are a loop that nobody saw


def collected(
    candidates: Iterable[Candidate], curves: Iterable[Metric], recorded: Collection[float] = ()
) -> list[Metric]:
    """The metrics, each under a name of its own; `recorded` are numbers that the run has from cells before."""
    groups: dict[tuple[str, int], list[Candidate]] = {}
    returning = {candidate.came_out for candidate in candidates if candidate.came_out is not None}
    for candidate in candidates:
        if is_metric(candidate, recorded, returning):
            loops = candidate.note.loops
            groups.setdefault((candidate.name, loops[0].activation if loops else -1), []).append(candidate)
    found: list[Metric] = []
    for (name, activation), members in groups.items():
        found += _unlooped(name, members) if activation < 0 else _of_loop(name, members)
    named = {candidate.name for candidate in candidates if candidate.came_out is not None}
    return _named_apart(_without_twins([*found, *_averaged(curves)], named))


def is_metric(candidate: Candidate, recorded: Collection[float], returning: Collection[str]) -> bool:
    """Whether a number counts; `returning` are the functions that a number came out of."""
    return (
        candidate.strong
        and not candidate.absorbed
        and not _is_trap(candidate)
        and not _is_mention(candidate, recorded)
        and not _is_by_product(candidate, returning)
    )


def _of_loop(name: str, members: list[Candidate]) -> list[Metric]:
    last = list({_turn_outside(member): member for member in members}.values())
    if len(last) > 1 and _turn_outside(last[0]):
        # Of a training function that a loop calls, how each of its calls ended.
        members = [replace(member, value=member.last, more=None) for member in last]
    if len(members) == 1 and members[0].more is None:
        return [_single(name, members[0])]
    return [] if _is_switch(members) else [_curve(name, members)]


def _turn_outside(candidate: Candidate) -> tuple[tuple[int, int], ...]:
    """The turn of the caller's loops, where a number was seen in a loop of a function."""
    own = len(candidate.note.site.loops)
    return candidate.turn[:-own] if own and candidate.note.site.function is not None else ()


def _is_switch(members: Sequence[Candidate]) -> bool:
    """Whether a number only goes between two values: a reward of 0 or 1 for each step."""
    values = {member.value for member in members}
    return len(members) >= 10 and len(values) == 2 and not any(m.made or has_digits(m.value) for m in members)


def _unlooped(name: str, members: list[Candidate]) -> list[Metric]:
    """One by one; but a place that is passed over and over stands in a loop that was let go, or is the library's:
    `max(population, key=fitness)`."""
    places: dict[int, list[Candidate]] = {}
    for member in members:
        places.setdefault(member.note.site.number, []).append(member)
    found: list[Metric] = []
    for alike in places.values():
        found += [_curve(name, alike)] if len(alike) > ALIKE else [_single(name, one) for one in alike]
    return found


def _averaged(curves: Iterable[Metric]) -> list[Metric]:
    """Where each of many turns gave a list of scores, their means are the curve."""
    names: dict[str, list[Metric]] = {}
    for metric in curves:
        names.setdefault(metric.name, []).append(metric)
    found: list[Metric] = []
    for name, alike in names.items():
        if len(alike) > ALIKE:
            means = [sum(metric.values) / len(metric.values) for metric in alike]
            found.append(Metric(name, means, list(range(len(means))), source=alike[0].source))
        else:
            found += alike
    return found


def _single(name: str, member: Candidate) -> Metric:
    return Metric(name, [member.value], None, member.estimator, member.dataset, member.source)


def _curve(name: str, members: Sequence[Candidate]) -> Metric:
    first = members[0]
    one = len({member.estimator for member in members}) == 1
    data = len({member.dataset for member in members}) == 1
    values, steps = _points(members)
    return Metric(
        name,
        values,
        steps,
        first.estimator if one else None,
        first.dataset if data else None,
        first.source,
        first.note.site.loops,
    )


def _points(members: Sequence[Candidate]) -> tuple[list[float], list[int]]:
    """The numbers in the order in which they came, and their steps: the loop's own whole numbers where they grow; else the
    turns, where one loop alone has them; else 0, 1, 2 …"""
    found: list[tuple[int, float, int, int]] = []
    for member in members:
        loops, more = member.note.loops, member.more
        values = loops[-1].values if loops else None
        own = values[0] if values and type(values[0]) is int else UNKNOWN
        turn = loops[0].number if len(loops) == 1 else UNKNOWN
        found.append((member.note.tick, member.value, own, turn))
        if more is not None:
            found += more.points()
    if sum(member.more is not None for member in members) > 1:
        found.sort()
    _, numbers, owns, turns = map(list, zip(*found, strict=True))
    steps = next((steps for steps in (owns, turns) if _grow(steps)), range(len(found)))
    return numbers, list(steps)


def _grow(steps: Sequence[int]) -> bool:
    return UNKNOWN not in steps and all(a < b for a, b in itertools.pairwise(steps))


def _without_twins(metrics: Sequence[Metric], named: Collection[str] = ()) -> list[Metric]:
    """A list that was appended what a variable held is that variable's curve; so is one that a function returned. `named` are the
    names that callers gave to what came out of a function: they say more than those inside."""
    found: list[Metric] = []
    alike: dict[tuple[int, float], list[Metric]] = {}  # by what is quickly compared
    for metric in metrics:
        curves = alike.setdefault((len(metric.values), metric.values[0]), [])
        twin = next((m for m in curves if len(m.values) > 1 and same_numbers(m.values, metric.values)), None)
        if twin is None:
            found.append(metric)
            curves.append(metric)
        elif ("(" in twin.name and "(" not in metric.name) or (
            metric.name in named and twin.name not in named
        ):
            twin.name, twin.source = metric.name, metric.source
    return found


def completed(metrics: Sequence[Metric], grown: Mapping[str, Grown]) -> list[Metric]:
    """A curve of which only some turns were seen is whole where a list holds it; where that list is a curve itself, it is
    the same one."""
    whole = [metric.values for metric in metrics if metric.steps == list(range(len(metric.values)))]
    found: list[Metric] = []
    for metric in metrics:
        if metric.steps is not None:
            full = _whole_of(metric, whole, grown)
            if full is not None:
                found = [other for other in found if other.values is not full]
                metric.values, metric.steps = full, list(range(len(full)))
        if not any(other.values is metric.values for other in found):
            found.append(metric)
    return found


def _whole_of(metric: Metric, whole: Iterable[list[float]], grown: Mapping[str, Grown]) -> list[float] | None:
    assert metric.steps is not None
    if metric.steps[-1] >= len(metric.values):
        lists = [*whole, *(one.values for one in grown.values())]
        if (found := next((one for one in lists if _is_part(metric, one)), None)) is not None:
            return found
    for one in grown.values():
        if one.loops == metric.loops and len(one.values) > len(metric.values):
            rest = iter(one.values)
            if all(any(same(value, other) for other in rest) for value in metric.values):
                return one.values
    return None


def _is_part(metric: Metric, full: Sequence[float]) -> bool:
    """Whether a curve's values stand in a list, each at its step."""
    assert metric.steps is not None
    return len(full) > metric.steps[-1] and all(
        same(full[step], value) for step, value in zip(metric.steps, metric.values, strict=True)
    )


def _named_apart(metrics: Sequence[Metric]) -> list[Metric]:
    """Where several have one name, their estimator tells them apart, else their order."""
    shared: dict[str, set[str | None]] = {}
    for metric in metrics:
        shared.setdefault(metric.name, set()).add(metric.estimator)
    names = Counter(metric.name for metric in metrics)
    taken: dict[str, int] = {}
    for metric in metrics:
        if names[metric.name] > 1 and metric.estimator and not metric.name.startswith(metric.estimator):
            metric.name = f"{metric.estimator}.{metric.name}"
    for metric in metrics:
        taken[metric.name] = count = taken.get(metric.name, 0) + 1
        if count > 1:
            metric.name = f"{metric.name} ({count})"
    return list(metrics)


def _is_mention(candidate: Candidate, recorded: Collection[float]) -> bool:
    """Whether it is printed or shown what an earlier cell has found."""
    kind, expression = candidate.note.site.kind, candidate.note.site.expression
    if expression is not None and expression.calls & {"max", "min"}:
        return False  # the best of a curve is said for its own sake, be it the last
    return (
        kind in {"print", "shown"}
        and not candidate.made
        and candidate.value in recorded
        and has_digits(candidate.value)
    )


def _is_by_product(candidate: Candidate, returning: Collection[str]) -> bool:
    """Whether it is a step on the way to what a function returned, for each turn of its caller's loop."""
    site = candidate.note.site
    return (
        site.function in returning
        and candidate.came_out is None
        and not candidate.made
        and not site.loops
        and bool(candidate.note.loops)
        and candidate.rank == VARIABLE
    )


def _is_trap(candidate: Candidate) -> bool:
    return candidate.rank == VARIABLE and is_counter_name(candidate.name.rpartition(".")[2])
