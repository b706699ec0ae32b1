"""The writing side: what a call has returned from is in the file, whatever happens next."""

import logging
import multiprocessing
import os
import threading
import time

import numpy as np
import pytest

from mlnb import events, ids
from mlnb.errors import NotWritable
from mlnb.store import Store, answers, care, flusher, journal, locks, points, query, reading, verify

FORK = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")


@pytest.fixture
def writer(store):
    writer = store.writer(ids.new_id())
    yield writer
    writer.close()


def only_journal(store):
    (found,) = reading.listing(store.journals).sizes
    return found


def read(found):
    return reading.read_events(found.events_path).events


def test_the_first_record_says_who_writes(store, writer):
    first = reading.header(only_journal(store))
    assert (first.format, first.pid, first.store_id) == (events.FORMAT, os.getpid(), store.store_id)


def test_an_event_is_in_the_file_when_the_call_returns(store, writer):
    writer.append(events.Note(text="déjà vu"))
    assert read(only_journal(store))[-1].text == "déjà vu"


def test_a_point_is_in_the_file_when_the_call_returns(store, writer):
    writer.point("loss", 0.5, 3)
    records, _ = reading.read_points(only_journal(store).points_path)
    assert (records["step"].tolist(), records["value"].tolist()) == ([3], [0.5])


def test_a_metric_has_its_name_in_the_journal_before_its_first_point(store, writer):
    writer.point("loss", 0.5)
    (key,) = [event for event in read(only_journal(store)) if isinstance(event, events.MetricKey)]
    assert (key.key, key.name) == (1, "loss")


def test_without_a_step_a_point_gets_the_next_one(store, writer):
    for step in (None, None, 10, None):
        writer.point("loss", 0.0, step)
    records, _ = reading.read_points(only_journal(store).points_path)
    assert records["step"].tolist() == [0, 1, 10, 11]


def test_a_history_goes_on_where_the_points_are(store, writer):
    writer.point("loss", 0.0, 4)
    writer.history("loss", np.array([1.0, 2.0]), None)
    records, _ = reading.read_points(only_journal(store).points_path)
    assert records["step"].tolist() == [4, 5, 6]


