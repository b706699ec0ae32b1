"""What a metric's name says of better and worse."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mlnb.widgets import judging

PANEL = Path(__file__).parents[2] / "labextension" / "src" / "values" / "metrics.ts"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("davies_bouldin_score", -1),
        ("d2_log_loss_score", 1),
        ("val_accuracies", 1),
        ("neg_mean_squared_error", 1),
        ("trainLosses", -1),
        ("rmse", -1),
        ("alpha", 0),
    ],
)
def test_a_name_says_which_way_is_better(name, expected):
    assert judging.direction(name) == expected


@pytest.mark.parametrize(
    ("constant", "known"),
    [("LOWER", judging._LOWER), ("HIGHER", judging._HIGHER)],
)
def test_the_panel_judges_by_the_same_words(constant, known):
    (listed,) = re.findall(rf"const {constant} = new Set\(\s*\((.*?)\)\.split", PANEL.read_text(), re.DOTALL)
    assert {word for text in re.findall(r"'([^']*)'", listed) for word in text.split()} == known


def test_the_panel_knows_the_same_functions():
    listed = re.findall(r"\[/(.*?)/, (-?1)\]", PANEL.read_text())
    assert [(pattern, int(sign)) for pattern, sign in listed] == list(judging._KNOWN)
