"""What a session promises to the cells that it tracks. Real IPython, real store."""

from __future__ import annotations

import builtins
import sys

import nbformat
import numpy as np
import pytest

import mlnb
from mlnb import magics
from mlnb.store import Store, query
from mlnb.tracking import session as sessions

TRAINING = """\
import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score
X = np.arange(40.0).reshape(20, 2)
y = np.arange(20) > 9
"""


@pytest.fixture
def run(shell):
    """Run a cell as a front end does; its result."""

    def run(source: str, **options):
        return shell.run_cell(source, store_history=True, **options)

    return run


@pytest.fixture
def runs(shell, tmp_path):
    """The runs in the store, oldest first, when late events are in."""

    def runs():
        assert magics.current(shell).settle()
        store = Store.open(tmp_path / ".mlnb")
        rows = query.run_page(store, children=True).rows
        return [query.record(store, row["run_id"]) for row in reversed(rows)]

    return runs


def test_one_execution_is_one_run(run, runs):
    run("%%track baseline -t team=a --note first\nlr = 0.1\nloss = lr * 3.0")
    run("%%track baseline\nlr = 0.1\nloss = lr * 3.0")
    first, second = runs()
    assert (first["name"], first["status"], first["kind"]) == ("baseline", "finished", "cell")
    assert (first["tags"], first["note"]) == ({"team": "a"}, "first")
    assert first["params"] == {"lr": 0.1}
    assert first["metrics"] == {"loss": pytest.approx(0.3)}
    assert second["run_id"] != first["run_id"]


def test_a_cell_without_the_magic_is_no_run(run, runs, tmp_path):
    run("x = 1")
    assert not (tmp_path / ".mlnb").exists()


def test_training_is_seen_without_a_call(run, runs):
    run(TRAINING)
    run(
        "%%track\nmodel = LogisticRegression(C=0.5, max_iter=300)\nmodel.fit(X, y)\n"
        "acc = accuracy_score(y, model.predict(X))"
    )
    (record,) = runs()
    assert record["params"] == {"LogisticRegression.C": 0.5, "LogisticRegression.max_iter": 300}
    assert record["metrics"] == {"acc": 1.0}
    assert [(d["name"], d["role"], d["rows"]) for d in record["datasets"]] == [
        ("X", "train", 20),
        ("y", "train", 20),
    ]
    assert [(a["name"], a["kind"]) for a in record["artifacts"]] == [("model", "model")]
    assert record["environment"]["packages"]["scikit-learn"]


SPLIT = """\
import pandas as pd
from sklearn.model_selection import train_test_split
table = pd.DataFrame({"a": np.arange(40.0), "b": np.arange(40) % 7, "y": np.arange(40) > 19})
table = pd.concat([table, table.iloc[[0]].reset_index(drop=True)], ignore_index=True)
X_train, X_test, y_train, y_test = train_test_split(table[["a", "b"]], table.y, shuffle=False)
"""


@pytest.mark.parametrize(
    "judge",
    [
        "clf.score(X_test, y_test)",
        "accuracy_score(y_test, clf.predict(X_test))",
        "y_pred = clf.predict(X_test)\nprint('acc', accuracy_score(y_test, y_pred))",
    ],
)
def test_a_row_that_is_in_both_train_and_test_data_can_be_found(run, runs, tmp_path, judge):
    run(TRAINING + SPLIT)
    run(f"%%track\nclf = LogisticRegression().fit(X_train, y_train)\n{judge}")
    (record,) = runs()
    objects = Store.open(tmp_path / ".mlnb").objects
    rows = {d["name"]: d["row_hashes"] for d in record["datasets"]}
    assert (rows["y_train"], rows["y_test"]) == (None, None)
    train, test = (
        set(np.frombuffer(objects.read(rows[name]), "<u8").tolist()) for name in ("X_train", "X_test")
    )
    assert (len(train), len(test), len(train & test)) == (30, 11, 1)
    digest = {d["name"]: d["digest"] for d in record["datasets"]}["X_test"]
    (score,) = mlnb.sql("SELECT * FROM metrics").to_dict("records")
    assert score["dataset_digest"] == digest


