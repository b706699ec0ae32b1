"""Follows the README to the letter in a clone: `follow_readme.py CLONE ENVIRONMENT`, with nothing but that environment.

Every line of its shell blocks is run from the clone's root, in their order. `jupyter lab` is stopped when the panel's
API has answered; the test command is left to `.ci/run py`. The Python blocks run as the cells of a notebook, whose
line under the tracked cell must be the README's, apart from the run's name and its time.
"""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import closing
from pathlib import Path
from typing import Any

BLOCK = re.compile(r"^```(bash|python|text)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PATIENCE = 120  # seconds for a server to start


def main(clone: Path, environment: Path) -> int:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("JUPYTER", "MLNB_"))}
    variables = kept | {"PATH": f"{environment / 'bin'}{os.pathsep}{kept['PATH']}"}
    blocks = BLOCK.findall((clone / "README.md").read_text(encoding="utf-8"))
    lines = [line for kind, text in blocks if kind == "bash" for line in text.splitlines()]
    assert "pip install . && mlnb demo" in lines, lines
    for line in lines:
        if "pytest" in line:
            continue
        print(f"$ {line}", flush=True)
        if line.startswith("jupyter lab"):
            open_and_close(line, clone, variables)
        else:
            subprocess.run(["bash", "-euc", line], cwd=clone, env=variables, check=True)
    cells = [text for kind, text in blocks if kind == "python"]
    (promised,) = (text for kind, text in blocks if kind == "text")
    seen = run_cells(cells, clone / "mlnb-readme", variables)
    assert without_chance(promised) in map(without_chance, seen), (promised, seen)
    print(f"{len(cells)} cells: {promised.strip()}")
    return 0


def open_and_close(line: str, clone: Path, variables: dict[str, str]) -> None:
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ["--no-browser", "--allow-root", f"--port={port}", "--IdentityProvider.token=readme"]
    server = subprocess.Popen(
        [*line.split(), *options],
        cwd=clone,
        env=variables,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        runs = ask(f"http://127.0.0.1:{port}/mlnb/api/runs?limit=5", server)["runs"]
        assert len(runs) == 5, runs
    finally:
        server.terminate()
        server.wait(timeout=30)


def ask(address: str, server: subprocess.Popen[bytes]) -> Any:
    request = urllib.request.Request(address, headers={"Authorization": "token readme"})
    end = time.monotonic() + PATIENCE
    while True:
        assert server.poll() is None, "the server ended"
        try:
            with urllib.request.urlopen(request, timeout=60) as reply:
                return json.load(reply)
        except urllib.error.URLError:
            assert time.monotonic() < end, "the server does not answer"
            time.sleep(0.5)


def run_cells(cells: list[str], folder: Path, variables: dict[str, str]) -> list[str]:
    """Run them as a notebook; the plain text of all that they show."""
    folder.mkdir()
    notebook = {
        "cells": [
            {"cell_type": "code", "id": f"cell-{number}", "metadata": {}, "outputs": [], "execution_count": None,
             "source": text}
            for number, text in enumerate(cells)
        ],
        "metadata": {}, "nbformat": 4, "nbformat_minor": 5,
    }  # fmt: skip
    path = folder / "readme.ipynb"
    path.write_text(json.dumps(notebook), encoding="utf-8")
    subprocess.run(["jupyter", "execute", "--inplace", path.name], cwd=folder, env=variables, check=True)
    executed = json.loads(path.read_text(encoding="utf-8"))
    shown = [
        out.get("data", {}).get("text/plain", "") for cell in executed["cells"] for out in cell["outputs"]
    ]
    return ["".join(text) for text in shown]


def without_chance(line: str) -> str:
    """A run's line without its name and its time."""
    return re.sub(r"^● \S+|· [\d.]+ m?s$", "", line.strip())


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).absolute(), Path(sys.argv[2]).absolute()))
