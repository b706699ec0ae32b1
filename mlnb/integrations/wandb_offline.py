"""Reading what W&B's offline mode wrote: the folders `offline-run-…` with a `.wandb` file in each.

Such a file is a log of LevelDB's form (https://github.com/google/leveldb/blob/main/doc/log_format.md) with W&B's own
header and checksum, and a protocol buffer in each record. W&B ships the buffers' classes, and since 0.2x no reader in Python; so the
log's form is read here, and what is in it by W&B's classes.
"""

from __future__ import annotations

import json
import math
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from struct import Struct
from typing import Any, Final

from mlnb import events
from mlnb.errors import NotFound, UsageError
from mlnb.integrations import foreign
from mlnb.integrations.foreign import Curve, File, Run, Source

TRACKER: Final = "wandb"
_MAGIC: Final = b":W&B"
_HEADER: Final = Struct("<IHB")  # checksum, length, type
_BLOCK: Final = 32 * 1024
_FULL, _FIRST, _MIDDLE, _LAST = 1, 2, 3, 4
_NOT_FINITE: Final = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}
_OWN_FILES: Final = frozenset({"wandb-summary.json", "wandb-metadata.json", "config.yaml"})  # said otherwise


def read(place: str) -> Source:
    """The runs in an offline run's folder, or in any folder above such.

    Raises
    ------
    NotFound
        There is no W&B run in it.
    UsageError
        W&B isn't installed.
    """
    folder = Path(place).expanduser()
    files = sorted(path for path in folder.rglob("*.wandb") if not _is_link(path, folder))
    if not files:
        raise NotFound(f"there is no W&B run in {place}", hint="the folder wandb/ with its offline-run-…")
    try:
        from wandb.proto import wandb_internal_pb2
    except ImportError:
        raise UsageError("W&B isn't installed", hint="pip install 'mlnb[wandb]'") from None
    record: Any = wandb_internal_pb2.Record
    parts: dict[str, list[_Log]] = {}
    for path in files:
        log = _Log.read(path, record)
        parts.setdefault(f"{log.project}/{log.run_id}", []).append(log)
    runs = (_run(place, origin, logs) for origin, logs in parts.items())
    return Source(place, len(parts), runs)


def _is_link(path: Path, folder: Path) -> bool:
    """Whether it is seen through a link, as `latest-run` is."""
    return any(one.is_symlink() for one in (path, *path.parents) if one.is_relative_to(folder))


def records(data: bytes) -> Iterator[bytes]:
    """The records of a log, up to the first that isn't whole.

    Raises
    ------
    ValueError
        It is no such log, or a record isn't what was written.
    """
    if data[:4] != _MAGIC:
        raise ValueError("it doesn't begin as a W&B log does")
    at, parts = _HEADER.size, b""
    while at + _HEADER.size <= len(data):
        if _BLOCK - at % _BLOCK < _HEADER.size:
            at += _BLOCK - at % _BLOCK
            continue
        checksum, length, kind = _HEADER.unpack_from(data, at)
        body = data[at + _HEADER.size : at + _HEADER.size + length]
        if len(body) < length:
            return
        if zlib.crc32(body, zlib.crc32(bytes([kind]))) != checksum:
            raise ValueError(f"the record at byte {at} isn't what was written")
        at += _HEADER.size + length
        parts = body if kind in {_FULL, _FIRST} else parts + body
        if kind in {_FULL, _LAST}:
            yield parts


@dataclass
class _Log:
    """What one file says."""

    folder: Path
    run_id: str = ""
    project: str = ""
    started: int = 0
    last: int = 0
    exit_code: int | None = None
    name: str = ""
    note: str = ""
    user: str | None = None
    host: str | None = None
    commit: str | None = None
    config: dict[str, Any] = field(default_factory=dict)
    summary: dict[str, Any] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    points: dict[str, list[tuple[int, int, float]]] = field(default_factory=dict)
    artifacts: list[File] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)

    @classmethod
    def read(cls, path: Path, kind: Any) -> _Log:
        found = cls(path.parent, run_id=path.stem.removeprefix("run-"))
        try:
            for data in records(path.read_bytes()):
                record = kind()
                record.ParseFromString(data)
                which = record.WhichOneof("record_type")
                take = getattr(found, f"_{which}", None)
                if take is not None:
                    take(getattr(record, which))
        except Exception as error:  # noqa: BLE001 - what stands before a damaged record is good
            found.problems.append(f"{path.name} is damaged, what follows is lost: {error}")
        return found

    def _run(self, run: Any) -> None:
        self.run_id = run.run_id or self.run_id
        self.project = run.project or self.project or "uncategorized"
        self.started = self.started or _micros(run.start_time)
        self.last = max(self.last, self.started)
        self.name = run.display_name or self.name
        self.note = run.notes or self.note
        self.host = run.host or self.host
        self.commit = run.git.commit or self.commit
        self.tags |= dict.fromkeys(run.tags, "")
        named = {"wandb.group": run.run_group, "wandb.job_type": run.job_type, "wandb.sweep": run.sweep_id}
        self.tags |= {key: value for key, value in named.items() if value}
        self._config(run.config)
        self._summary(run.summary)

    def _environment(self, found: Any) -> None:
        self.user = getattr(found, "username", "") or self.user
        self.commit = found.git.commit or self.commit

    def _config(self, config: Any) -> None:
        for keys, value in _values(config.update):
            if keys[0] != "_wandb":
                _put(self.config, keys, value)
        for item in config.remove:
            self.config.pop(item.key, None)

    def _summary(self, summary: Any) -> None:
        for keys, value in _values(summary.update):
            _put(self.summary, keys, value)

    def _history(self, history: Any) -> None:
        row: dict[str, Any] = {}
        for keys, value in _values(history.item):
            _put(row, keys, value)
        step = int(row.get("_step", history.step.num))
        self.last = max(self.last, int(float(row.get("_timestamp", 0)) * 1e6))
        for name, value in _numbers(row, "", self.left_out):
            self.points.setdefault(name, []).append((step, self.last, value))

    def _artifact(self, artifact: Any) -> None:
        for entry in artifact.manifest.contents:
            path = Path(entry.local_path)
            if entry.local_path:
                about = {"wandb": {"type": artifact.type, "name": artifact.name, "digest": artifact.digest}}
                name = f"{artifact.name}/{entry.path}"
                self.artifacts.append(
                    File(name, foreign.held(path), entry.size, metadata=foreign.held(about))
                )
            else:
                self.left_out["artifact files that are elsewhere"] += 1

    def _exit(self, exit_: Any) -> None:
        self.exit_code = exit_.exit_code
        self.last = max(self.last, self.started + exit_.runtime * 1_000_000)


