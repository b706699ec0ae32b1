"""Answers are kept until a file of the store changes, and connections are not."""

import subprocess
import sys

import numpy as np
import pytest

from mlnb import events
from mlnb.errors import Busy
from mlnb.store import answers, query
from mlnb.testing import make_runs


def test_an_answer_is_made_once_until_something_changes(store):
    run_ids = make_runs(store, 1)
    made = []

    def ask():
        return answers.answer(store, "how many", lambda connection: made.append(1) or len(made))

    assert (ask(), ask(), ask()) == (1, 1, 1)
    store.edit(run_ids[0], events.Note(text="x"))
    assert ask() == 2


@pytest.mark.parametrize("change", ["event", "point", "registry", "end"])
def test_whatever_is_logged_makes_a_new_answer(store, begin, change):
    _, writer = begin()
    before = answers.state(store)
    if change == "event":
        writer.append(events.Note(text="x"))
    elif change == "point":
        writer.point("loss", 1.0)
    elif change == "registry":
        store.registry.transact(lambda past: events.BatchEnded(batch_id="b", state="finished"))
    else:
        writer.close()
    assert answers.state(store) != before
    writer.close()


def test_the_kept_answers_are_bounded(store, monkeypatch):
    monkeypatch.setattr(answers, "KEPT", 3)
    for number in range(10):
        answers.answer(store, number, lambda connection: 0)
    assert len(answers._kept) == 3
    answers.forget()


def test_no_connection_is_left_open(store):
    make_runs(store, 1)
    query.run_page(store)
    code = "import duckdb, sys; duckdb.connect(sys.argv[1]).execute('SELECT 1')"
    subprocess.run([sys.executable, "-c", code, str(store.database)], check=True)


def test_questions_that_are_asked_together_share_a_connection(store):
    make_runs(store, 1)
    seen = []
    with answers.together(store):
        for question in ("one", "another"):
            answers.answer(store, question, seen.append)
    answers.answer(store, "a third", seen.append)
    assert seen[0] is seen[1]
    assert seen[2] is not seen[0]


def test_an_error_names_who_holds_the_index(store, holder, monkeypatch):
    monkeypatch.setattr(answers, "PATIENCE", 0.05)
    make_runs(store, 1)
    query.run_page(store)
    process = holder()
    with pytest.raises(Busy, match=f"process {process.pid}"):
        query.sql(store, "SELECT 1")


def test_a_run_that_runs_is_answered_from_its_journal(store, begin, holder, monkeypatch):
    monkeypatch.setattr(answers, "PATIENCE", 0.05)
    (old,) = make_runs(store, 1)
    query.run_page(store)
    holder()
    run_id, writer = begin()
    assert query.record(store, run_id)["status"] == "running"
    with pytest.raises(Busy):
        query.record(store, old)
    writer.close()


def test_kept_answers_have_a_limit_in_bytes(store, monkeypatch):
    monkeypatch.setattr(answers, "KEPT_BYTES", 100_000)
    make_runs(store, 1)
    answers.forget()
    for number in range(10):
        answers.answer(store, number, lambda connection: np.zeros(2000))
    assert 4 <= len(answers._kept) <= 6
    answers.answer(store, "large", lambda connection: [{"a": np.zeros(100)}] * 100)
    assert "large" not in {question for _, question in answers._kept}
    assert 4 <= len(answers._kept) <= 6


def test_a_process_that_reads_for_long_keeps_no_answer_waiting(store, begin, ended):
    make_runs(store, 1)
    query.run_page(store)
    code = "import duckdb, sys; c = duckdb.connect(sys.argv[1], read_only=True); print('held', flush=True); sys.stdin.read()"
    reader = subprocess.Popen(
        [sys.executable, "-c", code, str(store.database)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert reader.stdout.readline() == b"held\n"
    run_id, writer = begin()
    writer.append(ended)
    writer.close()  # a journal to be folded and taken away, which a reader does not allow
    assert query.record(store, run_id)["status"] == "finished"
    assert query.sql(store, "SELECT count(*) FROM runs").to_pylist() == [{"count_star()": 2}]
    reader.communicate()
    answers.forget()
    assert query.record(store, run_id)["status"] == "finished"
