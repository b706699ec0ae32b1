"""A kernel that is killed in the middle of a tracked cell has lost the last second at most.

The whole of it is a command: `python -m benchmarks.cell_kills`.
"""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2]))
from benchmarks import cell_kills


@pytest.mark.parametrize("after", [0.2, 1.3, 2.1, 3.2, 4.5])
def test_all_but_the_last_second_of_a_killed_cell_is_there(after, tmp_path):
    """Its parameters, its source and its curve, in a real kernel, asked of the store."""
    outcome = cell_kills.Outcome()
    cell_kills.kill(tmp_path, after, outcome)
    assert outcome.steps > 0
    assert outcome.findings == []
    assert len(outcome.newest) == (after > cell_kills.LATE)