def test_a_history_longer_than_one_write_is_whole(store, writer):
    values = np.random.default_rng(0).normal(size=journal.CHUNK // points.SIZE * 2 + 17)
    writer.history("loss", values, None)
    records, _ = reading.read_points(only_journal(store).points_path)
    assert np.array_equal(records["value"], values)


def test_times_never_go_back_when_the_clock_does(store, writer, monkeypatch):
    now = time.time_ns()
    for back in (0, 3600, 10):
        monkeypatch.setattr(time, "time_ns", lambda back=back: now - back * 10**9)
        writer.append(events.Note(text="x"))
        writer.point("loss", 0.0)
    found = only_journal(store)
    times = [event.time for event in read(found)]
    point_times = reading.read_points(found.points_path)[0]["time"].tolist()
    assert (times, point_times) == (sorted(times), sorted(point_times))


def test_sequence_numbers_count_the_events(store, writer):
    writer.append(events.Note(text="a"), events.Note(text="b"))
    assert [event.seq for event in read(only_journal(store))] == [0, 1, 2]


def test_an_event_that_cannot_be_encoded_leaves_the_journal_whole(store, writer):
    with pytest.raises(UnicodeEncodeError):
        writer.append(events.Note(text="a"), events.Note(text="\ud800"))
    writer.append(events.Note(text="c"))
    assert [(event.seq, event.text) for event in read(only_journal(store))[1:]] == [(1, "c")]


def test_the_lock_is_held_as_long_as_the_writer_is_open(store):
    writer = store.writer(ids.new_id())
    alive = only_journal(store).alive_path
    assert locks.is_held(alive)
    writer.close()
    assert not alive.exists()


def test_a_closed_writer_takes_nothing_more(store, writer):
    writer.point("loss", 1.0)
    writer.close()
    for late in (lambda: writer.point("loss", 2.0), lambda: writer.append(events.Note(text="x"))):
        with pytest.raises(ValueError, match="is closed"):
            late()


def test_who_logs_does_not_wait_for_the_disk(writer, monkeypatch):
    writer.point("loss", 0.0)
    syncing, go_on = threading.Event(), threading.Event()

    def slow(fd):
        syncing.set()
        assert go_on.wait(60)

    monkeypatch.setattr(os, "fdatasync", slow, raising=False)
    monkeypatch.setattr(os, "fsync", slow)
    flusher_thread = threading.Thread(target=writer.sync)
    flusher_thread.start()
    assert syncing.wait(60)
    writer.point("loss", 1.0)  # returns, though the disk is busy
    go_on.set()
    flusher_thread.join()


@pytest.mark.parametrize("durable", [False, True])
def test_what_was_put_down_is_synced(store, monkeypatch, durable):
    synced = set()
    monkeypatch.setattr(flusher, "sync", lambda fd, path: synced.add(path.suffix))
    writer = store.writer(ids.new_id())
    writer.append(events.Note(text="n"))
    writer.point("loss", 0.0)
    writer.close(durable=durable)
    end = time.monotonic() + 60
    while not durable and len(synced) < 2 and time.monotonic() < end:
        time.sleep(0.01)
    assert synced == {".jsonl", ".pts"}


def test_two_writers_never_share_a_journal(store):
    run_id = ids.new_id()
    for writer in [store.writer(run_id) for _ in range(3)]:
        writer.close()
    assert len(reading.listing(store.journals).sizes) == 3


def test_threads_lose_and_mix_nothing(store, writer):
    def log(name):
        for step in range(500):
            writer.point(name, float(step), step)
            writer.append(events.Tag(key=name, value=str(step)))

    threads = [threading.Thread(target=log, args=(f"m{i}",)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = only_journal(store)
    names = {event.key: event.name for event in read(found) if isinstance(event, events.MetricKey)}
    records, _ = reading.read_points(found.points_path)
    curves = {names[key]: part["step"].tolist() for key, part in points.by_key(records)}
    assert curves == {f"m{i}": list(range(500)) for i in range(4)}
    assert sum(isinstance(event, events.Tag) for event in read(found)) == 2000


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    with pytest.raises(NotWritable, match="nowhere"):
        journal.JournalWriter(tmp_path / "nowhere", ids.new_id(), "store")


# ---- a full disk --------------------------------------------------------------------------------


class Tight:
    """A disk with room for so many bytes: what `os.write` does on one."""

    def __init__(self, room):
        self.room = room
        self.write = os.write

    def __call__(self, fd, data):
        if self.room <= 0:
            raise OSError(28, "No space left on device")
        part = bytes(data)[: self.room]
        self.room -= len(part)
        return self.write(fd, part)


def test_a_full_disk_holds_records_back_whole_and_in_order(store, writer, monkeypatch, caplog):
    writer.point("loss", 0.0)
    disk = Tight(40)  # a record and a quarter
    monkeypatch.setattr(os, "write", disk)
    with caplog.at_level(logging.WARNING, "mlnb"):
        for step in range(1, 6):
            writer.point("loss", float(step))
    found = only_journal(store)
    assert reading.read_points(found.points_path)[0]["value"].tolist() == [0.0, 1.0]
    assert len(caplog.records) == 1
    disk.room = 10**6
    writer.sync()
    assert reading.read_points(found.points_path)[0]["value"].tolist() == [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]


def test_a_full_disk_holds_events_back_too(store, writer, monkeypatch):
    disk = Tight(0)
    monkeypatch.setattr(os, "write", disk)
    writer.append(events.Note(text="a"))
    writer.append(events.Note(text="b"))
    disk.room = 10**6
    writer.append(events.Note(text="c"))
    assert [event.text for event in read(only_journal(store))[1:]] == ["a", "b", "c"]


def test_a_file_that_cannot_be_made_is_made_when_there_is_room(store, writer, monkeypatch):
    opened = os.open

    def full(path, *rest):
        if str(path).endswith(".pts"):
            raise OSError(28, "No space left on device")
        return opened(path, *rest)

    monkeypatch.setattr(os, "open", full)
    writer.point("loss", 1.0)
    monkeypatch.setattr(os, "open", opened)
    writer.point("loss", 2.0)
    records, _ = reading.read_points(only_journal(store).points_path)
    assert records["value"].tolist() == [1.0, 2.0]


def test_what_is_held_back_is_bounded_and_what_is_lost_is_said(store, writer, monkeypatch, caplog):
    monkeypatch.setattr(journal, "HELD_LIMIT", 100)
    disk = Tight(0)
    monkeypatch.setattr(os, "write", disk)
    for _ in range(10):
        writer.append(events.Note(text="x" * 50))
    disk.room = 10**6
    with caplog.at_level(logging.WARNING, "mlnb"):
        writer.close()
    assert "bytes could not be written" in caplog.text


def test_what_found_no_room_at_the_end_of_a_run_is_written_when_there_is(store, begin, ended, monkeypatch):
    run_id, writer = begin()
    disk = Tight(0)
    monkeypatch.setattr(os, "write", disk)
    for step in range(500):
        writer.point("loss", float(step))
    writer.append(ended)
    assert writer.close() > 500 * points.SIZE
    assert query.record(store, run_id)["status"] == "running"
    disk.room = 10**6
    writer.sync()
    assert not only_journal(store).alive_path.exists()
    monkeypatch.undo()
    assert (query.record(store, run_id)["status"], len(query.history(store, run_id, "loss").steps)) == (
        "finished",
        500,
    )


def test_what_found_no_room_until_the_process_ends_is_told(store, begin, monkeypatch, caplog):
    _, writer = begin()
    monkeypatch.setattr(os, "write", Tight(0))
    writer.append(events.Note(text="x"))
    writer.close()
    with caplog.at_level(logging.WARNING, "mlnb"):
        journal._say_what_goes()
    assert "bytes could not be written" in caplog.text
    monkeypatch.undo()
    writer.sync()


# ---- what a disk does later ---------------------------------------------------------------------


def test_any_flipped_bit_of_a_journal_is_found(store, begin, ended):
    _, writer = begin()
    for step in range(3):
        writer.point("loss", float(step))
    writer.sync()
    writer.point("loss", 3.0)
    writer.append(ended)
    writer.close()
    found = only_journal(store)
    for path in (found.events_path, found.points_path):
        whole = path.read_bytes()
        for place in range(0, len(whole) * 8, 5):
            flipped = bytearray(whole)
            flipped[place // 8] ^= 1 << place % 8
            path.write_bytes(flipped)
            data, point_bytes = reading.whole(found)
            first = reading.header(found)
            seen = [] if first is None else [*verify._content("j", data, [(0, point_bytes)], sealed=True)]
            assert first is None or seen or data.count(b"\n") != 4, (path.suffix, place)
        path.write_bytes(whole)


def test_a_flipped_bit_of_a_point_is_counted_when_it_is_folded(store, begin, ended):
    run_id, writer = begin()
    writer.point("loss", 1.0)
    writer.append(ended)
    writer.close()
    path = only_journal(store).points_path
    data = bytearray(path.read_bytes())
    data[points.SIZE - 1] ^= 1
    path.write_bytes(data)
    query.record(store, run_id)
    with answers.looking(store) as connection:
        assert connection.execute("SELECT damaged FROM base.journal").fetchall() == [(1,)]
    assert [finding.problem for finding in care.verify(store)] == [
        "1 blocks of points are not what was logged"
    ]


# ---- forks --------------------------------------------------------------------------------------


def in_fork(function, *arguments):
    process = multiprocessing.get_context("fork").Process(target=function, args=arguments)
    process.start()
    process.join(30)
    assert process.exitcode == 0


@FORK
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_child_writes_a_journal_of_its_own(store, writer):
    writer.point("loss", 1.0)

    def child():
        writer.point("loss", 2.0)
        writer.append(events.Note(text="from the child"))
        writer.close()

    in_fork(child)
    writer.point("loss", 3.0)
    found = {
        reading.header(one).pid: reading.read_points(one.points_path)[0]["value"].tolist()
        for one in reading.listing(store.journals).sizes
    }
    assert found.pop(os.getpid()) == [1.0, 3.0]
    assert list(found.values()) == [[2.0]]


@FORK
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_child_that_logs_nothing_leaves_nothing(store, writer):
    writer.append(events.Note(text="x"))
    in_fork(lambda: None)
    assert len(reading.listing(store.journals).sizes) == 1


@FORK
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_child_does_not_keep_its_parents_journal_alive(store):
    writer = store.writer(ids.new_id())
    context = multiprocessing.get_context("fork")
    ready, release = context.Event(), context.Event()

    def child():
        ready.set()
        release.wait(30)

    process = context.Process(target=child)
    process.start()
    assert ready.wait(30)
    try:
        found = only_journal(store)
        os.close(writer._alive)  # what the death of the parent does
        assert not locks.is_held(found.alive_path)
    finally:
        release.set()
        process.join()
        writer._alive = os.open(os.devnull, os.O_RDONLY)
        writer.close()


# ---- reading while it is written ----------------------------------------------------------------


@pytest.mark.parametrize("tail", [b"{", b'{"kind":"note","text":"x"}', b"\xff\xfe"])
def test_a_torn_line_is_not_there(store, writer, tail):
    found = only_journal(store)
    with found.events_path.open("ab") as file:
        file.write(tail)
    assert len(read(found)) == 1


def test_a_damaged_line_costs_itself_alone(store, writer):
    found = only_journal(store)
    with found.events_path.open("ab") as file:
        file.write(b"\x00\xff nonsense\n")
    os.write(writer._events.fd, b"")
    writer.append(events.Note(text="after"))
    seen = reading.read_events(found.events_path)
    assert (seen.damaged, seen.events[-1].text) == (1, "after")


def test_a_line_separator_inside_a_text_is_no_end_of_a_line(store, writer):
    text = "a\u2028b\x0bc\x1cd\x85e\r\nf"
    writer.append(events.Note(text=text))
    seen = reading.read_events(only_journal(store).events_path)
    assert (seen.events[-1].text, seen.damaged) == (text, 0)


def test_the_last_time_is_that_of_the_last_record(store, writer):
    writer.append(events.Note(text="x" * 100_000))
    writer.point("loss", 1.0)
    found = only_journal(store)
    newest = max(
        *[event.time for event in read(found)], *reading.read_points(found.points_path)[0]["time"].tolist()
    )
    assert reading.last_time(found) == newest


def test_files_that_are_no_journals_are_left_out(store):
    for name in ("README", "x.jsonl.swp", "nodot.jsonl", ".hidden.w.jsonl.import"):
        (store.journals / name).write_text("x\n")
    assert not reading.listing(store.journals)


def test_a_store_can_be_opened_by_two_at_once(tmp_path):
    found = []
    threads = [
        threading.Thread(target=lambda: found.append(Store.open(tmp_path / "s").store_id)) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(found)) == 1


@pytest.mark.parametrize("call", ["open", "write"])
@pytest.mark.parametrize("place", [0, 1, 2, 3, 7, 40])
def test_an_interrupt_right_after_the_disk_took_something_loses_nothing(store, monkeypatch, call, place):
    """Ctrl-C between a call of the system's and what is known of it here."""
    true, calls = getattr(os, call), []

    def interrupted(*given, **named):
        done = true(*given, **named)
        calls.append(given)
        if len(calls) == place + 1:
            raise KeyboardInterrupt
        return done

    run_id = ids.new_id()
    writer = store.writer(run_id)
    lost, stopped = [], 0
    monkeypatch.setattr(journal.os, call, interrupted)
    for step in range(60):
        try:
            writer.point("loss", step / 7, step)
        except KeyboardInterrupt:
            stopped += 1
            lost.append(step)
    monkeypatch.undo()
    writer.append(events.Note(text="after"))
    found = only_journal(store)
    records, _ = reading.read_points(found.points_path)
    steps = records["step"][records["key"] == 1].tolist()
    assert [step for step in range(60) if step not in steps] in ([], lost)
    assert read(found)[-1].text == "after"
    writer.close()
    assert reading.broken_blocks(found.points_path, 0, found.points_path.stat().st_size) == 0
    assert stopped <= 1