def test_a_failing_cell_is_a_failed_run_and_still_fails(run, runs, capsys):
    result = run("%%track\na = 1\n\nb = a / 0")
    assert isinstance(result.error_in_exec, ZeroDivisionError)
    assert "line 4" in capsys.readouterr().out
    (record,) = runs()
    assert (record["status"], record["error"]) == ("failed", "ZeroDivisionError: division by zero")


def test_an_interrupted_cell_is_closed(run, runs):
    run("%%track\nraise KeyboardInterrupt")
    assert [(r["status"], r["error"]) for r in runs()] == [("failed", "KeyboardInterrupt")]


def test_a_syntax_error_is_a_failed_run_at_its_own_line(run, runs, capsys):
    assert run("%%track\nx = (1,\ny = = 2").error_before_exec.lineno in (2, 3)
    assert runs()[0]["status"] == "failed"


def test_top_level_await_works(run, runs):
    run("%%track\nimport asyncio\nloss = await asyncio.sleep(0, 0.25)")
    assert runs()[0]["metrics"] == {"loss": 0.25}


def test_the_last_expression_is_still_shown(run, shell, runs):
    assert run("%%track\nvalue = 41\nvalue + 1").result == 42
    assert shell.user_ns["_"] == 42


@pytest.mark.parametrize(
    ("head", "says"),
    [
        ("%%track\n%%time", "Wall time"),
        ("%%time\n%%track", "Wall time"),
        ("%%track\n%%capture out", ""),
        ("%%capture out\n\n%%track", ""),
        ("%%track\n%load_ext autoreload\n%autoreload 2", "0.5"),
        ("%%track\n!echo hello", "hello"),
        ("%%track\nget_ipython().run_cell('print(7)')", "7"),
    ],
)
def test_other_magics_stand_beside_it(run, runs, capsys, head, says):
    run(f"{head}\nloss = sum([1, 2]) / 6\nprint(loss)").raise_error()
    (record,) = runs()
    assert record["metrics"] == {"loss": 0.5}
    out, err = capsys.readouterr()
    assert says in out
    assert err == ""


def test_a_profiled_cell_is_a_run(run, runs):
    run("%%prun -q\n%%track profiled\nloss = 1 / 3").raise_error()
    assert [(found["name"], found["status"]) for found in runs()] == [("profiled", "finished")]


def test_a_file_that_writes_the_magic_out_is_not_tracked(run, runs):
    run("%%writefile cell.py\n%%track\nloss = 1 / 3")
    assert runs() == []


def test_what_a_script_logs_that_the_cell_runs_is_the_cells(run, runs, tmp_path):
    (tmp_path / "train.py").write_text("import mlnb\nmlnb.metric('loss', 0.25)")
    run("%%track\n%run train.py").raise_error()
    assert runs()[0]["metrics"] == {"loss": 0.25}


def test_a_notebook_that_the_cell_runs_is_part_of_it(run, runs, tmp_path):
    cell = nbformat.v4.new_code_cell("%%track inner\nloss = sum([1, 2]) / 6")
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), tmp_path / "other.ipynb")
    run("%%track outer\n%run other.ipynb").raise_error()
    (record,) = runs()
    assert (record["name"], record["metrics"]) == ("outer", {"loss": 0.5})


def test_a_terminal_waits_for_what_stands_under_the_line(shell):
    assert shell.check_complete("%%track fit")[0] == "incomplete"
    assert shell.check_complete("%%track fit\nloss = 1\n\n")[0] == "complete"


def test_a_name_is_bound_twice_and_both_scores_stay(run, runs):
    run(TRAINING)
    run(
        "%%track\nm = LogisticRegression(C=1.0).fit(X, y)\ns = m.score(X, y)\n"
        "m = LogisticRegression(C=0.001).fit(X, y)\ns = m.score(X, y)"
    )
    (record,) = runs()
    estimators = {d["name"]: d["estimator"] for d in record["metrics_detail"]}
    assert estimators == {
        "LogisticRegression.s": "LogisticRegression",
        "LogisticRegression_2.s": "LogisticRegression_2",
    }


