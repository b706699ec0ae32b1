"""What a kernel's session executed, and the notebook that executes it again.

A session's record is a list of executions: a cell that ran three times is three of them, each with the source that it
had. The notebook made of some of them holds each as a cell of its own, in the order in which they ran; the last one is
the run's own, so whoever looks at the executed notebook knows which cell to judge.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from mlnb.capture import chance, steps
from mlnb.execution import ipynb, slicing
from mlnb.tracking.session import MAGIC, track_line

if TYPE_CHECKING:
    from mlnb.store import Store

_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
TOLERANT: Final = "raises-exception"
"""The tag by which nbclient lets a cell fail."""


@dataclass(frozen=True)
class Execution:
    """One executed cell of a session. `reads` and `writes` are the names that were recorded; `random` are the states that the
    global generators had before it, `drew` those that it changed, `entropy` what unseeded generators took that it made.
    `stopped_at` is the line at which it failed; `uncertain` says that nobody looked how it ended: mlnb wasn't loaded yet."""

    ordinal: int
    source: str
    cell_id: str = ""
    failed: bool = False
    stopped_at: int | None = None
    uncertain: bool = False
    reads: frozenset[str] = frozenset()
    writes: frozenset[str] = frozenset()
    random: Mapping[str, str] = field(default_factory=dict)
    drew: frozenset[str] = frozenset()
    entropy: Mapping[str, str] = field(default_factory=dict)


def executions(store: Store, run_id: str) -> list[Execution]:
    """What the run's session executed up to the run's own cell, which is the last."""
    from mlnb.store import query

    told: dict[tuple[int, str], dict[str, str]] = {}
    for row in query.chance(store, run_id):
        told.setdefault((row["ordinal"], row["kind"]), {})[row["name"]] = row["state"]
    states: dict[str, str] = {}
    found = []
    for cell in query.cells(store, run_id):
        ordinal = cell["ordinal"]
        before = chance.joined(told.get((ordinal, "random"), {}), states)
        states = chance.joined(told.get((ordinal, "drew"), {}), before)
        found.append(
            Execution(
                ordinal=ordinal,
                source=cell["source"],
                cell_id=cell["cell_id"] or "",
                failed=cell["status"] != "ok",
                stopped_at=_line(told.get((ordinal, "stopped"))),
                uncertain=cell["duration_s"] == 0,
                reads=frozenset(cell["reads"] or ()),
                writes=frozenset(cell["writes"] or ()),
                random=before,
                drew=frozenset(name for name, state in states.items() if state != before.get(name)),
                entropy=told.get((ordinal, "entropy"), {}),
            )
        )
    return found


def worth_repeating(done: Sequence[Execution]) -> list[Execution]:
    """All but the failed ones that had set nothing that is read later."""
    chosen, wanted = [], frozenset[str]()
    for at in range(len(done) - 1, -1, -1):
        one = done[at]
        if at == len(done) - 1 or not one.failed or one.writes & wanted:
            chosen.append(one)
            wanted |= one.reads
    return chosen[::-1]


def _line(told: Mapping[str, str] | None) -> int | None:
    return None if told is None else int(told["line"])


def sliced(done: Sequence[Execution]) -> list[Execution]:
    """Those that the last one depends on."""
    return [done[at] for at in slicing.needed(slicing.links(done))]


def notebook(chosen: Sequence[Execution]) -> Any:
    """A notebook of these executions, each with the random numbers that it had. What failed then may fail again."""
    made = ipynb.new_notebook(list(zip(ids(chosen), (source_of(one) for one in chosen), strict=True)))
    before: Mapping[str, str] = {}
    for cell, one in zip(made.cells, chosen, strict=True):
        if one.failed or one.uncertain:
            cell.metadata["tags"] = [TOLERANT]
        if one.random and one.random != before:
            cell.metadata["mlnb"] = {"random": dict(one.random)}
        before = one.random
    if made.cells:
        made.cells[-1].source = tracked(made.cells[-1].source)
    return made


def source_of(one: Execution) -> str:
    """What was executed, with the entropy that its generators took written down."""
    return chance.seeded(one.source, one.entropy) if one.entropy else one.source


def begun(one: Execution) -> str:
    """What was executed of it: of a cell that failed, what came before that."""
    source = source_of(one)
    if not one.failed or one.stopped_at is None:
        return source
    return steps.begun(source, one.stopped_at, drew=bool(one.drew))


def may_fail(one: Execution, *, last: bool) -> bool:
    """Whether what was executed of it may fail again: nobody looked how it ended, or it stopped in the middle of a loop."""
    stopped_inside = one.failed and (
        one.stopped_at is None or begun(one).count("\n") >= one.stopped_at - 1 >= 0
    )
    return one.uncertain or stopped_inside or (last and one.failed)


def tracked(source: str) -> str:
    """The source with a `%%track`, where something else said that it be tracked (`%track on`)."""
    return source if track_line(source) is not None else f"{MAGIC}\n{source}"


def target(executed: Any) -> str:
    """The id of the cell that such a notebook leads to."""
    return str([cell for cell in executed.cells if cell.cell_type == "code"][-1]["id"])


def ids(chosen: Sequence[Execution]) -> Iterable[str]:
    """A cell's last execution keeps its id, so that it is the same cell in every reproduction."""
    last = {one.cell_id: one.ordinal for one in chosen if _ID.fullmatch(one.cell_id)}
    for one in chosen:
        yield one.cell_id if last.get(one.cell_id) == one.ordinal else f"execution-{one.ordinal}"
