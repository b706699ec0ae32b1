"""A Dask cluster of several processes: what ran there comes back, and a lost worker loses no run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nbformat
import psutil
import pytest

from mlnb.errors import ExecutionFailed, UsageError
from mlnb.execution.batch import execute
from mlnb.execution.jobs import Ended, Job
from mlnb.execution.prepared import Settings, prepare
from mlnb.execution.values import parse_axis
from mlnb.store import query

distributed = pytest.importorskip("distributed")

MakeNotebook = Callable[..., Path]

CELL = """%%track fit
import numpy as np
accuracy = 1 / n
np.save("weights.npy", np.ones(n))
print("accuracy", accuracy)
"""
DIE_ONCE = """
import os, signal, time, psutil
from pathlib import Path
if n == 2 and not Path({mark!r}).exists():
    Path({mark!r}).touch()
    dask = next(p for p in psutil.Process().parents() if p.pid in {workers!r})
    os.kill(dask.pid, signal.SIGKILL)
    time.sleep(600)
"""


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
    ) as found:
        yield found


class Seen:
    def __init__(self) -> None:
        self.ends: list[tuple[int, str, bool]] = []

    def started(self, job: Job) -> None: ...

    def ended(self, job: Job, ended: Ended, *, again: bool) -> None:
        self.ends.append((job.parameters["n"], ended.status, again))


@pytest.mark.slow
def test_a_batch_goes_on_when_a_dask_worker_is_killed(
    cluster: Any, notebook: MakeNotebook, tmp_path: Path
) -> None:
    workers = [worker.pid for worker in cluster.workers.values()]
    die = DIE_ONCE.format(mark=str(tmp_path / "died"), workers=workers)
    path = notebook(die, CELL, parameters="n = 0")
    settings = Settings(
        executor="dask", scheduler=cluster.scheduler_address, output_dir=tmp_path / "out", workers=2
    )
    seen = Seen()
    batch = execute(prepare(path, grid=[parse_axis("n=1,2,3")], settings=settings), seen)
    assert batch.state == "finished"
    assert sorted(seen.ends) == [
        (1, "finished", False),
        (2, "finished", False),
        (2, "lost", True),
        (3, "finished", False),
    ]
    rows = query.run_page(batch.store).rows
    assert sorted((row["params"]["n"], row["status"]) for row in rows) == [
        (1, "finished"),
        (2, "finished"),
        (2, "killed"),
        (3, "finished"),
    ]
    for row in rows:
        if row["status"] == "finished":
            assert row["metrics"]["fit.accuracy"] == pytest.approx(1 / row["params"]["n"])
            (kept,) = query.record(batch.store, row["run_id"])["artifacts"]
            assert b"accuracy" in batch.store.objects.read(kept["sha256"])
    again = next(row for row in rows if row["params"]["n"] == 2 and row["status"] == "finished")
    assert again["rerun_of"] == next(row["run_id"] for row in rows if row["status"] == "killed")
    nbformat.validate(nbformat.read(tmp_path / "out" / f"{batch.name}-2.ipynb", as_version=4))
    assert not [p for p in psutil.Process().children(recursive=True) if _is_ours(p)]


def _is_ours(process: psutil.Process) -> bool:
    try:
        line = " ".join(process.cmdline())
    except psutil.Error:
        return False
    return "mlnb.execution" in line or "ipykernel" in line


def test_a_scheduler_that_is_not_there_is_said_before_anything_starts(
    notebook: MakeNotebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mlnb.execution.cluster.CONNECT_SECONDS", "1s")
    settings = Settings(executor="dask", scheduler="tcp://127.0.0.1:9")
    prepared = prepare(notebook("1"), settings=settings)
    with pytest.raises(ExecutionFailed, match="no Dask scheduler"):
        execute(prepared)
    assert query.batches(prepared.store) == []


def test_a_scheduler_needs_an_executor_that_has_one(notebook: MakeNotebook) -> None:
    with pytest.raises(UsageError, match="--executor dask"):
        prepare(notebook("1"), settings=Settings(scheduler="tcp://127.0.0.1:8786"))
