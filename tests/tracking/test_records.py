"""Runs that were recorded, as people ask for them."""

import pytest

import mlnb
from mlnb.errors import Ambiguous, NotFound, QueryError, UsageError


@pytest.fixture
def run():
    with mlnb.run("first", params={"lr": 0.1, "kernel": "rbf"}, tags={"team": "a"}) as run:
        for step in range(3):
            run.metric("loss", 1.0 / (step + 1), step)
        run.text("summary", "all well")
    return run


def test_runs_is_a_table(run):
    frame = mlnb.runs()
    assert frame.columns.tolist() == [
        "run_id", "name", "experiment", "kind", "status", "started_at", "duration_s",
        "params.kernel", "params.lr", "metrics.loss", "tags.team",
    ]  # fmt: skip
    assert frame.loc[0, "params.lr"] == 0.1


def test_runs_newest_first_and_as_many_as_asked(run):
    with mlnb.run("second"):
        pass
    assert mlnb.runs(limit=1)["name"].tolist() == ["second"]


def test_a_query_that_cannot_be_read_says_so(run):
    with pytest.raises(QueryError, match="position"):
        mlnb.runs("lr >")


def test_get_by_name_and_id(run):
    assert mlnb.get("first").run_id == mlnb.get(run.run_id[:20]).run_id == run.run_id


@pytest.mark.parametrize(("reference", "error"), [("nobody", NotFound), ("0", (Ambiguous, NotFound))])
def test_get_says_what_is_wrong(run, reference, error):
    with mlnb.run("second"), pytest.raises(error):
        mlnb.get(reference)


def test_a_record_shows_what_was_recorded(run):
    found = mlnb.get("first")
    assert (found.params, found.metrics, found.tags, found.status) == (
        {"kernel": "rbf", "lr": 0.1}, {"loss": 1 / 3}, {"team": "a"}, "finished",
    )  # fmt: skip
    assert found.artifact("summary") == b"all well"
    assert "lr=0.1" in repr(found)


def test_a_history_is_a_table(run):
    curve = mlnb.get("first").history("loss")
    assert (curve.columns.tolist(), curve["step"].tolist()) == (["step", "time", "value"], [0, 1, 2])


def test_what_a_record_has_not_is_named_with_the_nearest(run):
    found = mlnb.get("first")
    with pytest.raises(AttributeError, match="status"):
        found.statsu
    with pytest.raises(NotFound, match="summary"):
        found.artifact("sumary")
    with pytest.raises(NotFound, match="keeps no notebook"):
        found.notebook()


def test_a_record_follows_a_run_that_runs():
    with mlnb.run("live") as run:
        found = mlnb.get("live")
        run.metric("a", 1.0)
        assert found.metrics == {"a": 1.0}
        run.metric("a", 2.0)
        assert found.metrics == {"a": 2.0}


def test_sql_reads(run):
    assert mlnb.sql("SELECT name FROM runs")["name"].tolist() == ["first"]
    with pytest.raises(UsageError):
        mlnb.sql("DROP VIEW runs")