def _run(place: str, origin: str, logs: list[_Log]) -> Run:
    """One run of the folders of its starts: a resumed run has several."""
    logs = sorted(logs, key=lambda log: log.started)
    first, last = logs[0], logs[-1]
    points: dict[str, list[tuple[int, int, float]]] = {}
    config: dict[str, Any] = {}
    summary: dict[str, Any] = {}
    tags: dict[str, str] = {}
    for log in logs:
        config |= log.config
        summary |= log.summary
        tags |= log.tags
        for name, values in log.points.items():
            points.setdefault(name, []).extend(values)
    left_out = sum((log.left_out for log in logs), Counter())
    step = max((values[-1][0] for values in points.values()), default=0)
    for name, value in _numbers(summary, "", Counter()):
        if name not in points:
            points[name] = [(step, last.last, value)]
    return Run(
        run_id=foreign.run_id(TRACKER, origin, first.started),
        tracker=TRACKER,
        origin=origin,
        place=place,
        name=last.name or first.run_id,
        experiment=first.project,
        started=first.started,
        ended=None if last.exit_code is None else last.last,
        status="running" if last.exit_code is None else "failed" if last.exit_code else "finished",
        error=f"exit code {last.exit_code}" if last.exit_code else None,
        user=last.user,
        host=last.host,
        params=[one for name, value in config.items() for one in foreign.param(name, value)],
        tags=tags,
        note=last.note,
        git=events.GitState(commit=last.commit, dirty=False) if last.commit else None,
        curves={name: _curve(values) for name, values in points.items()},
        files=[file for log in logs for file in (*_files(log.folder / "files"), *log.artifacts)],
        left_out=dict(left_out),
        problems=[problem for log in logs for problem in log.problems],
    )


def _curve(values: list[tuple[int, int, float]]) -> Curve:
    import numpy as np

    steps, times, numbers = zip(*values, strict=True)
    return Curve(np.array(steps, np.int64), np.array(times, np.int64), np.array(numbers, np.float64))


def _files(folder: Path) -> Iterator[File]:
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and name not in _OWN_FILES:
            yield File(name, foreign.held(path), path.stat().st_size, foreign.kind_of(name))


def _values(items: Iterable[Any]) -> Iterator[tuple[list[str], Any]]:
    """Each item's path of keys, and its value."""
    for item in items:
        keys = list(item.nested_key) or [item.key]
        yield keys, json.loads(item.value_json) if item.value_json else None


def _put(into: dict[str, Any], keys: list[str], value: Any) -> None:
    for key in keys[:-1]:
        inner = into.get(key)
        if not isinstance(inner, dict):
            inner = into[key] = {}
        into = inner
    into[keys[-1]] = value


def _numbers(row: Mapping[str, Any], prefix: str, left_out: Counter[str]) -> Iterator[tuple[str, float]]:
    """The numbers in a row, with dots between nested keys; W&B's own keys begin with an underscore."""
    for key, value in row.items():
        if key.startswith("_"):
            continue
        if isinstance(value, Mapping):
            if "_type" in value:
                left_out[str(value["_type"])] += value["_type"] != "image-file"  # the file itself is kept
            else:
                yield from _numbers(value, f"{prefix}{key}.", left_out)
        elif isinstance(value, (int, float)):
            yield f"{prefix}{key}", float(value)
        elif value in _NOT_FINITE:
            yield f"{prefix}{key}", _NOT_FINITE[value]
        else:
            left_out["logged texts and lists"] += 1


def _micros(stamp: Any) -> int:
    return int(stamp.seconds) * 1_000_000 + int(stamp.nanos) // 1000
