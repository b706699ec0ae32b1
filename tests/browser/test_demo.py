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
    expect(desk.runs).to_have_count(13, timeout=15_000)
    expect(page.locator(".mlnb-Sidebar-body")).to_contain_text("digits")
    desk.photograph("panel")


def test_its_best_runs_are_compared(page, desk):
    desk.open_notebook("mlnb-demo/digits.ipynb")
    desk.show_experiments()
    for number in (0, 4, 8):
        desk.runs.nth(number).hover()
        desk.runs.nth(number).locator("input[type=checkbox]").check()
    page.get_by_role("button", name="Compare").first.click()
    expect(page.get_by_text("Differences").first).to_be_visible(timeout=15_000)
    desk.photograph("demo-compare")
