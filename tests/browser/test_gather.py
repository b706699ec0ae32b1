"""A messy notebook in JupyterLab, and the clean one that is made of it."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import expect

FIT = "%%track fit\nscore = float((values * weight).mean())\nprint('score', score)"


def messy(lab, desk, name: str) -> None:
    """Cells run again, out of order, with other numbers; one of them fails; no seed anywhere."""
    lab.write_notebook(
        name,
        "%load_ext mlnb",
        "import numpy as np\nvalues = np.random.rand(50)",
        "values.hist()",
        "weight = 3",
        FIT,
    )
    desk.open_notebook(name)
    for number in (0, 1, 2, 3, 4, 1, 3, 4):
        desk.run_cell(number)


def made(lab, desk, name: str) -> dict:
    """What is known of the notebook that opens beside."""
    notebook = desk.page.locator(f'.lm-TabBar-tab:has-text("{name}")')
    expect(notebook).to_be_visible(timeout=120_000)
    return json.loads((lab.root / name).read_text())["metadata"]["mlnb"]["gathered"]


@pytest.mark.slow
def test_from_the_run_line_a_proved_notebook_opens_beside(lab, desk):
    messy(lab, desk, "messy.ipynb")
    line = desk.page.locator(".mlnb-RunLine").last
    line.click(button="right")
    desk.page.get_by_role("menuitem", name="Make a Clean Notebook").click()
    told = desk.page.locator(".Toastify__toast").first
    expect(told).to_contain_text("fit: executing the cells")
    desk.photograph("gather-going")
    about = made(lab, desk, "fit.ipynb")
    assert about["reproduced"]
    assert (about["kept"], about["executed"]) == (3, 8)
    expect(told).to_contain_text("fit is reproduced: 3 of 8 executed cells")
    beside = desk.page.locator(".jp-NotebookPanel:visible")
    expect(beside).to_have_count(2)  # the messy one stays in view
    score = desk.page.locator(".mlnb-RunLine-value").first.inner_text()
    expect(beside.filter(has_text="drew random numbers without a seed")).to_contain_text(f"fit score {score}")
    desk.photograph("gather-made")


@pytest.mark.slow
def test_from_the_run_s_view_the_best_so_far_is_taken(lab, desk):
    messy(lab, desk, "other.ipynb")
    desk.page.locator(".mlnb-RunLine").last.click()
    view = desk.page.locator(".mlnb-View-run:visible")
    view.get_by_role("button", name="Clean notebook").click()
    told = desk.page.locator(".Toastify__toast", has_text="try 2")
    expect(told).to_be_visible(timeout=60_000)  # the first holds
    told.get_by_role("button", name="Take the best so far").click()
    assert made(lab, desk, "fit-2.ipynb")["reproduced"]
