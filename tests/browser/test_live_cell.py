"""A tracked cell that runs is in the panel as any run is: listed, with its values as they come, its curve and its code."""

from __future__ import annotations

import os
import re
import signal
import time

import pytest
from playwright.sync_api import expect

import mlnb
from mlnb.store import Store

TRAIN = """%%track
import os
import time
with open("pid", "w") as file:
    file.write(str(os.getpid()))
lr = 0.03
for epoch in range(2000):
    train_loss = 1 / (1 + lr * epoch)
    time.sleep(0.05)
"""


@pytest.fixture
def training(lab, desk):
    """The cell runs, in a notebook in front."""
    lab.write_notebook("training.ipynb", "%load_ext mlnb", TRAIN)
    desk.show_experiments()
    desk.open_notebook("training.ipynb")
    desk.run_cell(0)
    desk.page.evaluate(
        """() => {
            window.jupyterapp.shell.currentWidget.content.activeCellIndex = 1;
            void window.jupyterapp.commands.execute('notebook:run-cell');
        }"""
    )


def test_a_running_cell_is_seen_with_its_values_and_what_a_killed_one_left(page, desk, lab, training):
    expect(desk.runs).to_have_count(1)
    run = desk.runs.first
    expect(run.locator(".mlnb-mod-running")).to_be_visible()
    expect(run.get_by_role("img", name=re.compile("train_loss"))).to_be_visible()
    early = run.text_content()
    expect(run).not_to_have_text(early)  # the value is another one by now
    run.click()
    view = page.locator(".mlnb-View-run")
    expect(view.get_by_role("row", name="lr")).to_contain_text("0.03")
    value = view.get_by_role("row", name="train_loss")
    before = value.text_content()
    expect(value).not_to_have_text(before)
    view.get_by_role("tab", name="Curves").click()
    expect(view.locator(".mlnb-Chart canvas").first).to_be_visible()
    view.get_by_role("tab", name="Code").click()
    expect(view.locator(".mlnb-Code").first).to_contain_text("train_loss = 1 / (1 + lr * epoch)")
    desk.photograph("running-cell")

    os.kill(int((lab.root / "pid").read_text()), signal.SIGKILL)
    killed = time.time()
    expect(run.locator(".mlnb-mod-killed")).to_be_visible()
    expect(run.get_by_role("img", name=re.compile("train_loss"))).to_be_visible()
    record = mlnb.get(desk.run_id(0), store=Store.open(lab.root / ".mlnb"))
    assert record.status == "killed"
    assert record.history("train_loss")["time"].max().timestamp() > killed - 1.0
