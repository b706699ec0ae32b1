"""What a reply has. Replies are dicts that these types describe; the OpenAPI description is made from them.

`Number` is a number or, where it isn't finite, its name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, NotRequired, TypedDict

Number = float | Literal["NaN", "Infinity", "-Infinity"]
Scalar = str | int | float | bool | None
Status = Literal["running", "finished", "failed", "killed"]
BatchState = Literal["running", "finished", "failed", "cancelled", "killed"]


@dataclass(frozen=True)
class File:
    """A reply that isn't JSON: bytes, or a file that is sent piece by piece, with its own headers."""

    content: bytes | Path
    headers: Mapping[str, str] = field(default_factory=dict)


class StoreRow(TypedDict):
    id: str
    path: str
    name: str


class StoreChoice(StoreRow):
    current: bool


class StoreList(TypedDict):
    """`elsewhere` says where the notebook logs to, if this server may not open that."""

    stores: list[StoreChoice]
    elsewhere: str | None


class RunRow(TypedDict):
    """All columns of `runs`, with the run's parameters, metrics (last values), tags and aliases; on demand its data
    too: the digests by name."""

    run_id: str
    name: str
    experiment: str
    kind: Literal["cell", "script", "notebook", "reproduction"]
    status: Status
    parent_id: str | None
    batch_id: str | None
    rerun_of: str | None
    notebook: str | None
    cell_id: str | None
    session_id: str | None
    started_at: datetime
    ended_at: datetime | None
    duration_s: float | None
    user: str | None
    host: str | None
    origin: str | None
    git_commit: str | None
    git_dirty: bool | None
    env_id: str | None
    seeds: Any
    exit_signal: int | None
    error: str | None
    note: str | None
    changed: int
    first_cell: int | None
    last_cell: int | None
    params: dict[str, Scalar]
    metrics: dict[str, Number | None]
    tags: dict[str, str]
    aliases: list[str]
    data: NotRequired[dict[str, str]]


class ExperimentRow(TypedDict):
    experiment: str
    total: int


class BatchProgress(TypedDict):
    """`total` is the number of runs in the plan, `done` those that have ended, `failed` those that ended badly, and
    `varied` the parameters in which the plan's runs differ."""

    batch_id: str
    name: str
    state: BatchState
    total: int
    done: int
    failed: int
    varied: list[str]


class RunList(TypedDict):
    """`store` is null, and there are no runs, where the notebook has logged nothing yet. `groups` (on demand) are
    the experiments of all runs that match, the one with the newest run first. `batches` are those of the runs.

    `removed` are the runs that were deleted after `since`. `stale` says that another process holds the index, so that
    rows of ended runs may be old.
    """

    store: StoreRow | None
    runs: list[RunRow]
    total: int
    cursor: int
    removed: list[str]
    stale: bool
    batches: list[BatchProgress]
    groups: NotRequired[list[ExperimentRow]]


class ParamDetail(TypedDict):
    name: str
    value: str
    number: Number | None
    type: str
    source: str


class MetricDetail(TypedDict):
    name: str
    last: Number | None
    min: Number | None
    max: Number | None
    count: int
    first_step: int | None
    last_step: int | None
    estimator: str | None
    dataset_digest: str | None
    source: str | None


class ColumnProfile(TypedDict):
    """`histogram` is edges and counts for numbers, labels and counts for text."""

    name: str
    type: str
    digest: str
    nulls: int
    distinct: int | None
    min: Number | str | None
    max: Number | str | None
    mean: Number | None
    std: Number | None
    histogram: tuple[list[Number | str], list[int]] | None


class DatasetDetail(TypedDict):
    name: str
    role: str
    type: str
    rows: int | None
    columns: int | None
    bytes: int | None
    digest: str
    row_hashes: str | None
    source: str | None
    profile: list[ColumnProfile]


class ArtifactDetail(TypedDict):
    name: str
    kind: str
    media_type: str
    bytes: int
    sha256: str
    source: str | None
    metadata: dict[str, Any] | None


class Environment(TypedDict):
    """`packages` are versions by name."""

    env_id: str
    python: str
    platform: str
    packages: dict[str, str]
    lock: str | None


class Verdict(TypedDict):
    against: str
    part: str
    outcome: str
    detail: str
    time: datetime


class Check(TypedDict):
    dataset: str
    name: str
    passed: bool
    detail: str


class Problem(TypedDict):
    where: str
    message: str


class CellRow(TypedDict):
    """`own` says that the cell belongs to the run itself and not to what ran before it."""

    ordinal: int
    cell_id: str | None
    execution_count: int | None
    source: str
    status: str
    duration_s: float | None
    reads: list[str]
    writes: list[str]
    own: bool


class Column(TypedDict):
    """A column of the table of runs. `runs` have a value in it, and in a constant one all have `value`; `repeats` is
    the column of a shorter name with the same values."""

    group: Literal["run", "params", "metrics", "tags", "data"]
    name: str
    runs: int
    constant: bool
    value: Scalar
    numeric: bool
    least: Number | None
    greatest: Number | None
    repeats: str | None


class ColumnList(TypedDict):
    columns: list[Column]


class ModelFile(TypedDict):
    """A model file under the name `name`, and the run that kept it."""

    run_id: str
    run_name: str
    name: str


