"""What another tracker recorded arrives whole, once, with the times it had."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

import mlnb
from mlnb import events
from mlnb.integrations import foreign, take
from mlnb.store import Store, care, query

STARTED = 1_700_000_000_000_000
SECOND = 1_000_000


def curve(*values: float) -> foreign.Curve:
    steps = np.arange(len(values), dtype=np.int64)
    return foreign.Curve(steps, STARTED + steps * SECOND, np.array(values, np.float64))


RUN = foreign.Run(
    run_id=foreign.run_id("other", "one", STARTED),
    tracker="other",
    origin="one",
    place="somewhere",
    name="first",
    experiment="churn",
    started=STARTED,
    ended=STARTED + 90 * SECOND,
    user="ada",
    host="laptop",
    params=[foreign.param_of_text("lr", "0.10"), *foreign.param("opt", {"name": "adam", "steps": [1, 2]})],
    tags={"team": "a"},
    note="hm",
    git=events.GitState(commit="c0ffee", dirty=False),
    curves={"loss": curve(3.0, float("nan"), 1.0)},
    files=[foreign.File("notes/a.txt", foreign.held(b"hello"), 5, "text")],
)


def source(*runs: foreign.Run) -> foreign.Source:
    return foreign.Source("somewhere", len(runs), iter(runs))


def changed(**how) -> foreign.Run:
    return dataclasses.replace(RUN, **how)


def test_a_run_arrives_with_everything_and_when_it_happened(store):
    done = take(store, source(RUN))
    assert (done.runs, done.params, done.metrics, done.points, done.files) == (1, 3, 1, 3, 1)
    run = mlnb.get(RUN.run_id, store=store)
    assert (run.name, run.experiment, run.status, run.user, run.host) == (
        "first", "churn", "finished", "ada", "laptop",
    )  # fmt: skip
    assert int(run.started_at.timestamp() * 1e6) == STARTED
    assert run.duration_s == 90
    assert run.params == {"lr": 0.1, "opt.name": "adam", "opt.steps": "[1, 2]"}
    assert run.tags == {
        "team": "a", "imported.from": "other", "imported.id": "one", "imported.place": "somewhere",
    }  # fmt: skip
    assert (run.note, run.git_commit) == ("hm", "c0ffee")
    history = query.history(store, RUN.run_id, "loss")
    assert history.times.tolist() == [STARTED, STARTED + SECOND, STARTED + 2 * SECOND]
    np.testing.assert_array_equal(history.values, [3.0, float("nan"), 1.0])
    assert run.artifact("notes/a.txt") == b"hello"
    assert mlnb.runs("tags.imported.from = other", store=store)["name"].tolist() == ["first"]


def test_a_dry_run_says_the_same_and_writes_nothing(store):
    dry = take(store, source(RUN), dry_run=True)
    assert mlnb.runs(store=store).empty
    assert dry == take(store, source(RUN))


def test_importing_again_adds_nothing(store):
    take(store, source(RUN))
    before = query.record(store, RUN.run_id)
    again = take(store, source(RUN))
    assert (again.runs, again.updated, again.unchanged, again.points) == (0, 0, 1, 0)
    assert query.record(store, RUN.run_id) == before


def test_what_has_come_since_is_added_and_nothing_twice(store):
    still = changed(ended=None, status="running", params=RUN.params[:1], files=[])
    take(store, source(still))
    grown = changed(
        curves={"loss": curve(3.0, float("nan"), 1.0, 0.5), "new": curve(7.0)},
        status="failed",
        error="ValueError: no",
    )
    done = take(store, source(grown))
    assert (done.updated, done.points, done.files, done.params) == (1, 2, 1, 2)
    run = mlnb.get(RUN.run_id, store=store)
    assert (run.status, run.error) == ("failed", "ValueError: no")
    assert query.history(store, RUN.run_id, "loss").values[[0, 2, 3]].tolist() == [3.0, 1.0, 0.5]
    assert run.metrics == {"loss": 0.5, "new": 7.0}
    assert take(store, source(grown)).unchanged == 1


def test_what_was_changed_here_stays(store):
    take(store, source(RUN))
    store.edit(
        RUN.run_id, events.Tag(key="team", value="b"), events.Note(text="mine"), events.Renamed(name="best")
    )
    assert take(store, source(changed(tags={"team": "a", "more": "yes"}))).updated == 1
    record = query.record(store, RUN.run_id)
    assert (record["name"], record["note"]) == ("best", "mine")
    assert (record["tags"]["team"], record["tags"]["more"]) == ("b", "yes")


def test_what_was_deleted_here_stays_deleted(store):
    take(store, source(RUN))
    store.edit(RUN.run_id, events.Deleted())
    assert take(store, source(RUN)).deleted == 1
    assert mlnb.runs(store=store).empty


def test_a_file_that_cannot_be_read_costs_that_file(store):
    def gone() -> bytes:
        raise FileNotFoundError("no such file")

    done = take(store, source(changed(files=[*RUN.files, foreign.File("b.bin", gone)])))
    assert (done.files, done.problems) == (1, ["first: file 'b.bin' can't be read: no such file"])
    assert query.record(store, RUN.run_id)["problems"][0]["where"] == "import"


def test_an_imported_store_can_be_made_again_from_its_archive(store):
    take(store, source(RUN))
    before = query.record(store, RUN.run_id)
    care.rebuild(store)
    after = query.record(Store.open(store.path), RUN.run_id)
    assert {**after, "changed": 0} == {**before, "changed": 0}
    assert care.verify(store) == []


def version(number: int, data: bytes = b"model") -> foreign.Version:
    file = foreign.File("clf", foreign.held(data), None, "model", foreign.held({"format": "cloudpickle"}))
    return foreign.Version("churn", number, RUN.run_id, STARTED, file, "ada", ["champion"] * (number == 3))


def test_registered_versions_keep_their_numbers_and_aliases_follow_when_told_to(store):
    def read() -> foreign.Source:
        return dataclasses.replace(source(RUN), versions=iter([version(1), version(3, b"other")]))

    assert take(store, read()).versions == 2
    (model,) = query.models(store)
    assert [one["version"] for one in model["versions"]] == [3, 1]
    assert (model["versions"][0]["run_id"], model["versions"][0]["created_by"]) == (RUN.run_id, "ada")
    assert model["aliases"] == {}
    again = take(store, read(), aliases=True)
    assert (again.versions, query.models(store)[0]["aliases"]) == (0, {"champion": 3})
    moves = len(query.models(store)[0]["promotions"])
    take(store, read(), aliases=True)
    assert len(query.models(store)[0]["promotions"]) == moves


def test_a_number_that_is_taken_here_gives_way(store):
    take(store, dataclasses.replace(source(RUN), versions=iter([version(1)])))
    other = changed(run_id=foreign.run_id("other", "two", STARTED), origin="two")
    theirs = dataclasses.replace(version(1, b"theirs"), run_id=other.run_id)
    take(store, dataclasses.replace(source(other), versions=iter([theirs])))
    assert [one["version"] for one in query.models(store)[0]["versions"]] == [2, 1]


@pytest.mark.parametrize(
    ("text", "value"),
    [("3", 3), ("1e-05", 1e-05), ("007", 7.0), ("True", True), ("None", None), ("adam", "adam"), ("", "")],
)
def test_a_setting_kept_as_text_reads_as_what_it_is_and_keeps_its_text(store, text, value):
    take(store, source(changed(params=[foreign.param_of_text("p", text)])))
    (row,) = query.record(store, RUN.run_id)["params_detail"]
    assert row["value"] == text
    assert mlnb.get(RUN.run_id, store=store).params == {"p": value}


def test_ids_follow_from_what_the_run_is_called_there_and_sort_by_its_start():
    one, two = (foreign.run_id("other", "one", STARTED + later) for later in (0, SECOND))
    assert one == RUN.run_id
    assert one < two
    assert foreign.run_id("other", "two", STARTED) != one
