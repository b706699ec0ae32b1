"""Which schema is held against which table, and when.

A schema says what it is about by its name (`DataFrameSchema(..., name="train")`), else by its variable's (`train_schema`): it is held
against the table of that name whenever a tracked cell uses one. A schema of any other name that the cell itself uses is held against
the tables of the cell that have all its columns or, where none has, the one that has most of them. The
project's settings name others, by a table's name or its role:

    [tool.mlnb.checks]                      # [checks] in mlnb.toml
    train = "schemas/train.yaml"            # Pandera's own YAML or JSON
    customers = "schemas.py:Customers"      # a schema in a Python file

A cell doesn't wait for this: its tables are copied (with pandas' copy-on-write, for nothing), and the checks are late events.
"""

from __future__ import annotations

import importlib.util
import sys
import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from mlnb import config
from mlnb.capture import checks
from mlnb.errors import NotFound, UsageError
from mlnb.events import Event, Problem

if TYPE_CHECKING:
    from mlnb.capture.collectors import CellView
    from mlnb.capture.findings import Findings

COPIED: Final = 1 << 30  # bytes of a table that is copied where pandas has no copy-on-write
_EXAMPLE: Final = 'train = "schemas/train.yaml"'

Schema = Callable[[], Any]
"""A schema that may have to be read first."""

Seen = dict[tuple[str, object], weakref.ref[Any]]
"""The tables that have been checked, by their name and the schema's: several cells of one run may use them."""


@dataclass(frozen=True)
class Asked:
    """A table as it is now, and the schema that it is held against later."""

    dataset: str
    table: Any
    schema: Schema


def of_cell(cell: CellView, found: Findings, seen: Seen) -> Iterator[Asked]:
    """The checks that an executed cell asks for and that `seen`, which is brought up to date, doesn't have.

    Raises
    ------
    UsageError
        The settings' `checks` can't be read.
    """
    named = of_settings()
    if not named and "pandera" not in sys.modules:
        return
    roles = {used.event.name: used.event.role for used in found.data}
    tables = {
        name: value
        for name in dict.fromkeys([*roles, *cell.reads, *cell.writes])
        if checks.is_table(value := cell.namespace.get(name))
    }
    copies: dict[str, Any] = {}
    for dataset, key, schema in [*_from_settings(named, tables, roles), *_from_namespace(cell, tables)]:
        before = seen.get((dataset, key))
        if before is None or before() is not tables[dataset]:
            seen[dataset, key] = weakref.ref(tables[dataset])
            if dataset not in copies:
                copies[dataset] = _copy(tables[dataset], dataset)
            yield Asked(dataset, copies[dataset], schema)


def of_data(value: Any, name: str, role: str, schema: Any) -> list[Event]:
    """The checks of data that was recorded by a call: against its own schema, and those of the settings."""
    if schema is not None:
        return [*checks.validate(value, schema, name)]
    if not checks.is_table(value):
        return []
    try:
        wanted = list(_from_settings(of_settings(), {name: value}, {name: role}))
    except UsageError as error:
        return [_problem(error)]
    return answers(Asked(dataset, value, load) for dataset, _, load in wanted)


def answers(asked: Iterable[Asked]) -> list[Event]:
    """What the checks say; one that can't be made is a problem."""
    found: list[Event] = []
    for one in asked:
        try:
            found += checks.validate(one.table, one.schema(), one.dataset)
        except Exception as error:  # noqa: BLE001 - a schema is the project's own code
            found.append(_problem(error))
    return found


def _problem(error: Exception) -> Problem:
    said = str(error) if isinstance(error, (UsageError, NotFound)) else f"{type(error).__name__}: {error}"
    return Problem(where="checks", message=said[:2000])


# ---- in the cell --------------------------------------------------------------------------------


def _from_namespace(cell: CellView, tables: Mapping[str, Any]) -> Iterator[tuple[str, object, Schema]]:
    own = {*cell.reads, *cell.writes}
    for variable, schema in list(cell.namespace.items()):
        if variable.startswith("_") or not checks.is_schema(schema):
            continue
        about = [name for name in _about(variable, schema) if name in tables]
        if not about and variable in own:
            about = _fitting(schema, tables)
        for name in about:
            yield name, id(schema), partial(_itself, schema)


def _itself(schema: Any) -> Any:
    return schema


