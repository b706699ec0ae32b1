"""The one place that opens DuckDB.

A connection lives for one query or one fold and no longer: while one process has the file open
read-write, no other can open it at all, and an open reader keeps every writer out. Inside one process
reading and writing can't be mixed either, so a lock of the process lets one connection be open at a time. What may take
long is therefore asked in another process (`aside.py`).

Between mlnb's own processes an open file is a matter of milliseconds, and whoever comes second waits. A
connection of somebody else's may stay for hours: then `Busy` names its process.

What DuckDB needs before it opens any file (its functions, types and settings) takes ten times as long as the file. So a
process keeps one DuckDB in memory for questions, with no file open and no threads of its own, and an index is attached
to it for one question.
"""

from __future__ import annotations

import os
import re
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from mlnb import events
from mlnb.errors import Busy, Corrupt, NotWritable
from mlnb.store import schema

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

T = TypeVar("T")
Values = Sequence[Any] | Mapping[str, Any]

PATIENCE: Final = 10.0
"""Seconds to wait for another process's connection to go away."""

_SETTINGS: Final[dict[str, Any]] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}
MEMORY: Final = "112MiB"
"""What DuckDB may hold of an index; what is more goes through files. Somebody's own SQL may take what DuckDB thinks right."""

LARGE: Final = 1 << 30
"""Bytes of an index that is worth all cores; with a smaller one they wait for each other longer than they work."""

_LOCK: Final = re.compile(r"\block\b")

_in_process = threading.RLock()
_home: duckdb.DuckDBPyConnection | None = None
_left_to_parent: list[duckdb.DuckDBPyConnection] = []


@contextmanager
def writing(database: Path, *, patience: float = PATIENCE) -> Iterator[duckdb.DuckDBPyConnection]:
    """A read-write connection to the index, which is made if there is none. Hold `ingest.lock`."""
    settings = {
        **_SETTINGS,
        "storage_compatibility_version": schema.COMPATIBILITY,
        "memory_limit": MEMORY,
        "threads": 1,
    }
    with _in_process, _interrupt_handed_on():
        connection = _connect(database, patience, read_only=False, config=settings)
        try:
            with _damage_explained(database), _full_disk_explained(database):
                if not has_schema(connection):
                    if has_tables(connection):
                        raise Corrupt(
                            f"{database} has the tables of another version", hint="mlnb store rebuild"
                        )
                    _create(connection)
                yield connection
        finally:
            connection.close()


@contextmanager
def _full_disk_explained(database: Path) -> Iterator[None]:
    import duckdb

    try:
        yield
    except duckdb.Error as error:
        if "No space left" not in str(error):
            raise
        raise NotWritable(
            f"{database} can't be written: the disk is full",
            hint="what was logged is in the journals, and is taken in when there is room",
        ) from error


@contextmanager
def _damage_explained(database: Path) -> Iterator[None]:
    """A block that isn't what was written shows itself in any query, and not as a fault of the query."""
    import duckdb

    try:
        yield
    except duckdb.Error as error:
        if not is_damage(error):
            raise
        raise _explained(database, str(error)) from error


def is_damage(error: duckdb.Error) -> bool:
    """Whether an error tells of the file, and not of what was asked."""
    import duckdb

    kinds = (duckdb.InternalException, duckdb.FatalException, duckdb.SerializationException)
    return isinstance(error, kinds) or "Corrupt database file" in str(error)


def is_about_the_file(error: duckdb.Error) -> bool:
    """Whether it is the file, the disk, or whoever interrupts, and not what was to be written."""
    import duckdb

    kinds = (
        duckdb.IOException,
        duckdb.ConnectionException,
        duckdb.InterruptException,
        duckdb.OutOfMemoryException,
    )
    return is_damage(error) or isinstance(error, kinds) or "No space left" in str(error)


@contextmanager
def nothing() -> Iterator[duckdb.DuckDBPyConnection]:
    """An index in memory that has nothing yet, as the database `store`."""
    with _home_of_its_own() as connection:
        connection.execute("ATTACH ':memory:' AS store")
        connection.execute("USE store")
        _create(connection)
        yield connection


@contextmanager
def _home_of_its_own(**settings: Any) -> Iterator[duckdb.DuckDBPyConnection]:
    import duckdb

    with duckdb.connect(":memory:", config={**_SETTINGS, **_spilling(), **settings}) as connection:
        connection.execute("SET GLOBAL TimeZone = 'UTC'")
        yield connection


