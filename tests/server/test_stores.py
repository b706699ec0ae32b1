"""Which stores a server shows, and which of them is that of the notebook in front."""

from __future__ import annotations

import shutil

import pytest

from mlnb.errors import NotFound
from mlnb.server.stores import Stores
from mlnb.store import Store


def test_the_store_of_the_notebook_in_front_is_marked(project):
    (project.folder / "deep" / "er").mkdir(parents=True)
    listed = project.client.get("stores", path=f"{project.folder.name}/deep/er/train.ipynb").json["stores"]
    current = [store for store in listed if store["current"]]
    assert current == [
        {
            "id": project.store.store_id,
            "path": f"{project.folder.name}/.mlnb",
            "name": project.folder.name,
            "current": True,
        }
    ]


def test_a_store_that_was_made_just_now_is_listed(tmp_path):
    stores = Stores(tmp_path)
    assert stores.all() == []
    Store.open(tmp_path / ".mlnb")
    made = stores.of_notebook("train.ipynb")
    assert made is not None
    assert stores.all(made) == [made]


def test_every_store_below_the_root_is_found_but_those_in_hidden_folders(tmp_path):
    for folder in ("a", "b/c", ".hidden", "node_modules/x"):
        Store.open(tmp_path / folder / ".mlnb")
    stores = Stores(tmp_path)
    assert [stores.describe(store)["path"] for store in stores.all()] == ["a/.mlnb", "b/c/.mlnb"]


def test_a_store_that_cannot_be_read_does_not_hide_the_others(tmp_path):
    for folder in ("a", "b"):
        Store.open(tmp_path / folder / ".mlnb")
    (tmp_path / "a" / ".mlnb" / "store.json").write_text("?")
    stores = Stores(tmp_path)
    assert [stores.describe(store)["name"] for store in stores.all()] == ["b"]


def test_a_fixed_store_is_that_of_every_notebook(tmp_path):
    for folder in ("a", "b"):
        Store.open(tmp_path / folder / ".mlnb")
    stores = Stores(tmp_path, fixed=tmp_path / "b" / ".mlnb")
    assert stores.of_notebook("a/x.ipynb").path == tmp_path / "b" / ".mlnb"


def test_the_servers_own_environment_fixes_a_store_too(tmp_path, monkeypatch):
    (tmp_path / "root").mkdir()
    team = Store.open(tmp_path / "team")
    monkeypatch.setenv("MLNB_STORE", str(tmp_path / "team"))
    stores = Stores(tmp_path / "root")
    assert stores.of_notebook("x.ipynb").store_id == team.store_id
    assert [store.store_id for store in stores.all()] == [team.store_id]


def test_looking_never_makes_a_store(tmp_path):
    stores = Stores(tmp_path)
    assert stores.of_notebook("x.ipynb") is None
    assert stores.all() == []
    assert list(tmp_path.iterdir()) == []


def test_a_store_that_was_deleted_is_not_there_and_its_successor_is(tmp_path):
    first = Store.open(tmp_path / ".mlnb")
    stores = Stores(tmp_path)
    assert stores.by_id(first.store_id).path == first.path
    shutil.rmtree(first.path)
    with pytest.raises(NotFound):
        stores.by_id(first.store_id)
    second = Store.open(tmp_path / ".mlnb")
    assert stores.by_id(second.store_id).store_id == second.store_id
    with pytest.raises(NotFound):
        stores.by_id(first.store_id)
