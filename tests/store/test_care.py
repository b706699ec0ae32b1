"""Looking after a store: what is wrong is said, what is needed stays, what isn't goes."""

import os
import threading

import numpy as np
import pytest

from mlnb import events, ids
from mlnb.errors import Corrupt, UsageError
from mlnb.store import archive, care, index, ingest, points, query, reading
from mlnb.testing import make_runs, relations


def age(store, *names):
    for name in names:
        os.utime(store.objects.path(name), (0, 0))


def with_artifact(store, data, **known):
    sha256 = store.objects.put_bytes(data)
    (run_id,) = make_runs(store, 1)
    store.edit(
        run_id,
        events.Artifact(name="a.bin", artifact_kind="file", media_type="x/y", bytes=len(data), sha256=sha256, **known),
    )  # fmt: skip
    return run_id, sha256


# ---- verify -------------------------------------------------------------------------------------


def test_a_store_in_order_has_no_findings(store):
    with_artifact(store, b"x")
    store.registry.transact(lambda past: events.BatchEnded(batch_id="b", state="finished"))
    assert care.verify(store) == []
    ingest.fold(store)
    assert care.verify(store) == []


def test_a_changed_object_is_found(store):
    _, sha256 = with_artifact(store, b"x")
    store.objects.path(sha256).write_bytes(b"y")
    assert [finding.where for finding in care.verify(store)] == [f"object {sha256}"]


@pytest.mark.parametrize("folded", [True, False])
def test_a_missing_artifact_is_found(store, folded):
    run_id, sha256 = with_artifact(store, b"x")
    store.objects.remove(sha256)
    if folded:
        ingest.fold(store)
    (finding,) = care.verify(store)
    assert (finding.where, sha256 in finding.advice) == (f"artifact 'a.bin' of run {run_id}", True)


@pytest.mark.parametrize(
    "event",
    [
        events.Dataset(name="d", role="train", type="x", digest="d", row_hashes="1" * 64),
        events.GitState(commit="c", dirty=True, diff_sha256="2" * 64),
    ],
)
def test_every_reference_is_followed(store, event):
    (run_id,) = make_runs(store, 1)
    store.edit(run_id, event)
    assert [finding.problem for finding in care.verify(store)] == ["its file is missing"]


def test_a_missing_model_file_and_a_promotion_of_nothing_are_found(store):
    store.registry.transact(
        lambda past: [
            events.ModelVersion(model="m", version=1, run_id="r", sha256="3" * 64, format="skops"),
            events.Promotion(promotion_id="p", model="m", alias="a", from_version=None, to_version=9, decision="promoted"),
        ]
    )  # fmt: skip
    assert [finding.where for finding in care.verify(store)] == ["model m/1", "promotion p"]


def test_damaged_lines_and_nameless_points_are_found(store, begin):
    _, writer = begin()
    os.write(writer._events.fd, b"nonsense\n")
    writer.point("m", 1.0)
    os.write(writer._points.fd, points.pack(0x63, 0, 1, 1, 1.0))
    writer.close()
    problems = [finding.problem for finding in care.verify(store)]
    assert problems == [
        "1 damaged lines",
        "1 points of no known metric",
        "1 blocks of points are not what was logged",
    ]


def test_a_damaged_archive_is_found(store):
    make_runs(store, 2)
    ingest.fold(store)
    (segment,) = archive.segments(store.archive)
    data = bytearray(segment.read_bytes())
    data[-5] ^= 255
    segment.write_bytes(bytes(data) + b"tail")
    archive._whole.clear()
    found = [finding.problem for finding in care.verify(store)]
    assert len(found) == 2
    assert found[0].startswith("4 damaged bytes at")


def test_gc_takes_nothing_away_while_a_part_of_the_archive_cannot_be_read(store):
    run_id, sha256 = with_artifact(store, b"needed")
    (deleted,) = make_runs(store, 1)
    care.delete(store, deleted)
    ingest.fold(store)
    (segment,) = archive.segments(store.archive)
    whole = segment.read_bytes()
    damaged = bytearray(whole)
    damaged[20] ^= 1
    segment.write_bytes(damaged)
    age(store, sha256)
    for apply in (False, True):
        with pytest.raises(Corrupt, match="nothing is taken away"):
            care.collect(store, apply=apply)
    assert (store.objects.has(sha256), segment.read_bytes()) == (True, bytes(damaged))
    segment.write_bytes(whole)
    assert care.collect(store, apply=True).runs == [deleted]
    assert query.record(store, run_id)["artifacts"]
    assert care.verify(store) == []


def test_a_journal_that_the_index_lacks_is_found_and_rebuild_mends_it(store):
    make_runs(store, 1)
    ingest.fold(store)
    with index.writing(store.database) as connection:
        connection.execute("DELETE FROM base.journal")
    assert [finding.advice for finding in care.verify(store)] == ["mlnb store rebuild"]
    care.rebuild(store)
    assert care.verify(store) == []


# ---- rebuild ------------------------------------------------------------------------------------


def test_a_rebuilt_index_is_equal_row_for_row(store, begin):
    run_id, _ = with_artifact(store, b"x")
    store.edit(run_id, events.Tag(key="t", value="v"), events.Deleted())
    make_runs(store, 3, points=4)
    _, writer = begin()
    writer.point("loss", 1.0)
    store.registry.transact(
        lambda past: events.ModelVersion(model="m", version=1, run_id="r", sha256="0" * 64, format="skops")
    )
    before = relations(store)
    store.database.unlink()
    care.rebuild(store)
    assert relations(store) == before
    writer.close()


# ---- gc and deletion ----------------------------------------------------------------------------


