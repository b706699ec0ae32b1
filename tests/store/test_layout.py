"""A store's folder: made once, described, and refused where it can't be read."""

import datetime as dt
import json
import os
import time

import pytest

from mlnb import events
from mlnb.errors import NotWritable, StoreError, TooNew
from mlnb.store import Store, ingest, query
from mlnb.testing import make_runs


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


@pytest.mark.parametrize("folded", [False, True])
@pytest.mark.parametrize("text", ["", None])
def test_a_description_that_was_lost_is_told_by_the_journals(store, text, folded):
    """As after a loss of power in the first seconds of a store."""
    make_runs(store, 2)
    if folded:
        ingest.fold(store)
    file = store.path / "store.json"
    file.unlink()
    if text is not None:
        file.write_text(text)
    assert Store.open(store.path).store_id == store.store_id
    assert json.loads(file.read_text())["store_id"] == store.store_id


def test_a_description_is_on_the_disk_before_its_name(tmp_path, monkeypatch):
    done = []
    for name in ("fsync", "link"):
        real = getattr(os, name)
        monkeypatch.setattr(os, name, lambda *args, name=name, real=real: (done.append(name), real(*args))[1])
    Store.open(tmp_path / "s")
    assert done.index("fsync") < done.index("link")
    assert done[-1] == "fsync"  # the folder, which has the name


def hour(monkeypatch, back):
    now = time.time_ns
    monkeypatch.setattr(time, "time_ns", lambda: now() - back * 3600 * 10**9)


def test_an_edit_counts_though_the_clock_was_set_back(store, begin, monkeypatch):
    run_id, writer = begin()
    writer.append(events.Tag(key="t", value="early"))
    writer.sync()
    hour(monkeypatch, 1)
    store.edit(run_id, events.Tag(key="t", value="late"), events.Note(text="one"))
    store.edit(run_id, events.Note(text="two"))
    found = query.record(store, run_id)
    assert (found["tags"], found["note"]) == ({"t": "late"}, "two")
    writer.close()


def test_a_clock_that_was_far_ahead_for_a_while_moves_no_later_run(store, begin, monkeypatch):
    with monkeypatch.context() as ahead:
        hour(ahead, -24 * 365)
        begin()[1].close()
    run_id, writer = begin()
    writer.close()
    started = query.record(store, run_id)["started_at"]
    assert abs((started.replace(tzinfo=dt.UTC) - dt.datetime.now(dt.UTC)).total_seconds()) < 600


def test_a_place_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(NotWritable, match="file"):
        Store.open(tmp_path / "file" / "s")


def test_a_store_of_format_1_is_of_todays_when_this_version_writes_in_it(store):
    file = store.path / "store.json"
    description = json.loads(file.read_text())
    file.write_text(json.dumps(description | {"format": 1, "read_by": "0.0.1"}))
    assert Store.open(store.path).store_id == store.store_id
    assert json.loads(file.read_text()) == description


def test_a_value_that_a_newer_version_gives_a_literal_is_kept_and_shown(store, begin):
    run_id, writer = begin()
    writer.append(
        events.Artifact(name="a", artifact_kind="dashboard", media_type="x/y", bytes=1, sha256="0" * 64),
        events.RunEnded(status="paused", duration=1.0),
    )
    writer.close()
    found = query.record(store, run_id)
    assert (found["status"], found["artifacts"][0]["kind"]) == ("paused", "dashboard")
