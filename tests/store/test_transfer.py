"""Export and import: another store has the same runs afterwards, however often and whenever it is done."""

import shutil
import zipfile

import numpy as np
import pytest

from mlnb import events
from mlnb.errors import Corrupt, NotFound, UsageError
from mlnb.store import Store, archive, care, query, transfer
from mlnb.testing import make_runs, relations


@pytest.fixture
def other(tmp_path):
    return Store.open(tmp_path / "other" / ".mlnb")


def registered(store, model="m"):
    (run_id,) = make_runs(store, 1)
    sha256 = store.objects.put_bytes(run_id.encode())
    store.edit(
        run_id, events.Artifact(name="x", artifact_kind="model", media_type="x", bytes=26, sha256=sha256)
    )

    def decide(past):
        number = 1 + sum(isinstance(record, events.ModelVersion) for record in past)
        return events.ModelVersion(model=model, version=number, run_id=run_id, sha256=sha256, format="skops")

    store.registry.transact(decide)
    return run_id, sha256


def public(store):
    found = relations(store)
    return {name: rows for name, rows in found.items() if name != "model_versions"}


def test_an_export_brings_everything(store, other, tmp_path):
    make_runs(store, 3, points=3)
    registered(store)
    done = transfer.import_from(other, transfer.export(store, tmp_path / "runs.zip"))
    assert (done.runs, done.objects, done.versions) == (4, 1, 1)
    assert public(other) == public(store)
    assert care.verify(other) == []


def test_a_stores_folder_can_be_imported_as_it_is(store, other):
    make_runs(store, 2)
    transfer.import_from(other, store.path.parent)
    assert relations(other) == relations(store)


def test_importing_again_changes_nothing(store, other, tmp_path):
    registered(store)
    file = transfer.export(store, tmp_path / "runs.zip")
    transfer.import_from(other, file)
    before = relations(other, without=())
    done = transfer.import_from(other, file)
    assert (done.runs, done.objects, done.versions) == (0, 0, 0)
    assert relations(other, without=()) == before


def test_a_store_copied_in_mid_run_can_be_imported_again_when_the_run_has_ended(
    store, other, begin, ended, tmp_path
):
    run_id, writer = begin()
    for step in range(5):
        writer.point("loss", float(step), step)
    shutil.copytree(store.path, tmp_path / "copy")
    transfer.import_from(other, tmp_path / "copy")
    assert query.record(other, run_id)["metrics"] == {"loss": 4.0}
    writer.point("loss", 9.0, 5)
    writer.point("acc", 1.0, 5)
    writer.append(ended)
    writer.close()
    transfer.import_from(other, store.path)
    assert relations(other) == relations(store)
    care.rebuild(other)
    assert relations(other) == relations(store)


def test_a_journal_copied_before_its_points_had_names_gets_them_later(store, other, begin, ended, tmp_path):
    run_id, writer = begin()
    events_before = writer._events.path.read_bytes()
    writer.point("loss", 1.0)
    shutil.copytree(store.path, tmp_path / "copy")
    (tmp_path / "copy" / "journal" / writer._events.path.name).write_bytes(events_before)
    transfer.import_from(other, tmp_path / "copy")
    writer.append(ended)
    writer.close()
    transfer.import_from(other, store.path)
    assert query.record(other, run_id)["metrics"] == {"loss": 1.0}


def test_a_journal_that_differs_is_refused_by_name_and_the_others_come(store, other, tmp_path):
    first, second = make_runs(store, 2)
    shutil.copytree(store.path, tmp_path / "copy")
    (changed,) = (tmp_path / "copy" / "journal").glob(f"{first}*.jsonl")
    changed.write_bytes(changed.read_bytes().replace(b"experiment-0", b"experiment-9"))
    transfer.import_from(other, store.path)
    (third,) = make_runs(Store.open(tmp_path / "copy"), 1)
    done = transfer.import_from(other, tmp_path / "copy")
    assert done.refused == [changed.name.removesuffix(".jsonl")]
    assert {row["run_id"] for row in query.run_page(other).rows} == {first, second, third}


def test_a_store_that_is_being_written_can_be_imported_into(store, other, begin, ended, tmp_path):
    run_id, writer = begin()
    make_runs(other, 2)
    writer.point("loss", 1.0)
    shutil.copytree(store.path, tmp_path / "copy")
    transfer.import_from(store, other.path)
    transfer.import_from(store, tmp_path / "copy")
    writer.point("loss", 2.0)
    writer.append(ended)
    writer.close()
    assert query.history(store, run_id, "loss").values.tolist() == [1.0, 2.0]
    assert query.run_page(store).total == 3


