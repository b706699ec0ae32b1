"""What calls' arguments are called as parameters."""

from __future__ import annotations

from typing import Any

import mlnb
from mlnb import magics


def params(cell: str, shell) -> dict[str, Any]:
    shell.run_cell(f"%%track --quiet\n{cell}", store_history=True).raise_error()
    assert magics.current(shell).settle()
    return dict(mlnb.get(mlnb.runs().run_id[0]).params)


def test_a_second_split_with_other_settings_has_a_name_of_its_own(shell):
    """With the same ones, it hasn't; what a variable holds is told apart, too, and is known by the variable's name."""
    cell = """
from sklearn.model_selection import train_test_split
X, seed = list(range(20)), 3
a, b = train_test_split(X, test_size=0.5, random_state=seed)
a, b = train_test_split(a, test_size=0.25, random_state=4)
a, b = train_test_split(X, test_size=0.5, random_state=seed)
"""
    found = params(cell, shell)
    assert {name: value for name, value in found.items() if name != "X"} == {
        "seed": 3,
        "train_test_split.test_size": 0.5,
        "train_test_split_2.test_size": 0.25,
        "train_test_split_2.random_state": 4,
    }


def test_seeds_of_numpy_are_seen(shell):
    """Its functions are of a compiled kind that says where it comes from in a way of its own."""
    assert params("import numpy as np\nnp.random.seed(3)", shell) == {"seed": 3}
    assert params("rng = np.random.default_rng(4)", shell) == {"seed": 4}


def test_one_setting_is_one_parameter_by_whatever_ways_it_goes(shell):
    """As a variable, an argument, a part of a pipeline and a search's: under the user's own name."""
    cell = """
import numpy as np
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
X, y = np.arange(20.0).reshape(20, 1), np.arange(20) % 2
config = {"gamma": 0.5}
C = 10
pipe = make_pipeline(StandardScaler(with_mean=False), SVC(C=C, gamma=config["gamma"], tol=0.01))
pipe.fit(X, y)
param_grid = {"svc__C": [1, 10]}
grid = GridSearchCV(pipe, param_grid, cv=2)
grid.fit(X, y)
"""
    assert params(cell, shell) == {
        "config.gamma": 0.5,
        "C": 10,
        "StandardScaler.with_mean": False,
        "SVC.tol": 0.01,
        "param_grid.svc__C": "[1, 10]",
        "GridSearchCV.cv": 2,
        "GridSearchCV.best_params_.svc__C": 1,
    }


def test_a_part_that_was_set_anew_is_told_again(shell):
    """What a pipeline's step was built with is not what it is fitted with."""
    cell = """
import numpy as np
from sklearn.pipeline import make_pipeline
from sklearn.linear_model import Ridge
pipe = make_pipeline(Ridge(alpha=2.0))
pipe.set_params(ridge__alpha=8.0)
pipe.fit(np.arange(6.0).reshape(6, 1), np.arange(6))
"""
    assert params(cell, shell) == {"Ridge.alpha": 2.0, "Pipeline(Ridge).ridge.alpha": 8.0}


def test_a_second_estimator_of_a_class_is_told_by_what_differs(shell):
    cell = """
from sklearn.linear_model import Ridge
one, other = Ridge(alpha=2.0, tol=0.1), Ridge(alpha=3.0, tol=0.1)
"""
    assert params(cell, shell) == {"Ridge.alpha": 2.0, "Ridge.tol": 0.1, "Ridge_2.alpha": 3.0}


def test_settings_that_stand_by_their_place_in_the_users_own_fit(shell):
    shell.run_cell("""
class Perceptron:
    def fit(self, X, y, epochs=10, rate=0.1):
        return self
""")
    found = params("model = Perceptron()\nmodel.fit([[1], [2]], [0, 1], 4, rate=0.5)", shell)
    assert found == {"Perceptron.epochs": 4, "Perceptron.rate": 0.5}


def test_a_number_that_picks_one_of_several_results_is_a_setting(shell):
    cell = (
        "rates = {0.1: 3, 0.05: 4}\nbest_rate, place = 0.05, 0\nchosen = rates[best_rate] + [1, 2][place]\n"
    )
    found = params(cell, shell)
    assert found["best_rate"] == 0.05
    assert "place" not in found


def test_what_an_output_is_called_and_what_is_not_set_are_no_settings(shell):
    cell = """
import numpy as np
from sklearn.impute import SimpleImputer
from sklearn.model_selection import KFold

def evaluate_model(model_name, bias):
    error = bias / 7
    print(model_name, error)
    return error

evaluate_model("With all features", 2)
SimpleImputer(missing_values=np.nan, strategy="median").fit([[1.0], [2.0]])
KFold(n_splits=4, random_state=None)
"""
    assert params(cell, shell) == {
        "evaluate_model.bias": 2,
        "SimpleImputer.strategy": "median",
        "KFold.n_splits": 4,
    }
