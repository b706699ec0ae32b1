"""The query language: what is written is what is understood, and what isn't is shown where."""

import contextlib
import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlnb.errors import QueryError
from mlnb.store import syntax
from mlnb.store.syntax import Among, Both, Compare, Either, Field, Like, Missing, Not, Word


def shape(text):
    """The tree without positions."""

    def bare(node):
        match node:
            case Compare(field, operator, value):
                return (str(field), field.statistic, operator, value)
            case Among(field, values):
                return (str(field), "in", values)
            case Like(field, pattern):
                return (str(field), "like", pattern)
            case Missing(field):
                return (str(field), "missing")
            case Word(text):
                return text
            case Not(inner):
                return ("not", bare(inner))
            case Both(parts):
                return ("and", *map(bare, parts))
            case Either(parts):
                return ("or", *map(bare, parts))

    return bare(syntax.parse_where(text))


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("params.lr > 0.05", ("params.lr", "last", ">", 0.05)),
        ("metrics.acc.max >= 0.9", ("metrics.acc", "max", ">=", 0.9)),
        ('metrics."accuracy_score(y, p)" > .9', ("metrics.accuracy_score(y, p)", "last", ">", 0.9)),
        ('metrics."a.max" = 1', ("metrics.a.max", "last", "=", 1.0)),
        ("params.a.b.c == 3", ("params.a.b.c", "last", "=", 3.0)),
        ("status = failed", ("status", "last", "=", "failed")),
        ("status <> 'it''s'", ("status", "last", "!=", "it's")),
        ("tags.team in (a, 'b c')", ("tags.team", "in", ("a", "b c"))),
        ("name not like 'x%'", ("not", ("name", "like", "x%"))),
        ("note is not null", ("not", ("note", "missing"))),
        ("git_dirty = true", ("git_dirty", "last", "=", True)),
        ("baseline failed", ("and", "baseline", "failed")),
        ("a = 1 or b = 2 and c = 3", ("or", ("a", "last", "=", 1.0), ("and", ("b", "last", "=", 2.0), ("c", "last", "=", 3.0)))),
        ("not (x = 1)", ("not", ("x", "last", "=", 1.0))),
        ("NAME LIKE 'a' AND lr=-1e-3", ("and", ("NAME", "like", "a"), ("lr", "last", "=", -0.001))),
    ],
)  # fmt: skip
def test_a_query_and_its_tree(text, tree):
    assert shape(text) == tree


def test_nothing_is_no_condition():
    assert syntax.parse_where("  ") is None
    assert syntax.parse_order("") == []


def test_an_age_counts_back_from_now():
    tree = syntax.parse_where("started_at > -2d")
    ago = dt.datetime.now(dt.UTC) - tree.value
    assert abs(ago - dt.timedelta(days=2)) < dt.timedelta(minutes=1)


def test_a_date_is_local_time():
    tree = syntax.parse_where("started_at >= 2026-11-21T10:30")
    assert tree.value == dt.datetime(2026, 11, 21, 10, 30).astimezone(dt.UTC)


def test_an_order_has_directions():
    first, second = syntax.parse_order("metrics.acc desc, started_at")
    assert (str(first.field), first.descending, str(second.field), second.descending) == (
        "metrics.acc", True, "started_at", False,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("params.lr >", 11),
        ("params.lr > 0.1 and", 19),
        ("(status = failed", 16),
        ("status = failed)", 15),
        ("param.lr > 1", 0),
        ("name = 'open", 7),
        ("started_at > soon", 13),
        ("duration_s = long", 13),
        ("metrics.acc > high", 14),
        ("tags.a in ()", 11),
        ("x = 1 ; drop", 6),
        ("note like 5", 10),
        ("a is 5", 5),
        ("params. > 1", 8),
    ],
)
def test_an_error_says_where(text, position):
    with pytest.raises(QueryError) as caught:
        syntax.parse_where(text)
    assert (caught.value.position, caught.value.query) == (position, text)


# ---- what is printed is parsed again ------------------------------------------------------------

PLAIN = st.sampled_from(["lr", "a.b", "x_1", "ünï"])
ODD = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=6)
LITERALS = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False, width=32),
    st.text(st.characters(exclude_categories=["Cs", "Nd"]), max_size=5),
    st.booleans(),
)
FIELDS = st.one_of(
    st.builds(Field, st.sampled_from(["params", "tags"]), st.one_of(PLAIN, ODD)),
    st.builds(Field, st.none(), st.sampled_from(["name", "experiment", "note"])),
)


def quoted(text, mark):
    return mark + text.replace(mark, mark * 2) + mark


def printed_field(field):
    if field.group is None:
        return field.name
    return f"{field.group}.{quoted(field.name, chr(34))}"


def printed(node):
    match node:
        case Compare(field, operator, value):
            return f"{printed_field(field)} {operator} {printed_value(value)}"
        case Among(field, values):
            return f"{printed_field(field)} in ({', '.join(map(printed_value, values))})"
        case Like(field, pattern):
            return f"{printed_field(field)} like {quoted(pattern, chr(39))}"
        case Missing(field):
            return f"{printed_field(field)} is null"
        case Not(inner):
            return f"not ({printed(inner)})"
        case Both(parts):
            return "(" + ") and (".join(map(printed, parts)) + ")"
        case Either(parts):
            return "(" + ") or (".join(map(printed, parts)) + ")"


def printed_value(value):
    if isinstance(value, bool):
        return str(value).lower()
    return quoted(value, "'") if isinstance(value, str) else repr(value)


GROUPED = st.builds(Field, st.sampled_from(["params", "tags"]), st.one_of(PLAIN, ODD))
TREES = st.recursive(
    st.one_of(
        st.builds(Compare, GROUPED, st.sampled_from(["=", "!=", "<", ">="]), LITERALS, st.just(0)),
        st.builds(Among, GROUPED, st.lists(LITERALS, min_size=1, max_size=3).map(tuple)),
        st.builds(Like, FIELDS, st.text("ab%_'", max_size=4)),
        st.builds(Missing, FIELDS),
    ),
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.builds(Both, st.lists(inner, min_size=2, max_size=3).map(tuple)),
        st.builds(Either, st.lists(inner, min_size=2, max_size=3).map(tuple)),
    ),
    max_leaves=6,
)


@given(TREES)
@settings(max_examples=100)
def test_a_printed_tree_is_parsed_to_itself(tree):
    text = printed(tree)
    assert printed(syntax.parse_where(text)) == text


@given(st.text(max_size=30))
@settings(max_examples=200)
def test_any_text_is_a_tree_or_a_query_error(text):
    for parse in (syntax.parse_where, syntax.parse_order):
        with contextlib.suppress(QueryError):
            parse(text)
            continue
        with pytest.raises(QueryError) as caught:
            parse(text)
        assert 0 <= caught.value.position <= len(text)