def _spilling() -> dict[str, Any]:
    """Where a DuckDB in memory puts what it has no room for: not into the user's working folder."""
    return {"temp_directory": str(Path(tempfile.gettempdir()) / f"mlnb-{os.getpid()}-{os.urandom(4).hex()}")}


@contextmanager
def _interrupt_handed_on() -> Iterator[None]:
    """Ctrl-C during a query is Ctrl-C: DuckDB takes the signal for itself, and tells an error of its own."""
    try:
        yield
    except RuntimeError as error:
        if str(error) != "Query interrupted":
            raise
        raise KeyboardInterrupt from error


@contextmanager
def reading(
    database: Path, *, patience: float = PATIENCE, apart: bool = False
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A read-only connection to an index that exists; `apart` gives one whose settings are nobody else's."""
    with _in_process, _interrupt_handed_on():
        if apart or database.stat().st_size > LARGE:
            with _home_of_its_own(**({} if apart else {"memory_limit": MEMORY})) as own:
                _patiently(database, patience, lambda: _attach(own, database))
                own.execute("USE store")
                with _damage_explained(database):
                    yield own
            return
        home = _kept_home()
        _patiently(database, patience, lambda: _attach(home, database))
        connection = home.cursor()
        try:
            connection.execute("USE store")
            with _damage_explained(database):
                yield connection
        finally:
            connection.close()  # and its temporary tables with it
            _detach(home)


def one(connection: duckdb.DuckDBPyConnection, query: str, values: Values = ()) -> tuple[Any, ...] | None:
    """The first row of a result, of which there is at most one. Fetched whole: DuckDB lets nothing else
    be done on a connection while a result is half read."""
    rows = connection.execute(query, values).fetchall()
    return rows[0] if rows else None


def table(connection: duckdb.DuckDBPyConnection, query: str, values: Values | None = None) -> pa.Table:
    """A result as an Arrow table."""
    return connection.sql(query, params=values).to_arrow_table()


def remove(database: Path) -> None:
    """Take an index away, with what DuckDB keeps beside it: a log of another file must not be replayed.

    The file goes first: without it an index is made again, without its log it would lack what is there.
    """
    database.unlink(missing_ok=True)
    _log_of(database).unlink(missing_ok=True)


def replace(new: Path, database: Path) -> None:
    """Put a new index in an old one's place."""
    if _log_of(database).exists():
        remove(database)
    new.replace(database)


def _log_of(database: Path) -> Path:
    return database.with_name(database.name + ".wal")


def copy(database: Path, new: Path) -> None:
    """Write everything that lives in an index into a new file."""
    with writing(database) as connection:
        connection.execute("CHECKPOINT")
        name = connection.execute("SELECT current_database()").fetchall()[0][0]
        target = str(new).replace("'", "''")
        connection.execute(f"ATTACH '{target}' AS fresh (STORAGE_VERSION '{schema.COMPATIBILITY}')")
        connection.execute(f'COPY FROM DATABASE "{name}" TO fresh')
        connection.execute("DETACH fresh")


def dead_share(connection: duckdb.DuckDBPyConnection) -> tuple[int, float]:
    """The size of the index in bytes, and which part of it is blocks that nothing uses any more."""
    row = one(connection, "SELECT block_size, total_blocks, free_blocks FROM pragma_database_size()")
    if row is None or not row[1]:
        return 0, 0.0
    block, total, free = row
    return block * total, free / total


def has_schema(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether the index has the tables of this version."""
    try:
        row = one(connection, "SELECT version FROM base.meta")
    except Exception:  # noqa: BLE001 - DuckDB's catalog errors have no common narrower type
        return False
    return row is not None and row[0] == schema.VERSION


def has_tables(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether there is anything in the index, of this version or another."""
    row = one(connection, "SELECT count(*) FROM duckdb_tables()")
    return row is not None and row[0] > 0


def _create(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("BEGIN")
    for statement in schema.statements():
        connection.execute(statement)
    # Folds count from now (ms): whoever comes with a cursor of an index that this one replaces gets everything.
    first = int(time.time() * 1000)
    connection.execute(
        "INSERT INTO base.meta VALUES (?, ?, 0, ?)", [schema.VERSION, first, events.UNDERSTOOD]
    )
    connection.execute("COMMIT")


def _kept_home() -> duckdb.DuckDBPyConnection:
    global _home  # noqa: PLW0603
    import duckdb

    if _home is None:
        _home = duckdb.connect(
            ":memory:", config={**_SETTINGS, **_spilling(), "threads": 1, "memory_limit": MEMORY}
        )
        _home.execute("SET GLOBAL TimeZone = 'UTC'")
    return _home


def _attach(home: duckdb.DuckDBPyConnection, database: Path) -> None:
    import duckdb

    if _is_open_here(database):
        # To open it a second time and close it would free the first one's lock (POSIX record locks are like that).
        raise duckdb.ConnectionException(f"{database} is open")
    path = str(database).replace("'", "''")
    home.execute(f"ATTACH '{path}' AS store (READ_ONLY)")


def _detach(home: duckdb.DuckDBPyConnection) -> None:
    global _home  # noqa: PLW0603
    try:
        home.execute("DETACH store")
    except BaseException:
        # Whatever it was, the file must not stay open.
        _home = None
        home.close()
        raise


def _is_open_here(database: Path) -> bool:
    """Whether this process has the file open already; where that can't be seen, DuckDB itself refuses."""
    try:
        there = database.stat()
        descriptors = os.listdir("/dev/fd")  # noqa: PTH208 - names are all that is wanted
    except OSError:
        return False
    for descriptor in descriptors:
        with suppress(OSError):  # the one that listed them is closed by now
            found = os.fstat(int(descriptor))
            if (found.st_ino, found.st_dev) == (there.st_ino, there.st_dev):
                return True
    return False


def _after_fork_in_child() -> None:
    # Not closed: another thread of the parent's may have been inside it.
    global _home, _in_process  # noqa: PLW0603
    _in_process = threading.RLock()
    if _home is not None:
        _left_to_parent.append(_home)
        _home = None


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork_in_child)


def _connect(
    database: Path, patience: float, *, read_only: bool, config: dict[str, Any]
) -> duckdb.DuckDBPyConnection:
    import duckdb

    connection = _patiently(
        database, patience, lambda: duckdb.connect(str(database), read_only=read_only, config=config)
    )
    connection.execute("SET GLOBAL TimeZone = 'UTC'")  # as all times in it are
    return connection


def _patiently(database: Path, patience: float, open_it: Callable[[], T]) -> T:
    """Open the index as soon as nobody stands in the way."""
    import duckdb

    deadline = time.monotonic() + patience
    pause = 0.002
    while True:
        try:
            return open_it()
        except duckdb.IOException as error:
            text = str(error)
            if not _LOCK.search(text):  # a damaged block is none
                raise _explained(database, text) from error
            if time.monotonic() >= deadline:
                raise _busy(database, text) from error
        except duckdb.Error as error:
            if is_damage(error):
                raise _explained(database, str(error)) from error
            # Somebody in this very process has it open.
            if not isinstance(error, duckdb.ConnectionException) and "file handle conflict" not in str(error):
                raise
            if time.monotonic() >= deadline:
                raise Busy(
                    f"{database} is open in this process, by a connection that mlnb did not make",
                    hint="close it",
                ) from error
        time.sleep(pause)
        pause = min(pause * 1.5, 0.05)


def _busy(database: Path, text: str) -> Busy:
    pid = re.search(r"PID (\d+)", text)
    holder = f"process {pid[1]}{_named(int(pid[1]))}" if pid else "another process"
    return Busy(
        f"{database} is held open by {holder}",
        hint="logging goes on; close that connection to query again",
        pid=int(pid[1]) if pid else None,
    )


def _named(pid: int) -> str:
    import psutil

    try:
        words = psutil.Process(pid).cmdline()
    except psutil.Error:
        return ""
    return f" ({' '.join(words)[:80]})" if words else ""


def _explained(database: Path, text: str) -> Exception:
    if "Permission denied" in text or "Read-only" in text:
        return NotWritable(f"{database} can't be opened: permission denied")
    first = text.splitlines()[0]
    return Corrupt(
        f"{database} can't be opened: {first}",
        hint="mlnb store rebuild makes it again from the archive",
        index=database,
    )
