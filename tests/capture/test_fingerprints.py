"""What a data fingerprint promises."""

from __future__ import annotations

import datetime as dt
import decimal

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mlnb
from mlnb.capture.fingerprints import fingerprint
from mlnb.errors import NotFound, UsageError

UTC = dt.UTC


def digests(obj) -> list[str]:
    return [column.digest for column in fingerprint(obj, statistics=False).columns]


# ---- one logical column, four libraries -----------------------------------------------------------

finite_times = st.datetimes(dt.datetime.fromisoformat("1800-01-01"), dt.datetime.fromisoformat("2200-01-01"))


@given(st.lists(st.floats(), max_size=50))
def test_floats_are_alike_in_every_library(values):
    array = np.asarray(values, np.float64)
    expected = digests(array)
    assert digests(pd.Series(array)) == expected
    assert digests(pa.array(values, pa.float64())) == expected
    assert digests(pl.Series(values, dtype=pl.Float64)) == expected


@given(st.lists(st.integers(-(2**63), 2**63 - 1), max_size=50))
def test_integers_are_alike_in_every_library(values):
    expected = digests(np.asarray(values, np.int64))
    assert digests(pd.Series(values, dtype="int64")) == expected
    assert digests(pa.array(values, pa.int64())) == expected
    assert digests(pl.Series(values, dtype=pl.Int64)) == expected


@given(st.lists(st.none() | st.integers(-5, 5), min_size=1, max_size=50))
def test_integers_with_nulls_are_alike_in_every_library(values):
    expected = digests(pd.Series(values, dtype="Int64"))
    assert digests(pa.array(values, pa.int64())) == expected
    assert digests(pl.Series(values, dtype=pl.Int64)) == expected


@given(st.lists(st.none() | st.booleans(), min_size=1, max_size=50))
def test_booleans_with_nulls_are_alike_in_every_library(values):
    expected = digests(pd.Series(values, dtype="boolean"))
    assert digests(pa.array(values, pa.bool_())) == expected
    assert digests(pl.Series(values, dtype=pl.Boolean)) == expected


@given(st.lists(st.none() | st.text(), min_size=1, max_size=50))
def test_texts_are_alike_in_every_library(values):
    expected = digests(pa.array(values, pa.string()))
    assert digests(pl.Series(values, dtype=pl.String)) == expected
    assert digests(pd.Series(values, dtype="string[pyarrow]")) == expected
    if any(value is not None for value in values):
        assert digests(pd.Series(values, dtype=object)) == expected
        assert digests(np.asarray(values, dtype=object)) == expected


@given(st.lists(finite_times, min_size=1, max_size=30))
def test_times_are_alike_in_every_library_and_unit(values):
    expected = digests(pa.array(values, pa.timestamp("us")))
    assert digests(pl.Series(values, dtype=pl.Datetime("us"))) == expected
    assert digests(pd.Series(values, dtype="datetime64[us]")) == expected
    assert digests(np.asarray(values, "M8[us]")) == expected


def test_times_in_a_zone_are_their_moments():
    values = [dt.datetime(2024, 1, 1, tzinfo=UTC), dt.datetime(2024, 7, 1, 12, tzinfo=UTC)]
    series = pd.Series(values)
    assert (
        digests(series)
        == digests(pa.array(values, pa.timestamp("us", tz="UTC")))
        == digests(pl.Series(values))
    )


def test_nanoseconds_count_where_there_are_any():
    whole = pd.Series(pd.to_datetime([1_000, 2_000]))
    assert digests(whole) == digests(whole.astype("datetime64[us]"))
    assert digests(pd.Series(pd.to_datetime([1_001, 2_000]))) != digests(whole)


@given(st.lists(st.none() | st.sampled_from(["red", "green", "blue"]), min_size=1, max_size=30))
def test_categories_are_their_values_whatever_their_codes(values):
    expected = digests(pd.Series(pd.Categorical(values, categories=["red", "green", "blue"])))
    assert digests(pd.Series(pd.Categorical(values, categories=["blue", "red", "green"]))) == expected
    assert digests(pa.array(values, pa.string()).dictionary_encode()) == expected


