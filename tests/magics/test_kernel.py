"""Tracking in a real kernel, as JupyterLab talks to it."""

from __future__ import annotations

import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import nbformat
import pytest
from jupyter_client.manager import KernelManager
from nbclient import NotebookClient

from mlnb.store import Store, query

SETTLE = "from mlnb import magics; magics.current(get_ipython()).settle()"


@contextmanager
def started(folder: Path):
    """A kernel in that folder; its client."""
    manager = KernelManager(kernel_name="python3")
    manager.start_kernel(cwd=str(folder))
    client = manager.client()
    client.start_channels()
    client.wait_for_ready(timeout=60)
    try:
        yield client
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


@pytest.fixture(autouse=True)
def _notebook(tmp_path, monkeypatch):
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.setenv("MLNB_NOTEBOOK", str(tmp_path / "work.ipynb"))


@pytest.fixture
def kernel(tmp_path):
    with started(tmp_path) as client:
        yield client


def execute(client, source: str, cell_id: str = "c1"):
    """What a front end sends and gets: the reply and the cell's messages."""
    return answer(client, send(client, source, cell_id))


def send(client, source: str, cell_id: str = "c1"):
    message = client.session.msg(
        "execute_request",
        {"code": source, "silent": False, "store_history": True, "user_expressions": {}, "allow_stdin": False,
         "stop_on_error": True},
        metadata={"cellId": cell_id, "tags": []},
    )  # fmt: skip
    client.shell_channel.send(message)
    return message


def answer(client, message):
    seen = []
    while True:
        found = client.get_iopub_msg(timeout=60)
        if found["parent_header"].get("msg_id") != message["header"]["msg_id"]:
            continue
        if found["msg_type"] == "status" and found["content"]["execution_state"] == "idle":
            break
        seen.append(found)
    while True:
        reply = client.get_shell_msg(timeout=60)
        if reply["parent_header"]["msg_id"] == message["header"]["msg_id"]:
            return reply["content"], seen


def test_a_cell_in_a_kernel_is_a_run_of_its_notebook(kernel, tmp_path):
    execute(kernel, "%load_ext mlnb")
    reply, seen = execute(kernel, "%%track\nprint('hi')\nloss = sum([1, 2]) / 2\nloss", cell_id="cell-7")
    assert reply["status"] == "ok"
    kinds = [m["msg_type"] for m in seen if m["msg_type"] in {"stream", "execute_result", "display_data"}]
    assert kinds == ["stream", "execute_result", "display_data"]
    line = seen[-1]["content"]["data"]
    assert line["application/vnd.mlnb.run+json"]["metrics"] == [
        {"name": "loss", "value": 1.5, "previous": None}
    ]

    reply, seen = execute(kernel, "%%track\n1 / 0")
    assert (reply["status"], reply["ename"]) == ("error", "ZeroDivisionError")
    assert any("line 2" in line for line in reply["traceback"])

    execute(kernel, SETTLE)
    store = Store.open(tmp_path / ".mlnb")
    failed, done = query.run_page(store).rows
    assert (done["cell_id"], done["experiment"], done["status"]) == ("cell-7", "work", "finished")
    assert failed["status"] == "failed"
    texts = [a for a in query.record(store, done["run_id"])["artifacts"] if a["kind"] == "text"]
    assert store.objects.read(texts[0]["sha256"]) == b"hi\n"


def test_pictures_of_a_cell_in_a_kernel_are_kept(kernel, tmp_path):
    execute(kernel, "%load_ext mlnb\n%matplotlib inline\nimport matplotlib.pyplot as plt")
    execute(kernel, "%%track\nplt.plot([1, 2, 3])\nplt.title('acc = 0.9')\nplt.show()\nplt.plot([3, 1])")
    execute(kernel, SETTLE)
    store = Store.open(tmp_path / ".mlnb")
    (row,) = query.run_page(store).rows
    figures = [a for a in query.record(store, row["run_id"])["artifacts"] if a["kind"] == "figure"]
    assert len(figures) == 2


