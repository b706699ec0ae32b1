"""Environment, git, figures: what stands around a run."""

from __future__ import annotations

import subprocess
import sys

import pytest

from mlnb.capture import environment, figures, git
from mlnb.errors import UsageError


def test_the_environment_is_the_same_twice_and_has_packages():
    one, other = environment.describe(), environment.describe()
    assert one.env_id == other.env_id
    assert one.packages["numpy"] == sys.modules["numpy"].__version__
    assert f"numpy=={one.packages['numpy']}\n" in one.lock


def test_packages_of_another_path_are_those_that_lie_there(tmp_path):
    (tmp_path / "odd_thing-1.5.dist-info").mkdir()
    (tmp_path / "odd_thing-1.5.dist-info" / "METADATA").write_text("Name: Odd.Thing\nVersion: 1.5\n")
    assert environment.describe([str(tmp_path)]).packages == {"odd-thing": "1.5"}


def test_what_is_remembered_holds_until_a_folder_of_packages_changes(tmp_path, monkeypatch):
    monkeypatch.setattr(environment, "_known", {})
    assert environment.known() is None
    environment.remember()
    assert environment.known() == environment.describe()
    monkeypatch.syspath_prepend(tmp_path)
    assert environment.known() is None


def test_git_hears_nothing_of_a_kernels_environment_but_what_concerns_it(tmp_path, monkeypatch):
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    ran = tmp_path / "ran"
    (tmp_path / "spy").write_text(f"#!/bin/sh\ntouch {ran}\n")
    (tmp_path / "spy").chmod(0o755)
    monkeypatch.setenv("GIT_EXTERNAL_DIFF", str(tmp_path / "spy"))
    subprocess.run(["git", "config", "core.fsmonitor", str(tmp_path / "spy")], cwd=tmp_path, check=True)
    git.read(tmp_path)
    assert not ran.exists()


def test_a_folder_without_git_has_no_commit(tmp_path):
    assert git.describe(tmp_path).commit is None


def test_a_dirty_tree_keeps_its_diff_without_secrets(tmp_path):
    def run(*words):
        subprocess.run(
            ["git", "-c", "user.name=a", "-c", "user.email=a@b", *words],
            cwd=tmp_path,
            check=True,
            capture_output=True,
        )

    run("init", "-q")
    (tmp_path / "a.py").write_text("x = 1\n")
    run("add", ".")
    run("commit", "-qm", "one")
    clean = git.read(tmp_path)
    assert (clean.state.dirty, clean.diff, len(clean.state.commit)) == (False, b"", 40)
    (tmp_path / "a.py").write_text("x = 2\npassword = 'hunter2'\n")
    dirty = git.read(tmp_path)
    assert dirty.state.dirty
    assert b"+x = 2" in dirty.diff
    assert b"hunter2" not in dirty.diff


def test_a_figure_is_a_picture():
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("agg")
    from matplotlib.figure import Figure

    figure = Figure()
    figure.add_subplot().plot([1, 2])
    data, media_type = figures.render(figure)
    assert (data[:4], media_type) == (b"\x89PNG", "image/png")


def test_the_best_form_of_a_bundle():
    bundle = {"text/plain": "x", "image/png": "iVBORw0=", "image/svg+xml": "<svg/>"}
    assert figures.from_bundle(bundle) == (b"<svg/>", "image/svg+xml")
    assert figures.from_bundle({"text/html": "<table/>"}) is None
    assert figures.from_html({"text/html": "<table/>"}) is None
    assert figures.from_bundle({"application/vnd.plotly.v1+json": {"data": []}}) == (
        b'{"data": []}',
        "application/vnd.plotly.v1+json",
    )


def test_what_has_no_picture_is_refused():
    with pytest.raises(UsageError, match="has no picture"):
        figures.render(3)
