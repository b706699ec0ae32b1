"""The main road, as a person goes it: track a cell, see the run, compare, promote."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

TRAIN = """%%track
lr = {lr}
model = GradientBoostingClassifier(n_estimators=20, learning_rate=lr, random_state=0)
model.fit(X_train, y_train)
accuracy = accuracy_score(y_test, model.predict(X_test))
for p in model.staged_predict_proba(X_test):
    loss = log_loss(y_test, p)
"""
SETUP = """%load_ext mlnb
from sklearn.datasets import load_iris
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.metrics import accuracy_score, log_loss
from sklearn.model_selection import train_test_split
X, y = load_iris(return_X_y=True, as_frame=True)
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)"""


@pytest.fixture(scope="module", autouse=True)
def notebook(lab):
    lab.write_notebook("flowers.ipynb", SETUP, TRAIN.format(lr=0.05), "x = 1")


def test_a_store_without_runs_says_how_to_begin(page, desk):
    desk.show_experiments()
    expect(page.get_by_text("No runs yet")).to_be_visible()
    expect(page.locator(".mlnb-Notice-code")).to_contain_text("%%track")


def test_a_command_adds_the_magic_and_loads_the_extension_once(page, desk, lab):
    lab.write_notebook("plain.ipynb", "x = 1", "y = 2")
    desk.open_notebook("plain.ipynb")
    desk.command("mlnb:track-cell")
    page.wait_for_function("() => window.jupyterapp.shell.currentWidget.content.widgets.length === 3")
    assert desk.source(0) == "%load_ext mlnb"
    assert desk.source(1) == "%%track\nx = 1"
    desk.command("mlnb:track-cell")
    page.wait_for_timeout(300)
    assert desk.source(1) == "%%track\nx = 1"


def test_a_tracked_cell_becomes_a_run_that_can_be_opened(page, desk):
    desk.show_experiments()
    desk.open_notebook("flowers.ipynb")
    desk.run_cell(0)
    desk.run_cell(1)
    line = page.locator(".mlnb-RunLine").first
    expect(line).to_contain_text("accuracy")
    expect(desk.runs).to_have_count(1)
    desk.edit_cell(1, TRAIN.format(lr=0.2))
    desk.run_cell(1)
    expect(desk.runs).to_have_count(2)
    expect(desk.runs.first.locator(".mlnb-mod-finished")).to_be_visible()
    badge = page.locator(".jp-Cell-inputArea .mlnb-Badge")
    expect(badge).to_have_count(1)
    expect(badge).to_contain_text("accuracy")
    expect(badge).to_contain_text(desk.runs.first.locator(".mlnb-RunItem-text").text_content())
    desk.photograph("notebook")

    page.locator(".mlnb-RunLine").first.click()
    view = page.locator(".mlnb-View-run")
    expect(view.get_by_role("heading", level=1)).to_have_text(
        desk.runs.first.locator(".mlnb-RunItem-text").text_content()
    )
    expect(view.get_by_role("row", name="loss")).to_be_visible()
    expect(view.get_by_role("tab", name="Curves")).to_be_visible()
    view.get_by_role("tab", name="Code").click()
    expect(view.locator(".mlnb-Code").first).to_contain_text("learning_rate=lr")
    view.get_by_role("tab", name="Curves").click()
    expect(view.locator(".mlnb-Chart canvas").first).to_be_visible()
    desk.photograph("run")


def test_two_runs_are_compared_from_the_keyboard(page, desk):
    desk.show_experiments()
    expect(desk.runs).to_have_count(2)
    search = page.get_by_role("combobox", name="Search runs")
    search.press("ArrowDown")
    for key in ("ArrowDown", "Space", "ArrowDown", "Space"):
        page.keyboard.press(key)
    page.get_by_role("button", name="Compare", exact=True).click()
    view = page.locator(".mlnb-View-compare")
    expect(view.locator(".mlnb-Differences")).to_contain_text("lr 0.05 → 0.2")
    expect(view.locator(".mlnb-CodeDiff")).to_be_visible()
    desk.photograph("compare")


def test_a_comparison_is_put_in_order_and_its_curves_drawn_otherwise(page, desk):
    desk.show_experiments()
    expect(desk.runs).to_have_count(2)
    runs = [desk.run_id(0), desk.run_id(1)]
    desk.command("mlnb:compare", runs=runs)
    view = page.locator(".mlnb-View-compare")
    heads = view.locator("thead th[data-mlnb-run]")
    expect(heads.first).to_contain_text("baseline")
    heads.nth(1).drag_to(heads.first)
    expect(heads.first).to_have_attribute("data-mlnb-run", runs[1])
    expect(heads.first).to_contain_text("baseline")
    heads.nth(1).locator("button[aria-pressed]").click()
    expect(heads.first).to_have_attribute("data-mlnb-run", runs[0])
    readings = view.locator(".mlnb-Chart", has_text="loss").locator(".mlnb-Chart-readings")
    expect(readings).to_contain_text("0.")
    ink = "() => document.querySelector('.mlnb-View-compare .mlnb-Chart canvas').toDataURL()"
    pictures = [page.evaluate(ink)]
    for change in (
        lambda: view.get_by_role("slider", name="Smoothing").fill("0.6"),
        lambda: view.get_by_role("group", name="Logarithmic axes").get_by_role("button", name="y").click(),
        lambda: view.get_by_role("group", name="Logarithmic axes").get_by_role("button", name="x").click(),
        lambda: view.get_by_role("button", name="time since start").click(),
    ):
        change()
        page.wait_for_function(
            "old => document.querySelector('.mlnb-View-compare .mlnb-Chart canvas')?.toDataURL() !== old",
            arg=pictures[-1],
        )
        pictures.append(page.evaluate(ink))
    assert len(set(pictures)) == 5
    desk.photograph("compare-smooth")


def test_a_query_filters_and_its_mistakes_are_shown_in_place(page, desk):
    desk.show_experiments()
    expect(desk.runs).to_have_count(2)
    search = page.get_by_role("combobox", name="Search runs")
    search.fill("params.lr > 0.1")
    expect(desk.runs).to_have_count(1)
    search.fill("params.lr > ")
    expect(page.locator(".mlnb-SearchBox-error")).to_be_visible()
    expect(desk.runs).to_have_count(1)
    search.fill("")
    expect(desk.runs).to_have_count(2)
    expect(page.locator(".mlnb-SearchBox-error")).to_have_count(0)


def test_a_run_is_promoted_and_its_alias_shows_everywhere(page, desk):
    desk.show_experiments()
    desk.runs.first.click()
    page.locator(".mlnb-View-run").get_by_role("button", name="Promote").click()
    dialog = page.locator(".jp-Dialog")
    promote = dialog.get_by_role("button", name="Promote")
    expect(promote).to_be_disabled()
    dialog.get_by_role("button", name="Register as a version").click()
    expect(promote).to_be_enabled()
    dialog.get_by_label("Reason").fill("the best so far")
    desk.photograph("promote")
    promote.click()
    expect(desk.runs.first.locator(".mlnb-RunItem-star")).to_be_visible()
    page.get_by_role("button", name="Models").click()
    view = page.locator(".mlnb-View-models")
    expect(view.locator(".mlnb-Versions")).to_contain_text("champion")
    expect(view.locator(".mlnb-Timeline")).to_contain_text("the best so far")
    desk.photograph("models")


def test_an_alias_is_dragged_to_the_version_that_is_to_have_it(page, desk):
    desk.show_experiments()
    desk.runs.nth(1).click()
    page.locator(".mlnb-View-run").get_by_role("button", name="Promote").click()
    dialog = page.locator(".jp-Dialog")
    dialog.get_by_role("button", name="Register as a version").click()
    expect(dialog.get_by_role("button", name="Promote")).to_be_enabled()
    dialog.locator(".jp-mod-reject.jp-mod-styled").click()
    page.get_by_role("button", name="Models").click()
    rows = page.locator(".mlnb-View-models .mlnb-Versions tbody tr")
    expect(rows).to_have_count(2)
    expect(rows.nth(1)).to_contain_text("champion")
    rows.nth(1).locator(".mlnb-Alias").drag_to(rows.first)
    dialog.get_by_role("button", name="Promote").click()
    expect(rows.first).to_contain_text("champion")
    expect(rows.nth(1)).not_to_contain_text("champion")


def test_a_notebook_that_logs_elsewhere_says_where(page, desk, lab, tmp_path):
    (lab.root / "team").mkdir()
    (lab.root / "team" / "mlnb.toml").write_text(f'store = "{tmp_path / "team"}"')
    lab.write_notebook("team/shared.ipynb", "x = 1")
    desk.show_experiments()
    desk.open_notebook("team/shared.ipynb")
    sidebar = page.locator(".mlnb-Sidebar")
    expect(sidebar.get_by_text(f"this notebook logs to {tmp_path / 'team'}")).to_be_visible()
    expect(desk.runs).to_have_count(0)
    desk.photograph("elsewhere")
    sidebar.get_by_role("button", name=f"Show {lab.root.name}").click()
    expect(desk.runs).to_have_count(2)


def test_open_views_come_back_after_a_reload(page, desk, lab):
    desk.show_experiments()
    desk.runs.first.click()
    name = desk.runs.first.locator(".mlnb-RunItem-text").text_content()
    expect(page.locator(".mlnb-View-run h1")).to_have_text(name)
    page.wait_for_timeout(1500)  # JupyterLab saves its layout a second after the last change
    page.goto(f"{lab.url}/lab")
    expect(page.locator(".mlnb-View-run h1")).to_have_text(name)
