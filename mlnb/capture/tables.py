"""Tables of scores: a small DataFrame or Series whose columns or labels are metrics, as numbers with names."""

from __future__ import annotations

import sys
from typing import Any, Final

from mlnb.capture import numbers, words

ROWS: Final = 50
COLUMNS: Final = 30


class Cells(dict[str, float]):
    """`{"svc.accuracy": 0.9, …}`: a table's numbers, which may be data after all."""


def scores_in(value: Any) -> Cells | None:
    """The numbers of a table whose columns or labels are called as scores are; `None` where none is."""
    pandas = sys.modules.get("pandas")
    if pandas is None or not hasattr(pandas, "DataFrame"):
        return None
    found = None
    if type(value) is pandas.Series:
        found = _series(value)
    elif type(value) is pandas.DataFrame:
        found = _frame(pandas, value)
    return None if found is None else Cells(found)


def _series(value: Any) -> dict[str, float] | None:
    if not 0 < len(value) <= ROWS or getattr(value.dtype, "kind", "O") != "f":
        return None
    named = [(str(label), numbers.number_of(item)) for label, item in value.items()]
    if isinstance(value.name, str) and words.is_metric_name(value.name):
        return {f"{label}.{value.name}": item for label, item in named if item is not None}
    return {label: item for label, item in named if item is not None and words.is_metric_name(label)} or None


def _frame(pandas: Any, value: Any) -> dict[str, float] | None:
    if not 0 < len(value) <= ROWS or value.shape[1] > COLUMNS:
        return None
    scored = [
        c
        for c in value.columns
        if words.is_metric_name(str(c)) and getattr(value[c].dtype, "kind", "O") == "f"
    ]
    if not scored:
        return None
    found = {}
    for label, column, item in _cells(value, _labels(pandas, value), scored):
        found[f"{label}.{column}" if label else str(column)] = item
    return found or None


def _labels(pandas: Any, value: Any) -> list[str]:
    """What the rows are called: by their index, or, where that only numbers them, by a column of text, each of another name."""
    index = value.index
    if index.name is not None or not pandas.api.types.is_integer_dtype(index.dtype):
        return [str(label) for label in index]
    for column in value.columns:
        labels = (
            [] if pandas.api.types.is_numeric_dtype(value[column].dtype) else list(map(str, value[column]))
        )
        if len(set(labels)) == len(value):
            return labels
    return ["" if len(value) == 1 else str(label) for label in index]


def _cells(value: Any, labels: list[str], columns: list[Any]) -> list[tuple[str, Any, float]]:
    found = []
    for column in columns:
        for label, item in zip(labels, value[column].tolist(), strict=True):
            number = numbers.number_of(item)
            if number is not None:
                found.append((label, column, float(number)))
    return found
