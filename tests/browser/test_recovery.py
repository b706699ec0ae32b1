"""What is shown comes right by itself: in two tabs, after the server was away, whatever happens to the store."""

from __future__ import annotations

import shutil

import pytest
from playwright.sync_api import expect

from mlnb.server.page import ASSETS, SCRIPT
from mlnb.store import Store, care
from mlnb.tracking import start

pytestmark = pytest.mark.skipif(not (ASSETS / SCRIPT).is_file(), reason="the page has not been built")
PATIENCE_MS = 60_000


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "home").mkdir()
    (tmp_path / "work").mkdir()
    return tmp_path / "work"


def log_run(folder, name):
    with start(name, experiment="churn", store=folder / ".mlnb") as run:
        run.metric("accuracy", 0.5)
    return run


@pytest.fixture
def serve(folder, serving, free_port):
    """Start the server of this test, at the same place each time."""
    return lambda: serving("jupyter_server", folder.parent / "home", folder, free_port)


def see(page, name):
    expect(page.locator(".mlnb-RunList-line", has_text=name)).to_be_visible(timeout=PATIENCE_MS)


def test_two_tabs_a_rebuilt_store_a_server_away_and_a_deleted_store(browser, folder, serve):
    log_run(folder, "first-run")
    context = browser.new_context(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
    with serve() as server:
        tabs = [context.new_page(), context.new_page()]
        for tab in tabs:
            tab.goto(f"{server.url}/mlnb/?token={server.token}")
            see(tab, "first-run")
        log_run(folder, "second-run")
        for tab in tabs:
            see(tab, "second-run")

        care.rebuild(Store.open(folder / ".mlnb"))
        log_run(folder, "third-run")
        for tab in tabs:
            see(tab, "third-run")
            expect(tab.locator(".mlnb-RunList-line[data-mlnb-run]")).to_have_count(3)

    expect(tabs[0].get_by_text("out of reach").first).to_be_visible(timeout=PATIENCE_MS)
    see(tabs[0], "third-run")
    log_run(folder, "fourth-run")
    with serve():
        for tab in tabs:
            see(tab, "fourth-run")
        expect(tabs[0].get_by_text("out of reach")).to_have_count(0)
        log_run(folder, "fifth-run")
        see(tabs[0], "fifth-run")

        shutil.rmtree(folder / ".mlnb")
        for tab in tabs:
            expect(tab.get_by_text("No runs yet").first).to_be_visible(timeout=PATIENCE_MS)
        assert not (folder / ".mlnb").exists()
        log_run(folder, "sixth-run")
        for tab in tabs:
            see(tab, "sixth-run")
    context.close()


def test_a_kernel_that_is_restarted_leaves_a_run_that_was_killed(page, desk, lab):
    slow = "%%track\nfor step in range(600):\n    loss = 1 / (step + 1)\n    time.sleep(0.1)"
    lab.write_notebook("long.ipynb", "%load_ext mlnb\nimport time", slow)
    desk.show_experiments()
    desk.open_notebook("long.ipynb")
    desk.run_cell(0)
    desk.command("notebook:run-cell-and-select-next")
    expect(desk.runs.first.locator(".mlnb-mod-running")).to_be_visible(timeout=PATIENCE_MS)
    page.evaluate("() => void window.jupyterapp.shell.currentWidget.sessionContext.restartKernel()")
    expect(desk.runs.first.locator(".mlnb-mod-killed")).to_be_visible(timeout=PATIENCE_MS)
