"""What a tracked cell tells while it runs stands in the store at once; when it is over, the store holds what the cell found, and
nothing else. Real IPython, real store."""

from __future__ import annotations

import math
import os
import subprocess
import sys

import pytest

from mlnb import magics
from mlnb.capture import budget
from mlnb.store import Store, query
from mlnb.tracking.live import Told
from tests.capture import labelled

TRAINING = """\
import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score
X = np.arange(40.0).reshape(20, 2)
y = np.arange(20) > 9
"""


@pytest.fixture
def home(tmp_path):
    return Store.open(tmp_path / ".mlnb")


@pytest.fixture
def seen(shell, home):
    """`look()` in a cell: what the store says of the newest run at that moment. The looks are listed."""
    looks = []

    def look():
        row = query.run_page(home, limit=1).rows[0]
        record = query.record(home, row["run_id"])
        record["cells"] = query.cells(home, row["run_id"])
        looks.append(record)

    shell.user_ns["look"] = look
    return looks


@pytest.fixture
def run(shell):
    def run(source: str):
        shell.run_cell(source, store_history=True).raise_error()

    return run


@pytest.fixture
def rich(monkeypatch):
    """A budget under which everything is seen, however busy the machine is."""
    monkeypatch.setattr(budget, "FREE", 60.0)


def last(home):
    row = query.run_page(home, limit=1).rows[0]
    return query.record(home, row["run_id"])


def curve(home, record, name):
    found = query.history(home, record["run_id"], name)
    return found.steps.tolist(), found.values.tolist()


# ---- while it runs ------------------------------------------------------------------------------


def test_parameters_and_source_are_there_before_the_first_line_runs(run, seen):
    run("%%track\nlook()\nlr = 0.1\nepochs = 3\nloss = lr / epochs")
    (record,) = seen
    assert record["status"] == "running"
    assert record["params"] == {"lr": 0.1, "epochs": 3}
    assert [(cell["source"].splitlines()[1], cell["status"]) for cell in record["cells"]] == [
        ("look()", "running")
    ]


def test_a_curve_grows_with_each_turn(run, seen, home):
    run("%%track\nfor epoch in range(5, 9):\n    loss = 1 / epoch\n    look()")
    assert [record["metrics"] for record in seen] == [{"loss": 1 / epoch} for epoch in range(5, 9)]
    assert curve(home, last(home), "loss") == ([5, 6, 7, 8], [1 / epoch for epoch in range(5, 9)])


def test_a_long_loop_is_told_to_its_end(run, seen, home, rich):
    run("%%track\nimport time\nfor i in range(300):\n    loss = 1 / (i + 1)\n    time.sleep(0.002)\nlook()")
    (found,) = seen[0]["metrics_detail"]
    assert (found["last_step"], found["last"]) == (299, 1 / 300)
    assert found["count"] == 300
    (kept,) = last(home)["metrics_detail"]
    assert (kept["count"], kept["last"]) == (found["count"], found["last"])


def test_a_score_is_there_when_it_was_computed(run, seen):
    run(TRAINING)
    run("%%track\nmodel = LogisticRegression().fit(X, y)\nacc = accuracy_score(y, model.predict(X))\nlook()")
    (record,) = seen
    assert record["metrics"] == {"acc": 1.0}
    assert {found["name"] for found in record["datasets"]} >= {"X", "y"}


def test_data_is_there_when_it_reached_a_call_and_once(run, seen, home):
    run(TRAINING)
    run("%%track\nmodel = LogisticRegression().fit(X, y)\nlook()\nmodel.fit(X, y)")
    told = [(found["name"], found["role"], found["digest"]) for found in seen[0]["datasets"]]
    assert [name for name, _, _ in told] == ["X", "y"]
    assert [(found["name"], found["role"], found["digest"]) for found in last(home)["datasets"]] == told


