"""What is told while a cell runs counts at once, and not at all when it is withdrawn: whoever folds, whenever, in whatever pieces."""

import shutil

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlnb import events, ids
from mlnb.store import Store, index, ingest, points, query, transfer
from mlnb.testing import relations


def param(name, value):
    return events.Params(items=[events.Param(name=name, value=value, type="str")])


def rows(store, text):
    return [tuple(row.values()) for row in query.sql(store, text).to_pylist()]


# ---- metrics ------------------------------------------------------------------------------------


def test_what_is_told_is_seen_at_once_and_stays_when_the_writer_dies(store, begin):
    run_id, writer = begin()
    key = writer.tell("loss", "assigned")
    writer.point(key, 0.5, 3)
    found = query.record(store, run_id)
    assert (found["status"], found["metrics"]) == ("running", {"loss": 0.5})
    assert rows(store, "SELECT metric, step, value FROM points") == [("loss", 3, 0.5)]
    writer.close()
    found = query.record(store, run_id)
    assert (found["status"], found["metrics"]) == ("killed", {"loss": 0.5})


def test_what_is_withdrawn_is_gone_while_the_run_runs_and_after(store, begin, ended):
    run_id, writer = begin()
    wrong, right = writer.tell("tmp", "assigned"), writer.tell("loss", "assigned")
    for step in range(3):
        writer.point(wrong, float(step), step)
        writer.point(right, float(-step), step)
    assert set(query.record(store, run_id)["metrics"]) == {"tmp", "loss"}
    writer.withdraw([wrong])
    assert query.record(store, run_id)["metrics"] == {"loss": -2.0}
    assert rows(store, "SELECT DISTINCT metric FROM points") == [("loss",)]
    writer.append(ended)
    writer.close()
    assert query.record(store, run_id)["metrics"] == {"loss": -2.0}
    assert rows(store, "SELECT DISTINCT metric FROM points") == [("loss",)]


def test_a_withdrawn_name_begins_anew(store, begin, ended):
    run_id, writer = begin()
    writer.point(writer.tell("loss", "assigned"), 9.0, 9)
    writer.withdraw([1])
    writer.point("loss", 1.0)
    assert query.history(store, run_id, "loss").steps.tolist() == [0]
    writer.append(ended)
    writer.close()
    assert query.history(store, run_id, "loss").values.tolist() == [1.0]


def test_what_is_settled_may_have_another_name_and_goes_on_under_it(store, begin, ended):
    run_id, writer = begin()
    key = writer.tell("loss", "assigned")
    writer.point(key, 1.0)
    writer.settle([events.MetricKey(key=key, name="fit.loss", estimator="fit", source="call")])
    writer.point("fit.loss", 2.0)
    writer.append(ended)
    writer.close()
    (metric,) = query.record(store, run_id)["metrics_detail"]
    assert (metric["name"], metric["estimator"], metric["source"]) == ("fit.loss", "fit", "call")
    assert query.history(store, run_id, "fit.loss").steps.tolist() == [0, 1]


def test_a_fork_tells_nothing_of_its_parents(store, begin):
    _, writer = begin()
    key = writer.tell("loss", "assigned")
    writer._leave_to_parent()
    writer._pid = -1
    with pytest.raises(KeyError):
        writer.point(key, 1.0)
    writer.close()


# ---- parameters, cells --------------------------------------------------------------------------


def test_a_withdrawn_parameter_is_gone_until_it_is_set_again(store, begin):
    run_id, writer = begin()
    writer.append(param("lr", "1"), param("seed", "7"))
    writer.withdraw([], ["lr"])
    assert query.record(store, run_id)["params"] == {"seed": "7"}
    writer.append(param("lr", "2"))
    assert query.record(store, run_id)["params"] == {"lr": "2", "seed": "7"}
    writer.close()


def test_a_cell_that_is_over_takes_the_place_of_the_one_that_ran(store):
    session = ids.new_id()
    writer = store.writer(session)
    common = {"session_id": session, "ordinal": 0, "source": "x = 1", "source_sha256": "s"}
    writer.append(events.SessionStarted(session_id=session), events.CellStarted(**common))
    assert rows(store, "SELECT ordinal, source, status, duration_s FROM cells") == [
        (0, "x = 1", "running", None)
    ]
    writer.append(events.Cell(**common, status="error", duration=2.0))
    assert rows(store, "SELECT ordinal, source, status, duration_s FROM cells") == [
        (0, "x = 1", "error", 2.0)
    ]
    writer.close()
    ingest.fold(store)
    store.database.unlink()
    assert rows(store, "SELECT status FROM cells") == [("error",)]


@pytest.mark.parametrize(("end", "shown"), [("killed", "killed"), ("failed", "aborted")])
def test_a_cell_that_never_ended_shows_how_its_run_did(store, begin, end, shown):
    session = ids.new_id()
    cells = store.writer(session)
    common = {"session_id": session, "ordinal": 4, "source": "x = 1", "source_sha256": "s"}
    cells.append(events.SessionStarted(session_id=session), events.CellStarted(**common))
    run_id, writer = begin(run_kind="cell", session_id=session, first_cell=4)
    assert [cell["status"] for cell in query.cells(store, run_id)] == ["running"]
    if end != "killed":
        writer.append(events.RunEnded(status=end, duration=3.0))
    writer.close()
    assert rows(store, "SELECT status FROM cells") == [(shown,)]
    (cell,) = query.cells(store, run_id)
    assert (cell["status"], cell["source"]) == (shown, "x = 1")
    cells.close()


