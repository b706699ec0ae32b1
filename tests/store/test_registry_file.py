"""registry.jsonl: several processes append, each to what it has read."""

import multiprocessing
import os

import pytest

from mlnb import events
from mlnb.errors import Busy, Corrupt, NotWritable
from mlnb.store import Store, care, locks, query
from mlnb.testing import make_runs


def version(number):
    return events.ModelVersion(model="m", version=number, run_id="r", sha256="0" * 64, format="skops")


def next_version(past):
    return version(len(past) + 1)


def test_what_is_decided_is_read(store):
    store.registry.transact(next_version)
    assert [record.version for record in store.registry.read()] == [1]


def test_a_decision_sees_what_was_there(store):
    for _ in range(3):
        store.registry.transact(next_version)
    assert [(r.version, r.seq) for r in store.registry.read()] == [(1, 0), (2, 1), (3, 2)]


def test_a_decision_that_raises_leaves_the_file_as_it_is(store):
    store.registry.transact(next_version)

    def refuse(past):
        raise RuntimeError("no")

    with pytest.raises(RuntimeError):
        store.registry.transact(refuse)
    assert len(store.registry.read()) == 1


def test_a_decision_may_be_to_do_nothing(store):
    assert store.registry.transact(lambda past: []) == []
    assert store.registry.read() == []


def test_a_torn_tail_is_cut_off_by_the_next(store):
    store.registry.transact(next_version)
    with store.registry.path.open("ab") as file:
        file.write(b'{"kind":"model_version","mod')
    store.registry.transact(next_version)
    assert [record.version for record in store.registry.read()] == [1, 2]


def test_a_holder_is_waited_for_and_then_reported(store):
    with locks.locked(store.path / "registry.lock", timeout=1) as held:
        assert held
        with pytest.raises(Busy):
            store.registry.transact(next_version, timeout=0.05)


def test_a_disk_that_is_full_leaves_no_half_a_record(store, monkeypatch):
    store.registry.transact(next_version)
    write = os.write
    monkeypatch.setattr(os, "write", lambda fd, data: write(fd, bytes(data)[:10]))
    with pytest.raises(NotWritable):
        store.registry.transact(next_version)
    monkeypatch.undo()
    assert len(store.registry.path.read_bytes().splitlines()) == 1


def test_a_damaged_record_is_named_and_stands_in_the_way_of_decisions_alone(store):
    store.registry.transact(next_version)
    with store.registry.path.open("ab") as file:
        file.write(b"\x00\x00\n")
    make_runs(store, 1)
    assert query.run_page(store).total == 1
    assert len(query.models(store)) == 1
    with pytest.raises(Corrupt, match="line 2 of"):
        store.registry.transact(next_version)
    assert "registry.jsonl: line 2" in [finding.where for finding in care.verify(store)]


def test_an_unknown_record_is_kept(store):
    store.registry.path.write_bytes(b'{"kind":"from_the_future","time":5,"what":1}\n')
    store.registry.transact(next_version)
    first, second = store.registry.read()
    assert isinstance(first, events.Unknown)
    assert second.version == 2


def _decide_often(path, times):
    registry = Store.open(path).registry
    for _ in range(times):
        registry.transact(next_version)


def test_processes_never_decide_on_the_same_state(store):
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=_decide_often, args=(store.path, 10)) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert [record.version for record in store.registry.read()] == list(range(1, 31))


def test_a_torn_tail_longer_than_what_follows_is_cut_off_too(store):
    store.registry.transact(next_version)
    with store.registry.path.open("ab") as file:
        file.write(b'{"kind":"model_version","mod' + b"x" * 5000)
    store.registry.transact(next_version)
    data = store.registry.path.read_bytes()
    assert (data.count(b"\n"), data[-1:], b"xxx" in data) == (2, b"\n", False)


def test_a_record_is_on_the_disk_before_the_call_returns(store, monkeypatch):
    synced = []
    fsync = os.fsync
    monkeypatch.setattr(os, "fsync", lambda fd: (synced.append(os.fstat(fd).st_size), fsync(fd))[1])
    store.registry.transact(next_version)
    assert synced == [store.registry.path.stat().st_size]
