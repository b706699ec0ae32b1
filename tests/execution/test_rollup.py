"""A notebook's run shows what its tracked cells found."""

from __future__ import annotations

from typing import Any

from mlnb import ids
from mlnb.execution.rollup import merge


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
