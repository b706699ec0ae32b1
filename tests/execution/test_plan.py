"""A plan is a frozen list of parameter sets."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlnb.errors import ParameterError, UsageError
from mlnb.execution.plan import Plan, axes, make_plan, read_parameters
from mlnb.execution.values import parse_axis

if TYPE_CHECKING:
    from pathlib import Path


def sets(plan: Plan) -> list[dict[str, object]]:
    return [dict(entry.parameters) for entry in plan]


def test_a_grid_is_the_product_of_its_values() -> None:
    plan = make_plan(params={"seed": 1}, grid=[parse_axis("lr=0.1,0.01"), parse_axis("depth=3,5,7")])
    assert len(plan) == 6
    assert sets(plan)[0] == {"seed": 1, "lr": 0.1, "depth": 3}
    assert plan.varied == ["lr", "depth"]


def test_without_a_grid_there_is_one_run() -> None:
    assert sets(make_plan(params={"lr": 0.1})) == [{"lr": 0.1}]


def test_rows_of_a_file_are_crossed_with_the_grid() -> None:
    plan = make_plan(rows=[{"a": 1}, {"a": 2}], grid=[parse_axis("b=3,4")])
    assert sets(plan) == [{"a": 1, "b": 3}, {"a": 1, "b": 4}, {"a": 2, "b": 3}, {"a": 2, "b": 4}]


def test_samples_stay_in_their_range_and_a_seed_repeats_them() -> None:
    grid = [
        parse_axis("lr=loguniform(1e-4,1e-1)"),
        parse_axis("depth=randint(2,9)"),
        parse_axis("k=rbf,poly"),
    ]
    plan = make_plan(grid=grid, samples=40, seed=7)
    for point in sets(plan):
        assert 1e-4 <= point["lr"] <= 1e-1
        assert type(point["depth"]) is int
        assert 2 <= point["depth"] < 9
        assert point["k"] in {"rbf", "poly"}
    assert sets(plan) == sets(make_plan(grid=grid, samples=40, seed=7))


def test_sobol_points_fill_every_quarter() -> None:
    plan = make_plan(grid=[parse_axis("x=uniform(0,1)")], samples=16, sampler="sobol", seed=1)
    assert {math.floor(point["x"] * 4) for point in sets(plan)} == {0, 1, 2, 3}


@pytest.mark.parametrize(
    ("grid", "samples"),
    [
        ("lr=loguniform(1e-4,1e-1)", None),
        ("lr=logunform(1,2)", 3),
        ("lr=loguniform(-1,2)", 3),
        ("x=uniform(1)", 3),
    ],
)
def test_a_range_that_cannot_be_drawn_is_refused(grid: str, samples: int | None) -> None:
    with pytest.raises(ParameterError):
        make_plan(grid=[parse_axis(grid)], samples=samples)


def test_a_name_may_be_in_the_grid_once() -> None:
    with pytest.raises(ParameterError, match="twice"):
        make_plan(grid=[parse_axis("lr=1"), parse_axis("lr=2")])


def test_a_grid_that_nobody_could_run_is_refused() -> None:
    with pytest.raises(UsageError, match="1,000,000"):
        make_plan(grid=[parse_axis(f"{name}=" + ",".join(map(str, range(1000)))) for name in "ab"])


def test_a_grid_from_python_may_be_lists_arrays_or_ranges() -> None:
    import numpy as np

    found = axes({"a": [1, 2], "b": np.array([0.5]), "c": "uniform(0, 1)", "d": 3})
    assert [axis.values for axis in found] == [(1, 2), (0.5,), (), (3,)]
    assert found[2].range is not None


@pytest.mark.parametrize(
    ("name", "text", "rows"),
    [
        ("p.yaml", "lr: 0.1\ndepth: 3\n", [{"lr": 0.1, "depth": 3}]),
        ("p.json", '[{"lr": 0.1}, {"lr": 0.2}]', [{"lr": 0.1}, {"lr": 0.2}]),
        ("p.csv", "lr,kernel\n0.1,rbf\n0.2,\n", [{"lr": 0.1, "kernel": "rbf"}, {"lr": 0.2}]),
    ],
)
def test_parameter_files(tmp_path: Path, name: str, text: str, rows: list[dict[str, object]]) -> None:
    (tmp_path / name).write_text(text)
    assert read_parameters(tmp_path / name) == rows


@pytest.mark.parametrize(
    ("name", "text"), [("p.yaml", "a: [1"), ("p.yaml", "3"), ("p.yaml", ""), ("p.csv", "a\n")]
)
def test_a_parameter_file_that_holds_none_is_refused(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(ParameterError, match=name):
        read_parameters(tmp_path / name)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@given(st.dictionaries(st.text(min_size=1), VALUES, max_size=4))
def test_a_plan_comes_back_from_the_registry_as_it_was(parameters: dict[str, object]) -> None:
    import msgspec

    plan = make_plan(params=parameters)
    assert Plan.from_record(msgspec.json.decode(msgspec.json.encode(plan.to_record()))) == plan
