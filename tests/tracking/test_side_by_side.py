"""Runs side by side, differences first."""

import pytest

import mlnb
from mlnb import events
from mlnb.errors import UsageError


@pytest.fixture
def pair():
    for name, lr, digest in (("a", 0.1, "d1"), ("b", 0.2, "d2")):
        with mlnb.run(name, params={"lr": lr, "same": 1}) as run:
            run.metric("acc", lr * 2)
            run.metric("nan", float("nan"))
            columns = [
                events.ColumnProfile(name="x", type="int", digest="x"),
                events.ColumnProfile(name="y", type="int", digest=digest),
            ]
            run.append(events.Dataset(name="train", role="train", type="t", digest=digest, profile=columns))
            run.append(events.Environment(env_id=digest, python="3.11", packages={"numpy": digest}))
    return mlnb.compare("a", "b")


def test_what_differs_comes_first(pair):
    assert pair.params.index.tolist() == ["lr", "same"]
    assert pair.params["differs"].tolist() == [True, False]


def test_nan_is_the_same_as_nan(pair):
    assert pair.metrics.loc["nan", "differs"] is not True
    assert not pair.metrics.loc["nan", "differs"]


def test_changed_columns_are_named(pair):
    assert pair.data.loc["train", "changed_columns"] == "y"


def test_changed_packages_are_named(pair):
    assert pair.environment["differs"].to_dict() == {"numpy": True, "python": False}


def test_a_program_gets_the_same(pair):
    found = pair.to_dict()
    assert [row["name"] for row in found["runs"]] == ["a", "b"]
    assert found["params"][0] == {"name": "lr", "values": [0.1, 0.2], "differs": True}
    assert found["data"][0]["changed_columns"] == ["y"]


def test_it_says_what_differs(pair):
    assert "lr: 0.1 → 0.2" in repr(pair)


def test_one_run_cannot_be_compared(pair):
    with pytest.raises(UsageError, match="at least two"):
        mlnb.compare("a")


def cell(source, cell_id=None):
    return {"source": source, "cell_id": cell_id}


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        ([cell("a", "x")], [cell("a", "y")], [("x", ["a", "a"])]),
        ([cell("a", "x")], [cell("a")], [("x", ["a", "a"])]),
        ([cell("a")], [cell("b", "x")], [("cell 1", ["a", "b"])]),
        ([cell("a", "x"), cell("b", "y")], [cell("b", "y"), cell("c", "x")], [("x", ["a", "c"]), ("y", ["b", "b"])]),
        ([cell("a", "x")], [cell("b", "y")], [("x", ["a", None]), ("y", [None, "b"])]),
    ],
)  # fmt: skip
def test_cells_are_matched_by_their_text_first(one, other, together):
    from mlnb.tracking.side_by_side import _aligned

    assert [(same.name, same.sources) for same in _aligned([one, other])] == together
