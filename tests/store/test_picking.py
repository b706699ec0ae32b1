"""What is read for some runs: all of them, and not much else."""

import duckdb
from hypothesis import given
from hypothesis import strategies as st

from mlnb.store import picking

RUNS = st.lists(st.integers(1, 60), unique=True, max_size=12)


@given(RUNS, st.integers(0, 12))
def test_every_run_is_there_and_others_only_between_them(run_nos, few):
    with duckdb.connect() as connection:
        query = f"SELECT run_no FROM range(1, 61) t(run_no) WHERE {picking.condition(run_nos, few=few)}"
        found = {run_no for (run_no,) in connection.execute(query).fetchall()}
    assert found >= set(run_nos)
    if run_nos:
        assert found <= set(range(min(run_nos), max(run_nos) + 1))
    else:
        assert not found


def test_few_that_lie_apart_are_named():
    assert "unnest" in picking.condition([1, 100])
    assert "unnest" not in picking.condition([1, 100], few=1)
    assert "unnest" not in picking.condition(list(range(100, 300)))
