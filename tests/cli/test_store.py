"""The care of a store from the command line."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import mlnb as library

Mlnb = Callable[..., Any]


@pytest.fixture(autouse=True)
def _a_run() -> None:
    with library.run("only", params={"lr": 0.1}) as run:
        run.text("note", "kept")


def test_a_sound_store_is_said_to_be_one(mlnb: Mlnb) -> None:
    called = mlnb("store", "verify")
    assert (called.status, called.out) == (0, "all is well\n")


def test_a_damaged_file_is_named_and_the_status_says_so(mlnb: Mlnb, store: Any) -> None:
    (name,) = store.objects.names()
    store.objects.path(name).write_text("something else")
    called = mlnb("store", "verify")
    assert called.status == 1
    assert name[:12] in called.out


def test_an_index_can_be_made_again(mlnb: Mlnb) -> None:
    before = mlnb("runs", "--json").json
    assert mlnb("store", "rebuild").status == 0
    after = mlnb("runs", "--json").json
    assert [row["run_id"] for row in after] == [row["run_id"] for row in before]
    assert mlnb("store", "compact").status == 0


def test_garbage_is_listed_before_it_is_taken(mlnb: Mlnb) -> None:
    assert "would remove" in mlnb("store", "gc").out
    assert mlnb("store", "gc", "--json").json["applied"] is False
    assert mlnb("store", "gc", "--apply").status == 0


def test_what_is_exported_can_be_imported_elsewhere(mlnb: Mlnb) -> None:
    assert mlnb("store", "export", "all.zip").status == 0
    assert mlnb("store", "import", "all.zip", "--store", "other/.mlnb").status == 0
    assert mlnb("runs", "--store", "other/.mlnb", "--json").json[0]["name"] == "only"


def test_an_import_moves_aliases_only_when_told_to(mlnb: Mlnb, store: Any) -> None:
    from sklearn.dummy import DummyClassifier

    with library.run("fit") as run:
        run.model(DummyClassifier().fit([[0], [1]], [0, 1]), "dummy")
    library.promote("dummy", library.register(run, model="dummy").version)
    mlnb("store", "export", "all.zip")
    mlnb("store", "import", "all.zip", "--store", "other/.mlnb")
    assert mlnb("models", "--store", "other/.mlnb", "--json").json[0]["aliases"] == {}
    assert mlnb("store", "import", "all.zip", "--aliases", "--store", "other/.mlnb").status == 0
    assert mlnb("models", "--store", "other/.mlnb", "--json").json[0]["aliases"] == {"champion": 1}


def test_what_is_no_export_is_refused_in_one_line(mlnb: Mlnb) -> None:
    called = mlnb("store", "import", "nothing.zip")
    assert called.status in {1, 2}
    assert called.err.count("\n") == 1
