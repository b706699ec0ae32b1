"""A batch: one tracked run for each parameter set, whatever happens to the others."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import nbformat
import pytest

from mlnb.errors import NameTaken, NotWritable, UsageError
from mlnb.execution.batch import Batch, execute
from mlnb.execution.prepared import Settings, prepare, resume
from mlnb.execution.values import parse_axis
from mlnb.store import query

MakeNotebook = Callable[..., Path]


def rows(batch: Batch) -> dict[Any, dict[str, Any]]:
    found = query.run_page(batch.store, where=f"batch_id = '{batch.batch_id}'").rows
    return {row["params"]["lr"]: row for row in found}


def test_each_parameter_set_is_a_run(grid: Batch) -> None:
    found = rows(grid)
    assert sorted(found) == [0.1, 0.2, 0.4, 7]
    assert {row["kind"] for row in found.values()} == {"notebook"}
    assert {row["run_id"] for row in found.values()} == {entry.run_id for entry in grid.plan}


def test_a_failing_run_leaves_the_others_alone(grid: Batch) -> None:
    statuses = {lr: row["status"] for lr, row in rows(grid).items()}
    assert statuses == {0.1: "finished", 0.2: "finished", 7: "failed", 0.4: "finished"}
    assert rows(grid)[7]["error"] == "AssertionError: lr is too big"
    assert grid.state == "failed"
    assert [job.parameters for job, _ in grid.failures] == [{"lr": 7}]


def test_injected_parameters_and_the_notebooks_own_are_told_apart(grid: Batch) -> None:
    detail = query.record(grid.store, rows(grid)[0.1]["run_id"])["params_detail"]
    sources = {item["name"]: (item["value"], item["source"]) for item in detail}
    assert sources["lr"] == ("0.1", "injected")
    assert sources["depth"] == ("3", "assigned")


def test_what_the_tracked_cell_found_is_told_by_the_notebooks_run(grid: Batch) -> None:
    metrics = rows(grid)[0.4]["metrics"]
    assert metrics["accuracy"] == metrics["fit.accuracy"] == pytest.approx(1 / 1.4)


def test_the_tracked_cells_curve_is_there_to_compare_the_notebooks_runs_by(grid: Batch) -> None:
    parent = rows(grid)[0.2]["run_id"]
    (child,) = query.children(grid.store, parent)
    logged = query.history(grid.store, child["run_id"], "loss")
    for name in ("loss", "fit.loss"):
        told = query.history(grid.store, parent, name)
        assert len(told.values) == 3
        assert [column.tolist() for column in (told.steps, told.times, told.values)] == [
            column.tolist() for column in (logged.steps, logged.times, logged.values)
        ]


def test_the_notebooks_run_knows_what_its_cells_ran_in(grid: Batch) -> None:
    record = query.record(grid.store, rows(grid)[0.2]["run_id"])
    (child,) = query.children(grid.store, record["run_id"])
    assert record["env_id"] == child["env_id"] is not None
    assert "duckdb" in record["environment"]["packages"]


def test_the_tracked_cell_is_a_child(grid: Batch) -> None:
    parent = rows(grid)[0.2]["run_id"]
    (child,) = query.run_page(grid.store, where=f"parent_id = '{parent}'", children=True).rows
    assert (child["name"], child["kind"], child["cell_id"], child["status"]) == (
        "fit",
        "cell",
        "code-1",
        "finished",
    )
    assert query.history(grid.store, child["run_id"], "loss").values.tolist() == pytest.approx(
        [0, 0.2 / 7, 0.4 / 7]
    )


def test_the_executed_notebook_is_kept_also_of_a_run_that_failed(grid: Batch) -> None:
    for lr, ran in ((0.1, True), (7, False)):
        (kept,) = query.record(grid.store, rows(grid)[lr]["run_id"])["artifacts"]
        executed = nbformat.reads(grid.store.objects.read(kept["sha256"]).decode(), as_version=4)
        nbformat.validate(executed)
        assert [bool(cell.outputs) for cell in executed.cells] == [False, False, not ran, ran, ran]
        assert executed.metadata.papermill.parameters == {"lr": lr}
        assert executed.metadata.papermill.duration > 0


def test_executed_notebooks_go_to_the_output_folder_too(grid: Batch, grid_folder: Path) -> None:
    names = sorted(path.name for path in (grid_folder / "executed").iterdir())
    assert names == [f"sweep-{number}.ipynb" for number in (1, 2, 3, 4)]


def test_notebooks_run_where_they_lie_as_in_jupyterlab(grid: Batch, grid_folder: Path) -> None:
    executed = nbformat.read(grid_folder / "executed" / "sweep-1.ipynb", as_version=4)
    assert str(grid_folder) in executed.cells[-1].outputs[-1].data["text/plain"]


def test_execution_counts_are_those_of_plain_papermill(grid: Batch, grid_folder: Path) -> None:
    executed = nbformat.read(grid_folder / "executed" / "sweep-1.ipynb", as_version=4)
    assert [cell.execution_count for cell in executed.cells] == [1, 2, 3, 4, 5]


def test_the_registry_knows_the_batch(grid: Batch) -> None:
    (known,) = query.batches(grid.store)
    assert (known["name"], known["state"], known["executor"]) == ("sweep", "failed", "local")


def test_tags_are_on_every_run(grid: Batch) -> None:
    assert {row["tags"]["team"] for row in rows(grid).values()} == {"a"}


def test_a_batchs_name_can_be_had_once(grid: Batch, grid_folder: Path) -> None:
    with pytest.raises(NameTaken, match="sweep"):
        prepare(grid_folder / "train.ipynb", name="sweep", store=grid.store.path)


def test_a_recorded_run_can_be_rerun_with_its_own_parameters(grid: Batch) -> None:
    original = rows(grid)[0.2]["run_id"]
    again = prepare(original, store=grid.store.path)
    (job,) = again.jobs
    assert (job.parameters, job.rerun_of) == ({"lr": 0.2}, original)
    assert b"injected-parameters" not in again.source.content
    assert b"%%track fit" in again.source.content


def test_settings_that_make_no_sense_are_refused(notebook: MakeNotebook) -> None:
    path = notebook("1")
    for settings in ({"workers": 0}, {"timeout": 0}, {"retries": -1}, {"executor": "locl"}):
        with pytest.raises(UsageError):
            prepare(path, settings=Settings(**settings))


@pytest.mark.skipif(os.geteuid() == 0 and not Path("/proc/version").exists(), reason="root writes everywhere")
def test_an_output_folder_that_cannot_be_written_is_refused(notebook: MakeNotebook) -> None:
    with pytest.raises(NotWritable, match="output folder"):
        prepare(notebook("1"), settings=Settings(output_dir=Path("/proc/mlnb")))


def test_resuming_runs_only_what_is_missing(grid: Batch) -> None:
    rest = resume("sweep", store=grid.store.path)
    (job,) = rest.jobs
    assert (job.parameters, job.name, job.rerun_of) == ({"lr": 7}, "sweep-3", grid.plan.entries[2].run_id)


def test_a_resumed_batch_is_executed_as_it_was_before(notebook: MakeNotebook, tmp_path: Path) -> None:
    (tmp_path / "work").mkdir()
    settings = Settings(
        workers=1,
        timeout=77.0,
        retries=0,
        output_dir=tmp_path / "out",
        folder=tmp_path / "work",
        experiment="another",
        tags={"team": "a"},
        warm=False,
    )
    path = notebook("from pathlib import Path\nassert Path('there').exists()\nwhere = Path.cwd().name")
    batch = execute(prepare(path, name="again", settings=settings))
    assert batch.state == "failed"
    (tmp_path / "work" / "there").touch()
    rest = resume("again", store=batch.store.path, changes={"timeout": 66.0})
    assert rest.settings == replace(settings, timeout=66.0)
    assert (rest.source.kernel_name, rest.folder) == ("python3", tmp_path / "work")
    assert execute(rest).state == "finished"
    row = next(row for row in query.run_page(batch.store).rows if row["status"] == "finished")
    assert (row["experiment"], row["tags"]["team"]) == ("another", "a")
    assert [file.name for file in (tmp_path / "out").iterdir()] == ["again-1.ipynb"]


def test_the_settings_of_a_newer_and_of_an_older_version_are_read() -> None:
    assert Settings.from_record({"workers": 3, "moods": 1}) == Settings(workers=3)
    whole = Settings(folder=Path("/x"), tags={"a": "b"}, fail_fast=True)
    assert Settings.from_record(json.loads(json.dumps(whole.to_record()))) == whole


@pytest.mark.slow
def test_a_run_that_takes_too_long_is_stopped_and_another_try_may_succeed(notebook: MakeNotebook) -> None:
    path = notebook(
        "from pathlib import Path\nimport time\n"
        "if not Path('tried').exists():\n    Path('tried').touch()\n    time.sleep(600)"
    )
    prepared = prepare(path, settings=Settings(timeout=15.0, retries=1))
    batch = execute(prepared)
    assert batch.state == "finished"
    first, second = sorted(query.run_page(batch.store).rows, key=lambda row: row["started_at"])
    assert (first["status"], second["status"]) == ("failed", "finished")
    assert first["error"].startswith("Timeout")
    assert second["rerun_of"] == first["run_id"]


def test_fail_fast_starts_no_more_runs(notebook: MakeNotebook) -> None:
    path = notebook("assert n > 2", parameters="n = 0")
    prepared = prepare(path, grid=[parse_axis("n=1,2,3,4")], settings=Settings(workers=1, fail_fast=True))
    batch = execute(prepared)
    assert query.run_page(batch.store).total == 1
    assert batch.state == "failed"
