"""A row that is both learnt from and tested on is found in a plain tracked cell, with no call about data in it."""

from __future__ import annotations

import pytest

from mlnb import magics, registry

SETUP = """\
from sklearn.datasets import make_classification
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score
from sklearn.model_selection import train_test_split
import pandas as pd
X, y = make_classification(400, 6, random_state=0)
X, y = pd.DataFrame(X).add_prefix("f"), pd.Series(y)
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
"""
LEAK = "X_test = pd.concat([X_test, X_train.iloc[[7]]])\ny_test = pd.concat([y_test, y_train.iloc[[7]]])\n"
FIT = """\
%%track leaky -e churn
model = LogisticRegression().fit(X_train, y_train)
accuracy = accuracy_score(y_test, model.predict(X_test))
"""
SCORE = "%%track leaky -e churn\nmodel = LogisticRegression().fit(X_train, y_train)\nmodel.score(X_test, y_test)\n"
AS_ARRAYS = "X_train, X_test = X_train.to_numpy(), X_test.to_numpy()\n"


@pytest.mark.parametrize("cell", [FIT, SCORE])
@pytest.mark.parametrize("form", ["", AS_ARRAYS])
@pytest.mark.parametrize(
    ("leak", "passed", "said"),
    [
        ("", True, "none of 100 test rows is among the 300 training rows"),
        (LEAK, False, "1 of 101 test rows are among the 300 training rows"),
    ],
)
def test_one_row_shared_by_training_and_test_data_is_found(shell, tmp_path, cell, form, leak, passed, said):
    (tmp_path / "mlnb.toml").write_text('[gates]\nchampion = ["no_overlap"]\n')
    for source in (SETUP + leak + form, cell):
        assert shell.run_cell(source, store_history=True).success
    assert magics.current(shell).settle()
    registry.register("leaky", "churn")
    (gate,) = registry.promote("churn", 1, dry_run=True).gates
    assert (gate.passed, gate.message) == (passed, said)