def test_a_loop_is_a_curve(run, runs, tmp_path):
    run("%%track\nfor epoch in range(5):\n    loss = 1.0 / (epoch + 1)")
    (record,) = runs()
    store = Store.open(tmp_path / ".mlnb")
    curve = query.history(store, record["run_id"], "loss")
    assert list(curve.steps) == [0, 1, 2, 3, 4]
    assert list(curve.values) == [1, 1 / 2, 1 / 3, 1 / 4, 1 / 5]


def test_a_function_from_an_earlier_cell_is_seen_inside(run, runs):
    run(TRAINING)
    run("def work(c):\n    m = LogisticRegression(C=c)\n    m.fit(X, y)\n    return m.score(X, y)")
    run("%%track\nwork(0.25)")
    (record,) = runs()
    assert record["params"]["LogisticRegression.C"] == 0.25
    assert list(record["metrics"].values()) == [1.0]


def test_every_executed_cell_is_in_the_sessions_journal(run, runs, tmp_path):
    run("a = 1")
    run("b = a + 1")
    run("%%track\nc = b * 2")
    (record,) = runs()
    table = query.sql(
        Store.open(tmp_path / ".mlnb"),
        f"SELECT reads, writes, status FROM cells WHERE session_id = '{record['session_id']}' ORDER BY ordinal",
    )
    assert [tuple(row.values()) for row in table.to_pylist()] == [
        ([], ["a"], "ok"),
        (["a"], ["b"], "ok"),
        (["b"], ["c"], "ok"),
    ]


def test_secrets_stay_out(run, runs):
    run("%%track\napi_key = 'sk-abcdefghijklmnopqrstuvwx'\nlr = 0.1")
    (record,) = runs()
    text = str(record)
    assert "abcdefghijklmnop" not in text
    assert record["params"].get("lr") == 0.1


def test_figures_are_kept_once_in_their_order(run, runs):
    run(
        "import matplotlib; matplotlib.use('agg')\nimport matplotlib.pyplot as plt\nfrom IPython.display import display"
    )
    run(
        "from IPython.core.pylabtools import select_figure_formats\n"
        "select_figure_formats(get_ipython(), {'png'})"
    )
    run(
        "%%track\nf, ax = plt.subplots()\nax.plot([1, 2])\ndisplay(f)\ndisplay(f)\ng, _ = plt.subplots(2)\ndisplay(g)"
    )
    (record,) = runs()
    figures = [a for a in record["artifacts"] if a["kind"] == "figure"]
    assert [(a["name"], a["media_type"]) for a in figures] == [
        ("figure 1", "image/png"),
        ("figure 2", "image/png"),
    ]


def test_printed_text_is_kept(run, runs, tmp_path, capsys):
    run("%%track\nprint('hello')")
    (record,) = runs()
    (text,) = [a for a in record["artifacts"] if a["kind"] == "text"]
    assert Store.open(tmp_path / ".mlnb").objects.read(text["sha256"]) == b"hello\n"
    assert "hello" in capsys.readouterr().out


def test_names_can_be_added_and_left_out(run, runs):
    run(
        "%%track -p depth,!lr -m size -d table\nlr = 0.1\ndepth = len('abc')\nsize = 12\ntable = [1, 2]\nloss = lr * 2.0"
    )
    (record,) = runs()
    assert record["params"] == {"depth": 3}
    assert record["metrics"] == {"size": 12.0, "loss": 0.2}
    assert [d["name"] for d in record["datasets"]] == ["table"]


def test_into_adds_to_a_run_that_exists(run, runs):
    run("%%track first\nloss = sum([1, 1]) * 1.0")
    run("%%track --into first\nacc = sum([1, 2]) / 6")
    (record,) = runs()
    assert record["metrics"] == {"loss": 2.0, "acc": 0.5}


def test_injected_parameters_say_so(run, runs):
    run("%%track\n# Parameters\nalpha = 0.5\nname = 'x'")
    (record,) = runs()
    assert {d["name"]: d["source"] for d in record["params_detail"]} == {
        "alpha": "injected",
        "name": "injected",
    }


