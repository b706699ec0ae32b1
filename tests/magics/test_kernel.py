"""Tracking in a real kernel, as JupyterLab talks to it."""

from __future__ import annotations

import pytest
from jupyter_client.manager import KernelManager

from mlnb.store import Store, query


@pytest.fixture
def kernel(tmp_path, monkeypatch):
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.setenv("MLNB_NOTEBOOK", str(tmp_path / "work.ipynb"))
    manager = KernelManager(kernel_name="python3")
    manager.start_kernel(cwd=str(tmp_path))
    client = manager.client()
    client.start_channels()
    client.wait_for_ready(timeout=60)
    yield client
    client.stop_channels()
    manager.shutdown_kernel(now=True)


def execute(client, source: str, cell_id: str = "c1"):
    """What a front end sends and gets: the reply and the cell's messages."""
    message = client.session.msg(
        "execute_request",
        {"code": source, "silent": False, "store_history": True, "user_expressions": {}, "allow_stdin": False,
         "stop_on_error": True},
        metadata={"cellId": cell_id, "tags": []},
    )  # fmt: skip
    client.shell_channel.send(message)
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

    execute(kernel, "from mlnb import magics; magics.current(get_ipython()).settle()")
    store = Store.open(tmp_path / ".mlnb")
    failed, done = query.run_page(store).rows
    assert (done["cell_id"], done["experiment"], done["status"]) == ("cell-7", "work", "finished")
    assert failed["status"] == "failed"
    texts = [a for a in query.record(store, done["run_id"])["artifacts"] if a["kind"] == "text"]
    assert store.objects.read(texts[0]["sha256"]) == b"hi\n"


def test_pictures_of_a_cell_in_a_kernel_are_kept(kernel, tmp_path):
    execute(kernel, "%load_ext mlnb\n%matplotlib inline\nimport matplotlib.pyplot as plt")
    execute(kernel, "%%track\nplt.plot([1, 2, 3])\nplt.title('acc = 0.9')\nplt.show()\nplt.plot([3, 1])")
    execute(kernel, "from mlnb import magics; magics.current(get_ipython()).settle()")
    store = Store.open(tmp_path / ".mlnb")
    (row,) = query.run_page(store).rows
    figures = [a for a in query.record(store, row["run_id"])["artifacts"] if a["kind"] == "figure"]
    assert len(figures) == 2
