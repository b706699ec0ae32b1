"""What was logged gets to the disk by itself, and one that fails keeps nobody else from it."""

import threading
import time

import pytest

from mlnb import events, ids
from mlnb.store import flusher


class Visited:
    def __init__(self, fails=False):
        self.times = 0
        self.often = threading.Event()
        self.fails = fails

    def sync(self):
        self.times += 1
        if self.times > 2:
            self.often.set()
        if self.fails:
            raise OSError("no disk")


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    monkeypatch.setattr(flusher, "INTERVAL", 0.01)


def test_a_writer_is_synced_again_and_again(store, monkeypatch):
    synced = threading.Event()
    monkeypatch.setattr(flusher, "sync", lambda fd, path: synced.set())
    writer = store.writer(ids.new_id())
    for _ in range(3):
        synced.clear()
        writer.append(events.Note(text="n"))
        assert synced.wait(60)
    writer.close()


def test_one_that_fails_is_said_and_the_others_are_synced(caplog):
    failing, other = Visited(fails=True), Visited()
    flusher.add(failing)
    flusher.add(other)
    assert other.often.wait(60)
    assert failing.often.wait(60)
    for one in (failing, other):
        flusher.remove(one)
    assert "no disk" in caplog.text


def test_the_thread_ends_with_the_last_writer():
    one = Visited()
    flusher.add(one)
    thread = flusher._thread
    flusher.remove(one)
    thread.join(60)
    assert not thread.is_alive()


def test_the_flusher_that_comes_while_a_journal_is_put_down_touches_no_descriptor_of_it(
    store, begin, monkeypatch
):
    """It sees that the journal is closed, and waits for the lock: then the numbers of its files may be others'."""
    _, writer = begin()
    closed = []
    put_down = type(writer)._put_down

    def put_down_slowly(self):
        late = threading.Thread(target=self.sync)
        late.start()
        time.sleep(0.1)  # it waits for the lock by now
        put_down(self)
        closed.append(late)

    monkeypatch.setattr(type(writer), "_put_down", put_down_slowly)
    touched = []
    monkeypatch.setattr(writer, "_show_signs", lambda: touched.append("signs"))
    monkeypatch.setattr(flusher, "INTERVAL", 60.0)
    writer.close()
    closed[0].join()
    assert touched == []