def test_a_whole_notebook_under_the_engine_is_one_run(run, runs, tmp_path, monkeypatch):
    store = Store.open(tmp_path / ".mlnb")
    from mlnb.tracking import start

    owner = start("whole", store=store, kind="notebook")
    monkeypatch.setenv("MLNB_PARENT_RUN", owner.run_id)
    monkeypatch.setenv("MLNB_WHOLE", "1")
    monkeypatch.setenv("MLNB_STORE", str(store.path))
    run("# Parameters\nalpha = 0.5")
    run("loss = alpha * 3.0")
    run("def f():\n    return 1")
    run("acc = loss / 2")
    owner.finish()
    (record,) = runs()
    assert record["params"] == {"alpha": 0.5}
    assert record["metrics"] == {"loss": 1.5, "acc": 0.75}


def test_a_tracked_cell_under_the_engine_is_its_child(run, runs, tmp_path, monkeypatch):
    store = Store.open(tmp_path / ".mlnb")
    from mlnb.tracking import start

    owner = start("whole", store=store, kind="notebook")
    monkeypatch.setenv("MLNB_PARENT_RUN", owner.run_id)
    notebook = tmp_path / "n.ipynb"
    notebook.write_text('{"cells": [{"cell_type": "code", "source": ["%%track\\n", "x"]}]}')
    monkeypatch.setenv("MLNB_NOTEBOOK", str(notebook))
    run("loss = sum([1, 2]) * 1.0")
    run("%%track\nacc = sum([1, 2]) / 4")
    owner.finish()
    parent, child = sorted(runs(), key=lambda record: record["kind"] == "cell")
    assert child["parent_id"] == parent["run_id"]
    assert (parent["metrics"], child["metrics"]) == ({}, {"acc": 0.75})


def test_auto_tracking_takes_cells_that_do_something(run, runs):
    run("%track on")
    run("x = 1")
    run("loss = sum([1, 2]) / 2")
    run("%track off")
    run("loss = sum([1, 2]) / 4")
    assert [r["metrics"] for r in runs()] == [{"loss": 1.5}]


def test_a_broken_collector_costs_only_itself(run, runs, monkeypatch, capsys):
    from mlnb.capture import observed

    class Broken:
        name = "broken"

        def collect(self, cell):
            raise RuntimeError("no luck")

    monkeypatch.setattr(observed, "OWN", (Broken(), *observed.OWN))
    run("%%track\nloss = sum([1, 2]) / 2")
    (record,) = runs()
    assert record["metrics"] == {"loss": 1.5}
    assert record["problems"] == [{"where": "collector broken", "message": "RuntimeError: no luck"}]
    assert capsys.readouterr().err.count("\n") == 1


def test_another_packages_collector_finds_what_it_looks_for(run, runs, tmp_path, monkeypatch):
    from mlnb.capture import collectors

    (tmp_path / "barometer.py").write_text(
        "from mlnb.events import Param\n"
        "class Barometer:\n"
        "    name = 'barometer'\n"
        "    def collect(self, cell):\n"
        "        yield Param(name='pressure', value='1013', number=1013.0, type='int', source='assigned')\n"
    )
    points = "[mlnb.collectors]\nbarometer = barometer:Barometer\nlost = nowhere:Lost\n"
    installed = tmp_path / "barometer-1.0.dist-info"
    installed.mkdir()
    (installed / "METADATA").write_text("Metadata-Version: 2.1\nName: barometer\nVersion: 1.0\n")
    (installed / "entry_points.txt").write_text(points)
    monkeypatch.syspath_prepend(tmp_path)
    collectors._of_others.cache_clear()
    try:
        run("%%track\nloss = sum([1, 2]) / 2")
    finally:
        collectors._of_others.cache_clear()
    (record,) = runs()
    assert (record["params"], record["metrics"]) == ({"pressure": 1013}, {"loss": 1.5})
    (problem,) = record["problems"]
    assert problem["where"] == "collector lost"
    assert "nowhere" in problem["message"]


