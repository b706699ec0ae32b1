"""A notebook's run shows what its tracked cells found."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from mlnb import ids
from mlnb.execution.rollup import MOST_POINTS, merge, roll_up
from mlnb.store import Store, query
from mlnb.tracking import start


def child(name: str | None = None, **metrics: float) -> dict[str, Any]:
    run_id = ids.new_id()
    return {"run_id": run_id, "name": name or ids.name_for(run_id), "metrics": metrics}


def test_a_metric_that_one_cell_has_goes_by_its_bare_name_too() -> None:
    assert merge([child("fit", acc=0.9)], "metrics") == {"fit.acc": 0.9, "acc": 0.9}


def test_a_metric_of_two_cells_goes_by_the_cells_only() -> None:
    merged = merge([child("tree", acc=0.8), child("forest", acc=0.9)], "metrics")
    assert merged == {"tree.acc": 0.8, "forest.acc": 0.9}


def test_a_cell_without_a_name_goes_by_its_place() -> None:
    assert merge([child(), child(acc=0.7)], "metrics") == {"cell2.acc": 0.7, "acc": 0.7}


def test_two_cells_of_one_name_stay_apart() -> None:
    merged = merge([child("fit", acc=0.8), child("fit", acc=0.9)], "metrics")
    assert merged == {"fit.acc": 0.8, "fit-2.acc": 0.9}


def test_the_notebooks_own_names_are_left_alone() -> None:
    assert merge([child("fit", acc=0.9)], "metrics", taken=["acc"]) == {"fit.acc": 0.9}


def test_a_long_curve_is_told_by_fewer_points_and_what_the_notebook_logged_itself_stays(
    tmp_path: Path,
) -> None:
    store = Store.open(tmp_path / ".mlnb")
    with start("notebook", store=store, kind="notebook") as notebook:
        notebook.metric("acc", 0.5)
    with start("fit", store=store, parent_id=notebook.run_id) as cell:
        values = np.cos(np.arange(10_000) / 100)
        values[7] = -9.0
        cell.history("loss", values)
        cell.metrics({"acc": 0.9, "best": 0.8})
    roll_up(store, [notebook.run_id])
    row = query.record(store, notebook.run_id)
    assert {name: value for name, value in row["metrics"].items() if "loss" not in name} == {
        "acc": 0.5,
        "fit.acc": 0.9,
        "best": 0.8,
        "fit.best": 0.8,
    }
    told = query.history(store, notebook.run_id, "loss")
    assert 100 < len(told.values) <= MOST_POINTS
    assert (told.values.min(), told.steps[-1], told.values[-1]) == (-9.0, 9_999, values[-1])
