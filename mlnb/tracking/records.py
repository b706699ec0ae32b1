"""Runs that were recorded: `mlnb.runs()`, `mlnb.get()`, `mlnb.sql()`, and what they return."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from mlnb.errors import NotFound, nearest
from mlnb.events import ColumnProfile
from mlnb.store import Store, query
from mlnb.tracking import plots
from mlnb.tracking.doubled import doubled
from mlnb.tracking.late import settle_all
from mlnb.tracking.recording import current_store

if TYPE_CHECKING:
    import nbformat
    import pandas as pd
    from matplotlib.axes import Axes

Place = Store | str | os.PathLike[str] | None
ORIGIN: Final = "mlnb"
"""The key in a DataFrame's `attrs` that says which question to which store it answers."""
DATASET_COLUMNS: Final = (
    "name", "role", "type", "rows", "columns", "bytes", "digest", "row_hashes", "source",
)  # fmt: skip
ARTIFACT_COLUMNS: Final = ("name", "kind", "media_type", "bytes", "sha256", "source", "metadata")
CHECK_COLUMNS: Final = ("dataset", "name", "passed", "detail")
CELL_COLUMNS: Final = (
    "session_id", "ordinal", "cell_id", "execution_count", "source_sha256", "source", "status",
    "duration_s", "reads", "writes", "own",
)  # fmt: skip


def runs(
    where: str | None = None,
    order_by: str | None = None,
    limit: int | None = None,
    *,
    children: bool = False,
    store: Place = None,
) -> pd.DataFrame:
    """The recorded runs, newest first, one a row.

    Parameters
    ----------
    where : str, optional
        For instance `params.lr > 0.05 and metrics.acc >= 0.9`, `status = failed`, `started_at > -2d`.
    order_by : str, optional
        For instance `metrics.acc desc`.
    limit : int, optional
        Rows at the most.
    children : bool
        Whether runs that have a parent are listed too.

    Returns
    -------
    DataFrame
        `run_id name experiment kind status started_at duration_s` (UTC; seconds), then `params.*`,
        `metrics.*` (last values) and `tags.*`.

    Raises
    ------
    QueryError
        The query can't be read, or names something that was never recorded.
    """
    home = current_store(store)
    frame = query.runs_frame(home, where=where, order_by=order_by, limit=limit, children=children)
    return marked(frame, home, where=where, order_by=order_by, children=children, whole=limit is None)


def marked(frame: pd.DataFrame, store: Store, **question: Any) -> pd.DataFrame:
    """The table with a note of where it comes from, for its display: pandas carries `attrs` along."""
    frame.attrs[ORIGIN] = {"store": str(store.path), "rows": len(frame), **question}
    return frame


def get(reference: str, *, store: Place = None) -> RunRecord:
    """The run of this id, beginning of an id, or name (of several, the newest that isn't inside another run).

    Raises
    ------
    NotFound, Ambiguous
        No run is called so; several ids begin so.
    """
    home = current_store(store)
    return RunRecord(home, query.resolve(home, reference))


def sql(text: str, *, store: Place = None) -> pd.DataFrame:
    """The answer to SQL over the store's tables (`runs`, `params`, `metrics`, `points` …). Read-only.

    Raises
    ------
    UsageError
        DuckDB doesn't accept it.
    """
    frame: pd.DataFrame = query.sql(current_store(store), text).to_pandas()
    return frame


