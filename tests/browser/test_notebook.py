"""What stands in a notebook's outputs: the live view of a cell, tables of runs, comparisons; now and when opened again."""

from __future__ import annotations

import os

import nbformat
import pytest
from playwright.sync_api import expect

from mlnb.store import Store, query
from mlnb.testing import make_runs
from mlnb.tracking import start

MANY = int(os.environ.get("MLNB_TEST_RUNS", "400"))
"""Several pages. With 10,000 it is the same, but these take minutes to be made and folded on a busy machine."""
TRAIN = """%%track
import time
from tqdm.auto import tqdm
for epoch in tqdm(range(400), desc="train"):
    loss = 1 / (epoch + 1) + 0.01 * (epoch % 3)
    time.sleep(0.05)
"""
VIEW = ".jp-OutputArea-output.mlnb-Nb"


def outputs(desk, number):
    return desk.page.locator(".jp-Notebook .jp-Cell").nth(number).locator(VIEW)


def start_cell(desk, number):
    """Run a cell without waiting for its end."""
    desk.page.evaluate(
        """number => {
            window.jupyterapp.shell.currentWidget.content.activeCellIndex = number;
            void window.jupyterapp.commands.execute('notebook:run-cell');
        }""",
        number,
    )


def save(desk):
    desk.page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")


def saved_outputs(lab, name, number):
    """The forms that the saved notebook keeps of a cell's displays."""
    notebook = nbformat.read(lab.root / name, as_version=4)
    return [output["data"] for output in notebook.cells[number].outputs if "data" in output]


def test_the_live_view_grows_while_the_cell_runs_and_stop_ends_it(lab, desk):
    lab.write_notebook("live.ipynb", "%load_ext mlnb", TRAIN)
    desk.open_notebook("live.ipynb")
    desk.run_cell(0)
    start_cell(desk, 1)
    live = outputs(desk, 1).first
    expect(live.locator("[data-mlnb-status=running]")).to_be_visible()
    expect(live.locator(".mlnb-Chart canvas")).to_be_visible()
    expect(live.locator(".mlnb-Nb-bar")).to_contain_text("of 400")
    turns = live.locator("header")
    early = turns.inner_text()
    expect(turns).not_to_have_text(early)
    desk.photograph("notebook-live")
    live.get_by_role("button", name="Stop").click()
    expect(live.locator("[data-mlnb-status=failed]")).to_be_visible()
    expect(live.get_by_role("button", name="Stop")).to_have_count(0)
    line = desk.page.locator(".mlnb-RunLine")
    expect(line).to_contain_text("KeyboardInterrupt")
    assert live.bounding_box()["y"] < line.bounding_box()["y"]
    save(desk)
    shown = saved_outputs(lab, "live.ipynb", 1)
    assert any("<svg" in data.get("text/html", "") for data in shown)


def test_a_batch_shows_how_far_it_is_and_cancel_ends_it(lab, desk):
    cells = ("n = 0", "loss = 1 / n\nimport time\ntime.sleep(600 if n > 1 else 0)")
    written = [nbformat.v4.new_code_cell(cell) for cell in cells]
    written[0].metadata["tags"] = ["parameters"]
    (lab.root / "batch").mkdir()
    nbformat.write(nbformat.v4.new_notebook(cells=written), lab.root / "batch" / "train.ipynb")
    lab.write_notebook(
        "batch/batch.ipynb",
        "import mlnb\nbatch = mlnb.rerun('train.ipynb', grid={'n': [1, 2, 3]}, workers=1, kernel='python3')",
    )
    desk.open_notebook("batch/batch.ipynb")
    start_cell(desk, 0)
    view = outputs(desk, 0).first
    expect(view.locator("[data-mlnb-status=running]")).to_contain_text("1 of 3", timeout=60_000)
    expect(view).to_contain_text("best loss 1")
    desk.photograph("notebook-batch")
    view.get_by_role("button", name="Cancel").click()
    expect(view.locator("[data-mlnb-status=cancelled]")).to_be_visible(timeout=60_000)
    expect(view.get_by_role("button", name="Cancel")).to_have_count(0)
    save(desk)
    (data,) = saved_outputs(lab, "batch/batch.ipynb", 0)
    assert "cancelled: 2 of 3" in data["text/plain"]


@pytest.fixture(scope="module")
def compared(lab):
    """Three runs with curves in a store of their own folder."""
    (lab.root / "compare").mkdir()
    store = Store.open(lab.root / "compare" / ".mlnb")
    for number, rate in enumerate((0.01, 0.05, 0.1)):
        params = {"lr": rate, "depth": 3 + number % 2, "kernel": "rbf"}
        with start(f"trial-{number}", store=store, experiment="churn", params=params) as run:
            run.history("loss", [1 / (1 + step * rate) for step in range(200)])
            run.history("val_accuracy", [1 - 1 / (2 + step * rate) for step in range(200)])
            run.metric("accuracy", 0.9 + number / 100)
    return lab