def test_decimals_dates_and_nested_values_are_alike():
    for values in (
        [decimal.Decimal("1.50"), None],
        [dt.date(2024, 1, 1), None],
        [[1, 2], None, []],
        [{"a": 1, "b": "x"}, None],
    ):
        assert digests(pd.Series(values, dtype=object)) == digests(pa.array(values))


def test_chunks_and_offsets_leave_no_trace():
    whole = pa.array([f"text {n}" for n in range(100)])
    chunked = pa.chunked_array([whole.slice(0, 37), whole.slice(37, 1), whole.slice(38)])
    assert digests(chunked) == digests(whole)
    assert digests(whole.slice(10, 5)) == digests(pa.array([f"text {n}" for n in range(10, 15)]))


def test_memory_order_and_byte_order_leave_no_trace():
    array = np.arange(60, dtype=np.float64).reshape(12, 5)
    expected = digests(array)
    assert digests(np.asfortranarray(array)) == expected
    assert digests(array.astype(">f8")) == expected
    assert digests(np.repeat(array, 2, axis=0)[::2]) == expected


@pytest.mark.parametrize("kind", ["float64", "float32", "int16"])
def test_columns_that_are_read_together_are_those_that_are_read_alone(kind):
    matrix = np.random.default_rng(0).normal(0, 1000, (70_001, 40)).astype(kind)
    if kind != "int16":
        matrix[::7, 3] = np.nan
    alone = [fingerprint(np.ascontiguousarray(matrix[:, n])).columns[0] for n in range(40)]
    for form in (matrix, np.asfortranarray(matrix), matrix[:, ::-1], np.repeat(matrix, 2, axis=0)[::2]):
        together = fingerprint(form, hash_rows=False).columns
        expected = alone[::-1] if form.strides[1] < 0 else alone
        assert [column.digest for column in together] == [column.digest for column in expected]
        assert [column.nulls for column in together] == [column.nulls for column in expected]
        for one, other in zip(together, expected, strict=True):
            assert (one.min, one.max, one.histogram) == (other.min, other.max, other.histogram)
            assert one.mean == pytest.approx(other.mean)
            assert one.std == pytest.approx(other.std)


def test_a_not_a_number_is_one_whatever_its_bits():
    odd = np.array([0x7FF8000000000000, 0xFFF8000000000001], np.uint64).view(np.float64)
    assert digests(odd) == digests(np.array([np.nan, np.nan]))


def test_whole_tables_are_alike():
    frame = pd.DataFrame({"a": [1.0, np.nan], "b": ["x", None], "c": [True, False]})
    table = pa.Table.from_pandas(frame)
    assert fingerprint(frame).digest == fingerprint(table).digest == fingerprint(pl.from_arrow(table)).digest


# ---- no change is missed ------------------------------------------------------------------------

makers = {
    "int": (st.integers(-1000, 1000), "int64"),
    "float": (st.floats(allow_nan=False, width=64), "float64"),
    "small": (st.integers(0, 200), "uint8"),
    "half": (st.floats(-100, 100, width=16), "float16"),
    "bool": (st.booleans(), "bool"),
    "text": (st.text(max_size=8), "object"),
    "time": (finite_times, "datetime64[us]"),
    "category": (st.sampled_from("abcd"), "category"),
    "nullable": (st.integers(-9, 9) | st.just(pd.NA), "Int64"),
    "mixed": (st.integers(0, 3) | st.text(max_size=2) | st.none() | st.floats(0, 1), "object"),
    "list": (st.lists(st.integers(0, 3), max_size=3), "object"),
}


