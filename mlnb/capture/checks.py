"""Data quality checks: a Pandera schema held against a table, and an answer to each of its demands.

Pandera says what failed. What held is worth as much to whoever decides about a model, so the schema's demands are listed
and each is answered. Pandera is imported only where somebody has made or named a schema: it is the extra
`mlnb[checks]`.
"""

from __future__ import annotations

import copy
import re
from typing import TYPE_CHECKING, Any, Final

from mlnb.capture import kinds
from mlnb.errors import UsageError
from mlnb.events import Check

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mlnb.events import ColumnProfile

SHOWN: Final = 3  # failing values in a sentence
FEW: Final = 20  # different texts that an inferred schema lists
EXACT: Final = 2.0**53  # whole numbers up to here are exact in a fingerprint's statistics
_NUMBER: Final = re.compile(r"(u?int|float)\d+")
COLUMNS: Final = "columns"
"""The demand that the columns are those of the schema."""

_OF_COLUMNS: Final = {
    "COLUMN_NOT_IN_DATAFRAME": "{!r} is missing",
    "COLUMN_NOT_IN_SCHEMA": "{!r} isn't in the schema",
    "COLUMN_NOT_ORDERED": "{!r} is out of order",
}


def is_schema(value: Any) -> bool:
    """Whether a value is a Pandera schema: a `DataFrameSchema`, or a class that is a `DataFrameModel`."""
    if issubclass(type(value), type):
        return not kinds.home_of(value).startswith("pandera.") and _is_of(value, "DataFrameModel")
    return _is_of(type(value), "DataFrameSchema")


def is_table(value: Any) -> bool:
    """Whether a value is a table that a schema can be held against: of pandas, Polars or Arrow."""
    return kinds.name_of(type(value)) in {
        "pandas.DataFrame",
        "polars.DataFrame",
        "pyarrow.Table",
    }


def name_of(schema: Any) -> str | None:
    """The name that a schema was given."""
    if isinstance(schema, type):
        return getattr(getattr(schema, "Config", None), "name", None)
    return None if schema.name is None else str(schema.name)


def columns_wanted(schema: Any) -> set[str]:
    """The columns that a table must have."""
    columns = _plain(schema).columns.items()
    return {str(name) for name, column in columns if column.required and not column.regex}


def validate(table: Any, schema: Any, dataset: str) -> list[Check]:
    """An answer to each of the schema's demands, in the schema's order; `dataset` is what the table is called.

    Raises
    ------
    UsageError
        `schema` is no Pandera schema, or `table` no table.
    """
    if not is_schema(schema):
        raise UsageError(f"{schema!r} is no Pandera schema", hint="pandera.pandas.DataFrameSchema({...})")
    if not is_table(table):
        raise UsageError(
            f"{dataset!r} is a {type(table).__name__}: a schema is held against a table",
            hint="give a DataFrame",
        )
    from pandera.errors import SchemaErrors

    plain = _plain(schema)
    table = _converted(table, plain)
    wrong: dict[str, str] = {}
    try:
        _briefly(plain).validate(table, lazy=True)
    except SchemaErrors as errors:
        for error in errors.schema_errors:
            name, detail = _answer(error, table)
            wrong[name] = f"{wrong[name]}; {detail}" if name in wrong else detail
    listed = dict.fromkeys([*_demands(plain, table), *wrong])
    return [
        Check(dataset=dataset, name=name, passed=name not in wrong, detail=wrong.get(name, ""))
        for name in listed
    ]


def infer(profile: Iterable[ColumnProfile], rows: int | None, name: str | None = None) -> Any:
    """A schema that the data of a fingerprint meets, as a start: a `pandera.pandas.DataFrameSchema` with the columns'
    types, ranges, and the texts of columns that have few.

    Raises
    ------
    UsageError
        Pandera isn't installed.
    """
    pandera = _pandera()
    columns = {
        one.name: pandera.Column(
            _dtype(one), checks=list(_observed(pandera, one, rows)), nullable=one.nulls > 0
        )
        for one in profile
    }
    return pandera.DataFrameSchema(columns, name=name)


# ---- demands ------------------------------------------------------------------------------------


def _demands(schema: Any, table: Any) -> Iterator[str]:
    """What the schema asks of a table's columns: one name for each."""
    yield COLUMNS
    there = [str(name) for name in table.columns]
    for pattern, column in schema.columns.items():
        names = (
            [one for one in there if re.match(str(pattern), one)]
            if column.regex
            else [one for one in there if one == str(pattern)]
        )
        for name in names:
            yield from _of_part(name, column)
    if getattr(schema, "index", None) is not None and hasattr(schema.index, "dtype"):
        yield from _of_part(str(schema.index.name or "index"), schema.index)
    yield from (_label(check) for check in schema.checks)


def _of_part(name: str, part: Any) -> Iterator[str]:
    if part.dtype is not None:
        yield f"{name}: {part.dtype}"
    if not part.nullable:
        yield f"{name}: no nulls"
    if getattr(part, "unique", False):
        yield f"{name}: unique"
    yield from (f"{name}: {_label(check)}" for check in part.checks)


