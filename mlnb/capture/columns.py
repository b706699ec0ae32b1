"""Tables and arrays as columns: what each library calls a column, in one canonical form.

`columns_of` takes a pandas, Polars, PyArrow, NumPy or SciPy object (or a dictionary of columns) apart;
each `Column` knows its logical type and can give its digest, its numbers or its texts. Nothing is copied
that can be hashed where it lies.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from mlnb.capture import hashing
from mlnb.errors import UsageError

WIDE: Final = 2048  # a matrix with more columns than this is one column of rows: nobody reads 10,000 names

Layout = Literal["fixed", "text", "values"]


@dataclass(frozen=True)
class Column:
    """`data` is a NumPy array ("fixed"), a list of Arrow arrays ("text") or an iterable ("values").

    `numbers_rows` marks an index without a name, of whole numbers: what a split or a filter leaves behind.
    """

    name: str
    type: str
    layout: Layout
    data: Any
    valid: Any = None
    numbers_rows: bool = False

    def __len__(self) -> int:
        return sum(len(chunk) for chunk in self.data) if self.layout == "text" else len(self.data)


@dataclass(frozen=True)
class Table:
    """What was taken apart: its columns and, for an array, its own shape."""

    type: str
    rows: int
    bytes: int
    columns: list[Column]
    width: int


def digests(columns: Sequence[Column]) -> list[str]:
    """Each column's digest; numbers are read together."""
    fixed = [column for column in columns if column.layout == "fixed"]
    of_fixed = iter(hashing.digest_fixed([(column.type, column.data, column.valid) for column in fixed]))
    return [next(of_fixed) if column.layout == "fixed" else _digest(column) for column in columns]


def _digest(column: Column) -> str:
    digest = hashing.digest_text if column.layout == "text" else hashing.digest_values
    return digest(column.type, column.data)


def columns_of(obj: Any) -> Table:
    """Take a table, series or array apart.

    Raises
    ------
    UsageError
        `obj` is none of these.
    """
    for library, reader in _READERS:
        module = sys.modules.get(library)
        if module is not None:
            table = reader(module, obj)
            if table is not None:
                return table
    if isinstance(obj, Mapping):
        return _mapping(obj)
    if isinstance(obj, (list, tuple)):
        return _sequence(obj)
    if hasattr(obj, "__array__") or hasattr(obj, "__array_interface__"):
        import numpy as np

        return columns_of(np.asarray(obj))
    raise UsageError(
        f"a {type(obj).__name__} has no data fingerprint",
        hint="a DataFrame, Series, array, Arrow or Polars table, dictionary of columns, or a path",
    )


# ---- pandas ---------------------------------------------------------------------------------


def _pandas(pd: Any, obj: Any) -> Table | None:
    if not hasattr(pd, "DataFrame"):
        return None  # half imported
    if isinstance(obj, pd.DataFrame):
        parts = [*_index(pd, obj.index), *(_pandas_column(pd, str(n), c) for n, c in obj.items())]
        size = int(obj.memory_usage(index=False).sum())
        return Table("DataFrame", len(obj), size, parts, obj.shape[1])
    if isinstance(obj, pd.Series):
        name = "values" if obj.name is None else str(obj.name)
        parts = [*_index(pd, obj.index), _pandas_column(pd, name, obj)]
        return Table("Series", len(obj), int(obj.memory_usage(index=False)), parts, 1)
    if isinstance(obj, pd.MultiIndex):
        return columns_of(obj.to_frame(index=False))
    if isinstance(obj, (pd.Index, pd.api.extensions.ExtensionArray)):
        column = _pandas_column(pd, "values", pd.Series(obj))
        return Table(type(obj).__name__, len(obj), int(obj.nbytes), [column], 1)
    return None


def _index(pd: Any, index: Any) -> Iterator[Column]:
    """A pandas index is content, unless it only counts the rows from 0."""
    if isinstance(index, pd.RangeIndex) and index.start == 0 and index.step == 1 and index.name is None:
        return
    for level in range(index.nlevels):
        name = index.names[level]
        values = index.get_level_values(level)
        label = f"index {level}" if index.nlevels > 1 else "index"
        series = pd.Series(values, copy=False)
        column = _pandas_column(pd, label if name is None else f"{label} {name}", series)
        yield replace(column, numbers_rows=index.nlevels == 1 and name is None and values.dtype.kind == "i")


