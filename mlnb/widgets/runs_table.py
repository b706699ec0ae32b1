"""A table of runs, as `mlnb.runs()` gives it: what tells them apart, newest first.

It stays a DataFrame: this is only how it shows itself. The notebook keeps the first rows; where the table is a whole
answer of the store's, the interactive view asks for the others as one scrolls, sorts and filters.
"""

from __future__ import annotations

import datetime as dt
import re
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from mlnb.store import Store
from mlnb.tracking.doubled import doubled
from mlnb.tracking.records import ORIGIN
from mlnb.widgets import digits, judging
from mlnb.widgets.bundle import forms
from mlnb.widgets.markup import dot, element, escape, faint, frame, heading, table

if TYPE_CHECKING:
    import pandas as pd

FIRST: Final = ("run_id", "name")
SHOWN_ROWS: Final = 20
SHOWN_COLUMNS: Final = 12
KEPT_ROWS: Final = 100
KEPT_ROWS_ALONE: Final = 1_000
"""Of a table that no question to the store gives again: a person filtered or joined it."""
KEPT_COLUMNS: Final = 40
_OWN: Final = ("run_id", "name", "experiment", "kind", "status", "started_at", "duration_s")


def bundle(runs: pd.DataFrame) -> dict[str, Any] | None:
    """The forms of a table of runs; None for any other table."""
    if ORIGIN not in runs.attrs or not {*FIRST} <= {*map(str, runs.columns)} or runs.columns.has_duplicates:
        return None
    return forms(plain(runs), html(runs), view(runs))


def plain(runs: pd.DataFrame) -> str:
    """As wide as the terminal; what is the same in all runs is said once."""
    shown = runs.head(SHOWN_ROWS)
    columns, same = _columns(runs)
    room = max(40, shutil.get_terminal_size((100, 24)).columns)
    texts: list[list[str]] = []
    width = 0
    if "status" in runs and (runs["status"] != "finished").any():
        columns = ["status", *columns]
    titles = _titles(["name", *columns])
    for name in ["name", *columns]:
        column = [titles[name], *_texts(name, shown[name])]
        longest = max(map(len, column))
        if texts and width + longest + 2 > room:
            break
        width += longest + 2
        left = name in {"name", "experiment", "status", "kind"}
        texts.append([text.ljust(longest) if left else text.rjust(longest) for text in column])
    lines = ["  ".join(row).rstrip() for row in zip(*texts, strict=True)]
    return "\n".join([*lines, *_said(runs, same, len(columns) + 1 - len(texts))])


def html(runs: pd.DataFrame) -> str:
    columns, same = _columns(runs)
    drawn = columns[:SHOWN_COLUMNS]
    shown = runs.head(SHOWN_ROWS)
    cells = {name: [escape(text) for text in _texts(name, shown[name])] for name in drawn}
    for name in drawn:
        winner = _best(name, runs[name])
        if winner is not None and winner < len(shown):
            cells[name][winner] = f"<b>{cells[name][winner]}</b>"
    status = shown["status"] if "status" in runs else ["finished"] * len(shown)
    rows = [
        [f"{dot(str(state))} <b>{escape(name)}</b>", *(cells[column][at] for column in drawn)]
        for at, (name, state) in enumerate(zip(shown["name"], status, strict=True))
    ]
    numbers = [at for at, name in enumerate(drawn, 1) if _is_number(runs[name]) or name == "duration_s"]
    head = ["run", *(element("span", escape(title), title=name) for name, title in _titles(drawn).items())]
    notes = "".join(f"<div>{faint(line)}</div>" for line in _said(runs, same, len(columns) - len(drawn)))
    return frame(
        heading(digits.counted(len(runs), "run")),
        table(head, rows, numbers=numbers) if len(runs) else "",
        notes,
    )


def view(runs: pd.DataFrame) -> dict[str, Any]:
    """What the interactive table is drawn from."""
    origin = runs.attrs[ORIGIN]
    whole = _is_whole(runs, origin)
    kept = runs.head(KEPT_ROWS if whole else KEPT_ROWS_ALONE)
    differing, same = _columns(runs)
    columns = [*FIRST, *[name for name in ("status",) if name in runs], *differing][:KEPT_COLUMNS]
    columns = list(dict.fromkeys(columns))
    return {
        "kind": "runs",
        "store_id": _store_id(origin["store"]),
        "total": len(runs),
        "query": {name: origin.get(name) for name in ("where", "order_by", "children")} if whole else None,
        "newest": str(runs["run_id"].max()) if len(runs) else None,
        "columns": [{"name": name, "number": _is_number(runs[name])} for name in columns],
        "rows": [
            [_plain(value) for value in row] for row in zip(*(kept[name] for name in columns), strict=True)
        ],
        "same": [[_title(name), text] for name, text in same],
        "more_columns": len(differing) + 2 - len(columns),
    }


# ---- inside -------------------------------------------------------------------------------------


