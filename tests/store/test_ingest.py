"""Folding: what journals say comes into the index, exactly once, whoever folds and whenever."""

import shutil
import threading
import time

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlnb import events, ids
from mlnb.errors import Busy
from mlnb.store import Store, answers, archive, care, index, ingest, locks, points, process, query, reading
from mlnb.testing import make_runs, relations


def journal_files(store):
    return sorted(path.name for path in store.journals.iterdir())


def rows(store, text):
    return [tuple(row.values()) for row in query.sql(store, text).to_pylist()]


# ---- what a run becomes -------------------------------------------------------------------------


def test_an_ended_run_is_in_the_index_and_its_journal_in_the_archive(store, begin, ended):
    run_id, writer = begin()
    writer.point("loss", 0.5, 1)
    writer.append(ended)
    writer.close()
    assert ingest.fold(store)
    assert journal_files(store) == []
    assert rows(store, "SELECT run_id, status FROM runs") == [(run_id, "finished")]
    assert rows(store, "SELECT metric, step, value FROM points") == [("loss", 1, 0.5)]


def test_a_run_that_runs_is_listed_and_keeps_its_journal(store, begin):
    run_id, writer = begin()
    writer.point("loss", 0.5, 1)
    ingest.fold(store)
    assert rows(store, "SELECT run_id, status FROM runs") == [(run_id, "running")]
    assert any(name.endswith(".pts") for name in journal_files(store))
    writer.close()


def test_a_million_points_fold_while_the_run_runs(store, begin, monkeypatch):
    monkeypatch.setattr(ingest, "POINTS_AT_ONCE", 100)
    run_id, writer = begin()
    writer.history("loss", np.arange(250.0), None)
    ingest.fold(store)
    with index.reading(store.database) as connection:
        assert connection.execute("SELECT count(*) FROM base.point").fetchall() == [(200,)]
    assert len(query.history(store, run_id, "loss").values) == 250
    writer.close()


def test_ten_thousand_metrics_of_one_run(store, begin, ended):
    run_id, writer = begin()
    for number in range(10_000):
        writer.point(f"metric {number}", float(number), 0)
    assert len(query.record(store, run_id)["metrics"]) == 10_000
    writer.append(ended)
    writer.close()
    assert rows(store, 'SELECT count(*), sum("last") FROM metrics') == [(10_000, sum(range(10_000)))]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf"), 5e-324, -0.0, 1.7e308])
def test_every_double_survives_the_road(store, begin, ended, value):
    run_id, writer = begin()
    writer.point("m", value, 0)
    live = query.history(store, run_id, "m").values
    writer.append(ended)
    writer.close()
    folded = query.history(store, run_id, "m").values
    assert live.tobytes() == folded.tobytes() == np.array([value]).tobytes()


@pytest.mark.parametrize("step", [-(2**63), -1, 0, 2**31, 2**63 - 1])
def test_steps_have_64_bits(store, begin, ended, step):
    run_id, writer = begin()
    writer.point("m", 1.0, step)
    writer.append(ended)
    writer.close()
    assert query.history(store, run_id, "m").steps.tolist() == [step]


def test_steps_out_of_order_and_twice_are_kept_and_the_last_wins(store, begin, ended):
    run_id, writer = begin()
    for step, value in ((3, 1.0), (1, 2.0), (3, 3.0), (2, 4.0)):
        writer.point("m", value, step)
    writer.append(ended)
    writer.close()
    curve = query.history(store, run_id, "m")
    assert (curve.steps.tolist(), curve.values.tolist()) == ([1, 2, 3, 3], [2.0, 4.0, 1.0, 3.0])
    assert query.record(store, run_id)["metrics"] == {"m": 3.0}


@pytest.mark.parametrize(
    "name", ["ß", "日本語", "a.b.c", '"; DROP TABLE x; --', "\u2028", "e\u0301", "x" * 5000]
)
def test_any_text_is_a_name(store, begin, ended, name):
    run_id, writer = begin(name=name, experiment=name)
    writer.append(events.Params(items=[events.Param(name=name, value=name, type="str")]))
    writer.append(events.Tag(key=name, value=name))
    writer.point(name, 1.0)
    writer.append(ended)
    writer.close()
    found = query.record(store, run_id)
    assert (found["name"], found["params"], found["tags"], found["metrics"]) == (
        name, {name: name}, {name: name}, {name: 1.0},
    )  # fmt: skip