def _pandas_column(pd: Any, name: str, series: Any) -> Column:
    dtype = series.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        return _arrow_column(name, _arrow_from(series.array), decoded="category")
    if isinstance(dtype, pd.SparseDtype):
        return _pandas_column(pd, name, series.sparse.to_dense())
    if isinstance(dtype, (pd.PeriodDtype, pd.IntervalDtype)):
        return Column(name, str(dtype), "values", series.astype(str).to_list())
    if isinstance(dtype, pd.DatetimeTZDtype):
        moments = series.array.tz_convert("UTC").tz_localize(None)
        return _moments(name, moments.to_numpy(), zone=str(dtype.tz))
    if hasattr(dtype, "numpy_dtype") and hasattr(series.array, "_mask"):
        valid = ~series.isna().to_numpy()
        data = series.array._data  # noqa: SLF001 - the public way copies, and widens what has nulls
        return _masked(name, data, None if valid.all() else valid)
    if isinstance(dtype, pd.api.extensions.ExtensionDtype):
        return _arrow_column(name, _arrow_from(series.array))
    return _numpy_column(name, series.to_numpy())


def _masked(name: str, data: Any, valid: Any) -> Column:
    return Column(name, _fixed_type(data.dtype), "fixed", data, valid)


def _arrow_from(array: Any) -> Any:
    import pyarrow as pa

    return pa.array(array)


# ---- NumPy ----------------------------------------------------------------------------------


def _numpy(np: Any, obj: Any) -> Table | None:
    if not isinstance(obj, np.ndarray):
        return None
    kind, size = type(obj).__name__, int(obj.nbytes)
    if isinstance(obj, np.ma.MaskedArray):
        return _masked_array(np, obj)
    if obj.dtype.names:
        flat = obj.reshape(-1)
        parts = [part for field in obj.dtype.names for part in _field(field, flat[field])]
        return Table(kind, len(flat), size, parts, len(obj.dtype.names))
    if obj.ndim == 0:
        return Table(kind, 1, size, [_numpy_column("values", obj.reshape(1))], 1)
    if obj.ndim == 1:
        return Table(kind, len(obj), size, [_numpy_column("values", obj)], 1)
    if obj.ndim == 2 and obj.shape[1] <= WIDE:
        parts = [_numpy_column(str(n), obj[:, n]) for n in range(obj.shape[1])]
        return Table(kind, len(obj), size, parts, obj.shape[1])
    shape = "x".join(str(n) for n in obj.shape[1:])
    column = _numpy_column("values", obj.reshape(-1))
    whole = Column(f"values[{shape}]", column.type, column.layout, column.data, column.valid)
    return Table(kind, len(obj), size, [whole], int(np.prod(obj.shape[1:], dtype=np.int64)))


def _field(name: str, values: Any) -> Iterator[Column]:
    if values.ndim == 1 and not values.dtype.names:
        yield _numpy_column(name, values)
        return
    for column in columns_of(values).columns:
        yield Column(f"{name}.{column.name}", column.type, column.layout, column.data, column.valid)


def _masked_array(np: Any, obj: Any) -> Table:
    flat = obj.reshape(len(obj), -1) if obj.ndim else obj.reshape(1, 1)
    mask = np.ma.getmaskarray(flat)
    parts = [_masked(str(n), flat.data[:, n], ~mask[:, n]) for n in range(flat.shape[1])]
    return Table("MaskedArray", len(flat), int(obj.nbytes), parts, flat.shape[1])


def _numpy_column(name: str, values: Any) -> Column:
    kind = values.dtype.kind
    if kind in "iufcb" and values.dtype.itemsize <= 16:
        return Column(name, _fixed_type(values.dtype), "fixed", values)
    if kind in "mM":
        return _moments(name, values)
    if kind == "S":
        return _arrow_column(name, _arrow_objects(values.astype(object)))
    if kind in "UT":
        return _arrow_column(name, _arrow_objects(values.astype(object)))
    return _object_column(name, values)


def _fixed_type(dtype: Any) -> str:
    return "bool" if dtype.kind == "b" else str(dtype.newbyteorder("="))


def _moments(name: str, values: Any, zone: str | None = None) -> Column:
    """Times and durations in µs, or in ns where there are any: what libraries keep in s, ms or ns by habit
    is the same moment."""
    import numpy as np

    base = "timestamp" if values.dtype.kind == "M" else "duration"
    letter = "M8" if base == "timestamp" else "m8"
    valid = ~np.isnat(values)
    unit = np.datetime_data(values.dtype)[0]
    fine = unit in {"ns", "ps", "fs", "as"} and bool(
        (values[valid].astype(f"{letter}[ns]").view("i8") % 1000).any()
    )
    unit = "ns" if fine else "us"
    numbers = values.astype(f"{letter}[{unit}]").view("i8")
    kind = f"{base}[{unit}]" if zone is None else f"{base}[{unit}, {_zone(zone)}]"
    return Column(name, kind, "fixed", numbers, None if valid.all() else valid)


def _zone(name: str) -> str:
    return "UTC" if name in {"UTC", "utc", "Etc/UTC", "+00:00", "datetime.timezone.utc"} else name


