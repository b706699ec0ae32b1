"""`mlnb ui`: a server with the page and the API, on loopback, for whoever has the token."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import urllib.error
import urllib.request

import pytest

from mlnb.server.page import ASSETS, SCRIPT
from mlnb.tracking import start


@pytest.fixture
def address(tmp_path):
    """Where `mlnb ui` of a folder with one run says that it is."""
    with start("amber", store=tmp_path / ".mlnb") as run:
        run.metric("loss", 1.0)
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("JUPYTER", "JPY_", "MLNB_"))
    }
    (tmp_path / "deep").mkdir()
    process = subprocess.Popen(
        [sys.executable, "-m", "mlnb", "ui", "--no-browser", "--port", "0"],
        cwd=tmp_path / "deep", env={**kept, "HOME": str(tmp_path / "home")}, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    found = re.search(r"http://127\.0\.0\.1:\d+/\S+", process.stdout.readline())
    assert found, process.poll()
    yield found[0]
    process.send_signal(signal.SIGINT)
    assert process.wait(30) == 0


@pytest.mark.skipif(not (ASSETS / SCRIPT).is_file(), reason="the page has not been built")
def test_it_shows_the_store_of_the_folder_and_asks_for_the_token(address):
    page, _, query = address.partition("?")
    with urllib.request.urlopen(address, timeout=30) as reply:
        assert b'"labUrl": ""' in reply.read()
    with urllib.request.urlopen(f"{page}api/runs?{query}", timeout=30) as reply:
        assert b"amber" in reply.read()
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(f"{page}api/runs", timeout=30)
