"""What the tracked cells of a notebook found, told again by the notebook's run.

A grid is compared by its notebooks' runs, so each of these shows its cells' parameters and metrics: as
`<cell>.<name>`, and by the bare name where only one cell has it (and the notebook itself hasn't).
A cell goes by the name that `%%track NAME` gave it; one without goes by its place, `cell1`, `cell2` …
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from mlnb import ids

if TYPE_CHECKING:
    from mlnb.store import Store

Row = Mapping[str, Any]


def roll_up(store: Store, run_id: str, *, own: Iterable[str] = ()) -> None:
    """Give a run its children's parameters and last metrics; `own` are the parameters that it has itself."""
    from mlnb.store import query
    from mlnb.tracking.joining import JoinedRun

    children = sorted(query.children(store, run_id), key=lambda row: row["run_id"])
    if not children:
        return
    joined = JoinedRun(store, run_id, "", "")  # the run has ended: this only adds to it
    joined.params(merge(children, "params", taken=own))
    joined.metrics(merge(children, "metrics"))
    joined.finish()


def merge(children: Sequence[Row], what: str, *, taken: Iterable[str] = ()) -> dict[str, Any]:
    """The children's values under the names that their parent gives them; `taken` are its own names."""
    names = labels(children)
    counts = Counter(name for child in children for name in child[what])
    own = set(taken)
    merged = {}
    for child, label in zip(children, names, strict=True):
        for name, value in child[what].items():
            merged[f"{label}.{name}"] = value
            if counts[name] == 1:
                merged[name] = value
    return {name: value for name, value in merged.items() if name not in own}


def labels(children: Sequence[Row]) -> list[str]:
    """What the children are called by their parent, in order, each name once."""
    seen: Counter[str] = Counter()
    found = []
    for number, child in enumerate(children, start=1):
        name = child["name"]
        label = f"cell{number}" if name == ids.name_for(child["run_id"]) else name
        seen[label] += 1
        found.append(label if seen[label] == 1 else f"{label}-{seen[label]}")
    return found
