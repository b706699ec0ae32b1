"""Runs side by side: what differs between them, in what went in and in what came out."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from mlnb.errors import NotFound, UsageError, nearest
from mlnb.store import Store, query
from mlnb.tracking import plots
from mlnb.tracking.doubled import doubled
from mlnb.tracking.recording import current_store
from mlnb.tracking.records import Place, RunRecord

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from mlnb.store.curve import History

Row = dict[str, Any]


def compare(*runs: str | RunRecord, store: Place = None) -> Comparison:
    """Compare two or more runs, named as in `mlnb.get()`.

    Raises
    ------
    UsageError
        There are fewer than two.
    NotFound, Ambiguous
        One of them isn't known.
    """
    home = current_store(store)
    chosen = [run.run_id if isinstance(run, RunRecord) else query.resolve(home, run) for run in runs]
    return comparison(home, chosen)


def comparison(store: Store, run_ids: Sequence[str]) -> Comparison:
    """Compare runs by id."""
    if len(run_ids) < 2:
        raise UsageError(
            f"{len(run_ids)} run can't be compared", hint="name at least two: mlnb.compare(a, b)"
        )
    with query.together(store):
        return Comparison(store, query.records(store, run_ids), query.own_cells(store, run_ids))


@dataclass(frozen=True)
class Line:
    """One name, and its value in each run (None where a run hasn't got it)."""

    name: str
    values: list[Any]

    @property
    def differs(self) -> bool:
        return any(not _same(value, self.values[0]) for value in self.values[1:])


class Comparison:
    """What two or more runs have in common and what not. Each table has one column a run, differences
    first; `to_dict()` is the same for a program."""

    def __init__(self, store: Store, records: list[Row], cells: list[list[Row]]) -> None:
        self.store = store
        self._records = records
        self._cells = cells

    @property
    def runs(self) -> list[str]:
        """The runs' names."""
        return [record["name"] for record in self._records]

    @property
    def params(self) -> pd.DataFrame:
        return self._table(self._lines(lambda record: record["params"]))

    @property
    def metrics(self) -> pd.DataFrame:
        return self._table(self._lines(lambda record: record["metrics"]))

    @property
    def data(self) -> pd.DataFrame:
        """Digests by data set, and the columns in which they differ."""
        lines = self._lines(_digests)
        table = self._table(lines)
        changed = {line.name: ", ".join(self._changed_columns(line.name)) for line in lines}
        return table.assign(changed_columns=[changed[name] for name in table.index])

    @property
    def code(self) -> pd.DataFrame:
        """The source of the runs' own cells."""
        return self._table([Line(name, values) for name, values in self._sources()])

    @property
    def environment(self) -> pd.DataFrame:
        return self._table(self._lines(_environment))

    @property
    def curves(self) -> list[str]:
        """The names of the metrics that have more than one point in some run."""
        return list(
            dict.fromkeys(
                metric["name"]
                for record in self._records
                for metric in record["metrics_detail"]
                if metric["count"] > 1
            )
        )

    def histories(self, metric: str, max_points: int | None = None) -> list[History | None]:
        """The metric's curve in each run; None where a run hasn't got it."""
        return [
            query.history(self.store, record["run_id"], metric, max_points)
            if metric in record["metrics"]
            else None
            for record in self._records
        ]

    def plot(self, *metrics: str, ax: Axes | Sequence[Axes] | None = None, **style: Any) -> Axes | list[Axes]:
        """Draw metrics (by default all that are curves), one line a run, with matplotlib and in its present style.

        `ax` is one axes a metric; `style` is handed on to `Axes.plot`.

        Raises
        ------
        NotFound
            No run has such a metric.
        UsageError
            There is no curve.
        """
        import pandas as pd

        known = list(dict.fromkeys(name for record in self._records for name in record["metrics"]))
        for name in metrics:
            if name not in known:
                raise NotFound(f"none of the runs has a metric {name!r}", hint=nearest(name, known))
        labels = self._labels()
        curves = {
            name: {
                label: pd.DataFrame({"step": found.steps, "value": found.values})
                for label, found in zip(labels, self.histories(name), strict=True)
                if found is not None
            }
            for name in metrics or self.curves
        }
        return plots.plot(curves, ax=ax, **style)

    def to_dict(self) -> Row:
        """The comparison as JSON-able data: runs, params, metrics, data, code, environment, figures."""
        shapes = [
            {
                item["name"]: {key: item[key] for key in ("digest", "rows", "columns")}
                for item in r["datasets"]
            }
            for r in self._records
        ]
        return {
            "runs": [_run_row(record) for record in self._records],
            "params": [_as_dict(line) for line in self._lines(lambda record: record["params"])],
            "metrics": [_as_dict(line) for line in self._lines(lambda record: record["metrics"])],
            "data": [
                {
                    "name": line.name,
                    "values": [shape.get(line.name) for shape in shapes],
                    "differs": line.differs,
                    "changed_columns": self._changed_columns(line.name),
                }
                for line in self._lines(_digests)
            ],
            "code": [
                {"cell_id": name, "sources": values, "differs": Line(name, values).differs}
                for name, values in self._sources()
            ],
            "environment": [_as_dict(line) for line in self._lines(_environment)],
            "figures": [{"name": line.name, "values": line.values} for line in self._lines(_figures)],
        }

    def __repr__(self) -> str:
        parts = [f"{' · '.join(self.runs)}"]
        for title, lines in (
            ("params", self._lines(lambda record: record["params"])),
            ("metrics", self._lines(lambda record: record["metrics"])),
            ("data", self._lines(_digests)),
            ("environment", self._lines(_environment)),
        ):
            parts += [
                f"  {title:12}{line.name}: {' → '.join(_short(value) for value in line.values)}"
                for line in lines
                if line.differs and line.name not in doubled({one.name: one.values for one in lines})
            ]
        if any(Line(name, values).differs for name, values in self._sources()):
            parts.append("  code        differs")
        return "\n".join(parts if len(parts) > 1 else [*parts, "  nothing differs"])

    # ---- inside ----

    def _labels(self) -> list[str]:
        """The runs' names; with their ids where two share one."""
        names = self.runs
        return [
            f"{name} ({record['run_id'][-4:]})" if names.count(name) > 1 else name
            for name, record in zip(names, self._records, strict=True)
        ]

    def _lines(self, values_of: Callable[[Row], Row]) -> list[Line]:
        found = [values_of(record) for record in self._records]
        names = dict.fromkeys(name for values in found for name in values)
        lines = [Line(name, [values.get(name) for values in found]) for name in names]
        return sorted(lines, key=lambda line: (not line.differs, line.name))

    def _table(self, lines: Iterable[Line]) -> pd.DataFrame:
        import pandas as pd

        lines = list(lines)
        table = pd.DataFrame(
            [line.values for line in lines],
            index=pd.Index([line.name for line in lines], name="name"),
            columns=self.runs,
        )
        return table.assign(differs=[line.differs for line in lines])

    def _sources(self) -> list[tuple[str, list[str | None]]]:
        """The cells of each run, matched by their text, else by cell id, else by their place among the run's own."""
        return [(one.name, one.sources) for one in _aligned(self._cells)]

    def _changed_columns(self, name: str) -> list[str]:
        """The columns whose content isn't the same in all runs that have the data set."""
        profiles = [
            {column["name"]: column["digest"] for column in item["profile"]}
            for record in self._records
            for item in record["datasets"]
            if item["name"] == name
        ]
        columns = dict.fromkeys(column for profile in profiles for column in profile)
        return [column for column in columns if len({profile.get(column) for profile in profiles}) > 1]


@dataclass
class _SameCell:
    """One cell in several runs: its source in each."""

    cell_id: str | None
    place: int
    sources: list[str | None]

    @property
    def name(self) -> str:
        return self.cell_id or f"cell {self.place + 1}"


def _aligned(runs: Sequence[Sequence[Row]]) -> list[_SameCell]:
    """The cells of several runs. The same text is the same cell, whatever its id: not everybody who executes a
    notebook sends one."""
    found: list[_SameCell] = []
    for at, cells in enumerate(runs):
        free = [one for one in found if one.sources[at] is None]
        left = list(enumerate(cells))
        for fits in _SAME:
            for place, cell in list(left):
                same = next((one for one in free if fits(one, cell, place)), None)
                if same is not None:
                    same.sources[at] = cell["source"]
                    free.remove(same)
                    left.remove((place, cell))
        for place, cell in left:
            new = _SameCell(cell["cell_id"], place, [None] * len(runs))
            new.sources[at] = cell["source"]
            found.append(new)
    return found


_SAME: Final[tuple[Callable[[_SameCell, Row, int], bool], ...]] = (
    lambda one, cell, _: cell["source"] in one.sources,
    lambda one, cell, _: one.cell_id is not None and one.cell_id == cell["cell_id"],
    lambda one, cell, place: None in (one.cell_id, cell["cell_id"]) and one.place == place,
)
"""What makes two cells the same: their text, else their id, else (where one has none) their place."""


def _digests(record: Row) -> Row:
    return {item["name"]: item["digest"] for item in record["datasets"]}


def _environment(record: Row) -> Row:
    environment = record["environment"] or {}
    found = {name: environment[name] for name in ("python", "platform") if environment.get(name)}
    return found | (environment.get("packages") or {})


def _figures(record: Row) -> Row:
    return {item["name"]: item["sha256"] for item in record["artifacts"] if item["kind"] == "figure"}


def _run_row(record: Row) -> Row:
    names = (*query.RUN_COLUMNS, "params", "metrics", "tags", "aliases")
    return {name: record[name] for name in names}


def _as_dict(line: Line) -> Row:
    return {"name": line.name, "values": line.values, "differs": line.differs}


def _same(a: Any, b: Any) -> bool:
    both_nan = isinstance(a, float) and isinstance(b, float) and math.isnan(a) and math.isnan(b)
    return both_nan or a == b


def _short(value: Any) -> str:
    if value is None:
        return "–"
    return f"{value:.6g}" if isinstance(value, float) else str(value)[:60]
