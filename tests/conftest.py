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