@st.composite
def tables_with_a_change(draw):
    rows = draw(st.integers(1, 12))
    kinds = draw(st.lists(st.sampled_from(sorted(makers)), min_size=1, max_size=5))
    columns = {}
    for number, kind in enumerate(kinds):
        values = draw(st.lists(makers[kind][0], min_size=rows, max_size=rows))
        columns[f"{kind}{number}"] = values
    name = draw(st.sampled_from(sorted(columns)))
    place = draw(st.integers(0, rows - 1))
    kind = name.rstrip("0123456789")
    old = columns[name][place]
    new = draw(makers[kind][0].filter(lambda value: not _same(value, old, kind)))
    changed = {key: list(values) for key, values in columns.items()}
    changed[name][place] = new
    return _frame(columns), _frame(changed), name


def _same(one, other, kind) -> bool:
    if kind in {"float", "half"}:
        return repr(np.asarray(one, makers[kind][1])) == repr(np.asarray(other, makers[kind][1]))
    return type(one) is type(other) and repr(one) == repr(other)


def _frame(columns) -> pd.DataFrame:
    series = {}
    for name, values in columns.items():
        dtype = makers[name.rstrip("0123456789")][1]
        whole = np.empty(len(values), object)
        whole[:] = values
        series[name] = pd.Series(whole).astype(dtype) if dtype != "object" else pd.Series(whole, dtype=object)
    return pd.DataFrame(series)


@settings(max_examples=1000, deadline=None)
@given(tables_with_a_change())
def test_one_changed_cell_changes_the_digest_and_is_named(case):
    before, after, name = case
    one, other = fingerprint(before), fingerprint(after)
    assert one.digest != other.digest
    assert one.diff(other).changed == [name]
    assert one.digest == fingerprint(before.copy()).digest


@given(st.permutations(range(8)))
def test_a_reordered_table_is_told_from_a_changed_one(order):
    frame = pd.DataFrame({"n": range(8), "t": list("abcdefgh"), "f": np.linspace(0, 1, 8)})
    other = frame.iloc[list(order)].reset_index(drop=True)
    expected = "unchanged" if list(order) == sorted(order) else "reordered"
    assert fingerprint(frame).diff(fingerprint(other)).outcome == expected


def test_one_column_shuffled_against_the_others_is_a_change():
    frame = pd.DataFrame({"x": [1, 2, 3], "y": [10, 20, 30]})
    shuffled = frame.assign(y=[30, 10, 20])
    change = fingerprint(frame).diff(fingerprint(shuffled))
    assert (change.outcome, change.changed) == ("changed", ["y"])


def test_rows_that_came_and_went_are_counted():
    before = pd.DataFrame({"a": [1, 1, 2]})
    change = fingerprint(before).diff(fingerprint(pd.DataFrame({"a": [1, 2, 3, 4]})))
    assert (change.rows_added, change.rows_removed) == (2, 1)


def test_added_removed_and_retyped_columns_are_named():
    before = pd.DataFrame({"a": [1], "b": [1]})
    change = fingerprint(before).diff(fingerprint(pd.DataFrame({"a": [1.0], "c": [1]})))
    assert (change.added, change.removed, change.retyped) == (["c"], ["b"], ["a"])
    assert (
        str(change) == "columns changed: a; columns of another type: a; columns added: c; columns removed: b"
    )


def test_a_pandas_index_is_content_unless_it_counts_from_nought():
    frame = pd.DataFrame({"a": [1, 2]})
    assert fingerprint(frame).digest != fingerprint(frame.set_axis([5, 6])).digest
    assert [c.name for c in fingerprint(frame.set_axis([5, 6])).columns] == ["index", "a"]


def test_rows_are_alike_whatever_numbers_a_split_left_them():
    frame = pd.DataFrame({"a": [1.0, 2.0, 1.0], "b": ["x", "y", "x"]})
    first, _, last = fingerprint(frame.iloc[::-1]).row_hashes
    assert first == last
    named = frame.set_index(pd.Index([7, 8, 9], name="customer"))
    assert len(set(fingerprint(named).row_hashes)) == 3


def test_rows_are_alike_in_every_library_and_type_of_numbers():
    array = np.array([[1.0, np.nan], [2.0, -0.5]])
    expected = fingerprint(array).row_hashes.tolist()
    assert fingerprint(pd.DataFrame(array)).row_hashes.tolist() == expected
    assert fingerprint(pl.DataFrame(array)).row_hashes.tolist() == expected
    assert fingerprint(array.astype("f4")).row_hashes.tolist() == expected


