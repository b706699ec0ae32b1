"""A real JupyterLab with the installed extension, and a real Chromium that looks at it.

Tests skip where there is no Chromium, unless MLNB_REQUIRE_BROWSER=1 makes that a failure. Nothing leaves the
machine, and nothing of the user's Jupyter is read or written.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import pytest
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

RESULTS = Path(__file__).parent.parent.parent / "test-results"
CANDIDATES = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-sync",
    "--disable-domain-reliability",
    "--no-pings",
    "--no-first-run",
    "--metrics-recording-only",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)
START_S = 60
# Longer than anything takes where another worker has the machine; what is there is seen at once all the same.
expect.set_options(timeout=30_000)
NOT_OURS = (
    "Canceled future for",  # JupyterLab: a kernel is restarted while it is still being asked for a subshell
    "/@jupyter-widgets/jupyterlab-manager/",  # it asks a notebook that is only read for its kernel
)
IDLE = "() => window.jupyterapp.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'"


def pytest_collection_modifyitems(items):
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(autouse=True)
def jp_asyncio_loop():
    """Takes the place of pytest-jupyter's, whose event loop Playwright's does not bear beside it."""


@pytest.fixture(autouse=True)
def jp_server_cleanup():
    """Takes the place of pytest-jupyter's, for the same reason."""


@pytest.fixture(scope="session")
def chromium() -> str:
    found = os.environ.get("MLNB_CHROMIUM") or next(filter(None, map(shutil.which, CANDIDATES)), None)
    if found is None:
        reason = f"no Chromium: none of {', '.join(CANDIDATES)} on PATH, and MLNB_CHROMIUM is not set"
        if os.environ.get("MLNB_REQUIRE_BROWSER") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    return found


@pytest.fixture(scope="session")
def browser(chromium) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(ARGUMENTS))
        yield browser
        browser.close()


@dataclass(frozen=True)
class Lab:
    """A running server: where it is, and the folder that it shows."""

    url: str
    token: str
    root: Path

    def write_notebook(self, name: str, *sources: str) -> None:
        notebook = nbformat.v4.new_notebook(
            metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
            cells=[nbformat.v4.new_code_cell(source) for source in sources],
        )
        nbformat.write(notebook, self.root / name)


@pytest.fixture(scope="module")
def lab(tmp_path_factory) -> Iterator[Lab]:
    home, root = tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("work")
    options = ("--LabApp.expose_app_in_browser=True", "--LabApp.extension_manager=readonly")
    with serving("jupyterlab", home, root, free_port(), *options) as running:
        yield running


@pytest.fixture(scope="module")
def notebook_7(tmp_path_factory) -> Iterator[Lab]:
    """The same server with Notebook's front end."""
    pytest.importorskip("notebook")
    home, root = tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("work")
    options = ("--JupyterNotebookApp.expose_app_in_browser=True",)
    with serving("notebook", home, root, free_port(), *options) as running:
        yield running


@pytest.fixture(name="serving", scope="session")
def serving_fixture() -> Callable[..., AbstractContextManager[Lab]]:
    """For tests that start and stop a server themselves."""
    return serving


@pytest.fixture(name="free_port", scope="module")
def free_port_fixture() -> int:
    return free_port()


@pytest.fixture(scope="session")
def results() -> Path:
    """Where pictures go."""
    return RESULTS


@contextmanager
def serving(application: str, home: Path, root: Path, port: int, *options: str) -> Iterator[Lab]:
    """JupyterLab or Notebook, with everything of its own in `home`, while the block lasts."""
    settings = home / "config" / "labconfig" / "default_setting_overrides.json"
    settings.parent.mkdir(parents=True, exist_ok=True)
    settings.write_text(json.dumps({"@jupyterlab/apputils-extension:notification": {"fetchNews": "false"}}))
    token = "for-these-tests-only"
    RESULTS.mkdir(exist_ok=True)
    log = (RESULTS / f"{application}.log").open("a")
    server = subprocess.Popen(
        [
            sys.executable, "-m", application, "--no-browser", "--allow-root",
            f"--ServerApp.port={port}", "--ServerApp.port_retries=0", f"--ServerApp.root_dir={root}",
            f"--IdentityProvider.token={token}",
            *options,
        ],
        cwd=root, env=environment(home), stdout=log, stderr=subprocess.STDOUT,
    )  # fmt: skip
    try:
        url = f"http://127.0.0.1:{port}"
        wait_for(server, f"{url}/api/status?token={token}")
        yield Lab(url, token, root)
    finally:
        server.terminate()
        try:
            server.wait(timeout=15)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()
        log.close()


