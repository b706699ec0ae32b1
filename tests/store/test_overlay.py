"""Who may not fold sees everything all the same: the journals that aren't folded are laid over the committed index."""

import contextlib
import subprocess
import sys
import time

import pytest

from mlnb import events, ids
from mlnb.errors import Busy, NotWhole
from mlnb.store import Store, answers, helper, ingest, query, reading, whole
from mlnb.testing import make_runs, relations


@pytest.fixture(autouse=True)
def _time_enough(monkeypatch):
    """However busy the machine is."""
    monkeypatch.setattr(answers, "PATIENCE", 60.0)
    monkeypatch.setattr(answers, "AT_ONCE", 60.0)


@pytest.fixture
def filled(store, begin):
    """Runs that are folded, some of them edited, deleted or gone on since; runs that aren't; one that runs."""
    old = make_runs(store, 5, params=3, metrics=2, points=3)
    half, writer = begin(name="half")
    writer.point("m", 1.0)
    writer.append(events.Params(items=[events.Param(name="p", value="1", number=1.0, type="int")]))
    store.registry.transact(
        lambda past: events.ModelVersion(model="m", version=1, run_id=old[0], sha256="0" * 64, format="skops")
    )
    ingest.fold(store)
    store.edit(old[0], events.Tag(key="t", value="v"), events.Renamed(name="renamed"))
    store.edit(old[1], events.Deleted())
    late = store.writer(old[2])
    late.point("metric_0", 7.0, 1)
    late.point("another", 8.0, 1)
    late.append(events.Environment(env_id="e", python="3", platform="x", packages={"a": "1"}))
    late.close()
    writer.point("m", 2.0)
    writer.append(events.Params(items=[events.Param(name="p", value="2", number=2.0, type="int")]))
    make_runs(store, 3, params=3, metrics=2, points=3, seed=1)
    store.registry.transact(lambda past: events.BatchEnded(batch_id="b", state="finished"))
    yield half
    writer.close()


def test_while_another_folds_every_relation_is_whole(store, filled):
    with ingest.alone(store):
        answers.forget()
        before = relations(store)
        page = query.run_page(store, where="metrics.metric_0 >= 0 or metrics.m = 2")
        frame = query.runs_frame(store)
        assert query.history(store, filled, "m").values.tolist() == [1.0, 2.0]
    answers.forget()
    assert (page.total, page.stale, len(frame)) == (8, False, 8)
    assert before == relations(store)
    assert page.rows == query.run_page(store, where="metrics.metric_0 >= 0 or metrics.m = 2").rows


def test_an_answer_of_that_time_hides_no_change_from_who_asks_for_changes(store, filled):
    with ingest.alone(store):
        cursor = query.run_page(store).cursor
    make_runs(store, 1)
    changed = {row["run_id"] for row in query.run_page(store, since=cursor).rows}
    assert len(changed) == 7  # what was laid over, and what came


@pytest.fixture
def no_time(monkeypatch):
    """A question takes in a journal or two, and nobody goes on with it."""
    monkeypatch.setattr(answers, "AT_ONCE", 0.0)
    monkeypatch.setattr(ingest, "LITTLE", 0)
    monkeypatch.setattr(ingest, "EXPECTED", 2)
    monkeypatch.setattr(ingest, "AT_ONCE", 2)
    monkeypatch.setattr(helper, "start", lambda store: None)


@pytest.mark.parametrize("alone", [True, False])
def test_what_there_is_no_time_to_look_through_is_never_shown_as_whole(store, no_time, monkeypatch, alone):
    """Whether another process folds or this one may: an answer comes, and says what it lacks."""
    make_runs(store, 2)
    with answers.looking(store):
        pass
    with ingest.alone(store) if alone else contextlib.nullcontext():
        for ask in (
            lambda: query.runs_frame(store),
            lambda: query.sql(store, "FROM runs"),
            lambda: query.groups(store),
        ):
            make_runs(store, 5)
            with pytest.warns(NotWhole, match="aren't folded yet"):
                ask()
        assert query.run_page(store).stale
        with pytest.raises(Busy, match="may be in one of them"):
            query.resolve(store, "no-such-run-1")
    with answers.looking(store):
        pass
    page = query.run_page(store)
    assert (page.total, page.stale) == (17, False)


def test_what_is_asked_about_is_taken_in_first_and_else_the_newest(store, no_time):
    made = make_runs(store, 10)
    with whole.listening() as heard:
        assert query.record(store, made[3])["run_id"] == made[3]
        assert [row["run_id"] for row in query.run_page(store, limit=1).rows] == made[-1:]
    assert 0 < heard.missing < 10


