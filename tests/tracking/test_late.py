"""What cells don't wait for happens in a process of our own, arrives whatever becomes of the kernel, and touches nothing in it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
import psutil
import pytest
from jupyter_client.manager import KernelManager

import mlnb
from mlnb import magics
from mlnb.capture.findings import FittedModel
from mlnb.capture.snapshots import Allowance
from mlnb.store import Store, query
from mlnb.tracking import background, start, tasks
from mlnb.tracking.background import Background
from mlnb.tracking.late import KEEPER, Keeper

TRAINING = """\
import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
X = np.random.default_rng(0).normal(size=(200, 3))
y = X[:, 0] + X[:, 1] > 0.3
"""
MUCH = Allowance(60.0)


def models(run) -> list[dict]:
    record = query.record(run.store, run.run_id)
    return [one for one in record["artifacts"] if one["kind"] == "model"]


def problems(run) -> list[str]:
    return [one["message"] for one in query.record(run.store, run.run_id)["problems"]]


def keep(run, model, name="clf") -> int:
    return Background().keep_models(run, [FittedModel(model, name)], [], Allowance(60.0))


def wait_until(condition, seconds=90):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.1)


# ---- the right model, or none -------------------------------------------------------------------


def test_each_run_holds_the_model_that_it_recorded_though_the_pipeline_has_a_lambda(shell, tmp_path):
    shell.run_cell(TRAINING)
    cell = (
        "%%track {}\npipe = make_pipeline(FunctionTransformer(lambda a: a * 2), LogisticRegression(C={})).fit(X, y)\n"
        "first = pipe.predict_proba(X)[0, 0]"
    )
    shell.run_cell(cell.format("weak", 0.001))
    weak = shell.user_ns["pipe"].predict_proba(shell.user_ns["X"])
    shell.run_cell(cell.format("strong", 1000))
    strong = shell.user_ns["pipe"].predict_proba(shell.user_ns["X"])
    assert magics.current(shell).settle()
    assert not np.allclose(weak, strong)
    for name, was in (("weak", weak), ("strong", strong)):
        model = mlnb.load_model(name, trusted=True)
        np.testing.assert_allclose(model.predict_proba(shell.user_ns["X"]), was)


def test_a_model_fitted_again_in_place_is_kept_as_it_was(shell):
    shell.run_cell(TRAINING + "model = LogisticRegression()")
    for name, c in (("one", 0.01), ("two", 100.0)):
        shell.run_cell(f"%%track {name}\nmodel.set_params(C={c}).fit(X, y)")
    shell.user_ns["model"].coef_[:] = 0
    assert magics.current(shell).settle()
    assert [mlnb.load_model(name).C for name in ("one", "two")] == [0.01, 100.0]
    assert abs(mlnb.load_model("two").coef_).sum() > 1


def test_what_cannot_be_taken_is_not_kept_and_the_run_says_so(shell):
    shell.run_cell(TRAINING)
    shell.run_cell(
        "%%track\nmodel = LogisticRegression(C=2.0).fit(X, y)\nmodel.notes_ = (n for n in range(3))"
    )
    run = magics.current(shell).last.run
    assert magics.current(shell).settle()
    assert models(run) == []
    (said,) = problems(run)
    assert said.startswith("model 'model' not kept: it can't be pickled")
    assert magics.current(shell).last.written.counts["models"] == 0


def test_a_model_that_would_keep_the_cell_waiting_is_not_kept_and_the_run_says_so(store, monkeypatch):
    monkeypatch.setattr(background, "NEWEST", 0.001)
    with start(store=store) as run:
        kept = Background().keep_models(run, [FittedModel(np.zeros(10_000_000), "big")], [], Allowance(0.001))
    assert kept == 0
    assert problems(run) == [
        "model 'big' not kept: taking it as it is now takes longer than the 1 ms that are left for models"
    ]


def test_every_small_model_of_a_comparison_is_kept_however_much_observing_took(store, monkeypatch):
    monkeypatch.setattr(background, "OTHERS", 10.0)  # of a machine that is busy with something else
    monkeypatch.setattr(background, "EACH", 1.0)
    fitted = [FittedModel({"weights": [place]}, f"small{place}") for place in range(10)]
    with start(store=store) as run:
        assert Background().keep_models(run, fitted, [], Allowance(-1.0)) == 10
    assert KEEPER.settle()
    assert sorted(model["name"] for model in models(run)) == sorted(one.name for one in fitted)
    assert problems(run) == []


def test_a_large_model_leaves_room_for_the_small_ones_before_it_and_shows_no_line(store, monkeypatch):
    monkeypatch.setattr(background, "OTHERS", 10.0)
    monkeypatch.setattr(background, "EACH", 0.0)
    background_ = Background()
    large, newest = FittedModel(np.zeros(10_000_000), "large"), FittedModel({}, "newest")
    with start(store=store) as run:
        assert background_.keep_models(run, [large, newest], [], Allowance(0.0)) == 1
    assert [said.partition(":")[0] for said in problems(run)] == ["model 'large' not kept"]
    assert background_.refusals() == []


def test_code_of_the_users_own_modules_does_not_run_again(store, tmp_path, monkeypatch):
    (tmp_path / "homemade.py").write_text(
        "import pathlib\n"
        f"with pathlib.Path({str(tmp_path / 'imported')!r}).open('a') as file:\n    file.write('x')\n"
        "class Model:\n    def predict(self, x):\n        return x\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    import homemade

    with start(store=store) as run:
        keep(run, homemade.Model())
    assert KEEPER.settle()
    (kept,) = models(run)
    assert kept["metadata"]["format"] == "cloudpickle"
    assert (tmp_path / "imported").read_text() == "x"


def test_the_runs_of_a_loop_hold_their_own_models(shell):
    shell.run_cell(TRAINING + "from sklearn.tree import DecisionTreeClassifier")
    shell.run_cell(
        "%%track both\nfitted = {}\n"
        "for name, est in [('lr', LogisticRegression()), ('tree', DecisionTreeClassifier(max_depth=1))]:\n"
        "    fitted[name] = est.fit(X, y)\n    print(name, fitted[name].score(X, y))"
    )
    last = magics.current(shell).last
    assert magics.current(shell).settle()
    assert last.written.counts["models"] == 2
    children = {row["name"]: row["run_id"] for row in query.children(last.run.store, last.run.run_id)}
    loaded = {name.split()[0]: type(mlnb.load_model(run_id)).__name__ for name, run_id in children.items()}
    assert loaded == {"name=lr": "LogisticRegression", "name=tree": "DecisionTreeClassifier"}


# ---- it arrives ---------------------------------------------------------------------------------


@pytest.mark.parametrize("end", ["killed", "restarted"])
def test_a_model_that_the_line_promised_arrives_though_the_kernel_ends_at_once(tmp_path, monkeypatch, end):
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    manager = KernelManager(kernel_name="python3")
    manager.start_kernel(cwd=str(tmp_path))
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=60)
        for cell in ("%load_ext mlnb\n" + TRAINING, "%%track forest\nmodel = LogisticRegression().fit(X, y)"):
            client.execute_interactive(cell, timeout=120, output_hook=lambda _: None)
        if end == "restarted":
            manager.restart_kernel(now=False)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    store = Store.open(tmp_path / ".mlnb")
    (row,) = query.run_page(store).rows

    def arrived():
        record = query.record(store, row["run_id"])
        there = [one["name"] for one in record["artifacts"] if one["kind"] == "model"] == ["model"]
        assert there or record["problems"], "neither there nor owed"
        return there and not record["problems"] and record["environment"]

    wait_until(arrived)
    assert mlnb.load_model(row["run_id"], store=store).C == 1.0


def test_another_keeper_does_what_a_killed_one_left(store):
    with start(store=store) as run:
        keep(run, LogisticRegressionOf(1), "one")
        wait_until(lambda: KEEPER.process)
        os.kill(KEEPER.process, signal.SIGKILL)
        keep(run, LogisticRegressionOf(2), "two")
    assert KEEPER.settle(90)
    assert sorted({one["name"] for one in models(run)}) == ["one", "two"]
    assert problems(run) == []


def test_a_task_that_keepers_die_of_is_given_up_and_the_run_says_so(store, monkeypatch):
    monkeypatch.setattr(sys, "executable", "/bin/false")
    keeper = Keeper()
    lost = []
    task = tasks.Sync(task="t", what="files", store=str(store.path), run_id="r", path=[], objects=[])
    keeper.hand_over(keeper.wrap(task, lambda *said: lost.append(said)))
    assert keeper.settle(30)
    assert [(one.task, why) for one, why in lost] == [("t", "the process that writes it ended")]


def test_too_much_that_waits_is_refused(store, monkeypatch):
    monkeypatch.setattr("mlnb.tracking.late.WAITING", 0)
    with start(store=store) as run:
        assert keep(run, LogisticRegressionOf(1)) == 0
    (said,) = problems(run)
    assert said.startswith("model 'clf' not kept: 0 tasks of 0 MB wait")


def test_no_room_for_what_is_handed_over_is_said(store, monkeypatch, tmp_path):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "gone"))
    with start(store=store) as run:
        assert keep(run, LogisticRegressionOf(1)) == 0
    (said,) = problems(run)
    assert said.startswith("model 'clf' not kept: there is no room for it")


def test_a_forked_child_has_a_keeper_of_its_own(store):
    with start(store=store) as run:
        keep(run, LogisticRegressionOf(1), "parent's")
        child = os.fork()
        if child == 0:
            try:
                keep(run, LogisticRegressionOf(2), "child's")
                os._exit(0 if KEEPER.settle(90) else 1)
            finally:
                os._exit(2)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert KEEPER.settle(90)
    assert sorted(one["name"] for one in models(run)) == ["child's", "parent's"]


def LogisticRegressionOf(c: float):
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(C=c).fit([[0.0], [1.0]], [0, 1])


# ---- and touches nothing ------------------------------------------------------------------------

KERNEL = """
import json, os, sys, threading, warnings, random, locale, signal
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config
settings = Config()
settings.HistoryManager.enabled = False
shell = InteractiveShell.instance(config=settings)
sys.modules["__main__"] = shell.user_module
shell.run_line_magic("load_ext", "mlnb")
told = {}
shell.user_ns["told"] = told
def run(cell):
    assert shell.run_cell(cell).success, cell
