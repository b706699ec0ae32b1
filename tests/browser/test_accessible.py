"""axe finds nothing serious in any view, in the light theme and in the dark."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from playwright.sync_api import expect

AXE = Path(__file__).parent.parent.parent / "labextension" / "node_modules" / "axe-core" / "axe.min.js"
RUN_AXE = """async selector => {
    const { violations } = await axe.run(selector, { resultTypes: ['violations'] });
    return violations
        .filter(({ impact }) => impact === 'serious' || impact === 'critical')
        .flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
}"""

pytestmark = pytest.mark.skipif(not AXE.exists(), reason="the front end's test tools aren't installed")


@pytest.fixture(scope="module", autouse=True)
def demo(lab, demo_folder):
    shutil.copytree(demo_folder, lab.root, dirs_exist_ok=True)


@pytest.fixture
def check(page, desk):
    """Nothing serious in what the selector finds, in both themes."""

    def look(selector: str) -> None:
        page.evaluate(AXE.read_text(encoding="utf-8"))
        for theme in ("Dark", "Light"):
            desk.wear(theme)
            assert page.evaluate(RUN_AXE, selector) == [], f"{selector}, {theme}"

    return look


@pytest.fixture(autouse=True)
def sidebar(desk):
    desk.show_experiments()
    expect(desk.runs.first).to_be_visible()


def test_the_sidebar(check):
    check(".mlnb-Sidebar")


def test_the_table_of_runs(page, check):
    page.get_by_role("button", name="Table of runs", exact=True).first.click()
    expect(page.locator(".mlnb-View-runs .mlnb-RunTable-row").first).to_be_visible()
    page.get_by_role("button", name="Columns").click()
    check(".mlnb-View-runs")


def test_a_run(page, desk, check):
    desk.runs.first.click()
    view = page.locator(".mlnb-View-run")
    expect(view.get_by_role("tab").first).to_be_visible()
    check(".mlnb-View-run")
    for tab in view.get_by_role("tab").all():
        tab.click()
        check(".mlnb-View-run")


def test_a_comparison(page, desk, check):
    for number in (0, 4):
        desk.runs.nth(number).hover()
        desk.runs.nth(number).locator("input[type=checkbox]").check()
    page.get_by_role("button", name="Compare").first.click()
    expect(page.get_by_text("Differences").first).to_be_visible()
    check(".mlnb-View-compare")


def test_a_batch(page, desk, lab, check):
    found = page.request.get(f"{lab.url}/mlnb/api/reruns?token={lab.token}")
    batch = found.json()["batches"][0]["batch_id"]
    desk.command("mlnb:open-batch", batch_id=batch)
    expect(page.locator(".mlnb-Matrix .mlnb-Dots-run")).to_have_count(12)
    check(".mlnb-View-batch")
    desk.photograph("batch-demo")


def test_the_models(page, check):
    page.get_by_role("button", name="Models").click()
    expect(page.locator(".mlnb-Versions")).to_be_visible()
    check(".mlnb-View-models")


def test_the_forms(page, desk, check):
    forms = {
        "mlnb:rerun": (".mlnb-View-rerun", {"path": "digits.ipynb"}),
        "mlnb:promote": (".mlnb-View-promote", {"run_id": desk.run_id(0)}),
    }
    for command, (form, arguments) in forms.items():
        desk.command(command, **arguments)
        expect(page.locator(f"{form} input").first).to_be_visible()
        check(form)
        page.locator(f"{form} input").first.press("Escape")
        expect(page.locator(".jp-Dialog")).to_have_count(0)
