"""What repo2docker does with binder/, step by step, in a clone: `check_binder.py CLONE ENVIRONMENT`.

ENVIRONMENT is a fresh virtual environment into which binder/requirements.txt is installed from the clone's root, as
repo2docker's Python build pack does. Then binder/postBuild runs, Jupyter starts, and its own API is asked what
somebody who opens it would see: the workspace, the quickstart, the panel's runs.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import closing
from pathlib import Path
from typing import Any

PATIENCE = 120  # seconds for a server to start


def main(clone: Path, environment: Path) -> int:
    home = clone / ".binder-home"
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("JUPYTER", "MLNB_"))}
    path = f"{environment / 'bin'}{os.pathsep}{kept['PATH']}"
    variables = kept | {"HOME": str(home), "PATH": path, "VIRTUAL_ENV": str(environment)}
    home.mkdir(exist_ok=True)
    subprocess.run([clone / "binder/postBuild"], cwd=clone, env=variables, check=True)
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        ["jupyter", "lab", "--no-browser", "--allow-root", f"--port={port}", "--ServerApp.port_retries=0",
         "--IdentityProvider.token=binder"],
        cwd=clone, env=variables, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        check(f"http://127.0.0.1:{port}", server)
    finally:
        server.terminate()
        server.wait(timeout=30)
    return 0


def check(address: str, server: subprocess.Popen[bytes]) -> None:
    wait(address, server)
    layout = ask(address, "lab/api/workspaces/default")["data"]["layout-restorer:data"]
    assert layout["left"]["current"] == "mlnb-experiments", layout["left"]
    assert layout["main"]["current"] == "notebook:notebooks/quickstart.ipynb", layout["main"]
    assert ask(address, "api/contents/notebooks/quickstart.ipynb?content=0")["type"] == "notebook"
    runs = ask(address, "mlnb/api/runs?path=notebooks/quickstart.ipynb&limit=50")["runs"]
    assert {run["status"] for run in runs} == {"finished"}, runs
    kinds = [run["kind"] for run in runs]
    assert (kinds.count("cell"), kinds.count("notebook")) == (1, 6), kinds
    print(f"Binder: the quickstart in front, the panel open, {len(runs)} sample runs in it")


def wait(address: str, server: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + PATIENCE
    while True:
        assert server.poll() is None, "the server ended"
        try:
            ask(address, "api/status")
        except urllib.error.URLError:
            assert time.monotonic() < end, "the server does not answer"
            time.sleep(0.5)
        else:
            return


def ask(address: str, path: str) -> Any:
    request = urllib.request.Request(f"{address}/{path}", headers={"Authorization": "token binder"})
    with urllib.request.urlopen(request, timeout=60) as reply:
        return json.load(reply)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).absolute(), Path(sys.argv[2]).absolute()))
