"""From a query to SQL: nothing that a user typed stands in the SQL's text."""

from hypothesis import given
from hypothesis import strategies as st

from mlnb.store import select, syntax

TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=3, max_size=20).filter(
    lambda text: not text.isascii() or not text.isalnum()
)


def selected(where=None, order_by=None, names=None, **rest):
    names = names or {"params": {"lr"}, "metrics": {"acc"}, "tags": {"team"}}
    options = {
        "limit": None,
        "offset": 0,
        "children": False,
        "deleted": False,
        "since": None,
        "wide": {},
        "settled": False,
    }
    return select.select(where=where, order_by=order_by, names=names, **(options | rest))


@given(TEXT, TEXT)
def test_names_and_values_travel_as_bound_values(name, value):
    quoted = '"' + name.replace('"', '""') + '"'
    text = "'" + value.replace("'", "''") + "'"
    names = {"params": set(), "metrics": set(), "tags": {name}}
    found = selected(f"tags.{quoted} = {text}", f"tags.{quoted}", names)
    plain = selected("tags.team = x", "tags.team")
    assert found.sql == plain.sql
    assert name in found.values.values()


def test_what_has_no_limit_has_none():
    assert "LIMIT" not in selected().sql


def test_a_page_is_cut_in_sql():
    assert selected(limit=200, offset=400).sql.endswith("LIMIT 200 OFFSET 400")


def test_the_order_always_ends_with_the_id():
    assert "r.run_id DESC" in selected(order_by="metrics.acc").sql


def test_a_wide_column_is_used_where_there_is_one():
    assert "c7" in selected("metrics.acc > 1", wide={("metric", "acc"): 7}).sql
    assert "c7" not in selected("metrics.acc.max > 1", wide={("metric", "acc"): 7}).sql


def test_where_every_run_has_its_wide_row_the_tall_tables_are_not_read():
    query = {"where": "metrics.acc > 1", "wide": {("metric", "acc"): 7}}
    assert "all_metric" in selected(**query).sql
    assert "all_metric" not in selected(**query, settled=True).sql


def test_every_attribute_can_be_ordered_by():
    for name in syntax.ATTRIBUTES:
        assert f'r."{name}"' in selected(order_by=name).sql
