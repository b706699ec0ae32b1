"""`papermill --engine mlnb` is a tracked run, with no other change."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import papermill
import pytest
from papermill.exceptions import PapermillExecutionError

from mlnb.store import Store, query

MakeNotebook = Callable[..., Path]


def execute(path: Path, **parameters: Any) -> Any:
    output = path.with_name("out.ipynb")
    return papermill.execute_notebook(
        str(path), str(output), parameters=parameters, engine_name="mlnb", progress_bar=False, cwd=path.parent
    )


def only_run(path: Path, **where: Any) -> dict[str, Any]:
    (row,) = query.run_page(Store.open(path.parent / ".mlnb"), **where).rows
    return row


def test_a_notebook_without_track_is_tracked_as_a_whole(notebook: MakeNotebook) -> None:
    path = notebook("accuracy = 1 / (1 + lr)", parameters="lr = 0.5")
    execute(path, lr=0.25)
    row = only_run(path)
    assert (row["status"], row["kind"], row["experiment"]) == ("finished", "notebook", "train")
    assert row["params"]["lr"] == 0.25
    assert row["metrics"]["accuracy"] == 0.8


def test_a_failing_cell_is_papermills_error_and_a_failed_run(notebook: MakeNotebook) -> None:
    path = notebook("1 / 0")
    with pytest.raises(PapermillExecutionError):
        execute(path)
    row = only_run(path)
    assert (row["status"], row["error"]) == ("failed", "ZeroDivisionError: division by zero")


def test_a_cell_that_may_fail_does_not_fail_the_run(notebook: MakeNotebook) -> None:
    path = notebook("1 / 0", "done = True")
    source = nbformat.read(path, as_version=4)
    source.cells[0].metadata["tags"] = ["raises-exception"]
    nbformat.write(source, path)
    with pytest.raises(PapermillExecutionError):
        execute(path)  # papermill's own verdict stays as it is
    assert only_run(path)["status"] == "finished"


def test_leaving_with_status_zero_is_no_failure(notebook: MakeNotebook) -> None:
    path = notebook("import sys\nsys.exit(0)", "1 / 0")
    execute(path)
    assert only_run(path)["status"] == "finished"


def test_a_notebook_that_asks_for_input_fails_at_once(notebook: MakeNotebook) -> None:
    path = notebook("input()")
    with pytest.raises(PapermillExecutionError):
        execute(path)
    assert only_run(path)["error"].startswith("StdinNotImplementedError")


def test_a_kernel_that_is_killed_makes_its_run_killed(notebook: MakeNotebook) -> None:
    path = notebook("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)")
    with pytest.raises(Exception, match="died"):
        execute(path)
    row = only_run(path)
    assert (row["status"], row["exit_signal"]) == ("killed", 9)


def test_a_kernel_that_dies_leaves_its_last_words(notebook: MakeNotebook) -> None:
    path = notebook("import os\nos.write(2, b'no such licence\\n')\nos._exit(3)")
    with pytest.raises(Exception, match="died"):
        execute(path)
    row = only_run(path)
    assert row["status"] == "failed"
    assert "status 3" in row["error"]


def test_a_kernel_that_dies_at_its_start_says_why(
    notebook: MakeNotebook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "jupyter" / "kernels" / "broken"
    folder.mkdir(parents=True)
    command = [sys.executable, "-c", "import sys; sys.exit('no such licence')", "{connection_file}"]
    spec = {"argv": command, "display_name": "broken", "language": "python"}
    (folder / "kernel.json").write_text(json.dumps(spec))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "jupyter"))
    path = notebook("1", kernel="broken")
    with pytest.raises(RuntimeError):
        execute(path)
    row = only_run(path)
    assert row["status"] == "failed"
    assert "no such licence" in row["error"]


def test_a_kernel_without_mlnb_still_gives_a_run_which_says_so(
    notebook: MakeNotebook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mlnb.py").write_text("raise ImportError('not here')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    path = notebook("lr + 1", parameters="lr = 0.5")
    execute(path, lr=0.1)
    record = query.record(Store.open(tmp_path / ".mlnb"), only_run(path)["run_id"])
    assert record["status"] == "finished"
    assert record["params"]["lr"] == 0.1
    assert [problem["where"] for problem in record["problems"]] == ["kernel"]
    assert [artifact["kind"] for artifact in record["artifacts"]] == ["notebook"]


def test_cells_are_sent_with_their_id_and_tags(notebook: MakeNotebook) -> None:
    path = notebook("print(get_ipython().kernel.get_parent('shell')['metadata'])", parameters="lr = 0.5")
    executed = execute(path, lr=1)
    assert executed.cells[-1].outputs[0].text.strip() == "{'cellId': 'code-0', 'tags': []}"
    assert executed.cells[1].id == "injected-parameters"


@pytest.mark.parametrize("first", ["papermill", "mlnb.execution.engine", "mlnb.execution.worker"])
def test_the_engine_is_found_whoever_is_imported_first(first: str) -> None:
    code = (
        f"import {first}; from mlnb.execution.engine import MlnbEngine; import papermill.engines as e; "
        "assert e.papermill_engines.get_engine('mlnb') is MlnbEngine"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
