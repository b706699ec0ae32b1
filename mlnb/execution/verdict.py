"""Whether a rerun came out as the run it repeats: a verdict for each part, from recorded facts alone.

What went in is the same or it isn't (source, data, environment, parameters); what came out is exact, within
tolerance, or diverged (metrics, outputs). Where something diverged and nothing that went in did, what is
left is what wasn't recorded: with no seed set, randomness.
"""

from __future__ import annotations

import difflib
import math
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from mlnb.tracking.doubled import doubled

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

AGREEING: Final = frozenset({"same", "exact", "within_tolerance", "within_spread"})
MOST_NAMED: Final = 6
MOST_BLAMED: Final = 3
_KILLED: Final = "the run was killed before its end: it has no results to compare with"
_CAME_OUT: Final = frozenset({"metrics", "outputs", "end"})
_FLEETING: Final = re.compile(
    r"0x[0-9a-f]+"  # addresses
    r"|\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?"  # moments
    r"|\d+(\.\d+)?\s?(ns|µs|us|ms|s|sec|seconds?|min|it/s)\b",  # durations
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Data:
    """One data set: its digest, and those of its columns. A file was read; the rest may have been computed."""

    digest: str
    columns: Mapping[str, str] = field(default_factory=dict)
    rows: int | None = None
    is_file: bool = False


@dataclass(frozen=True)
class Cell:
    """One code cell of an executed notebook; each output as text that can be compared."""

    id: str
    source: str
    outputs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Facts:
    """What is known of a run. A part that wasn't recorded is None, and gets no verdict."""

    params: Mapping[str, Any] = field(default_factory=dict)
    metrics: Mapping[str, float] = field(default_factory=dict)
    data: Mapping[str, Data] | None = None
    packages: Mapping[str, str] | None = None
    cells: Sequence[Cell] | None = None
    seeds: Mapping[str, Any] = field(default_factory=dict)
    error: str | None = None
    killed: bool = False


@dataclass(frozen=True)
class Tolerance:
    """How far a metric may be from what it was, and still be taken for the same."""

    relative: float = 1e-6
    absolute: float = 1e-12

    def allows(self, was: float, now: float) -> bool:
        if math.isnan(was) or math.isnan(now):
            return math.isnan(was) and math.isnan(now)
        return math.isclose(was, now, rel_tol=self.relative, abs_tol=self.absolute)


@dataclass(frozen=True)
class Part:
    """The verdict on one part."""

    part: str
    outcome: str
    detail: str = ""

    @property
    def agrees(self) -> bool:
        return self.outcome in AGREEING


@dataclass(frozen=True)
class Judgement:
    """All parts, and, where they disagree, what that most likely comes from."""

    parts: tuple[Part, ...]
    cause: str = ""

    @property
    def reproduced(self) -> bool:
        return all(part.agrees for part in self.parts)


def judge(
    was: Facts,
    now: Facts,
    *,
    source: Part,
    tolerance: Tolerance | None = None,
    others: Sequence[Facts] = (),
    outside: Sequence[str] | None = None,
) -> Judgement:
    """Compare a run with its rerun; `others` are more reruns, which show how far the metrics spread by themselves.

    `outside` is what went in that no record holds; it is given where the rerun had the recorded random numbers.
    """
    tolerance = tolerance or Tolerance()
    went_in = [
        source,
        _judge_params(was.params, now.params),
        *_where_known(_judge_data, was.data, now.data),
        *_where_known(_judge_packages, was.packages, now.packages),
    ]
    if was.killed or now.killed:  # what there was by then can't be held against a whole run
        ends = " → ".join("killed" if one.killed else (one.error or "finished") for one in (was, now))
        return Judgement((*went_in, Part("end", "changed", ends)), _KILLED if was.killed else "")
    parts = [
        *went_in,
        _judge_metrics(was.metrics, [now.metrics, *(one.metrics for one in others)], tolerance),
        *_where_known(_judge_outputs, was.cells, now.cells),
        *_judge_end(was.error, now.error),
    ]
    return Judgement(tuple(parts), _cause(parts, was, now, outside))


def judge_source(was: Sequence[Cell] | None, now: Sequence[Cell] | None, *, where: str) -> Part:
    """Whether the cells are the same; else the first that isn't."""
    if was is None or now is None:
        return Part("source", "same", "the source that the run kept")
    for place in range(max(len(was), len(now))):
        if place >= len(now):
            return Part("source", "changed", f"{where} lacks cell {place + 1} ({was[place].id})")
        if place >= len(was):
            return Part("source", "changed", f"{where} has a new cell {place + 1} ({now[place].id})")
        if was[place].source != now[place].source:
            return Part(
                "source",
                "changed",
                f"{where}, cell {place + 1} ({now[place].id}): {_line(was[place], now[place])}",
            )
    return Part("source", "same")


def find_source(was: Cell, today: Sequence[Cell] | None) -> Part:
    """What has become of one cell that was executed: its id, else its text, tells which it is today.

    What was executed is what the run recorded, wherever its cell stands now: it is the same source.
    """
    if today is None:
        return Part("source", "same", "the source that the run kept")
    found = _where(today, lambda cell: bool(was.id) and cell.id == was.id)
    if found is None or today[found].source != was.source:
        same_text = _where(today, lambda cell: cell.source.strip() == was.source.strip())
        found = same_text if same_text is not None else found
    if found is None:
        return Part("source", "same", "no longer in the notebook")
    now = today[found]
    stands = f"now cell {found + 1}"
    if now.source.strip() == was.source.strip():
        return Part("source", "same", f"unchanged, {stands}")
    lines = _changed_lines(was.source, now.source)
    return Part(
        "source", "same", f"edited since: {lines} line{'s' * (lines != 1)}, {stands}: {_line(was, now)}"
    )


def _where(cells: Sequence[Cell], fits: Callable[[Cell], bool]) -> int | None:
    return next((at for at, cell in enumerate(cells) if fits(cell)), None)


def _changed_lines(was: str, now: str) -> int:
    """Lines that were added, taken away or changed; a changed one counts once."""
    matcher = difflib.SequenceMatcher(None, was.splitlines(), now.splitlines(), autojunk=False)
    return sum(max(i2 - i1, j2 - j1) for op, i1, i2, j1, j2 in matcher.get_opcodes() if op != "equal")


def comparable(text: str) -> str:
    """An output without what is never the same twice: addresses, moments, durations."""
    return _FLEETING.sub("…", text)


def _line(was: Cell, now: Cell) -> str:
    before, after = was.source.splitlines(), now.source.splitlines()
    for number in range(max(len(before), len(after))):
        old = before[number].strip() if number < len(before) else ""
        new = after[number].strip() if number < len(after) else ""
        if old != new:
            return f"{old!r} is now {new!r}"
    return "only white space differs"


def _where_known(compare: Any, was: Any, now: Any) -> list[Part]:
    return [] if was is None or now is None else [compare(was, now)]


def _judge_params(was: Mapping[str, Any], now: Mapping[str, Any]) -> Part:
    changed = [
        f"{name}: {_text(was, name)} → {_text(now, name)}"
        for name in _told(was, [now])
        if _differ(was, now, name)
    ]
    return Part("parameters", "changed" if changed else "same", _some(changed))


def _judge_data(was: Mapping[str, Data], now: Mapping[str, Data]) -> Part:
    changed = []
    for name in _names(was, now):
        old, new = was.get(name), now.get(name)
        if old is None or new is None:
            changed.append(f"{name} is {'new' if old is None else 'missing'}")
        elif old.digest != new.digest:
            changed.append(f"{name}: {_changed_columns(old, new)}")
    return Part("data", "changed" if changed else "same", _some(changed))


def _changed_columns(old: Data, new: Data) -> str:
    columns = [name for name in _names(old.columns, new.columns) if _differ(old.columns, new.columns, name)]
    said = []
    if columns:
        said.append(f"column{'s' if len(columns) > 1 else ''} {_some(columns, ', ')}")
    if old.rows != new.rows:
        said.append(f"{old.rows} rows, now {new.rows}")
    return "; ".join(said) or "its content changed"


def _judge_packages(was: Mapping[str, str], now: Mapping[str, str]) -> Part:
    changed = [
        f"{name} {_text(was, name)} → {_text(now, name)}"
        for name in _names(was, now)
        if _differ(was, now, name)
    ]
    return Part("environment", "changed" if changed else "same", _some(changed))


def _judge_metrics(
    was: Mapping[str, float], reruns: Sequence[Mapping[str, float]], tolerance: Tolerance
) -> Part:
    now = reruns[0]
    outcome, details = "exact", []
    for name in _told(was, reruns):
        if name not in was or name not in now:
            details.append(f"{name} is {'new' if name in now else 'missing'}")
            outcome = "diverged"
        elif was[name] == now[name] or (math.isnan(was[name]) and math.isnan(now[name])):
            continue
        elif tolerance.allows(was[name], now[name]):
            outcome = "within_tolerance" if outcome == "exact" else outcome
        else:
            spread = _spread(was[name], [rerun[name] for rerun in reruns if name in rerun])
            details.append(f"{name} {was[name]:.6g} → {now[name]:.6g}{spread[1]}")
            outcome = "diverged" if not spread[0] or outcome == "diverged" else "within_spread"
    return Part("metrics", outcome, _some(details))


def _spread(was: float, values: Sequence[float]) -> tuple[bool, str]:
    """Whether `was` is a value that these reruns might have given too: within three standard deviations."""
    if len(values) < 2:
        return False, ""
    mean = math.fsum(values) / len(values)
    deviation = math.sqrt(math.fsum((value - mean) ** 2 for value in values) / (len(values) - 1))
    inside = abs(was - mean) <= 3 * deviation
    said = "within" if inside else "outside"
    return inside, f", {said} the spread of {len(values)} reruns ({mean:.6g} ± {deviation:.2g})"


def _judge_outputs(was: Sequence[Cell], now: Sequence[Cell]) -> Part:
    for place, (old, new) in enumerate(zip(was, now, strict=False)):
        if old.outputs != new.outputs:
            return Part("outputs", "changed", f"first in cell {place + 1} ({new.id})")
    return Part("outputs", "same")


def _judge_end(was: str | None, now: str | None) -> list[Part]:
    """How a run ended that failed, then or now."""
    if was is None and now is None:
        return []
    if was == now:
        return [Part("end", "same", str(was))]
    return [Part("end", "changed", f"{was or 'finished'} → {now or 'finished'}")]


def _cause(parts: Sequence[Part], was: Facts, now: Facts, outside: Sequence[str] | None) -> str:
    went_in = [part.part for part in parts if not part.agrees and part.part not in _CAME_OUT]
    if went_in == ["data"] and not was.seeds and not _a_file_changed(was.data or {}, now.data or {}):
        if not any(one.is_file for one in (was.data or {}).values()):
            return (
                "what changed first: the data; no tracked cell read a file and no seed was set, so either "
                "what other cells read has changed, or it is unseeded randomness"
            )
        return (
            "no file changed that a tracked cell read, only what was computed, and no seed was set: "
            "unseeded randomness, or something unrecorded went in"
        )
    if went_in:
        return f"what changed first: the {went_in[0]}"
    if all(part.agrees and part.outcome != "within_spread" for part in parts):
        return ""
    if outside is not None:
        blamed = "; ".join(outside[:MOST_BLAMED]) or "something unrecorded went in"
        return f"nothing that was recorded changed, and each cell had its random numbers again: {blamed}"
    if was.seeds:
        seeds = ", ".join(was.seeds)
        return f"nothing that was recorded changed, though seeds were set ({seeds}): something unrecorded went in"
    return "nothing that was recorded changed, and no seed was set: unseeded randomness"


def _a_file_changed(was: Mapping[str, Data], now: Mapping[str, Data]) -> bool:
    files = [name for name in _names(was, now) if (was.get(name) or now[name]).is_file]
    return any(name not in was or name not in now or was[name].digest != now[name].digest for name in files)


def _names(was: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    return list(dict.fromkeys([*was, *now]))


def _told(was: Mapping[str, Any], reruns: Sequence[Mapping[str, Any]]) -> list[str]:
    """The names, without those of parts of the notebook that say the same as the notebook's own."""
    names = _names(was, reruns[0])
    repeated = doubled({name: [one.get(name) for one in (was, *reruns)] for name in names})
    return [name for name in names if name not in repeated]


def _differ(was: Mapping[str, Any], now: Mapping[str, Any], name: str) -> bool:
    return _text(was, name) != _text(now, name)


def _text(values: Mapping[str, Any], name: str) -> str:
    return str(values[name]) if name in values else "none"


def _some(items: Sequence[str], joint: str = "; ") -> str:
    rest = len(items) - MOST_NAMED
    return joint.join(items[:MOST_NAMED]) + (f"{joint}and {rest} more" if rest > 0 else "")
