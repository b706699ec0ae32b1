"""The vocabulary of a journal: everything that can be recorded, as frozen, tagged types.

A journal is a file of such events, one JSON object a line; `kind` says which. A writer stamps each
event with `time` (µs since 1970, never going back within one journal) and `seq` (its place in its
journal, from 0), so that (time, writer, seq) puts the events of any number of journals in one order.

Compatibility: a field may be added with a default, and readers ignore fields they don't know. An event
kind may be added: a reader that doesn't know it keeps it as `Unknown`. A literal may get new values: reading takes any text,
so that what a version has no word for is kept and shown. A journal whose first record
lists in `requires` a feature that is not in `FEATURES`, or has a newer `format`, is left alone.

In a journal of format 2 each line ends with a checksum, as its last field (`seal`).

Metric points are not events: they are fixed-size records in a file beside (see `mlnb.store.points`).
"""

from __future__ import annotations

import re
import zlib
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, TypeVar

import msgspec

FORMAT: Final = 2
FEATURES: Final = frozenset({"lines/2", "points/1", "points/2"})

if TYPE_CHECKING:
    T = TypeVar("T")
    Open = Annotated[T, "any text when it is read"]
else:

    class Open:
        """`Open[Literal[...]]`: who writes is held to the literal, who reads takes any text."""

        def __class_getitem__(cls, literal: object) -> type[str]:
            return str


Time = Annotated[int, msgspec.Meta(ge=0, le=253_402_300_799_999_999)]
"""µs since 1970, up to the end of the year 9999: what every calendar knows."""
Small = Annotated[int, msgspec.Meta(ge=-(2**31), le=2**31 - 1)]
Large = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]
"""What the index has room for, in 32 and in 64 bits."""

DEEPEST: Final = 64
"""Levels that what is told may be nested."""

RunKind = Literal["cell", "script", "notebook", "reproduction"]
Status = Literal["running", "finished", "failed", "killed"]
Source = Literal["assigned", "literal", "call", "estimator", "injected", "logged"]
ParamType = Literal["int", "float", "bool", "str", "none", "list", "dict", "other"]
Role = Literal["train", "test", "input", "file"]
ArtifactKind = Literal["figure", "model", "notebook", "file", "text"]
Decision = Literal["promoted", "refused", "rolled_back"]


