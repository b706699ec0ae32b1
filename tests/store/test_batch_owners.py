"""A batch whose process is gone is killed, until another process resumes it."""

from __future__ import annotations

import os
import signal
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
    lease = store.leases.take(enter(store, batch_owners.this_process()))
    assert lease is not None
    assert state(store) == "running"
    lease.release()
    assert state(store) == "killed"


def test_a_lease_tells_of_a_process_that_cannot_be_looked_at(store: Store) -> None:
    """As one in a container: its number is another one's here, or nobody's."""
    unseen = msgspec.structs.replace(batch_owners.this_process(), pid=2**30, namespace="pid:[1]", born=1)
    batch_id = enter(store, unseen)
    lease = store.leases.take(batch_id)
    assert lease is not None
    assert state(store) == "running"
    assert store.leases.take(batch_id) is None
    lease.release()


def test_a_lease_ends_with_its_holder_and_not_with_what_it_forked(store: Store) -> None:
    code = (
        "import os, sys, time; from mlnb.store import Store\n"
        "Store.open(sys.argv[1]).leases.take('b')\n"
        "if os.fork(): sys.stdin.read(); os._exit(0)\n"
        "print('taken', flush=True); time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", code, str(store.path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        process_group=0,
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"taken\n"
        assert store.leases.is_held("b")
        holder.kill()
        holder.wait()
        try:
            lease = store.leases.take("b")
            assert lease is not None
            lease.release()
        finally:
            os.killpg(holder.pid, signal.SIGKILL)


def test_the_batch_of_a_dead_process_is_killed_until_it_is_resumed(store: Store, gone: events.Owner) -> None:
    batch_id = enter(store, gone)
    assert state(store) == "killed"
    now = batch_owners.this_process()
    lease = store.leases.take(batch_id)
    assert lease is not None
    store.registry.transact(lambda _: events.BatchResumed(batch_id=batch_id, owner=now))
    assert state(store) == "running"
    store.registry.transact(lambda _: events.BatchEnded(batch_id=batch_id, state="finished"))
    assert state(store) == "finished"
    lease.release()


def test_from_another_host_only_long_silence_tells(store: Store, monkeypatch: Any) -> None:
    elsewhere = msgspec.structs.replace(batch_owners.this_process(), host="elsewhere", pid=1)
    enter(store, elsewhere)
    assert state(store) == "running"
    answers.forget()
    monkeypatch.setattr("mlnb.store.process.SILENCE", -1.0)
    assert state(store) == "killed"