@dataclass(frozen=True)
class Desk:
    """A person at JupyterLab: what they do, as the steps of a test."""

    page: Page

    def command(self, name: str, **arguments: Any) -> None:
        """Start a command. It isn't waited for: it may open a dialog that only a later step closes."""
        self.page.evaluate(
            "([name, args]) => void window.jupyterapp.commands.execute(name, args)", [name, arguments]
        )

    def open_notebook(self, path: str) -> None:
        self.command("docmanager:open", path=path)
        self.page.wait_for_function(IDLE, timeout=60_000)

    def source(self, number: int) -> str:
        found: str = self.page.evaluate(f"() => {self._cell(number)}.getSource()")
        return found

    def edit_cell(self, number: int, source: str) -> None:
        self.page.evaluate(f"source => {self._cell(number)}.setSource(source)", source)

    def run_cell(self, number: int) -> None:
        """Run a cell and wait until it is over."""
        self.page.evaluate(
            """async number => {
                window.jupyterapp.shell.currentWidget.content.activeCellIndex = number;
                await window.jupyterapp.commands.execute('notebook:run-cell');
            }""",
            number,
        )
        self.page.wait_for_function(IDLE)

    def show_experiments(self) -> None:
        self.command("mlnb:show-experiments")
        self.page.locator(".mlnb-Sidebar-body").wait_for()

    @property
    def runs(self) -> Locator:
        """The runs in the sidebar."""
        return self.page.locator(".mlnb-RunList-line[data-mlnb-run]")

    def photograph(self, name: str) -> None:
        """A picture in the light theme and one in the dark."""
        for theme in ("Dark", "Light"):
            self.wear(theme)
            self.page.screenshot(path=RESULTS / f"{name}-{theme.lower()}.png")

    def wear(self, theme: str) -> None:
        """Change to a theme, and wait until it is on."""
        self.command("apputils:change-theme", theme=f"JupyterLab {theme}")
        self.page.wait_for_function(
            "name => document.body.dataset.jpThemeName === name", arg=f"JupyterLab {theme}"
        )
        self.page.wait_for_timeout(300)  # the sheet is exchanged after the name

    def run_id(self, number: int) -> str:
        """The id of a run in the sidebar."""
        found = self.runs.nth(number).get_attribute("data-mlnb-run")
        assert found is not None
        return found

    @staticmethod
    def _cell(number: int) -> str:
        return f"window.jupyterapp.shell.currentWidget.content.widgets[{number}].model.sharedModel"


@pytest.fixture
def desk(page) -> Desk:
    return Desk(page)


@pytest.fixture
def sit_at() -> Callable[[Page], Desk]:
    """A person at another page with a notebook in front, whose kernel is ready."""

    def ready(page: Page) -> Desk:
        page.wait_for_function(IDLE, timeout=60_000)
        return Desk(page)

    return ready


@pytest.fixture
def page(browser, lab) -> Iterator[Page]:
    """JupyterLab, ready, in the light theme; what goes wrong in the page fails the test."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(f"{error}\n{error.stack}"))
    page.goto(f"{lab.url}/lab?token={lab.token}&reset")
    page.wait_for_function("window.jupyterapp !== undefined")
    page.evaluate("window.jupyterapp.restored.then(() => true)")
    yield page
    context.close()
    assert [error for error in errors if not any(known in error for known in NOT_OURS)] == []


def environment(home: Path) -> dict[str, str]:
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("JUPYTER", "JPY_", "MLNB_"))
    }
    places = {
        "HOME": home,
        "JUPYTER_CONFIG_DIR": home / "config",
        "JUPYTER_DATA_DIR": home / "data",
        "JUPYTER_RUNTIME_DIR": home / "runtime",
        "JUPYTERLAB_SETTINGS_DIR": home / "settings",
        "JUPYTERLAB_WORKSPACES_DIR": home / "workspaces",
        "IPYTHONDIR": home / "ipython",
        "MPLCONFIGDIR": home / "matplotlib",
    }
    return kept | {name: str(place) for name, place in places.items()}


def free_port() -> int:
    """A port below those that the system gives away: a kernel that starts meanwhile can't be given it."""
    first = 20_000 + 1_000 * int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    for port in random.sample(range(first, first + 1_000), 100):
        with socket.socket() as tried, suppress(OSError):
            tried.bind(("127.0.0.1", port))
            return port
    pytest.fail(f"no free port from {first} on")


def wait_for(server: subprocess.Popen[bytes], url: str) -> None:
    end = time.monotonic() + START_S
    while time.monotonic() < end:
        assert server.poll() is None, f"JupyterLab ended with status {server.returncode}"
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except urllib.error.URLError:
            time.sleep(0.2)
    pytest.fail(f"JupyterLab did not answer within {START_S} s")