def test_of_very_many_journals_only_some_are_looked_at(store, no_time, monkeypatch):
    monkeypatch.setattr(ingest, "LOOKED_AT", 4)
    made = make_runs(store, 12)
    page = query.run_page(store)
    assert page.stale
    assert page.rows[0]["run_id"] == made[-1]
    for _ in range(12):
        page = query.run_page(store)
    assert (page.total, page.stale) == (12, False)


def test_what_is_left_is_done_by_a_process_of_its_own(store, monkeypatch):
    make_runs(store, 20)
    with monkeypatch.context() as context:
        context.setattr(answers, "AT_ONCE", 0.0)
        context.setattr(ingest, "LITTLE", 0)
        context.setattr(ingest, "AT_ONCE", 2)
        assert query.run_page(store).stale
    assert helper._helper.wait(60) == 0
    assert reading.listing(store.journals).sizes == {}
    assert query.run_page(store).total == 20


FOLDS_WITHOUT_END = """
import sys
from mlnb.store import Store, index, ingest, locks
store = Store.open(sys.argv[1])
while True:
    locks.make_room(store.asking_lock, timeout=30)
    with index.writing(store.database):
        print(flush=True)
"""


def test_who_folds_makes_room_for_who_asks(store):
    """A process that opens the index for writing again and again, with no pause between, lets every question in."""
    make_runs(store, 3)
    with answers.looking(store):
        pass
    with subprocess.Popen(
        [sys.executable, "-c", FOLDS_WITHOUT_END, str(store.path)], stdout=subprocess.PIPE
    ) as folder:
        try:
            assert folder.stdout.readline() == b"\n"
            for number in range(5):
                found = query.sql(store, f"SELECT count(*) + {number} AS n FROM runs").to_pylist()
                assert found == [{"n": 3 + number}]
        finally:
            folder.kill()


def test_an_index_that_is_long_in_making_keeps_nobody_waiting(store, no_time, monkeypatch):
    old = make_runs(store, 3)
    with answers.looking(store):
        pass
    store.database.unlink()
    monkeypatch.setattr(ingest, "QUICK", -1)
    assert query.run_page(store).stale
    assert not store.database.exists()
    with answers.looking(store):
        pass
    assert query.run_page(store).total == len(old)


def test_a_store_that_can_only_be_read_is_read(store, filled, tmp_path):
    place = tmp_path / "readonly"
    place.mkdir()
    mounted = subprocess.run(["mount", "--bind", "-o", "ro", str(store.path), str(place)], check=False)
    if mounted.returncode:
        pytest.skip("nothing can be mounted here")
    try:
        readonly = Store.open(place, create=False)
        assert not ingest.may_be_written(readonly)
        found = relations(readonly)
        assert query.record(readonly, filled)["metrics"] == {"m": 2.0}
        store.database.rename(tmp_path / "index")
        assert relations(readonly) == found
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)
    assert found == relations(store)


@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/Los_Angeles", "UTC"])
def test_the_time_zone_decides_nothing(store, begin, ended, monkeypatch, zone):
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        found = []
        for digest in ("d", "d"):
            run_id, writer = begin()
            writer.append(events.Dataset(name="train", role="train", type="x", digest=digest), ended)
            writer.close()
            found.append(run_id)
        assert [query.earlier_uses(store, run_id, "d") for run_id in found] == [0, 1]
        rows = query.sql(
            store,
            "SELECT run_id FROM runs WHERE now() - started_at BETWEEN INTERVAL 0 seconds AND INTERVAL 5 minutes",
        )
        assert rows.num_rows == 2
    finally:
        monkeypatch.undo()
        time.tzset()


def test_a_damaged_block_of_the_index_is_noticed_and_mended(store):
    make_runs(store, 60, params=20)
    before = relations(store)
    answers.forget()
    whole = store.database.read_bytes()
    for begin in (3 * 4096, len(whole) // 2):
        store.database.write_bytes(whole[:begin] + bytes(len(whole) - begin))
        assert len(query.run_page(store).rows) == 60
        store.database.write_bytes(whole[:begin] + bytes(len(whole) - begin))
        answers.forget()
        assert query.sql(store, "SELECT count(*) AS n FROM params WHERE value <> ''").to_pylist() == [
            {"n": 1200}
        ]
    assert relations(store) == before


def test_a_run_that_is_nowhere_is_not_found_while_another_folds(store, filled):
    with ingest.alone(store), pytest.raises(Exception, match="there is no run"):
        query.record(store, ids.new_id())
