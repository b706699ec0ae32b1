"""Metrics from a cell's notes: which numbers are scores, what they are called, and which of them are the same.

A number becomes a candidate where it is assigned, appended, printed, shown or returned by a known function. Evidence
decides whether it stays: a metric function or `.score` made it, its name or label says so, or it was computed from
one that stays. The same number seen twice (assigned, then printed) is one metric, under its best name.
"""

from __future__ import annotations

import ast
import itertools
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from mlnb.capture import words
from mlnb.capture.findings import Metric
from mlnb.capture.recorder import Call, Note

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mlnb.capture.settings import Groups
    from mlnb.events import Source

_MAKES: Final = frozenset({"metric", "score"})


@dataclass
class Candidate:
    """A number that may be a metric; `best` ranks its name: 3 a variable's, 2 a label, 1 source text."""

    name: str
    value: float
    note: Note
    strong: bool
    best: int
    source: Source
    estimator: str | None = None
    dataset: str | None = None
    series: bool = False  # one of many: a curve's point
    key: str = ""


@dataclass
class Scores:
    """What the reading of one cell's notes collects."""

    groups: Groups
    known: set[str] = field(default_factory=set)  # variables that hold metrics, from earlier cells too
    candidates: list[Candidate] = field(default_factory=list)
    curves: list[Metric] = field(default_factory=list)
    _by_site: dict[int, Note] = field(default_factory=dict)
    _made: dict[int, list[Candidate]] = field(default_factory=dict)

    def read(self, notes: Iterable[Note]) -> list[Metric]:
        """The metrics of a cell."""
        for note in notes:
            self._read_one(note)
            self._by_site[note.site.number] = note
        return [*_collected(self.candidates), *self.curves]

    def _read_one(self, note: Note) -> None:
        kind = note.site.kind
        if kind == "call":
            self._call(note)
        elif kind == "assign":
            self._assign(note)
        elif kind == "item":
            self._item(note)
        elif kind == "append":
            self._append(note)
        elif kind == "print":
            self._print(note)
        elif kind == "shown":
            self._shown(note)

    # ---- where numbers come from ------------------------------------------------------------

    def _call(self, note: Note) -> None:
        call = note.facts
        if not isinstance(call, Call):
            return
        if call.role in _MAKES and isinstance(note.value, (int, float)):
            self._add(note, note.site.text, note.value, strong=True, best=1, source="call", call=call)
        elif call.role in _MAKES and isinstance(note.value, dict):
            for key, value in note.value.items():
                if isinstance(value, (int, float)):
                    self._add(note, key, value, strong=True, best=2, source="call", call=call)
        elif call.role == "score" and isinstance(note.value, list):
            self._evaluated(note, call)
        elif call.role == "validation":
            self._validation(note, call)
        elif call.role == "fit":
            self._fit(note, call)

    def _evaluated(self, note: Note, call: Call) -> None:
        """Keras' `evaluate` gives a list; the model knows the names."""
        names = list(getattr(call.estimator.model, "metrics_names", []) or []) if call.estimator else []
        for place, value in enumerate(note.value):
            if isinstance(value, (int, float)):
                name = names[place] if place < len(names) else f"{note.site.text}[{place}]"
                self._add(note, str(name), value, strong=True, best=1, source="call", call=call)

    def _validation(self, note: Note, call: Call) -> None:
        for name, numbers in _series_of(note):
            estimator, _ = self._of(call)
            base = name or (f"{call.estimator.name}.{call.name}" if call.estimator else call.name)
            if estimator and not name:
                base = f"{estimator}.{call.name}"
            self.curves.append(Metric(base, numbers, list(range(len(numbers))), estimator, None, "call"))
            mean = sum(numbers) / len(numbers)
            std = math.sqrt(sum((n - mean) ** 2 for n in numbers) / len(numbers))
            self._add(note, f"{base}.mean", mean, strong=True, best=1, source="call", call=call)
            self._add(note, f"{base}.std", std, strong=True, best=1, source="call", call=call)

    def _fit(self, note: Note, call: Call) -> None:
        if isinstance(note.value, dict):
            for name, numbers in _series_of(note):
                self.curves.append(Metric(name, numbers, list(range(len(numbers))), None, None, "call"))
        if call.estimator is None:
            return
        best = getattr(call.estimator.model, "best_score_", None)
        if isinstance(best, (int, float)):
            name = f"{self.groups.name(call.estimator)}.best_score_"
            self._add(note, name, float(best), strong=True, best=1, source="estimator", call=call)

    def _assign(self, note: Note) -> None:
        names = note.site.names
        if len(names) == 1 and isinstance(note.value, (int, float)):
            self._named(note, names[0], note.value)
        elif len(names) > 1 and isinstance(note.value, list) and len(note.value) == len(names):
            for name, value in zip(names, note.value, strict=True):
                if isinstance(value, (int, float)):
                    self._named(note, name, value)
                elif isinstance(value, list):
                    self._list(name, value)
        elif len(names) == 1 and isinstance(note.value, list):
            self._list(names[0], note.value)
        elif len(names) == 1 and isinstance(note.value, dict):
            self._dict(note, names[0], note.value)

    def _named(self, note: Note, name: str, value: float) -> None:
        made = self._maker(note)
        derived = self._derives(note.site.tree)
        strong = made is not None or derived or (words.is_metric_name(name) and not _whole(value))
        if isinstance(value, int) and made is None:
            strong = strong and words.is_metric_name(name) and derived
        candidate = self._add(note, name, value, strong=strong, best=3, source="assigned", call=made)
        if strong:
            self.known.add(name)
        candidate.key = name

    def _item(self, note: Note) -> None:
        if not isinstance(note.value, (int, float)):
            return
        owner, key = note.site.names[0], note.facts
        made = self._maker(note)
        strong = made is not None or words.is_metric_name(owner) or words.is_metric_name(str(key))
        name = f"{owner}.{key}" if isinstance(key, (str, int, float)) else owner
        if isinstance(key, (str, int, float)) or not note.loops:
            self._add(
                note,
                name,
                note.value,
                strong=strong and not _whole(note.value),
                best=3,
                source="assigned",
                call=made,
            )

    def _append(self, note: Note) -> None:
        if isinstance(note.value, (int, float)) and not isinstance(note.value, bool):
            made = self._maker(note)
            name = _plain_name(note.site.names[0])
            strong = made is not None or words.is_metric_name(name) or self._derives(None)
            self._add(note, name, note.value, strong=strong, best=2, source="assigned", call=made)

    def _print(self, note: Note) -> None:
        label = words.label_of(note.site.label or "")
        if isinstance(note.value, (int, float)):
            made = self._maker(note)
            text = note.site.text
            says = words.is_metric_name(label) or words.is_metric_name(text)
            strong = (
                made is not None
                or self._derives(note.site.tree)
                or (says and not isinstance(note.value, int))
            )
            loose = (
                isinstance(note.value, float)
                and bool(label)
                and not set(words.parts(label)) & words.LABEL_NOISE
            )
            self._add(
                note,
                label or text,
                note.value,
                strong=strong or (loose and _computed(note.site.tree)),
                best=2 if label else 1,
                source="call",
                call=made,
            )

    def _shown(self, note: Note) -> None:
        if isinstance(note.value, float):
            made = self._maker(note)
            strong = made is not None or self._derives(note.site.tree) or words.is_metric_name(note.site.text)
            self._add(note, note.site.text, note.value, strong=strong, best=1, source="call", call=made)
        elif (
            isinstance(note.value, list)
            and note.site.tree is not None
            and isinstance(note.site.tree, ast.Tuple)
        ):
            for part, value in zip(note.site.tree.elts, note.value, strict=False):
                text = ast.unparse(part)
                if isinstance(value, float) and (words.is_metric_name(text) or self._derives(part)):
                    self._add(note, text, value, strong=True, best=1, source="call", call=None)

    def _list(self, name: str, value: list[Any]) -> None:
        numbers = [item for item in value if isinstance(item, (int, float))]
        if len(numbers) != len(value) or len(numbers) < 2 or not words.is_metric_name(name):
            return
        self.known.add(name)
        self.curves.append(Metric(name, [float(n) for n in numbers], list(range(len(numbers)))))

    def _dict(self, note: Note, name: str, value: dict[str, Any]) -> None:
        for key, item in value.items():
            if isinstance(item, list):
                if words.is_metric_name(key) or words.is_metric_name(name):
                    self.curves.append(
                        Metric(f"{name}.{key}", [float(n) for n in item], list(range(len(item))))
                    )
            elif isinstance(item, float) and (words.is_metric_name(name) or words.is_metric_name(key)):
                self._add(note, f"{name}.{key}", item, strong=True, best=3, source="assigned", call=None)

    # ---- evidence ---------------------------------------------------------------------------

    def _maker(self, note: Note) -> Call | None:
        """The call whose result this is."""
        inner = note.site.inner
        made = self._by_site.get(inner) if inner is not None else None
        if made is None or not isinstance(made.facts, Call) or made.facts.role not in _MAKES:
            return None
        return made.facts if made.value == note.value else None

    def _derives(self, tree: ast.expr | None) -> bool:
        """Whether an expression computes with a metric."""
        if tree is None:
            return False
        return any(isinstance(n, ast.Name) and n.id in self.known for n in ast.walk(tree)) or _compares(tree)

    def _of(self, call: Call | None) -> tuple[str | None, str | None]:
        if call is None:
            return None, None
        estimator = self.groups.name(call.estimator) if call.estimator is not None else None
        tested = [seen.described.digest for seen in call.data]
        return estimator, tested[0] if tested else None

    def _add(
        self,
        note: Note,
        name: str,
        value: float,
        *,
        strong: bool,
        best: int,
        source: Source,
        call: Call | None,
    ) -> Candidate:
        estimator, dataset = self._of(call)
        found = Candidate(name, float(value), note, strong, best, source, estimator, dataset)
        same = self._same(found)
        if same is None:
            self.candidates.append(found)
            return found
        same.strong = same.strong or found.strong
        same.estimator = same.estimator or found.estimator
        same.dataset = same.dataset or found.dataset
        if found.best > same.best:
            same.name, same.best, same.source = found.name, found.best, found.source
            same.note = Note(
                found.note.site, same.note.order, same.note.value, same.note.loops or found.note.loops
            )
        return same

    def _same(self, found: Candidate) -> Candidate | None:
        """The same number, seen before on its way here: what a call returned is always new."""
        site = found.note.site
        if site.kind == "call":
            return None
        turn = _turn(found.note)
        for other in reversed(self.candidates[-60:]):
            if not _equal(other.value, found.value):
                continue
            if site.inner == other.note.site.number and site.inner is not None:
                return other
            if isinstance(site.tree, ast.Name) and other.key == site.tree.id:
                return other
            if _turn(other.note) == turn and _has_digits(found.value) and site.kind != "assign":
                return other
        return None


