"""Collectors: each looks at an executed cell for one kind of thing, and fails alone.

A collector is any object with a `name` and a `collect(cell)` that gives findings (`mlnb.capture.findings`). Others add
theirs by the entry-point group `mlnb.collectors`; what one of them raises becomes a problem of the run, and the
others go on.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib import metadata
from typing import TYPE_CHECKING, Any, Final, Protocol

from mlnb.capture.findings import Child, DataUse, File, Findings, FittedModel, Metric
from mlnb.capture.settings import Groups
from mlnb.events import Event, Param

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from mlnb.capture.program import Program
    from mlnb.capture.recorder import Note

Found = Param | Metric | Child | DataUse | FittedModel | File | Event


@dataclass(frozen=True)
class Output:
    """One rich output as it was shown: a MIME bundle."""

    bundle: Mapping[str, Any]


@dataclass
class CellView:
    """An executed cell, as collectors see it: to be read, never changed.

    `reads` and `writes` are names; `injected` says that its literals are the notebook's parameters, `whole` that the cell
    is part of a run of the whole notebook; `known` are variables that
    hold metrics, from cells before, `recorded` numbers that the run has already; `redact` are the user's patterns of secret names.
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
    redact: Sequence[str] = ()


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
_added: list[Collector] | None = None


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
    global _added  # noqa: PLW0603 - entry points are read once a process
    from mlnb.capture.observed import OWN

    if _added is None:
        _added = []
        for point in metadata.entry_points(group="mlnb.collectors"):
            try:
                _added.append(point.load()())
            except Exception:  # noqa: BLE001, S112 - somebody else's broken package
                continue
    return [*OWN, *_added]