def test_two_columns_of_one_name_are_told_apart():
    frame = pd.DataFrame([[1, 2]], columns=["a", "a"])
    assert [c.name for c in fingerprint(frame).columns] == ["a", "a (2)"]


# ---- every kind of object -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "obj",
    [
        np.zeros(3, "f2"),
        np.zeros((2, 3, 4)),
        np.zeros(3, "c16"),
        np.array([(1, "x"), (2, "y")], [("n", "i4"), ("t", "U5")]),
        np.array(["a", "bb"]),
        np.array([b"a", b"bb"]),
        np.ma.masked_array([1, 2, 3], [0, 1, 0]),
        np.array(3.5),
        pd.DataFrame({"p": pd.period_range("2020", periods=2, freq="M")}),
        pd.DataFrame({"i": pd.interval_range(0, 2)}),
        pd.DataFrame({"s": pd.arrays.SparseArray([0, 0, 1])}),
        pd.DataFrame(np.eye(2), index=pd.MultiIndex.from_tuples([("a", 1), ("b", 2)])),
        pd.DataFrame({"d": pd.to_timedelta([1, 2], unit="s")}),
        {"x": [1, 2], "y": np.zeros(2)},
        [1, 2, 3],
    ],
    ids=lambda obj: f"{type(obj).__name__}-{getattr(obj, 'dtype', '')}",
)
def test_what_notebooks_hold_has_a_stable_fingerprint(obj):
    one = fingerprint(obj)
    assert one.digest == fingerprint(obj).digest
    assert one.columns


def test_sparse_matrices_are_their_entries():
    sparse = pytest.importorskip("scipy.sparse")
    dense = np.array([[0, 1.5], [2, 0]])
    assert fingerprint(sparse.csr_matrix(dense)).digest == fingerprint(sparse.csc_matrix(dense)).digest
    assert fingerprint(sparse.csr_matrix(dense)).digest != fingerprint(sparse.csr_matrix(dense * 2)).digest


def test_what_is_no_data_is_refused_with_what_is_allowed():
    with pytest.raises(UsageError, match=r"a Event has no data fingerprint|has no data fingerprint"):
        fingerprint(object())


def test_statistics_say_what_is_in_a_column():
    column = fingerprint(pd.DataFrame({"a": [1.0, 2.0, np.nan, 4.0]})).columns[0]
    assert (column.nulls, column.distinct, column.min, column.max) == (1, 3, 1.0, 4.0)
    assert fingerprint(np.array([1e9, 0.1, 2e9])).columns[0].min == 0.1
    assert column.mean == pytest.approx(7 / 3)
    assert column.std == pytest.approx(np.std([1, 2, 4], ddof=1))


def test_statistics_of_text_hold_its_commonest_values():
    column = fingerprint(pd.Series(["b", "a", "a", None], name="t")).columns[0]
    assert (column.nulls, column.min, column.max) == (1, "a", "b")
    assert column.histogram == (["a", "b"], [2, 1])


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=200))
def test_mean_and_deviation_are_numpys(values):
    column = fingerprint(np.asarray(values)).columns[0]
    assert column.mean == pytest.approx(np.mean(values), rel=1e-9, abs=1e-6)
    assert column.std == pytest.approx(np.std(values, ddof=1), rel=1e-6, abs=1e-5)


LONG = 700_000  # rows: several blocks, and a rest


