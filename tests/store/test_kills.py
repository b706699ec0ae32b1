"""Nothing is lost: not by `kill -9`, not by eight writers at once, not by a full disk.

The whole of it is a command: `python -m benchmarks.kills`, `python -m benchmarks.together`.
"""

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from mlnb import events
from mlnb.errors import NotWritable
from mlnb.store import Store, care, ingest, query
from mlnb.testing import make_runs

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from benchmarks import kills, together  # noqa: E402


@pytest.fixture(autouse=True)
def _found_by_children(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(ROOT))


def test_what_a_killed_process_had_logged_is_there(tmp_path):
    outcome, chance = kills.Outcome(), random.Random(7)
    for _ in range(4):
        kills.kill_while_logging(tmp_path / "s", chance, outcome)
    assert outcome.is_clean, str(outcome)
    assert outcome.points > 0


@pytest.mark.parametrize("stage", kills.STAGES)
def test_a_fold_killed_at_any_stage_is_finished_by_the_next(tmp_path, stage):
    outcome = kills.Outcome()
    kills.kill_while_folding(tmp_path, stage, random.Random(stage), outcome)
    assert outcome.is_clean, str(outcome)
    assert outcome.kills == {stage: 1}


def test_many_processes_and_a_reader():
    outcome = together.run(processes=4, runs=3, points=2000)
    assert outcome.is_clean, str(outcome)
    assert len(outcome.finish_ms) == 12


# ---- a full disk --------------------------------------------------------------------------------


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 8 MiB."""
    place = tmp_path / "disk"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(place)]
    try:
        mounted = subprocess.run(command, capture_output=True, text=True, check=False)
        reason = mounted.stderr.strip() if mounted.returncode else ""
    except FileNotFoundError:
        reason = "there is no mount here"
    if reason:
        if os.environ.get("MLNB_REQUIRE_TMPFS") == "1":
            pytest.fail(f"a tmpfs can't be mounted: {reason}")
        pytest.skip(f"a tmpfs can't be mounted: {reason}")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


LOGS_ON_A_FULL_DISK = """
import os, sys, mlnb
folder = sys.argv[1]
run = mlnb.run("full", store=folder + "/.mlnb", experiment="e")
run.metric("loss", -1.0)
filler = os.open(folder + "/filler", os.O_CREAT | os.O_WRONLY)
try:
    while True:
        os.write(filler, bytes(1 << 16))
except OSError:
    pass
for step in range(5000):
    run.metric("loss", float(step))
    run.metric("acc", float(step))
run.param("late", 1)
print("the cell went on", flush=True)
os.ftruncate(filler, 0)
run.metric("loss", 5000.0)
run.finish()
"""


def test_a_full_disk_stops_nobody_and_loses_nothing(small_disk):
    done = subprocess.run(
        [sys.executable, "-c", LOGS_ON_A_FULL_DISK, str(small_disk)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "the cell went on\n"
    assert done.stderr.count("can't be written") == 1
    store = Store.open(small_disk / ".mlnb", create=False)
    (row,) = query.run_page(store).rows
    assert query.history(store, row["run_id"], "loss").values.tolist() == [-1.0, *map(float, range(5001))]
    assert (row["params"], row["metrics"]["acc"]) == ({"late": 1}, 4999.0)


def test_a_fold_on_a_full_disk_fails_and_succeeds_when_there_is_room(small_disk):
    store = Store.open(small_disk / ".mlnb")
    make_runs(store, 3, points=2)
    ingest.fold(store)
    made = make_runs(store, 5, points=2)
    filler = small_disk / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            pass
    for refused in (lambda: ingest.fold(store), lambda: store.edit(made[0], events.Note(text="x"))):
        with pytest.raises(NotWritable):
            refused()
    filler.unlink()
    assert query.run_page(store).total == 8
    assert care.verify(store) == []
