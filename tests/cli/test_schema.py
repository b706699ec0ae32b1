"""`mlnb schema` gives a schema that the settings can name as it is."""

from __future__ import annotations

import pandas as pd

from mlnb import tracking
from mlnb.tracking import checking


def test_a_runs_data_describes_itself_in_a_file_that_the_settings_can_name(mlnb, store, tmp_path):
    table = pd.DataFrame({"age": [3, 1], "town": ["a", "b"]})
    with tracking.start("first", store=store) as run:
        run.data(table, "people", role="train")
    assert "in_range" in mlnb("schema", "first", "train").out
    done = mlnb("schema", "first", "people", "-o", "people.yaml")
    assert "[checks] people" in done.out
    (tmp_path / "mlnb.toml").write_text('[checks]\npeople = "people.yaml"\n')
    found = checking.of_data(table.assign(age=9), "people", "input", None)
    assert [one.name for one in found if not one.passed] == ["age: in_range(1, 3)"]
    assert mlnb("schema", "first", "people", "-o", "people.yaml").status == 2
    assert "did you mean 'people'" in mlnb("schema", "first", "peopel").err
