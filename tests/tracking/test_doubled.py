"""What is said twice is told once."""

from __future__ import annotations

from mlnb.tracking.doubled import doubled, told_once


def test_a_longer_name_with_the_same_values_is_left_out() -> None:
    values = {
        "loss": [1.0],
        "fit.loss": [1.0],
        "fit.acc": [0.5],
        "acc": [0.6],
        "a.b.C": [float("nan")],
        "C": [float("nan")],
    }
    assert doubled(values) == {"fit.loss", "a.b.C"}


def test_dots_of_an_expression_separate_nothing() -> None:
    assert doubled({"score(y, p.mean())": 1, "mean())": 1}) == frozenset()


def test_rows_keep_their_order() -> None:
    rows = [{"name": name, "values": [1, 2]} for name in ("fit.lr", "lr", "depth")]
    assert [row["name"] for row in told_once(rows)] == ["lr", "depth"]
