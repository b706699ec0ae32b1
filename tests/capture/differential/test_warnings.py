"""The user's warnings are theirs: each is shown, and their filters stay as they set them, whatever goes on beside."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from sides import both, untracked

MODEL = """
import sys, time, warnings
import numpy as np
from sklearn.ensemble import RandomForestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
rng = np.random.default_rng(0)
X = rng.normal(size=(3000, 10))
y = (X[:, 0] > 0).astype(int)
def deprecated(i):
    warnings.warn(f"soon gone {i}", FutureWarning, stacklevel=2)
filters = list(warnings.filters)
"""

FIT = "model = make_pipeline(StandardScaler(), RandomForestClassifier(n_estimators=40, random_state=0)).fit(X, y)"

SHOWN = """
warnings.simplefilter("always", FutureWarning)
count = 0
show = warnings.showwarning
def counting(message, category, *rest):
    global count
    count += category is FutureWarning
warnings.showwarning = counting
for i in range(4000):
    deprecated(i)
    if i % 40 == 0:
        time.sleep(0.02)
warnings.showwarning = show
print(count, "of 4000 shown")
"""

RECORDED = """
lost, turns = 0, 0
for i in range(2000):
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        deprecated(i)
        turns += 1
        lost += len(found) != 1
    if i % 40 == 0:
        time.sleep(0.02)
print(turns, lost, "lost")
"""

FILTERS = """
time.sleep(1)
print([f for f in warnings.filters if f not in filters], warnings.filters == filters, warnings.showwarning.__name__)
"""


@pytest.mark.parametrize("later", [True, False], ids=["the next cell", "the next tracked cell"])
@pytest.mark.parametrize(
    ("cell", "expected"),
    [(SHOWN, "4000 of 4000 shown\n"), (RECORDED, "2000 0 lost\n")],
    ids=["shown", "recorded"],
)
def test_every_warning_after_a_fit_is_the_users(cell, expected, later):
    """The model is being kept while they come."""
    bare, tracked = both(untracked(MODEL), FIT, untracked(cell) if later else cell)
    assert bare.printed == expected
    assert (tracked.printed, tracked.errors) == (bare.printed, bare.errors)


def test_filters_stay_as_they_were():
    bare, tracked = both(untracked(MODEL), FIT, untracked(FILTERS), FIT, untracked(FILTERS))
    assert bare.printed == "[] True _showwarnmsg_impl\n" * 2 or bare.printed == "[] True showwarning\n" * 2
    assert tracked.printed == bare.printed


REPEATS = f"""
bad = 0
for turn in range(25):
    {FIT}
    score = model.score(X, y)
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        for i in range(20):
            deprecated(i)
    bad += len(found) != 20 or warnings.filters != filters
print(bad)
"""


@pytest.mark.parametrize("cells", [4, pytest.param(12, marks=pytest.mark.slow)])
def test_fits_and_warnings_by_turns(cells):
    """25 models a cell, one after the other, with the user's warnings between them."""
    quick = REPEATS.replace("n_estimators=40", "n_estimators=5")
    bare, tracked = both(untracked(MODEL), *[quick] * cells, untracked(FILTERS))
    assert bare.printed.splitlines()[:-1] == ["0"] * cells
    assert tracked.printed == bare.printed


DOUBTFUL = """
def judge(x):
    if x is 5:
        pass
    assert (x, "said"), "it"
    loss = float(x)
    print(loss, re.match("\\d", "1"))
    return loss
import re
for turn in range(3):
    if turn is 7:
        print("never")
    acc = judge(turn)
"""


def test_what_python_says_of_the_source_is_said_as_often():
    bare, tracked = both("import warnings\nwarnings.simplefilter('always')", DOUBTFUL, DOUBTFUL)
    said = [[outcome["err"].count("Warning:") for outcome in side.outcomes] for side in (bare, tracked)]
    assert said[0][1] >= 3
    assert said[1] == said[0]


def test_a_warning_of_the_cell_is_shown_where_it_was_raised():
    """Its line, its file and how often: once for each place, as ever."""
    cell = """
    def old(x):
        warnings.warn("old", DeprecationWarning, stacklevel=2)
        return x
    for i in range(3):
        loss = old(i)
    accuracy = old(2)
    np.float64(1) / 0
    """
    bare, tracked = both(untracked(MODEL), cell, cell)
    assert bare.outcomes[1]["err"].count("DeprecationWarning: old") == 2
    assert "divide by zero" in bare.outcomes[1]["err"]
    assert [outcome["err"] for outcome in tracked.outcomes] == [outcome["err"] for outcome in bare.outcomes]