def test_the_first_run_of_a_session_is_compared_with_the_last_of_an_earlier_one(tmp_path):
    with started(tmp_path) as kernel:
        execute(kernel, "%load_ext mlnb")
        for loss in (0.7, 0.5):
            execute(kernel, f"%%track\nloss = sum([{loss}, {loss}]) / 2", cell_id="cell-7")
        execute(kernel, SETTLE)
    with started(tmp_path) as kernel:
        execute(kernel, f"%load_ext mlnb\n{SETTLE}")
        lines = [
            execute(kernel, "%%track\nloss = sum([0.4, 0.4]) / 2", cell_id=cell)[1][-1]["content"]["data"]
            for cell in ("cell-7", "cell-8")
        ]
    first, other = (line["application/vnd.mlnb.run+json"]["metrics"] for line in lines)
    assert first == [{"name": "loss", "value": 0.4, "previous": 0.5}]
    assert other == [{"name": "loss", "value": 0.4, "previous": None}]
    assert "loss 0.4 (-0.1)" in lines[0]["text/plain"]


def test_a_terminal_runs_cells_and_compares_those_of_one_name_with_an_earlier_session(tmp_path, monkeypatch):
    monkeypatch.delenv("MLNB_NOTEBOOK")
    command = [sys.executable, "-m", "IPython", "--simple-prompt", "--no-banner", "--colors=nocolor"]
    said = []
    for loss in (0.5, 0.4):
        lines = [
            "%load_ext mlnb",
            SETTLE,
            "%%track fit",
            f"loss = sum([{loss}, {loss}]) / 2",
            "print('hi')",
            "",
            "",
            "1 + 1",
        ]
        done = subprocess.run(
            command,
            input="\n".join([*lines, ""]),
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=120,
            check=True,
        )
        assert "Traceback" not in done.stdout + done.stderr
        assert "hi\n● fit" in done.stdout
        assert ": 2" in done.stdout
        said.append(done.stdout)
    assert "● fit  loss 0.5 ·" in said[0]
    assert "● fit  loss 0.4 (-0.1) ·" in said[1]


def test_nbclient_keeps_the_line_in_the_notebook_and_writes_nothing_else_into_it(tmp_path):
    cells = [
        nbformat.v4.new_code_cell(source)
        for source in ("%load_ext mlnb", "%%track fit\nloss = sum([1, 2]) / 6\nloss")
    ]
    notebook = nbformat.v4.new_notebook(cells=cells)
    NotebookClient(notebook, resources={"metadata": {"path": str(tmp_path)}}).execute()
    _, (shown, line) = (cell.outputs for cell in notebook.cells)
    assert shown["data"]["text/plain"] == "0.5"
    assert line["data"]["text/plain"].startswith("● fit  loss 0.5")
    assert "fit" in line["data"]["text/html"]
    assert (line["metadata"], notebook.cells[1].metadata.keys() - {"execution"}) == ({}, set())


def test_the_debugger_stops_at_the_line_that_was_marked(kernel):
    def ask(command, **arguments):
        message = kernel.session.msg(
            "debug_request", {"type": "request", "seq": 1, "command": command, "arguments": arguments}
        )
        kernel.control_channel.send(message)
        return kernel.get_control_msg(timeout=60)["content"]

    source = "%%track\nvalues = [1, 2]\nloss = sum(values) / 6\nprint(loss)"
    execute(kernel, "%load_ext mlnb")
    assert ask("initialize", clientID="test", adapterID="", pathFormat="path", linesStartAt1=True)["success"]
    assert ask("attach")["success"]
    file = ask("dumpCell", code=source)["body"]["sourcePath"]
    marked = ask("setBreakpoints", source={"path": file}, breakpoints=[{"line": 3}], sourceModified=False)
    assert marked["body"]["breakpoints"][0]["verified"]
    ask("configurationDone")
    message = send(kernel, source)
    while True:
        event = kernel.get_iopub_msg(timeout=60)
        if event["msg_type"] == "debug_event" and event["content"]["event"] == "stopped":
            break
    thread = event["content"]["body"]["threadId"]
    (frame, *_) = ask("stackTrace", threadId=thread)["body"]["stackFrames"]
    assert frame["line"] == 3
    ask("continue", threadId=thread)
    reply, seen = answer(kernel, message)
    assert reply["status"] == "ok"
    assert seen[-1]["content"]["data"]["application/vnd.mlnb.run+json"]["metrics"][0]["value"] == 0.5
    ask("disconnect", restart=False, terminateDebuggee=True)