def _object_column(name: str, values: Any) -> Column:
    """Text hides in object arrays: it is hashed as text. Anything else goes value by value."""
    items = values.reshape(-1)
    kinds = {type(item) for item in items[:1000].tolist()}
    if (kinds and kinds <= {str, type(None)}) or kinds <= {str, float}:
        text = _only_text(items)
        if text is not None:
            return _arrow_column(name, text)
    return Column(name, "object", "values", items.tolist())


def _only_text(items: Any) -> Any:
    try:
        array = _arrow_objects(items)
    except Exception:  # noqa: BLE001 - Arrow's errors for what isn't text are of many types
        return None
    import pyarrow as pa

    return array if pa.types.is_string(array.type) or pa.types.is_large_string(array.type) else None


def _arrow_objects(items: Any) -> Any:
    import pyarrow as pa

    return pa.array(items, from_pandas=True)


# ---- Arrow, Polars --------------------------------------------------------------------------


def _arrow(pa: Any, obj: Any) -> Table | None:
    if not hasattr(pa, "Table"):
        return None
    if isinstance(obj, pa.RecordBatch):
        obj = pa.Table.from_batches([obj])
    if isinstance(obj, pa.Table):
        parts = [_arrow_column(n, c) for n, c in zip(obj.column_names, obj.columns, strict=True)]
        return Table("Table", obj.num_rows, obj.nbytes, parts, obj.num_columns)
    if isinstance(obj, (pa.Array, pa.ChunkedArray)):
        return Table(type(obj).__name__, len(obj), obj.nbytes, [_arrow_column("values", obj)], 1)
    return None


def _polars(pl: Any, obj: Any) -> Table | None:
    if not hasattr(pl, "DataFrame"):
        return None
    if isinstance(obj, pl.DataFrame):
        parts = [_arrow_column(series.name, _polars_arrow(pl, series)) for series in obj.get_columns()]
        return Table("DataFrame", obj.height, int(obj.estimated_size()), parts, obj.width)
    if isinstance(obj, pl.Series):
        column = _arrow_column(obj.name or "values", _polars_arrow(pl, obj))
        return Table("Series", len(obj), int(obj.estimated_size()), [column], 1)
    return None


def _polars_arrow(pl: Any, series: Any) -> Any:
    if series.dtype == pl.Object:
        return _Decoded([None if value is None else value for value in series.to_list()])
    return series.to_arrow()


@dataclass(frozen=True)
class _Decoded:
    """Values that Arrow can't hold."""

    values: list[Any]


def _arrow_column(name: str, array: Any, decoded: str | None = None) -> Column:
    import pyarrow as pa

    if isinstance(array, _Decoded):
        return Column(name, "object", "values", array.values)
    chunks = array.chunks if isinstance(array, pa.ChunkedArray) else [array]
    kind = array.type
    if pa.types.is_dictionary(kind):
        plain = [chunk.dictionary_decode() for chunk in chunks]
        return _arrow_column(name, pa.chunked_array(plain, kind.value_type), decoded="category")
    if isinstance(kind, pa.BaseExtensionType):
        return _arrow_column(name, pa.chunked_array([c.storage for c in chunks], kind.storage_type))
    column = _arrow_plain(name, kind, chunks)
    if decoded is None:
        return column
    return Column(name, f"{decoded}<{column.type}>", column.layout, column.data, column.valid)


def _arrow_plain(name: str, kind: Any, chunks: list[Any]) -> Column:
    import pyarrow as pa

    t = pa.types
    if t.is_string_view(kind) or t.is_binary_view(kind):
        wide = pa.large_string() if t.is_string_view(kind) else pa.large_binary()
        return _arrow_plain(name, wide, [chunk.cast(wide) for chunk in chunks])
    if t.is_string(kind) or t.is_large_string(kind):
        return Column(name, "string", "text", chunks)
    if t.is_binary(kind) or t.is_large_binary(kind):
        return Column(name, "bytes", "text", chunks)
    if t.is_timestamp(kind) or t.is_duration(kind):
        return _arrow_moments(name, kind, chunks)
    if t.is_date32(kind) or t.is_time(kind) or t.is_date64(kind) or t.is_decimal(kind) or t.is_nested(kind):
        return Column(name, "object", "values", [v for chunk in chunks for v in chunk.to_pylist()])
    if t.is_integer(kind) or t.is_floating(kind) or t.is_boolean(kind):
        return _arrow_fixed(name, chunks)
    return Column(name, "object", "values", [v for chunk in chunks for v in chunk.to_pylist()])


