"""The plan of a batch: a frozen list of parameter sets, made before anything starts.

Fixed parameters, times the rows of a file, times the product of the grid's listed values; or, where the
grid has ranges, N samples of it. Each entry carries the id that its run will have, so that a batch that
was stopped can tell, from the plan in the registry and the runs in the store, what is missing.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlnb import ids
from mlnb.errors import ParameterError, UsageError
from mlnb.execution.sampling import sample
from mlnb.execution.values import Axis, parse_value

MOST = 100_000


@dataclass(frozen=True)
class Entry:
    """One run to come."""

    run_id: str
    parameters: Mapping[str, Any]


@dataclass(frozen=True)
class Plan:
    entries: tuple[Entry, ...]

    def __len__(self) -> int:
        return len(self.entries)

    def __iter__(self) -> Any:
        return iter(self.entries)

    @property
    def names(self) -> list[str]:
        """Every parameter that is set anywhere in the plan, in order of appearance."""
        return list(dict.fromkeys(name for entry in self.entries for name in entry.parameters))

    @property
    def varied(self) -> list[str]:
        """Those whose value isn't the same in all entries."""
        return [name for name in self.names if len({repr(e.parameters.get(name)) for e in self.entries}) > 1]

    def to_record(self) -> list[dict[str, Any]]:
        """The form in which the registry keeps it."""
        return [{"run_id": e.run_id, "params": _freeze(dict(e.parameters))} for e in self.entries]

    @classmethod
    def from_record(cls, record: Sequence[Mapping[str, Any]]) -> Plan:
        return cls(tuple(Entry(item["run_id"], _thaw(item["params"])) for item in record))


def make_plan(
    *,
    params: Mapping[str, Any] | None = None,
    rows: Sequence[Mapping[str, Any]] = (),
    grid: Sequence[Axis] = (),
    samples: int | None = None,
    sampler: str = "random",
    seed: int | None = None,
) -> Plan:
    """The plan for these settings; a name in `grid` wins over `rows`, and `rows` over `params`.

    Raises
    ------
    ParameterError
        A range without `samples`, or one that can't be drawn from.
    UsageError
        More than 100,000 runs.
    """
    _refuse_twice(grid)
    fixed = dict(params or {})
    points = _points(grid, samples, sampler, seed)
    sets = [{**fixed, **row, **point} for row in (rows or [{}]) for point in points]
    return Plan(tuple(Entry(ids.new_id(), chosen) for chosen in sets))


def axes(grid: Mapping[str, Any] | None) -> list[Axis]:
    """The axes of a grid given from Python: `{"lr": [0.1, 0.01], "depth": "randint(2, 9)"}`."""
    from mlnb.execution.values import parse_axis

    found = []
    for name, values in (grid or {}).items():
        if isinstance(values, Axis):
            found.append(values)
        elif isinstance(values, str):
            found.append(parse_axis(f"{name}={values}"))
        elif isinstance(values, Sequence) or hasattr(values, "tolist"):
            listed = values.tolist() if hasattr(values, "tolist") else list(values)
            if not listed:
                raise ParameterError(f"grid {name!r} has no values", hint=f"{name}=[0.1, 0.01]")
            found.append(Axis(name, tuple(listed)))
        else:
            found.append(Axis(name, (values,)))
    return found


def read_parameters(path: str | Path) -> list[dict[str, Any]]:
    """The parameter sets in a file: YAML or JSON (one mapping, or a list of them), CSV (one set a row).

    Raises
    ------
    ParameterError
        The file can't be read, or holds something else.
    """
    file = Path(path).expanduser()
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not UTF-8"
        raise ParameterError(f"parameter file {str(path)!r} can't be read: {reason}") from None
    found = _read_csv(text) if file.suffix.lower() in {".csv", ".tsv"} else _read_yaml(text, file)
    if not found:
        raise ParameterError(f"parameter file {str(path)!r} is empty")
    return found


def _points(
    grid: Sequence[Axis], samples: int | None, sampler: str, seed: int | None
) -> list[dict[str, Any]]:
    ranges = [axis for axis in grid if axis.range is not None]
    if samples is None:
        if ranges:
            raise ParameterError(
                f"{ranges[0].name}={ranges[0].range} is a range, not a list", hint="add --sample N"
            )
        count = math.prod(len(axis.values) for axis in grid)
        if count > MOST:
            raise UsageError(f"the grid has {count:,} sets; at most {MOST:,}", hint="take --sample N of it")
        return [
            dict(zip((axis.name for axis in grid), values, strict=True))
            for values in itertools.product(*(axis.values for axis in grid))
        ]
    if not grid:
        raise UsageError(
            f"--sample {samples} has no grid to draw from", hint="--grid lr=loguniform(1e-4,1e-1)"
        )
    if not 0 < samples <= MOST:
        raise UsageError(f"--sample {samples} is not between 1 and {MOST:,}")
    return sample(grid, samples, sampler=sampler, seed=seed)


def _refuse_twice(grid: Sequence[Axis]) -> None:
    seen: set[str] = set()
    for axis in grid:
        if axis.name in seen:
            raise ParameterError(
                f"the grid names {axis.name!r} twice",
                hint=f"--grid {axis.name}=V1,V2,... lists all its values",
            )
        seen.add(axis.name)


def _read_csv(text: str) -> list[dict[str, Any]]:
    import csv
    import io

    dialect = "excel-tab" if "\t" in text.partition("\n")[0] else "excel"
    rows = csv.DictReader(io.StringIO(text), dialect=dialect)
    return [
        {
            name: parse_value(value, name=name)
            for name, value in row.items()
            if name and value not in {None, ""}
        }
        for row in rows
    ]


def _read_yaml(text: str, file: Path) -> list[dict[str, Any]]:
    import yaml

    try:
        found = yaml.safe_load(text)
    except yaml.YAMLError as error:
        reason = str(error).splitlines()[0]
        raise ParameterError(f"parameter file {str(file)!r} is neither YAML nor JSON: {reason}") from None
    rows = found if isinstance(found, list) else [found] if found is not None else []
    for row in rows:
        if not isinstance(row, dict) or not all(isinstance(name, str) for name in row):
            raise ParameterError(
                f"parameter file {str(file)!r} holds {type(row).__name__}, not names and values",
                hint="lr: 0.1",
            )
    return rows


def _freeze(value: Any) -> Any:
    # JSON has no NaN and no infinity: the registry writes them as a mapping that no parameter has
    if isinstance(value, float) and not math.isfinite(value):
        return {"$float": repr(value)}
    if isinstance(value, dict):
        return {str(name): _freeze(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_freeze(item) for item in value]
    return value if isinstance(value, bool | int | float | str | None) else str(value)


def _thaw(value: Any) -> Any:
    if isinstance(value, dict):
        if set(value) == {"$float"}:
            return float(value["$float"])
        return {name: _thaw(item) for name, item in value.items()}
    return [_thaw(item) for item in value] if isinstance(value, list) else value
