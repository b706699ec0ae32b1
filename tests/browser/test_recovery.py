"""What is shown comes right by itself, in JupyterLab and on the page beside it: whatever happens to a kernel, the
server or the store."""

from __future__ import annotations

import os
import shutil
import signal
from contextlib import ExitStack

import pytest
from playwright.sync_api import expect

from mlnb.server.page import ASSETS, SCRIPT
from mlnb.store import Store, care
from mlnb.tracking import start

pytestmark = pytest.mark.skipif(not (ASSETS / SCRIPT).is_file(), reason="the page has not been built")

PATIENCE_MS = 30_000
KERNEL = "window.jupyterapp.shell.currentWidget.sessionContext.session.kernel"
SETUP = """%load_ext mlnb
import os, pathlib, time
pathlib.Path("kernel").write_text(str(os.getpid()))"""
SLOW = """%%track
for step in range(6000):
    loss = 1 / (step + 1)
    time.sleep(0.1)"""


class Switch:
    """A server that is started and stopped, at the same place each time."""

    def __init__(self, begin):
        self._begin = begin
        self._running = ExitStack()

    def on(self):
        return self._running.enter_context(self._begin())

    def off(self):
        self._running.close()


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return tmp_path_factory.mktemp("work")


@pytest.fixture(scope="module")
def switch(tmp_path_factory, root, serving, free_port):
    home = tmp_path_factory.mktemp("home")
    options = ("--LabApp.expose_app_in_browser=True", "--LabApp.extension_manager=readonly")
    switch = Switch(lambda: serving("jupyterlab", home, root, free_port, *options))
    yield switch
    switch.off()


@pytest.fixture(scope="module")
def log_run(root):
    """Log a run, as another process would."""

    def log(name):
        with start(name, experiment="churn", store=root / ".mlnb") as run:
            run.metric("accuracy", 0.5)

    return log


@pytest.fixture(scope="module")
def tabs(browser, switch, root, log_run):
    """Two tabs of one browser: JupyterLab with the sidebar open, and the page of its own."""
    log_run("first-run")
    server = switch.on()
    server.write_notebook("long.ipynb", SETUP, SLOW)
    context = browser.new_context(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
    lab, page = context.new_page(), context.new_page()
    page.goto(f"{server.url}/mlnb/?token={server.token}")
    lab.goto(f"{server.url}/lab?reset")
    lab.wait_for_function("window.jupyterapp !== undefined")
    lab.evaluate("window.jupyterapp.restored.then(() => true)")
    lab.evaluate("() => void window.jupyterapp.commands.execute('mlnb:show-experiments')")
    for tab in (lab, page):
        expect(line(tab, "first-run")).to_be_visible(timeout=PATIENCE_MS)
    yield lab, page
    context.close()


def line(tab, name):
    return tab.locator(".mlnb-RunList-line", has_text=name)


def newest(tab):
    return tab.locator(".mlnb-RunList-line[data-mlnb-run]").first


@pytest.fixture
def desk(tabs, sit_at):
    """A person at JupyterLab with the notebook in front."""
    lab, _ = tabs
    lab.evaluate("() => void window.jupyterapp.commands.execute('docmanager:open', { path: 'long.ipynb' })")
    return sit_at(lab)


def start_the_long_cell(desk):
    desk.run_cell(0)
    desk.page.evaluate(
        """() => {
            window.jupyterapp.shell.currentWidget.content.activeCellIndex = 1;
            void window.jupyterapp.commands.execute('notebook:run-cell');
        }"""
    )


def test_a_kernel_that_is_restarted_or_dies_leaves_a_run_that_has_ended(tabs, desk, root):
    start_the_long_cell(desk)
    for tab in tabs:
        expect(newest(tab).locator(".mlnb-mod-running")).to_be_visible(timeout=PATIENCE_MS)
    desk.page.evaluate(f"() => void {KERNEL}.restart()")
    for tab in tabs:  # Jupyter interrupts the cell before it restarts its kernel
        expect(newest(tab)).to_contain_text("KeyboardInterrupt", timeout=PATIENCE_MS)
    desk.page.wait_for_function(f"() => {KERNEL}.status === 'idle'")
    start_the_long_cell(desk)
    for tab in tabs:
        expect(newest(tab).locator(".mlnb-mod-running")).to_be_visible(timeout=PATIENCE_MS)
    os.kill(int((root / "kernel").read_text()), signal.SIGKILL)
    for tab in tabs:
        expect(newest(tab).locator(".mlnb-mod-killed")).to_be_visible(timeout=PATIENCE_MS)


def test_a_store_that_is_built_again_underneath_is_followed_on(tabs, root, log_run):
    for tab in tabs:
        expect(tab.locator(".mlnb-RunList-line[data-mlnb-run]")).to_have_count(3)
    care.rebuild(Store.open(root / ".mlnb"))
    log_run("after-the-rebuild")
    for tab in tabs:
        expect(line(tab, "after-the-rebuild")).to_be_visible(timeout=PATIENCE_MS)
        expect(tab.locator(".mlnb-RunList-line[data-mlnb-run]")).to_have_count(4)


def test_a_server_that_was_away_is_found_again_and_what_was_missed_comes(tabs, switch, log_run):
    switch.off()
    for tab in tabs:
        tab.evaluate("() => window.dispatchEvent(new Event('online'))")  # else it looks four times a minute
        expect(tab.get_by_text("Server out of reach").first).to_be_visible(timeout=PATIENCE_MS)
        expect(line(tab, "after-the-rebuild")).to_be_visible()  # what was last seen stays
    log_run("while-it-was-away")
    switch.on()
    for tab in tabs:
        expect(line(tab, "while-it-was-away")).to_be_visible(timeout=PATIENCE_MS)
        expect(tab.get_by_text("Server out of reach")).to_have_count(0)
    log_run("after-the-restart")
    for tab in tabs:
        expect(line(tab, "after-the-restart")).to_be_visible(timeout=PATIENCE_MS)


def test_a_store_that_is_deleted_is_not_made_again_and_its_successor_is_shown(tabs, root, log_run):
    shutil.rmtree(root / ".mlnb")
    for tab in tabs:
        expect(tab.get_by_text("No runs yet").first).to_be_visible(timeout=PATIENCE_MS)
    assert not (root / ".mlnb").exists()
    log_run("in-a-new-store")
    for tab in tabs:
        expect(line(tab, "in-a-new-store")).to_be_visible(timeout=PATIENCE_MS)
