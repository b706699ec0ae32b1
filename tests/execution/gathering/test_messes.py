"""Messy sessions, played in this process: what is composed of the slice gives the very numbers, seeded or not.

No kernel and no store: what they add is walked in tests/roads. Here many sessions are played in little time.
"""

from __future__ import annotations

import os
import statistics
from pathlib import Path
from typing import Any

import matplotlib as mpl
import pytest

from mlnb.execution import slicing
from mlnb.execution.gathering.composing import Style, compose
from mlnb.testing.inprocess import executed, play
from mlnb.testing.mess import mess

NOTEBOOKS = Path(__file__).parents[3] / "benchmarks/gathering/notebooks"
SEEDS = range(int(os.environ.get("MLNB_MESSES", "4")))


@pytest.fixture(autouse=True)
def _quiet(tmp_path: Path, monkeypatch: Any) -> None:
    mpl.use("agg")
    monkeypatch.chdir(tmp_path)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", sorted(path.stem for path in NOTEBOOKS.glob("*.py")))
def test_a_slice_gives_the_numbers_of_its_session(name: str) -> None:
    cells = [part.strip("\n") for part in (NOTEBOOKS / f"{name}.py").read_text().split("# %%\n")]
    wrong, shares = [], []
    for seed in SEEDS:
        session = play(mess(cells, seed))
        for at, numbers in enumerate(session.numbers):
            if not numbers:
                continue
            done = session.done[: at + 1]
            places = slicing.needed(slicing.links(done))
            shares.append(len(places) / len(done))
            notebook = compose(done, places, Style(settings=frozenset({"C", "alpha", "lr", "k", "depth"})))
            try:
                found = executed(notebook, numbers)
            except AssertionError as error:
                wrong.append(f"seed {seed}, execution {at}: {error}")
                continue
            parted = {key: (was, found[key]) for key, was in numbers.items() if repr(was) != repr(found[key])}
            if parted:
                wrong.append(f"seed {seed}, execution {at}: {parted}")
    assert shares
    assert not wrong, f"{len(wrong)} of {len(shares)}\n" + "\n".join(wrong[:8])
    assert statistics.median(shares) < 0.78  # nearly everything is no slice