class Value(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something inside an event."""


class Event(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="kind"):
    """What all events share. Both numbers are set by the journal's writer."""

    time: Time = 0
    seq: Large = 0


# ---- a journal's own ------------------------------------------------------------------------


class JournalOpened(Event, tag="journal", frozen=True, kw_only=True, omit_defaults=True):
    """The first record: who writes, about what, and what a reader must understand."""

    format: int
    requires: list[str]
    subject: str  # the run or session that this journal is about
    about: Open[Literal["run", "session"]] | None = None  # None in format 1
    writer: str
    mlnb: str
    store_id: str
    host: str
    boot_id: str
    pid: Small
    pid_namespace: str | None = None
    pid_born: Large | None = None
    streams: dict[
        str, str
    ] = {}  # beyond events and points: their names, and how the names of their files end
    pid_started: float = 0.0  # in seconds of the wall clock: what older versions wrote


class MetricKey(Event, tag="key", frozen=True, kw_only=True, omit_defaults=True):
    """Gives a metric its number in this journal's points, before the first of them. A later one of the same number says
    more about it, or what it is called in truth."""

    key: Large
    name: str
    estimator: str | None = None
    dataset_digest: str | None = None
    source: Open[Source] = "logged"


class Withdrawn(Event, tag="withdrawn", frozen=True, kw_only=True, omit_defaults=True):
    """What was told too early: parameters of the run, and metrics by their numbers in this journal. A parameter that is
    set later counts again; a number never does."""

    params: list[str] = []
    keys: list[Large] = []


class Heartbeat(Event, tag="heartbeat", frozen=True, kw_only=True, omit_defaults=True):
    """The writer lives, and had nothing else to say for a while."""


# ---- a run ----------------------------------------------------------------------------------


class RunStarted(Event, tag="run_started", frozen=True, kw_only=True, omit_defaults=True):
    run_id: str
    name: str
    experiment: str
    run_kind: Open[RunKind]
    parent_id: str | None = None
    batch_id: str | None = None
    rerun_of: str | None = None
    notebook: str | None = None
    cell_id: str | None = None
    session_id: str | None = None
    first_cell: Small | None = None
    user: str | None = None
    host: str | None = None


class RunEnded(Event, tag="run_ended", frozen=True, kw_only=True, omit_defaults=True):
    """`error` is one line, `Type: message`. `duration` is in seconds of a clock that never jumps."""

    status: Open[Status]
    duration: float
    error: str | None = None
    exit_signal: Small | None = None
    last_cell: Small | None = None


class Param(Value, frozen=True, kw_only=True, omit_defaults=True):
    """`value` is what a person would read; `number` is set where it is one (never for a bool)."""

    name: str
    value: str
    type: Open[ParamType]
    number: float | None = None
    source: Open[Source] = "logged"


class Params(Event, tag="params", frozen=True, kw_only=True, omit_defaults=True):
    items: list[Param]


class ColumnProfile(Value, frozen=True, kw_only=True, omit_defaults=True):
    """One column of a data set. `histogram` is (edges, counts) for numbers, (labels, counts) for text."""

    name: str
    type: str
    digest: str
    nulls: Large = 0
    distinct: Large | None = None
    min: float | str | None = None
    max: float | str | None = None
    mean: float | None = None
    std: float | None = None
    histogram: tuple[list[Any], list[int]] | None = None


class Dataset(Event, tag="dataset", frozen=True, kw_only=True, omit_defaults=True):
    """`type` says what it was (`DataFrame`, `ndarray`, `csv` …); `bytes` its size in memory or on disk."""

    name: str
    role: Open[Role]
    type: str
    digest: str
    rows: Large | None = None
    columns: Large | None = None
    bytes: Large | None = None
    row_hashes: str | None = None
    source: Open[Source] = "call"
    profile: list[ColumnProfile] = []


class Artifact(Event, tag="artifact", frozen=True, kw_only=True, omit_defaults=True):
    """A file in the objects; `metadata` is for its kind (a model's format, signature, versions …)."""

    name: str
    artifact_kind: Open[ArtifactKind]
    media_type: str
    bytes: Large
    sha256: str
    source: Open[Source] = "logged"
    metadata: dict[str, Any] = {}


class Tag(Event, tag="tag", frozen=True, kw_only=True, omit_defaults=True):
    """`value=None` takes the tag off."""

    key: str
    value: str | None


class Note(Event, tag="note", frozen=True, kw_only=True, omit_defaults=True):
    text: str


class Renamed(Event, tag="renamed", frozen=True, kw_only=True, omit_defaults=True):
    name: str


class Deleted(Event, tag="deleted", frozen=True, kw_only=True, omit_defaults=True):
    """A tombstone. `force` says that a model version was made from the run, and is kept."""

    force: bool = False


class GitState(Event, tag="git", frozen=True, kw_only=True, omit_defaults=True):
    commit: str | None
    dirty: bool
    branch: str | None = None
    diff_sha256: str | None = None


class Environment(Event, tag="environment", frozen=True, kw_only=True, omit_defaults=True):
    """What ran the run; `env_id` is a hash of the rest. `lock` is a requirements file's text.

    A run of a session that has recorded its environment gives the `env_id` alone.
    """

    env_id: str
    python: str = ""
    platform: str = ""
    packages: dict[str, str] = {}
    lock: str | None = None


class Seeds(Event, tag="seeds", frozen=True, kw_only=True, omit_defaults=True):
    seeds: dict[str, Large]


class Check(Event, tag="check", frozen=True, kw_only=True, omit_defaults=True):
    dataset: str
    name: str
    passed: bool
    detail: str = ""


class Verdict(Event, tag="verdict", frozen=True, kw_only=True, omit_defaults=True):
    against: str
    part: str
    outcome: str
    detail: str = ""


class Problem(Event, tag="problem", frozen=True, kw_only=True, omit_defaults=True):
    """Something that mlnb could not see or keep: `where` names the part, `message` says why."""

    where: str
    message: str


class Unseen(Event, tag="unseen", frozen=True, kw_only=True, omit_defaults=True):
    """What could not be seen or kept so far of a cell that runs: where and why, as `Problem` says it. The last holds: with
    the cell's end it is empty, and its problems are recorded."""

    problems: list[tuple[str, str]] = []


class Owed(Event, tag="owed", frozen=True, kw_only=True, omit_defaults=True):
    """Something that the run was promised and that another process is about to write: `what` says it in words. Until
    `Paid` says that this task was seen to, it is a problem of a run that isn't running any more."""

    task: str
    what: str


class Paid(Event, tag="paid", frozen=True, kw_only=True, omit_defaults=True):
    """A task that was owed is done: what it gave, or the problem that it met, is recorded with this."""

    task: str


class Output(Event, tag="output", frozen=True, kw_only=True, omit_defaults=True):
    """The end of what a cell has printed so far: what is left of it where its process is killed. The last holds."""

    text: str


# ---- a kernel session -----------------------------------------------------------------------


class SessionStarted(Event, tag="session_started", frozen=True, kw_only=True, omit_defaults=True):
    session_id: str
    notebook: str | None = None


class CellStarted(Event, tag="cell_started", frozen=True, kw_only=True, omit_defaults=True):
    """A cell that begins to run. The `Cell` of the same session and ordinal takes its place when it is over."""

    session_id: str
    ordinal: Small
    source: str
    source_sha256: str
    cell_id: str | None = None
    execution_count: Small | None = None


class Cell(Event, tag="cell", frozen=True, kw_only=True, omit_defaults=True):
    """One executed cell of a session; `reads` and `writes` are names in the user's namespace. `random` are the states that
    the global generators had before it, `drew` those after it, each where they had changed since the last look; `entropy` is what unseeded generators took that it made
    (both as `mlnb.capture.chance` writes them). `stopped_at` is the line at which it failed, 0 where nothing of it ran."""

    session_id: str
    ordinal: Small
    source: str
    source_sha256: str
    status: Open[Literal["ok", "error", "aborted"]]
    duration: float
    cell_id: str | None = None
    execution_count: Small | None = None
    reads: list[str] = []
    writes: list[str] = []
    random: dict[str, str] = {}
    drew: dict[str, str] = {}
    entropy: dict[str, str] = {}
    stopped_at: Large | None = None


# ---- the registry file ----------------------------------------------------------------------


class ModelVersion(Event, tag="model_version", frozen=True, kw_only=True, omit_defaults=True):
    model: str
    version: Small
    run_id: str
    sha256: str
    format: str
    name: str = ""
    signature: dict[str, Any] = {}
    created_by: str | None = None
    origin: str | None = None


class GateResult(Value, frozen=True, kw_only=True, omit_defaults=True):
    name: str
    passed: bool
    message: str


class Promotion(Event, tag="promotion", frozen=True, kw_only=True, omit_defaults=True):
    """A decision about an alias. `hash` covers this record and, through `prev_hash`, those before it."""

    promotion_id: str
    model: str
    alias: str
    from_version: Small | None
    to_version: Small | None
    decision: Open[Decision]
    gates: list[GateResult] = []
    gates_sha256: str | None = None
    note: str = ""
    user: str | None = None
    origin: str | None = None
    prev_hash: str = ""
    hash: str = ""


class Owner(msgspec.Struct, frozen=True, omit_defaults=True):
    """The process that executes a batch, and holds the lease of its id as long as it does. `born` and `namespace` are
    None in what older versions wrote, which knew no leases."""

    host: str
    boot_id: str
    pid: Small
    namespace: str | None = None
    born: Large | None = None


class BatchStarted(Event, tag="batch_started", frozen=True, kw_only=True, omit_defaults=True):
    batch_id: str
    name: str
    notebook: str
    source_sha256: str
    plan: list[dict[str, Any]]
    executor: str
    owner: Owner | None = None
    settings: dict[str, Any] = {}  # how it is executed, for who resumes it


class BatchResumed(Event, tag="batch_resumed", frozen=True, kw_only=True, omit_defaults=True):
    """Another process executes what was missing."""

    batch_id: str
    owner: Owner


class BatchEnded(Event, tag="batch_ended", frozen=True, kw_only=True, omit_defaults=True):
    batch_id: str
    state: Open[Literal["finished", "failed", "cancelled"]]


# ---- what a newer mlnb wrote ----------------------------------------------------------------


class Unknown(Event, tag="unknown", frozen=True, kw_only=True, omit_defaults=True):
    """An event of a kind that this version doesn't know, kept as it stood."""

    line: str


AnyEvent = (
    JournalOpened
    | MetricKey
    | Withdrawn
    | Heartbeat
    | RunStarted
    | RunEnded
    | Params
    | Dataset
    | Artifact
    | Tag
    | Note
    | Renamed
    | Deleted
    | GitState
    | Environment
    | Seeds
    | Check
    | Verdict
    | Problem
    | Unseen
    | Owed
    | Paid
    | Output
    | SessionStarted
    | CellStarted
    | Cell
    | ModelVersion
    | Promotion
    | BatchStarted
    | BatchResumed
    | BatchEnded
)

VOCABULARY: Final = ",".join(sorted(str(kind.__struct_config__.tag) for kind in AnyEvent.__args__))
"""Every kind that this version knows, in one string."""

UNDERSTOOD: Final = f"{FORMAT};{','.join(sorted(FEATURES))};{VOCABULARY}"
"""All that this version can read: an index that was made by another is looked through once more."""

_encoder = msgspec.json.Encoder()
_decoder: msgspec.json.Decoder[AnyEvent] = msgspec.json.Decoder(AnyEvent)


class _Envelope(msgspec.Struct):
    kind: str
    time: Time = 0
    seq: Large = 0


_envelope = msgspec.json.Decoder(_Envelope)
_KINDS: Final = frozenset(VOCABULARY.split(","))


def encode(event: Event, *, time: int, seq: int) -> bytes:
    """The event's line, stamped, with its line feed; an unknown one as it stood."""
    if isinstance(event, Unknown):
        return event.line.encode() + b"\n"
    return _encoder.encode(msgspec.structs.replace(event, time=time, seq=seq)) + b"\n"


_MARK: Final = b',"c":"'
_SEALED: Final = len(_MARK) + 8 + len(b'"}')


def seal(line: bytes) -> bytes:
    """The line with a checksum of itself as its last field."""
    body = line.rstrip(b"\n")[:-1]
    return b'%b%b%08x"}\n' % (body, _MARK, zlib.crc32(body))


def is_whole(line: bytes) -> bool:
    """Whether a sealed line is what was written; it has no line feed any more."""
    body, sum_ = line[:-_SEALED], line[-_SEALED:]
    return sum_ == b'%b%08x"}' % (_MARK, zlib.crc32(body))


def decode(line: bytes) -> Event:
    """The event of a line.

    Raises
    ------
    ValueError
        The line is no JSON object with a `kind`, or an event of a known kind lacks what it needs or has a number that there
        is no room for.
    """
    if line.count(b"[") + line.count(b"{") > DEEPEST and _depth(line) > DEEPEST:
        raise ValueError("nested too deeply")
    try:
        return _decoder.decode(line)
    except msgspec.ValidationError:
        envelope = _envelope.decode(line)
        if envelope.kind in _KINDS:
            raise
        text = line.decode("utf-8").rstrip("\n")
        return Unknown(line=text, time=envelope.time, seq=envelope.seq)


_BRACKETS: Final = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[{]|[\]}]')


def _depth(line: bytes) -> int:
    """How deeply a line is nested, without following it down."""
    depth = deepest = 0
    for match in _BRACKETS.finditer(line):
        match match[0][:1]:
            case b"[" | b"{":
                depth += 1
                deepest = max(deepest, depth)
            case b"]" | b"}":
                depth -= 1
    return deepest
