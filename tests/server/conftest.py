"""A real Jupyter server with the extension, in a process of its own, once for all tests of this folder.

Each test works in a folder of its own below the server's root, with a store of its own in it.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from mlnb.store import Store

TOKEN = "for-these-tests-only"


@dataclass(frozen=True)
class Reply:
    status: int
    headers: dict[str, str]
    content: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.content)


@dataclass(frozen=True)
class Client:
    """Calls the API as the panel does; `query` is added to every call."""

    url: str
    query: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=lambda: {"Authorization": f"token {TOKEN}"})

    def get(self, path: str, /, **query: Any) -> Reply:
        return self.call("GET", path, query=query)

    def post(self, path: str, /, **body: Any) -> Reply:
        return self.call("POST", path, body=body)

    def call(self, method: str, path: str, *, query: dict[str, Any] | None = None, body: Any = None) -> Reply:
        values = {name: value for name, value in {**self.query, **(query or {})}.items() if value is not None}
        url = f"{self.url}mlnb/api/{path}?{urllib.parse.urlencode(values)}"
        data = None if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        request = urllib.request.Request(url, data, self.headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                return Reply(response.status, dict(response.headers), response.read())
        except urllib.error.HTTPError as error:
            with error:
                return Reply(error.code, dict(error.headers), error.read())


@dataclass(frozen=True)
class Server:
    url: str
    root: Path
    outside: Path  # a folder beside the root, allowed by c.MlnbApp.stores
    log: Path
    token: str = TOKEN


@dataclass(frozen=True)
class Project:
    """A folder below the server's root, its store, and a client that asks as its notebook."""

    folder: Path
    store: Store
    client: Client


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("jupyter").resolve()) as running:
        yield running


@pytest.fixture(scope="session")
def readers_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server whose authorizer lets people read, and do nothing else."""
    home = tmp_path_factory.mktemp("jupyter").resolve()
    (home / "readers.py").write_text(
        "from jupyter_server.auth import Authorizer\n"
        "class ReadersOnly(Authorizer):\n"
        "    def is_authorized(self, handler, user, action, resource):\n"
        "        return action == 'read'\n"
    )
    with serving(home, ServerApp={"authorizer_class": "readers.ReadersOnly"}) as running:
        yield running


@contextlib.contextmanager
def serving(home: Path, **settings: dict[str, Any]) -> Iterator[Server]:
    """A Jupyter server with everything of its own in `home`, while the block lasts."""
    root, outside = home / "root", home / "shared"
    for folder in (root, outside, home / "config", home / "runtime"):
        folder.mkdir()
    _configure(home, root, outside, settings)
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("JUPYTER_", "MLNB_"))},
        "HOME": str(home),
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "JUPYTER_DATA_DIR": str(home / "data"),
        "PYTHONPATH": str(home),
    }
    with (home / "server.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "jupyter_server"], cwd=root, env=environment, stdout=log, stderr=log
        )
    try:
        yield Server(_wait_for(process, home), root, outside, home / "server.log")
    finally:
        process.terminate()
        process.wait(20)


def _configure(home: Path, root: Path, outside: Path, more: dict[str, dict[str, Any]]) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    config: dict[str, dict[str, Any]] = {
        "ServerApp": {
            "ip": "127.0.0.1",
            "port": port,
            "root_dir": str(root),
            "base_url": "/user/ada/",
            "open_browser": False,
            "allow_root": True,
            "jpserver_extensions": {"mlnb": True},
        },
        "IdentityProvider": {"token": TOKEN},
        "MlnbApp": {"stores": [str(outside)]},
    }
    for part, values in more.items():
        config[part].update(values)
    (home / "config" / "jupyter_server_config.json").write_text(json.dumps(config))


def _wait_for(process: subprocess.Popen[bytes], home: Path) -> str:
    deadline = time.monotonic() + 40
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        for file in (home / "runtime").glob("jpserver-*.json"):
            url = json.loads(file.read_text())["url"]
            if _answers(url):
                return url
        time.sleep(0.1)
    pytest.fail(f"the server did not start:\n{(home / 'server.log').read_text()}")


def _answers(url: str) -> bool:
    try:
        urllib.request.urlopen(f"{url}api", timeout=10).close()
    except OSError:
        return False
    return True


@pytest.fixture
def client(server: Server) -> Client:
    return Client(server.url)


@pytest.fixture
def project(server: Server, tmp_path: Path) -> Project:
    folder = server.root / tmp_path.name
    folder.mkdir()
    store = Store.open(folder / ".mlnb")
    return Project(folder, store, Client(server.url, {"path": f"{folder.name}/train.ipynb"}))