# ---- exactly once -------------------------------------------------------------------------------

STEPS = st.lists(st.sampled_from(["event", "point", "fold", "look", "end", "other"]), max_size=14)


@given(STEPS)
@settings(max_examples=8)
def test_folding_piece_by_piece_is_folding_at_once(tmp_path_factory, steps):
    """The same journals: one store folded whenever it likes, and one made again from scratch."""
    home = Store.open(tmp_path_factory.mktemp("piecewise") / "s")
    run_id = ids.new_id()
    writer, other = home.writer(run_id), None
    writer.append(events.RunStarted(run_id=run_id, name="n", experiment="e", run_kind="script"))
    for number, step in enumerate(steps):
        if step == "event":
            item = events.Param(name=f"p{number % 3}", value=str(number), number=float(number), type="int")
            writer.append(events.Params(items=[item]), events.Tag(key=f"t{number % 2}", value=str(number)))
            writer.append(events.Output(text=str(number)))
        elif step == "point":
            writer.point(f"m{number % 2}", float(number), number % 4)
        elif step == "fold":
            ingest.fold(home)
        elif step == "look":
            query.run_page(home)
        elif step == "end":
            writer.append(events.RunEnded(status="finished", duration=float(number)))
        else:
            other = other or home.writer(run_id)
            other.point("m0", float(-number), number % 4)
            other.append(events.Note(text=str(number)))
    for one in (writer, other):
        if one is not None:
            one.close()
    piecewise = relations(home)
    home.database.unlink()
    assert relations(home) == piecewise


def test_folding_twice_is_folding_once(store):
    make_runs(store, 5, points=3)
    ingest.fold(store)
    before = relations(store, without=())
    ingest.fold(store)
    assert relations(store, without=()) == before


def test_journals_that_lie_there_again_after_a_crash_are_taken_away_not_taken_twice(store, tmp_path):
    make_runs(store, 3, points=3)
    shutil.copytree(store.journals, tmp_path / "copy")
    ingest.fold(store)
    before = relations(store)
    shutil.copytree(tmp_path / "copy", store.journals, dirs_exist_ok=True)
    ingest.fold(store)
    assert (relations(store), journal_files(store)) == (before, [])
    assert len(list(archive.frames(store.archive))) == 3


@given(st.fixed_dictionaries({".jsonl": st.floats(0, 1), ".pts": st.floats(0, 1)}))
@settings(max_examples=8)
def test_a_truncated_journal_loses_its_torn_record_at_most(tmp_path_factory, share):
    home = Store.open(tmp_path_factory.mktemp("torn") / "s")
    make_runs(home, 1, params=3, metrics=2, points=4)
    (journal,) = reading.listing(home.journals).sizes
    for path in (journal.events_path, journal.points_path):
        whole = path.read_bytes()
        path.write_bytes(whole[: int(len(whole) * share[path.suffix])])
    lines = journal.events_path.read_bytes().count(b"\n")
    left = reading.read_events(journal.events_path).events
    keys = {event.key for event in left if isinstance(event, events.MetricKey)}
    records, _ = reading.read_points(journal.points_path)
    whole_points = sum(key in keys for key in records["key"].tolist())
    assert len(left) == lines
    found = relations(home)
    assert len(found["points"]) == whole_points
    assert len(found["runs"]) == (1 if lines > 1 else 0)


@given(st.integers(0, 2**32))
@settings(max_examples=4)
def test_any_interleaving_of_journals_gives_the_same_tables(tmp_path_factory, seed):
    """The journals of several runs and writers, brought into a second store in another order and in pieces."""
    folder = tmp_path_factory.mktemp("orders")
    first, second = Store.open(folder / "a"), Store.open(folder / "b")
    for run_id in make_runs(first, 3, params=2, metrics=2, points=3, seed=seed):
        first.edit(run_id, events.Tag(key="t", value=str(seed)), events.Note(text="n"))
        late = first.writer(run_id)
        late.point("metric_0", 7.0, 1)
        late.append(events.Renamed(name="another"), events.Output(text="late"))
        late.close()
    shuffled = np.random.default_rng(seed)
    whole = {path.name: path.read_bytes() for path in first.journals.iterdir()}
    stems = sorted({name.rpartition(".")[0] for name in whole})
    shuffled.shuffle(stems)
    for share in (0.6, 1.0):
        for stem in stems:
            for ending in (".pts", ".jsonl"):
                data = whole.get(stem + ending)
                if data is not None:
                    # A metric's name is written before its points: no copy has less.
                    part = len(data) if ending == ".jsonl" else int(len(data) * share)
                    (second.journals / (stem + ending)).write_bytes(data[:part])
            (second.journals / f"{stem}.alive").touch()
            if shuffled.random() < 0.5:
                ingest.fold(second)
            for left in second.journals.glob("*.alive"):
                left.unlink()
            if share < 1.0:
                # What was archived early comes back longer, as from a copy made in mid-run.
                ingest.fold(second)
    assert relations(second) == relations(first)


