"""Tab in the lines of mlnb's magics. Real IPython, a real store."""

from __future__ import annotations

import warnings

import pytest
from IPython.core.completer import provisionalcompleter

import mlnb
from mlnb import magics


@pytest.fixture
def tab(shell):
    """What is offered at the end of a cell's first line."""
    with mlnb.run("amber-fox-1", experiment="churn", params={"lr": 0.1}) as run:
        run.metrics({"val loss": 0.5, "acc": 0.9})

    def offers(line: str) -> list[str]:
        with provisionalcompleter(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return [offer.text for offer in shell.Completer.completions(f"{line}\nx = 1", len(line))]

    return offers


@pytest.mark.parametrize(
    ("line", "offer"),
    [
        ("%%track --no-m", "--no-models"),
        ("%%track --into am", "amber-fox-1"),
        ("%%track mine -e ch", "churn"),
        ("%track st", "status"),
        ("%track rerun am", "amber-fox-1"),
        ("%compare am", "amber-fox-1"),
        ("%runs params.l", "params.lr"),
        ("%runs params.lr > 0 and metrics.a", "metrics.acc"),
        ("%promote --dr", "--dry-run"),
    ],
)
def test_names_and_options_are_offered(tab, line, offer):
    assert offer in tab(line)


def test_variables_are_offered_where_variables_are_named(tab, shell):
    shell.user_ns["batch_size"] = 8
    assert "batch_size" in tab("%%track -p batch")


def test_nothing_is_offered_after_unloading(tab, shell):
    magics.unload(shell)
    assert "amber-fox-1" not in tab("%compare am")
