"""`mlnb demo` is the main job, on real data, with nothing prepared."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import nbformat
import pytest

if TYPE_CHECKING:
    from pathlib import Path

Mlnb = Callable[..., Any]


@pytest.mark.slow
def test_the_demo_does_the_whole_job_and_can_be_repeated(mlnb: Mlnb, tmp_path: Path) -> None:
    called = mlnb("demo", "--folder", "demo")
    assert called.status == 0, called.err
    assert "reads" in called.out
    assert "jupyter lab demo/digits.ipynb" in called.out

    rows = mlnb("runs", "--store", "demo/.mlnb", "--json").json
    assert len(rows) == 13
    assert {row["status"] for row in rows} == {"finished"}
    assert len({(row["params"]["trees"], row["params"]["max_depth"]) for row in rows}) == 13
    assert len({row["metrics"]["loss"] for row in rows}) == 13

    (model,) = mlnb("models", "--store", "demo/.mlnb", "--json").json
    assert model["aliases"] == {"champion": 1}

    best = max(rows, key=lambda row: row["metrics"]["accuracy"])
    assert mlnb("show", best["run_id"], "--notebook", "best.ipynb", "--store", "demo/.mlnb").status == 0
    executed = nbformat.read(tmp_path / "best.ipynb", as_version=4)
    assert any("image/png" in o.get("data", {}) for cell in executed.cells for o in cell.get("outputs", []))

    mine = nbformat.read(tmp_path / "demo" / "digits.ipynb", as_version=4)
    assert any(cell.get("outputs") for cell in mine.cells)
    assert "papermill" not in mine.metadata

    assert mlnb("demo", "--folder", "demo").status == 0
    (model,) = mlnb("models", "--store", "demo/.mlnb", "--json").json
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
