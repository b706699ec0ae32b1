"""A store's folder: made once, described, and refused where it can't be read."""

import json

import pytest

from mlnb.errors import NotWritable, StoreError, TooNew
from mlnb.store import Store


def test_opening_again_finds_the_same_store(tmp_path):
    assert Store.open(tmp_path / "s").store_id == Store.open(tmp_path / "s").store_id


def test_git_leaves_it_alone(store):
    assert (store.path / ".gitignore").read_text() == "*\n"


def test_nothing_is_made_where_nothing_may_be(tmp_path):
    with pytest.raises(StoreError, match="no store"):
        Store.open(tmp_path / "s", create=False)
    assert not (tmp_path / "s").exists()


def test_a_newer_format_is_refused_with_what_reads_it(store):
    file = store.path / "store.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | {"format": 99, "read_by": "7.0"}))
    with pytest.raises(TooNew, match=r"mlnb>=7\.0"):
        Store.open(store.path)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": 1}', "\x00"])
def test_a_description_that_is_none_is_refused(store, text):
    (store.path / "store.json").write_text(text)
    with pytest.raises(StoreError, match="description"):
        Store.open(store.path)


def test_a_place_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(NotWritable, match="file"):
        Store.open(tmp_path / "file" / "s")