class RunDetail(RunRow):
    """`models` are the model files of the run and of its child runs; `output` the end of what it has printed,
    while it runs and where it was killed."""

    output: str | None
    params_detail: list[ParamDetail]
    metrics_detail: list[MetricDetail]
    datasets: list[DatasetDetail]
    artifacts: list[ArtifactDetail]
    environment: Environment | None
    verdicts: list[Verdict]
    checks: list[Check]
    problems: list[Problem]
    previous: RunRow | None
    children: list[RunRow]
    models: list[ModelFile]


class OneRun(TypedDict):
    run: RunDetail


class EditedRun(TypedDict):
    run: RunRow


class History(TypedDict):
    """`times` are milliseconds since 1970."""

    metric: str
    steps: list[int]
    times: list[float]
    values: list[Number]


class Histories(TypedDict):
    """In the order of the runs that were asked about."""

    histories: list[History | None]


class Cells(TypedDict):
    cells: list[CellRow]


class Datasets(TypedDict):
    datasets: list[DatasetDetail]


class ComparedRow(TypedDict):
    """One name; `values` has one value a run, null where a run hasn't got it."""

    name: str
    differs: bool


class ComparedValues(ComparedRow):
    values: list[Scalar]


class ComparedMetrics(ComparedRow):
    values: list[Number | None]


class ComparedPackages(ComparedRow):
    values: list[str | None]


class ComparedDataset(TypedDict):
    digest: str
    rows: int | None
    columns: int | None


class ComparedData(ComparedRow):
    values: list[ComparedDataset | None]
    changed_columns: list[str]


class ComparedCode(TypedDict):
    cell_id: str | None
    sources: list[str | None]
    differs: bool


class ComparedFigure(TypedDict):
    name: str
    values: list[str | None]


class ComparedRuns(TypedDict):
    runs: list[RunRow]
    params: list[ComparedValues]
    metrics: list[ComparedMetrics]
    data: list[ComparedData]
    code: list[ComparedCode]
    environment: list[ComparedPackages]
    figures: list[ComparedFigure]


class GateRow(TypedDict):
    name: str
    passed: bool
    message: str


class PromotionRow(TypedDict):
    """`time` is null where nothing was written (a dry run)."""

    promotion_id: str
    model: str
    alias: str
    from_version: int | None
    to_version: int | None
    decision: Literal["promoted", "refused", "rolled_back"]
    gates: list[GateRow]
    gates_sha256: str | None
    note: str
    user: str | None
    time: datetime | None
    origin: str | None
    prev_hash: str
    hash: str


class VersionRow(TypedDict):
    version: int
    run_id: str
    sha256: str
    format: str
    signature: dict[str, Any] | None
    created_at: datetime
    created_by: str | None
    origin: str | None


class ListedVersion(VersionRow):
    run_name: str | None
    aliases: list[str]


class ModelRow(TypedDict):
    model: str
    versions: list[ListedVersion]
    aliases: dict[str, int]
    promotions: list[PromotionRow]


class ModelList(TypedDict):
    models: list[ModelRow]


class RegisteredVersion(VersionRow):
    model: str
    name: str


class OneVersion(TypedDict):
    version: RegisteredVersion


class CardText(TypedDict):
    markdown: str


class Names(TypedDict):
    """Every name that was recorded in the store, sorted."""

    params: list[str]
    metrics: list[str]
    tags: list[str]


class OnePromotion(TypedDict):
    promotion: PromotionRow


class ErrorDetail(TypedDict):
    """`position` counts characters in a query that can't be read."""

    code: str
    message: str
    hint: str | None
    position: NotRequired[int]


class ErrorBody(TypedDict):
    """`promotion` stands there where gates refused it."""

    error: ErrorDetail
    promotion: NotRequired[PromotionRow]


class ListedBatch(TypedDict):
    """`total` is the number of runs in the plan."""

    batch_id: str
    name: str
    notebook: str
    source_sha256: str
    executor: str
    state: BatchState
    started_at: datetime
    ended_at: datetime | None
    total: int


class PlannedRun(TypedDict):
    run_id: str
    params: dict[str, Scalar]


class Counts(TypedDict):
    """How many of a batch's runs are in which state."""

    waiting: int
    running: int
    finished: int
    failed: int
    killed: int


class BatchRow(ListedBatch):
    plan: list[PlannedRun]
    counts: Counts
    runs: list[RunRow]


class BatchList(TypedDict):
    batches: list[ListedBatch]


class BatchReply(TypedDict):
    batch: BatchRow


GatheringState = Literal["running", "finished", "failed"]


class GatheringRow(TypedDict):
    """`path` is from the server's root; `lines` is what was said so far, one for each try."""

    id: str
    run_id: str
    state: GatheringState
    path: str
    lines: list[str]
    reproduced: bool | None
    kept: int | None
    executed: int | None
    causes: list[str]


class GatheringReply(TypedDict):
    gathering: GatheringRow


class NotebookParameter(TypedDict):
    """`default` is its source text in the notebook, `value` what that stands for, `source` the text that stands for
    what the run had, or for the default."""

    name: str
    default: str
    value: Any
    source: str
    type: str
    help: str


class NotebookParameters(TypedDict):
    parameters: list[NotebookParameter]


class PlannedField(TypedDict):
    """`count` is how many values the text has; null for a range."""

    name: str
    count: int | None
    problem: str | None
    hint: str | None


class PlannedFields(TypedDict):
    fields: list[PlannedField]


class SqlColumn(TypedDict):
    name: str
    type: str


class SqlResult(TypedDict):
    columns: list[SqlColumn]
    rows: list[list[Any]]
    truncated: bool
