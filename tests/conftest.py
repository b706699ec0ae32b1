"""What all tests share: a store of their own, and nothing of the machine's."""

from __future__ import annotations

import pytest

from mlnb import config
from mlnb.store import Store


@pytest.fixture(autouse=True)
def _own_place(tmp_path, monkeypatch):
    """Every test works in its own folder, with no setting of the machine's or of another test."""
    for name in ("MLNB_STORE", "MLNB_EXPERIMENT", "MLNB_PARENT_RUN", "MLNB_NOTEBOOK", "JPY_SESSION_NAME"):
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
