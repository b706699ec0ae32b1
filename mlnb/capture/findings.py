"""What capture hands over to be recorded: plain descriptions of what a cell did."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mlnb import ids

if TYPE_CHECKING:
    from mlnb.events import ArtifactKind, Dataset, Event, Param, Source

Turn = tuple[tuple[int, int], ...]
"""A turn of a loop, in those of the loops around it."""


@dataclass
class Metric:
    """A number that came out, or a curve of them. A single number has no steps (`steps is None`)."""

    name: str
    values: list[float]
    steps: list[int] | None = None
    estimator: str | None = None
    dataset_digest: str | None = None
    source: Source = "assigned"
    loops: tuple[int, ...] = ()  # the places of those around the place that it was seen at


@dataclass
class Child:
    """One setting of a sweep: what differs, and what came out. `turn` is the loop's turn that it was, if it was one."""

    name: str
    params: list[Param] = field(default_factory=list)
    metrics: list[Metric] = field(default_factory=list)
    turn: Turn = ()
    run_id: str = field(default_factory=ids.new_id)


@dataclass
class File:
    """Something to keep as an artifact."""

    data: bytes
    name: str
    kind: ArtifactKind
    media_type: str
    source: Source = "call"
    metadata: dict[str, Any] = field(default_factory=dict)


@dataclass
class FittedModel:
    """An estimator that the cell fitted; it is taken as it is when the cell is over.

    `fitted_on` is the fingerprint of what went in, whose columns become the model's signature; `turn` the turn of a loop that
    fitted it.
    """

    model: Any
    name: str
    fitted_on: Any = None
    turn: Turn = ()


@dataclass
class DataUse:
    """A data set that the cell used, with the row hashes that an event can't hold."""

    event: Dataset
    row_hashes: Any = None


@dataclass
class Findings:
    """Everything that was found in one cell."""

    params: list[Param] = field(default_factory=list)
    metrics: list[Metric] = field(default_factory=list)
    children: list[Child] = field(default_factory=list)
    data: list[DataUse] = field(default_factory=list)
    models: list[FittedModel] = field(default_factory=list)
    files: list[File] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    problems: list[tuple[str, str]] = field(default_factory=list)
