"""Every notebook that is shipped runs from top to bottom, and leaves what its text says."""

from __future__ import annotations

import shutil
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

import mlnb

FOLDER = Path(__file__).parent.parent / "notebooks"


def quickstart():
    assert mlnb.runs()["metrics.accuracy"].between(0.9, 1).all()


def capture():
    assert len(mlnb.runs()) == 5
    steered = mlnb.get("small-ridge")
    assert set(steered.params) == {"Ridge.alpha", "features"}
    assert set(steered.metrics) == {"r2", "worst"}
    logged = mlnb.runs('metrics."weight.bmi" > 0')["run_id"][0]
    assert mlnb.get(logged).note == "weights are of standardised columns"


def curves():
    assert len(mlnb.get("slow-steps").history("loss")) == 20
    assert len(mlnb.get("spectrum").history("singular values")) == 64


def training():
    assert mlnb.runs("params.max_depth = 3")["metrics.accuracy"].between(0.5, 1).all()


def reruns():
    batch = mlnb.runs("kind = notebook")
    assert len(batch) == 4
    assert sorted(zip(batch["params.trees"], batch["params.max_depth"], strict=True)) == [
        (3, 1), (3, 4), (30, 1), (30, 4),
    ]  # fmt: skip
    assert mlnb.sql("SELECT model, version FROM model_versions").to_numpy().tolist() == [["wine", 1]]


def reproduce():
    judged = mlnb.sql("SELECT outcome, detail FROM verdicts WHERE part = 'data' ORDER BY time")
    assert {"same", "changed"} <= set(judged["outcome"])
    first = mlnb.runs("kind = reproduction", order_by="started_at")["run_id"][0]
    outcomes = mlnb.sql(f"SELECT outcome FROM verdicts WHERE run_id = '{first}'")["outcome"]
    assert set(outcomes) == {"same", "exact"}
    assert judged["detail"].str.contains("column bmi").any()


def gather():
    made = nbformat.read("good.ipynb", as_version=4)
    about = made.metadata["mlnb"]["gathered"]
    assert about["reproduced"]
    assert about["verdict"]["metrics"] == "exact"
    assert about["kept"] < about["executed"]
    sources = [cell.source for cell in made.cells]
    assert sum("part.f0 ** 3" in source for source in sources) == 2
    assert not any("noise" in source or "describe" in source for source in sources)
    assert "C = 0.1" in sources


def promote():
    decisions = mlnb.sql("SELECT decision FROM promotions ORDER BY time")["decision"]
    assert decisions.tolist() == ["refused", "promoted"]


def sql():
    assert mlnb.sql("SELECT count(*) AS n FROM points WHERE metric = 'r2'")["n"][0] == 8 * 5 + 1


def habits():
    assert mlnb.get("by-hand").metrics == mlnb.get("by-itself").metrics
    assert set(mlnb.get("by-hand").artifacts["kind"]) == {"figure", "model"}


LEFT = {
    each.__name__: each
    for each in (quickstart, capture, curves, training, reruns, reproduce, gather, promote, sql, habits)
}


@pytest.mark.slow
@pytest.mark.parametrize("name", LEFT)
def test_it_runs_and_leaves_what_it_says(name, tmp_path):
    for file in FOLDER.glob("*.ipynb"):
        shutil.copy(file, tmp_path)
    notebook = nbformat.read(tmp_path / f"{name}.ipynb", as_version=4)
    NotebookClient(notebook, resources={"metadata": {"path": str(tmp_path)}}, timeout=170).execute()
    assert set(mlnb.runs(children=True)["status"]) == {"finished"}
    LEFT[name]()


def test_each_is_tested_and_kept_without_outputs():
    """Outputs in the files would be old by the next change; docs/ shows some."""
    assert {path.stem for path in FOLDER.glob("*.ipynb")} == set(LEFT)
    for path in FOLDER.glob("*.ipynb"):
        cells = nbformat.read(path, as_version=4).cells
        assert not any(cell.get("outputs") or cell.get("execution_count") for cell in cells), path.name
