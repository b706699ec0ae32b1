"""Runs as a pandas DataFrame, 100,000 at once: columns are put side by side in NumPy, not by a pivot."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlnb.store import index

if TYPE_CHECKING:
    import duckdb
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from mlnb.store.select import Selection
    from mlnb.store.wide import Columns

ATTRIBUTES = ("run_id", "name", "experiment", "kind", "status", "started_at", "duration_s")


def runs(connection: duckdb.DuckDBPyConnection, chosen: Selection, wide: Columns) -> pd.DataFrame:
    """The chosen runs, in their order, with every parameter, metric and tag that any of them has."""
    import numpy as np
    import pandas as pd
    import pyarrow as pa

    order = index.table(connection, chosen.sql, chosen.values)
    run_nos = order["run_no"].to_numpy()
    connection.register("chosen_rows", order.append_column("place", pa.array(np.arange(len(run_nos)))))
    connection.execute("CREATE TEMP TABLE chosen AS SELECT * FROM chosen_rows")
    columns = ", ".join(f"r.{name}" for name in ATTRIBUTES)
    table = index.table(
        connection,
        f"SELECT {columns} FROM base.run r JOIN chosen c USING (run_no) ORDER BY c.place",
    )
    data: dict[str, Any] = {name: _series(table[name]) for name in ATTRIBUTES}
    data["started_at"] = data["started_at"].dt.tz_localize("UTC")
    found = _Values(connection, len(run_nos), wide)
    data |= found.params() | found.metrics() | found.tags()
    return pd.DataFrame(data)


class _Values:
    """Columns of values for the rows of `chosen`, from the wide table where it has them."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, length: int, wide: Columns) -> None:
        self.connection = connection
        self.length = length
        self.wide = wide
        self._quick: dict[str, Any] = self._from_wide()

    def params(self) -> dict[str, Any]:
        kinds = self._kinds()
        numbers = self._columns(
            "param_number",
            "SELECT run_no, name, number AS v FROM base.param WHERE number IS NOT NULL",
        )
        texts = self._columns(
            "param_text", "SELECT run_no, name, value AS v FROM base.param WHERE name IN "
            "(SELECT DISTINCT name FROM base.param WHERE number IS NULL)",
        )  # fmt: skip
        return {
            f"params.{name}": self._param(kinds[name], numbers.get(name), texts.get(name))
            for name in sorted({*numbers, *texts})
        }

    def metrics(self) -> dict[str, Any]:
        found = self._columns("metric", 'SELECT run_no, name, "last" AS v FROM all_metric')
        return {f"metrics.{name}": found[name] for name in sorted(found)}

    def tags(self) -> dict[str, Any]:
        found = self._columns(
            "tag", "SELECT run_no, key AS name, value AS v FROM base.tag WHERE value IS NOT NULL"
        )
        return {f"tags.{name}": _series(found[name]) for name in sorted(found)}

    def _param(self, kinds: set[str], numbers: NDArray[np.float64] | None, texts: NDArray[Any] | None) -> Any:
        import numpy as np
        import pandas as pd

        if texts is None:
            assert numbers is not None
            missing = np.isnan(numbers)
            if kinds != {"int"}:
                return numbers
            if not missing.any():
                return numbers.astype("i8")
            return pd.arrays.IntegerArray(np.where(missing, 0, numbers).astype("i8"), missing)
        if kinds <= {"bool"}:
            there = np.array([value is not None for value in texts])
            if there.all():
                return texts == "True"
            return pd.arrays.BooleanArray(texts == "True", ~there)
        if numbers is None:
            return _series(texts)
        mixed = texts.copy()
        known = ~np.isnan(numbers)
        mixed[known] = numbers[known] if "float" in kinds else numbers[known].astype("i8")
        return mixed

    def _kinds(self) -> dict[str, set[str]]:
        """The types that each parameter has anywhere in the store."""
        found = self.connection.execute("SELECT DISTINCT name, type FROM base.param").fetchall()
        kinds: dict[str, set[str]] = {}
        for name, kind in found:
            kinds.setdefault(name, set()).add(kind)
        return kinds

    def _columns(self, kind: str, tall: str) -> dict[str, NDArray[Any]]:
        """name → its values for every chosen run; names that none of them has are left out."""
        import numpy as np

        quick = {name: at for (known, name), at in self.wide.items() if known == kind}
        found: dict[str, NDArray[Any]] = {}
        for name, at in quick.items():
            self._fill(found, kind, name, *self._quick_column(at))
        given = "WHERE " + ("c.run_no IN (SELECT run_no FROM unsettled) OR " if quick else "TRUE OR ")
        rows = index.table(
            self.connection,
            f"""SELECT t.name, c.place, t.v FROM ({tall}) t JOIN chosen c USING (run_no)
                {given} t.name NOT IN (SELECT unnest($quick)) ORDER BY t.name""",
            {"quick": list(quick)},
        )
        if rows.num_rows:
            encoded = rows["name"].combine_chunks().dictionary_encode()
            codes = encoded.indices.to_numpy()
            places = rows["place"].to_numpy()
            values = rows["v"].to_numpy(zero_copy_only=False)
            begins = np.flatnonzero(np.concatenate([[True], codes[1:] != codes[:-1]]))
            for begin, end in zip(begins, np.append(begins[1:], len(codes)), strict=True):
                name = encoded.dictionary[int(codes[begin])].as_py()
                self._fill(found, kind, name, places[begin:end], values[begin:end])
        return found

    def _fill(
        self,
        found: dict[str, NDArray[Any]],
        kind: str,
        name: str,
        places: NDArray[np.int64],
        values: NDArray[Any],
    ) -> None:
        import numpy as np

        if not len(places):
            return
        if name not in found:
            is_number = kind in ("param_number", "metric")
            found[name] = (
                np.full(self.length, np.nan) if is_number else np.full(self.length, None, dtype=object)
            )
        found[name][places] = values

    def _from_wide(self) -> dict[str, Any]:
        if not self.wide:
            return {}
        columns = ", ".join(f"w.c{at}" for at in sorted(self.wide.values()))
        table = index.table(
            self.connection,
            f"""SELECT c.place, {columns} FROM base.wide w JOIN chosen c USING (run_no)
                WHERE run_no NOT IN (SELECT run_no FROM unsettled)""",
        )
        return {name: table[name] for name in table.column_names}

    def _quick_column(self, at: int) -> tuple[NDArray[Any], NDArray[Any]]:
        column = self._quick[f"c{at}"]
        there = column.is_valid().to_numpy()
        places = self._quick["place"].to_numpy()
        values = column.to_numpy(zero_copy_only=False)
        return (places, values) if there.all() else (places[there], values[there])


def _series(values: Any) -> Any:
    """A column of text (Arrow or objects), as the pandas of the day keeps texts."""
    import pandas as pd
    import pyarrow as pa

    if isinstance(values, pa.ChunkedArray):
        return values.to_pandas()
    return pd.Series(values)
