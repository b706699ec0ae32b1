"""The user's own calls to a tracker say what is a metric."""

from __future__ import annotations

import mlnb
from mlnb import magics

TRACKER = """
class Tracker:
    def log(self, *given, **named): pass
    log_metric = log_metrics = add_scalar = log
wandb = mlflow = writer = Tracker()
"""


def curves(cell: str, shell) -> dict[str, tuple[list[int], list[float]]]:
    shell.run_cell(TRACKER)
    shell.run_cell(f"%%track --quiet\n{cell}", store_history=True).raise_error()
    assert magics.current(shell).settle()
    run = mlnb.get(mlnb.runs().run_id[0])
    found = {}
    for name in run.metrics:
        curve = run.history(name)
        found[name] = (curve["step"].tolist(), curve["value"].tolist())
    return found


def test_a_dictionary_at_a_step_is_its_curves_under_the_users_names(shell):
    cell = "for i in range(3):\n    ce = 1 / (i + 3)\n    wandb.log({'train/ce': ce, 'lr_now': 0.1 * i}, step=10 * i)"
    assert curves(cell, shell) == {
        "train/ce": ([0, 10, 20], [1 / 3, 1 / 4, 1 / 5]),
        "lr_now": ([0, 10, 20], [0.0, 0.1, 0.2]),
    }


def test_a_name_a_value_and_a_step(shell):
    cell = "for i in range(2):\n    writer.add_scalar(f'{\"val\"}/wiggle', i / 3, i + 5)\nmlflow.log_metric('rouge_like', 0.31)"
    assert curves(cell, shell) == {"val/wiggle": ([5, 6], [0.0, 1 / 3]), "rouge_like": ([0], [0.31])}


def test_what_is_told_in_a_method_of_the_users(shell):
    cell = """
class Model:
    def log(self, name, value): pass
    def fit(self):
        for epoch in range(2):
            v = epoch / 7
            self.log("wobble", v)
Model().fit()
"""
    assert curves(cell, shell) == {"wobble": ([0, 1], [0.0, 1 / 7])}


def test_logarithms_and_log_files_are_no_metrics(shell):
    cell = "import logging, math\nimport numpy as np\nx = [np.log(2.0), math.log(3.0)]\nlogging.getLogger().log(5, 'accuracy %f', 0.5)"
    assert curves(cell, shell) == {}