# ---- in pieces, and at once ---------------------------------------------------------------------

STEPS = st.lists(
    st.sampled_from(["tell", "point", "log", "withdraw", "settle", "param", "drop", "cell", "fold", "look"]),
    max_size=24,
)


def play(home, steps, do_between=lambda step: None):
    """A run and its session, as one process writes them: what each step says."""
    run_id, session = ids.new_id(), ids.new_id()
    writer, cells = home.writer(run_id), home.writer(session)
    writer.append(
        events.RunStarted(run_id=run_id, name="n", experiment="e", run_kind="cell", session_id=session)
    )
    cells.append(events.SessionStarted(session_id=session))
    told: list[int] = []
    for number, step in enumerate(steps):
        if step == "tell":
            told.append(writer.tell(f"m{number % 3}", "assigned"))
        elif step == "point" and told:
            writer.point(told[number % len(told)], float(number), number % 5)
        elif step == "log":
            writer.point(f"m{number % 3}", float(number))
        elif step == "withdraw" and told:
            writer.withdraw([told.pop(number % len(told))])
        elif step == "settle":
            kept = [events.MetricKey(key=key, name=f"kept {key}", estimator="e") for key in told[1:]]
            writer.settle(kept)
            told = []
        elif step == "param":
            writer.append(param(f"p{number % 2}", str(number)))
        elif step == "drop":
            writer.withdraw([], [f"p{number % 2}"])
        elif step == "cell":
            common = {"session_id": session, "ordinal": number // 2, "source": "", "source_sha256": ""}
            cells.append(events.CellStarted(**common))
            cells.append(*[events.Cell(**common, status="ok", duration=1.0)] * (number % 2))
        do_between(step)
    return writer, cells


@given(STEPS, st.integers(1, 4), st.booleans())
@settings(max_examples=10)
def test_told_in_pieces_is_told_at_once(tmp_path_factory, steps, many, ends):
    """Folded whenever it likes, even points of a run that runs, and made again from scratch."""
    home = Store.open(tmp_path_factory.mktemp("piecewise") / "s")

    def between(step):
        if step == "fold":
            ingest.fold(home)
        elif step == "look":
            query.run_page(home)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ingest, "POINTS_AT_ONCE", many)
        writer, cells = play(home, steps, between)
    if ends:
        writer.append(events.RunEnded(status="finished", duration=1.0))
    writer.close()
    cells.close()
    piecewise = relations(home)
    home.database.unlink()
    assert relations(home) == piecewise


@given(STEPS, st.floats(0, 1), st.floats(0, 1))
@settings(max_examples=6)
def test_a_copy_made_in_mid_run_and_its_whole_give_what_the_whole_gives(tmp_path_factory, steps, some, part):
    folder = tmp_path_factory.mktemp("copies")
    first, second = Store.open(folder / "a"), Store.open(folder / "b")
    for writer in play(first, steps):
        writer.close()
    for share in (some, 1.0):
        for path in sorted(first.journals.iterdir(), reverse=True):  # points first
            whole = path.read_bytes()
            length = int(
                len(whole) * (share if path.suffix == ".jsonl" else share * part if share < 1 else 1)
            )
            (second.journals / path.name).write_bytes(whole[:length])
        for events_path in second.journals.glob("*.jsonl"):
            points_path = events_path.with_suffix(".pts")
            if points_path.exists():  # a metric's name is written before its points: no copy has less
                data = transfer._named(events_path.read_bytes(), points_path.read_bytes())
                points_path.write_bytes(data[: len(data) // points.SIZE * points.SIZE])
        ingest.fold(second)
    ingest.fold(first)
    assert relations(second) == relations(first)


def test_points_that_were_folded_too_early_are_taken_back(store, begin, ended, monkeypatch):
    monkeypatch.setattr(ingest, "POINTS_AT_ONCE", 10)
    run_id, writer = begin()
    wrong, right = writer.tell("tmp", "assigned"), writer.tell("loss", "assigned")
    for step in range(20):
        writer.point(wrong, 0.0, step)
        writer.point(right, 1.0, step)
    other = store.writer(run_id)
    other.history("loss", np.arange(20.0), np.arange(100, 120))
    other.close()
    ingest.fold(store)
    with index.reading(store.database) as connection:
        assert connection.execute("SELECT count(*) > 20 FROM base.point").fetchall() == [(True,)]
    writer.withdraw([wrong])
    writer.settle([events.MetricKey(key=right, name="loss", estimator="net")])
    writer.append(ended)
    writer.close()
    (metric,) = query.record(store, run_id)["metrics_detail"]
    assert (metric["name"], metric["count"], metric["estimator"]) == ("loss", 40, "net")
    assert rows(store, "SELECT count(*), sum(value) FROM points") == [(40, 20 + sum(range(20)))]
    shutil.rmtree(store.journals)
    store.journals.mkdir()
    store.database.unlink()
    assert rows(store, "SELECT count(*), sum(value) FROM points") == [(40, 20 + sum(range(20)))]
