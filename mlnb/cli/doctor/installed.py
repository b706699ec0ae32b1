"""Checks of what is installed: Python, packages, both Jupyter extensions, kernels, papermill's engine."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any, Final

import mlnb
from mlnb.cli.doctor.finding import Finding, failed, fine, warning

SHOWN: Final = ("duckdb", "jupyterlab", "jupyter_server", "ipykernel", "papermill")
"""Packages whose versions people are asked for."""

KERNEL_PATIENCE: Final = 60.0  # seconds


def python() -> Iterator[Finding]:
    from platform import platform, python_version

    yield fine("python", f"mlnb {mlnb.__version__}, Python {python_version()} ({sys.executable})")
    yield fine("python", platform())


def packages() -> Iterator[Finding]:
    """Whether each requirement of mlnb is met, as pip would say."""
    from packaging.requirements import Requirement

    unmet = []
    for text in metadata.requires("mlnb") or ():
        requirement = Requirement(text)
        if requirement.marker is not None and not requirement.marker.evaluate({"extra": ""}):
            continue
        found = _version(requirement.name)
        if found is None or not requirement.specifier.contains(found, prereleases=True):
            unmet.append((requirement, found))
    for requirement, found in unmet:
        wanted = f"{requirement.name}{requirement.specifier}"
        yield failed(
            "packages",
            f"{requirement.name} {found or 'is missing'}, wanted {requirement.specifier or 'any'}",
            f"{Path(sys.executable).name} -m pip install '{wanted}'",
        )
    if not unmet:
        yield fine("packages", ", ".join(f"{name} {_version(name)}" for name in SHOWN))


def panel() -> Iterator[Finding]:
    """Whether JupyterLab finds the panel, has it on, and it is the build that belongs to this package."""
    from jupyter_core.paths import jupyter_path
    from jupyterlab_server.config import get_federated_extensions, get_page_config

    paths = jupyter_path("labextensions")
    found = get_federated_extensions(paths).get("mlnb")
    if found is None:
        yield failed("panel", "JupyterLab has no extension mlnb", _reinstall())
        return
    disabled = get_page_config(paths).get("disabledExtensions", ())
    if any(name.partition(":")[0] == "mlnb" for name in disabled):
        yield failed("panel", "it is installed, but disabled", "jupyter labextension enable mlnb")
        return
    folder = Path(found["ext_path"])
    if found["version"] != mlnb.__version__:
        yield failed(
            "panel",
            f"the browser's part is of {found['version']}, the server's of {mlnb.__version__} ({folder})",
            _reinstall(),
        )
    elif _build(folder) != _build(Path(mlnb.__file__).parent / "labextension", otherwise=_build(folder)):
        yield failed("panel", f"{folder} is another build than this package's", _reinstall())
    elif not any((folder / "static").glob("remoteEntry*.js")):
        yield failed("panel", f"{folder} has no script", _reinstall())
    else:
        yield fine("panel", f"{found['version']} in {folder}")
    others = [path for path in paths if (Path(path) / "mlnb/package.json").is_file()][1:]
    for other in others:
        yield warning("panel", f"an older copy lies in {other}/mlnb, and isn't used", f"rm -r {other}/mlnb")


def server() -> Iterator[Finding]:
    """Whether the Jupyter server loads the extension."""
    from jupyter_core.paths import jupyter_config_path
    from jupyter_server.extension.config import ExtensionConfigManager

    manager = ExtensionConfigManager(read_config_path=jupyter_config_path())
    enabled = manager.get_jpserver_extensions().get("mlnb")  # type: ignore[no-untyped-call]
    if enabled:
        importlib.import_module("mlnb.server")  # whatever keeps the server from loading it is raised here
        yield fine("server extension", "enabled")
    else:
        says = "it is disabled" if enabled is False else "the server doesn't know of it"
        yield failed("server extension", says, "jupyter server extension enable mlnb")


def kernels() -> Iterator[Finding]:
    """Whether there is a kernel, and whether the Python ones have mlnb."""
    from jupyter_client.kernelspec import KernelSpecManager

    specs: dict[str, Any] = KernelSpecManager().get_all_specs()
    if not specs:
        yield failed("kernels", "none is installed", f"{sys.executable} -m pip install ipykernel")
    for name, found in sorted(specs.items()):
        spec = found["spec"]
        if spec.get("language", "").lower() != "python":
            yield fine(
                "kernels", f"{name} ({spec.get('language') or 'unknown language'}): rerun, not tracked"
            )
            continue
        yield _kernel(name, str(spec["argv"][0]))


def _kernel(name: str, interpreter: str) -> Finding:
    if interpreter in {sys.executable, "python", "python3"}:  # Jupyter puts its own Python in their place
        return fine("kernels", f"{name} has mlnb {mlnb.__version__}")
    asked = [interpreter, "-c", "import mlnb; print(mlnb.__version__)"]
    try:
        done = subprocess.run(asked, capture_output=True, text=True, timeout=KERNEL_PATIENCE, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return failed(
            "kernels", f"{name}: {interpreter} doesn't run ({error})", f"jupyter kernelspec remove {name}"
        )
    if done.returncode:
        return warning(
            "kernels",
            f"{name} ({interpreter}) has no mlnb: %load_ext mlnb fails there, and its reruns keep less",
            f"{interpreter} -m pip install mlnb",
        )
    there = done.stdout.strip()
    if there != mlnb.__version__:
        return warning(
            "kernels",
            f"{name} has mlnb {there}, this is {mlnb.__version__}",
            f"{interpreter} -m pip install 'mlnb=={mlnb.__version__}'",
        )
    return fine("kernels", f"{name} has mlnb {there}")


def papermill_engine() -> Iterator[Finding]:
    from papermill.engines import papermill_engines

    engine = papermill_engines.get_engine("mlnb")
    yield fine("papermill", f"--engine mlnb is {engine.__module__}")


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _build(folder: Path, *, otherwise: str | None = None) -> str | None:
    """What the files of a copy were built from; `otherwise` where that isn't kept."""
    try:
        return str(json.loads((folder / "build.json").read_text(encoding="utf-8"))["sources"])
    except (OSError, ValueError, KeyError):
        return otherwise


def _reinstall() -> str:
    return "pip install --force-reinstall --no-deps mlnb (in a clone: pip install -e . && jupyter-builder develop --overwrite .)"
