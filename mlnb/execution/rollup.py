"""What the tracked cells of a notebook found, told again by the notebook's run.

A grid is compared by its notebooks' runs, so each of these shows what its cells ran in, and their parameters, metrics
and curves: as `<cell>.<name>`, and by the bare name where only one cell has it (and the notebook itself hasn't). Of a
long curve it has fewer points, extremes among them; the cell's own run has all.
A cell goes by the name that `%%track NAME` gave it; one without goes by its place, `cell1`, `cell2` …
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from mlnb import events, ids

if TYPE_CHECKING:
    from mlnb.store import Store
    from mlnb.store.curve import History

Row = Mapping[str, Any]
PAUSE_SECONDS: Final = 2.0
MOST_POINTS: Final = 500  # of a curve: what a picture of it shows


def roll_up(store: Store, run_ids: Collection[str], *, own: Iterable[str] = ()) -> None:
    """Give runs their children's parameters, metrics and curves; `own` are the parameters that they have themselves."""
    from mlnb.store import query
    from mlnb.tracking.joining import JoinedRun

    if not run_ids:
        return
    listed = ", ".join(f"'{run_id}'" for run_id in run_ids)
    with query.together(store):
        where = f"run_id in ({listed}) or parent_id in ({listed})"
        page = query.run_page(store, where=where, limit=None, children=True)
        owners = {row["run_id"]: row for row in page.rows if row["run_id"] in run_ids}
        inside = sorted(row["run_id"] for row in page.rows if row["run_id"] not in owners)
        families: dict[str, list[Row]] = {}
        for row in query.records(store, inside):
            families.setdefault(row["parent_id"], []).append({**row, "metrics": _curves(store, row)})
    for run_id, children in families.items():
        joined = JoinedRun(store, run_id, "", "")  # the run has ended: this only adds to it
        joined.params(merge(children, "params", taken=own))
        for name, found in merge(children, "metrics", taken=owners[run_id]["metrics"]).items():
            if isinstance(found, float):
                joined.metric(name, found)
            else:
                joined.copy(name, found)
        joined.append(*_surroundings(owners[run_id], children))
        joined.finish()


def _surroundings(owner: Row, children: Sequence[Row]) -> Iterator[events.Event]:
    """The environment and the commit that its cells ran in, where the notebook's run says none."""
    first = children[0]  # they share a kernel
    if owner["env_id"] is None and first["env_id"] is not None:
        yield events.Environment(env_id=first["env_id"])
    if owner["git_commit"] is None and first["git_commit"] is not None:
        yield events.GitState(commit=first["git_commit"], dirty=first["git_dirty"])


def _curves(store: Store, row: Row) -> dict[str, float | History]:
    """A run's metrics: one that has several points as its curve."""
    from mlnb.store import query

    found: dict[str, float | History] = dict(row["metrics"])
    for metric in row["metrics_detail"]:
        if metric["count"] > 1:
            found[metric["name"]] = query.history(store, row["run_id"], metric["name"], MOST_POINTS)
    return found


class RollUps:
    """The roll-ups of a batch's runs, several at once: each look into the store costs as much as ten runs' rows."""

    def __init__(self, store: Store, own: Iterable[str]) -> None:
        self._store = store
        self._own = frozenset(own)
        self._waiting: list[str] = []
        self._last = time.monotonic()

    def add(self, run_id: str) -> None:
        """A run has ended; it is rolled up within seconds of the batch's life."""
        self._waiting.append(run_id)
        if time.monotonic() - self._last >= PAUSE_SECONDS:
            self.flush()

    def flush(self) -> None:
        """Roll up all that have ended."""
        roll_up(self._store, self._waiting, own=self._own)
        self._waiting.clear()
        self._last = time.monotonic()


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
