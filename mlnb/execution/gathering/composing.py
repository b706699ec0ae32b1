"""The notebook that is written of some executions: as they ran, in that order, but as a person would have written it.

Imports stand once at the top, the literals that are settings in one `parameters` cell (so papermill reruns it over a
grid at once), cells under the headings that they had. Where a cell drew random numbers that no seed in the notebook
gives, a cell before it sets the generators back. Of the `%%track` lines only the last cell's stays.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from mlnb.capture import chance, steps
from mlnb.execution import ipynb, replay
from mlnb.execution.replay import Execution
from mlnb.tracking.session import track_line

_LOAD: Final = "%load_ext mlnb"
_BARRIER: Final = re.compile(
    r"sys\.path|environ|chdir|putenv|^\s*%(?:cd|env|run|set_env)|^\s*!|__future__", re.MULTILINE
)


@dataclass(frozen=True)
class Style:
    """What is moved: `settings` are the names that the run recorded as parameters, `headings` the heading that each of
    the notebook's cells stands under, `kernel` is the notebook's kernelspec. `plain` moves nothing."""

    settings: frozenset[str] = frozenset()
    headings: Mapping[str, str] = field(default_factory=dict)
    kernel: Mapping[str, str] = field(default_factory=dict)
    plain: bool = False


@dataclass
class _Tidy:
    """What is taken out of the cells."""

    imports: list[str] = field(default_factory=list)
    parameters: list[str] = field(default_factory=list)


def compose(done: Sequence[Execution], places: Sequence[int], style: Style) -> Any:
    """The notebook of the executions at these places of a session; the last is the tracked one."""
    chosen = [done[at] for at in places]
    tidy = _Tidy()
    sources = [_stripped(one, last=one is chosen[-1]) for one in chosen]
    if not style.plain:
        sources = list(_tidied(chosen, sources, style.settings, tidy))
    sources[-1] = replay.tracked(sources[-1])
    back = set_back(done, places)
    cells = [*_top(tidy)]
    heading = ""
    for one, cell_id, source in zip(chosen, replay.ids(chosen), sources, strict=True):
        new = style.headings.get(one.cell_id, "")
        states = {name: one.random[name] for name in back.get(one.ordinal, ())}
        if not source.strip() and not states:
            continue
        if new and new != heading:
            cells.append(_markdown(f"heading-{one.ordinal}", new))
            heading = new
        if states:
            cells.append(_random_cell(one, states))
        if not source.strip():
            continue
        cell = _code(cell_id, source)
        if replay.may_fail(one, last=one is chosen[-1]):
            cell.metadata["tags"] = [replay.TOLERANT]
        cells.append(cell)
    made = ipynb.new_notebook([])
    made.cells = cells
    made.metadata["kernelspec"] = dict(style.kernel) or {
        "name": "python3", "display_name": "Python 3", "language": "python"
    }  # fmt: skip
    return made


def note(run: str, causes: Sequence[str]) -> Any:
    """What stands on top of a notebook that doesn't reproduce its run."""
    lines = [f"This notebook does not reproduce {run}:", "", *(f"- {cause}" for cause in causes)]
    return _markdown("gathered-note", "\n".join(lines))


def set_back(done: Sequence[Execution], places: Sequence[int]) -> dict[int, list[str]]:
    """Which generators must be set back before which execution (by ordinal), so that each draws what it drew.

    A cell that drew goes on from the last that drew before it: where that one is there, the state is right by itself.
    """
    found: dict[int, list[str]] = {}
    for at in places:
        one = done[at]
        seeds = _made(one)
        for name in one.drew & one.random.keys():
            before = next((i for i in range(at - 1, -1, -1) if _moved(done[i], name)), None)
            goes_on = (
                before in places
                and before is not None
                and (name in done[before].random or f"random:{name}" in _made(done[before]))
            )
            if not goes_on and f"random:{name}" not in seeds:
                found.setdefault(one.ordinal, []).append(name)
    return {ordinal: sorted(names) for ordinal, names in found.items()}


def headings_of(notebook: Any) -> dict[str, str]:
    """The heading above each code cell of a notebook, by the cell's id."""
    found, heading = {}, ""
    for cell in () if notebook is None else notebook.cells:
        if cell.cell_type == "markdown":
            lines = [line for line in cell.source.splitlines() if line.startswith("#")]
            heading = lines[-1] if lines else heading
        elif cell.cell_type == "code" and heading:
            found[cell.get("id", "")] = heading
    return found


