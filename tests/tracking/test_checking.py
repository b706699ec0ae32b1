"""Schemas are held against a cell's tables without a call, and never in the cell's way."""

from __future__ import annotations

import sys

import pandas as pd
import pandera.pandas as pa
import pytest

import mlnb
from mlnb import magics
from mlnb.errors import NotFound, UsageError
from mlnb.store import Store, query
from mlnb.tracking import checking, start

SETUP = """\
import pandas as pd
import pandera.pandas as pa
from sklearn.linear_model import LogisticRegression
df = pd.DataFrame({"age": range(20), "income": [1.0] * 19 + [-1.0], "y": [0, 1] * 10})
"""
FIT = "X = df[['age', 'income']]\nmodel = LogisticRegression().fit(X, df['y'])"
YAML = "columns:\n  income:\n    greater_than: 0\n    nullable: false\n"


@pytest.fixture
def checked(shell, tmp_path):
    """The checks of the last run after these cells: (dataset, name) → passed; the problems, if there are any."""

    def checked(*cells: str):
        for cell in cells:
            shell.run_cell(cell, store_history=True)
        assert magics.current(shell).settle()
        store = Store.open(tmp_path / ".mlnb")
        record = query.record(store, query.run_page(store).rows[0]["run_id"])
        problems = [one["message"] for one in record["problems"]]
        return problems or {(one["dataset"], one["name"]): one["passed"] for one in record["checks"]}

    return checked


def test_a_schema_in_the_cell_is_held_against_the_table_that_has_its_columns(checked):
    found = checked(
        SETUP,
        "%%track\npositive = pa.DataFrameSchema({'income': pa.Column(checks=pa.Check.gt(0)), 'y': pa.Column()})\n"
        + FIT,
    )
    assert found["df", "income: greater_than(0)"] is False
    assert found["df", "y: no nulls"] is True
    assert {dataset for dataset, _ in found} == {"df"}


def test_a_schema_that_no_table_meets_is_held_against_the_nearest(checked):
    found = checked(
        SETUP, "%%track\ns = pa.DataFrameSchema({'age': pa.Column(), 'height': pa.Column()})\n" + FIT
    )
    assert found["X", "columns"] is False or found["df", "columns"] is False


def test_a_schema_of_the_tables_name_holds_wherever_it_was_made(checked):
    made = "X_schema = pa.DataFrameSchema({'age': pa.Column(int)})\nother = pa.DataFrameSchema({'age': pa.Column()})"
    assert set(checked(SETUP, made, "%%track\n" + FIT)) == {
        ("X", "columns"),
        ("X", "age: int64"),
        ("X", "age: no nulls"),
    }


@pytest.mark.parametrize("key", ["X", "train"])
def test_the_settings_name_a_schemas_file_by_name_or_role(checked, tmp_path, key):
    (tmp_path / "mlnb.toml").write_text(f'[checks]\n{key} = "positive.yaml"\n')
    (tmp_path / "positive.yaml").write_text(
        pa.DataFrameSchema({"income": pa.Column(float, pa.Check.gt(0))}).to_yaml()
    )
    assert checked(SETUP, "%%track\n" + FIT)["X", "income: greater_than(0)"] is False


def test_the_settings_name_a_schema_in_a_python_file(checked, tmp_path):
    (tmp_path / "mlnb.toml").write_text('[checks]\nX = "schemas.py:People"\n')
    (tmp_path / "schemas.py").write_text(
        "import pandera.pandas as pa\nclass People(pa.DataFrameModel):\n    age: int = pa.Field(ge=0)\n"
    )
    assert checked(SETUP, "%%track\n" + FIT)["X", "age: greater_than_or_equal_to(0)"] is True


def test_the_table_is_checked_as_it_was_in_the_cell(checked):
    found = checked(
        SETUP,
        "%%track\nX_schema = pa.DataFrameSchema({'age': pa.Column(checks=pa.Check.ge(0))})\n" + FIT,
        "X.loc[:, 'age'] = -5",
    )
    assert found["X", "age: greater_than_or_equal_to(0)"] is True


@pytest.mark.parametrize(
    ("setting", "problem"),
    [
        ('X = "nowhere.yaml"', "there is no schema file"),
        ("X = 3", "not a table of files"),
        ('X = "mlnb.toml"', "is no Pandera schema"),
        ('X = "empty.py:Nothing"', "has no 'Nothing'"),
        ('X = "empty.py"', "say which schema"),
    ],
)
def test_a_setting_that_cannot_be_used_is_a_problem_and_the_cell_goes_on(checked, tmp_path, setting, problem):
    (tmp_path / "mlnb.toml").write_text(f"[checks]\n{setting}\n")
    (tmp_path / "empty.py").write_text("")
    (said,) = checked(SETUP, "%%track\n" + FIT)
    assert problem in said


def test_without_pandera_the_run_says_what_to_install(tmp_path, monkeypatch):
    (tmp_path / "positive.yaml").write_text(YAML)
    monkeypatch.setitem(sys.modules, "pandera.pandas", None)
    asked = checking.Asked(
        "X", pd.DataFrame({"income": [1.0]}), lambda: checking.read(tmp_path / "positive.yaml")
    )
    (said,) = checking.answers([asked])
    assert said.message == "Pandera isn't installed (pip install 'mlnb[checks]')"


def test_data_given_by_a_call_is_held_against_its_own_schema_or_that_of_the_settings(store, tmp_path):
    (tmp_path / "mlnb.toml").write_text('[checks]\ntest = "positive.json"\n')
    (tmp_path / "positive.json").write_text(
        pa.DataFrameSchema({"x": pa.Column(float, pa.Check.gt(0))}).to_json()
    )
    table = pd.DataFrame({"x": [1.0, -1.0]})
    with start(store=store) as run:
        run.data(table, "a", role="train", schema=pa.DataFrameSchema({"x": pa.Column(float)}))
        run.data(table, "b", role="test")
        with pytest.raises(UsageError, match="is no Pandera schema"):
            run.data(table, "c", schema="x > 0")
    found = mlnb.get(run.run_id, store=store).checks
    assert found[~found["passed"]].values.tolist() == [
        ["b", "x: greater_than(0)", False, "1 of 2 rows fail, such as -1.0"]
    ]
    assert len(found[found["dataset"] == "a"]) == 3


def test_a_recorded_runs_data_gives_a_schema_to_start_from(store):
    with start(store=store) as run:
        run.data(pd.DataFrame({"age": [3, 1], "town": ["a", "b"]}), "people", role="train")
        run.data(__file__, "code")
    record = mlnb.get(run.run_id, store=store)
    columns = record.schema("people").columns
    assert [str(check.error) for check in columns["age"].checks] == ["in_range(1, 3)"]
    assert record.schema("train") == record.schema("people")
    for name in ("code", "peopel"):
        with pytest.raises(NotFound, match="people"):
            record.schema(name)
