"""The rule by which capture is judged."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from benchmarks.evidence import strict


def test_a_copy_under_another_name_is_too_much():
    score = strict.metrics({"accuracy": 0.5}, {}, [("accuracy", [0.5]), ("accuracy (2)", [0.5])])
    assert (score.recall, score.precision) == (1.0, 0.5)


def test_a_name_has_all_words_of_the_true_one_in_any_order():
    assert strict.metrics({"val_loss": 0.5}, {}, [("loss.val", [0.5])]).recall == 1
    assert strict.metrics({"val_loss": 0.5}, {}, [("loss", [0.5])]).recall == 0
    assert strict.metrics({"val_loss": 0.5}, {"val_loss": ["loss"]}, [("loss", [0.5])]).recall == 1


def test_each_true_item_takes_one_and_leaves_others_theirs():
    """`loss` could take both; the other must not go without for that."""
    score = strict.metrics({"loss": 0.5, "test loss": 0.5}, {}, [("test loss", [0.5]), ("loss", [0.5])])
    assert (score.recall, score.precision) == (1.0, 1.0)


def test_a_value_is_right_to_a_millionth():
    assert strict.metrics({"r2": 0.5}, {}, [("r2", [0.5 + 1e-8])]).recall == 1
    assert strict.metrics({"r2": 0.5}, {}, [("r2", [0.5 + 1e-5])]).recall == 0


def test_a_setting_may_stand_below_its_estimator_but_not_below_another():
    assert strict.params({"C": 1.0}, {}, [("SVC.C", 1)]).recall == 1
    assert strict.params({"SVC.C": 1.0}, {}, [("Ridge.C", 1)]).recall == 0


def test_a_curve_is_right_as_a_whole():
    assert strict.metrics({"loss": [0.5, 0.25]}, {}, [("loss", [0.5, 0.25])]).recall == 1
    assert strict.metrics({"loss": [0.5, 0.25]}, {}, [("loss", [0.25])]).recall == 0
