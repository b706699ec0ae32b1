"""`mlnb demo` is the main job, on real data, with nothing prepared."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import nbformat
import pytest

if TYPE_CHECKING:
    from pathlib import Path

Mlnb = Callable[..., Any]


@pytest.mark.slow
def test_the_demo_does_the_whole_job(mlnb: Mlnb, demo_folder: Path, tmp_path: Path) -> None:
    said = (demo_folder.parent / "said.txt").read_text(encoding="utf-8")
    assert "reads" in said
    assert "jupyter lab mlnb-demo/digits.ipynb" in said

    store = str(demo_folder / ".mlnb")
    rows = mlnb("runs", "--store", store, "--json").json
    assert len(rows) == 13
    assert {row["status"] for row in rows} == {"finished"}
    assert len({(row["params"]["trees"], row["params"]["max_depth"]) for row in rows}) == 13
    assert len({row["metrics"]["loss"] for row in rows}) == 13

    (model,) = mlnb("models", "--store", store, "--json").json
    assert model["aliases"] == {"champion": 1}

    best = max(rows, key=lambda row: row["metrics"]["accuracy"])
    assert mlnb("show", best["run_id"], "--notebook", "best.ipynb", "--store", store).status == 0
    executed = nbformat.read(tmp_path / "best.ipynb", as_version=4)
    assert any("image/png" in o.get("data", {}) for cell in executed.cells for o in cell.get("outputs", []))

    mine = nbformat.read(demo_folder / "digits.ipynb", as_version=4)
    assert any(cell.get("outputs") for cell in mine.cells)
    assert "papermill" not in mine.metadata


@pytest.mark.slow
def test_the_demo_can_be_repeated(mlnb: Mlnb, demo_folder: Path) -> None:
    shutil.copytree(demo_folder, "again")
    assert mlnb("demo", "--folder", "again").status == 0
    (model,) = mlnb("models", "--store", "again/.mlnb", "--json").json
    assert model["aliases"] == {"champion": 2}


def test_a_folder_that_cannot_be_written_is_one_line(mlnb: Mlnb) -> None:
    called = mlnb("demo", "--folder", "/proc/demo")
    assert called.status == 1
    assert "/proc/demo" in called.err
    assert called.err.count("\n") == 1


def test_a_port_that_is_taken_is_one_line_before_anything_starts(mlnb: Mlnb, tmp_path: Path) -> None:
    import socket

    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        port = other.getsockname()[1]
        called = mlnb("demo", "--lab", "--port", str(port))
    assert called.status == 2
    assert str(port) in called.err
    assert not (tmp_path / "mlnb-demo").exists()
