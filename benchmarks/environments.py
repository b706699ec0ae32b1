"""The peers' environments: one each, made by the benchmark, and nothing that mlnb depends on."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

PEERS = ("mlflow", "trackio", "wandb", "dvclive", "tensorboardX", "aim")


def python_of(folder: Path) -> Path:
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def make(folder: Path, peer: str) -> Path | None:
    """The interpreter of a peer's environment, made if there is none; None where the peer doesn't install.

    Its modules are compiled, so that no measurement pays for that.
    """
    place = folder / peer
    python = python_of(place)
    if not (place / "ready").exists():
        uv = shutil.which("uv")
        if uv:
            commands = [[uv, "venv", "--quiet", "--python", sys.executable, str(place)],
                        [uv, "pip", "install", "--quiet", "--python", str(python), peer, "setuptools<81"]]  # fmt: skip
        else:
            commands = [[sys.executable, "-m", "venv", str(place)],
                        [str(python), "-m", "pip", "install", "--quiet", peer, "setuptools<81"]]  # fmt: skip
        for command in commands:
            if subprocess.run(command, check=False).returncode:
                return None
        subprocess.run(
            [str(python), "-m", "compileall", "-q", str(place)], check=False, stdout=subprocess.DEVNULL
        )
        (place / "ready").touch()
    return python


def clean() -> dict[str, str]:
    """The environment of a measured process: bytecode is kept, and nothing is asked of a network."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    quiet = {
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "MLFLOW_ALLOW_FILE_STORE": "true",
        "DO_NOT_TRACK": "1",
        "WANDB_MODE": "offline",
        "AIM_UI_TELEMETRY_ENABLED": "0",
        "DVC_NO_ANALYTICS": "1",
        "GRADIO_ANALYTICS_ENABLED": "False",
        "HF_HUB_OFFLINE": "1",
        "GIT_PYTHON_REFRESH": "quiet",
    }
    return kept | quiet