def _arrow_fixed(name: str, chunks: list[Any]) -> Column:
    import numpy as np
    import pyarrow as pa

    whole = (
        chunks[0]
        if len(chunks) == 1
        else pa.chunked_array(chunks).combine_chunks()
        if chunks
        else pa.array([], pa.null())
    )
    if isinstance(whole, pa.ChunkedArray):
        whole = pa.concat_arrays(whole.chunks)
    if not whole.null_count:
        data = whole.to_numpy(zero_copy_only=False)
        return Column(name, _fixed_type(data.dtype), "fixed", data)
    valid = whole.is_valid().to_numpy(zero_copy_only=False)
    data = whole.fill_null(False if pa.types.is_boolean(whole.type) else 0)
    data = data.to_numpy(zero_copy_only=False)
    if data.dtype.kind == "f":
        return Column(
            name, _fixed_type(data.dtype), "fixed", np.where(valid, data, np.nan).astype(data.dtype)
        )
    return Column(name, _fixed_type(data.dtype), "fixed", data, valid)


def _arrow_moments(name: str, kind: Any, chunks: list[Any]) -> Column:
    import numpy as np
    import pyarrow as pa

    zone = kind.tz if pa.types.is_timestamp(kind) else None
    letter = "M8" if pa.types.is_timestamp(kind) else "m8"
    parts = [chunk.cast(pa.int64()).fill_null(np.iinfo(np.int64).min).to_numpy() for chunk in chunks]
    numbers = np.concatenate(parts) if parts else np.zeros(0, np.int64)
    return _moments(name, numbers.view(f"{letter}[{kind.unit}]"), zone)


# ---- the rest -------------------------------------------------------------------------------


def _scipy(sparse: Any, obj: Any) -> Table | None:
    if not (hasattr(sparse, "issparse") and sparse.issparse(obj)):
        return None
    matrix = obj.tocoo()
    if hasattr(matrix, "sum_duplicates"):
        matrix = matrix.copy()
        matrix.sum_duplicates()
    import numpy as np

    coords = matrix.coords if hasattr(matrix, "coords") else (matrix.row, matrix.col)
    order = np.lexsort(tuple(reversed(coords)))
    parts = [_numpy_column(f"axis {n}", c[order].astype(np.int64)) for n, c in enumerate(coords)]
    parts.append(_numpy_column("values", matrix.data[order]))
    parts.append(_numpy_column("shape", np.asarray(obj.shape, np.int64)))
    width = int(obj.shape[1]) if len(obj.shape) > 1 else 1
    return Table(
        type(obj).__name__,
        int(obj.shape[0]),
        int(obj.data.nbytes) if hasattr(obj, "data") else 0,
        parts,
        width,
    )


def _torch(torch: Any, obj: Any) -> Table | None:
    if not (hasattr(torch, "Tensor") and isinstance(obj, torch.Tensor)):
        return None
    if "numpy" not in sys.modules:
        import numpy  # noqa: F401, ICN001 - so that the array is read below
    table = columns_of(obj.detach().cpu().resolve_conj().resolve_neg().numpy())
    return Table("Tensor", table.rows, table.bytes, table.columns, table.width)


def _xgboost(xgboost: Any, obj: Any) -> Table | None:
    if not (hasattr(xgboost, "DMatrix") and isinstance(obj, xgboost.DMatrix)):
        return None
    table = columns_of(obj.get_data())
    label = columns_of(obj.get_label()).columns[0]
    parts = [*table.columns, Column("label", label.type, label.layout, label.data)]
    return Table("DMatrix", table.rows, table.bytes, parts, table.width)


def _mapping(obj: Mapping[Any, Any]) -> Table:
    parts: list[Column] = []
    size = 0
    for name, values in obj.items():
        table = columns_of(values if not isinstance(values, (str, int, float)) else [values])
        size += table.bytes
        for column in table.columns:
            label = str(name) if len(table.columns) == 1 else f"{name}.{column.name}"
            parts.append(Column(label, column.type, column.layout, column.data, column.valid))
    rows = max((len(part) for part in parts), default=0)
    return Table("dict", rows, size, parts, len(parts))


def _sequence(obj: Any) -> Table:
    kinds = {type(item) for item in obj}
    if len(kinds) == 1 and kinds <= {int, float, bool, str}:
        import numpy as np

        try:
            column = _numpy_column("values", np.asarray(obj, dtype=object if str in kinds else None))
        except OverflowError:
            column = Column("values", "object", "values", list(obj))
    else:
        column = Column("values", "object", "values", list(obj))
    return Table(type(obj).__name__, len(obj), sys.getsizeof(obj), [column], 1)


_READERS: Final = (
    ("pandas", _pandas),
    ("numpy", _numpy),
    ("polars", _polars),
    ("pyarrow", _arrow),
    ("scipy.sparse", _scipy),
    ("torch", _torch),
    ("xgboost", _xgboost),
)
