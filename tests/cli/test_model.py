"""A model's card and export from the command line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression

import mlnb as library

Mlnb = Callable[..., Any]


@pytest.fixture(autouse=True)
def _a_champion() -> None:
    with library.run("only", experiment="iris") as run:
        run.metric("accuracy", 0.97)
        run.model(LogisticRegression(max_iter=500).fit(*load_iris(return_X_y=True)), "clf")
    library.register(run, "iris")
    library.promote("iris", 1)


def test_a_card_is_printed_as_markdown_or_as_a_page(mlnb: Mlnb) -> None:
    assert "| accuracy | 0.97 |" in mlnb("model", "card", "iris@champion").out
    assert mlnb("model", "card", "iris/1", "--html").out.startswith("<!doctype html>")


def test_a_model_is_written_to_a_folder(mlnb: Mlnb, tmp_path: Path) -> None:
    called = mlnb("model", "export", "iris@champion", str(tmp_path / "out"))
    assert called.status == 0
    assert (tmp_path / "out" / "model.skops").is_file()
    assert "model.skops" in called.out


def test_a_mistake_is_one_line(mlnb: Mlnb, tmp_path: Path) -> None:
    called = mlnb("model", "export", "iris@champion", str(tmp_path / "out"), "--format", "mflow")
    assert called.status == 2
    assert "did you mean 'mlflow'" in called.err
    assert mlnb("model", "card", "iris@champoin").status != 0
