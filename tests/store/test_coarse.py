"""Long curves drawn small: quickly, and no peak is lost, however they came into the index."""

import numpy as np
import pytest

from mlnb.store import answers, care, coarse, curves, index, ingest, points, query
from mlnb.testing import relations


@pytest.fixture(autouse=True)
def _small(monkeypatch):
    monkeypatch.setattr(coarse, "STRETCH", 16)
    monkeypatch.setattr(coarse, "LEAST", 64)
    monkeypatch.setattr(curves, "MANY_POINTS", 100)
    monkeypatch.setattr(ingest, "POINTS_AT_ONCE", 1000)


def records(values):
    data = bytes(points.pack_many(1, np.arange(len(values)), 7, np.asarray(values, dtype="f8")))
    return points.unpack(data)


def test_the_first_and_last_the_least_and_greatest_of_each_stretch_stand_for_it():
    values = np.random.default_rng(0).normal(size=100)
    kept = coarse.of(records(values))
    for begin in range(0, 100, 16):
        part = values[begin : begin + 16]
        there = kept["value"][(kept["step"] >= begin) & (kept["step"] < begin + 16)]
        assert {part[0], part[-1], part.min(), part.max()} == set(there)


def test_what_is_not_a_number_hides_no_peak():
    kept = coarse.of(records([np.nan] * 20 + [5.0, -5.0] + [np.nan] * 20))
    assert {5.0, -5.0} <= set(kept["value"].tolist())


def tables(store):
    with index.reading(store.database) as connection:
        return [
            connection.execute(f"SELECT count(*) FROM base.{table}").fetchall()[0][0]
            for table in ("point", "coarse")
        ]


@pytest.fixture
def long(store, begin, ended):
    """A curve of 3,210 points with one peak, folded in parts, of which the last is small."""
    values = np.random.default_rng(1).normal(size=3210)
    values[1234], values[3208] = 99.0, -99.0
    run_id, writer = begin()
    writer.history("m", values, None)
    writer.append(ended)
    writer.close()
    return run_id, values


def test_a_long_curve_is_drawn_from_few_points_and_keeps_its_peaks(store, long, monkeypatch):
    run_id, values = long
    drawn = query.history(store, run_id, "m", 40)
    assert {99.0, -99.0} <= set(drawn.values.tolist())
    assert len(drawn.values) < 100
    assert np.array_equal(values[drawn.steps], drawn.values)
    every, few = tables(store)
    assert (every, few < 1000) == (3210, True)
    # and it is those few that were looked at
    with index.writing(store.database) as connection:
        connection.execute("DELETE FROM base.point WHERE step <> 0")
    answers.forget()
    again = query.history(store, run_id, "m", 40)
    assert np.array_equal(again.steps, drawn.steps)


def test_where_they_are_too_coarse_all_points_are_looked_at(store, long):
    run_id, _ = long
    drawn = query.history(store, run_id, "m", 1600)
    assert len(drawn.values) > 900
    assert {99.0, -99.0} <= set(drawn.values.tolist())


def test_they_stand_for_all_points_or_are_not_used(store, long):
    """A few points of another writer that are in no part: the curve is drawn from all of them."""
    run_id, _ = long
    query.history(store, run_id, "m", 40)
    late = store.writer(run_id)
    late.point("m", 1000.0, 50)
    late.close()
    assert query.history(store, run_id, "m", 40).values.max() == 1000.0
    store.database.unlink()
    answers.forget()
    assert query.history(store, run_id, "m", 40).values.max() == 1000.0


def test_they_go_with_their_run(store, long):
    run_id, _ = long
    query.history(store, run_id, "m", 40)
    care.delete(store, run_id)
    care.collect(store, apply=True)
    assert tables(store) == [0, 0]
    relations(store)