# ---- dead and silent writers --------------------------------------------------------------------


def test_a_writer_that_was_put_down_without_an_end_was_killed(store, begin):
    run_id, writer = begin()
    writer.point("loss", 1.0)
    writer.close()
    found = query.record(store, run_id)
    assert (found["status"], found["metrics"]) == ("killed", {"loss": 1.0})


def test_a_killed_run_that_comes_back_runs_on(store, begin, monkeypatch, ended):
    """As one on another host of a shared folder that was silent for a while, where locks don't reach here."""
    run_id, writer = begin()
    writer.point("loss", 1.0)
    monkeypatch.setattr(process, "host", lambda: "elsewhere")
    monkeypatch.setattr(process, "SILENCE", -1.0)
    monkeypatch.setattr(locks, "is_held", lambda path: False)
    assert query.record(store, run_id)["status"] == "killed"
    monkeypatch.setattr(process, "SILENCE", 900.0)
    writer.point("loss", 2.0)
    answers.forget()
    assert query.record(store, run_id)["status"] == "running"
    writer.append(ended)
    writer.close()
    found = query.record(store, run_id)
    assert (found["status"], query.history(store, run_id, "loss").values.tolist()) == ("finished", [1.0, 2.0])


def test_a_second_writers_silence_says_nothing_about_the_run(store, begin):
    run_id, writer = begin()
    helper = store.writer(run_id)
    helper.append(events.Note(text="late"))
    helper.close()
    assert query.record(store, run_id)["status"] == "running"
    writer.close()


def test_an_end_from_another_writer_counts(store, begin):
    run_id, writer = begin()
    writer.close()
    ingest.fold(store)
    store.edit(run_id, events.RunEnded(status="failed", duration=3.0, error="KernelDied: x"))
    assert query.record(store, run_id)["error"] == "KernelDied: x"


# ---- newer and older versions -------------------------------------------------------------------

FUTURE = b'{"kind":"mood","time":%d,"seq":90,"text":"good"}\n'


class Mood(events.Event, tag="mood", frozen=True, kw_only=True):
    """An event that the next version will know."""

    text: str


@pytest.fixture
def upgraded(monkeypatch):
    """Become the next version, which knows `mood` and understands `moods/1`."""

    def upgrade():
        known = events.AnyEvent | Mood
        monkeypatch.setattr(events, "_decoder", msgspec.json.Decoder(known))
        monkeypatch.setattr(events, "FEATURES", events.FEATURES | {"moods/1"})
        monkeypatch.setattr(events, "UNDERSTOOD", events.UNDERSTOOD + ",mood")
        apply = ingest.rows.fold.apply

        def with_mood(run, event, writer, additions):
            if isinstance(event, Mood):
                event = events.Note(text=event.text, time=event.time, seq=event.seq)
            apply(run, event, writer, additions)

        monkeypatch.setattr(ingest.rows.fold, "apply", with_mood)

    return upgrade


