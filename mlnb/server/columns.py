"""What the columns of a table of runs hold, over all runs that match and not only those on the screen.

A table says of a column that it is the same in all runs, which of its values is the best, and that it repeats
another one: each a statement about 100,000 runs of which the browser has two hundred.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from mlnb.server.bodies import Column
from mlnb.store import Store, query

if TYPE_CHECKING:
    import pandas as pd

GROUPS: Final = ("params", "metrics", "tags")
_ATTRIBUTES: Final = ("experiment", "kind", "status")
_DATA: Final = "SELECT run_id, name, digest FROM datasets"


def described(store: Store, where: str | None) -> list[Column]:
    """The columns of the runs that match."""
    frame = query.runs_frame(store, where=where)
    found = [_column(frame, name, "run", name) for name in _ATTRIBUTES]
    for group in GROUPS:
        names = [column for column in frame.columns if column.startswith(f"{group}.")]
        found += [_column(frame, name, group, name[len(group) + 1 :]) for name in names]
    return [*found, *_data(store, frame)]


def _column(frame: pd.DataFrame, name: str, group: Any, label: str) -> Column:
    import pandas as pd

    series = frame[name]
    known = series.dropna()
    numeric = pd.api.types.is_numeric_dtype(series) and not pd.api.types.is_bool_dtype(series)
    return {
        "group": group,
        "name": label,
        "runs": len(known),
        "constant": len(known) == len(frame) and len(frame) > 1 and bool((known == known.iloc[0]).all()),
        "value": _plain(known.iloc[0]) if len(known) else None,
        "numeric": bool(numeric),
        "least": float(known.min()) if numeric and len(known) else None,
        "greatest": float(known.max()) if numeric and len(known) else None,
        "repeats": _repeated(frame, group, label),
    }


def _repeated(frame: pd.DataFrame, group: str, label: str) -> str | None:
    """The column of the same group that says under a shorter name what this one says, wherever this one says anything."""
    for shorter in _endings(label):
        if f"{group}.{shorter}" in frame.columns:
            known = frame[f"{group}.{label}"].dropna()
            if bool((frame[f"{group}.{shorter}"].loc[known.index] == known).all()):
                return shorter
    return None


def _endings(label: str) -> Iterator[str]:
    if re.fullmatch(r"[\w.]+", label):
        owner, _, name = label.rpartition(".")
        first = re.sub(r"_\d+$", "", owner)  # `SVC_2.C`: of another one of its kind in the same cell
        while "." in label:
            label = label.partition(".")[2]
            yield label
        if first != owner:
            yield f"{first}.{name}"


def _data(store: Store, frame: pd.DataFrame) -> Iterator[Column]:
    used = query.sql(store, _DATA).to_pandas()
    used = used[used["run_id"].isin(frame["run_id"])]
    for name, each in used.groupby("name"):
        runs = int(each["run_id"].nunique())
        digest = each["digest"].iloc[0]
        yield {
            "group": "data",
            "name": str(name),
            "runs": runs,
            "constant": bool((each["digest"] == digest).all()) and runs == len(frame) > 1,
            "value": digest,
            "numeric": False,
            "least": None,
            "greatest": None,
            "repeats": None,
        }


def _plain(value: Any) -> Any:
    """A NumPy scalar as Python's."""
    return value.item() if hasattr(value, "item") else value
