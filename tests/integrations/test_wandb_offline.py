"""What W&B's offline mode wrote arrives whole. W&B has no offline API to ask, so the run itself is asked before it ends."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from pathlib import Path

import pytest

import mlnb
from mlnb.errors import NotFound
from mlnb.integrations import take, wandb_offline
from mlnb.store import query

pytest.importorskip("wandb", reason="needs the extra 'wandb'")

# In a process of its own: W&B starts a service, patches and remembers a good deal.
WRITE = """
import json, math, wandb
with open("a.txt", "w") as file:
    file.write("hello")
said = {}
run = wandb.init(project="churn", name="first", config={"lr": 0.1, "opt": {"name": "adam", "on": True}},
                 tags=["a", "b"], notes="hm", group="g", job_type="train")
for i in range(2000):
    run.log({"loss": 1 / (i + 1), "nest": {"acc": i}, "word": "text"})
run.log({"late": 1.5, "odd": math.inf, "hist": wandb.Histogram([1, 2, 3])}, step=3000)
run.log({"odd": math.nan}, step=3001)
run.config.update({"depth": 3})
run.summary["best"] = 0.9
run.save("a.txt")
kept = wandb.Artifact("forest", "model")
kept.add_file("a.txt")
run.log_artifact(kept)
said["first"] = {
    "id": run.id, "config": dict(run.config), "start": run.start_time,
    "summary": {key: repr(float(value)) for key, value in dict(run.summary).items()
                if not key.startswith("_") and isinstance(value, (int, float))},
}
run.finish()
run = wandb.init(project="churn", id="failing")
run.log({"x": 1})
run.finish(exit_code=3)
json.dump(said, open("said.json", "w"))
"""


@pytest.fixture(scope="module")
def written(tmp_path_factory) -> Path:
    """A folder with wandb/ in it, and what the first run said of itself in said.json."""
    folder = tmp_path_factory.mktemp("wandb")
    quiet = {"WANDB_MODE": "offline", "WANDB_SILENT": "true", "WANDB_CONSOLE": "off", "HOME": str(folder)}
    subprocess.run([sys.executable, "-c", WRITE], cwd=folder, env=os.environ | quiet, check=True, timeout=150)
    return folder


@pytest.fixture
def imported(written, store):
    """The records of the two runs, and what the import did."""
    done = take(store, wandb_offline.read(str(written)))
    first, failing = (query.record(store, query.resolve(store, name)) for name in ("first", "failing"))
    return first, failing, done


def test_the_run_is_what_it_said_it_was(written, imported):
    said = json.loads((written / "said.json").read_text())["first"]
    first, _, done = imported
    assert (done.runs, done.problems) == (2, [])
    assert first["tags"]["imported.id"] == f"churn/{said['id']}"
    assert first["params"] == {"lr": 0.1, "opt.name": "adam", "opt.on": True, "depth": 3}
    assert (first["experiment"], first["status"], first["note"]) == ("churn", "finished", "hm")
    assert {"a", "b"} <= set(first["tags"])
    assert (first["tags"]["wandb.group"], first["tags"]["wandb.job_type"]) == ("g", "train")
    assert abs(first["started_at"].timestamp() - said["start"]) < 2
    assert said["summary"].pop("odd") == "inf"  # W&B's summary keeps the last that is a number
    assert set(said["summary"]) == {"loss", "late", "best"}
    for name, value in said["summary"].items():
        assert repr(first["metrics"][name]) == value


def test_the_whole_history_is_there(store, imported):
    first, _, done = imported
    loss = query.history(store, first["run_id"], "loss")
    assert loss.steps.tolist() == list(range(2000))
    assert loss.values.tolist() == [1 / (i + 1) for i in range(2000)]
    assert (loss.times[1:] >= loss.times[:-1]).all()
    assert loss.times[0] >= first["started_at"].timestamp() * 1e6
    assert query.history(store, first["run_id"], "nest.acc").values.tolist() == list(map(float, range(2000)))
    odd = query.history(store, first["run_id"], "odd")
    assert odd.steps.tolist() == [3000, 3001]
    assert odd.values[0] == math.inf
    assert math.isnan(odd.values[1])
    assert set(first["metrics"]) == {"loss", "nest.acc", "late", "odd", "best"}
    assert done.left_out["histogram"] == 1


def test_files_and_artifacts_are_kept(store, imported):
    first, _, _ = imported
    kept = mlnb.get(first["run_id"], store=store)
    assert kept.artifact("a.txt") == kept.artifact("forest/a.txt") == b"hello"
    assert "wandb==" in kept.artifact("requirements.txt").decode()


def test_an_exit_code_is_a_failure(imported):
    _, failing, _ = imported
    assert (failing["status"], failing["error"], failing["metrics"]) == ("failed", "exit code 3", {"x": 1})


def test_importing_again_or_from_nearer_adds_nothing(written, store, imported):
    assert take(store, wandb_offline.read(str(written))).unchanged == 2
    (one,) = (written / "wandb").glob("offline-run-*-failing")
    assert take(store, wandb_offline.read(str(one))).unchanged == 1
    assert len(query.known_ids(store)) == 2


@pytest.fixture
def first_log(written) -> tuple[str, bytes]:
    """The first run's log: its name and content."""
    (path,) = (one for one in written.glob("wandb/offline-run-*/*.wandb") if "failing" not in one.name)
    return path.name, path.read_bytes()


def test_a_log_that_breaks_off_is_a_run_that_has_not_ended(store, first_log):
    name, data = first_log
    Path(name).write_bytes(data[: len(data) // 2])
    done = take(store, wandb_offline.read("."))
    (record,) = (query.record(store, run_id) for run_id in query.known_ids(store))
    assert (done.runs, done.problems, record["status"]) == (1, [], "killed")
    assert 100 < len(query.history(store, record["run_id"], "loss").values) < 2000
    Path(name).write_bytes(data)
    assert take(store, wandb_offline.read(".")).updated == 1
    assert len(query.history(store, record["run_id"], "loss").values) == 2000
    assert query.record(store, record["run_id"])["status"] == "finished"


def test_a_damaged_record_is_told_and_what_stands_before_it_kept(store, first_log):
    name, data = first_log
    damaged = bytearray(data)
    damaged[len(data) // 2] ^= 1
    Path(name).write_bytes(damaged)
    done = take(store, wandb_offline.read("."))
    assert "is damaged, what follows is lost: the record at byte" in done.problems[0]
    (run_id,) = query.known_ids(store)
    assert len(query.history(store, run_id, "loss").values) > 100


def test_a_folder_without_runs_is_named(tmp_path):
    with pytest.raises(NotFound, match="there is no W&B run"):
        wandb_offline.read(str(tmp_path))