def test_what_a_call_was_given_is_told_when_it_has_returned(run, seen, home):
    run(TRAINING)
    run(
        "%%track\nfor C in [0.1, 1.0]:\n    LogisticRegression(C=C).fit(X, y)\n    look()\nrng = np.random.default_rng(7)\nlook()"
    )
    assert [record["params"] for record in seen] == [
        {"LogisticRegression.C": 0.1},
        {"LogisticRegression.C": "[0.1, 1.0]"},
        {"LogisticRegression.C": "[0.1, 1.0]", "seed": 7},
    ]
    assert [record["seeds"] for record in seen][1:] == [None, '{"default_rng": 7}']
    assert last(home)["params"] == seen[-1]["params"]


def test_a_variable_is_not_told_again_as_an_argument(run, seen, home):
    run(TRAINING)
    run("%%track\nstrength = 0.5\nmodel = LogisticRegression(C=strength, tol=0.01).fit(X, y)\nlook()")
    assert seen[0]["params"] == last(home)["params"] == {"strength": 0.5, "LogisticRegression.tol": 0.01}


def test_a_setting_that_takes_more_values_than_a_list_holds_is_taken_back(run, seen, rich):
    run(TRAINING)
    run(
        "%%track\nimport time\nfor i in range(60):\n    LogisticRegression(C=1.0 + i, tol=0.01)\n    time.sleep(0.01)\nlook()"
    )
    assert seen[0]["params"] == {"LogisticRegression.tol": 0.01}


def test_what_is_missed_is_told_so_far_and_is_said_once_in_the_end(run, seen, home):
    run(
        "%%track\nimport time\nfor i in range(40_000):\n    x = i * 0.5\n    if i == 30_000:\n        time.sleep(2.5)\n        look()"
    )
    (missed,) = seen[0]["problems"]
    assert missed["where"] == "loops"
    assert missed["message"].startswith("for i in range(40000): ")
    assert missed["message"].endswith("its last values are those last seen")
    said = [problem["message"] for problem in last(home)["problems"]]
    assert [
        ("of 40,000 turns were seen" in text, "last seen" in text) for text in said if "turns" in text
    ] == [(True, False)]


def test_a_cell_without_numpy_stays_without_it(tmp_path):
    """Its import takes longer than all else that a tracked cell may cost."""
    cell = "%%track\nloss = 1.0\nfor i in range(20_000):\n    loss = loss * 0.999\n"
    code = f"""
import sys
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
shell.run_line_magic("load_ext", "mlnb")
shell.run_cell({cell!r})
assert "loss" in shell.user_ns
assert "numpy" not in sys.modules
"""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "turns were seen" in str(last(Store.open(tmp_path / ".mlnb"))["problems"])


def test_a_secret_is_told_as_little_as_it_is_recorded(run, seen):
    run("%%track\nlook()\napi_key = 'sk-abcdefghijklmnopqrstuvwxyz123456'\nlr = 0.1\nloss = lr * 2")
    (record,) = seen
    assert "abcdefgh" not in str(record)


def test_what_an_option_leaves_out_is_not_told(run, seen):
    run(
        "%%track -p !lr -m !loss\nlr = 0.1\nfor i in range(3):\n    loss = lr * i\n    acc = 1 - loss\nlook()"
    )
    (record,) = seen
    assert record["params"] == {}
    assert set(record["metrics"]) == {"acc"}


def test_what_the_cell_logs_itself_is_not_told_beside_it(run, seen):
    run("import mlnb")
    run("%%track\nfor i in range(3):\n    loss = 1 / (i + 1)\n    mlnb.metric('loss', loss)\n    look()")
    assert [[(d["name"], d["count"]) for d in record["metrics_detail"]] for record in seen] == [
        [("loss", count)] for count in (1, 2, 3)
    ]


def test_what_the_cell_logs_itself_is_recorded_once(run, home):
    run("import mlnb")
    run("%%track\nfor i in range(3):\n    loss = 1 / (i + 1)\n    mlnb.metric('loss', loss)\nacc = 1 - loss")
    assert curve(home, last(home), "loss") == ([0, 1, 2], [1, 1 / 2, 1 / 3])
    assert last(home)["metrics"] == {"loss": 1 / 3, "acc": 1 - 1 / 3}


def test_an_untracked_cell_tells_nothing(run, home):
    run("%%track\nloss = sum([1, 2]) / 6")
    run("for i in range(3):\n    loss = i / 7")
    assert last(home)["metrics"] == {"loss": 0.5}


