"""A run that is logged in another process is heard of on Jupyter's event bus."""

from __future__ import annotations

import asyncio
import json
import shutil
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from tornado.httpclient import HTTPRequest
from tornado.websocket import websocket_connect

from mlnb.server import watch
from mlnb.server.watch import SCHEMA_ID, Watcher
from mlnb.store import Store, query
from mlnb.tracking import start


async def hints(server, act, enough) -> list[dict]:
    """What the event bus says from before `act` until `enough(heard)`."""
    url = server.url.replace("http:", "ws:") + "api/events/subscribe"
    request = HTTPRequest(url, headers={"Authorization": f"token {server.token}"})
    socket = await websocket_connect(request)
    heard: list[dict] = []
    try:
        await asyncio.to_thread(act)
        while not enough(heard):
            message = json.loads(await asyncio.wait_for(socket.read_message(), 20))
            if message["schema_id"] == SCHEMA_ID:
                heard.append(message)
    finally:
        socket.close()
    return heard


def listen(server, act, enough) -> list[dict]:
    return asyncio.run(hints(server, act, enough))


def test_a_run_is_heard_of_while_it_runs_and_when_it_ended(project, server):
    project.client.get("runs")
    with start("live", store=project.store) as run:

        def told(heard):
            return any(run.run_id in hint["runs"] for hint in heard)

        heard = listen(server, lambda: run.metric("loss", 0.5), told)
        assert heard[-1]["store"] == project.store.store_id
        listen(server, run.finish, told)
    assert project.client.get("runs").json["runs"][0]["status"] == "finished"


def test_a_hints_cursor_leads_to_what_is_new(project, server):
    cursor = project.client.get("runs").json["cursor"]

    def act():
        with start("quick", store=project.store) as run:
            run.metric("loss", 0.5)

    def told(heard):
        return heard and project.client.get("runs", since=cursor).json["runs"]

    listen(server, act, told)
    (row,) = project.client.get("runs", since=cursor).json["runs"]
    assert row["name"] == "quick"


def test_a_promotion_is_heard_of(project, server):
    with start(store=project.store) as run:
        run.store_artifact(b"model", "clf", "model", "application/x", metadata={"format": "skops"})
    project.client.get("runs")
    listen(
        server,
        lambda: project.client.post("models/churn/versions", run=run.run_id),
        lambda heard: any(hint["store"] == project.store.store_id for hint in heard),
    )


@pytest.fixture
def watched(tmp_path):
    """A store that a watcher looks at, the hints so far, and a switch for whether anybody listens."""
    store, heard, listening = Store.open(tmp_path / ".mlnb"), [], threading.Event()
    executor = ThreadPoolExecutor(2)
    watcher = Watcher(heard.append, listening.is_set, executor)
    watcher.watch(store)
    yield store, heard, listening
    watcher.stop()
    executor.shutdown()


def until(condition) -> bool:
    deadline = time.monotonic() + 20
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)
    return bool(condition())


def test_while_nobody_listens_nothing_is_said_and_nothing_is_lost(watched):
    store, heard, listening = watched
    with start(store=store) as run:
        run.metric("loss", 1.0)
    time.sleep(0.5)
    assert heard == []
    listening.set()
    assert until(lambda: heard)
    assert run.run_id in heard[0]["runs"]


def test_points_are_spoken_of_though_nothing_is_folded(watched):
    store, heard, listening = watched
    listening.set()
    with start(store=store) as run:
        run.metric("loss", 1.0)
        assert until(lambda: heard)
        time.sleep(0.5)
        before, count = query.run_page(store, limit=0).cursor, len(heard)
        run.metric("loss", 0.5)
        assert until(lambda: heard[count:])
        assert heard[-1] == {"store": store.store_id, "cursor": before, "runs": [run.run_id]}


def test_a_store_that_rests_is_not_spoken_of(watched):
    store, heard, listening = watched
    listening.set()
    with start(store=store) as run:
        run.metric("loss", 1.0)
    assert until(lambda: heard)
    time.sleep(1.0)
    count = len(heard)
    time.sleep(1.0)
    assert len(heard) == count


def test_a_store_that_cannot_be_looked_at_ends_no_others_hints_and_is_followed_again(tmp_path, caplog):
    heard, executor = [], ThreadPoolExecutor(2)
    broken, whole = Store.open(tmp_path / "broken"), Store.open(tmp_path / "whole")
    watcher = Watcher(heard.append, lambda: True, executor)
    try:
        watcher.watch(broken)
        journal, aside = broken.path / "journal", broken.path / "aside"
        journal.rename(aside)
        journal.write_bytes(b"")  # not a folder: looking at it is an OSError
        assert until(lambda: "NotADirectoryError" in caplog.text)
        assert str(broken.path) in caplog.text
        watcher.watch(whole)
        with start(store=whole) as run:
            run.metric("loss", 1.0)
        assert until(lambda: any(run.run_id in hint["runs"] for hint in heard))
        journal.unlink()
        aside.rename(journal)
        with start(store=broken) as late:
            late.metric("loss", 1.0)
        assert until(lambda: any(late.run_id in hint["runs"] for hint in heard))
    finally:
        watcher.stop()
        executor.shutdown()


def test_a_store_whose_disk_hangs_holds_up_no_other(tmp_path, monkeypatch):
    heard, executor, answer = [], ThreadPoolExecutor(2), threading.Event()
    hung, whole = Store.open(tmp_path / "hung"), Store.open(tmp_path / "whole")
    looked = watch.sizes
    watcher = Watcher(heard.append, lambda: True, executor)
    watcher.watch(hung)
    watcher.watch(whole)

    def look(store):
        if store is hung:
            answer.wait(30)
        return looked(store)

    monkeypatch.setattr(watch, "sizes", look)
    try:
        with start(store=whole) as run:
            run.metric("loss", 1.0)
        assert until(lambda: any(run.run_id in hint["runs"] for hint in heard))
    finally:
        answer.set()
        watcher.stop()
        executor.shutdown()


def test_a_watcher_that_was_stopped_has_no_thread_left(tmp_path):
    watcher = Watcher(lambda _hint: None, lambda: True, ThreadPoolExecutor(1))
    watcher.watch(Store.open(tmp_path / ".mlnb"))
    assert "mlnb-watcher" in {thread.name for thread in threading.enumerate()}
    watcher.stop()
    assert "mlnb-watcher" not in {thread.name for thread in threading.enumerate()}


def test_a_watcher_ends_with_its_executor(tmp_path):
    executor = ThreadPoolExecutor(1)
    watcher = Watcher(lambda _hint: None, lambda: True, executor)
    watcher.watch(Store.open(tmp_path / ".mlnb"))
    executor.shutdown()
    assert until(lambda: "mlnb-watcher" not in {thread.name for thread in threading.enumerate()})


def test_a_store_that_is_gone_is_said_to_be_and_looked_at_no_more(watched):
    store, heard, listening = watched
    listening.set()
    shutil.rmtree(store.path)
    assert until(lambda: heard)
    again = Store.open(store.path)
    with start(store=again) as run:
        run.metric("loss", 1.0)
    time.sleep(0.6)
    assert heard == [{"store": store.store_id, "cursor": 0, "runs": []}]
