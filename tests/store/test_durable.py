"""The order in which things reach the disk: recorded, and held to what a loss of power must find."""

import os
from pathlib import Path

import pytest

from mlnb import events
from mlnb.store import archive, durable, flusher, index, ingest, journal, locks, query
from mlnb.testing import make_runs


@pytest.fixture
def calls(monkeypatch):
    """Every call that makes, syncs, names or takes away a file, as (what, file name)."""
    found = []

    def name(fd):
        return Path(f"/proc/self/fd/{fd}").readlink().name if isinstance(fd, int) else Path(fd).name

    def record(module, function, what, argument=0):
        real = getattr(module, function)

        def recorded(*arguments, **known):
            found.append((what, name(arguments[argument])))
            return real(*arguments, **known)

        monkeypatch.setattr(module, function, recorded)

    if not Path("/proc/self/fd").exists():
        pytest.skip("open files have no names here")
    for function in ("fsync", "fdatasync"):
        record(os, function, "sync")
    record(os, "rename", "rename", 1)
    record(os, "replace", "rename", 1)
    record(os, "unlink", "unlink")
    record(os, "close", "close")
    return found


def place(calls, what, ending):
    found = [number for number, (did, name) in enumerate(calls) if did == what and name.endswith(ending)]
    assert found, (what, ending)
    return found


def test_a_file_is_written_synced_named_and_its_folder_synced(tmp_path, calls):
    durable.write(tmp_path / "file", b"x")
    kept = [call for call in calls if call[0] in ("sync", "rename")]
    assert [what for what, _ in kept] == ["sync", "rename", "sync"]
    assert (kept[1][1], kept[2][1]) == ("file", tmp_path.name)


def test_a_journal_is_taken_away_when_the_archive_is_on_the_disk_and_its_events_last(store, calls):
    make_runs(store, 2)
    calls.clear()
    ingest.fold(store)
    (segment,) = archive.segments(store.archive)
    synced = place(calls, "sync", segment.name)[-1]
    assert place(calls, "sync", segment.parent.name)[-1] > synced
    folder = place(calls, "sync", segment.parent.name)[-1]
    points, lines = place(calls, "unlink", ".pts"), place(calls, "unlink", ".jsonl")
    assert folder < min(points + lines)
    assert all(point < line for point, line in zip(points, lines, strict=True))


def test_a_writer_takes_its_lock_file_away_before_it_lets_it_go(store, begin, ended, calls):
    _, writer = begin()
    writer.append(ended)
    calls.clear()
    writer.close()
    fd_closed = [number for number, (did, name) in enumerate(calls) if did == "close" and ".alive" in name]
    assert place(calls, "unlink", ".alive")[0] < fd_closed[0]


def test_events_are_synced_before_the_points_that_they_name(store, begin, calls):
    _, writer = begin()
    writer.point("m", 1.0)
    calls.clear()
    writer.sync()
    assert place(calls, "sync", ".jsonl")[0] < place(calls, "sync", ".pts")[0]
    writer.close()


def test_what_was_put_down_last_is_synced_when_the_process_ends(store, begin, monkeypatch, calls):
    monkeypatch.setattr(flusher, "_start", lambda: None)
    _, writer = begin()
    writer.close()
    assert not any(did == "sync" and name.endswith(".jsonl") for did, name in calls)
    flusher._sync_put_down()
    assert place(calls, "sync", ".jsonl")


def test_the_log_of_another_index_is_never_replayed(store):
    """What DuckDB keeps beside its file belongs to that file alone."""
    make_runs(store, 2)
    assert query.run_page(store).total == 2
    log = store.database.with_name(store.database.name + ".wal")
    log.write_bytes(b"another's")
    new = store.database.with_name("new")
    with index.writing(new):
        pass
    index.replace(new, store.database)
    assert not log.exists()


def test_of_two_copies_of_a_journal_in_the_archive_the_longer_counts(store, begin, ended):
    run_id, writer = begin()
    writer.point("m", 1.0)
    writer.append(events.Note(text="late"), ended)
    writer.close()
    (found,) = ingest.reading.listing(store.journals).sizes
    events_, points_ = ingest.reading.whole(found)
    lines = events_.splitlines(keepends=True)
    short = archive.Content.of(found.name, b"".join(lines[:3]), b"")
    whole = archive.Content.of(found.name, events_, points_)
    ingest.unlink(found)
    for order in ([short, whole], [whole, short]):
        for segment in archive.segments(store.archive):
            segment.unlink()
        archive.append(store.archive, order)
        store.database.unlink(missing_ok=True)
        record = query.record(store, run_id)
        assert (record["note"], record["metrics"], record["status"]) == ("late", {"m": 1.0}, "finished")


def test_a_lock_that_is_asked_for_is_not_taken(tmp_path):
    fd = locks.new(tmp_path / "lock")
    os.close(fd)
    for _ in range(2):
        assert not locks.is_held(tmp_path / "lock")
    held = locks.try_lock(tmp_path / "lock")
    assert locks.is_held(tmp_path / "lock")
    os.close(held)


def test_a_chunk_holds_whole_points():
    assert journal.CHUNK % 32 == archive.PIECE % archive.WHOLE == 0
