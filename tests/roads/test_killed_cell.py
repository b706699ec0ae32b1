"""A tracked cell trains in a kernel, is watched from another process, and the kernel is killed: what anybody finds of it.

Nothing is faked between the cell and what the command line says of it.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time

import pytest
from jupyter_client.manager import KernelManager

import mlnb
from mlnb.store import Store, query

TRAINING = """\
%%track training
import time
lr = 0.03
began = time.time()
for epoch in range(1000):
    loss = 1 / (1 + lr * epoch)
    stamps.write(f"{epoch} {time.time()}\\n")
    time.sleep(0.05)
"""
QUICK = """\
%%track quick
import numpy as np
from sklearn.linear_model import Ridge
rng = np.random.default_rng(1)
for alpha in [1.0, 2.0]:
    model = Ridge(alpha=alpha).fit(rng.normal(size=(20, 2)), rng.normal(size=20))
loss = 1.0
while True:
    loss = loss * 0.999 + 0.001
    stamps.write("0 0\\n")
"""
SILENT = "%%track silent\nimport time\ndepth = 5\ntime.sleep(60)"


@pytest.fixture
def kernel(tmp_path, monkeypatch):
    """A kernel whose working folder is the test's, with mlnb loaded; its manager and client."""
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    manager = KernelManager(kernel_name="python3")
    manager.start_kernel(cwd=str(tmp_path))
    client = manager.client()
    client.start_channels()
    client.wait_for_ready(timeout=60)
    reply = client.execute_interactive("%load_ext mlnb\nstamps = open('stamps', 'w', 1)", timeout=60)
    assert reply["content"]["status"] == "ok"
    yield manager, client
    client.stop_channels()
    manager.shutdown_kernel(now=True)


def wait_for(condition, seconds=60.0):
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)
    return found


def stamps(folder):
    """(turn, when) as the cell itself wrote them, each after its value was set."""
    lines = (folder / "stamps").read_text().splitlines()
    return [(int(turn), float(when)) for turn, when in (line.split() for line in lines if " " in line)]


def kill(manager):
    os.kill(manager.provisioner.pid, signal.SIGKILL)
    killed = time.time()
    wait_for(lambda: not manager.is_alive())
    return killed


def cli(folder, *words):
    done = subprocess.run(
        [sys.executable, "-m", "mlnb", *words], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_killed_cell_leaves_parameters_source_curve_and_its_time(kernel, tmp_path):
    manager, client = kernel
    client.execute(TRAINING)
    wait_for(lambda: len(stamps(tmp_path)) >= 40)
    killed = kill(manager)
    left = stamps(tmp_path)

    run = mlnb.get("training")
    assert run.status == "killed"
    assert run.params == {"lr": 0.03}
    curve = run.history("loss")
    turns = [turn for turn, when in left if when < killed - 1.0]
    assert curve["step"].tolist()[: len(turns)] == turns
    assert curve["value"].tolist() == [1 / (1 + 0.03 * turn) for turn in curve["step"]]
    assert len(curve) >= len(left)  # each value is written before the next line of the cell runs
    began = run.started_at.timestamp()
    assert left[-1][1] - began - 0.1 <= run.duration_s <= killed - began
    (cell,) = run.cells[run.cells.own].to_dict("records")
    assert (cell["source"], cell["status"]) == (TRAINING, "killed")
    assert cell["duration_s"] == run.duration_s

    shown = cli(tmp_path, "show", "training")
    for word in ("killed", "lr", "0.03", "loss"):
        assert word in shown
    (listed,) = json.loads(cli(tmp_path, "runs", "--json"))
    assert (listed["status"], listed["params"]) == ("killed", {"lr": 0.03})
    assert listed["metrics"] == {"loss": curve["value"].iloc[-1]}

    cli(tmp_path, "store", "rebuild")
    assert mlnb.get("training").duration_s == run.duration_s
    assert len(mlnb.get("training").history("loss")) == len(curve)


def test_a_killed_cell_leaves_what_was_missed_of_it_and_what_its_calls_were_given(kernel, tmp_path):
    manager, client = kernel
    client.execute(QUICK)
    wait_for(lambda: len(stamps(tmp_path)) >= 100_000)
    time.sleep(2)
    kill(manager)

    run = mlnb.get("quick")
    assert run.status == "killed"
    assert run.params == {"seed": 1, "Ridge.alpha": "[1.0, 2.0]"}
    assert run.seeds == '{"default_rng": 1}'
    record = query.record(Store.open(tmp_path / ".mlnb"), run.run_id)
    (missed,) = (problem for problem in record["problems"] if problem["where"] == "loops")
    assert missed["message"].startswith("while True: ")
    assert missed["message"].endswith("its last values are those last seen")
    shown = cli(tmp_path, "show", "quick")
    assert missed["message"] in shown
    assert "Ridge.alpha" in shown


def test_a_running_cell_is_seen_from_another_process(kernel, tmp_path):
    _, client = kernel
    client.execute(TRAINING)
    wait_for(lambda: len(stamps(tmp_path)) >= 5)
    (listed,) = json.loads(cli(tmp_path, "runs", "--json"))
    assert (listed["status"], listed["params"]) == ("running", {"lr": 0.03})
    assert 0 < listed["metrics"]["loss"] <= 1
    shown = cli(tmp_path, "show", "training")
    for word in ("running", "lr", "0.03", "loss"):
        assert word in shown
    run = mlnb.get("training")
    seen = stamps(tmp_path)[-1][0]
    assert run.history("loss")["step"].max() >= seen
    assert run.metrics["loss"] <= 1 / (1 + 0.03 * seen)
    assert run.cells["status"].tolist()[-1] == "running"


def test_a_cell_that_says_nothing_is_known_to_have_lived(kernel, tmp_path):
    """As a long `fit` of a library: nothing passes that could be told."""
    manager, client = kernel
    client.execute(SILENT)
    store = Store.open(tmp_path / ".mlnb")
    (row,) = wait_for(lambda: query.run_page(store).rows)
    time.sleep(4)
    killed = kill(manager)
    run = mlnb.get("silent")
    assert (run.status, run.params) == ("killed", {"depth": 5})
    assert (
        killed - row["started_at"].timestamp() - 2.5
        <= run.duration_s
        <= killed - row["started_at"].timestamp()
    )
