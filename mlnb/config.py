"""Which store, which experiment: the settings of a process, from the nearest to the farthest.

An explicit argument (`mlnb.configure(store=...)`), else the environment (`MLNB_STORE`,
`MLNB_EXPERIMENT`), else `mlnb.toml` or `[tool.mlnb]` in `pyproject.toml` in the notebook's folder or one
above it, else the nearest `.mlnb/` upwards as git finds its own, else a new `.mlnb/` beside the notebook.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from mlnb.errors import UsageError

STORE_FOLDER: Final = ".mlnb"


@dataclass(frozen=True)
class Settings:
    """What was found, and where. `file` is the TOML file that was read, if one was."""

    folder: Path
    store: Path
    experiment: str | None = None
    file: Path | None = None
    table: Mapping[str, Any] = field(default_factory=dict)


_explicit: dict[str, Any] = {}


def configure(*, store: str | os.PathLike[str] | None = None, experiment: str | None = None) -> None:
    """Fix this process's store, its default experiment, or both; `None` leaves a setting as it is.

    Call it before the first run: a process that has begun to log keeps its store.
    """
    if store is not None:
        _explicit["store"] = Path(store).expanduser()
    if experiment is not None:
        _explicit["experiment"] = experiment


def reset() -> None:
    """Forget what `configure` was told."""
    _explicit.clear()


def load(folder: str | os.PathLike[str] | None = None) -> Settings:
    """The settings for a notebook or script in `folder` (by default the working folder).

    Raises
    ------
    UsageError
        A settings file isn't TOML, or a setting has the wrong type.
    """
    start = Path(folder or Path.cwd()).absolute()
    file, table = _read_nearest(start)
    store = _explicit.get("store") or _from_environment("MLNB_STORE") or _from_table(file, table)
    experiment = _explicit.get("experiment") or os.environ.get("MLNB_EXPERIMENT") or table.get("experiment")
    return Settings(
        folder=start,
        store=Path(store) if store else nearest_store(start) or start / STORE_FOLDER,
        experiment=experiment,
        file=file,
        table=table,
    )


def nearest_store(folder: Path) -> Path | None:
    """The `.mlnb/` in `folder` or the nearest one above it."""
    for parent in (folder, *folder.parents):
        if (parent / STORE_FOLDER / "store.json").is_file():
            return parent / STORE_FOLDER
    return None


def _from_environment(name: str) -> Path | None:
    value = os.environ.get(name)
    return Path(value).expanduser().absolute() if value else None


def _from_table(file: Path | None, table: Mapping[str, Any]) -> Path | None:
    value = table.get("store")
    if value is None or file is None:
        return None
    if not isinstance(value, str):
        raise UsageError(f"store in {file} is {value!r}, not a path", hint='store = ".mlnb"')
    return file.parent / Path(value).expanduser()


def _read_nearest(start: Path) -> tuple[Path | None, Mapping[str, Any]]:
    for folder in (start, *start.parents):
        own = folder / "mlnb.toml"
        if own.is_file():
            return own, _read(own)
        project = folder / "pyproject.toml"
        if project.is_file():
            table = _read(project).get("tool", {}).get("mlnb")
            if table is not None:
                return project, table
    return None, {}


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{file} is not TOML: {error}") from error