class RunRecord:
    """One recorded run. Each look asks the store again, so it follows a run that still runs."""

    def __init__(self, store: Store, run_id: str) -> None:
        self.store = store
        self.run_id = run_id

    @property
    def _record(self) -> dict[str, Any]:
        return query.record(self.store, self.run_id)

    @property
    def _settled(self) -> dict[str, Any]:
        """The record, with what comes a moment after a cell of this process: models' files, packages, git."""
        settle_all()
        return self._record

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        record = self._record
        if name not in query.RUN_COLUMNS:
            raise AttributeError(f"a run has no {name!r} ({nearest(name, query.RUN_COLUMNS)})")
        return record[name]

    @property
    def params(self) -> dict[str, Any]:
        """Parameters by name, as what they were."""
        return dict(self._record["params"])

    @property
    def metrics(self) -> dict[str, float]:
        """Last values by name."""
        return dict(self._record["metrics"])

    @property
    def tags(self) -> dict[str, str]:
        return dict(self._record["tags"])

    @property
    def datasets(self) -> pd.DataFrame:
        """The data sets that the run used: name, role, type, rows, columns, bytes, digest, source."""
        return _frame(self._record["datasets"], DATASET_COLUMNS)

    @property
    def artifacts(self) -> pd.DataFrame:
        """The files kept with the run: name, kind, media_type, bytes, sha256, source."""
        return _frame(self._settled["artifacts"], ARTIFACT_COLUMNS)

    @property
    def output(self) -> str:
        """What the run printed; of one that still runs or was killed, the end of it."""
        record = self._record
        if record["output"] is not None:
            return str(record["output"])
        kept = [
            item for item in record["artifacts"] if item["kind"] == "text" and item["name"] == "output.txt"
        ]
        return self.store.objects.read(kept[-1]["sha256"]).decode() if kept else ""

    @property
    def checks(self) -> pd.DataFrame:
        """What the data was checked for: dataset, name, passed, detail."""
        return _frame(self._record["checks"], CHECK_COLUMNS)

    def schema(self, data: str) -> Any:
        """A Pandera schema that a data set of the run meets, as a start for one's own: its columns' types and ranges.

        `.to_yaml()` of it is what the settings' `[checks]` can name.

        Raises
        ------
        NotFound
            The run used no such data, or kept no columns of it.
        UsageError
            Pandera isn't installed.
        """
        from mlnb.capture import checks

        found = [one for one in self._record["datasets"] if data in {one["name"], one["role"]}]
        described = [one for one in found if one["profile"]]
        if not described:
            known = [one["name"] for one in self._record["datasets"] if one["profile"]]
            what = f"kept no columns of {data!r}" if found else f"used no data {data!r}"
            raise NotFound(f"run {self.run_id} {what}", hint=nearest(data, known))
        return checks.infer(
            map(_profile, described[-1]["profile"]), described[-1]["rows"], described[-1]["name"]
        )

    @property
    def environment(self) -> dict[str, Any]:
        """python, platform and packages (name → version); empty where it wasn't recorded."""
        return dict(self._settled["environment"] or {})

    @property
    def cells(self) -> pd.DataFrame:
        """The cells executed in the run's session up to its end; `own` marks those of the run."""
        return _frame(query.cells(self.store, self.run_id), CELL_COLUMNS)

    @property
    def children(self) -> list[RunRecord]:
        return [RunRecord(self.store, row["run_id"]) for row in query.children(self.store, self.run_id)]

    def history(self, metric: str, max_points: int | None = None) -> pd.DataFrame:
        """A metric's curve: columns step, time (UTC) and value, sorted by step.

        Raises
        ------
        NotFound
            The run has no such metric.
        """
        import pandas as pd

        curve = query.history(self.store, self.run_id, metric, max_points)
        times = pd.to_datetime(curve.times, unit="us", utc=True)
        return pd.DataFrame({"step": curve.steps, "time": times, "value": curve.values})

    @property
    def curves(self) -> list[str]:
        """The names of the metrics that have more than one point."""
        return [metric["name"] for metric in self._record["metrics_detail"] if metric["count"] > 1]

    def plot(self, *metrics: str, ax: Axes | Sequence[Axes] | None = None, **style: Any) -> Axes | list[Axes]:
        """Draw metrics (by default all that are curves) over their steps, with matplotlib and in its present style.

        Parameters
        ----------
        metrics
            Names; each gets axes of its own.
        ax
            Where to draw: one axes a metric.
        style
            Handed on to `Axes.plot`.

        Raises
        ------
        NotFound
            The run has no such metric.
        UsageError
            The run has no curve.
        """
        names = metrics or self.curves
        return plots.plot({name: {self.name: self.history(name)} for name in names}, ax=ax, **style)

    def artifact(self, name: str) -> bytes:
        """The bytes of an artifact (of several of that name, the last).

        Raises
        ------
        NotFound
            The run has none of that name.
        Corrupt
            The file isn't what was stored.
        """
        kept = self._settled["artifacts"]
        found = [item for item in kept if item["name"] == name]
        if not found:
            known = [item["name"] for item in kept]
            raise NotFound(f"run {self.run_id} has no artifact {name!r}", hint=nearest(name, known))
        return self.store.objects.read(found[-1]["sha256"])

    def notebook(self) -> nbformat.NotebookNode:
        """The executed notebook.

        Raises
        ------
        NotFound
            The run is none of a whole notebook.
        """
        import nbformat

        for item in reversed(self._record["artifacts"]):
            if item["kind"] == "notebook":
                notebook: nbformat.NotebookNode = nbformat.reads(  # type: ignore[no-untyped-call]
                    self.store.objects.read(item["sha256"]).decode(), as_version=4
                )
                return notebook
        raise NotFound(f"run {self.run_id} keeps no notebook", hint="runs of mlnb rerun and papermill do")

    def __repr__(self) -> str:
        record = self._record
        lines = [f"{record['name']}  {record['status']}  {record['experiment']}  {record['run_id']}"]
        for group in ("params", "metrics"):
            if record[group]:
                repeated = doubled(record[group])
                shown = ", ".join(
                    f"{name}={_short(value)}" for name, value in record[group].items() if name not in repeated
                )
                lines.append(f"  {group:8}{shown}")
        if record["error"]:
            lines.append(f"  error   {record['error']}")
        if record["output"]:
            lines.append(f"  output  … {record['output'].rstrip().rpartition(chr(10))[2]}")
        return "\n".join(lines)


def _profile(row: Mapping[str, Any]) -> ColumnProfile:
    """A column's statistics as the event had them: the index keeps extremes as texts."""
    return ColumnProfile(**dict(row) | {end: _number(row["type"], row[end]) for end in ("min", "max")})


def _number(kind: str, text: str | None) -> float | str | None:
    if text is None or not kind.startswith(("int", "uint", "float")):
        return text
    return float(text)


def _short(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _frame(rows: list[dict[str, Any]], columns: Sequence[str]) -> pd.DataFrame:
    """A table with these columns, also where it has no rows."""
    import pandas as pd

    return pd.DataFrame([[row[name] for name in columns] for row in rows], columns=list(columns))
