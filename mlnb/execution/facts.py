"""What is known of a run, for a verdict: its own records, and those of the cells inside it."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from mlnb.execution.verdict import Cell, Data, Facts, comparable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mlnb.store import Store

RUN_LINE = "application/vnd.mlnb.run+json"


def facts_of(store: Store, run_id: str) -> Facts:
    """The facts about a run."""
    from mlnb.execution.rollup import labels
    from mlnb.store import query

    record = query.record(store, run_id)
    inside = [query.record(store, row["run_id"]) for row in query.children(store, run_id)]
    named = [("", record), *zip([f"{label}." for label in labels(inside)], inside, strict=True)]
    data = {prefix + item["name"]: _data(item) for prefix, one in named for item in one["datasets"]}
    environments = [one["environment"] for _, one in named if one["environment"]]
    return Facts(
        params=record["params"],
        metrics=record["metrics"],
        data=data or None,
        packages=_packages(environments[0]) if environments else None,
        cells=_cells(store, record),
        error=record["error"] if record["status"] != "finished" else None,
        killed=record["status"] == "killed",
        seeds={name: seed for _, one in named for name, seed in _seeds(one).items()},
    )


def notebook_cells(content: bytes, *, executed: bool = True) -> list[Cell]:
    """The code cells of a notebook file, without the cell that papermill injects."""
    from mlnb.execution import ipynb

    notebook = ipynb.decode(content)
    return [
        Cell(cell.get("id", ""), cell.source, tuple(_outputs(cell)) if executed else ())
        for cell in notebook.cells
        if cell.cell_type == "code" and "injected-parameters" not in cell.metadata.get("tags", [])
    ]


def _cells(store: Store, record: Mapping[str, Any]) -> list[Cell] | None:
    kept = [artifact for artifact in record["artifacts"] if artifact["kind"] == "notebook"]
    if kept:
        return notebook_cells(store.objects.read(kept[-1]["sha256"]))
    from mlnb.store import query

    shown = tuple(
        f"{item['name']} {item['sha256']}" for item in record["artifacts"] if item["kind"] == "figure"
    )
    own = [cell for cell in query.cells(store, record["run_id"]) if cell["own"]]
    return [Cell(str(cell["cell_id"] or ""), cell["source"], shown) for cell in own] or None


def _outputs(cell: Any) -> list[str]:
    found = []
    for output in cell.outputs:
        if output.output_type == "stream":
            if output.name == "stdout":  # warnings and progress bars come and go
                found.append(comparable(output.text))
        elif output.output_type == "error":
            found.append(f"{output.ename}: {comparable(output.evalue)}")
        elif RUN_LINE not in output.data:
            found.append(_shown(output.data))
    return found


def _shown(data: Mapping[str, Any]) -> str:
    for media_type in sorted(data):
        if media_type.startswith("image/"):
            return f"{media_type} {hashlib.sha256(str(data[media_type]).encode()).hexdigest()}"
    return comparable(str(data.get("text/plain", "")))


def _data(item: Mapping[str, Any]) -> Data:
    columns = {
        column["name"]: column.get("digest") or column.get("column_digest") for column in item["profile"]
    }
    return Data(item["digest"], columns, item["rows"], item["role"] == "file")


def _packages(environment: Mapping[str, Any]) -> dict[str, str]:
    packages = environment["packages"]
    listed = json.loads(packages) if isinstance(packages, str) else dict(packages or {})
    return {"python": str(environment["python"]), **listed}


def _seeds(record: Mapping[str, Any]) -> dict[str, Any]:
    seeds = record.get("seeds")
    return dict(json.loads(seeds) if isinstance(seeds, str) else seeds or {})
