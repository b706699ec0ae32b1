"""What travels between a batch and its workers: JSON, one message a line, in both directions.

A worker is told once what all its jobs share (`Setup`), then one `Job` after another; it answers each
with `Started`, with `Free` when it could take the next, and, when everything about it is kept, with
`Ended`. `Stop` ends the job at hand as an interrupt would. Python's own JSON is used because parameters may
be NaN or infinite, which it writes and reads.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from mlnb.events import RunKind


@dataclass(frozen=True)
class Setup:
    """What all jobs of a batch share. `source` is the frozen notebook's file among the store's objects.

    `warm` allows warm kernels, `template` is the address of the process that forks them, if there is one.
    """

    store: str
    notebook: str
    source: str
    kernel_name: str
    folder: str
    experiment: str
    batch_id: str
    timeout: float | None = None
    warm: bool = True
    template: str | None = None


@dataclass(frozen=True)
class Job:
    """One run: `attempt` counts from 1, `rerun_of` is the run that it repeats."""

    run_id: str
    name: str
    parameters: dict[str, Any]
    number: int = 1
    attempt: int = 1
    rerun_of: str | None = None
    output_path: str | None = None
    tags: dict[str, str] = field(default_factory=dict)
    run_kind: RunKind = "notebook"
    more: bool = False  # others are waiting


@dataclass(frozen=True)
class Stop:
    """End the job at hand now."""


@dataclass(frozen=True)
class Started:
    run_id: str


@dataclass(frozen=True)
class Kernel:
    """The run's kernel is up, as this process."""

    run_id: str
    pid: int


@dataclass(frozen=True)
class Free:
    """The run's notebook has ended; the worker can take another job."""

    run_id: str


@dataclass(frozen=True)
class Ended:
    """`status` is `finished`, `failed` or `killed`; a `lost` job's worker died with it.

    `peak_bytes` is the most memory that the kernel had, 0 where that isn't known.
    """

    run_id: str
    status: Literal["finished", "failed", "killed", "lost"]
    error: str | None = None
    seconds: float = 0.0
    peak_bytes: int = 0


Message = Setup | Job | Stop | Started | Kernel | Free | Ended
_KINDS = {kind.__name__: kind for kind in (Setup, Job, Stop, Started, Kernel, Free, Ended)}


def encode(message: Message) -> bytes:
    """The message's line."""
    return json.dumps({"kind": type(message).__name__, **asdict(message)}).encode() + b"\n"


def decode(line: bytes) -> Message:
    """The message of a line."""
    fields = json.loads(line)
    message: Message = _KINDS[fields.pop("kind")](**fields)
    return message