def test_a_comparison_filters_and_selects_and_is_the_same_after_a_restart_and_when_opened_again(
    compared, desk
):
    compared.write_notebook(
        "compare/compare.ipynb", "import mlnb\nmlnb.compare('trial-0', 'trial-1', 'trial-2')"
    )
    desk.open_notebook("compare/compare.ipynb")
    desk.run_cell(0)
    view = outputs(desk, 0).first
    expect(view.locator(".mlnb-Chart")).to_have_count(2)
    expect(view.locator("thead th")).to_have_count(3)
    expect(view).not_to_contain_text("rbf")
    desk.photograph("notebook-compare")
    view.get_by_role("searchbox", name="Filter names").fill("acc")
    expect(view.locator(".mlnb-Chart")).to_have_count(1)
    expect(view.locator("tbody th[scope=row]")).to_have_text(["accuracy", "val_accuracy"])
    view.get_by_role("searchbox", name="Filter names").fill("")
    view.get_by_role("button", name="trial-1").click()
    expect(view.locator("thead th")).to_have_count(2)
    view.get_by_label("only differences").uncheck()
    expect(view).to_contain_text("rbf")

    desk.page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.restartKernel()")
    expect(view.locator("thead th")).to_have_count(2)
    save(desk)
    desk.command("application:close")
    desk.open_notebook("compare/compare.ipynb")
    again = outputs(desk, 0).first
    expect(again.locator("thead th")).to_have_count(3)
    expect(again.locator(".mlnb-Chart")).to_have_count(2)
    (data,) = saved_outputs(compared, "compare/compare.ipynb", 0)
    assert "trial-2" in data["text/plain"]
    assert "<svg" in data["text/html"]
    assert "application/vnd.jupyter.widget-view+json" not in data


def test_without_the_extension_the_same_views_come_as_an_anywidget(compared, desk):
    compared.write_notebook(
        "compare/widget.ipynb",
        "import os\nos.environ['MLNB_WIDGETS'] = 'on'\nimport mlnb\n"
        "from IPython.display import display\n"
        "forms, _ = get_ipython().display_formatter.format(mlnb.runs())\n"
        "del forms['application/vnd.mlnb.view+json']\ndisplay(forms, raw=True)",
    )
    desk.open_notebook("compare/widget.ipynb")
    desk.run_cell(0)
    view = desk.page.locator(".mlnb-Anywidget")
    expect(view.locator("[data-mlnb-run]")).to_have_count(3)
    view.get_by_role("checkbox", name="Select trial-0").check()
    view.get_by_role("checkbox", name="Select trial-2").check()
    view.get_by_role("button", name="Compare").click()
    expect(view.locator(".mlnb-NbCompare thead th")).to_have_count(2)


def test_a_table_of_many_runs_scrolls_sorts_filters_and_compares(lab, desk):
    (lab.root / "many").mkdir()
    store = Store.open(lab.root / "many" / ".mlnb")
    make_runs(store, MANY, params=4, metrics=3)
    query.run_page(store, limit=1)
    lab.write_notebook("many/many.ipynb", "import mlnb\nruns = mlnb.runs()\nruns")
    desk.open_notebook("many/many.ipynb")
    desk.run_cell(0)
    view = outputs(desk, 0).first
    expect(view.locator("header")).to_contain_text(f"{MANY:,} runs", timeout=60_000)
    rows = view.locator("[data-mlnb-run]")
    first = rows.first.get_attribute("data-mlnb-run")
    assert rows.count() < 100
    desk.photograph("notebook-runs")
    grid = view.locator("[role=table]")
    grid.evaluate("grid => { grid.scrollTop = grid.scrollHeight }")
    last = view.locator(f"[aria-rowindex='{MANY + 1}'] [role=rowheader]")
    expect(last).not_to_contain_text("…")
    grid.evaluate("grid => { grid.scrollTop = 0 }")
    view.get_by_role("button", name="metric_0").click()
    expect(rows.first).not_to_have_attribute("data-mlnb-run", first)
    view.get_by_role("searchbox", name="Filter runs").fill("metrics.metric_0 > 0.99")
    expect(view.locator("header b")).not_to_have_text(f"{MANY:,} runs")
    expect(rows.first.get_by_role("checkbox")).to_be_enabled()
    for number in (0, 1):
        rows.nth(number).get_by_role("checkbox").check()
    view.get_by_role("button", name="Compare").click()
    expect(view.locator(".mlnb-NbCompare thead th")).to_have_count(2)
    save(desk)
    assert (lab.root / "many" / "many.ipynb").stat().st_size < 200_000
