"""How a question gets its connection: everything logged before it is folded, live points are laid over
the index, and an answer is kept until a file of the store changes.

An answer comes soon: what there is no time to fold or to look through is left out, a process of its own goes on with it
(`helper`), and that the answer isn't whole is said (`whole`).

Where somebody's own connection holds the index, a question is answered from the last kept answer and
from the journals that are still there (`stale`), or with an error that names the process.
"""

from __future__ import annotations

import contextlib
import sys
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Hashable, Iterator, Sequence
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from mlnb import events
from mlnb.errors import Busy, Corrupt, NotFound
from mlnb.store import batch_owners, helper, index, ingest, live, locks, overlay, reading, rows, schema, whole

if TYPE_CHECKING:
    import duckdb

    from mlnb.store.layout import Store

PATIENCE: Final = 3.0
"""Seconds to wait for somebody else's connection."""

FOLD_PATIENCE: Final = 0.3
"""Seconds to wait for another process that folds, or that reads; after that the question is answered without a fold."""

AT_ONCE: Final = 1.2
"""Seconds that an answer may be waiting for what isn't folded yet."""

KEPT: Final = 128
"""Answers kept by one process."""

KEPT_BYTES: Final = 64 << 20
"""What they take together, about."""

STALE_AFTER: Final = 300.0
"""Seconds after which an answer about runs that run is made again, whatever the files say."""

T = TypeVar("T")
Make = Callable[["duckdb.DuckDBPyConnection"], T]


@dataclass(frozen=True)
class _Kept:
    stamp: Hashable
    value: Any
    weight: int


@dataclass(frozen=True)
class Look:
    """An open connection, and the state of the store that it shows: None where that changes just now. `listing` are the journals
    that were looked at, `missing` the names of those that there was no time to look into: what it shows is not the whole."""

    connection: duckdb.DuckDBPyConnection
    state: Hashable
    listing: reading.Listing
    missing: Sequence[str] = ()


_kept: OrderedDict[Hashable, _Kept] = OrderedDict()
_lock = threading.Lock()
_shared = threading.local()


def answer(
    store: Store,
    question: Hashable,
    make: Make[T],
    *,
    stale: Callable[[T | None, T], T] | None = None,
    about: Collection[str] = (),
) -> T:
    """What `make` says of an up-to-date connection, or said of the same state before.

    `stale(kept, live)` joins the last kept answer (None if there is none) with what the journals say
    while the index can't be opened; without it, that is an error. What waits of the runs and sessions `about` is taken in
    first; only they can have what isn't found.

    Raises
    ------
    Busy
        Somebody's own connection holds the index.
    """
    return healed(store, lambda: _answer(store, question, make, stale, frozenset(about)))


def healed(store: Store, ask: Callable[[], T]) -> T:
    """What `ask` says; where it finds the index damaged, that is made again from the archive first.

    Raises
    ------
    Corrupt
        It is damaged, and this process may not make it again, or that doesn't mend it.
    """
    try:
        return ask()
    except Corrupt as corrupt:
        if corrupt.facts.get("index") != store.database or not ingest.may_be_written(store):
            raise
        with ingest.alone(store):
            index.remove(store.database)
        forget()
        return ask()


def _answer(
    store: Store,
    question: Hashable,
    make: Make[T],
    stale: Callable[[T | None, T], T] | None,
    about: frozenset[str],
) -> T:
    key = (store.path, question)
    with _lock:
        kept = _kept.get(key)
    if kept is not None and kept.stamp == state(store):
        value: T = kept.value
        return value
    try:
        with _shared_or_own(store, about) as look:
            value = _made(store, make, look, about)
    except Busy as busy:
        if stale is None:
            raise
        with _from_journals(store) as connection:
            try:
                found = make(connection)
            except NotFound:
                raise busy from None  # it isn't in the journals: whether it is at all, only the index says
            return stale(None if kept is None else kept.value, found)
    if look.state is not None:
        _keep(key, _Kept(look.state, value, _weight(value)))
    return value


def _keep(key: Hashable, new: _Kept) -> None:
    with _lock:
        _kept.pop(key, None)
        if new.weight > KEPT_BYTES // 4:
            return  # one must not drive out all the others
        _kept[key] = new
        total = sum(kept.weight for kept in _kept.values())
        while len(_kept) > KEPT or total > KEPT_BYTES:
            total -= _kept.popitem(last=False)[1].weight


def _weight(value: object) -> int:
    """About how many bytes a value takes: of a list's or a dict's content, the first is taken for all."""
    if (size := getattr(value, "nbytes", None)) is not None:
        return int(size)
    if is_dataclass(value):
        return 64 + sum(_weight(getattr(value, part.name)) for part in fields(value))
    if isinstance(value, dict) and value:
        name, first = next(iter(value.items()))
        return 64 + len(value) * (_weight(name) + _weight(first))
    if isinstance(value, (list, tuple)) and value:
        return 64 + len(value) * _weight(value[0])
    return sys.getsizeof(value)


