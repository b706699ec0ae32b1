"""`mlnb rerun`, from the command line to the table at the end."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import nbformat
import pytest

from mlnb.execution.prepared import resume

if TYPE_CHECKING:
    from pathlib import Path

Mlnb = Callable[..., Any]


@pytest.fixture(autouse=True)
def train(tmp_path: Path) -> Path:
    notebook = nbformat.v4.new_notebook()
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "python3", "language": "python"}
    parameters = nbformat.v4.new_code_cell("lr = 0.5\nname = 'a'", id="parameters")
    parameters.metadata["tags"] = ["parameters"]
    work = "%%track fit\nassert lr < 5, 'too big'\naccuracy = 1 / (1 + lr)"
    notebook.cells = [parameters, nbformat.v4.new_code_cell(work, id="work")]
    path = tmp_path / "train.ipynb"
    nbformat.write(notebook, path)
    return path


def test_a_grid_ends_in_a_table_with_the_best_first_and_the_failures(mlnb: Mlnb) -> None:
    called = mlnb("rerun", "train.ipynb", "--grid", "lr=0.5,0.25,7", "--workers", "2", "--name", "sweep")
    assert called.status == 1
    assert called.out.index("sweep-2  finished") < called.out.index("sweep-1  finished")
    assert "1 failed" in called.out
    assert "AssertionError: too big" in called.out
    assert "Traceback" not in called.out + called.err
    assert len(mlnb("runs", "--batch", "sweep", "--json").json) == 3


def test_the_metric_that_says_which_run_is_best_stands_first(mlnb: Mlnb, train: Path) -> None:
    notebook = nbformat.read(train, as_version=4)
    notebook.cells[1].source += "\nloss = lr / 3\nprecision = 1 - loss"
    nbformat.write(notebook, train)
    called = mlnb("rerun", "train.ipynb", "--grid", "lr=0.5,0.25", "--best", "loss asc", "--name", "judged")
    head = next(line for line in called.out.splitlines() if line.startswith("name"))
    assert head.split()[4:8] == ["loss", "accuracy", "precision", "lr"]
    assert called.out.rindex("judged-2") < called.out.rindex("judged-1")


def test_a_single_run_prints_json_for_programs(mlnb: Mlnb) -> None:
    called = mlnb("rerun", "train.ipynb", "-p", "lr", "1", "--json")
    assert called.status == 0
    assert called.json[0]["metrics"]["accuracy"] == 0.5
    again = mlnb("rerun", called.json[0]["name"], "--dry-run", "--json")
    assert again.json[0]["params"] == {"lr": 1}


def test_a_dry_run_shows_the_plan_and_starts_nothing(mlnb: Mlnb) -> None:
    called = mlnb("rerun", "train.ipynb", "--grid", "lr=1,2", "--grid", "name=a,b", "--dry-run")
    assert "train.ipynb: 4 runs" in called.out
    assert mlnb("runs", "--json").json == []


def test_a_batch_is_resumed_as_it_was_but_for_what_is_typed(mlnb: Mlnb) -> None:
    made = (
        "--grid",
        "lr=0.5,7",
        "--name",
        "half",
        "--timeout",
        "99",
        "-e",
        "another",
        "-t",
        "team=a",
        "--cold",
    )
    assert mlnb("rerun", "train.ipynb", *made).status == 1
    assert mlnb("rerun", "--resume", "half", "--timeout", "88").status == 1  # it fails again, by itself
    rows = mlnb("runs", "experiment = another and tags.team = a", "--json").json
    assert len(rows) == 3
    prepared = resume("half")
    assert (prepared.settings.timeout, prepared.settings.warm) == (99.0, False)


def test_samples_of_a_range_are_planned(mlnb: Mlnb) -> None:
    arguments = ("rerun", "train.ipynb", "--grid", "lr=loguniform(1e-3,1)", "--sample", "5", "--seed", "1")
    plan = mlnb(*arguments, "--dry-run", "--json").json
    assert len(plan) == 5
    assert all(1e-3 <= entry["params"]["lr"] <= 1 for entry in plan)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("-p", "lrr", "1"), "did you mean 'lr'?"),
        (("-p", "lr", "fast"), "wants a float"),
        (("--grid", "lr=0.1,,2"), "empty value"),
        (("--grid", "lr=[1,2"), "closing"),
        (("--grid", "lr=uniform(0,1)"), "--sample N"),
        (("--kernel", "juila"), "isn't installed"),
        (("--workers", "0"), "less than 1"),
        (("--executor", "locl"), "did you mean 'local'?"),
        (("--tag", "team"), "--tag team=vision"),
        (("-f", "missing.yaml"), "can't be read"),
        (("--resume", "x"), "--resume takes"),
    ],
)
def test_bad_input_is_one_line_and_nothing_starts(mlnb: Mlnb, arguments: tuple[str, ...], says: str) -> None:
    called = mlnb("rerun", "train.ipynb", *arguments)
    assert called.status in {1, 2}
    assert says in called.err
    assert called.err.count("\n") == 1
    assert mlnb("runs", "--json").json == []


def test_an_output_folder_that_cannot_be_written_is_one_line(mlnb: Mlnb) -> None:
    called = mlnb("rerun", "train.ipynb", "--output-dir", "/proc/out")
    assert called.status == 1
    assert "/proc/out" in called.err


def test_a_file_that_is_no_notebook_is_one_line(mlnb: Mlnb, tmp_path: Path) -> None:
    (tmp_path / "broken.ipynb").write_text("{")
    called = mlnb("rerun", "broken.ipynb")
    assert called.status == 1
    assert "not JSON" in called.err
