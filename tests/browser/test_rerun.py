"""A notebook rerun over a grid from the form, as it goes by."""

from __future__ import annotations

import nbformat
import pytest
from playwright.sync_api import expect

import mlnb


@pytest.fixture(scope="module", autouse=True)
def notebook(lab):
    cells = [
        nbformat.v4.new_code_cell("lr = 0.1  # learning rate\ndepth = 3", metadata={"tags": ["parameters"]}),
        nbformat.v4.new_code_cell("accuracy = 1 - lr / depth\nprint('accuracy:', accuracy)"),
    ]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(
        nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel}), lab.root / "train.ipynb"
    )


def test_a_grid_is_asked_for_in_a_form_and_fills_before_ones_eyes(page, desk):
    desk.open_notebook("train.ipynb")
    desk.show_experiments()
    desk.command("mlnb:rerun")
    dialog = page.locator(".jp-Dialog")
    expect(dialog.get_by_label("lr")).to_have_value("0.1")
    dialog.get_by_label("lr").fill("0.1, 0.2")
    dialog.get_by_label("depth").fill("2, 4")
    expect(dialog.locator(".mlnb-RerunForm-count")).to_have_text("= 4 runs")
    dialog.get_by_label("Workers").fill("2")
    dialog.get_by_label("Name").fill("lr-and-depth")
    desk.photograph("rerun")
    dialog.get_by_role("button", name="Run", exact=True).click()
    view = page.locator(".mlnb-View-batch")
    expect(view.get_by_role("heading", level=1)).to_have_text("lr-and-depth", timeout=60_000)
    expect(view).to_contain_text("4 of 4 runs", timeout=90_000)
    expect(view.locator(".mlnb-Table tbody tr").first).to_contain_text("lr-and-depth")
    expect(view.locator(".mlnb-Matrix .mlnb-Dots-run")).to_have_count(4)
    expect(view.locator(".mlnb-BatchBest")).to_contain_text("accuracy")
    expect(page.locator(".mlnb-BatchLine")).to_contain_text("lr-and-depth")
    desk.photograph("batch")


def test_the_notebook_that_it_executed_is_read_and_a_copy_is_saved(page, desk, lab):
    desk.show_experiments()
    desk.runs.first.click()
    page.locator(".mlnb-View-run").get_by_role("button", name="Executed notebook").click()
    executed = page.locator(".jp-NotebookPanel")
    expect(executed.locator(".jp-OutputArea-output").last).to_contain_text("accuracy:")
    assert (
        page.evaluate("() => window.jupyterapp.shell.currentWidget.context.contentsModel.writable") is False
    )
    executed.get_by_role("button", name="Save a copy").click()
    page.locator(".jp-Dialog input").fill("mine.ipynb")
    page.locator(".jp-Dialog").get_by_role("button", name="Save").click()
    page.wait_for_function("() => window.jupyterapp.shell.currentWidget.context?.path === 'mine.ipynb'")
    assert "accuracy:" in (lab.root / "mine.ipynb").read_text()


def test_a_run_of_it_is_rerun_with_its_own_values(page, desk, lab):
    desk.open_notebook("train.ipynb")
    desk.show_experiments()
    # Of two workers' runs either may have been the last to start.
    own = mlnb.get(desk.run_id(0), store=lab.root / ".mlnb").params
    desk.runs.first.click()
    page.locator(".mlnb-View-run").get_by_role("button", name="Rerun").click()
    dialog = page.locator(".jp-Dialog")
    expect(dialog.get_by_label("lr")).to_have_value(str(own["lr"]))
    expect(dialog.get_by_label("depth")).to_have_value(str(own["depth"]))
    dialog.get_by_label("lr").press("Escape")
    expect(dialog).to_have_count(0)
