"""Which store, which experiment: the settings of a process, from the nearest to the farthest.

An explicit argument (`mlnb.configure(store=...)`), else the environment (`MLNB_STORE`,
`MLNB_EXPERIMENT`), else `mlnb.toml` or `[tool.mlnb]` in `pyproject.toml` in the notebook's folder or one
above it, else the nearest `.mlnb/` upwards as git finds its own, else a new `.mlnb/` beside the notebook.
"""

from __future__ import annotations

import functools
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from mlnb.errors import UsageError

STORE_FOLDER: Final = ".mlnb"

SETTINGS: Final[Mapping[str, str]] = {
    "store": "The store's folder, from the file's own folder.",
    "experiment": "The experiment of runs that name none; by default the notebook's name.",
    "capture.redact": "Names of variables and settings to redact besides those that look secret; `*` stands for anything.",
    "checks": "Pandera schemas that tracked tables are held against: a YAML or JSON file, or `file.py:Name`, by data set or role.",
    "gates": "What promotions must pass: lists of gates by alias, by `model@alias`, or for every one by `*`.",
}
"""What `mlnb.toml` and `[tool.mlnb]` may say. A name stands for what is below it, too."""

ENVIRONMENT: Final[Mapping[str, str]] = {
    "MLNB_STORE": "The store's folder.",
    "MLNB_EXPERIMENT": "The experiment of runs that name none.",
    "MLNB_WIDGETS": "`on` or `off`: whether live views are widgets; by default as the front end takes them.",
    "MLNB_PARENT_RUN": "Set by a rerun for its kernel: the run that the kernel's runs belong to.",
    "MLNB_NOTEBOOK": "Set by a rerun for its kernel: the notebook that is executed.",
    "MLNB_WHOLE": "Set by a rerun for its kernel: `1` where the notebook is tracked as a whole, having no `%%track`.",
}
"""The environment variables that are read."""


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


def unknown(table: Mapping[str, Any], above: str = "") -> list[str]:
    """The names in a settings file that mean nothing to mlnb."""
    found = []
    for key, value in table.items():
        name = f"{above}{key}"
        inside = any(known.startswith(f"{name}.") for known in SETTINGS)
        if inside and isinstance(value, Mapping):
            found += unknown(value, f"{name}.")
        elif name not in SETTINGS:
            found.append(name)
    return found


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
        return _parsed(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{file} is not TOML: {error}") from error


_parsed = functools.lru_cache(maxsize=20)(tomllib.loads)
"""A tracked cell asks several times what a project's file says, and that can be long."""
