"""A verdict names what changed first, and tells a changed input from mere chance."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlnb.execution.verdict import (
    Cell,
    Data,
    Facts,
    Judgement,
    Part,
    Tolerance,
    comparable,
    judge,
    judge_source,
)

WAS = Facts(
    params={"lr": 0.1},
    metrics={"acc": 0.9},
    data={"train": Data("d1", {"age": "a1", "sex": "s1"}, 10)},
    packages={"python": "3.11", "numpy": "2.0"},
    cells=[Cell("load", "df = read()"), Cell("fit", "model.fit()\nacc", ("0.9",))],
)
SAME = Part("source", "same")


def facts(**changed: Any) -> Facts:
    return Facts(**{**{name: getattr(WAS, name) for name in Facts.__dataclass_fields__}, **changed})


def part(judgement: Judgement, name: str) -> Part:
    return next(one for one in judgement.parts if one.part == name)


def test_nothing_changed() -> None:
    found = judge(WAS, facts(), source=SAME)
    assert found.reproduced
    assert found.cause == ""
    assert part(found, "metrics").outcome == "exact"


def test_changed_data_names_the_column() -> None:
    was = facts(data={"train": Data("d1", {"age": "a1", "sex": "s1"}, 10, is_file=True)})
    now = facts(
        data={"train": Data("d2", {"age": "a2", "sex": "s1"}, 10, is_file=True)}, metrics={"acc": 0.8}
    )
    found = judge(was, now, source=SAME)
    assert part(found, "data") == Part("data", "changed", "train: column age")
    assert found.cause == "what changed first: the data"


def test_a_changed_package_is_named_with_both_versions() -> None:
    found = judge(WAS, facts(packages={"python": "3.11", "numpy": "2.1"}), source=SAME)
    assert part(found, "environment").detail == "numpy 2.0 → 2.1"
    assert not found.reproduced


def test_a_changed_parameter_is_named() -> None:
    assert part(judge(WAS, facts(params={"lr": 0.2}), source=SAME), "parameters").detail == "lr: 0.1 → 0.2"


@pytest.mark.parametrize(
    ("value", "outcome"), [(0.9, "exact"), (0.9 + 1e-9, "within_tolerance"), (0.91, "diverged")]
)
def test_metrics_are_exact_within_tolerance_or_diverged(value: float, outcome: str) -> None:
    assert part(judge(WAS, facts(metrics={"acc": value}), source=SAME), "metrics").outcome == outcome


def test_a_metric_that_is_gone_has_diverged() -> None:
    found = part(judge(WAS, facts(metrics={}), source=SAME), "metrics")
    assert (found.outcome, found.detail) == ("diverged", "acc is missing")


def test_nan_is_nan() -> None:
    assert Tolerance().allows(math.nan, math.nan)
    assert not Tolerance().allows(math.nan, 1.0)
    assert judge(facts(metrics={"acc": math.nan}), facts(metrics={"acc": math.nan}), source=SAME).reproduced


def test_chance_is_told_from_change() -> None:
    diverged = facts(metrics={"acc": 0.7})
    assert "unseeded" in judge(WAS, diverged, source=SAME).cause
    assert "though seeds were set (numpy)" in judge(facts(seeds={"numpy": 1}), diverged, source=SAME).cause


def test_data_that_was_computed_may_have_changed_by_chance() -> None:
    split = facts(data={"X_train": Data("d2", {"age": "a2", "sex": "s2"}, 10)}, metrics={"acc": 0.8})
    unread = judge(facts(data={"X_train": Data("d1")}), split, source=SAME)
    assert "what other cells read has changed, or it is unseeded" in unread.cause
    file = {"d.csv": Data("f1", is_file=True)}
    read = judge(
        facts(data={**file, "X_train": Data("d1")}), replace(split, data={**file, **split.data}), source=SAME
    )
    assert "unseeded randomness, or" in read.cause
    seeded = facts(data={"X_train": Data("d1")}, seeds={"numpy": 0})
    assert judge(seeded, split, source=SAME).cause == "what changed first: the data"


def test_more_reruns_show_whether_a_difference_is_chance() -> None:
    reruns = [facts(metrics={"acc": value}) for value in (0.88, 0.92, 0.9)]
    inside = judge(WAS, facts(metrics={"acc": 0.91}), source=SAME, others=reruns)
    assert part(inside, "metrics").outcome == "within_spread"
    assert inside.reproduced
    outside = judge(facts(metrics={"acc": 0.5}), facts(metrics={"acc": 0.91}), source=SAME, others=reruns)
    assert part(outside, "metrics").outcome == "diverged"
    assert "outside the spread of 4 reruns" in part(outside, "metrics").detail


def test_what_was_not_recorded_gets_no_verdict() -> None:
    found = judge(Facts(), Facts(), source=SAME)
    assert [one.part for one in found.parts] == ["source", "parameters", "metrics"]


def test_the_first_cell_where_the_source_parts_is_named() -> None:
    today = [Cell("load", "df = read()"), Cell("fit", "model.fit()\nloss")]
    found = judge_source(WAS.cells, today, where="train.ipynb")
    assert found == Part("source", "changed", "train.ipynb, cell 2 (fit): 'acc' is now 'loss'")
    assert judge_source(WAS.cells, today[:1], where="t").detail == "t lacks cell 2 (fit)"
    assert (
        judge_source(WAS.cells, [*WAS.cells, Cell("new", "1")], where="t").detail
        == "t has a new cell 3 (new)"
    )


def test_the_first_cell_whose_output_parts_is_named() -> None:
    cells = [WAS.cells[0], Cell("fit", "model.fit()\nacc", ("0.8",))]
    assert part(judge(WAS, facts(cells=cells), source=SAME), "outputs").detail == "first in cell 2 (fit)"


def test_addresses_moments_and_durations_are_never_the_same_twice() -> None:
    one = comparable("<A at 0x7f01> done in 1.2 s at 2026-01-02 03:04:05")
    assert one == comparable("<A at 0x9e22> done in 3.4 s at 2026-05-06 07:08:09")
    assert comparable("accuracy 0.91") != comparable("accuracy 0.92")


NUMBERS = st.dictionaries(st.sampled_from("abc"), st.floats(), max_size=3)


@given(NUMBERS, NUMBERS)
def test_a_verdict_is_the_same_from_both_sides(was: dict[str, float], now: dict[str, float]) -> None:
    there = judge(Facts(metrics=was), Facts(metrics=now), source=SAME)
    back = judge(Facts(metrics=now), Facts(metrics=was), source=SAME)
    assert there.reproduced == back.reproduced


@given(NUMBERS)
def test_every_run_reproduces_itself(metrics: dict[str, float]) -> None:
    assert judge(Facts(metrics=metrics), Facts(metrics=metrics), source=SAME).reproduced