def _made(store: Store, make: Make[T], look: Look, about: frozenset[str]) -> T:
    try:
        made = make(look.connection)
    except NotFound:
        if any(not about or name.partition(".")[0] in about for name in look.missing):
            raise _not_whole(store, look.missing) from None
        raise
    if look.missing:
        whole.say(len(look.missing))
    return made


@contextlib.contextmanager
def together(store: Store) -> Iterator[None]:
    """Inside the block this thread's questions to the store share one connection, and with it one state: to open the
    index takes longer than most questions. For a few quick ones; others wait meanwhile."""
    with contextlib.ExitStack() as stack:
        with contextlib.suppress(Busy):  # each question then finds its own way
            _shared.look = store.path, stack.enter_context(_look(store, _haste()))
        try:
            yield
        finally:
            _shared.look = None


@contextlib.contextmanager
def _shared_or_own(store: Store, about: frozenset[str]) -> Iterator[Look]:
    shared = getattr(_shared, "look", None)
    if shared is not None and shared[0] == store.path:
        yield shared[1]
        return
    with _look(store, _haste(about)) as look:
        yield look


@contextlib.contextmanager
def looking(store: Store) -> Iterator[duckdb.DuckDBPyConnection]:
    """A read-only connection that sees everything logged before the call, however long that takes: for who takes care of
    a store.

    It has, beside the index, the temporary relations `live_metric`, `all_metric` and `unsettled`.

    Raises
    ------
    Busy
        Somebody's own connection holds the index.
    """
    with _look(store, None) as look:
        yield look.connection


@contextlib.contextmanager
def asking(store: Store, *, apart: bool = False) -> Iterator[Look]:
    """The same for a question that isn't kept: soon, and it is said what is missing. With `apart`, its settings may be
    changed.

    Raises
    ------
    Busy
        Somebody's own connection holds the index.
    """
    with _look(store, _haste(), apart=apart) as look:
        yield look
        if look.missing:
            whole.say(len(look.missing))


def _haste(first: frozenset[str] = frozenset()) -> ingest.Haste:
    return ingest.Haste(time.monotonic() + AT_ONCE, first)


@contextlib.contextmanager
def _look(store: Store, haste: ingest.Haste | None, *, apart: bool = False) -> Iterator[Look]:
    with _up_to_date(store, haste, apart=apart) as look:
        _lay_over(store, look)
        yield look


@contextlib.contextmanager
def _up_to_date(store: Store, haste: ingest.Haste | None, *, apart: bool) -> Iterator[Look]:
    """A connection that shows everything logged before the call (live points apart), as far as there is time for it.

    Where nothing is new, that takes one look and no lock. Else it is folded first; where another process does
    that just now or reads the index for long, or the store can only be read, what isn't folded is laid over the
    committed index.
    """
    with contextlib.ExitStack() as stack:
        try:
            connection = stack.enter_context(_reading(store, apart=apart))
            has_schema = index.has_schema(connection)
        except (Corrupt, FileNotFoundError):
            has_schema = False  # it is made again below
        look = None
        if has_schema:
            look, work = _looked(store, connection, haste)
            if not work:
                yield look
                return
    listing = None if look is None else look.listing
    left = _folded(store, haste, listing)
    if left is not None and store.database.exists():
        if left:
            helper.start(store)
        with _reading(store, apart=apart) as connection:
            if left and listing:
                yield Look(connection, None, listing, left)
                return
            look, work = _looked(store, connection, haste)
            yield Look(connection, None if work.news else look.state, look.listing, left)
        return
    with _committed(store, apart=apart) as connection:
        listing = listing or ingest.listed(store, connection, haste)
        with overlay.laid_over(store, connection, haste, listing) as missing:
            if missing and ingest.may_be_written(store):
                helper.start(store)
            yield Look(connection, None if missing else state(store, listing), listing, missing)


@contextlib.contextmanager
def _reading(store: Store, *, apart: bool) -> Iterator[duckdb.DuckDBPyConnection]:
    with contextlib.ExitStack() as stack:
        with locks.announced(store.asking_lock):
            connection = stack.enter_context(index.reading(store.database, patience=PATIENCE, apart=apart))
        yield connection


def _looked(
    store: Store, connection: duckdb.DuckDBPyConnection, haste: ingest.Haste | None
) -> tuple[Look, ingest.Pending]:
    """The state that an open index shows, and what isn't in it. The listing comes after the opening: whatever changes
    later makes another state."""
    listing = ingest.listed(store, connection, haste)
    look = Look(connection, state(store, listing), listing)
    return look, ingest.pending(store, connection, haste, listing)