"""


def in_a_fresh_process(tmp_path, body: str) -> dict:
    script = tmp_path / "kernel.py"
    script.write_text(
        f"TRAINING = {TRAINING!r}\n{KERNEL}\n{body}\nprint('TOLD' + json.dumps(told))\nos._exit(0)\n"
    )
    done = subprocess.run(
        [sys.executable, str(script)], cwd=tmp_path, capture_output=True, text=True, timeout=170, check=False
    )
    assert "TOLD" in done.stdout, done.stdout + done.stderr
    return json.loads(done.stdout.partition("TOLD")[2])


def test_every_warning_of_the_users_is_shown_and_recorded_while_models_are_kept(tmp_path):
    told = in_a_fresh_process(
        tmp_path,
        """
warnings.simplefilter("always")
run(TRAINING + "import warnings")
shown = []
warnings.showwarning = lambda *said, **_: shown.append(said)
before = list(warnings.filters)
told.update(recorded=0, same=True)
for _ in range(100):
    run("%%track --quiet\\nmodel = LogisticRegression().fit(X, y)")
    shell.user_ns["filters"] = before
    run('''
for _ in range(40):
    warnings.warn("soon", FutureWarning)
with warnings.catch_warnings(record=True) as seen:
    warnings.simplefilter("always")
    for _ in range(37):
        warnings.warn("soon", FutureWarning)
told["recorded"] += len(seen)
told["same"] = told["same"] and warnings.filters == filters
''')
told["shown"] = sum(said[1] is FutureWarning for said in shown)
""",
    )
    assert told == {"shown": 4000, "recorded": 3700, "same": True}


def test_nothing_of_ours_runs_beside_the_users_code_but_what_reads_files_and_sleeps(tmp_path):
    told = in_a_fresh_process(
        tmp_path,
        """
