"""What the probes see in a loop, and what they let go."""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd
import pytest

import mlnb
from mlnb import magics
from mlnb.capture import budget

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


def test_a_loop_of_arrays_loses_none_of_its_numbers(shell, monkeypatch):
    """Assignments that give arrays only are let go; those of numbers, be they late, are not."""
    monkeypatch.setattr(budget, "FREE", 60.0)  # however busy the machine is
    shell.run_cell(LOOP, store_history=True).raise_error()
    session = magics.current(shell)
    assert session.settle()
    recorder = session.observer.recorder
    passed_over = {site.text for number, site in recorder._sites.items() if number not in recorder._open}
    assert passed_over == {"w * 0.99"}
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
    monkeypatch.setattr(budget, "FREE", 0.0)
    monkeypatch.setattr(budget, "SHARE", 0.0)
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


def run_of(cell: str, shell) -> mlnb.RunRecord:
    shell.run_cell(f"%%track --quiet\n{cell}", store_history=True).raise_error()
    assert magics.current(shell).settle()
    return mlnb.get(mlnb.runs().run_id[0])


def test_a_file_that_is_written_again_has_no_columns_of_before(shell):
    """Its digest is that of the bytes that are there at the cell's end."""
    Path("t.csv").write_text("a,b\n1,2\n")
    run = run_of(
        "import pandas as pd\ndf = pd.read_csv('t.csv')\ndf.assign(c=1).to_csv('t.csv', index=False)", shell
    )
    columns = mlnb.sql(f"SELECT columns FROM datasets WHERE run_id = '{run.run_id}' AND role = 'file'")
    assert columns["columns"].isna().all()
    assert len(columns) == 1
    rows = mlnb.sql(f"SELECT message FROM problems WHERE run_id = '{run.run_id}'")
    assert list(rows["message"]) == ["t.csv was written again after it was read: kept as it is now"]


def test_a_cell_that_is_set_to_nothing_is_no_metric(shell):
    run = run_of(
        "import numpy as np, pandas as pd\n"
        "df = pd.DataFrame({'score': [0.1, 0.2]})\ndf.loc[df.score > 0.1, 'score'] = np.nan",
        shell,
    )
    assert run.metrics == {}


def test_two_calls_with_other_settings_are_two_groups(shell):
    run = run_of(
        "from sklearn.datasets import make_blobs\n"
        "X, y = make_blobs(n_samples=30, random_state=1)\nX2, y2 = make_blobs(n_samples=40, random_state=1)",
        shell,
    )
    assert run.params["make_blobs.n_samples"] == 30
    assert run.params["make_blobs_2.n_samples"] == 40


def test_a_reward_of_each_step_is_no_curve(shell):
    """What an environment of one's own gives back for each step isn't, what an episode adds up to is."""
    run = run_of(
        "class Env:\n"
        "    def step(self, n):\n"
        "        reward = 1.0 if n % 3 == 0 else 0.0\n"
        "        return n + 1, reward\n"
        "env, rewards = Env(), []\n"
        "for episode in range(4):\n"
        "    n, total_reward = episode, 0.0\n"
        "    for t in range(5):\n"
        "        n, reward = env.step(n)\n"
        "        total_reward += reward\n"
        "    rewards.append(total_reward)\n",
        shell,
    )
    assert list(run.metrics) == ["rewards"]
    assert list(run.history("rewards")["value"]) == shell.user_ns["rewards"]


@pytest.mark.parametrize("library", ["xgboost", "lightgbm"])
def test_a_booster_is_an_estimator(shell, library):
    """Its first argument are its settings; what it logs to a dictionary of the user's are curves."""
    pytest.importorskip(library)
    data, options = {
        "xgboost": ("DMatrix(X, label=y)", "evals=[(data, 'valid')], evals_result=log, verbose_eval=False"),
        "lightgbm": (
            "Dataset(X, label=y)",
            "valid_sets=[data], valid_names=['valid'], callbacks=[lib.record_evaluation(log)]",
        ),
    }[library]
    run = run_of(
        f"import numpy as np, {library} as lib\n"
        "X, y, log = np.arange(80.0).reshape(40, 2), np.arange(40.0), {}\n"
        f"data = lib.{data}\n"
        "booster = lib.train({'max_depth': 2, 'eta': 0.3, 'objective': 'regression' if 'light' in lib.__name__ else "
        f"'reg:squarederror', 'metric' if 'light' in lib.__name__ else 'eval_metric': 'mae'}}, data, 5, {options})",
        shell,
    )
    assert run.params["Booster.max_depth"] == 2
    assert run.params["Booster.num_boost_round"] == 5
    (log,) = shell.user_ns["log"]["valid"].values()
    (curve,) = [name for name in run.metrics if name.startswith("Booster.valid.")]
    assert list(run.history(curve)["value"]) == log
    assert list(run.artifacts.query("kind == 'model'")["name"]) == ["booster"]


