"""Values are typed as papermill's own command line types them, and what can't be read is refused."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from papermill.cli import _resolve_type

from mlnb.errors import ParameterError
from mlnb.execution.values import Axis, Range, parse_axis, parse_value, write_value


@pytest.mark.parametrize(
    "text", ["0.1", "1", "-3", "1e-4", "True", "False", "None", "true", "rbf", "1_000", "inf", "a b"]
)
def test_a_plain_value_is_what_papermill_makes_of_it(text: str) -> None:
    value = parse_value(text)
    assert value == _resolve_type(text)
    assert type(value) is type(_resolve_type(text))


def test_brackets_and_quotes_are_read_as_yaml_writes_them() -> None:
    assert parse_value("[64, 32]") == [64, 32]
    assert parse_value("{a: 1}") == {"a": 1}
    assert parse_value('"0.1"') == "0.1"


def test_a_grid_keeps_the_commas_inside_brackets() -> None:
    assert parse_axis("layers=[64,64],[128]") == Axis("layers", ([64, 64], [128]))
    assert parse_axis("lr=0.1, 0.01") == Axis("lr", (0.1, 0.01))
    assert parse_axis('kernel=rbf,"a,b"') == Axis("kernel", ("rbf", "a,b"))


def test_a_range_is_a_distribution_with_numbers() -> None:
    assert parse_axis("lr=loguniform(1e-4,1e-1)") == Axis("lr", range=Range("loguniform", (1e-4, 0.1)))


@pytest.mark.parametrize(
    "text", ["lr", "=3", "lr=", "lr=0.1,,0.2", "layers=[1,2", "a b=3", "lr=uniform(a,b)", 'k="x', "l=[1 2}]"]
)
def test_what_cannot_be_read_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(ParameterError) as caught:
        parse_axis(text)
    assert "\n" not in str(caught.value)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)


@given(_JSON)
@example("age,income")
@example("1.10")
@example("-1e-05")
@example("\u22121e\u22125")
@example("uniform(0, 1)")
@example('two\nlines, and a "quote"')
@example(" spaces ")
@example("")
@example(1234567890123457)
@example(-1e-05)
@example([1e-05, 1e22, "a, b", None, True, [64, 32]])
@example({"a": "1", "b c": ["x"]})
def test_a_written_value_is_read_as_what_it_was(value: object) -> None:
    axis = parse_axis(f"name={write_value(value)}")
    assert axis == Axis("name", (value,))
    assert repr(axis.values[0]) == repr(value)


def test_what_is_not_finite_is_written_so_that_it_is_read() -> None:
    assert repr(parse_value(write_value(float("nan")))) == "nan"
    assert repr(parse_value(write_value([float("nan"), float("-inf")]))) == "[nan, -inf]"


def test_values_of_a_grid_are_what_stands_between_the_commas() -> None:
    assert parse_axis("kernel=rbf, poly") == Axis("kernel", ("rbf", "poly"))