def _label(check: Any) -> str:
    return str(getattr(check, "error", None) or getattr(check, "name", None) or check)


def _answer(error: Any, table: Any) -> tuple[str, str]:
    """The demand that wasn't met, by the name that `_demands` gives it, and how."""
    reason = getattr(error.reason_code, "name", "")
    if reason in _OF_COLUMNS:
        return COLUMNS, _OF_COLUMNS[reason].format(str(error.failure_cases))
    part = error.schema
    whole = type(part).__name__ == "DataFrameSchema"
    name = str(part.name or "index")
    prefix = "" if whole else f"{name}: "
    if reason == "WRONG_DATATYPE":
        return f"{prefix}{part.dtype}", f"is {table[name].dtype}" if name in table.columns else ""
    if reason == "SERIES_CONTAINS_NULLS":
        return f"{prefix}no nulls", _count(error, len(table), examples=False)
    if reason == "SERIES_CONTAINS_DUPLICATES":
        return f"{prefix}unique", _count(error, len(table))
    label = _label(error.check)
    if reason == "CHECK_ERROR":
        return f"{prefix}{label}", f"the check itself failed: {error.failure_cases}"
    return f"{prefix}{label}", _count(error, len(table))


def _count(error: Any, rows: int, *, examples: bool = True) -> str:
    """How many rows fail, and the first few values that do."""
    cases = error.failure_cases
    failing = _failing(error.check_output)
    if failing is None:
        failing = len(cases) if hasattr(cases, "shape") else 0
    if not failing or not hasattr(cases, "columns"):
        return f"{cases}"[:200]
    found = f"{failing:,} of {rows:,} rows fail"
    if not examples:
        return found
    column = "failure_case" if "failure_case" in cases.columns else cases.columns[0]
    shown = list(dict.fromkeys(str(value)[:40] for value in list(cases[column])[: 4 * SHOWN]))[:SHOWN]
    return f"{found}, such as {', '.join(shown)}"


def _failing(output: Any) -> int | None:
    """The rows that a check was false for; `None` where it doesn't answer row by row."""
    if not hasattr(output, "to_numpy"):
        return None
    wrong = ~output.to_numpy().astype(bool)
    return int((wrong.any(axis=1) if wrong.ndim == 2 else wrong).sum())


# ---- Pandera's ways -----------------------------------------------------------------------------


def _plain(schema: Any) -> Any:
    """The schema itself, of a class that declares one."""
    return schema.to_schema() if hasattr(schema, "to_schema") else schema


def _briefly(schema: Any) -> Any:
    """The schema, told to keep a few failing values of each check: a million take seconds to gather."""
    brief = copy.deepcopy(schema)
    index = getattr(brief, "index", None)
    for part in (brief, *brief.columns.values(), *([index] if hasattr(index, "checks") else [])):
        for check in part.checks:
            check.n_failure_cases = 4 * SHOWN
    return brief


def _converted(table: Any, schema: Any) -> Any:
    """The table as the schema's library has it."""
    wanted = "polars" if ".polars." in type(schema).__module__ else "pandas"
    own = type(table).__module__.partition(".")[0]
    if wanted == own:
        return table
    if wanted == "pandas":
        return table.to_pandas()
    import polars as pl

    return pl.from_pandas(table) if own == "pandas" else pl.from_arrow(table)


def _is_of(kind: type, name: str) -> bool:
    return any(
        base.__name__ == name and kinds.home_of(base).startswith("pandera.") for base in kinds.mro(kind)
    )


def _pandera() -> Any:
    try:
        import pandera.pandas
    except ImportError:
        raise UsageError("Pandera isn't installed", hint="pip install 'mlnb[checks]'") from None
    return pandera.pandas


# ---- from a fingerprint -------------------------------------------------------------------------


def _dtype(one: ColumnProfile) -> str | None:
    """The column's type, as Pandera names it; `None` for what pandas has several types for."""
    kind = one.type
    if _NUMBER.fullmatch(kind):
        holds_nulls = kind.startswith("float") or not one.nulls
        return kind if holds_nulls else kind.replace("int", "Int").replace("uI", "UI")
    if kind == "bool":
        return "boolean" if one.nulls else "bool"
    if kind in {"string", "large_string"}:
        return "str"
    return "category" if kind.startswith("category<") else None


def _observed(pandera: Any, one: ColumnProfile, rows: int | None) -> Iterator[Any]:
    if _NUMBER.fullmatch(one.type):
        if isinstance(one.min, float) and isinstance(one.max, float) and max(-one.min, one.max) < EXACT:
            kind = float if one.type.startswith("float") else int
            yield pandera.Check.in_range(kind(one.min), kind(one.max))
    elif one.histogram is not None and "string" in one.type and rows:
        labels, counts = one.histogram
        if _are_all(labels, counts, rows - one.nulls):
            yield pandera.Check.isin(sorted(labels))


def _are_all(labels: Sequence[str], counts: Sequence[int], filled: int) -> bool:
    """Whether these labels are all that a column has, each often enough to be one of a set."""
    return sum(counts) == filled and len(labels) <= FEW and 2 * len(labels) <= filled
