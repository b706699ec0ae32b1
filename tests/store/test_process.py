"""Who lives: locks tell, whatever a process's number or the clock say; and nothing is taken from under a writer."""

import dataclasses
import os
import shutil
import subprocess
import sys
import time

import pytest

from mlnb import events, ids
from mlnb.store import Store, answers, archive, flusher, ingest, process, query, reading
from mlnb.testing import make_runs


@pytest.fixture
def unseen(monkeypatch):
    """Writers of this test have a number that nobody has here: as in a container, or after the clock was set."""
    me = process.current()

    def change(**known):
        monkeypatch.setattr(process, "current", lambda: dataclasses.replace(me, **known))

    return change


def steps(store, run_id, metric="m"):
    return query.history(store, run_id, metric).steps.tolist()


def log(writer, begin, end):
    for step in range(begin, end):
        writer.point("m", float(step), step)


NAMESPACE = """
import sys
from mlnb import events
from mlnb.store import Store
run_id = sys.argv[2]
writer = Store.open(sys.argv[1]).writer(run_id)
writer.append(events.RunStarted(run_id=run_id, name="n", experiment="e", run_kind="script"))
for half in (0, 20):
    for step in range(half, half + 20):
        writer.point("m", 0.0, step)
    print("logged", flush=True)
    sys.stdin.readline()
writer.append(events.RunEnded(status="finished", duration=1.0))
writer.close()
"""


def test_a_writer_in_another_namespace_of_processes_keeps_its_journal(store):
    unshare = ["unshare", "--pid", "--fork", "--kill-child"]
    if not shutil.which("unshare") or subprocess.run([*unshare, "true"], check=False).returncode:
        pytest.skip("no namespace of processes can be made here")
    run_id = ids.new_id()
    with subprocess.Popen(
        [*unshare, sys.executable, "-c", NAMESPACE, str(store.path), run_id],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as child:
        for _ in range(2):
            assert child.stdout.readline() == b"logged\n"
            assert query.record(store, run_id)["status"] == "running"
            child.stdin.write(b"\n")
            child.stdin.flush()
    assert (query.record(store, run_id)["status"], steps(store, run_id)) == ("finished", list(range(40)))


@pytest.mark.parametrize(
    "known",
    [
        {"pid": 2**30},
        {"pid": 2**30, "namespace": "pid:[1]"},
        {"born": 1},
        {"host": "elsewhere", "boot_id": "b"},
    ],
)
def test_nothing_is_unlinked_whose_lock_is_held(store, begin, ended, unseen, known):
    unseen(**known)
    run_id, writer = begin()
    log(writer, 0, 20)
    ingest.fold(store)
    query.record(store, run_id)
    log(writer, 20, 40)
    writer.append(ended)
    writer.close()
    assert (query.record(store, run_id)["status"], steps(store, run_id)) == ("finished", list(range(40)))


def test_what_only_a_forked_child_holds_is_killed_until_it_says_more(store, begin, ended, unseen):
    unseen(born=1)
    run_id, writer = begin()
    assert query.record(store, run_id)["status"] == "killed"
    writer.append(ended)
    assert query.record(store, run_id)["status"] == "finished"
    writer.close()


def test_a_step_of_the_clock_makes_nobody_another_process(monkeypatch):
    before = process.current()
    monkeypatch.setattr(time, "time", lambda: 0.0)
    assert process.current() == before
    assert process.is_gone(before) is False


def test_a_number_that_is_used_again_is_another_process():
    assert process.is_gone(dataclasses.replace(process.current(), born=1)) is True
    assert process.is_gone(dataclasses.replace(process.current(), born=None)) is None


@pytest.mark.parametrize("archived", [False, True])
def test_a_journal_that_is_taken_away_under_its_writer_is_put_back_whole(store, begin, ended, archived):
    run_id, writer = begin()
    log(writer, 0, 20)
    writer.append(events.Note(text="before"))
    (journal,) = reading.listing(store.journals).sizes
    if archived:  # as by a machine that sees no lock of this one's
        archive.append(store.archive, [reading.content(journal)])
    ingest.fold(store)
    ingest.unlink(journal)
    log(writer, 20, 30)
    writer.sync()
    log(writer, 30, 40)
    writer.append(ended)
    writer.close()
    found = query.record(store, run_id)
    assert (found["status"], found["note"], steps(store, run_id)) == ("finished", "before", list(range(40)))
    store.database.unlink()
    assert steps(store, run_id) == list(range(40))


def test_a_journal_that_is_taken_away_just_before_its_end_is_put_back(store, begin, ended, caplog):
    run_id, writer = begin()
    shutil.rmtree(store.journals)
    writer.append(ended)
    writer.close()
    assert query.record(store, run_id)["status"] == "finished"
    assert [record.message for record in caplog.records if "taken away" in record.message]


def of_another_boot(store, begin, monkeypatch, age):
    """A run whose machine went down: its lock is free, its file old."""
    with monkeypatch.context() as context:
        context.setattr(process, "boot_id", lambda: "an earlier boot")
        run_id, writer = begin()
        log(writer, 0, 3)
        flusher.remove(writer)
        os.close(writer._alive)
        writer._alive = os.open(os.devnull, os.O_RDONLY)
    old = time.time() - age
    for path in store.journals.iterdir():
        os.utime(path, (old, old))
    return run_id, writer


def test_the_journal_of_a_dead_writer_of_another_boot_is_archived(store, begin, monkeypatch):
    run_id, _ = of_another_boot(store, begin, monkeypatch, process.SILENCE + 1)
    found = query.record(store, run_id)
    assert (found["status"], steps(store, run_id), list(store.journals.iterdir())) == (
        "killed",
        [0, 1, 2],
        [],
    )


def test_the_journal_of_a_writer_elsewhere_stays_until_it_was_silent_for_long(store, begin, monkeypatch):
    run_id, writer = of_another_boot(store, begin, monkeypatch, 1)
    assert query.record(store, run_id)["status"] == "running"
    assert reading.listing(store.journals)
    writer.close()


def test_a_writer_that_logs_nothing_shows_that_it_lives(store, begin, monkeypatch):
    _, writer = begin()
    (journal,) = reading.listing(store.journals).sizes
    for path in store.journals.iterdir():
        os.utime(path, (0, 0))
    monkeypatch.setattr(process, "SIGN_EVERY", 0.0)
    writer.sync()
    assert reading.life(journal, reading.header(journal)) == "alive"
    assert time.time() - journal.alive_path.stat().st_mtime < 60
    writer.close()


def test_a_thousand_journals_of_dead_writers_need_few_open_files(tmp_path, monkeypatch):
    monkeypatch.setattr(ingest, "HELD_AT_ONCE", 5)
    store = Store.open(tmp_path / "s")
    made = make_runs(store, 12, params=0, metrics=1)
    for journal in reading.listing(store.journals).sizes:
        journal.alive_path.touch()
    answers.forget()
    assert query.run_page(store).total == len(made)
    assert list(store.journals.iterdir()) == []