def _moved(one: Execution, generator: str) -> bool:
    """Whether it drew, or seeded: once more with the seed that stood changes no state."""
    return generator in one.drew or f"random:{generator}" in _made(one)


def _made(one: Execution) -> frozenset[str]:
    step = steps.read(one.source)
    return frozenset() if step is None else step.writes


# ---- cells ----------------------------------------------------------------------------------------


def _top(tidy: _Tidy) -> Iterator[Any]:
    yield _code("gathered-load", _LOAD)
    if tidy.imports:
        yield _code("gathered-imports", "\n".join(dict.fromkeys(tidy.imports)))
    if tidy.parameters:
        cell = _code("gathered-parameters", "\n".join(tidy.parameters))
        cell.metadata["tags"] = ["parameters"]
        yield cell


def _random_cell(one: Execution, states: Mapping[str, str]) -> Any:
    cell = _code(
        f"random-{one.ordinal}",
        "# The next cell drew random numbers without a seed: this is the state that it began with.\n"
        + chance.as_code(states),
    )
    cell.metadata["jupyter"] = {"source_hidden": True}
    return cell


def _code(cell_id: str, source: str) -> Any:
    return ipynb.new_notebook([(cell_id, source)]).cells[0]


def _markdown(cell_id: str, source: str) -> Any:
    cell = ipynb.new_markdown(source)
    cell["id"] = cell_id
    return cell


def _stripped(one: Execution, *, last: bool) -> str:
    """The source without what the notebook has once (`%load_ext mlnb`) or for another run (`%%track`)."""
    source = replay.source_of(one) if last else replay.begun(one)
    lines = [line for line in source.split("\n") if line.strip() != _LOAD]
    if not last and track_line(one.source) is not None:
        at = next(at for at, line in enumerate(lines) if line.lstrip().startswith("%%track"))
        del lines[at]
    return "\n".join(lines).strip("\n")


# ---- what is moved --------------------------------------------------------------------------------


def _tidied(
    chosen: Sequence[Execution], sources: Sequence[str], settings: frozenset[str], tidy: _Tidy
) -> Iterator[str]:
    written: Counter[str] = Counter()
    for source in sources:
        step = steps.read(source)
        if step is not None:
            written.update(step.flow.writes)
            written.update(name for name in _assigned_twice(source))
    once = frozenset(name for name in settings if written[name] == 1)
    free = True  # imports may be moved: nothing before them says where modules come from
    for one, source in zip(chosen, sources, strict=True):
        free = free and not _BARRIER.search(source)
        yield source if one.failed or one.uncertain else _taken(source, once, tidy, imports=free)


def _taken(source: str, settings: frozenset[str], tidy: _Tidy, *, imports: bool) -> str:
    lines = source.split("\n")
    begin = 0
    while begin < len(lines) and lines[begin].lstrip().startswith("%%"):
        if not lines[begin].lstrip().startswith(("%%track", "%%time")):
            return source
        begin += 1
    body = steps.statements(source)
    gone: set[int] = set()
    for at, node in enumerate(body):
        span = range(node.lineno - 1, node.end_lineno or node.lineno)
        neighbours = (*body[at - 1 : at], *body[at + 1 : at + 2])
        if any({one.lineno - 1, (one.end_lineno or one.lineno) - 1} & set(span) for one in neighbours):
            continue  # `a = 1; b = 2`
        text = "\n".join(lines[i] for i in span)
        if imports and _is_plain_import(node):
            tidy.imports.append(text)
        elif _literal_name(node) in settings:
            tidy.parameters.append(text)
        else:
            continue
        gone |= set(span)
    if not gone:
        return source
    rest = [line for at, line in enumerate(lines) if at not in gone]
    has_code = any(line.strip() and not line.lstrip().startswith("#") for line in rest)
    return "\n".join(rest).strip("\n") if has_code else ""


def _is_plain_import(node: ast.stmt) -> bool:
    if isinstance(node, ast.ImportFrom):
        return not node.level and node.module != "__future__" and all(one.name != "*" for one in node.names)
    return isinstance(node, ast.Import)


def _literal_name(node: ast.stmt) -> str | None:
    """The name of `lr = 0.1`."""
    if not (
        isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name)
    ):
        return None
    try:
        ast.literal_eval(node.value)
    except (ValueError, SyntaxError, TypeError):
        return None
    return node.targets[0].id


def _assigned_twice(source: str) -> list[str]:
    names = [
        node.id
        for top in steps.statements(source)
        for node in ast.walk(top)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    ]
    return [name for name, count in Counter(names).items() if count > 1]
