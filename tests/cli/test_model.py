"""A model's card and export from the command line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression

import mlnb as library
from mlnb import registry

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


def test_what_is_in_use_shows_in_one_look(mlnb: Mlnb) -> None:
    assert mlnb("models").out.splitlines()[1].split()[:3] == ["iris", "champion", "1"]
    for command in (("models", "iris"), ("model", "show", "iris")):
        said = mlnb(*command).out
        assert "champion → version 1" in said
        assert "✓ promoted" in said
        assert registry.head() in said
    assert mlnb("model", "show", "irsi").status == 1


def test_an_edited_history_shows_where_one_looks(mlnb: Mlnb) -> None:
    file = Path(".mlnb/registry.jsonl")
    file.write_text(file.read_text().replace('"to_version":1', '"to_version":1,"note":"approved"'))
    assert "the history is broken: the promotion's own record was changed" in mlnb("models", "iris").out


def test_a_dry_run_says_what_would_happen_by_its_status_too(mlnb: Mlnb) -> None:
    Path("mlnb.toml").write_text('[gates]\nchampion = ["note"]\n')
    refused = mlnb("promote", "iris", "1", "--dry-run")
    assert (refused.status, refused.out.splitlines()[0]) == (
        1,
        "iris@champion would not point at version 1",
    )
    assert mlnb("promote", "iris", "1", "--dry-run", "--note", "why").status == 0
    assert len(mlnb("models", "iris", "--json").json[0]["promotions"]) == 1


def test_a_promotion_past_no_gate_says_so(mlnb: Mlnb) -> None:
    assert "no gate was asked" in mlnb("promote", "iris", "1", "--dry-run").out
    Path("mlnb.toml").write_text('[gates]\niris = ["safe_format"]\n')
    assert "no gate was asked" not in mlnb("promote", "iris", "1", "--dry-run").out


def test_notes_are_set_and_stand_on_the_card(mlnb: Mlnb) -> None:
    assert mlnb("model", "note", "iris@champion", "Not for roses.").status == 0
    assert "Not for roses." in mlnb("model", "card", "iris/1").out
