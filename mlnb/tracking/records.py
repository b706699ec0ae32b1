"""Runs that were recorded: `mlnb.runs()`, `mlnb.get()`, `mlnb.sql()`, and what they return."""

from __future__ import annotations

import html
import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from mlnb.errors import NotFound, nearest
from mlnb.store import Store, query
from mlnb.tracking.late import settle_all
from mlnb.tracking.recording import current_store

if TYPE_CHECKING:
    import nbformat
    import pandas as pd

Place = Store | str | os.PathLike[str] | None
DATASET_COLUMNS: Final = (
    "name", "role", "type", "rows", "columns", "bytes", "digest", "row_hashes", "source",
)  # fmt: skip
ARTIFACT_COLUMNS: Final = ("name", "kind", "media_type", "bytes", "sha256", "source", "metadata")
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
    return query.runs_frame(
        current_store(store), where=where, order_by=order_by, limit=limit, children=children
    )


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
                shown = ", ".join(f"{name}={_short(value)}" for name, value in record[group].items())
                lines.append(f"  {group:8}{shown}")
        if record["error"]:
            lines.append(f"  error   {record['error']}")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        record = self._record
        cells = [
            f"<tr><th style='text-align:left'>{html.escape(group)}</th><td style='text-align:left'>{shown}</td></tr>"
            for group in ("params", "metrics", "tags")
            if (shown := html.escape(", ".join(f"{n} = {_short(v)}" for n, v in record[group].items())))
        ]
        head = html.escape(f"{record['name']} · {record['status']} · {record['experiment']}")
        return f"<table><caption style='text-align:left'>{head}</caption>{''.join(cells)}</table>"


def _short(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _frame(rows: list[dict[str, Any]], columns: Sequence[str]) -> pd.DataFrame:
    """A table with these columns, also where it has no rows."""
    import pandas as pd

    return pd.DataFrame([[row[name] for name in columns] for row in rows], columns=list(columns))
