"""A batch tells how far it is while it runs, and can be cancelled from another thread."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

import mlnb
from mlnb.execution import views
from mlnb.execution.batch import Batch
from mlnb.execution.jobs import Ended
from mlnb.execution.progress import BatchProgress
from mlnb.execution.terminal import Progress
from mlnb.store import query

if TYPE_CHECKING:
    import pytest

MakeNotebook = Callable[..., Path]


def test_a_batch_that_has_ended_says_how_its_runs_went(grid: Batch) -> None:
    progress = grid.progress()
    assert progress.state == "failed"
    assert progress.counts == {"waiting": 0, "running": 0, "finished": 3, "failed": 1, "killed": 0}
    assert [run.parameters["lr"] for run in progress.runs if run.state == "failed"] == [7]
    assert progress.runs[2].error == "AssertionError: lr is too big"
    assert progress.best is not None
    assert (progress.best.metric, progress.best.name) == ("accuracy", "sweep-1")
    assert (progress.done, progress.left) == (4, 0)


def test_a_batch_behind_can_be_watched_and_cancelled(notebook: MakeNotebook) -> None:
    path = notebook(
        "loss = n * 1.5\nimport time\nfrom pathlib import Path\nPath(f'at-{n}').touch()\n"
        "time.sleep(600 if n > 1 else 0)",
        parameters="n = 0",
    )
    batch = mlnb.rerun(path, grid={"n": [1, 2, 3]}, workers=1, progress=False, wait=False)
    seen: list[BatchProgress] = []
    batch.observe(seen.append)
    while not (Path("at-2").exists() and batch.progress().counts["finished"]):
        assert not batch.wait(0.05)
    batch.cancel()
    assert batch.wait(120)
    assert batch.state == "cancelled"
    assert [run.state for run in seen[-1].runs] == ["finished", "failed", "waiting"]
    assert any(progress.left for progress in seen), "the time left is told once a run has ended"
    assert [row["status"] for row in query.run_page(batch.store, order_by="started_at").rows] == [
        "finished",
        "failed",
    ]
    assert query.batches(batch.store)[0]["state"] == "cancelled"


def test_a_watcher_that_fails_stops_nothing(notebook: MakeNotebook, caplog: pytest.LogCaptureFixture) -> None:
    batch = mlnb.rerun(notebook("1"), progress=False, wait=False)
    batch.observe(lambda _: 1 / 0)
    assert batch.wait(120)
    assert batch.state == "finished"


def test_only_notebooks_get_the_notebooks_view(
    notebook: MakeNotebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[Batch] = []
    monkeypatch.setattr(views, "_of_notebooks", [])
    views.show_notebooks_with(shown.append)
    mlnb.rerun(notebook("1"))
    assert shown == []


def test_a_terminal_shows_how_far_it_is_and_the_runs_that_run(grid: Batch) -> None:
    first, second, *_ = grid.prepared.jobs
    seen = Progress(grid.prepared, Console(file=io.StringIO(), force_terminal=True))
    seen.started(first)
    seen.ended(first, Ended(first.run_id, "failed", "ValueError: no", 61.0), again=False)
    seen.started(second)
    paper = Console(file=io.StringIO(), width=120)
    paper.print(seen._draw())
    head, run = paper.file.getvalue().splitlines()
    assert "1 of 4" in head
    assert "about 0:03:03 left" in head
    assert "sweep-2  lr=0.2" in run
