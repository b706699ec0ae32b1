"""Event files that tensorboardX wrote arrive as TensorBoard's own reader reports them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import mlnb
from mlnb.errors import NotFound
from mlnb.integrations import take, tensorboard_logs
from mlnb.store import query

pytest.importorskip("tensorboard", reason="needs the extra 'tensorboard'")
writers = pytest.importorskip("tensorboardX", reason="tensorboardX writes what is read here")


@pytest.fixture
def logdir(tmp_path) -> Path:
    """Two runs, one of them with hyperparameters and nested scalars in folders of their own."""
    root = tmp_path / "logs"
    with writers.SummaryWriter(str(root / "a")) as log:
        for step in range(3000):
            log.add_scalar("train/loss", 1 / (step + 1), step)
        log.add_scalar("odd", float("nan"), 7)
        log.add_text("note", "hello *you*", 2)
        log.add_image("picture", np.zeros((3, 4, 4)), 5)
        log.add_histogram("weights", np.arange(10.0), 3)
    with writers.SummaryWriter(str(root / "deep" / "b")) as log:
        log.add_scalars("both", {"p": 1.0, "q": -1.0}, 0)
        log.add_hparams({"lr": 0.1, "opt": "adam", "on": True}, {"acc": 0.75}, name="trial")
    return root


def theirs(folder: Path) -> dict[str, list[tuple[int, float, str]]]:
    """What TensorBoard says of a folder: tag → (step, time, value)."""
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    logs = EventAccumulator(str(folder), size_guidance={"scalars": 0}).Reload()
    return {
        tag: [(one.step, round(one.wall_time * 1e6), repr(one.value)) for one in logs.Scalars(tag)]
        for tag in logs.Tags()["scalars"]
    }


def ours(store, record) -> dict[str, list[tuple[int, float, str]]]:
    found = {}
    for name in record["metrics"]:
        history = query.history(store, record["run_id"], name)
        found[name] = list(
            zip(
                history.steps.tolist(),
                history.times.tolist(),
                map(repr, history.values.tolist()),
                strict=True,
            )
        )
    return found


def by_name(store) -> dict[str, dict]:
    records = (query.record(store, run_id) for run_id in query.known_ids(store))
    return {record["name"]: record for record in records}


def test_every_folder_is_a_run_with_the_scalars_that_tensorboard_reports(logdir, store):
    done = take(store, tensorboard_logs.read(str(logdir)))
    folders = {path.parent for path in logdir.rglob("*tfevents*")}
    records = by_name(store)
    assert (done.runs, done.problems) == (len(folders), [])
    assert set(records) == {folder.relative_to(logdir).as_posix() for folder in folders}
    for folder in folders:
        assert ours(store, records[folder.relative_to(logdir).as_posix()]) == theirs(folder)
    assert done.points == sum(len(points) for folder in folders for points in theirs(folder).values())


def test_hyperparameters_texts_and_pictures_arrive(logdir, store):
    done = take(store, tensorboard_logs.read(str(logdir)))
    records = by_name(store)
    trial = records["deep/b/trial"]
    assert trial["params"] == {"lr": 0.1, "opt": "adam", "on": True}
    assert trial["parent_id"] == records["deep/b"]["run_id"] == records["deep/b/both/p"]["parent_id"]
    kept = mlnb.get(records["a"]["run_id"], store=store)
    assert kept.artifact("note 2.txt") == b"hello *you*"
    assert kept.artifact("picture 5.png").startswith(b"\x89PNG")
    assert done.left_out == {"histograms": 1}
    assert (records["a"]["experiment"], records["a"]["status"]) == ("logs", "finished")


def test_importing_again_brings_what_has_come_since_wherever_the_logs_are(logdir, store, tmp_path):
    take(store, tensorboard_logs.read(str(logdir)))
    count = len(query.known_ids(store))
    with writers.SummaryWriter(str(logdir / "a"), filename_suffix=".more") as log:
        log.add_scalar("train/loss", -1.0, 3000)
    moved = logdir.rename(tmp_path / "moved")
    done = take(store, tensorboard_logs.read(str(moved)))
    assert (done.runs, done.updated, done.points, done.unchanged) == (0, 1, 1, count - 1)
    assert query.record(store, by_name(store)["a"]["run_id"])["metrics"]["train/loss"] == -1.0


def test_a_training_that_was_started_again_loses_none_of_its_history(store, tmp_path):
    for suffix, values in (("", (3.0, 2.0, 1.0)), (".again", (2.5, 1.5))):
        with writers.SummaryWriter(str(tmp_path / "logs"), filename_suffix=suffix) as log:
            for step, value in enumerate(values, 0 if not suffix else 1):
                log.add_scalar("loss", value, step)
    take(store, tensorboard_logs.read(str(tmp_path / "logs")))
    (run_id,) = query.known_ids(store)
    assert query.history(store, run_id, "loss").steps.tolist() == [0, 1, 1, 2, 2]


def test_a_folder_without_logs_is_named(tmp_path):
    with pytest.raises(NotFound, match="there are no TensorBoard logs"):
        tensorboard_logs.read(str(tmp_path))