def _about(variable: str, schema: Any) -> list[str]:
    """What a schema may be called after: its own name, and its variable's less the word `schema`."""
    bare = variable.removesuffix("_schema").removeprefix("schema_")
    return [name for name in (checks.name_of(schema), bare) if name]


def _fitting(schema: Any, tables: Mapping[str, Any]) -> list[str]:
    wanted = checks.columns_wanted(schema)
    shared = {
        name: len(wanted & {str(column) for column in _columns(table)}) for name, table in tables.items()
    }
    whole = [name for name, count in shared.items() if wanted and count == len(wanted)]
    best = max(shared, key=lambda name: shared[name], default=None)
    return whole or ([best] if best is not None and shared[best] else [])


def _columns(table: Any) -> list[Any]:
    # An Arrow table's `columns` are its data.
    return list(table.column_names if hasattr(table, "column_names") else table.columns)


def _copy(table: Any, name: str) -> Any:
    """The table as it is at this moment, whatever the next cell does to it."""
    if type(table).__module__.partition(".")[0] != "pandas":
        return table  # Polars' and Arrow's are not changed in place
    import pandas as pd

    if int(pd.__version__.partition(".")[0]) >= 3 or pd.options.mode.copy_on_write is True:
        return table.copy(deep=False)
    if table.memory_usage(index=False).sum() > COPIED:
        raise UsageError(
            f"{name!r} is too large to be copied for its checks",
            hint="pandas 3, or pd.options.mode.copy_on_write = True, needs no copy",
        )
    return table.copy()


# ---- in the settings ----------------------------------------------------------------------------


def of_settings(folder: Path | None = None) -> dict[str, Path | tuple[Path, str]]:
    """The schemas that the project's settings name: of a table's name or role, its file, and the name in it.

    Raises
    ------
    UsageError
        `checks` has another shape than the example above.
    """
    settings = config.load(folder)
    table = settings.table.get("checks", {})
    if settings.file is None:
        return {}
    if not isinstance(table, Mapping) or not all(isinstance(value, str) for value in table.values()):
        raise UsageError(f"checks in {settings.file} is {table!r}, not a table of files", hint=_EXAMPLE)
    found: dict[str, Path | tuple[Path, str]] = {}
    for name, value in table.items():
        file, colon, inside = value.rpartition(":")
        place = settings.file.parent / (file if colon and inside.isidentifier() else value)
        found[name] = (place, inside) if colon and inside.isidentifier() else place
    return found


def _from_settings(
    named: Mapping[str, Path | tuple[Path, str]], tables: Mapping[str, Any], roles: Mapping[str, str]
) -> Iterator[tuple[str, object, Schema]]:
    for key, place in named.items():
        for name in tables:
            if key in {name, roles.get(name)}:
                yield name, place, partial(read, place)


def read(place: Path | tuple[Path, str]) -> Any:
    """The schema in a file.

    Raises
    ------
    NotFound
        There is no such file, or nothing of that name in it.
    UsageError
        It is no schema, or Pandera isn't installed.
    """
    file, name = place if isinstance(place, tuple) else (place, None)
    if not file.is_file():
        raise NotFound(f"there is no schema file {file}", hint="see [checks] in the project's settings")
    if name is not None:
        return _in_module(file, name)
    if file.suffix == ".py":
        raise UsageError(f"{file} is Python: say which schema", hint=f'"{file.name}:NAME"')
    text = file.read_text(encoding="utf-8")
    try:
        import pandera.pandas
    except ImportError:
        raise UsageError("Pandera isn't installed", hint="pip install 'mlnb[checks]'") from None
    form = "json" if file.suffix == ".json" else "yaml"
    try:
        return getattr(pandera.pandas.DataFrameSchema, f"from_{form}")(text)
    except Exception as error:
        raise UsageError(f"{file} is no Pandera schema in {form.upper()}: {error}") from error


def _in_module(file: Path, name: str) -> Any:
    spec = importlib.util.spec_from_file_location(f"_mlnb_schemas_{file.stem}", file)
    if spec is None or spec.loader is None:
        raise UsageError(f"{file} is no Python file", hint=_EXAMPLE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found = getattr(module, name, None)
    if found is None:
        raise NotFound(f"{file} has no {name!r}", hint="see [checks] in the project's settings")
    return found