def test_a_store_that_cannot_be_written_costs_one_line(run, shell, monkeypatch, tmp_path, capsys):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("MLNB_STORE", str(tmp_path / "file" / "store"))
    result = run("%%track\nx = 1\nx + 1")
    assert result.result == 2
    assert capsys.readouterr().err.startswith("mlnb: ")


def test_a_name_that_resets_the_namespace_does_no_harm(run, runs):
    run("%%track\n%reset -f\nloss = sum([1, 2]) / 2\nfor i in range(3):\n    cost = i / 2")
    (record,) = runs()
    assert record["metrics"]["loss"] == 1.5


def test_functions_can_be_pickled_and_sent(run, shell, runs):
    cloudpickle = pytest.importorskip("cloudpickle")
    run(
        "import math\ndef f(n):\n    for i in range(n):\n        loss = math.sqrt(i)\n    print('loss', loss)\n    return loss"
    )
    run("%%track\nimport cloudpickle\ndata = cloudpickle.dumps(f)")
    import subprocess

    code = "import pickle, sys; f = pickle.loads(sys.stdin.buffer.read()); assert 'mlnb' not in sys.modules; print(f(5))"
    done = subprocess.run(
        [sys.executable, "-c", code], input=shell.user_ns["data"], capture_output=True, check=True, cwd="/"
    )
    assert done.stdout.decode().splitlines()[-1] == "2.0"
    assert cloudpickle


def test_unloading_leaves_the_shell_as_it_was(shell, run):
    run("%%track\nx = 1")
    run("%unload_ext mlnb")
    names = {getattr(t, "__module__", "") for t in shell.input_transformer_manager.cleanup_transforms}
    assert not any(name.startswith("mlnb") for name in names)
    assert not shell.ast_transformers
    assert "track" not in shell.magics_manager.magics["cell"]
    assert "__mlnb__" not in shell.user_ns
    assert run("def f():\n    return 1\nf()").result == 1
    run("%load_ext mlnb")
    assert "track" in shell.magics_manager.magics["cell"]


def test_functions_work_after_unloading(shell, run):
    run("def f(n):\n    for i in range(n):\n        loss = abs(i)\n    return loss")
    run("%unload_ext mlnb")
    assert run("f(4)").result == 3
    run("%load_ext mlnb")


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["%%track a\n", "x = 1\n"], ["\n", "x = 1\n"]),
        (["%%track\n", "%%time\n", "x = 1\n"], ["%%time\n", "x = 1\n"]),
        (["%%track"], ["\n"]),
        (["%%tracker\n", "x\n"], ["%%tracker\n", "x\n"]),
        (["%%track?\n"], ["%%track?\n"]),
        (["x = 1\n", "%%track\n"], ["x = 1\n", "%%track\n"]),
    ],
)
def test_the_transformer_takes_only_its_own_line(lines, expected):
    assert sessions.blank_track_line(list(lines)) == expected


def test_builtins_hold_only_pass_throughs_afterwards(run, runs):
    run("%%track\nx = 1")
    assert builtins.__mlnb__((0, "value")) == "value"


def test_a_sweep_is_a_curve_and_a_child_for_each_setting(run, runs):
    run(TRAINING)
    run(
        "%%track sweep\nscores = []\nfor c in [0.01, 1.0, 100.0]:\n"
        "    m = LogisticRegression(C=c).fit(X, y)\n    scores.append(m.score(X, y))"
    )
    parent, *children = runs()
    assert parent["params"]["LogisticRegression.C"] == "[0.01, 1.0, 100.0]"
    assert {d["name"]: d["count"] for d in parent["metrics_detail"]} == {"scores": 3}
    assert [(c["name"], c["parent_id"] == parent["run_id"]) for c in children] == [
        ("c=0.01", True),
        ("c=1.0", True),
        ("c=100.0", True),
    ]
    assert children[0]["params"] == {"c": 0.01, "LogisticRegression.C": 0.01}
    assert list(children[0]["metrics"]) == ["scores"]


