"""A run as another tracker recorded it, in the words of this one."""

from __future__ import annotations

import hashlib
import mimetypes
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeVar

from mlnb import events, ids
from mlnb.capture.values import describe_param
from mlnb.store.past import Curve

__all__ = ["Curve", "File", "Run", "Source", "Version", "held", "kind_of", "param", "param_of_text", "run_id"]

T = TypeVar("T")
_INTEGER: Final = re.compile(r"-?(0|[1-9]\d*)")
_NUMBER: Final = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?|[+-]?(inf|nan)")


@dataclass(frozen=True)
class File:
    """A file of a run. `read` gives its bytes, or a path to it, and `metadata` what is known of it, only when it is needed;
    `size` in bytes tells a file that is there already from one that isn't, and is None where it isn't known before."""

    name: str
    read: Callable[[], bytes | Path]
    size: int | None = None
    kind: events.ArtifactKind = "file"
    metadata: Callable[[], dict[str, Any]] = dict

    @property
    def media_type(self) -> str:
        return mimetypes.guess_type(self.name)[0] or "application/octet-stream"


@dataclass(frozen=True)
class Run:
    """One run. Times are µs since 1970; `ended` is None where nobody said that it has. `origin` is what the tracker calls it."""

    run_id: str
    tracker: str
    origin: str
    place: str
    name: str
    experiment: str
    started: int
    ended: int | None = None
    status: events.Status = "finished"
    error: str | None = None
    parent_id: str | None = None
    user: str | None = None
    host: str | None = None
    params: Sequence[events.Param] = ()
    tags: dict[str, str] = field(default_factory=dict)
    note: str = ""
    git: events.GitState | None = None
    data: Sequence[events.Dataset] = ()
    curves: dict[str, Curve] = field(default_factory=dict)
    files: Sequence[File] = ()
    left_out: dict[str, int] = field(default_factory=dict)
    problems: Sequence[str] = ()


@dataclass(frozen=True)
class Version:
    """A registered model's version. `file` is its model file, and of the run `run_id`."""

    model: str
    number: int
    run_id: str
    time: int
    file: File
    user: str | None = None
    aliases: Sequence[str] = ()


@dataclass(frozen=True)
class Source:
    """What there is to import: the number of runs, the runs one by one, and the registered models' versions."""

    place: str
    total: int
    runs: Iterator[Run]
    versions: Iterable[Version] = ()


def run_id(tracker: str, origin: str, started: int) -> str:
    """The id here of what another tracker calls `origin`: a ULID of its start and its name, the same whenever it is asked."""
    chance = hashlib.sha256(f"{tracker}:{origin}".encode()).digest()[:10]
    return ids.encode((max(0, started // 1000) & (1 << 48) - 1) << 80 | int.from_bytes(chance, "big"))


def param(name: str, value: Any) -> list[events.Param]:
    """The parameters of a typed value: nested ones with dots."""
    return describe_param(name, value, "logged") or [
        events.Param(name=name, value=str(value), type="other", source="logged")
    ]


def param_of_text(name: str, text: str) -> events.Param:
    """The parameter of a value that its tracker keeps as text: `text` as it stands, its type as it reads."""
    kind: events.ParamType = "str"
    if _INTEGER.fullmatch(text):
        kind = "int"
    elif _NUMBER.fullmatch(text):
        kind = "float"
    elif text in {"True", "False"}:
        kind = "bool"
    elif text == "None":
        kind = "none"
    if kind not in {"int", "float"}:
        hidden = describe_param(name, text, "logged")
        text = hidden[0].value if hidden else text
    number = float(text) if kind in {"int", "float"} else None
    return events.Param(name=name, value=text, type=kind, number=number, source="logged")


def held(value: T) -> Callable[[], T]:
    """What gives a file, or what is known of one, that is at hand already."""
    return partial(_itself, value)


def _itself(value: T) -> T:
    return value


def kind_of(name: str) -> events.ArtifactKind:
    """What an artifact is, by its name."""
    media_type = mimetypes.guess_type(name)[0] or ""
    if media_type.startswith("image/"):
        return "figure"
    if name.endswith(".ipynb"):
        return "notebook"
    return "text" if media_type == "text/plain" else "file"