@pytest.mark.parametrize(
    "values",
    [
        np.random.default_rng(0).normal(size=LONG),
        1e9 + np.random.default_rng(0).normal(size=LONG),
        np.where(np.arange(LONG) % 7, np.linspace(-3, 5, LONG), np.nan),
        np.random.default_rng(0).integers(0, 100, LONG),
        np.random.default_rng(0).integers(2**50, 2**50 + 10_000, LONG),
        np.random.default_rng(0).random(LONG, np.float32),
        np.random.default_rng(0).random((LONG // 30, 30))[:, 7],
        np.arange(LONG) % 3 == 0,
    ],
    ids=["normal", "far off", "gaps", "int64", "large int64", "float32", "strided", "bool"],
)
def test_the_moments_of_a_long_column_are_numpys(values):
    column = fingerprint(values).columns[0]
    known = values.astype(np.float64)
    known = known[~np.isnan(known)]
    near = known - known[0]  # NumPy's own sums lose digits far from zero
    assert (column.min, column.max) == (known.min(), known.max())
    assert column.nulls == len(values) - len(known)
    assert column.mean == pytest.approx(known[0] + near.mean(), rel=1e-12, abs=1e-12)
    assert column.std == pytest.approx(near.std(ddof=1), rel=1e-9)


@pytest.mark.parametrize("width", [2, 30, 300])
@pytest.mark.parametrize("dtype", ["<f8", ">f8", "i4", "?", "c16", "f2"])
def test_a_matrix_has_the_columns_that_it_has_one_by_one(width, dtype):
    numbers = np.random.default_rng(0).normal(size=(3_000_000 // width // 8, width))
    numbers[::7, 1] = np.nan
    with np.errstate(invalid="ignore"):
        whole = numbers.astype(dtype)
    for matrix in (whole, whole[::2], whole[::-1], whole[:, 1:]):
        found = fingerprint(matrix).columns
        alone = [fingerprint(matrix[:, n].copy()).columns[0] for n in range(matrix.shape[1])]
        assert [(c.digest, c.nulls, c.min, c.max) for c in found] == [
            (c.digest, c.nulls, c.min, c.max) for c in alone
        ]
        assert [c.mean for c in found] == pytest.approx([c.mean for c in alone], nan_ok=True)


def test_an_infinite_number_among_many_leaves_a_mean_and_no_deviation():
    values = np.zeros(LONG)
    values[3] = np.inf
    column = fingerprint(values).columns[0]
    assert (column.max, column.mean, column.std) == (np.inf, np.inf, None)


# ---- files ----------------------------------------------------------------------------------------


@given(
    st.lists(st.integers(-1000, 1000) | st.floats(-1e6, 1e6, allow_subnormal=False), min_size=1, max_size=200)
)
def test_a_histogram_is_numpys_or_counts_few_whole_numbers(values):
    array = np.array(values)
    edges, counts = fingerprint(array).columns[0].histogram or ([], [])
    assert sum(counts) == len(array) or edges == []
    if array.dtype.kind == "f" and edges:
        assert counts == np.histogram(array, bins=edges)[0].tolist()
        assert (edges[0], edges[-1]) == (array.min(), array.max()) or array.min() == array.max()
    if array.dtype.kind == "i" and np.ptp(array) < 20:
        assert dict(zip(edges, counts, strict=True)) == {n: (array == n).sum() for n in np.unique(array)}


def test_a_file_is_its_bytes(tmp_path):
    file = tmp_path / "data.csv"
    file.write_text("a,b\n1,2\n")
    one = fingerprint(file)
    assert (one.type, one.bytes, one.name) == ("csv", 8, "data.csv")
    file.write_text("a,b\n1,3\n")
    assert fingerprint(str(file)).digest != one.digest


def test_a_folder_is_its_files_and_their_names(tmp_path):
    folder = tmp_path / "images"
    (folder / "cats").mkdir(parents=True)
    (folder / "cats" / "1.png").write_bytes(b"one")
    one = mlnb.fingerprint(folder)
    (folder / "cats" / "1.png").rename(folder / "cats" / "2.png")
    assert mlnb.fingerprint(folder).digest != one.digest


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(NotFound, match=r"nothing\.csv"):
        fingerprint(tmp_path / "nothing.csv")


def test_memory_stays_bounded_for_a_large_file(tmp_path):
    import tracemalloc

    file = tmp_path / "large.bin"
    with file.open("wb") as handle:
        handle.truncate(300 << 20)
    tracemalloc.start()
    fingerprint(file)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 8 << 20
