"""A recorded environment, made again: a virtual environment of a run's own lock, and a kernel in it.

uv does it, with the package index, cache and proxies that are its user's own configuration. The lock names every
package that was installed, so nothing is resolved anew. What can't be had any more (a Python that uv
can't find, a version that its index no longer has) is an error in uv's own words.
"""

from __future__ import annotations

import contextlib
import json
import os
import platform
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from mlnb.errors import ExecutionFailed, NotFound, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mlnb.store import Store

KERNEL: Final = "mlnb-recorded"
_SAID: Final = 8


def lock_of(store: Store, run_id: str) -> Mapping[str, Any]:
    """The environment that a run recorded: its own, or that of a cell inside it.

    Raises
    ------
    NotFound
        Neither did.
    """
    from mlnb.store import query

    for one in (run_id, *(row["run_id"] for row in query.children(store, run_id))):
        environment = query.record(store, one)["environment"]
        if environment:
            return dict(environment)
    raise NotFound(
        f"the packages of run {run_id} weren't recorded", hint="reproduce it without --env recorded"
    )


def requirements(environment: Mapping[str, Any]) -> str:
    """The environment as a requirements file."""
    listed = sorted(environment["packages"].items())
    return str(environment.get("lock") or "".join(f"{name}=={version}\n" for name, version in listed))


@contextlib.contextmanager
def recorded(environment: Mapping[str, Any]) -> Iterator[str]:
    """The name of a kernel that runs in the recorded environment; both are gone afterwards.

    Raises
    ------
    UsageError
        uv isn't installed.
    ExecutionFailed
        uv can't make the environment.
    """
    with tempfile.TemporaryDirectory(prefix="mlnb-", ignore_cleanup_errors=True) as folder:
        python = build(environment, Path(folder) / "environment")
        with _installed_kernel(Path(folder) / "jupyter", python):
            yield KERNEL


def build(environment: Mapping[str, Any], folder: Path) -> Path:
    """Make the virtual environment in `folder`; its Python."""
    uv = shutil.which("uv") or find_beside("uv")
    if uv is None:
        raise UsageError(
            "--env recorded makes a virtual environment with uv, which isn't installed", hint="pip install uv"
        )
    _run(uv, "venv", "--no-project", "--python", _python(str(environment["python"])), str(folder))
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    listed = folder / "requirements.txt"
    listed.write_text(requirements(environment), encoding="utf-8")
    _run(uv, "pip", "install", "--no-deps", "--python", str(python), "--requirement", str(listed))
    return python


def _python(version: str) -> str:
    """What uv is asked for: this Python where it is of that version, so that none has to be found or fetched."""
    return sys.executable if version == platform.python_version() else version


def find_beside(name: str) -> str | None:
    """A command that was installed beside this Python, whose folder needn't be on PATH."""
    return shutil.which(name, path=sysconfig.get_path("scripts"))


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        said = [line.strip() for line in done.stderr.splitlines() if line.strip()][-_SAID:]
        raise ExecutionFailed(
            f"the recorded environment can't be made: {' '.join(said)}", hint=" ".join(command[1:3])
        )


@contextlib.contextmanager
def _installed_kernel(folder: Path, python: Path) -> Iterator[None]:
    """A kernel spec that only this process and its children see."""
    spec = folder / "kernels" / KERNEL
    spec.mkdir(parents=True)
    path = os.pathsep.join([str(python.parent), os.environ.get("PATH", os.defpath)])
    described = {
        "argv": [str(python), "-m", "ipykernel_launcher", "-f", "{connection_file}"],
        "display_name": "Recorded environment",
        "language": "python",
        "env": {"VIRTUAL_ENV": str(python.parent.parent), "PATH": path},
    }
    (spec / "kernel.json").write_text(json.dumps(described), encoding="utf-8")
    before = os.environ.get("JUPYTER_PATH")
    os.environ["JUPYTER_PATH"] = str(folder) if before is None else os.pathsep.join([str(folder), before])
    try:
        yield
    finally:
        if before is None:
            del os.environ["JUPYTER_PATH"]
        else:
            os.environ["JUPYTER_PATH"] = before
