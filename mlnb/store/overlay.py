"""What the index would say if it had everything: the journals that aren't folded, laid over it in memory.

For who may not fold: another process does it just now, for long, or the store can only be read. The committed index is
asked as it is, and what it lacks is taken by the very code that folds, into tables of its own. For each base table a view
of the same name joins the two, so that every question and every public relation is the same.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from mlnb.store import archive, ingest, reading, rows, schema, tables

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

    from mlnb.store.layout import Store

KEYED: Final[dict[str, tuple[str, ...]]] = {
    "run": ("run_no",),
    "param": ("run_no",),
    "tag": ("run_no",),
    "output": ("run_no",),
    "unseen": ("run_no",),
    "stale": ("run_no",),
    "metric": ("run_no", "key_no"),
    "journal": ("name",),
    "point": ("run_no",),
    "coarse": ("run_no",),
    "covered": ("run_no", "key_no"),
    "cell": ("session_id", "ordinal"),
}
"""Tables whose rows are replaced, by what they are found by."""

GROWING: Final = (
    "dataset",
    "dataset_column",
    "artifact",
    "chance",
    "environment",
    "verdict",
    "check",
    "problem",
    "wide",
)
"""Tables to which rows are only added. All others are small, and copied."""


class Above(tables.Writer):
    """Writes into the tables that lie over the index's own."""

    def insert_arrow(self, table: str, new: pa.Table) -> None:
        self._insert_arrow(f'fresh."{table}"' if _is_joined(table) else f'base."{table}"', new)

    def delete(self, table: str, columns: Sequence[str], values: Sequence[Sequence[Any]]) -> None:
        if not values:
            return
        if table not in KEYED:
            super().delete(table, columns, values)
            return
        self._delete(f'fresh."{table}"', columns, values)
        keys, names = ", ".join(KEYED[table]), ", ".join(columns)
        given = ", ".join(f"unnest(${number + 1}) AS v{number}" for number in range(len(columns)))
        found = ", ".join(f"v{number}" for number in range(len(columns)))
        self.connection.execute(
            f"""INSERT INTO gone."{table}" SELECT DISTINCT {keys} FROM store.base."{table}"
                WHERE ({names}) IN (SELECT ({found}) FROM (SELECT {given}))""",
            _by_column(values),
        )

    def finish(self, fold_no: int) -> None:
        """Nothing is written down: who asks for what changed since now gets these rows again when they are folded."""

    def change_runs_with_versions(self, fold_no: int) -> None:
        """As with all that is folded later."""


@contextlib.contextmanager
def laid_over(
    store: Store,
    connection: duckdb.DuckDBPyConnection,
    haste: ingest.Haste | None,
    listing: reading.Listing,
) -> Iterator[list[str]]:
    """Inside the block the connection, which shows the committed index as the database `store`, shows what isn't folded too.

    Yields the names of what there was no time for: none says that nothing is missing.
    """
    connection.execute("ATTACH ':memory:' AS above")
    try:
        connection.execute("USE above")
        _join(connection)
        yield _take(store, connection, haste, listing)
    finally:
        with contextlib.suppress(Exception):  # where its settings are locked, it is closed as a whole
            connection.execute("USE store")
            connection.execute("DETACH above")


def _join(connection: duckdb.DuckDBPyConnection) -> None:
    for name in ("base", "fresh", "gone"):
        connection.execute(f"CREATE SCHEMA above.{name}")
    for table in schema.BASE:
        below = f'store.base."{table}"'
        if not _is_joined(table):
            connection.execute(f'CREATE TABLE base."{table}" AS FROM {below}')
            continue
        connection.execute(f'CREATE TABLE fresh."{table}" AS FROM {below} LIMIT 0')
        kept = ""
        if table in KEYED:
            names = ", ".join(KEYED[table])
            connection.execute(f'CREATE TABLE gone."{table}" AS SELECT {names} FROM {below} LIMIT 0')
            kept = f'WHERE ({names}) NOT IN (SELECT ({names}) FROM above.gone."{table}")'
        connection.execute(
            f'CREATE VIEW base."{table}" AS FROM {below} {kept} UNION ALL FROM above.fresh."{table}"'
        )
    for name, body in schema.VIEWS.items():
        connection.execute(f"CREATE VIEW {name} AS {body}")


def _take(
    store: Store,
    connection: duckdb.DuckDBPyConnection,
    haste: ingest.Haste | None,
    listing: reading.Listing,
) -> list[str]:
    work = ingest.pending(store, connection, haste, listing)
    # What was unknown to an older version stays where it is.
    connection.execute("UPDATE base.meta SET kinds = ''")
    _take_journals(store, connection, work, haste)
    if work.archived:
        _take_segments(store, connection, work, haste)
        # Some of the journals' runs are over, it turns out.
        again = ingest.pending(store, connection, haste, listing)
        _take_journals(store, connection, again, haste)
        work.to_fold = again.to_fold
    if work.registry:
        taken = rows.Taken(connection, Above(connection))
        taken.take_registry(store.registry.read(), 0)
        taken.insert()
    return work.left


def _ends(haste: ingest.Haste | None, work: ingest.Pending) -> bool:
    return haste is not None and haste.ends(work)


def _take_journals(
    store: Store,
    connection: duckdb.DuckDBPyConnection,
    work: ingest.Pending,
    haste: ingest.Haste | None,
) -> None:
    while work.to_fold and not _ends(haste, work):
        read: list[reading.Journal] = []
        try:
            _take_together(store, connection, work, haste, read)
        except Exception as error:
            if not ingest.lies_in_what_was_read(error):
                raise
            ingest.each_by_itself(
                connection,
                read,
                lambda: rows.Taken(connection, Above(connection)),
                lambda taken, journal: ingest.take_whole(store, taken, journal),
            )


def _take_together(
    store: Store,
    connection: duckdb.DuckDBPyConnection,
    work: ingest.Pending,
    haste: ingest.Haste | None,
    read: list[reading.Journal],
) -> None:
    taken = rows.Taken(connection, Above(connection))
    taken.expect(list(work.to_fold)[: ingest.EXPECTED])
    while work.to_fold and len(read) < ingest.AT_ONCE and taken.bytes <= ingest.BYTES_AT_ONCE:
        if read and _ends(haste, work):
            break
        journal = work.to_fold.popleft()
        read.append(journal)
        if ingest.take(taken, journal) == "part":
            work.to_fold.appendleft(journal)
            break
    ingest.take_again(store, taken)
    ingest.insert(connection, taken)


def _take_segments(
    store: Store,
    connection: duckdb.DuckDBPyConnection,
    work: ingest.Pending,
    haste: ingest.Haste | None,
) -> None:
    """The newest first."""
    for segment in sorted(work.archived, reverse=True):
        taken = rows.Taken(connection, Above(connection))
        for frame in archive.frames_of(segment, work.archived[segment]):
            if _ends(haste, work):
                break
            while not ingest.take_archived(store, taken, frame):
                taken.insert()
                taken = rows.Taken(connection, Above(connection))
        else:
            del work.archived[segment]
        taken.insert()
        if segment in work.archived:
            return


def _is_joined(table: str) -> bool:
    return table in KEYED or table in GROWING


def _by_column(values: Sequence[Sequence[Any]]) -> list[list[Any]]:
    return [list(column) for column in zip(*values, strict=True)]
