"""A recorded environment is made again by uv, and a run is reproduced in it; nothing is fetched from anywhere."""

from __future__ import annotations

import base64
import hashlib
import platform
import subprocess
import sysconfig
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mlnb.errors import ExecutionFailed, UsageError
from mlnb.events import Environment
from mlnb.execution import environments
from mlnb.execution.batch import execute
from mlnb.execution.prepared import prepare
from mlnb.execution.reproduction import reproduce
from mlnb.store import Store, query

pytest.importorskip("uv", reason="needs uv, which the test extra brings")

MakeNotebook = Callable[..., Path]


@pytest.fixture(autouse=True)
def wheels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that stands for the package index, as a user's own setting of uv's."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    for name, value in (("UV_OFFLINE", "1"), ("UV_FIND_LINKS", str(folder)), ("UV_NO_INDEX", "1")):
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "cache"))
    return folder


def make_wheel(folder: Path, name: str, version: str, files: dict[str, str]) -> None:
    info = f"{name}-{version}.dist-info"
    content = {
        **files,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    lines = [f"{path},sha256={_digest(text)},{len(text)}" for path, text in content.items()]
    content[f"{info}/RECORD"] = "\n".join([*lines, f"{info}/RECORD,,", ""])
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as wheel:
        for path, text in content.items():
            wheel.writestr(path, text)


def _digest(text: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()


def environment(lock: str) -> dict[str, Any]:
    return {"python": platform.python_version(), "packages": {}, "lock": lock}


def test_the_environment_has_what_the_lock_says(wheels: Path, tmp_path: Path) -> None:
    make_wheel(wheels, "thing", "1.0", {"thing.py": "version = 1\n"})
    make_wheel(wheels, "thing", "2.0", {"thing.py": "version = 2\n"})
    python = environments.build(environment("thing==1.0\n"), tmp_path / "environment")
    said = subprocess.run(
        [python, "-c", "import thing; print(thing.version)"], capture_output=True, check=True
    )
    assert said.stdout.strip() == b"1"


def test_what_cannot_be_had_any_more_is_said_in_uvs_words(tmp_path: Path) -> None:
    with pytest.raises(ExecutionFailed, match=r"thing==1\.0"):
        environments.build(environment("thing==1.0\n"), tmp_path / "environment")


def test_without_uv_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(environments, "find_beside", lambda _: None)
    with pytest.raises(UsageError, match="pip install uv"):
        environments.build(environment(""), tmp_path / "environment")


@pytest.mark.slow
def test_a_run_is_reproduced_in_its_own_environment(
    wheels: Path, notebook: MakeNotebook, tmp_path: Path
) -> None:
    """The recorded environment is this one and a package more, which has gone since."""
    here = sysconfig.get_path("purelib")
    make_wheel(wheels, "link", "1.0", {"link.pth": f"import site; site.addsitedir({here!r})\n"})
    make_wheel(wheels, "thing", "1.0", {"thing.py": "version = 1\n"})
    path = notebook("%%track fit\nimport sys\nscore = 1 / n\nprint(sys.prefix)", parameters="n = 4")
    run_id = execute(prepare(path)).plan.entries[0].run_id
    store = Store.open(tmp_path / ".mlnb")
    (cell,) = query.children(store, run_id)
    then = environments.lock_of(store, run_id)
    packages = {**then["packages"], "link": "1.0", "thing": "1.0"}
    recorded = Environment(
        env_id="then",
        python=then["python"],
        platform="",
        packages=packages,
        lock="link==1.0\nthing==1.0\n",
    )
    for one in (run_id, cell["run_id"]):
        store.edit(one, recorded)
    now = {part.part: part for part in reproduce(run_id).parts}
    assert now["environment"].outcome == "changed"
    assert "thing 1.0 → none" in now["environment"].detail
    again = {part.part: part for part in reproduce(run_id, env="recorded").parts}
    assert (again["environment"].outcome, again["metrics"].outcome) == ("same", "exact")
    assert again["outputs"].outcome == "changed"  # it printed where it ran: in another environment
