"""Collectors: each looks at an executed cell for one kind of thing, and fails alone.

A collector is any object with a `name` and a `collect(cell)` that gives findings (`mlnb.capture.findings`). Others add
theirs by the entry-point group `mlnb.collectors`; what one of them raises becomes a problem of the run, and the
others go on.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass, field
from importlib import metadata
from typing import TYPE_CHECKING, Any, Final, Protocol

from mlnb.capture.findings import Child, DataUse, File, Findings, FittedModel, Metric
from mlnb.capture.settings import Groups
from mlnb.events import Event, Param

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from mlnb.capture.program import Program
    from mlnb.capture.recorder import Grown, Note

Found = Param | Metric | Child | DataUse | FittedModel | File | Event


@dataclass(frozen=True)
class Output:
    """One rich output as it was shown: a MIME bundle."""

    bundle: Mapping[str, Any]


@dataclass
class CellView:
    """An executed cell, as collectors see it: to be read, never changed.

    `reads` and `writes` are names; `injected` says that its literals are the notebook's parameters, `whole` that the cell
    is part of a run of the whole notebook; `known` are variables that hold metrics, from cells before, `recorded` numbers
    that the run has already, `points` those with the ones before them in their curves; `redact` are the user's patterns of
    secret names; `grown` are lists that loops have filled, of whose turns not all were seen.
    """

    source: str
    namespace: Mapping[str, Any]
    program: Program
    notes: Sequence[Note] = ()
    reads: Sequence[str] = ()
    writes: Sequence[str] = ()
    outputs: Sequence[Output] = ()
    text: str = ""
    injected: bool = False
    whole: bool = False
    models: bool = True
    figures: bool = True
    groups: Groups = field(default_factory=Groups)
    known: set[str] = field(default_factory=set)
    recorded: set[float] = field(default_factory=set)
    points: set[float] = field(default_factory=set)
    redact: Sequence[str] = ()
    grown: Mapping[str, Grown] = field(default_factory=dict)


class Collector(Protocol):
    """What a collector is."""

    name: str

    def collect(self, cell: CellView) -> Iterable[Found]: ...


_PLACES: Final[tuple[tuple[type, str], ...]] = (
    (Param, "params"),
    (Metric, "metrics"),
    (Child, "children"),
    (DataUse, "data"),
    (FittedModel, "models"),
    (File, "files"),
)


def gather(cell: CellView, collectors: Iterable[Collector] | None = None) -> Findings:
    """What all collectors find; a failure is a problem, not an exception."""
    found = Findings()
    for collector in collectors if collectors is not None else registered():
        try:
            for item in collector.collect(cell):
                _put(found, item)
        except Exception as error:  # noqa: BLE001 - whatever fails in capture stays in capture
            found.problems.append((f"collector {collector.name}", f"{type(error).__name__}: {error}"))
    return found


def _put(found: Findings, item: Found) -> None:
    for kind, place in _PLACES:
        if isinstance(item, kind):
            getattr(found, place).append(item)
            return
    if isinstance(item, Event):
        found.events.append(item)


def registered() -> list[Collector]:
    """mlnb's own collectors, then those of other packages."""
    from mlnb.capture.observed import OWN

    return [*OWN, *_of_others()]


@functools.cache
def _of_others() -> tuple[Collector, ...]:
    found: list[Collector] = []
    for point in metadata.entry_points(group="mlnb.collectors"):
        try:
            found.append(point.load()())
        except Exception as error:  # noqa: BLE001 - somebody else's broken package
            found.append(_Broken(point.name, error))
    return tuple(found)


class _Broken:
    """Stands for a collector that can't be loaded, so that each run says why it is missing."""

    def __init__(self, name: str, error: Exception) -> None:
        self.name = name
        self._error = error

    def collect(self, _cell: CellView) -> Iterable[Found]:
        raise self._error