def test_a_cell_goes_on_when_telling_fails(run, home, monkeypatch):
    monkeypatch.setattr(Told, "_point", lambda *_: 1 / 0)
    run("%%track\nfor i in range(4):\n    loss = 1 / (i + 1)")
    record = last(home)
    assert curve(home, record, "loss")[1] == [1, 1 / 2, 1 / 3, 1 / 4]
    assert [found["where"] for found in record["problems"]] == ["live"]


def test_a_place_that_gives_something_else_in_between_goes_on(run, home):
    run("%%track\nfor i in range(12):\n    loss = [1, 2] if i == 7 else 10**400 if i == 9 else 1 / (i + 1)")
    record = last(home)
    assert curve(home, record, "loss")[1] == [1 / (i + 1) for i in range(12) if i not in (7, 9)]
    assert record["problems"] == []


def test_a_forked_child_tells_nothing(run, home):
    if not hasattr(os, "fork"):
        pytest.skip("no fork here")
    run(
        "%%track\nimport os\nfor i in range(3):\n    loss = 1 / (i + 1)\n"
        "if not (pid := os.fork()):\n    for i in range(50):\n        loss = i / 3\n        acc = i / 7\n    os._exit(0)\n"
        "os.waitpid(pid, 0)"
    )
    assert curve(home, last(home), "loss")[1] == [1, 1 / 2, 1 / 3]
    assert set(last(home)["metrics"]) == {"loss"}


# ---- when it is over ----------------------------------------------------------------------------


def test_what_turns_out_to_be_another_curve_is_withdrawn(run, seen, home):
    """Each turn of a training function is told; of one that a loop calls, the whole cell keeps how each call ended, under the
    caller's name."""
    run(
        "%%track\ndef train(n):\n    for i in range(n):\n        loss = 1 / (i + 1)\n    return loss\n"
        "for n in (2, 3, 4):\n    final_loss = train(n)\nlook()"
    )
    told, kept = (
        {d["name"]: d["count"] for d in record["metrics_detail"]} for record in (seen[0], last(home))
    )
    assert told["loss"] == 9
    assert set(kept) == {"final_loss"}
    assert curve(home, last(home), "final_loss")[1] == [1 / 2, 1 / 3, 1 / 4]


@pytest.fixture
def findings(monkeypatch):
    """What each cell found, as it would be written if nothing had been told."""
    found = []
    settle = Told.metrics_left

    def metrics_left(self, kept):
        found.append((self._run.run_id, [(name, metric) for name, metric in kept]))
        return settle(self, kept)

    monkeypatch.setattr(Told, "metrics_left", metrics_left)
    return found


def alike(one, other):
    return len(one) == len(other) and all(
        a == b or (math.isnan(a) and math.isnan(b)) for a, b in zip(one, other, strict=True)
    )


@pytest.mark.parametrize("by_cell", [True, False], ids=["cell by cell", "whole"])
@pytest.mark.parametrize(
    "name", ["02_gradient_descent", "11_train_function", "20_early_stopping", "22_cross_validation"]
)
def test_the_store_holds_what_the_cells_found_and_nothing_else(shell, home, findings, name, by_cell):
    labelled.run(shell, home, name, by_cell=by_cell)
    assert magics.current(shell).settle()
    expected = {}
    for run_id, kept in findings:
        expected.setdefault(run_id, {}).update(kept)
    assert any(expected.values())
    for run_id, kept in expected.items():
        record = query.record(home, run_id)
        assert not [problem for problem in record["problems"] if problem["where"] == "live"]
        described = {found["name"]: found for found in record["metrics_detail"]}
        assert set(described) == set(kept)
        for metric_name, metric in kept.items():
            steps, values = curve(home, record, metric_name)
            assert alike(values, metric.values), metric_name
            assert steps == (metric.steps or list(range(len(metric.values))))
            found = described[metric_name]
            assert (found["estimator"], found["dataset_digest"], found["source"]) == (
                metric.estimator, metric.dataset_digest, metric.source,
            )  # fmt: skip