def _columns(runs: pd.DataFrame) -> tuple[list[str], list[tuple[str, str]]]:
    """The columns that tell runs apart: metrics, then parameters, then the rest; and those with one value in all."""
    groups: dict[int, list[str]] = {}
    same: list[tuple[str, str]] = []
    several = len(runs) > 1
    repeated = _repeated(runs)
    for name in map(str, runs.columns):
        if name in FIRST or name == "status" or name in repeated:
            continue
        values = runs[name]
        if several and name != "started_at" and _is_constant(values):
            if values.notna().any():
                same.append((name, _texts(name, values.head(1))[0]))
            continue
        groups.setdefault(_rank(name), []).append(name)
    same.sort(key=lambda one: _rank(one[0]))
    return [name for rank in sorted(groups) for name in groups[rank]], same


def _repeated(runs: pd.DataFrame) -> set[str]:
    """Columns that say under a longer name what another says: what a notebook's cells found stands in its own run, too."""
    found: set[str] = set()
    for prefix in ("metrics.", "params."):
        columns = {
            name.removeprefix(prefix): runs[name]
            for name in map(str, runs.columns)
            if name.startswith(prefix)
        }
        found |= {prefix + name for name in doubled(columns, equal=lambda one, other: one.equals(other))}
    return found


def _rank(name: str) -> int:
    prefixes = ("metrics.", "params.")
    for rank, prefix in enumerate(prefixes):
        if name.startswith(prefix):
            return rank
    return 3 if name.startswith("tags.") else 4 if name in {"kind", "experiment"} else 2


def _is_constant(values: Any) -> bool:
    try:
        return int(values.nunique(dropna=False)) <= 1
    except TypeError:  # lists and such have no hash
        return False


def _said(runs: pd.DataFrame, same: list[tuple[str, str]], more_columns: int) -> list[str]:
    said = []
    if len(runs) > SHOWN_ROWS:
        said.append(f"… and {len(runs) - SHOWN_ROWS:,} more; the DataFrame has all {len(runs):,}")
    if more_columns > 0:
        said.append(f"{digits.counted(more_columns, 'more column')}, in the DataFrame")
    if same:
        shown = ", ".join(f"{_title(name)} {text}" for name, text in same[:8])
        more = f", and {len(same) - 8} more" if len(same) > 8 else ""
        said.append(f"same in all: {shown}{more}")
    return said


def _titles(columns: Sequence[str]) -> dict[str, str]:
    """Short titles: the last part of a dotted name, where no other column ends so."""
    short = {name: re.sub(r"^[\w.]*\.(?=\w+$)", "", _title(name)) for name in columns}
    shared = [*short.values()]
    return {name: title if shared.count(title) == 1 else _title(name) for name, title in short.items()}


def _title(name: str) -> str:
    return {"started_at": "started", "duration_s": "took"}.get(name) or name.partition(".")[2] or name


def _texts(name: str, values: Any) -> list[str]:
    if name == "duration_s":
        return [digits.duration(None if value != value else value) for value in values]  # noqa: PLR0124
    if name == "started_at":
        return [_moment(value) for value in values]
    if name.startswith("metrics."):
        numbers = [None if value is None or value != value else float(value) for value in values]  # noqa: PLR0124
        return [
            "" if value is None else text
            for value, text in zip(numbers, digits.together(numbers), strict=True)
        ]
    return ["" if _is_missing(value) else digits.scalar(_own(value))[:40] for value in values]


def _moment(value: Any) -> str:
    return "" if _is_missing(value) else f"{value:%Y-%m-%d %H:%M}"


def _best(name: str, values: Any) -> int | None:
    if not name.startswith("metrics."):
        return None
    return judging.best(name.removeprefix("metrics."), [float(value) for value in values])


def _is_number(values: Any) -> bool:
    return getattr(values.dtype, "kind", "O") in "iuf"


def _is_missing(value: Any) -> bool:
    import pandas as pd

    found = pd.isna(value)
    return bool(found) if isinstance(found, bool) or getattr(found, "ndim", 1) == 0 else False


def _own(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else value


def _plain(value: Any) -> Any:
    if _is_missing(value):
        return None
    if isinstance(value, dt.datetime):
        return value.isoformat()
    found = _own(value)
    if isinstance(found, float):
        return found
    return found if isinstance(found, bool | int | str) else str(found)


def _is_whole(runs: pd.DataFrame, origin: dict[str, Any]) -> bool:
    """Whether it is still the answer as the store gave it: the same rows in the same order."""
    index = runs.index
    return bool(
        origin.get("whole") and len(runs) == origin["rows"] and getattr(index, "start", None) == 0
        and getattr(index, "step", None) == 1
    )  # fmt: skip


def _store_id(path: str) -> str | None:
    try:
        return Store.open(Path(path), create=False).store_id
    except Exception:  # noqa: BLE001 - a table may outlive its store
        return None
