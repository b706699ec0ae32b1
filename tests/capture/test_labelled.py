"""What capture finds in notebooks as untidy people write them."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from mlnb import config
from mlnb.store import Store

sys.path.insert(0, str(Path(__file__).parent))
import labelled

# Cell by cell, every other notebook: it takes longer and says much the same.
RUNS = {"whole": labelled.NAMES, "cells": labelled.NAMES[::2]}
SCORES: dict[str, dict[str, dict[str, labelled.Score]]] = {mode: {} for mode in RUNS}


@pytest.mark.parametrize(("mode", "name"), [(mode, name) for mode, names in RUNS.items() for name in names])
def test_a_notebook(name, mode, shell, tmp_path, capsys):
    """Each notebook alone: most of what is true, and little else; what is worth a look is printed."""
    store = Store.open(tmp_path / ".mlnb")
    found = labelled.run(shell, store, name, by_cell=mode == "cells")
    config.reset()
    SCORES[mode][name] = scores = labelled.score(name, found, shell.user_ns, by_cell=mode == "cells")
    capsys.readouterr()
    # How quick a loop is, and how long taking a model takes, depend on the machine.
    ours = {"data", "loops", "gone", "models"}
    assert [problem for problem in found["problems"] if problem["where"] not in ours] == []
    for part, score in scores.items():
        assert score.recall >= 0.7, (part, score.missed)
        assert score.precision >= 0.7, (part, score.extra)


@pytest.mark.parametrize("mode", ["whole", "cells"])
@pytest.mark.parametrize("part", ["params", "metrics"])
def test_all_notebooks_together(mode, part):
    """Of all that is true at least 95 %, and of all that is found at least 90 % true."""
    scores = SCORES[mode]
    if len(scores) < len(RUNS[mode]):
        pytest.skip("needs the tests above")
    total = sum((score[part] for score in scores.values()), labelled.Score())
    assert total.recall >= 0.95, total.missed
    assert total.precision >= 0.9, total.extra
    assert len(scores) >= 20
