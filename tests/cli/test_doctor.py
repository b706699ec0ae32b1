"""The doctor finds what is broken, says so in a line, and names what mends it."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

import mlnb
from mlnb import config
from mlnb.cli.app import run as call
from mlnb.cli.doctor import _look, installed, stored


def states(check):
    return [(finding.state, finding.says, finding.mend) for finding in check()]


@pytest.fixture
def jupyter(tmp_path, monkeypatch):
    """A place of its own for Jupyter's files, in front of all others; its `share/jupyter`."""
    data, settings, package = tmp_path / "share/jupyter", tmp_path / "etc", tmp_path / "mlnb"
    for folder in (data, settings):
        folder.mkdir(parents=True)
    monkeypatch.setattr("jupyter_core.paths.jupyter_path", lambda *parts: [str(data.joinpath(*parts))])
    monkeypatch.setattr("jupyter_core.paths.jupyter_config_path", lambda: [str(settings)])
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(settings))
    monkeypatch.setattr(mlnb, "__file__", str(package / "__init__.py"))
    return data


def install_panel(data: Path, version: str = mlnb.__version__) -> Path:
    folder = data / "labextensions/mlnb"
    (folder / "static").mkdir(parents=True)
    (folder / "static/remoteEntry.1.js").touch()
    package = {"name": "mlnb", "version": version, "jupyterlab": {"extension": True, "_build": {"load": "x"}}}
    (folder / "package.json").write_text(json.dumps(package))
    return folder


def test_all_is_well_here(store, capsys):
    assert call(["doctor"]) == 0
    said = capsys.readouterr().out
    assert "All is well." in said
    assert str(store.path) in said
    assert not any(mark in said for mark in "✕!")


def test_it_makes_no_store(tmp_path, capsys):
    assert call(["doctor", "--json"]) == 0
    assert any("none yet" in finding["says"] for finding in json.loads(capsys.readouterr().out))
    assert not (tmp_path / ".mlnb").exists()


def test_no_panel(jupyter):
    assert [state for state, _, _ in states(installed.panel)] == ["failed"]


def test_a_panel_of_another_version(jupyter):
    install_panel(jupyter, "0.0.1")
    ((state, says, mend),) = states(installed.panel)
    assert (state, "0.0.1" in says, mlnb.__version__ in says) == ("failed", True, True)
    assert "pip install" in mend


def test_a_panel_of_another_build(jupyter, tmp_path):
    ours = tmp_path / "mlnb/labextension"
    ours.mkdir(parents=True)
    for folder, built_from in ((install_panel(jupyter), "old"), (ours, "new")):
        (folder / "build.json").write_text(json.dumps({"sources": built_from}))
    ((state, says, _),) = states(installed.panel)
    assert (state, "another build" in says) == ("failed", True)


def test_a_panel_that_is_disabled(jupyter, tmp_path):
    install_panel(jupyter)
    (tmp_path / "etc/labconfig").mkdir()
    (tmp_path / "etc/labconfig/page_config.json").write_text('{"disabledExtensions": {"mlnb": true}}')
    ((state, _, mend),) = states(installed.panel)
    assert (state, mend) == ("failed", "jupyter labextension enable mlnb")


@pytest.mark.parametrize("enabled", [None, False])
def test_a_server_extension_that_is_off(jupyter, tmp_path, enabled):
    if enabled is not None:
        folder = tmp_path / "etc/jupyter_server_config.d"
        folder.mkdir()
        (folder / "mlnb.json").write_text(
            json.dumps({"ServerApp": {"jpserver_extensions": {"mlnb": enabled}}})
        )
    ((state, _, mend),) = states(installed.server)
    assert (state, mend) == ("failed", "jupyter server extension enable mlnb")


