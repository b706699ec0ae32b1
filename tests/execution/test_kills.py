"""Whatever is killed, no run is lost, states are right, the rest can be resumed, no process stays behind."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from mlnb.execution.batch import execute
from mlnb.execution.prepared import Settings, prepare, resume
from mlnb.execution.values import parse_axis
from mlnb.store import Store, control, query

MakeNotebook = Callable[..., Path]

WAIT = """
from pathlib import Path
import time
Path(f"at-{n}").touch()
while n > 1 and not Path("go").exists():
    time.sleep(0.02)
"""


def wait_for(condition: Callable[[], Any], seconds: float = 30) -> Any:
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.05)
    return found


def statuses(folder: Path) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for row in reversed(query.run_page(Store.open(folder / ".mlnb")).rows):
        found.setdefault(row["params"]["n"], []).append(row["status"])
    return found


def state_of_b(folder: Path) -> str:
    return str(query.batches(Store.open(folder / ".mlnb"))[0]["state"])


def family(process: psutil.Process) -> list[psutil.Process]:
    return process.children(recursive=True)


def role(process: psutil.Process) -> str:
    with contextlib.suppress(psutil.Error):
        line = " ".join(process.cmdline())
        for name in ("execution.worker", "warm.template", "ipykernel_launcher"):
            if name in line:
                return "kernel" if "template" in name and _is_forked(process) else name
    return ""


def _is_forked(process: psutil.Process) -> bool:
    parent = process.parent()
    return parent is not None and "warm.template" in " ".join(parent.cmdline())


@pytest.fixture
def command(notebook: MakeNotebook, tmp_path: Path) -> Iterator[psutil.Popen]:
    """`mlnb rerun` of three runs with one worker: the first is done, the second hangs, the third waits."""
    notebook(WAIT, parameters="n = 0")
    command = [
        sys.executable,
        "-m",
        "mlnb",
        "rerun",
        "train.ipynb",
        "--grid",
        "n=1,2,3",
        "-w",
        "1",
        "--name",
        "b",
    ]
    process = psutil.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    wait_for((tmp_path / "at-2").exists)
    yield process
    with contextlib.suppress(psutil.Error):
        process.kill()
    process.communicate()


def all_gone(processes: list[psutil.Process]) -> bool:
    return not [p for p in processes if p.is_running() and p.status() != psutil.STATUS_ZOMBIE]


def finish(tmp_path: Path) -> None:
    (tmp_path / "go").touch()
    rest = resume("b", store=tmp_path / ".mlnb", changes={"workers": 1})
    assert [job.parameters["n"] for job in rest.jobs] == [2, 3]
    assert execute(rest).state == "finished"
    assert {n: found[-1] for n, found in statuses(tmp_path).items()} == {
        1: "finished",
        2: "finished",
        3: "finished",
    }


def press_ctrl_c(command: psutil.Popen, _folder: Path) -> None:
    command.send_signal(signal.SIGINT)


def ask_as_the_panel_does(_command: psutil.Popen, folder: Path) -> None:
    store = Store.open(folder / ".mlnb")
    control.ask_to_stop(store, query.batches(store)[0]["batch_id"])


@pytest.mark.parametrize("stop", [press_ctrl_c, ask_as_the_panel_does])
def test_it_stops_in_order_and_the_rest_can_be_resumed(
    command: psutil.Popen, tmp_path: Path, stop: Callable[[psutil.Popen, Path], None]
) -> None:
    processes = family(command)
    stop(command, tmp_path)
    _, err = command.communicate(timeout=30)
    assert command.returncode == 1
    assert err == "mlnb: stopped; mlnb rerun --resume b runs what is missing\n"
    assert all_gone(processes)
    assert statuses(tmp_path) == {1: ["finished"], 2: ["failed"]}
    assert state_of_b(tmp_path) == "cancelled"
    finish(tmp_path)


def test_a_killed_batch_leaves_no_process_and_no_running_run(command: psutil.Popen, tmp_path: Path) -> None:
    processes = family(command)
    assert {*map(role, processes)} >= {"execution.worker", "kernel", "warm.template"}
    command.kill()
    wait_for(lambda: all_gone(processes))
    wait_for(lambda: statuses(tmp_path)[2][0] in {"failed", "killed"})
    assert statuses(tmp_path)[1] == ["finished"]
    assert state_of_b(tmp_path) == "killed"
    told = query.sql(Store.open(tmp_path / ".mlnb"), "SELECT state FROM batches")
    assert told.column("state").to_pylist() == ["killed"]
    finish(tmp_path)
    assert state_of_b(tmp_path) == "finished"


def test_a_killed_workers_run_is_killed_and_the_others_go_on(command: psutil.Popen, tmp_path: Path) -> None:
    (worker,) = [p for p in family(command) if role(p) == "execution.worker"]
    kernels = [p for p in family(command) if role(p) == "kernel"]
    worker.kill()
    wait_for((tmp_path / "at-3").exists)
    wait_for(lambda: all_gone(kernels))
    (tmp_path / "go").touch()
    out, _ = command.communicate(timeout=60)
    assert command.returncode == 1
    assert statuses(tmp_path) == {1: ["finished"], 2: ["killed"], 3: ["finished"]}
    assert "killed by signal 9" in out


def test_a_killed_kernel_is_a_killed_run(command: psutil.Popen, tmp_path: Path) -> None:
    def kernels() -> list[psutil.Process]:
        return [p for p in family(command) if role(p) == "kernel"]

    wait_for(lambda: len(kernels()) == 2)  # the one that runs, and the next one's
    for kernel in kernels():
        kernel.kill()
    (tmp_path / "go").touch()
    command.communicate(timeout=60)
    assert statuses(tmp_path) == {1: ["finished"], 2: ["killed"], 3: ["finished"]}


def test_a_killed_template_takes_its_kernel_along_and_plain_kernels_take_over(
    command: psutil.Popen, tmp_path: Path
) -> None:
    (template,) = [p for p in family(command) if role(p) == "warm.template"]
    template.kill()
    wait_for((tmp_path / "at-3").exists)
    (tmp_path / "go").touch()
    command.communicate(timeout=60)
    assert statuses(tmp_path) == {1: ["finished"], 2: ["killed"], 3: ["finished"]}


def test_a_batch_that_still_runs_is_not_resumed(command: psutil.Popen, tmp_path: Path) -> None:
    from mlnb.errors import UsageError

    assert command.poll() is None
    assert state_of_b(tmp_path) == "running"
    with pytest.raises(UsageError, match="still running"):
        resume("b", store=tmp_path / ".mlnb")


def test_a_worker_that_dies_may_be_tried_again(notebook: MakeNotebook, tmp_path: Path) -> None:
    path = notebook(
        "import os, signal, psutil\nfrom pathlib import Path\n"
        "if not Path('tried').exists():\n    Path('tried').touch()\n"
        "    worker = psutil.Process().parent()\n    os.kill(worker.pid, signal.SIGKILL)\n    import time; time.sleep(30)",
        parameters="n = 0",
    )
    batch = execute(prepare(path, grid=[parse_axis("n=1")], settings=Settings(retries=1)))
    assert batch.state == "finished"
    assert statuses(tmp_path) == {1: ["killed", "finished"]}
