"""The questions, and that each sees everything that was logged before it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlnb import events
from mlnb.errors import Ambiguous, NotFound, QueryError, UsageError
from mlnb.store import answers, care, curves, ingest, query


@pytest.fixture
def three(store, begin, ended):
    """Three ended runs: lr 0.1, 0.2, 0.3 with acc 0.7, 0.8, 0.9 and a tag of the team a, b, a."""
    made = []
    for number, (lr, acc, team) in enumerate([(0.1, 0.7, "a"), (0.2, 0.8, "b"), (0.3, 0.9, "a")]):
        run_id, writer = begin(name=f"run-{number}", cell_id="c1", notebook="n.ipynb")
        writer.append(events.Params(items=[events.Param(name="lr", value=str(lr), number=lr, type="float")]))
        writer.append(events.Tag(key="team", value=team))
        for step in range(3):
            writer.point("acc", acc - 0.1 * (2 - step), step)
        writer.append(ended)
        writer.close()
        made.append(run_id)
    return made


def found(store, where=None, **rest):
    return [row["name"] for row in query.run_page(store, where=where, **rest).rows]


# ---- pages --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("where", "names"),
    [
        (None, ["run-2", "run-1", "run-0"]),
        ("params.lr > 0.15", ["run-2", "run-1"]),
        ("lr >= 0.1 and acc < 0.85", ["run-1", "run-0"]),
        ("tags.team = a", ["run-2", "run-0"]),
        ("metrics.acc.min < 0.55", ["run-0"]),
        ("metrics.acc.first > 0.65", ["run-2"]),
        ("metrics.acc.count = 3", ["run-2", "run-1", "run-0"]),
        ("name like '%-1'", ["run-1"]),
        ("not name like '%-1'", ["run-2", "run-0"]),
        ("lr in (0.1, 0.3)", ["run-2", "run-0"]),
        ("run-1", ["run-1"]),
        ("started_at > -1h", ["run-2", "run-1", "run-0"]),
        ("started_at < -1h", []),
        ("note is null", ["run-2", "run-1", "run-0"]),
        ("status = finished (team = b or lr = 0.3)", ["run-2", "run-1"]),
    ],
)
def test_a_query_finds(store, three, where, names):
    assert found(store, where) == names


@pytest.mark.parametrize(
    ("order", "names"),
    [
        ("metrics.acc", ["run-0", "run-1", "run-2"]),
        ("lr desc", ["run-2", "run-1", "run-0"]),
        ("tags.team, metrics.acc desc", ["run-2", "run-0", "run-1"]),
        ("name", ["run-0", "run-1", "run-2"]),
    ],
)
def test_an_order(store, three, order, names):
    assert found(store, order_by=order) == names


def test_what_lacks_a_value_comes_last_either_way(store, three, begin, ended):
    _, writer = begin(name="bare")
    writer.append(ended)
    writer.close()
    assert found(store, order_by="lr")[-1] == found(store, order_by="lr desc")[-1] == "bare"


def test_a_page_and_the_number_of_all(store, three):
    page = query.run_page(store, limit=1, offset=1)
    assert ([row["name"] for row in page.rows], page.total) == (["run-1"], 3)


def test_a_name_nobody_recorded_is_an_error_with_a_hint(store, three):
    with pytest.raises(QueryError, match=r"params\.lr"):
        query.run_page(store, where="params.lrr > 1")


def test_children_are_listed_when_asked_for(store, three, begin, ended):
    child, writer = begin(name="child", parent_id=three[0])
    writer.append(ended)
    writer.close()
    assert "child" not in found(store)
    assert "child" in found(store, children=True)
    assert [row["run_id"] for row in query.children(store, three[0])] == [child]


def test_since_gives_what_changed_after_a_cursor(store, three):
    cursor = query.run_page(store).cursor
    assert query.run_page(store, since=cursor).rows == []
    store.edit(three[1], events.Note(text="x"))
    page = query.run_page(store, since=cursor)
    assert [row["run_id"] for row in page.rows] == [three[1]]
    assert page.cursor > cursor


def test_since_gives_everything_of_an_index_that_was_made_again(store, three):
    before = query.run_page(store).cursor
    care.rebuild(store)
    store.edit(three[1], events.Note(text="as many folds as before"))
    page = query.run_page(store, since=before)
    assert [row["run_id"] for row in page.rows] == three[::-1]
    assert page.cursor > before


def test_since_names_what_was_deleted(store, three):
    cursor = query.run_page(store).cursor
    store.edit(three[0], events.Deleted())
    assert query.run_page(store, since=cursor).removed == [three[0]]


def test_live_points_are_in_every_answer(store, begin):
    run_id, writer = begin()
    for step in range(10):
        writer.point("loss", float(step), step)
        assert query.run_page(store).rows[0]["metrics"] == {"loss": float(step)}
    assert query.runs_frame(store, where="metrics.loss.max = 9")["metrics.loss"].tolist() == [9.0]
    assert query.sql(store, "SELECT count(*) AS n FROM points").to_pylist() == [{"n": 10}]
    assert query.sql(store, 'SELECT "min", "count" FROM metrics').to_pylist() == [{"min": 0.0, "count": 10}]
    assert len(query.history(store, run_id, "loss").steps) == 10
    assert query.record(store, run_id)["metrics_detail"][0]["count"] == 10
    writer.close()


def test_two_writers_of_one_run_are_one_curve(store, begin, ended):
    run_id, writer = begin()
    other = store.writer(run_id)
    for step in range(4):
        (writer if step % 2 else other).point("loss", float(step), step)
    live = query.history(store, run_id, "loss").values.tolist()
    other.close()
    writer.append(ended)
    writer.close()
    assert live == query.history(store, run_id, "loss").values.tolist() == [0.0, 1.0, 2.0, 3.0]


# ---- one run ------------------------------------------------------------------------------------


def test_a_run_is_found_by_id_beginning_and_name(store, three):
    assert {query.resolve(store, ref) for ref in (three[2], three[2].lower(), "run-2")} == {three[2]}


def test_a_beginning_that_several_share_is_ambiguous(store, three):
    with pytest.raises(Ambiguous, match="3 runs"):
        query.resolve(store, three[0][:6])


def test_a_name_that_several_have_is_the_newest(store, begin):
    for _ in range(2):
        run_id, writer = begin(name="twice")
        writer.close()
    assert query.resolve(store, "twice") == run_id


def test_a_name_is_sooner_that_of_a_run_that_stands_alone(store, begin):
    alone, writer = begin(name="mine")
    writer.close()
    _, writer = begin(name="mine", parent_id=alone)
    writer.close()
    assert query.resolve(store, "mine") == alone


@pytest.mark.parametrize("reference", ["", "nothing", "run-9"])
def test_a_run_that_is_not_there_is_not_found(store, three, reference):
    with pytest.raises(NotFound):
        query.resolve(store, reference)


def test_the_run_before_is_of_the_same_cell(store, three, begin, ended):
    _, writer = begin(name="elsewhere", cell_id="c2", notebook="n.ipynb")
    writer.append(ended)
    writer.close()
    assert query.previous(store, three[2])["run_id"] == three[1]
    assert query.previous(store, three[0]) is None


def test_a_record_holds_all_that_was_recorded(store, begin, ended):
    run_id, writer = begin(session_id="s")
    writer.append(
        events.Dataset(name="train", role="train", type="DataFrame", digest="d1", rows=2, columns=1,
                       profile=[events.ColumnProfile(name="x", type="int64", digest="cx", mean=1.5)]),
        events.Artifact(name="f.txt", artifact_kind="file", media_type="text/plain", bytes=3, sha256="0" * 64),
        events.Environment(env_id="e1", python="3.11.7", platform="linux", packages={"numpy": "2.0"}),
        events.GitState(commit="abc", dirty=True),
        events.Seeds(seeds={"numpy": 1}),
        events.Check(dataset="train", name="not empty", passed=True),
        events.Verdict(against="r", part="data", outcome="same"),
        events.Problem(where="git", message="no git"),
        ended,
    )  # fmt: skip
    writer.close()
    row = query.record(store, run_id)
    assert row["datasets"][0]["profile"][0]["mean"] == 1.5
    assert row["environment"]["packages"] == {"numpy": "2.0"}
    assert [len(row[part]) for part in ("artifacts", "checks", "verdicts", "problems")] == [1, 1, 1, 1]
    assert (row["git_commit"], row["git_dirty"], row["seeds"]) == ("abc", True, '{"numpy": 1}')


def test_records_of_several_runs_are_those_of_each(store, three):
    wanted = [three[2], three[0]]
    assert query.records(store, wanted) == [query.record(store, run_id) for run_id in wanted]
    with pytest.raises(NotFound):
        query.records(store, [three[0], "01ARZ3NDEKTSV4RRFFQ69G5FAV"])


def test_curves_of_several_runs_are_those_of_each(store, three, begin):
    without, writer = begin(name="no-metric")
    writer.close()
    first, none, last = query.histories(store, [three[0], without, three[2]], "acc")
    assert none is None
    assert first.values.tolist() == query.history(store, three[0], "acc").values.tolist()
    assert last.values.tolist() == query.history(store, three[2], "acc").values.tolist()


def test_cells_up_to_the_run_and_which_are_its_own(store, begin):
    session = store.writer("S" * 26)
    session.append(events.SessionStarted(session_id="S" * 26))
    for ordinal in range(4):
        session.append(
            events.Cell(session_id="S" * 26, ordinal=ordinal, source=f"x = {ordinal}", source_sha256="",
                        status="ok", duration=0.1)
        )  # fmt: skip
    run_id, writer = begin(session_id="S" * 26, first_cell=2)
    writer.append(events.RunEnded(status="finished", duration=1.0, last_cell=2))
    writer.close()
    session.close()
    assert [(cell["ordinal"], cell["own"]) for cell in query.cells(store, run_id)] == [
        (0, False), (1, False), (2, True),
    ]  # fmt: skip
    assert [[cell["ordinal"] for cell in own] for own in query.own_cells(store, [run_id])] == [[2]]


@pytest.mark.parametrize(
    ("value", "kind", "was"),
    [
        ("1", "int", 1),
        (str(2**70), "int", 2**70),
        ("0.5", "float", 0.5),
        ("inf", "float", float("inf")),
        ("True", "bool", True),
        ("None", "none", None),
        ("rbf", "str", "rbf"),
        ("[1, 2]", "list", "[1, 2]"),
    ],
)
def test_a_parameter_is_what_it_was(store, begin, ended, value, kind, was):
    run_id, writer = begin()
    number = float(value) if kind in ("int", "float") else None
    writer.append(events.Params(items=[events.Param(name="p", value=value, number=number, type=kind)]))
    writer.append(ended)
    writer.close()
    assert query.record(store, run_id)["params"] == {"p": was}


# ---- curves -------------------------------------------------------------------------------------


@given(
    st.lists(st.floats(width=64), min_size=1, max_size=300),
    st.integers(4, 60),
)
def test_a_thinned_curve_keeps_its_ends_and_extremes(values, max_points):
    numbers = np.array(values)
    steps = np.arange(len(numbers))
    thin = query.thinned(query.History(steps, steps, numbers), max_points)
    assert (thin.steps[0], thin.steps[-1]) == (steps[0], steps[-1])
    assert len(thin.steps) <= max(len(steps) if len(steps) <= max_points else 0, max_points + 2)
    real = numbers[~np.isnan(numbers)]
    if len(real):
        assert {real.min(), real.max()} <= set(thin.values.tolist())
    assert all(numbers[step] is value or repr(numbers[step]) == repr(value) for step, value in zip(thin.steps, thin.values, strict=True))  # fmt: skip


def test_a_metric_that_is_not_there_is_named_with_the_nearest(store, three):
    with pytest.raises(NotFound, match="did you mean 'acc'"):
        query.history(store, three[0], "ac")


# ---- models and SQL -----------------------------------------------------------------------------


def test_models_with_versions_aliases_and_promotions(store, three):
    sha256 = store.objects.put_bytes(b"model")
    store.registry.transact(
        lambda past: [
            events.ModelVersion(model="churn", version=1, run_id=three[0], sha256=sha256, format="skops"),
            events.Promotion(promotion_id="p", model="churn", alias="champion", from_version=None,
                             to_version=1, decision="promoted"),
        ]
    )  # fmt: skip
    (model,) = query.models(store)
    assert (model["aliases"], model["versions"][0]["aliases"]) == ({"champion": 1}, ["champion"])
    assert query.record(store, three[0])["aliases"] == ["churn@champion"]


def test_batches_replay_their_records(store):
    batch = events.BatchStarted(batch_id="b", name="grid", notebook="n", source_sha256="", plan=[{"a": 1}], executor="local")  # fmt: skip
    store.registry.transact(lambda past: batch)
    assert [(row["state"], row["plan"]) for row in query.batches(store)] == [("running", [{"a": 1}])]
    store.registry.transact(lambda past: events.BatchEnded(batch_id="b", state="finished"))
    assert query.batches(store)[0]["state"] == "finished"


def test_names_for_completion(store, three):
    assert query.names(store) == {"params": ["lr"], "metrics": ["acc"], "tags": ["team"]}


@pytest.mark.parametrize(
    "text",
    [
        "DELETE FROM base.run",
        "CREATE TABLE x (a int)",
        "DROP VIEW runs",
        "SELECT * FROM read_text('/etc/hostname')",
        "SELECT * FROM 'some.csv'",
        "COPY (SELECT 1) TO 'out.csv'",
        "ATTACH 'other.db'",
        "INSTALL httpfs",
        "SET enable_external_access = true",
        "SELECT nonsense",
        "",
    ],
)
def test_sql_only_reads_and_only_the_store(store, three, text):
    with pytest.raises(UsageError):
        query.sql(store, text)
    assert query.run_page(store).total == 3


def test_sql_sees_no_variables_of_the_process(store):
    connection_rows = np.arange(3)
    with pytest.raises(UsageError):
        query.sql(store, "SELECT * FROM connection_rows")
    assert len(connection_rows) == 3


@pytest.mark.parametrize("open_", [False, True])
def test_a_curve_of_very_many_points_is_thinned_where_it_lies(store, begin, ended, monkeypatch, open_):
    monkeypatch.setattr(curves, "MANY_POINTS", 1000)
    chance = np.random.default_rng(0)
    values = chance.normal(size=5000)
    values[[0, 77, 4000]] = np.nan
    values[1234], values[4321] = 1e9, -np.inf
    run_id, writer = begin()
    writer.history("m", values, np.arange(5000) * 3 - 500)
    writer.append(ended)
    ingest.fold(store)
    if open_:
        writer.point("m", 2e9, 20_000)
    whole = query.history(store, run_id, "m")
    answers.forget()
    few = query.history(store, run_id, "m", max_points=100)
    points_ = set(zip(whole.steps.tolist(), map(repr, whole.values.tolist()), strict=True))
    assert len(few.steps) <= 104
    assert set(zip(few.steps.tolist(), map(repr, few.values.tolist()), strict=True)) <= points_
    assert (few.steps[0], few.steps[-1]) == (whole.steps[0], whole.steps[-1])
    assert (np.nanmin(few.values), np.nanmax(few.values)) == (
        np.nanmin(whole.values),
        np.nanmax(whole.values),
    )
    assert (np.diff(few.steps) >= 0).all()
    writer.close()


def test_a_metric_that_is_no_number_is_neither_more_nor_less_than_one(store, begin, ended):
    for value in (float("nan"), 1.0):
        _, writer = begin()
        writer.point("m", value)
        writer.append(ended)
        writer.close()
    for where in ("metrics.m >= 0", "metrics.m <= 5", "metrics.m > 0"):
        assert [row["metrics"]["m"] for row in query.run_page(store, where=where).rows] == [1.0], where