# ---- from candidates to metrics -------------------------------------------------------------


def _collected(candidates: list[Candidate]) -> list[Metric]:
    kept = [c for c in candidates if c.strong and not _is_trap(c)]
    groups: dict[tuple[str, bool], list[Candidate]] = {}
    for candidate in kept:
        groups.setdefault((candidate.name, bool(candidate.note.loops)), []).append(candidate)
    found: list[Metric] = []
    for (name, looped), members in groups.items():
        found += [_curve(name, members)] if looped and len(members) > 1 else _singles(name, members)
    return _unlike(found)


def _curve(name: str, members: list[Candidate]) -> Metric:
    steps = _steps(members)
    first = members[0]
    same = {m.estimator for m in members}
    return Metric(
        name,
        [m.value for m in members],
        steps,
        first.estimator if len(same) == 1 else None,
        first.dataset,
        first.source,
    )


def _steps(members: list[Candidate]) -> list[int]:
    """The loop's own whole numbers where they grow, else 0, 1, 2 …"""
    own = []
    for member in members:
        values = member.note.loops[-1][2] if member.note.loops else None
        own.append(
            values[0] if values and isinstance(values[0], int) and not isinstance(values[0], bool) else None
        )
    if all(v is not None for v in own) and all(b > a for a, b in itertools.pairwise(own)):  # type: ignore[operator]
        return [int(v) for v in own]  # type: ignore[arg-type]
    return list(range(len(members)))


