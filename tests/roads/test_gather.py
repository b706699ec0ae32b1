"""A messy session, and the clean notebook that is made of it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

import mlnb
from mlnb.cli.app import run as call
from mlnb.errors import UsageError
from mlnb.execution.reproduction import reproduce
from mlnb.testing.sessions import Session

IMPORTS = "import numpy as np\nimport pandas as pd\nfrom sklearn.linear_model import LogisticRegression"
DATA = (
    "from sklearn.datasets import make_classification\nX, y = make_classification(200, 6)\n"
    "df = pd.DataFrame(X).add_prefix('f').assign(y=y)"
)
FIT = (
    "%%track {name}\nmodel = LogisticRegression(C=C).fit(df.iloc[:150, :6], df.y[:150])\n"
    "accuracy = model.score(df.iloc[150:, :6], df.y[150:])\nprint(df.f1.sum() + rng.normal())"
)


@pytest.fixture(scope="module")
def mess(tmp_path_factory: Any) -> Path:
    """No seed anywhere, cells out of order and run again, some failed, one deleted."""
    folder = tmp_path_factory.mktemp("mess")
    with Session(folder / "churn.ipynb") as session:
        session.run("load", "%load_ext mlnb")
        session.run("imports", IMPORTS)
        session.run("data", DATA)
        session.run("look", "df.head()")
        session.run("typo", "df.heed()")
        session.run("set", "C = 0.3\nrng = np.random.default_rng()")
        session.run("gone", "noise = np.random.normal(size=1000)")
        session.run("fit", FIT.format(name="first"))
        session.run("jitter", "df['f1'] += np.random.normal(size=len(df))")
        session.run("set", "C = 0.1\nrng = np.random.default_rng()")
        session.run("jitter", "df['f1'] += np.random.normal(size=len(df))")
        session.run("fit", FIT.format(name="second"))
        session.run("after", "C = 99\ndf = None")
        del session.cells["gone"]
        session.save()
    return folder


@pytest.fixture(autouse=True)
def _there(mess: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(mess)
    monkeypatch.setenv("MLNB_STORE", str(mess / ".mlnb"))


def test_it_is_made_and_proved(mess: Path, capsys: Any) -> None:
    assert call(["gather", "second", "-o", "clean.ipynb", "--fast"]) == 0
    assert "reproduced: 7 of 12 executed cells, metrics exact" in capsys.readouterr().out
    notebook = nbformat.read(mess / "clean.ipynb", as_version=4)
    nbformat.validate(notebook)
    about = notebook.metadata["mlnb"]["gathered"]
    assert about["reproduced"]
    assert about["left_out"] == [3, 4, 5, 6, 7]
    (parameters,) = [cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", [])]
    assert parameters.source == "C = 0.1"
    assert sum("%%track" in cell.source for cell in notebook.cells) == 1
    assert notebook.cells[-1].outputs


def test_plainly_executed_it_gives_the_same_numbers(mess: Path, tmp_path: Path) -> None:
    """By nbclient, with no engine that sets random numbers back."""
    made = mlnb.gather("first", mess / "first.ipynb", fast=True)
    assert made.reproduced, made.causes
    notebook = nbformat.read(made.path, as_version=4)
    del notebook.cells[0]  # the extension
    notebook.cells[-1].source = (
        notebook.cells[-1].source.partition("\n")[2] + "\nprint('accuracy', repr(accuracy))"
    )
    NotebookClient(notebook, resources={"metadata": {"path": str(tmp_path)}}, timeout=120).execute()
    printed = notebook.cells[-1].outputs[0].text
    assert f"accuracy {mlnb.get('first').metrics['accuracy']!r}" in printed
    assert printed.splitlines()[0] == mlnb.get("first").output.splitlines()[0]


def test_a_file_that_is_there_is_not_written_over(mess: Path) -> None:
    (mess / "mine.ipynb").write_text("mine")
    with pytest.raises(UsageError, match="exists already"):
        mlnb.gather("second", mess / "mine.ipynb")
    assert (mess / "mine.ipynb").read_text() == "mine"


def test_what_cannot_be_gathered_says_why(mess: Path, capsys: Any) -> None:
    with mlnb.run("by-script"):
        pass
    assert call(["gather", "by-script"]) == 2
    assert "script" in capsys.readouterr().err
    reproduction = mlnb.runs("kind = reproduction")["run_id"][0]
    assert call(["gather", reproduction]) == 2
    said = capsys.readouterr().err
    assert "--notebook" in said
    assert said.count("\n") == 1
    assert call(["gather", "nope"]) == 2


def test_json_is_for_programs(mess: Path, capsys: Any) -> None:
    assert call(["gather", "first", "-o", "again.ipynb", "--fast", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["reproduced"]
    assert found["verdict"]["metrics"] == "exact"


def test_where_it_cannot_be_reproduced_it_says_what_parted_and_why(mess: Path, tmp_path: Path) -> None:
    with Session(mess / "outside.ipynb") as session:
        session.run("load", "%load_ext mlnb")
        session.run("clock", "import time\nnow = time.time()")
        session.run("fit", "%%track late\nscore = now % 1000")
        session.save()
    made = mlnb.gather("late", tmp_path / "late.ipynb", fast=True)
    assert not made.reproduced
    assert made.causes[0].startswith("metrics diverged: score")
    assert "`now = time.time()` used the clock" in made.causes
    first = nbformat.read(tmp_path / "late.ipynb", as_version=4).cells[0]
    assert (first.cell_type, "used the clock" in first.source) == ("markdown", True)
    assert reproduce("late").cause.endswith("random numbers again: `now = time.time()` used the clock")


def test_a_kernel_that_is_not_there_is_said_in_a_line(mess: Path, tmp_path: Path, capsys: Any) -> None:
    notebook = nbformat.read(mess / "churn.ipynb", as_version=4)
    kept = (mess / "churn.ipynb").read_bytes()
    notebook.metadata["kernelspec"]["name"] = "gone-kernel"
    nbformat.write(notebook, mess / "churn.ipynb")
    try:
        assert call(["gather", "second", "-o", str(tmp_path / "made.ipynb")]) == 2
    finally:
        (mess / "churn.ipynb").write_bytes(kept)
    said = capsys.readouterr().err
    assert "gone-kernel" in said
    assert said.count("\n") == 1
    assert not (tmp_path / "made.ipynb").exists()


def test_interrupted_before_anything_holds_nothing_is_written(mess: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "mlnb", "gather", "second", "-o", str(tmp_path / "made.ipynb")]
    before = len(mlnb.runs("kind = reproduction"))
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True) as process:
        wait_for(lambda: len(mlnb.runs("kind = reproduction")) > before)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
    assert process.returncode != 0
    assert "Traceback" not in said
    assert not (tmp_path / "made.ipynb").exists()


def test_a_killed_run_has_no_end_to_be_held_against(mess: Path, capsys: Any) -> None:
    (mess / "wait").touch()
    slow = "%%track cut\nrate = 0.5\nimport os, time\nwhile os.path.exists('wait'):\n    time.sleep(0.1)\nscore = rate"
    with Session(mess / "killed.ipynb") as session:
        session.run("load", "%load_ext mlnb")
        session.begin("fit", slow)
        wait_for(lambda: "cut" in mlnb.runs()["name"].tolist())
        session.kill()
    (mess / "wait").unlink()
    wait_for(lambda: mlnb.get("cut").status == "killed")
    assert call(["gather", "cut"]) == 2
    assert "cut was killed before its end" in capsys.readouterr().err
    with pytest.raises(mlnb.Error, match="was killed"):
        reproduce("cut")


def wait_for(holds: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.1)
