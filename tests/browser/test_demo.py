"""What a person sees who opens JupyterLab after `mlnb demo`; the README's pictures are taken here."""

from __future__ import annotations

import shutil

import pytest
from playwright.sync_api import expect


@pytest.fixture(scope="module", autouse=True)
def demo(lab, demo_folder):
    shutil.copytree(demo_folder, lab.root / "mlnb-demo")


def test_the_demos_runs_are_in_the_panel_with_nothing_to_enable(page, desk):
    desk.open_notebook("mlnb-demo/digits.ipynb")
    desk.show_experiments()
    expect(desk.runs).to_have_count(13)
    expect(page.locator(".mlnb-Sidebar-body")).to_contain_text("digits")
    expect(page.locator(".mlnb-BatchLine")).to_contain_text("12 runs")
    expect(page.locator(".mlnb-BatchLine")).to_contain_text("trees · max_depth")
    expect(desk.runs.first.locator(".mlnb-RunItem-text")).to_contain_text("120")
    desk.photograph("panel")


def test_its_best_runs_are_compared(page, desk):
    desk.open_notebook("mlnb-demo/digits.ipynb")
    desk.show_experiments()
    for number in (0, 4, 8):
        desk.runs.nth(number).hover()
        desk.runs.nth(number).locator("input[type=checkbox]").check()
    page.get_by_role("button", name="Compare").first.click()
    expect(page.get_by_text("Differences").first).to_be_visible()
    desk.photograph("demo-compare")


def test_a_notebooks_run_promotes_the_model_that_its_cell_kept(page, desk):
    desk.open_notebook("mlnb-demo/digits.ipynb")
    desk.show_experiments()
    # One that isn't the champion already: of two workers' runs that one may stand anywhere.
    desk.runs.filter(has_not=page.locator(".mlnb-RunItem-star")).nth(1).click()
    view = page.locator(".mlnb-View-run")
    expect(view.get_by_role("row", name="accuracy", exact=False).first).to_be_visible()
    expect(view.get_by_text("repeat these").first).to_be_visible()
    desk.photograph("demo-run")
    view.get_by_role("tab", name="Lineage").click()
    expect(view.locator(".mlnb-Lineage-node.mlnb-mod-run")).to_have_count(3)
    expect(view.locator(".mlnb-Lineage-node.mlnb-mod-own")).to_be_visible()
    desk.photograph("demo-lineage")
    view.get_by_role("button", name="Promote").click()
    dialog = page.locator(".jp-Dialog")
    dialog.get_by_role("button", name="Register as a version").click()
    expect(dialog.get_by_role("button", name="Promote")).to_be_enabled()
    dialog.get_by_role("button", name="Promote").click()
    expect(dialog).to_have_count(0)
    page.get_by_role("button", name="Models").first.click()
    expect(page.locator(".mlnb-Versions tbody tr").first).to_contain_text("champion")
