"""What a run was promised and hasn't got is one of its problems, until it is there."""

from __future__ import annotations

import pytest

from mlnb import events
from mlnb.store import query

OWED = events.Owed(task="t1", what="the model 'clf'")


def problems(store, run_id):
    shown = [(one["where"], one["message"]) for one in query.record(store, run_id)["problems"]]
    told = query.sql(store, f"SELECT place, message FROM problems WHERE run_id = '{run_id}'").to_pylist()
    assert shown == [(row["place"], row["message"]) for row in told]
    return shown


def test_what_an_ended_run_is_owed_is_a_problem_until_it_is_paid(store, begin, ended):
    run_id, writer = begin()
    writer.append(OWED, ended)
    writer.close()
    assert problems(store, run_id) == [("owed", "promised, and not here yet: the model 'clf'")]
    store.edit(run_id, events.Paid(task="t1"))
    assert problems(store, run_id) == []


def test_a_run_that_still_runs_has_time(store, begin, ended):
    run_id, writer = begin()
    writer.append(OWED)
    assert problems(store, run_id) == []
    writer.append(ended)
    writer.close()
    assert len(problems(store, run_id)) == 1


@pytest.mark.parametrize("look_between", [True, False])
def test_the_order_of_journals_does_not_matter(store, begin, ended, look_between):
    run_id, writer = begin()
    store.edit(run_id, events.Paid(task="t1"))
    if look_between:
        assert problems(store, run_id) == []
    writer.append(OWED, events.Owed(task="t2", what="packages"), ended)
    writer.close()
    assert problems(store, run_id) == [("owed", "promised, and not here yet: packages")]
    store.edit(run_id, events.Paid(task="t2"))
    assert problems(store, run_id) == []
