"""How many metrics a cell's numbers are: what comes over and over is one curve."""

from __future__ import annotations

import mlnb
from mlnb import magics


def metrics(cell: str, shell) -> dict[str, int]:
    """The run's metrics, with their number of points."""
    shell.run_cell(f"%%track --quiet\n{cell}", store_history=True).raise_error()
    assert magics.current(shell).settle()
    run = mlnb.get(mlnb.runs().run_id[0])
    return {name: len(run.history(name)) for name in run.metrics}


FITNESS = """
from sklearn.metrics import accuracy_score
def fitness(w):
    return accuracy_score([0, 1, 1, 0], [w % 2, 1, w % 3 > 0, 0])
"""


def test_a_function_that_is_called_over_and_over_gives_one_curve(shell):
    """`max` has no loop of ours; three calls are three scores all the same."""
    shell.run_cell(FITNESS)
    assert metrics("best = max(range(40), key=fitness)\nprint('best', best)", shell) == {
        "accuracy_score([0, 1, 1, 0], [w % 2, 1, w % 3 > 0, 0])": 40
    }
    assert len(metrics("fitness(1), fitness(2), fitness(3)", shell)) == 3


def test_lists_of_scores_in_many_turns_are_the_curve_of_their_means(shell):
    shell.run_cell(FITNESS)
    cell = "for generation in range(30):\n    scores = [fitness(w + generation) for w in range(6)]"
    assert metrics(cell, shell)["scores"] == 30


def test_a_score_by_an_outer_loops_counter_is_that_variables_curve(shell):
    shell.run_cell(FITNESS)
    cell = "accuracy = {}\nfor epoch in range(4):\n    for w in (2, 3):\n        accuracy[epoch] = fitness(w)"
    assert metrics(cell, shell) == {"accuracy": 8}


def test_what_a_tree_by_hand_splits_by_is_no_score(shell):
    """Neither is how long a validation's fits took."""
    cell = """
def information_gain(y, at):
    parent_entropy = len(y) / 7
    gain = parent_entropy - at / 3
    return gain

def best_split(y):
    best = -1
    for at in range(5):
        gain = information_gain(y, at)
        if gain > best:
            best = gain
    return best

split = best_split([0, 1, 1])
from sklearn.dummy import DummyClassifier
from sklearn.model_selection import cross_validate
results = cross_validate(DummyClassifier(), [[1]] * 20, [0, 1] * 10, cv=2)
results
"""
    assert set(metrics(cell, shell)) == {
        f"DummyClassifier.cross_validate.test_score{part}" for part in ("", ".mean", ".std")
    }


def test_a_curve_that_is_kept_by_its_setting_is_called_by_it(shell):
    cell = """
def descend(rate):
    costs = []
    for step in range(5):
        costs.append((1 - rate / 7) ** (step + 1))
    return rate, costs

cost_histories = {}
for rate in (0.1, 0.2):
    w, costs = descend(rate)
    cost_histories[rate] = costs
"""
    assert metrics(cell, shell) == {"cost_histories.0.1": 5, "cost_histories.0.2": 5}


def test_a_mean_of_folds_and_a_best_score_are_recorded_once(shell):
    """By the user's names for them."""
    cell = """
import numpy as np
from sklearn.dummy import DummyClassifier
from sklearn.model_selection import GridSearchCV, cross_val_score
X, y = [[1]] * 20, [0, 1, 1, 1, 0] * 4
scores = cross_val_score(DummyClassifier(), X, y, cv=4)
accuracy = np.mean(scores)
search = GridSearchCV(DummyClassifier(), {"strategy": ["most_frequent", "prior"]}, cv=2).fit(X, y)
print("best:", search.best_score_)
"""
    assert set(metrics(cell, shell)) == {
        "accuracy",
        "DummyClassifier.cross_val_score.std",
        "scores",
        "GridSearchCV.best_score_",
        "GridSearchCV.mean_test_score",
    }


def test_results_that_are_gone_through_to_be_shown_are_known(shell):
    shell.run_cell(FITNESS)
    cell = """
results = {}
for w in (2, 3):
    acc = fitness(w)
    results[f"w{w}"] = [acc, "a matrix"]
for name, found in results.items():
    print(name, "acc:", found[0] * 100)
"""
    assert metrics(cell, shell) == {"acc": 2}


def test_what_a_model_has_learnt_is_no_score_whatever_it_is_printed_as(shell):
    cell = """
from sklearn.linear_model import LinearRegression
model = LinearRegression().fit([[1, 5], [2, 3], [4, 1]], [1, 2, 5])
importance = model.coef_
for place, value in enumerate(importance):
    print("Feature: %d, Score: %.5f" % (place, value))
"""
    assert metrics(cell, shell) == {}


def test_a_mean_and_a_deviation_behind_a_models_name_say_so(shell):
    cell = """
from sklearn.dummy import DummyClassifier
from sklearn.model_selection import cross_val_score
for name, model in [("A", DummyClassifier()), ("B", DummyClassifier(strategy="prior"))]:
    scores = cross_val_score(model, [[1]] * 20, [0, 1, 1, 1, 0] * 4, cv=4)
    print("%s: %f (%f)" % (name, scores.mean(), scores.std()))
"""
    assert {"A mean", "A std", "B mean", "B std"} <= set(metrics(cell, shell))