def test_a_kernel_without_mlnb_and_one_without_its_python(tmp_path):
    bare = tmp_path / "bare"
    bare.write_text(f'#!/bin/sh\nexec {sys.executable} -S -I "$@"\n')  # no site-packages
    bare.chmod(0o755)
    without, gone = (
        installed._kernel("bare", str(bare)),
        installed._kernel("gone", str(tmp_path / "no-python")),
    )
    assert (without.state, without.mend) == ("warning", f"{bare} -m pip install mlnb")
    assert (gone.state, gone.mend) == ("failed", "jupyter kernelspec remove gone")


def test_a_package_that_is_missing_or_too_old(monkeypatch):
    monkeypatch.setattr(installed.metadata, "requires", lambda _: ["numpy>=99", "no-such-thing", "numpy>=1"])
    assert [(state, mend.split()[-1]) for state, _, mend in states(installed.packages)] == [
        ("failed", "'numpy>=99'"),
        ("failed", "'no-such-thing'"),
    ]


def test_a_setting_that_means_nothing_gets_the_nearest(tmp_path):
    (tmp_path / "mlnb.toml").write_text('stroe = ".mlnb"\n[capture]\nredact = []\n')
    ((state, says, mend),) = states(stored.settings)
    assert (state, "stroe" in says, mend) == ("warning", True, "did you mean 'store'?")


def test_settings_that_are_no_toml(tmp_path, capsys):
    (tmp_path / "mlnb.toml").write_text("store = ")
    assert call(["doctor"]) == 1
    assert "is not TOML" in capsys.readouterr().out


def test_a_store_of_a_newer_format(store):
    file = store.path / "store.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), "format": 99}))
    (finding,) = _look("store", stored.store)
    assert (finding.state, "format 99" in finding.says) == ("failed", True)
    assert "pip install" in finding.mend


def test_a_journal_that_cannot_be_read(store):
    (store.journals / "01M0000000000000000000000A.w.jsonl").write_text(
        '{"kind":"journal","format":99,"requires":["x"]}\n'
    )
    found = states(stored.store)
    assert found[0][0] == "ok"
    assert any(state == "warning" and mend == "mlnb store verify" for state, _, mend in found[1:])


def test_a_folder_that_cannot_be_written(store, monkeypatch):
    """Root may write everywhere, so the answer of `os.access` stands in for another user."""
    real, closed = os.access, store.path / "objects"
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path) != closed and real(path, mode))
    ((state, says, mend),) = states(stored.permissions)
    assert (state, str(closed) in says, "chmod" in mend) == ("failed", True, True)


def test_locks_that_keep_nobody_apart(store, monkeypatch):
    monkeypatch.setattr("mlnb.store.locks._try", lambda fd: True)  # as on a disk without locks
    assert [state for state, _, _ in states(stored.locks)] == ["failed"]


def test_somebody_folds_at_this_moment(store):
    from mlnb.store import locks

    held = locks.try_lock(store.ingest_lock)
    try:
        assert "folding" in states(stored.locks)[0][1]
    finally:
        os.close(held)


@pytest.mark.parametrize(("free", "state"), [(1 << 20, "failed"), (1 << 30, "warning"), (1 << 40, "ok")])
def test_a_disk_that_fills(monkeypatch, free, state):
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("Usage", (), {"free": free}))
    assert [found for found, _, _ in states(stored.disk)] == [state]


def test_a_check_that_breaks_is_a_finding():
    (finding,) = _look("kernels", lambda: 1 / 0)
    assert finding.says == "ZeroDivisionError: division by zero"


def test_what_fails_makes_the_status_one_and_stands_in_the_sum(jupyter, capsys):
    assert call(["doctor"]) == 1
    assert "2 broken" in capsys.readouterr().out


def test_known_settings_are_told_from_others():
    table = {
        "store": ".mlnb",
        "gates": {"champion": []},
        "capture": {"redact": [], "redcat": []},
        "stroe": "",
    }
    assert config.unknown(table) == ["capture.redcat", "stroe"]
