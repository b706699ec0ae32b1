"""A batch whose process is gone is killed, until another process resumes it."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from mlnb import events, ids
from mlnb.store import answers, batch_owners, query

if TYPE_CHECKING:
    from mlnb.store import Store


def enter(store: Store, owner: events.Owner) -> str:
    batch_id = ids.new_id()
    started = events.BatchStarted(
        batch_id=batch_id,
        name=batch_id,
        notebook="",
        source_sha256="",
        plan=[],
        executor="local",
        owner=owner,
    )
    store.registry.transact(lambda _: started)
    return batch_id


def state(store: Store) -> str:
    return str(query.batches(store)[0]["state"])


@pytest.fixture
def gone() -> events.Owner:
    """A process of this machine that has ended."""
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        pass
    return msgspec.structs.replace(batch_owners.this_process(), pid=process.pid)


def test_the_batch_of_a_living_process_runs(store: Store) -> None:
    enter(store, batch_owners.this_process())
    assert state(store) == "running"


def test_the_batch_of_a_dead_process_is_killed_until_it_is_resumed(store: Store, gone: events.Owner) -> None:
    batch_id = enter(store, gone)
    assert state(store) == "killed"
    now = batch_owners.this_process()
    store.registry.transact(lambda _: events.BatchResumed(batch_id=batch_id, owner=now))
    assert state(store) == "running"
    store.registry.transact(lambda _: events.BatchEnded(batch_id=batch_id, state="finished"))
    assert state(store) == "finished"


def test_a_reused_process_id_is_another_process(store: Store) -> None:
    now = batch_owners.this_process()
    enter(store, msgspec.structs.replace(now, started=now.started - 100))
    assert state(store) == "killed"


def test_from_another_host_only_long_silence_tells(store: Store, monkeypatch: Any) -> None:
    elsewhere = msgspec.structs.replace(batch_owners.this_process(), host="elsewhere", pid=1)
    enter(store, elsewhere)
    assert state(store) == "running"
    answers.forget()
    monkeypatch.setattr("mlnb.store.process.SILENCE", -1.0)
    assert state(store) == "killed"