def write_future(store, run_id):
    (journal,) = [one for one in reading.listing(store.journals).sizes if one.subject == run_id]
    with journal.events_path.open("ab") as file:
        file.write(events.seal(FUTURE % (time.time_ns() // 1000)))
    return journal


@pytest.mark.parametrize("folded_at", ["once", "archived", "rebuilt"])
def test_an_unknown_event_is_kept_and_folded_after_an_upgrade(store, begin, ended, upgraded, folded_at):
    run_id, writer = begin()
    write_future(store, run_id)
    if folded_at != "once":
        writer.append(ended)
        writer.close()
    assert query.record(store, run_id)["note"] is None
    if folded_at == "rebuilt":
        store.database.unlink()
        assert query.record(store, run_id)["note"] is None
    upgraded()
    answers.forget()
    assert query.record(store, run_id)["note"] == "good"
    writer.close()


def unsealed_and_sealed_again(line):
    return events.seal(line[: line.rindex(b',"c":"')] + b"}")


def requiring(store, feature):
    """A closed journal of a newer version, which demands that `feature` is understood."""
    (run_id,) = make_runs(store, 1)
    (journal,) = reading.listing(store.journals).sizes
    first, *rest = journal.events_path.read_bytes().splitlines(keepends=True)
    text = first.replace(b'"points/2"]', b'"points/2","%s"]' % feature).replace(
        b'"mlnb":"0.1.0"', b'"mlnb":"9.9.0"'
    )
    journal.events_path.write_bytes(b"".join([unsealed_and_sealed_again(text), *rest]))
    return run_id


def test_a_journal_that_demands_more_is_left_alone_and_the_others_go_on(store):
    newer = requiring(store, b"moods/1")
    (known,) = make_runs(store, 1)
    assert rows(store, "SELECT run_id FROM runs") == [(known,)]
    assert any(name.startswith(newer) for name in journal_files(store))
    with index.reading(store.database) as connection:
        found = connection.execute("SELECT problem FROM base.journal WHERE problem IS NOT NULL").fetchall()
    assert found == [("needs mlnb ≥ 9.9.0",)]


def test_a_journal_left_alone_is_folded_after_an_upgrade(store, upgraded):
    newer = requiring(store, b"moods/1")
    ingest.fold(store)
    upgraded()
    assert rows(store, "SELECT run_id FROM runs") == [(newer,)]
    assert journal_files(store) == []


def test_a_newer_journal_in_the_archive_is_left_alone_and_folded_after_an_upgrade(
    store, upgraded, monkeypatch
):
    newer = requiring(store, b"moods/1")
    with monkeypatch.context() as context:
        context.setattr(events, "FEATURES", events.FEATURES | {"moods/1"})
        ingest.fold(store)
    store.database.unlink()
    assert rows(store, "SELECT run_id FROM runs") == []
    upgraded()
    assert rows(store, "SELECT run_id FROM runs") == [(newer,)]


def test_an_index_of_another_version_is_made_again(store):
    make_runs(store, 2)
    before = relations(store)
    with index.writing(store.database) as connection:
        connection.execute("UPDATE base.meta SET version = 999")
    assert relations(store) == before


def test_an_index_that_is_no_database_is_made_again(store):
    make_runs(store, 2)
    before = relations(store)
    store.database.write_bytes(b"not a database" * 1000)
    assert relations(store) == before


def test_an_old_index_that_is_put_back_is_brought_up_to_date(store, tmp_path):
    """As by a backup, or a cloud's sync."""
    make_runs(store, 3)
    ingest.fold(store)
    shutil.copy(store.database, tmp_path / "old")
    make_runs(store, 4)
    before = relations(store)
    shutil.copy(tmp_path / "old", store.database)
    assert relations(store) == before


def test_segments_that_come_from_elsewhere_are_taken_in(store, tmp_path):
    other = Store.open(tmp_path / "other")
    make_runs(store, 2)
    make_runs(other, 3)
    ingest.fold(store)
    ingest.fold(other)
    shutil.copytree(other.archive, store.archive, dirs_exist_ok=True)
    assert query.run_page(store).total == 5
    assert care.verify(store) == []


def test_an_archive_that_lost_a_segment_is_told_and_the_index_keeps_what_it_has(store):
    make_runs(store, 2)
    ingest.fold(store)
    shutil.rmtree(store.archive)
    assert query.run_page(store).total == 2
    assert {finding.advice for finding in care.verify(store)} == {
        "restore the archive from a copy; a rebuild would lose it"
    }


def test_a_fold_takes_a_run_of_any_size_to_its_end(store, begin, ended, monkeypatch):
    monkeypatch.setattr(ingest, "POINTS_AT_ONCE", 100)
    monkeypatch.setattr(ingest, "BYTES_AT_ONCE", 3200)
    monkeypatch.setattr(archive, "PIECE", 1000)
    run_id, writer = begin()
    writer.history("m", np.arange(1050, dtype="f8"), None)
    writer.append(ended)
    writer.close()
    ingest.fold(store)
    assert journal_files(store) == []
    for _ in range(2):
        assert query.history(store, run_id, "m").values.tolist() == list(range(1050))
        store.database.unlink()


def test_a_deleted_index_is_made_again(store):
    make_runs(store, 2)
    before = relations(store)
    store.database.unlink()
    assert relations(store) == before


# ---- several at once ----------------------------------------------------------------------------


def test_one_folds_and_the_other_is_told(store):
    with locks.locked(store.ingest_lock, timeout=0) as held:
        assert held
        assert ingest.fold(store, patience=0) is False


def test_what_must_be_alone_says_who_is_in_the_way(store):
    with ingest.alone(store), pytest.raises(Busy, match="is folding"), ingest.alone(store, patience=0):
        pass
    with ingest.alone(store, patience=0):
        pass


def test_somebodys_own_connection_is_named(store, begin, holder):
    make_runs(store, 1)
    ingest.fold(store)
    process = holder()
    _, writer = begin()
    writer.point("loss", 1.0)
    with pytest.raises(Busy, match=f"process {process.pid}") as caught:
        ingest.fold(store, patience=0.05)
    assert caught.value.facts["pid"] == process.pid
    writer.close()


def test_while_it_is_held_live_runs_are_shown_and_old_answers_marked(store, begin, holder, monkeypatch):
    monkeypatch.setattr(answers, "PATIENCE", 0.05)
    (old,) = make_runs(store, 1)
    query.run_page(store)
    holder()
    run_id, writer = begin()
    writer.point("loss", 2.0)
    page = query.run_page(store)
    assert [row["run_id"] for row in page.rows] == [run_id, old]
    assert (page.stale, page.rows[0]["metrics"]) == (True, {"loss": 2.0})
    assert query.history(store, run_id, "loss").values.tolist() == [2.0]
    writer.close()


def test_when_it_is_let_go_everything_is_there(store, begin, holder, ended):
    make_runs(store, 1)
    ingest.fold(store)
    process = holder()
    run_id, writer = begin()
    writer.append(ended)
    writer.close()
    process.kill()
    process.wait()
    assert query.record(store, run_id)["status"] == "finished"


def test_two_threads_ask_while_another_folds(store):
    stop = threading.Event()
    seen, failed = {0: [], 1: []}, []

    def ask(number):
        try:
            while not stop.is_set():
                seen[number].append(query.run_page(store).total)
        except Exception as error:  # noqa: BLE001 - any is a failure, told by the assertion
            failed.append(error)

    threads = [threading.Thread(target=ask, args=(number,)) for number in seen]
    for thread in threads:
        thread.start()
    made = sum(len(make_runs(store, 5)) * ingest.fold(store, patience=30) for _ in range(5))
    stop.set()
    for thread in threads:
        thread.join()
    assert (failed, made, query.run_page(store).total) == ([], 25, 25)
    assert all(counts == sorted(counts) for counts in seen.values())


def test_what_is_added_between_reading_and_putting_down_is_not_lost(store, begin, ended, monkeypatch):
    """A writer that logs and closes just after its journal was read."""
    run_id, writer = begin()
    take = ingest.take

    def late(taken, journal, **known):
        folded = take(taken, journal, **known)
        if not writer.closed:
            writer.append(events.Note(text="just in time"), ended)
            writer.close()
        return folded

    monkeypatch.setattr(ingest, "take", late)
    ingest.fold(store)
    found = query.record(store, run_id)
    assert (found["note"], found["status"]) == ("just in time", "finished")


def test_points_of_keys_that_are_lost_are_counted_not_guessed(store):
    (run_id,) = make_runs(store, 1, metrics=1)
    (journal,) = reading.listing(store.journals).sizes
    with journal.points_path.open("ab") as file:
        file.write(points.pack(99, 0, 0, 0, 1.0))
    assert query.record(store, run_id)["metrics_detail"][0]["count"] == 1
    with index.reading(store.database) as connection:
        assert connection.execute("SELECT damaged FROM base.journal").fetchall() == [(1,)]


def test_an_environment_that_comes_late_and_alone_is_the_runs(store):
    (run_id,) = make_runs(store, 1, params=0, metrics=0)
    query.run_page(store)
    store.edit(run_id, events.Environment(env_id="e1", python="3.13.0", platform="x", packages={"a": "1"}))
    assert query.record(store, run_id)["environment"]["packages"] == {"a": "1"}
