"""Runs as a pandas DataFrame, 100,000 at once: columns are put side by side in NumPy, not by a pivot."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING, Any

from mlnb.store import index, picking

if TYPE_CHECKING:
    import duckdb
    import numpy as np
    import pandas as pd
    import pyarrow as pa
    from numpy.typing import NDArray

    from mlnb.store.naming import Names
    from mlnb.store.select import Selection
    from mlnb.store.wide import Columns

ATTRIBUTES = ("run_id", "name", "experiment", "kind", "status", "started_at", "duration_s")


def runs(
    connection: duckdb.DuckDBPyConnection, selection: Selection, wide: Columns, names: Names, *, settled: bool
) -> pd.DataFrame:
    """The selected runs, in their order, with every parameter, metric and tag that any of them has."""
    import pandas as pd

    chosen = Chosen(_run_nos(connection, selection.sql, selection.values))
    columns = ", ".join(ATTRIBUTES)
    table = index.table(connection, f"SELECT run_no, {columns} FROM base.run WHERE {chosen.condition}")
    places, there = chosen.places(table["run_no"].to_numpy())
    table = chosen.in_order(table, places, there)
    data: dict[str, Any] = {name: _series(table[name]) for name in ATTRIBUTES}
    data["started_at"] = data["started_at"].dt.tz_localize("UTC")
    found = _Values(connection, chosen, wide, names, settled=settled)
    data |= found.params() | found.metrics() | found.tags()
    return pd.DataFrame(data)


def _run_nos(
    connection: duckdb.DuckDBPyConnection, query: str, values: index.Values | None = None
) -> NDArray[np.int64]:
    return index.table(connection, query, values)["run_no"].to_numpy().astype("i8")  # type: ignore[no-any-return]


class Chosen:
    """Some runs in an order, and the way from a run's number to its place in it."""

    def __init__(self, run_nos: NDArray[Any]) -> None:
        import numpy as np

        self.run_nos = run_nos.astype("i8")
        self.length = len(run_nos)
        self._order = np.argsort(self.run_nos)
        self._sorted = self.run_nos[self._order]

    @property
    def condition(self) -> str:
        """SQL that holds for the chosen runs, and for as few others as is worth while."""
        return picking.condition(self._sorted.tolist())

    def places(self, run_nos: NDArray[Any]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """The places of runs, for those that are chosen, and which are."""
        import numpy as np

        if not self.length:
            return np.zeros(0, "i8"), np.zeros(len(run_nos), bool)
        at = np.minimum(np.searchsorted(self._sorted, run_nos), self.length - 1)
        there = self._sorted[at] == run_nos
        return self._order[at[there]], there

    def in_order(self, table: pa.Table, places: NDArray[np.int64], there: NDArray[np.bool_]) -> pa.Table:
        """The rows of a table with one row for each chosen run, in the order of the runs."""
        import numpy as np

        rows = np.empty(self.length, dtype="i8")
        rows[places] = np.flatnonzero(there)
        return table.take(rows)


class _Values:
    """Columns of values for the chosen runs, from the wide table where it has them."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        chosen: Chosen,
        wide: Columns,
        names: Names,
        *,
        settled: bool,
    ) -> None:
        self.connection = connection
        self.chosen = chosen
        self.wide = wide
        self.names = names
        unsettled = chosen.run_nos[:0] if settled else _run_nos(connection, "SELECT run_no FROM unsettled")
        self.unsettled = unsettled[chosen.places(unsettled)[1]]
        self._quick: dict[str, Any] = self._from_wide()

    def params(self) -> dict[str, Any]:
        found = self.connection.execute("SELECT name, type, numeric FROM base.param_kind").fetchall()
        kinds: dict[str, set[str]] = {}
        for name, kind, _ in found:
            kinds.setdefault(name, set()).add(kind)
        numbers = self._columns(
            "param_number",
            {name for name, _, numeric in found if numeric},
            "SELECT run_no, name, number AS v FROM base.param WHERE number IS NOT NULL",
        )
        texts = self._columns(
            "param_text",
            {name for name, _, numeric in found if not numeric},
            "SELECT run_no, name, value AS v FROM base.param WHERE true",
        )
        return {
            f"params.{name}": self._param(kinds[name], numbers.get(name), texts.get(name))
            for name in sorted({*numbers, *texts})
        }

    def metrics(self) -> dict[str, Any]:
        found = self._columns(
            "metric",
            self.names["metrics"],
            'SELECT run_no, name, "last" AS v FROM all_metric WHERE true',
        )
        return {f"metrics.{name}": found[name] for name in sorted(found)}

    def tags(self) -> dict[str, Any]:
        found = self._columns(
            "tag",
            self.names["tags"],
            "SELECT run_no, key AS name, value AS v FROM base.tag WHERE value IS NOT NULL",
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

    def _columns(self, kind: str, names: AbstractSet[str], tall: str) -> dict[str, NDArray[Any]]:
        """name → its values for every chosen run; names that none of them has are left out."""
        quick = {name: at for (known, name), at in self.wide.items() if known == kind and name in names}
        found: dict[str, NDArray[Any]] = {}
        for name, at in quick.items():
            self._fill(found, kind, name, *self._quick_column(at))
        slow = list(names - quick.keys())
        if slow:
            self._fill_from(
                found, kind, f"{tall} AND {self.chosen.condition} AND name IN (SELECT unnest(?))", slow
            )
        if len(self.unsettled) and quick:
            few = Chosen(self.unsettled).condition
            self._fill_from(found, kind, f"{tall} AND {few} AND name IN (SELECT unnest(?))", list(quick))
        return found

    def _fill_from(self, found: dict[str, NDArray[Any]], kind: str, query: str, names: list[str]) -> None:
        """Put the rows (run_no, name, v) of a query into the columns."""
        import numpy as np

        rows = index.table(self.connection, f"{query} ORDER BY name", [names])
        if not rows.num_rows:
            return
        encoded = rows["name"].combine_chunks().dictionary_encode()
        codes = encoded.indices.to_numpy()
        run_nos = rows["run_no"].to_numpy()
        values = rows["v"].to_numpy()
        begins = np.flatnonzero(np.concatenate([[True], codes[1:] != codes[:-1]]))
        for begin, end in zip(begins, np.append(begins[1:], len(codes)), strict=True):
            places, there = self.chosen.places(run_nos[begin:end])
            name = encoded.dictionary[int(codes[begin])].as_py()
            self._fill(found, kind, name, places, values[begin:end][there])

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
            length = self.chosen.length
            found[name] = np.full(length, np.nan) if is_number else np.full(length, None, dtype=object)
        found[name][places] = values

    def _from_wide(self) -> dict[str, Any]:
        import numpy as np

        if not self.wide:
            return {}
        columns = ", ".join(f"c{at}" for at in sorted(self.wide.values()))
        table = index.table(
            self.connection, f"SELECT run_no, {columns} FROM base.wide WHERE {self.chosen.condition}"
        )
        run_nos = table["run_no"].to_numpy()
        settled = ~np.isin(run_nos, self.unsettled) if len(self.unsettled) else np.ones(len(run_nos), bool)
        places, there = self.chosen.places(run_nos[settled])
        settled[settled] = there
        whole = bool(settled.all())
        picked = table if whole else table.filter(settled)
        return {name: picked[name] for name in table.column_names} | {"place": places}

    def _quick_column(self, at: int) -> tuple[NDArray[Any], NDArray[Any]]:
        column = self._quick[f"c{at}"]
        places = self._quick["place"]
        values = column.to_numpy()
        if not column.null_count:
            return places, values
        there = column.is_valid().to_numpy()
        return places[there], values[there]


def _series(values: Any) -> Any:
    """A column of text (Arrow or objects), as the pandas of the day keeps texts."""
    import pandas as pd
    import pyarrow as pa

    if isinstance(values, pa.ChunkedArray):
        return values.to_pandas()
    return pd.Series(values)