def test_foreign_versions_get_new_numbers_and_keep_their_origin(store, other):
    registered(store)
    registered(other)
    transfer.import_from(store, other.path)
    versions = query.models(store)[0]["versions"]
    assert [(v["version"], v["origin"]) for v in versions] == [(2, f"{other.store_id}:m/1"), (1, None)]


def test_aliases_are_named_and_not_followed(store, other):
    registered(other)
    other.registry.transact(
        lambda past: events.Promotion(promotion_id="p", model="m", alias="champion", from_version=None,
                                      to_version=1, decision="promoted")
    )  # fmt: skip
    done = transfer.import_from(store, other.path)
    assert done.aliases == [("m", "champion", 1)]
    assert query.models(store)[0]["aliases"] == {}


def test_a_batch_keeps_its_times_and_its_end_comes_later(store, other):
    batch = events.BatchStarted(
        batch_id="b", name="g", notebook="n", source_sha256="", plan=[], executor="local"
    )
    store.registry.transact(lambda past: batch)
    transfer.import_from(other, store.path)
    assert query.batches(other)[0]["started_at"] == query.batches(store)[0]["started_at"]
    store.registry.transact(lambda past: events.BatchEnded(batch_id="b", state="finished"))
    transfer.import_from(other, store.path)
    assert query.batches(other) == query.batches(store)


def test_a_tombstone_travels(store, other, tmp_path):
    run_id, kept = make_runs(store, 2)
    transfer.import_from(other, store.path)
    care.delete(store, run_id)
    care.collect(store, apply=True)
    transfer.import_from(other, transfer.export(store, tmp_path / "e.zip"))
    assert [row["run_id"] for row in query.run_page(other).rows] == [kept]


def test_a_deleted_run_does_not_come_back(store, other, tmp_path):
    (run_id,) = make_runs(store, 1)
    file = transfer.export(store, tmp_path / "e.zip")
    care.delete(store, run_id)
    care.collect(store, apply=True)
    transfer.import_from(store, file)
    assert query.run_page(store).total == 0


def test_chosen_runs_come_with_their_children(store, other, begin, tmp_path):
    parent, first = begin()
    child, second = begin(parent_id=parent)
    _, third = begin()
    for writer in (first, second, third):
        writer.close()
    transfer.import_from(other, transfer.export(store, tmp_path / "e.zip", [parent]))
    assert {row["run_id"] for row in query.run_page(other, children=True).rows} == {parent, child}


def test_a_run_that_is_not_there_is_named(store, tmp_path):
    with pytest.raises(NotFound, match="nobody"):
        transfer.export(store, tmp_path / "e.zip", ["nobody"])
    assert not (tmp_path / "e.zip").exists()


@pytest.mark.parametrize("what", ["folder", "text", "zip", "missing"])
def test_what_is_no_store_is_refused(store, tmp_path, what):
    place = tmp_path / "x"
    if what == "folder":
        place.mkdir()
    elif what == "text":
        place.write_text("x")
    elif what == "zip":
        with zipfile.ZipFile(place, "w") as file:
            file.writestr("a", "b")
    with pytest.raises((UsageError, NotFound), match="x"):
        transfer.import_from(store, place)


def test_an_object_that_is_not_what_its_name_says_is_refused(store, other):
    _, sha256 = registered(other)
    other.objects.path(sha256).write_bytes(b"evil")
    with pytest.raises(Corrupt):
        transfer.import_from(store, other.path)


def test_a_forged_object_of_an_export_is_refused(store, other, tmp_path):
    _, sha256 = registered(store)
    file = transfer.export(store, tmp_path / "runs.zip")
    forged = tmp_path / "forged.zip"
    with zipfile.ZipFile(file) as source, zipfile.ZipFile(forged, "w") as target:
        for name in source.namelist():
            target.writestr(name, b"forged" if name.endswith(sha256) else source.read(name))
    with pytest.raises(Corrupt, match=sha256):
        transfer.import_from(other, forged)
    assert not other.objects.has(sha256)


def test_a_journal_of_many_pieces_is_exported_and_imported_whole(
    store, other, begin, ended, tmp_path, monkeypatch
):
    monkeypatch.setattr(archive, "PIECE", 1024)
    run_id, writer = begin()
    writer.history("m", np.arange(500, dtype="f8"), None)
    writer.append(ended)
    writer.close()
    query.record(store, run_id)  # it is in the archive
    transfer.import_from(other, transfer.export(store, tmp_path / "runs.zip"))
    assert query.history(other, run_id, "m").values.tolist() == list(range(500))
    assert relations(other) == relations(store)
