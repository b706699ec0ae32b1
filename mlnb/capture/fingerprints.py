"""Data fingerprints: what identifies a data set's content, and what changed between two of them.

A fingerprint is a digest per column (`mlnb.capture.hashing`) and one over all of them, with their names and
types. Row hashes, one 64-bit number a row, are kept where there are few enough rows: they tell a
reordered table from a changed one, and say how many rows came and went.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from msgspec import structs

from mlnb.capture import columns, files, hashing, profiles, rows
from mlnb.events import ColumnProfile, Dataset, Role, Source

if TYPE_CHECKING:
    from mlnb.capture.difference import Difference

ROW_HASHES: Final = 1_000_000  # rows: 8 MB of hashes


@dataclass(frozen=True, repr=False)
class Fingerprint:
    """What identifies a data set's content.

    `digest` is 32 hexadecimal digits; `type` what it was (`DataFrame`, `ndarray`, `csv` …); `rows`, `columns_count`
    and `bytes` its size; `columns` one `ColumnProfile` each; `row_hashes` a `uint64` array, or `None` for
    files, for more than a million rows, and where they weren't asked for.
    """

    digest: str
    type: str
    rows: int | None
    columns_count: int | None
    bytes: int | None
    columns: list[ColumnProfile]
    name: str | None = None
    row_hashes: Any = field(default=None, compare=False)

    def diff(self, other: Fingerprint) -> Difference:
        """What changed from this one to `other`: columns, rows, order."""
        from mlnb.capture.difference import compare

        return compare(self, other)

    def event(self, name: str, *, role: Role, source: Source = "logged") -> Dataset:
        """The event that records it as a data set of a run."""
        return Dataset(
            name=name,
            role=role,
            type=self.type,
            digest=self.digest,
            rows=self.rows,
            columns=self.columns_count,
            bytes=self.bytes,
            source=source,
            profile=self.columns,
        )

    def schema(self) -> Any:
        """A Pandera schema that the data meets, as a start for one's own: its columns' types and ranges.

        Raises
        ------
        UsageError
            Pandera isn't installed.
        """
        from mlnb.capture.checks import infer

        return infer(self.columns, self.rows, self.name)

    def __repr__(self) -> str:
        size = "" if self.rows is None else f", {self.rows:,} rows, {self.columns_count} columns"
        return f"<Fingerprint {self.digest[:12]} {self.type}{size}>"


def fingerprint(
    obj: Any, *, name: str | None = None, statistics: bool = True, hash_rows: bool | None = None
) -> Fingerprint:
    """The fingerprint of a table, array, file or folder.

    Parameters
    ----------
    obj
        A pandas, Polars, PyArrow, NumPy, SciPy sparse or torch object, a dictionary or list of values, or the
        path of a file or folder.
    name
        What to call it.
    statistics
        Whether to compute the columns' statistics as well as digests.
    hash_rows
        Whether to hash rows; by default where there are statistics and at most a million rows.

    Raises
    ------
    UsageError
        `obj` is none of these.
    NotFound
        There is no file or folder at that path.
    """
    if isinstance(obj, (str, os.PathLike)):
        return _of_path(Path(obj), name)
    table = columns.columns_of(obj)
    describe = profiles.profiles if statistics else profiles.bare
    described = _distinct_names(describe(table.columns, columns.digests(table.columns)))
    wanted = (statistics if hash_rows is None else hash_rows) and 0 < table.rows <= ROW_HASHES
    return Fingerprint(
        digest=_over(described, table.rows),
        type=table.type,
        rows=table.rows,
        columns_count=table.width,
        bytes=table.bytes,
        columns=described,
        name=name,
        row_hashes=rows.hashes(table.columns, table.rows) if wanted else None,
    )


def _over(described: list[ColumnProfile], rows: int) -> str:
    parts = (part for column in described for part in (column.name, column.type, column.digest))
    return hashing.combine([str(rows), *parts])


def _distinct_names(described: list[ColumnProfile]) -> list[ColumnProfile]:
    """pandas allows several columns of one name: the second becomes `name (2)`."""
    seen: dict[str, int] = {}
    found = []
    for column in described:
        seen[column.name] = count = seen.get(column.name, 0) + 1
        found.append(column if count == 1 else structs.replace(column, name=f"{column.name} ({count})"))
    return found


def _of_path(path: Path, name: str | None) -> Fingerprint:
    described = files.describe(path)
    return Fingerprint(
        digest=described.digest,
        type=described.type,
        rows=None,
        columns_count=None,
        bytes=described.bytes,
        columns=[],
        name=name or path.name,
    )
