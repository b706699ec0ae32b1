"""Each demand of a schema gets an answer, and a table can give itself a schema to start from."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pandera.pandas as pa
import polars as pl
import pytest

from mlnb.capture import checks, fingerprint
from mlnb.errors import UsageError

PEOPLE = pd.DataFrame({"age": [31, 45, -9, 300], "income": [1.5, None, 2.5, 3.5], "town": ["Bonn"] * 4})


def answers(table, schema) -> dict[str, str | None]:
    """What each check says: None where it passed."""
    return {one.name: None if one.passed else one.detail for one in checks.validate(table, schema, "people")}


def test_every_demand_is_answered_also_those_that_hold():
    schema = pa.DataFrameSchema(
        {
            "age": pa.Column(int, [pa.Check.in_range(0, 120), pa.Check.gt(-10)]),
            "income": pa.Column(float),
            "town": pa.Column(str, unique=True),
        },
        checks=pa.Check(lambda table: table["age"].sum() > 0, error="somebody is alive"),
    )
    found = answers(PEOPLE, schema)
    assert found["columns"] is None
    assert found["age: int64"] is None
    assert found["age: in_range(0, 120)"] == "2 of 4 rows fail, such as -9, 300"
    assert found["age: greater_than(-10)"] is None
    assert found["income: no nulls"] == "1 of 4 rows fail"
    assert found["town: unique"] == "4 of 4 rows fail, such as Bonn"
    assert found["somebody is alive"] is None


def test_columns_that_are_missing_or_too_many_are_named():
    schema = pa.DataFrameSchema({"age": pa.Column(), "height": pa.Column(float)}, strict=True)
    found = answers(PEOPLE, schema)
    assert found["columns"] == (
        "'income' isn't in the schema; 'town' isn't in the schema; 'height' is missing"
    )
    assert not any(name.startswith("height") for name in found)


def test_a_wrong_type_says_what_is_there():
    assert answers(PEOPLE, pa.DataFrameSchema({"age": pa.Column(float)}))["age: float64"] == "is int64"


def test_a_check_that_raises_has_not_passed():
    schema = pa.DataFrameSchema({"age": pa.Column(checks=pa.Check(lambda ages: ages.nope, error="odd"))})
    assert "the check itself failed: AttributeError" in answers(PEOPLE, schema)["age: odd"]


def test_a_declared_model_and_columns_by_pattern_are_schemas_too():
    class People(pa.DataFrameModel):
        age: int = pa.Field(ge=0)
        places: str = pa.Field(alias="to.*", regex=True, str_startswith="B")

    found = answers(PEOPLE, People)
    assert found["age: greater_than_or_equal_to(0)"] == "1 of 4 rows fail, such as -9"
    assert found["town: str_startswith('B')"] is None


def test_a_polars_table_is_held_against_either_kind():
    import pandera.polars as pp

    table = pl.DataFrame({"age": [31, -9, None]})
    own = answers(table, pp.DataFrameSchema({"age": pp.Column(pl.Int64, pp.Check.gt(0))}))
    assert own["age: greater_than(0)"] == "1 of 3 rows fail, such as -9"
    assert own["age: no nulls"] == "1 of 3 rows fail"
    assert answers(table, pa.DataFrameSchema({"age": pa.Column(checks=pa.Check.gt(-10), nullable=True)})) == {
        "columns": None,
        "age: greater_than(-10)": None,
    }


def test_a_large_table_that_fails_everywhere_says_so_in_one_sentence():
    table = pd.DataFrame({"x": np.zeros(200_000)})
    found = answers(table, pa.DataFrameSchema({"x": pa.Column(checks=pa.Check.gt(0))}))
    assert found["x: greater_than(0)"] == "200,000 of 200,000 rows fail, such as 0.0"


def test_the_schema_is_left_as_it_was():
    schema = pa.DataFrameSchema({"age": pa.Column(checks=pa.Check.gt(0))})
    answers(PEOPLE, schema)
    assert schema.columns["age"].checks[0].n_failure_cases is None


@pytest.mark.parametrize(("table", "schema"), [(PEOPLE, "age > 0"), (np.zeros(3), pa.DataFrameSchema({}))])
def test_what_is_no_schema_or_no_table_is_refused(table, schema):
    with pytest.raises(UsageError):
        checks.validate(table, schema, "people")


def test_the_schema_of_a_fingerprint_is_met_by_its_data_and_not_by_other():
    table = pd.DataFrame(
        {
            "age": np.arange(40),
            "nulls": [None, *np.arange(39.0)],
            "town": ["Bonn", "Kiel"] * 20,
            "name": [f"n{i}" for i in range(40)],
            "member": [True, False] * 20,
            "since": pd.date_range("2020", periods=40),
            "kind": pd.Categorical(["a", "b"] * 20),
        }
    )
    schema = fingerprint(table).schema()
    assert all(value is None for value in answers(table, schema).values())
    other = table.assign(age=table["age"] + 1, town="Rome", nulls=None)
    wrong = {name for name, detail in answers(other, schema).items() if detail is not None}
    assert {"age: in_range(0, 39)", "town: isin(['Bonn', 'Kiel'])"} <= wrong
    assert not any(name.startswith(("name", "since", "kind", "member")) for name in wrong)


def test_an_inferred_schema_survives_a_file():
    schema = fingerprint(PEOPLE, name="people").schema()
    again = pa.DataFrameSchema.from_yaml(schema.to_yaml())
    assert all(value is None for value in answers(PEOPLE, again).values())
