"""Artifacts by content: a name stands for whole bytes, or for nothing."""

import hashlib
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlnb.errors import Corrupt, NotFound, NotWritable
from mlnb.store.objects import Objects


@given(st.binary(max_size=2000))
def test_what_is_put_is_read(tmp_path, data):
    objects = Objects(tmp_path / "objects")
    sha256 = objects.put_bytes(data)
    assert (sha256, objects.read(sha256)) == (hashlib.sha256(data).hexdigest(), data)


def test_a_file_and_its_bytes_are_one_object(store, tmp_path):
    (tmp_path / "f.bin").write_bytes(b"content")
    assert store.objects.put_file(tmp_path / "f.bin") == store.objects.put_bytes(b"content")
    assert len(list(store.objects.names())) == 1


def test_a_file_that_is_not_there_is_named(store, tmp_path):
    with pytest.raises(NotFound, match=r"missing\.bin"):
        store.objects.put_file(tmp_path / "missing.bin")


def test_putting_again_renews_its_time(store):
    sha256 = store.objects.put_bytes(b"x")
    os.utime(store.objects.path(sha256), (0, 0))
    assert store.objects.age(sha256) > 10**6
    store.objects.put_bytes(b"x")
    assert store.objects.age(sha256) < 60


def test_changed_bytes_are_refused(store):
    sha256 = store.objects.put_bytes(b"right")
    store.objects.path(sha256).write_bytes(b"wrong")
    assert not store.objects.is_whole(sha256)
    with pytest.raises(Corrupt, match="not what was stored"):
        store.objects.read(sha256)


@pytest.mark.parametrize("name", ["", "abc", "../../etc/passwd", "A" * 64, "0" * 63 + "/"])
def test_what_is_no_name_is_no_path(store, name):
    with pytest.raises(NotFound):
        store.objects.path(name)


def test_an_object_that_is_not_there_is_not_found(store):
    with pytest.raises(NotFound):
        store.objects.read("0" * 64)


def test_a_write_that_fails_leaves_no_name(store, monkeypatch):
    def full(fd):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(NotWritable, match="No space"):
        store.objects.put_bytes(b"x")
    assert [path for path in store.objects.root.rglob("*") if path.is_file()] == []


def test_an_object_that_is_put_again_while_it_is_taken_away_stays(store, monkeypatch):
    sha256 = store.objects.put_bytes(b"x")
    path = store.objects.path(sha256)
    os.utime(path, (0, 0))
    replace = type(path).replace

    def put_again(self, target):
        if self == path:
            monkeypatch.undo()
            store.objects.put_bytes(b"x")
        return replace(self, target)

    monkeypatch.setattr(type(path), "replace", put_again)
    assert not store.objects.remove_if_older(sha256, 60)
    assert store.objects.read(sha256) == b"x"
    os.utime(path, (0, 0))
    assert store.objects.remove_if_older(sha256, 60)
    assert not store.objects.has(sha256)