def test_a_torch_module_that_is_trained_by_hand_is_kept(shell):
    """What goes down a gradient in the cell; a frozen module, and one that is only looked at, is not."""
    pytest.importorskip("torch")
    shell.run_cell(
        "import torch\nnet, frozen = torch.nn.Linear(2, 1), torch.nn.Linear(2, 2).requires_grad_(False)\n"
        "opt = torch.optim.SGD(net.parameters(), lr=0.1)\n"
        "def step(x):\n    loss = net(frozen(x)).pow(2).mean()\n    loss.backward()\n    opt.step()\n"
    ).raise_error()
    run = run_of("for _ in range(2):\n    step(torch.ones(3, 2))\nnet, frozen", shell)
    assert list(run.artifacts.query("kind == 'model'")["name"]) == ["net"]
    run = run_of("out = net(frozen(torch.ones(3, 2)))", shell)
    assert run.artifacts.query("kind == 'model'").empty


def test_what_two_models_predict_together_is_nobodys(shell):
    """Of one model's predictions the score is that model's, of two models' mean it is no one's, whatever the name held before."""
    run_of(
        "import numpy as np\nfrom sklearn.linear_model import LinearRegression, Ridge\n"
        "from sklearn.metrics import mean_absolute_error\n"
        "X, y = np.arange(9.0).reshape(-1, 1), np.arange(9.0) ** 2\n"
        "line, ridge = LinearRegression().fit(X, y), Ridge(90.0).fit(X, y)\n"
        "pred = ridge.predict(X)\nalone = mean_absolute_error(y, pred)\n",
        shell,
    )
    run = run_of(
        "a, b = line.predict(X), ridge.predict(X)\npred = (a + b) / 2\ntogether = mean_absolute_error(y, pred)\n"
        "single = mean_absolute_error(y, a)\n",
        shell,
    )
    assert {m["name"]: m["estimator"] for m in run._record["metrics_detail"]} == {
        "together": None,
        "single": "LinearRegression",
    }


FITTED = """
import numpy as np
from sklearn.linear_model import LogisticRegression
X, y, w = np.arange(80.0).reshape(40, 2), np.arange(40) % 2, np.arange(40) + 1.0
class Net(LogisticRegression):
    def fit(self, X, y, sample_weight=None, X_val=None, groups=None, base_margin=None, cov=None):
        return super().fit(X, y, sample_weight)
"""


@pytest.mark.parametrize(
    ("call", "role"),
    [
        ("LogisticRegression().fit(X, y, sample_weight=w)", "input"),
        ("LogisticRegression().fit(X, y, w)", "input"),
        ("m.score(X, y, sample_weight=w)", "input"),
        ("Net().fit(X, y, groups=w)", "input"),
        ("Net().fit(X, y, base_margin=w)", "input"),
        ("Net().fit(X, y, X_val=w)", "test"),
        ("Net().fit(X, y, None, w)", "test"),
        ("Net().fit(X, y, cov=w)", "train"),
    ],
)
def test_data_is_what_its_argument_is_for(shell, call, role):
    shell.run_cell(FITTED + "m = LogisticRegression().fit(X, y)")
    shell.run_cell(f"%%track\n{call}")
    run = magics.current(shell).last.run
    rows = mlnb.sql(f"SELECT name, role FROM datasets WHERE run_id = '{run.run_id}'")
    found = dict(zip(rows["name"], rows["role"], strict=True))
    main = "test" if ".score(" in call else "train"
    assert found == {"X": main, "y": main, "w": role}