def _folded(store: Store, haste: ingest.Haste | None, listing: reading.Listing | None) -> list[str] | None:
    """The names of what isn't in the index of all that was logged before the call; None where nothing could be folded."""
    if not ingest.may_be_written(store):
        return None
    try:
        if haste is None:
            return [] if ingest.fold(store, patience=FOLD_PATIENCE) else None
        return ingest.fold_some(store, haste, listing, patience=FOLD_PATIENCE)
    except Busy:
        return None


@contextlib.contextmanager
def _committed(store: Store, *, apart: bool) -> Iterator[duckdb.DuckDBPyConnection]:
    """The index as it is; an empty one where there is none that can be read."""
    with contextlib.ExitStack() as stack:
        try:
            connection = stack.enter_context(_reading(store, apart=apart))
            usable = index.has_schema(connection)
        except (Corrupt, FileNotFoundError):
            usable = False
        if usable:
            yield connection
            return
    with index.nothing() as connection:
        yield connection


def _not_whole(store: Store, missing: Sequence[str]) -> Busy:
    return Busy(
        f"{store.path} has {len(missing)} journals that aren't folded yet: it may be in one of them",
        hint="logging goes on; ask again in a while",
    )


def state(store: Store, listing: reading.Listing | None = None) -> Hashable:
    """Something that differs whenever an answer may: sizes and times of files, and who lives. None where there is more than
    can be looked at."""
    listing = listing or reading.listing(store.journals, ingest.LOOKED_AT)
    if listing.beyond:
        return None
    found = listing.sizes
    return (
        # Silence is a sign too, of writers on other hosts: it is looked for once in a while.
        time.time() // STALE_AFTER if found else None,
        _stat(store.database),
        _stat(store.registry.path),
        batch_owners.gone(store),
        tuple((journal.name, sizes, locks.is_held(journal.alive_path)) for journal, sizes in found.items()),
    )


def _lay_over(store: Store, look: Look) -> None:
    connection = look.connection
    batch_owners.lay_over(store, connection)
    found = [metric.row() for metric in live.metrics(look.listing, connection)]
    folded = ", ".join(f'"{name}"' for name in live.METRIC_COLUMNS)
    all_folded = f"SELECT {folded} FROM base.metric JOIN base.key USING (key_no)"
    if not found:
        connection.execute(
            f"""CREATE TEMP TABLE live_metric (run_no INTEGER, name VARCHAR);
                CREATE TEMP VIEW all_metric AS {all_folded};
                CREATE TEMP VIEW unsettled AS SELECT DISTINCT run_no FROM base.stale"""
        )
        return
    import pyarrow as pa

    types = [pa.int32(), pa.string(), *[pa.float64()] * 3, pa.int64(), pa.float64(), *[pa.int64()] * 2]
    columns = list(zip(*found, strict=True)) or [()] * len(live.METRIC_COLUMNS)
    table = pa.table(
        {
            name: pa.array(values, type=kind)
            for name, values, kind in zip(
                live.METRIC_COLUMNS, columns, [*types, *[pa.string()] * 3], strict=True
            )
        }
    )
    connection.register("live_rows", table)
    connection.execute("CREATE TEMP TABLE live_metric AS SELECT * FROM live_rows")
    connection.unregister("live_rows")
    connection.execute(
        f"""CREATE TEMP VIEW all_metric AS
            {all_folded} WHERE (run_no, name) NOT IN (SELECT (run_no, name) FROM live_metric)
            UNION ALL SELECT * FROM live_metric"""
    )
    connection.execute(
        """CREATE TEMP VIEW unsettled AS
           SELECT run_no FROM base.stale UNION SELECT run_no FROM live_metric"""
    )


@contextlib.contextmanager
def _from_journals(store: Store) -> Iterator[duckdb.DuckDBPyConnection]:
    """An index in memory of nothing but the journals that aren't archived."""
    import duckdb

    with duckdb.connect(":memory:") as connection:
        for statement in schema.statements():
            connection.execute(statement)
        connection.execute("INSERT INTO base.meta VALUES (?, 0, 0, ?)", [schema.VERSION, events.UNDERSTOOD])
        taken = rows.Taken(connection)
        listing = reading.listing(store.journals, ingest.LOOKED_AT)
        for journal in listing.sizes:
            ingest.take(taken, journal)
        taken.take_registry(store.registry.read(), 0)
        taken.insert()
        _lay_over(store, Look(connection, None, listing))
        yield connection


def forget() -> None:
    """Drop every kept answer."""
    with _lock:
        _kept.clear()


def _stat(path: Path) -> Hashable:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return (found.st_mtime_ns, found.st_size, found.st_ino)
