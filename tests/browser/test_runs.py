"""The table of runs, as a person works with it."""

from __future__ import annotations

import csv

import pandas as pd
import pytest
from playwright.sync_api import expect

from mlnb.store import Store
from mlnb.tracking import start

RUNS = 260


@pytest.fixture(scope="module", autouse=True)
def runs(lab):
    store = Store.open(lab.root / ".mlnb")
    for number in range(RUNS):
        params = {
            "lr": round(0.001 * (number % 20 + 1), 4),
            "depth": number % 7 + 2,
            "kernel": "rbf",
            "seed": 0,
        }
        with start(f"grid-{number:03d}", store=store, experiment="churn", params=params) as run:
            run.metrics({"accuracy": 0.8 + number / 2000, "loss": 1 / (number + 1)})
            if number % 50 == 0:
                run.data(pd.DataFrame({"x": [number, 2]}), "train", role="train")


@pytest.fixture
def table(page, desk):
    desk.show_experiments()
    page.get_by_role("button", name="Table of runs", exact=True).first.click()
    view = page.locator(".mlnb-View-runs")
    expect(view.locator(".mlnb-RunTable-row[data-mlnb-run]").first).to_be_visible()
    desk.command("application:toggle-left-area")
    return view


def names(table):
    return table.locator(".mlnb-RunTable-row[data-mlnb-run] .mlnb-RunTable-name button").all_text_contents()


def test_what_is_the_same_is_said_once_and_what_differs_has_columns(table, desk):
    expect(table.locator(".mlnb-RunTable-same")).to_contain_text("kernel rbf")
    expect(table.get_by_role("columnheader", name="accuracy")).to_be_visible()
    expect(table.get_by_role("columnheader", name="kernel")).to_have_count(0)
    assert names(table)[0] == "grid-259"
    assert len(names(table)) < RUNS  # only what is in view exists
    desk.photograph("runs")


def test_columns_sort_and_the_last_row_is_a_key_away(page, table):
    table.get_by_role("button", name="loss").click()
    expect(table.locator(".mlnb-RunTable-row[data-mlnb-run]").first).to_contain_text("grid-259")
    table.get_by_role("button", name="loss").click()
    expect(table.locator(".mlnb-RunTable-row[data-mlnb-run]").first).to_contain_text("grid-000")
    table.get_by_role("grid").focus()
    page.keyboard.press("End")
    expect(table.locator(".mlnb-RunTable-row[data-mlnb-run]").last).to_contain_text("grid-259")


def test_filters_are_the_query_and_come_off_as_chips(table):
    search = table.get_by_role("combobox", name="Search runs")
    search.fill("params.depth = 3 and params.lr > 0.01")
    expect(table.locator(".mlnb-Chips li")).to_have_count(2)
    count = table.locator(".mlnb-RunTable-tools > .mlnb-Quiet")
    expect(count).not_to_have_text(f"{RUNS} runs")
    table.get_by_role("button", name="Remove the filter params.depth = 3").click()
    expect(table.locator(".mlnb-Chips li")).to_have_count(1)
    table.get_by_role("button", name="Remove the filter params.lr > 0.01").click()
    expect(count).to_have_text(f"{RUNS} runs")
    cell = table.locator(".mlnb-RunTable-row[data-mlnb-run]").first.get_by_role("gridcell").first
    cell.dblclick()
    expect(table.locator(".mlnb-Chips li")).to_have_count(1)


def test_columns_are_chosen_and_resized(page, table, desk):
    table.get_by_role("button", name="Columns").click()
    page.get_by_label("Find a column").fill("kern")
    page.get_by_role("checkbox", name="kernel").check()
    desk.photograph("runs-columns")
    page.keyboard.press("Escape")
    head = table.get_by_role("columnheader", name="kernel")
    expect(head).to_be_visible()
    before = head.bounding_box()["width"]
    head.get_by_role("separator").focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function(
        "([name, width]) => [...document.querySelectorAll('.mlnb-RunTable-column')]"
        ".find(one => one.textContent === name).getBoundingClientRect().width > width",
        arg=["kernel", before],
    )


def test_a_columns_menu_pins_and_hides_it(page, table):
    head = table.get_by_role("columnheader", name="loss")
    head.click(button="right")
    page.get_by_role("menuitem", name="Pin Column Beside the Names").click()
    columns = table.locator(".mlnb-RunTable-column")
    expect(columns.first).to_have_text("loss")
    head.click(button="right")
    page.get_by_role("menuitem", name="Hide Column").click()
    expect(columns.first).not_to_have_text("loss")


def test_picked_runs_are_compared_and_all_are_exported(page, table, tmp_path):
    for number in (0, 2):
        table.locator(".mlnb-RunTable-row[data-mlnb-run]").nth(number).get_by_role("checkbox").check()
    with page.expect_download() as download:
        table.get_by_role("button", name="Export CSV").click()
    download.value.save_as(tmp_path / "runs.csv")
    rows = list(csv.DictReader((tmp_path / "runs.csv").open()))
    assert len(rows) == RUNS
    assert rows[0]["name"] == "grid-259"
    table.get_by_role("button", name="Compare").click()
    expect(page.locator(".mlnb-View-compare .mlnb-Differences")).to_contain_text("depth")


def test_a_brushed_axis_filters_and_shows_as_a_chip(page, table, desk):
    plots = table.locator(".mlnb-Explore")
    handle = plots.get_by_role("slider", name="lr at least")
    handle.focus()
    for _ in range(5):
        page.keyboard.press("Shift+ArrowUp")
    expect(table.locator(".mlnb-Chips li")).to_contain_text("params.lr >= ")
    expect(table.locator(".mlnb-RunTable-count")).not_to_have_text(f"{RUNS} runs")
    expect(plots.locator("path.mlnb-mod-out").first).to_be_attached()
    desk.photograph("runs-brushed")
    handle.press("Delete")
    expect(table.locator(".mlnb-RunTable-count")).to_have_text(f"{RUNS} runs")
    # Where there is room all plots stand side by side, else one of them at a time.
    expect(plots.locator("circle").first).to_be_visible()
    expect(plots).to_contain_text("goes with the parameter")
    page.set_viewport_size({"width": 1280, "height": 800})
    expect(plots.locator("circle")).to_have_count(0)
    plots.get_by_role("button", name="Importance").click()
    expect(plots).to_contain_text("goes with the parameter")


def test_a_view_is_saved_for_an_experiment_and_comes_back(page, table, lab):
    table.get_by_role("combobox", name="Experiment").select_option("churn")
    search = table.get_by_role("combobox", name="Search runs")
    expect(search).to_have_value("experiment = 'churn'")
    search.fill("experiment = 'churn' and params.depth = 3")
    expect(table.locator(".mlnb-Chips li")).to_have_count(1)
    table.get_by_role("button", name="Views").click()
    page.get_by_label("Name of the view").fill("shallow")
    page.get_by_label("Name of the view").press("Enter")
    page.wait_for_timeout(1500)  # JupyterLab saves its layout a second after the last change
    page.goto(f"{lab.url}/lab")
    expect(table.locator(".mlnb-Chips li")).to_contain_text("params.depth = 3")
    table.get_by_role("combobox", name="Experiment").select_option("")
    table.get_by_role("button", name="Remove the filter params.depth = 3").click()
    table.get_by_role("combobox", name="Experiment").select_option("churn")
    table.get_by_role("button", name="Views").click()
    page.get_by_role("button", name="shallow churn").click()
    expect(table.locator(".mlnb-Chips li")).to_contain_text("params.depth = 3")
