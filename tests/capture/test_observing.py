"""What the probes see in a loop, and what they let go."""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd
import pytest

import mlnb
from mlnb import magics
from mlnb.capture import described

LOOP = """%%track --quiet
import numpy as np
w, best = np.ones(3), None
losses = []
for step in range(300):
    w = w * 0.99
    loss = float(w.sum())
    losses.append(loss)
    if step > 200:
        best = loss / 7
"""


def test_a_loop_of_arrays_loses_none_of_its_numbers(shell):
    """Assignments that give arrays only are let go; those of numbers, be they late, are not."""
    shell.run_cell(LOOP, store_history=True).raise_error()
    session = magics.current(shell)
    assert session.settle()
    let_go = {session.observer.recorder.sites[number].text for number in session.observer.recorder._dull}
    assert let_go == {"w * 0.99"}
    run = mlnb.get(mlnb.runs().run_id[0])
    assert list(run.history("loss")["value"]) == shell.user_ns["losses"]
    assert run.metrics["best"] == shell.user_ns["best"]


QUICK = """%%track --quiet
import numpy as np
from sklearn.dummy import DummyRegressor
X, y = np.zeros((200_000, 3)), np.zeros(200_000)
for step in range(20):
    model = DummyRegressor().fit({used}, y)
    {change}
"""


@pytest.mark.parametrize(
    ("used", "change", "said"),
    [
        ("X", "pass", []),
        ("X", "X[0, 0] += 1", ["in a quick loop, only the first uses have a fingerprint: X"]),
        ("X", "X[0, 0] = step == 19", ["in a quick loop, only the first uses have a fingerprint: X"]),
        ("X + step", "pass", ["in a quick loop, only the first uses have a fingerprint: X + step"]),
    ],
)
def test_data_that_a_quick_loop_uses_again_and_again(shell, monkeypatch, used, change, said):
    """What isn't described at each use is looked at once more in the end, and missed only where it isn't the same."""
    monkeypatch.setattr(described, "FREE", 0.0)
    monkeypatch.setattr(described, "SHARE", 0.0)
    shell.run_cell(QUICK.format(used=used, change=change), store_history=True).raise_error()
    assert magics.current(shell).settle()
    rows = mlnb.sql("SELECT message FROM problems WHERE place = 'data'")
    assert list(rows["message"]) == said


MODULE = """
from sklearn.dummy import DummyRegressor

def fitted(X, y):
    return DummyRegressor().fit(X, y)

def train_model(X, y, alpha=0.5):
    return fitted(X, y).score(X, y)

def shape_of(X):
    return len(X)
"""


def problems(cell: str, shell) -> tuple[list[str], dict[str, object]]:
    shell.run_cell(f"%%track --quiet\n{cell}", store_history=True).raise_error()
    assert magics.current(shell).settle()
    run = mlnb.get(mlnb.runs().run_id[0])
    rows = mlnb.sql(f"SELECT message FROM problems WHERE run_id = '{run.run_id}' AND place = 'not seen'")
    return list(rows["message"]), run.params


@pytest.mark.parametrize("how", ["from lib_a import *", "import lib_a", "from lib_a import train_model"])
def test_training_inside_a_module_of_the_users_is_said_to_be_not_seen(how, shell, tmp_path, monkeypatch):
    """Its settings are seen where it is called."""
    Path("lib_a.py").write_text(MODULE, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "lib_a", raising=False)
    call = "lib_a.train_model" if how == "import lib_a" else "train_model"
    if "*" in how:
        shell.run_cell(how).raise_error()
    said, params = problems(f"{how}\nscore = {call}([[1], [2]], [1, 2], alpha=0.25)", shell)
    assert said == ["what train_model does inside lib_a.py"]
    assert params["train_model.alpha"] == 0.25


def test_a_module_that_trains_nothing_is_not_spoken_of(shell, tmp_path, monkeypatch):
    Path("lib_b.py").write_text(MODULE, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert problems("import lib_b, json\nn = lib_b.shape_of([1, 2])\njson.dumps(n)", shell)[0] == []


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("%%timeit -n1 -r1\nmodel.fit([[1]], [1])", ["what %%timeit runs"]),
        ("%%prun -q\nmodel.fit([[1]], [1])", ["what %%prun runs"]),
        ("x = 1\n%timeit -n 1 -r 1 model.score([[1]], [1])", ["what %timeit runs"]),
        ("%%timeit -n1 -r1\nx = 3", []),
        ("%%time\nmodel.fit([[1]], [1])", []),
    ],
)
def test_training_that_is_timed_is_said_to_be_not_seen(cell, said, shell):
    shell.run_cell("from sklearn.dummy import DummyRegressor\nmodel = DummyRegressor().fit([[1]], [1])")
    assert problems(cell, shell)[0] == said


@pytest.mark.parametrize("ending", ["csv", "parquet", "feather"])
def test_a_file_that_is_read_has_the_columns_of_its_table(ending, shell):
    """So that it can be said which column of a file changed: their digests are those of the table in pandas."""
    table = pd.DataFrame({"a": [1, 2, 3], "b": ["x", "y", None], "c": [0.5, None, 2.5]})
    write = {"csv": table.to_csv, "parquet": table.to_parquet, "feather": table.to_feather}[ending]
    write(f"t.{ending}", **({"index": False} if ending == "csv" else {}))
    shell.run_cell("import pandas as pd")
    shell.run_cell(f"%%track --quiet\ndf = pd.read_{ending}('t.{ending}')").raise_error()
    assert magics.current(shell).settle()
    (file,) = mlnb.get(mlnb.runs().run_id[0]).datasets.to_dict("records")
    assert (file["name"], file["role"], file["rows"], file["columns"]) == (f"t.{ending}", "file", 3, 3)
    assert file["digest"] == mlnb.fingerprint(Path(f"t.{ending}")).digest
    columns = mlnb.sql(f"SELECT name, column_digest FROM dataset_columns WHERE digest = '{file['digest']}'")
    read = mlnb.fingerprint(shell.user_ns["df"], name="t")
    assert dict(zip(columns.name, columns.column_digest, strict=True)) == {
        c.name: c.digest for c in read.columns
    }


def test_an_estimator_that_a_loop_grows_is_one(shell):
    """What a loop changes of it is a list, not an estimator a turn."""
    cell = """
from sklearn.neighbors import KNeighborsClassifier
model = KNeighborsClassifier(weights="distance")
for n in (1, 2, 3):
    model.set_params(n_neighbors=n).fit([[0], [1], [2]], [0, 1, 1])
"""
    _, params = problems(cell, shell)
    settings = {name: value for name, value in params.items() if name.startswith("KNeighbors")}
    assert settings == {
        "KNeighborsClassifier.weights": "distance",
        "KNeighborsClassifier.n_neighbors": "[1, 2, 3]",
    }