def _singles(name: str, members: list[Candidate]) -> list[Metric]:
    """One metric each; where several have one name, their estimator or their order tells them apart."""
    distinct = len(members) > 1
    found = []
    for _place, member in enumerate(members):
        label = name
        if distinct and member.estimator and not name.startswith(member.estimator):
            label = f"{member.estimator}.{name}"
        found.append(Metric(label, [member.value], None, member.estimator, member.dataset, member.source))
    taken: dict[str, int] = {}
    for metric in found:
        taken[metric.name] = count = taken.get(metric.name, 0) + 1
        if count > 1:
            metric.name = f"{metric.name} ({count})"
    return found


def _unlike(metrics: list[Metric]) -> list[Metric]:
    """A list that was appended what a variable held is that variable's curve."""
    found: list[Metric] = []
    for metric in metrics:
        twin = next((m for m in found if metric.steps and m.steps and m.values == metric.values), None)
        if twin is None:
            found.append(metric)
    return found


def _is_trap(candidate: Candidate) -> bool:
    return words.is_counter_name(candidate.name) if candidate.best == 3 else False


def _turn(note: Note) -> tuple[tuple[int, int], ...]:
    return tuple((site, iteration) for site, iteration, _ in note.loops)


def _equal(one: float, other: float) -> bool:
    return one == other or (math.isnan(one) and math.isnan(other))


def _has_digits(value: float) -> bool:
    """Whether a number is odd enough to be known again."""
    return math.isfinite(value) and value != round(value, 3)


def _whole(value: float) -> bool:
    return isinstance(value, int)


def _plain_name(text: str) -> str:
    """`history['loss']` is `history.loss`."""
    return text.replace("['", ".").replace("']", "").replace('["', ".").replace('"]', "")


def _series_of(note: Note) -> list[tuple[str, list[float]]]:
    if isinstance(note.value, list):
        return [("", [float(n) for n in note.value if isinstance(n, (int, float))])] if note.value else []
    if isinstance(note.value, dict):
        return [
            (str(k), [float(n) for n in v])
            for k, v in note.value.items()
            if isinstance(v, list) and v and "time" not in str(k)
        ]
    return []


def _computed(tree: ast.expr | None) -> bool:
    """Whether something is computed: a name, a call, arithmetic."""
    return tree is not None and any(isinstance(n, (ast.Name, ast.Call)) for n in ast.walk(tree))


def _compares(tree: ast.expr) -> bool:
    """`(y == pred).mean()`: a share of hits."""
    return any(
        isinstance(n, ast.Compare) and any(isinstance(o, (ast.Eq, ast.NotEq)) for o in n.ops)
        for n in ast.walk(tree)
    ) and any(
        isinstance(n, ast.Call)
        and getattr(n.func, "attr", getattr(n.func, "id", "")) in {"mean", "sum", "average", "float"}
        for n in ast.walk(tree)
    )