run(TRAINING)
run("%%track\\nmodel = LogisticRegression().fit(X, y)\\nacc = model.score(X, y)")
before = set(sys.modules)
from mlnb import magics
import time
for _ in range(30):
    time.sleep(0.1)
told["threads"] = [one.name for one in threading.enumerate() if one is not threading.main_thread()]
told["imported"] = sorted(set(sys.modules) - before)
told["skops"] = "skops" in sys.modules
from mlnb.tracking.late import KEEPER
told["settled"] = KEEPER.settle(100)
""",
    )
    assert told == {"threads": ["mlnb-flusher"], "imported": [], "skops": False, "settled": True}


def test_a_tracked_cell_leaves_the_process_as_it_was(tmp_path):
    told = in_a_fresh_process(
        tmp_path,
        """
run(TRAINING)
run("%%track\\nmodel = LogisticRegression().fit(X, y)")  # what a library sets up at its first use is its own
run('''
import random, locale, signal, os, warnings
def state():
    return [repr(random.getstate()), repr(np.random.get_state()), os.getcwd(), dict(os.environ), locale.setlocale(locale.LC_ALL),
            [repr(signal.getsignal(number)) for number in signal.valid_signals()], repr(warnings.filters), os.umask(os.umask(0o22)),
            repr(signal.pthread_sigmask(signal.SIG_BLOCK, []))]
''')
names = "python's numbers, numpy's numbers, folder, environment, locale, handlers, filters, umask, mask".split(", ")
was = shell.user_ns["state"]()
run("%%track\\nmodel = LogisticRegression(C=2.0).fit(X, y)\\nacc = model.score(X, y)")
told["changed"] = [name for name, a, b in zip(names, was, shell.user_ns["state"]()) if a != b]
from mlnb.tracking.late import KEEPER
told["settled"] = KEEPER.settle(100)
told["later"] = [name for name, a, b in zip(names, was, shell.user_ns["state"]()) if a != b]
told["children"] = run("%%track\\nmodel = LogisticRegression(C=3.0).fit(X, y)")
try:
    told["children"] = os.waitpid(-1, os.WNOHANG)[0]
except ChildProcessError:
    told["children"] = "none"
""",
    )
    assert told == {"changed": [], "settled": True, "later": [], "children": "none"}


def test_the_keeper_is_in_a_session_of_its_own_and_gives_way(store):
    with start(store=store) as run:
        keep(run, LogisticRegressionOf(1))
    wait_until(lambda: KEEPER.process)
    process = psutil.Process(KEEPER.process)
    assert os.getsid(process.pid) != os.getsid(0)
    assert process.nice() > psutil.Process().nice()
    assert process.pid not in {child.pid for child in psutil.Process().children(recursive=True)}
    assert KEEPER.settle()


def test_a_keeper_ends_when_its_kernel_has(store):
    keeper = Keeper()
    task = tasks.Sync(task="t", what="files", store=str(store.path), run_id="r", path=sys.path, objects=[])
    keeper.hand_over(keeper.wrap(task, lambda *said: pytest.fail(str(said))))
    assert keeper.settle(60)
    process = psutil.Process(keeper.process)
    keeper._let_go()
    wait_until(lambda: not process.is_running() or process.status() == psutil.STATUS_ZOMBIE)
