"""A run's address leads to the page of the server that started its kernel."""

from __future__ import annotations

import json

import pytest

from mlnb.tracking import address, start


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch, tmp_path):
    for name in ("JUPYTERHUB_SERVICE_PREFIX", "JPY_PARENT_PID"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path))
    address.base_url.cache_clear()
    yield
    address.base_url.cache_clear()


def test_without_a_server_it_is_relative(tmp_path):
    with start(store=tmp_path / ".mlnb") as run:
        assert run.url == f"mlnb/#/run/{run.run_id}?store={run.store.store_id}"


def test_the_kernels_server_is_found_by_its_process(monkeypatch, tmp_path):
    monkeypatch.setenv("JPY_PARENT_PID", "4711")
    (tmp_path / "jpserver-4711.json").write_text(json.dumps({"url": "http://localhost:8888/user/ada/"}))
    assert address.run_url("R", "S") == "http://localhost:8888/user/ada/mlnb/#/run/R?store=S"


def test_a_parent_that_is_no_server_gives_none(monkeypatch):
    monkeypatch.setenv("JPY_PARENT_PID", "4712")
    assert address.base_url() is None


def test_behind_a_hub_it_is_the_path_there(monkeypatch):
    monkeypatch.setenv("JUPYTERHUB_SERVICE_PREFIX", "/user/ada/")
    assert address.run_url("R", "S") == "/user/ada/mlnb/#/run/R?store=S"
