"""What a kernel's session executed, and the notebook that executes it again.

A session's record is a list of executions: a cell that ran three times is three of them, each with the source that it
had. The notebook made of some of them holds each as a cell of its own, in the order in which they ran; the last one is
the run's own, so whoever looks at the executed notebook knows which cell to judge.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from mlnb.execution import ipynb

if TYPE_CHECKING:
    from mlnb.store import Store

_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
TOLERANT: Final = "raises-exception"
"""The tag by which nbclient lets a cell fail."""


@dataclass(frozen=True)
class Execution:
    """One executed cell of a session; `names` are those that it read and wrote."""

    ordinal: int
    source: str
    cell_id: str = ""
    failed: bool = False
    reads: frozenset[str] = frozenset()
    writes: frozenset[str] = frozenset()


def executions(store: Store, run_id: str) -> list[Execution]:
    """What the run's session executed up to the run's own cell, which is the last."""
    from mlnb.store import query

    return [
        Execution(
            ordinal=cell["ordinal"],
            source=cell["source"],
            cell_id=cell["cell_id"] or "",
            failed=cell["status"] != "ok",
            reads=frozenset(cell["reads"] or ()),
            writes=frozenset(cell["writes"] or ()),
        )
        for cell in query.cells(store, run_id)
    ]


def worth_repeating(done: Sequence[Execution]) -> list[Execution]:
    """All but the failed ones that had set nothing that is read later."""
    chosen, wanted = [], frozenset[str]()
    for at in range(len(done) - 1, -1, -1):
        one = done[at]
        if at == len(done) - 1 or not one.failed or one.writes & wanted:
            chosen.append(one)
            wanted |= one.reads
    return chosen[::-1]


def notebook(chosen: Sequence[Execution]) -> Any:
    """A notebook of these executions. What failed then may fail again."""
    made = ipynb.new_notebook(list(zip(_ids(chosen), (one.source for one in chosen), strict=True)))
    for cell, one in zip(made.cells, chosen, strict=True):
        if one.failed:
            cell.metadata["tags"] = [TOLERANT]
    return made


def target(executed: Any) -> str:
    """The id of the cell that such a notebook leads to."""
    return str([cell for cell in executed.cells if cell.cell_type == "code"][-1]["id"])


def _ids(chosen: Sequence[Execution]) -> Iterable[str]:
    """A cell's last execution keeps its id, so that it is the same cell in every reproduction."""
    last = {one.cell_id: one.ordinal for one in chosen if _ID.fullmatch(one.cell_id)}
    for one in chosen:
        yield one.cell_id if last.get(one.cell_id) == one.ordinal else f"execution-{one.ordinal}"
