"""What all tests share: a store of their own, and nothing of the machine's."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mlnb import config
from mlnb.store import Store


@pytest.fixture(autouse=True)
def _own_place(tmp_path, monkeypatch):
    """Every test works in its own folder, with no setting of the machine's or of another test."""
    for name in (
        "MLNB_STORE",
        "MLNB_EXPERIMENT",
        "MLNB_PARENT_RUN",
        "MLNB_NOTEBOOK",
        "MLNB_WHOLE",
        "JPY_SESSION_NAME",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    config.reset()
    yield
    config.reset()


@pytest.fixture
def store(tmp_path) -> Store:
    return Store.open(tmp_path / ".mlnb")


@pytest.fixture
def shell(tmp_path, monkeypatch):
    """A real IPython shell with mlnb loaded, whose `__main__` is its own."""
    import atexit
    import sys

    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    from mlnb import magics

    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    settings = Config()
    settings.HistoryManager.enabled = False
    settings.InteractiveShell.colors = "nocolor"
    before = sys.modules["__main__"]
    shell = InteractiveShell.instance(config=settings)
    sys.modules["__main__"] = shell.user_module
    shell.run_line_magic("load_ext", "mlnb")
    yield shell
    magics.unload(shell)
    atexit.unregister(shell.atexit_operations)
    shell.atexit_operations()
    InteractiveShell.clear_instance()
    sys.modules["__main__"] = before


@pytest.fixture(scope="session")
def demo_folder(tmp_path_factory) -> Path:
    """What `mlnb demo` leaves behind, made once. Copy it before you change it."""
    folder = tmp_path_factory.mktemp("demo") / "mlnb-demo"
    done = subprocess.run(
        [sys.executable, "-m", "mlnb", "demo", "--folder", str(folder)],
        cwd=folder.parent,
        env={name: value for name, value in os.environ.items() if not name.startswith("MLNB_")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (folder.parent / "said.txt").write_text(done.stdout, encoding="utf-8")
    return folder


def pytest_collection_modifyitems(items):
    """Browser tests come last: Playwright's event loop stays in the main thread once it has run."""
    items.sort(key=lambda item: "browser" in item.path.parts)