def test_gc_shows_first_and_takes_when_told(store):
    sha256 = store.objects.put_bytes(b"nobody's")
    age(store, sha256)
    assert (care.collect(store).objects, store.objects.has(sha256)) == ([sha256], True)
    assert (care.collect(store, apply=True).bytes, store.objects.has(sha256)) == (8, False)


def test_gc_spares_what_is_young(store):
    store.objects.put_bytes(b"just put")
    assert care.collect(store).objects == []


@pytest.mark.parametrize("where", ["live", "waiting", "archived", "registry"])
def test_gc_spares_what_is_referred_to_anywhere(store, begin, where):
    sha256 = store.objects.put_bytes(b"needed")
    named = events.Artifact(name="a", artifact_kind="file", media_type="x", bytes=6, sha256=sha256)
    run_id, writer = begin()
    if where == "registry":
        store.registry.transact(
            lambda past: events.ModelVersion(
                model="m", version=1, run_id=run_id, sha256=sha256, format="skops"
            )
        )
    else:
        writer.append(named)
    if where != "live":
        writer.close()
    if where == "archived":
        ingest.fold(store)
    age(store, sha256)
    care.collect(store, apply=True)
    assert store.objects.has(sha256)
    writer.close()


def test_a_deleted_run_is_listed_nowhere_and_gc_takes_its_bytes(store):
    run_id, sha256 = with_artifact(store, b"gone")
    make_runs(store, 1)
    care.delete(store, run_id)
    age(store, sha256)
    assert run_id not in [row["run_id"] for row in query.run_page(store).rows]
    found = care.collect(store, apply=True)
    assert (found.objects, found.runs) == ([sha256], [run_id])
    assert all(run_id not in repr(rows) for rows in relations(store).values())
    names = [frame.name for frame in archive.frames(store.archive)]
    assert sum(name.startswith(run_id) for name in names) == 1  # the tombstone


def test_a_tombstone_survives_gc_and_rebuild(store):
    (run_id,) = make_runs(store, 1)
    care.delete(store, run_id)
    care.collect(store, apply=True)
    care.rebuild(store)
    assert query.run_page(store).total == 0
    store.edit(run_id, events.Note(text="still gone"))
    assert query.run_page(store).total == 0


def test_gc_twice_is_gc_once(store):
    run_id, sha256 = with_artifact(store, b"gone")
    care.delete(store, run_id)
    age(store, sha256)
    care.collect(store, apply=True)
    before = relations(store)
    assert care.collect(store, apply=True).objects == []
    assert (relations(store), care.verify(store)) == (before, [])


def test_what_another_run_uses_stays(store):
    run_id, sha256 = with_artifact(store, b"shared")
    with_artifact(store, b"shared")
    care.delete(store, run_id)
    age(store, sha256)
    care.collect(store, apply=True)
    assert store.objects.has(sha256)


def test_a_text_that_looks_like_a_tombstone_is_none(store):
    _, sha256 = with_artifact(store, b"x", metadata={"kind": "deleted"})
    age(store, sha256)
    assert care.collect(store, apply=True).runs == []
    assert store.objects.has(sha256)


def test_a_run_with_a_model_version_is_deleted_by_force_alone(store):
    run_id, sha256 = with_artifact(store, b"model")
    store.registry.transact(
        lambda past: events.ModelVersion(model="m", version=1, run_id=run_id, sha256=sha256, format="skops")
    )
    with pytest.raises(UsageError, match="m/1"):
        care.delete(store, run_id)
    care.delete(store, run_id, force=True)
    age(store, sha256)
    care.collect(store, apply=True)
    assert store.objects.has(sha256)
    assert query.models(store)[0]["versions"][0]["version"] == 1


def test_gc_while_runs_are_logged_takes_nothing_of_theirs(store):
    stop = threading.Event()
    kept = []

    def log():
        while not stop.is_set():
            kept.append(with_artifact(store, ids.new_id().encode())[1])

    thread = threading.Thread(target=log)
    thread.start()
    for _ in range(5):
        care.collect(store, apply=True)
    stop.set()
    thread.join()
    assert all(store.objects.has(sha256) for sha256 in kept)
    assert care.verify(store) == []


# ---- compact ------------------------------------------------------------------------------------


def test_compacting_changes_no_row_and_frees_what_is_dead(store, begin, ended):
    run_id, writer = begin()
    writer.history("loss", np.random.default_rng(0).normal(size=300_000), None)
    writer.append(ended)
    writer.close()
    make_runs(store, 2)
    care.delete(store, run_id)
    care.collect(store, apply=True)
    before = relations(store)
    large, small = care.compact(store)
    assert small < large
    assert relations(store) == before


def test_an_index_that_is_half_dead_is_made_smaller_by_whoever_is_idle(store, monkeypatch):
    monkeypatch.setattr(care, "LARGE", 0)
    make_runs(store, 2)
    ingest.fold(store)
    monkeypatch.setattr(index, "dead_share", lambda connection: (10**9, 0.6))
    assert care.keep_small(store) is True
    monkeypatch.setattr(index, "dead_share", lambda connection: (10**9, 0.4))
    assert care.keep_small(store) is False


def test_info_counts(store):
    with_artifact(store, b"12345")
    found = care.info(store)
    assert (found["runs"], found["objects"], found["object_bytes"]) == ({"finished": 1}, 1, 5)


def test_a_journal_without_a_first_record_stands_in_nobodys_way(store):
    (store.journals / f"{ids.new_id()}.w-1-aa.jsonl").write_bytes(b"")
    (store.journals / f"{ids.new_id()}.w-1-ab.jsonl").write_bytes(b"not an event\n")
    make_runs(store, 1)
    assert query.run_page(store).total == 1
    assert len(reading.listing(store.journals).sizes) == 2
    assert [finding.problem for finding in care.verify(store)] == ["its first record can't be read"]
