"""What a kernel leaves to its keeper: each task as one file, a header that says what is to be done and, after it, bytes."""

from __future__ import annotations

import struct
from typing import IO, Any, Final

import msgspec

_LENGTH: Final = struct.Struct("<Q")


class Task(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind"):
    """`task` is its id, `what` the words for what a run is owed with it ("": nothing), `run_id` the run that gets it, `path` the
    kernel's `sys.path`."""

    task: str
    what: str
    store: str
    run_id: str
    path: list[str]


class Describe(Task, tag="describe", frozen=True, kw_only=True):
    """Git's state of `folder` and, unless they are known already, the packages."""

    folder: str
    packages: bool
    redact: list[str]


class Sync(Task, tag="sync", frozen=True, kw_only=True):
    """See that objects are on the disk."""

    objects: list[str]


class Children(Task, tag="children", frozen=True, kw_only=True):
    """The settings of a sweep, each as a run of its own: a pickled list of `Child`."""

    experiment: str


class Checks(Task, tag="checks", frozen=True, kw_only=True):
    """What schemas say of tables: a pickled list of `Asked`."""


class Model(Task, tag="model", frozen=True, kw_only=True):
    """A fitted model, pickled, and what its own process knows of it."""

    name: str
    about: dict[str, Any]
    limit: int


AnyTask = Describe | Sync | Children | Checks | Model

_encoder = msgspec.msgpack.Encoder()
_decoder: msgspec.msgpack.Decoder[AnyTask] = msgspec.msgpack.Decoder(AnyTask)


def write(task: AnyTask, file: IO[bytes]) -> None:
    """Put the header at the file's beginning; the task's bytes are appended after it."""
    header = _encoder.encode(task)
    file.write(_LENGTH.pack(len(header)) + header)


def read(file: IO[bytes]) -> AnyTask:
    """The task in a file, which then stands at its bytes."""
    file.seek(0)
    (length,) = _LENGTH.unpack(file.read(_LENGTH.size))
    return _decoder.decode(file.read(length))