def test_every_candidate_of_a_search_is_a_child(run, runs):
    run(TRAINING)
    run(
        "%%track search\nfrom sklearn.model_selection import GridSearchCV\n"
        "g = GridSearchCV(LogisticRegression(), {'C': [0.1, 10.0]}, cv=2).fit(X, y)"
    )
    parent, *children = runs()
    assert parent["metrics"]["GridSearchCV.best_score_"] == max(
        c["metrics"]["mean_test_score"] for c in children
    )
    assert [c["params"] for c in children] == [{"C": 0.1}, {"C": 10.0}]


def test_three_models_are_three_groups(run, runs):
    run(
        TRAINING
        + "from sklearn.tree import DecisionTreeClassifier\nfrom sklearn.naive_bayes import GaussianNB"
    )
    run(
        "%%track\nfor model in (LogisticRegression(), DecisionTreeClassifier(max_depth=2), GaussianNB()):\n"
        "    model.fit(X, y)\n    print(type(model).__name__, accuracy_score(y, model.predict(X)))"
    )
    parent = runs()[0]
    assert {d["name"]: d["estimator"] for d in parent["metrics_detail"]} == {
        "LogisticRegression": "LogisticRegression",
        "DecisionTreeClassifier": "DecisionTreeClassifier",
        "GaussianNB": "GaussianNB",
    }


def test_what_the_cell_logs_by_calls_stands_in_its_line(run, shell, runs):
    from mlnb.magics import current

    run("%%track\nimport mlnb\nmlnb.metric('weight', 0.5)\nmlnb.history('curve', [3.0, 2.0])")
    assert current(shell).last.written.metrics == {"weight": 0.5, "curve": 2.0}


def test_a_model_is_among_the_artifacts_at_once(run, runs):
    run("%%track\nfrom sklearn.linear_model import Ridge\nridge = Ridge().fit([[0.0], [1.0]], [0.0, 1.0])")
    run(
        "import mlnb\nkinds = set(mlnb.get(mlnb.runs()['run_id'][0]).artifacts['kind'])\nassert 'model' in kinds, kinds"
    )


def test_parameters_above_the_line_that_loads_it_are_seen(run, shell, runs):
    shell.run_line_magic("unload_ext", "mlnb")
    run("depth = 3\n%load_ext mlnb")
    run("%%track\nfrom sklearn.tree import DecisionTreeRegressor\n"
        "tree = DecisionTreeRegressor(max_depth=depth).fit([[0.0], [1.0]], [0.0, 1.0])")  # fmt: skip
    assert runs()[0]["params"]["depth"] == 3


def test_cells_above_the_line_that_loads_it_belong_to_what_is_reproduced(run, shell, runs, tmp_path):
    shell.run_line_magic("unload_ext", "mlnb")
    run("import math")
    run("%load_ext mlnb\nbase = 2.0")
    run("%%track\nroot = math.sqrt(base)")
    cells = query.cells(Store.open(tmp_path / ".mlnb"), runs()[0]["run_id"])
    assert [cell["source"].splitlines()[0] for cell in cells] == ["import math", "%load_ext mlnb", "%%track"]
    assert [cell["own"] for cell in cells] == [False, False, True]


def test_a_tracked_models_signature_knows_its_columns(run, runs):
    run("import pandas as pd\nX = pd.DataFrame({'age': [1, 2, 3], 'fare': [0.5, 1.0, 2.0]})")
    run("%%track\nfrom sklearn.linear_model import Ridge\nridge = Ridge().fit(X, [0.0, 1.0, 2.0])")
    (model,) = (item for item in runs()[-1]["artifacts"] if item["kind"] == "model")
    assert model["metadata"]["signature"]["inputs"] == [
        {"name": "age", "type": "int64"},
        {"name": "fare", "type": "float64"},
    ]


def test_keeping_something_at_the_end_of_a_cell_shows_no_hash(run, runs, capsys):
    kept = run("%%track --quiet\nimport mlnb\nmlnb.text('summary', 'all well')").result
    assert len(kept) == 64
    assert kept not in capsys.readouterr().out
