"""The wide table is only a faster way to the same answer."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlnb import events, ids
from mlnb.errors import UsageError
from mlnb.store import Store, index, ingest, query, wide
from mlnb.testing import make_runs

NAMES = st.sampled_from(["lr", "LR", "depth", "kernel", "a.b", "x y"])
VALUES = st.one_of(
    st.integers(-5, 5),
    st.sampled_from([0.1, 0.5, float("nan"), float("inf")]),
    st.booleans(),
    st.sampled_from(["rbf", "5", "", "True"]),
    st.none(),
)
RUNS = st.lists(
    st.tuples(
        st.dictionaries(NAMES, VALUES, max_size=4),
        st.dictionaries(NAMES, st.floats(width=64), max_size=4),
        st.dictionaries(st.sampled_from(["t", "T"]), st.text("ab", max_size=2), max_size=2),
    ),
    min_size=1,
    max_size=8,
)
FIELDS = st.sampled_from(
    ["params.lr", "metrics.LR", "params.kernel", 'metrics."x y"', "params.a.b", "tags.t"]
)
TESTS = st.one_of(
    st.builds("{} {} {}".format, FIELDS, st.sampled_from("= != < <= > >=".split()), st.integers(-2, 2)),
    st.builds("{} is {}null".format, FIELDS, st.sampled_from(["", "not "])),
    st.builds("{} like '%{}%'".format, FIELDS, st.sampled_from(["r", "5", ""])),
    st.builds("{} in (1, 2, 0.5)".format, FIELDS),
)
QUERIES = st.recursive(
    TESTS,
    lambda inner: st.one_of(
        st.builds("({}) and ({})".format, inner, inner),
        st.builds("({}) or ({})".format, inner, inner),
        st.builds("not ({})".format, inner),
    ),
    max_leaves=3,
)
ORDERS = st.one_of(st.none(), st.builds("{}{}".format, FIELDS, st.sampled_from(["", " desc"])))


def param(name, value):
    number = value if isinstance(value, (int, float)) and not isinstance(value, bool) else None
    kind = {bool: "bool", int: "int", float: "float", str: "str"}.get(type(value), "none")
    return events.Param(name=name, value=str(value), number=number, type=kind)


def write(home, runs):
    for params, metrics, tags in runs:
        run_id = ids.new_id()
        writer = home.writer(run_id)
        writer.append(events.RunStarted(run_id=run_id, name="n", experiment="e", run_kind="script"))
        writer.append(events.Params(items=[param(name, value) for name, value in params.items()]))
        for name, value in metrics.items():
            writer.point(name, value)
        writer.append(*[events.Tag(key=key, value=value) for key, value in tags.items()])
        writer.append(events.RunEnded(status="finished", duration=1.0))
        writer.close()


def with_wide(home, cap):
    """Fold, and bring the wide table up to date for every run."""
    ingest.fold(home)
    with index.writing(home.database) as connection:
        wide.keep_up(connection, cap=cap, enough=1)


def answers_of(home, text, order):
    frame = query.runs_frame(home, where=text, order_by=order)
    return [str(dtype) for dtype in frame.dtypes], frame.columns.tolist(), frame.map(repr).values.tolist()


@given(RUNS, RUNS, st.lists(st.tuples(st.one_of(st.none(), QUERIES), ORDERS), min_size=4, max_size=8))
@settings(max_examples=6)
def test_with_and_without_it_every_answer_is_the_same(tmp_path_factory, runs, more, asked):
    folder = tmp_path_factory.mktemp("wide")
    home = Store.open(folder / "s")
    write(home, runs)
    with_wide(home, 200)
    write(home, more)  # these are stale: the wide table lacks them
    query.run_page(home)
    quick = [_or_error(home, *question) for question in asked]
    with index.writing(home.database) as connection:
        connection.execute("DELETE FROM base.wide_column")
        connection.execute("DELETE FROM base.wide")
        connection.execute("INSERT INTO base.stale SELECT run_no FROM base.run")
    assert [_or_error(home, *question) for question in asked] == quick


def _or_error(home, text, order):
    try:
        return answers_of(home, text, order)
    except UsageError as error:
        return str(error)


def test_a_name_of_one_run_alone_gets_no_column(store):
    write(store, [({"common": 1, "rare": 1}, {}, {}), ({"common": 2}, {}, {})])
    with_wide(store, 200)
    with index.reading(store.database) as connection:
        assert list(wide.columns(connection)) == [("param_number", "common")]


@pytest.mark.parametrize("cap", [0, 1, 3])
def test_columns_are_bounded(store, cap):
    make_runs(store, 3, params=5, metrics=5)
    with_wide(store, cap)
    with index.reading(store.database) as connection:
        assert len(wide.columns(connection)) == cap


def test_names_that_differ_in_case_have_columns_of_their_own(store):
    write(store, [({"lr": 1, "LR": 2}, {}, {})] * 2)
    with_wide(store, 200)
    frame = query.runs_frame(store)
    assert frame[["params.lr", "params.LR"]].values.tolist() == [[1, 2], [1, 2]]


def test_a_run_that_changes_is_read_from_the_tall_tables_until_it_is_written_again(store):
    run_ids = make_runs(store, 3, params=1, metrics=1)
    with_wide(store, 200)
    store.edit(
        run_ids[0], events.Params(items=[events.Param(name="param_0", value="9", number=9.0, type="int")])
    )
    assert 9 in query.runs_frame(store)["params.param_0"].tolist()
    assert query.runs_frame(store, where="params.param_0 = 9")["run_id"].tolist() == [run_ids[0]]


def test_a_live_metric_is_seen_over_the_wide_one(store, begin):
    make_runs(store, 2, metrics=1)
    run_id, writer = begin()
    writer.point("metric_0", 1.0)
    with_wide(store, 200)
    writer.point("metric_0", 2.0)
    frame = query.runs_frame(store)
    assert frame.loc[frame.run_id == run_id, "metrics.metric_0"].tolist() == [2.0]
    writer.close()


def test_a_frame_of_nothing_has_its_columns(store):
    frame = query.runs_frame(store)
    assert frame.columns.tolist() == [
        "run_id", "name", "experiment", "kind", "status", "started_at", "duration_s",
    ]  # fmt: skip
    assert isinstance(frame, pd.DataFrame)
