"""Batches whose process died before it could say that they ended: they are `killed`, not `running`.

The registry says which process executes a batch, and that process holds the lease of the batch's id as long as it does.
As with runs, that is judged whenever somebody asks and nothing is written down, so a batch that is resumed runs
again. Of another machine's batch only silence tells: none of its runs has begun or ended for a quarter of an hour, and
none runs.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING

from mlnb import events
from mlnb.store import process, schema

if TYPE_CHECKING:
    import duckdb

    from mlnb.store.layout import Store

_known: dict[Hashable, Mapping[str, events.Owner]] = {}
_lock = threading.Lock()


def this_process() -> events.Owner:
    """Who this process is, for a batch that it executes."""
    now = process.current()
    return events.Owner(now.host, now.boot_id, now.pid, now.namespace, now.born)


def gone(store: Store) -> frozenset[str]:
    """The ids of batches that the registry has running and that nobody executes any more, for certain."""
    return frozenset(
        batch_id for batch_id, owner in _running(store).items() if _is_gone(store, batch_id, owner)
    )


def lay_over(store: Store, connection: duckdb.DuckDBPyConnection) -> None:
    """Have the connection's `batches` say `killed` of batches that nobody executes any more."""
    dead = [*gone(store), *_silent(store, connection)]
    if not dead:
        return
    listed = ", ".join(f"'{batch_id}'" for batch_id in sorted(dead) if "'" not in batch_id)
    connection.execute(
        f"""CREATE TEMP VIEW batches AS SELECT * REPLACE (
                CASE WHEN batch_id IN ({listed}) THEN 'killed' ELSE state END AS state)
            FROM ({schema.VIEWS["batches"]})"""
    )


def _silent(store: Store, connection: duckdb.DuckDBPyConnection) -> list[str]:
    elsewhere = [
        batch_id for batch_id, owner in _running(store).items() if _is_gone(store, batch_id, owner) is None
    ]
    before = time.time() - process.SILENCE
    return [batch_id for batch_id in elsewhere if not _shows_signs(connection, batch_id, before)]


def _shows_signs(connection: duckdb.DuckDBPyConnection, batch_id: str, since: float) -> bool:
    found = connection.execute(
        """SELECT count(*) FROM (
               SELECT make_timestamp(started_at) AS sign FROM base.batch WHERE batch_id = $id
               UNION ALL SELECT greatest(started_at, ended_at) FROM base.run WHERE batch_id = $id
               UNION ALL SELECT now() AT TIME ZONE 'UTC' FROM base.run WHERE batch_id = $id AND status = 'running')
           WHERE sign >= to_timestamp($since) AT TIME ZONE 'UTC'""",
        {"id": batch_id, "since": since},
    ).fetchone()
    return bool(found and found[0])


def _running(store: Store) -> Mapping[str, events.Owner]:
    """Who executes each batch that hasn't ended, by the registry; read again when that file changes."""
    try:
        found = store.registry.path.stat()
    except FileNotFoundError:
        return {}
    stamp = (store.registry.path, found.st_size, found.st_mtime_ns, found.st_ino)
    with _lock:
        if stamp not in _known:
            for old in [key for key in _known if isinstance(key, tuple) and key[0] == stamp[0]]:
                del _known[old]
            _known[stamp] = _read(store)
        return _known[stamp]


def _read(store: Store) -> Mapping[str, events.Owner]:
    owners: dict[str, events.Owner] = {}
    for record in store.registry.read():
        match record:
            case events.BatchStarted(batch_id=batch_id, owner=events.Owner() as owner):
                owners[batch_id] = owner
            case events.BatchResumed(batch_id=batch_id, owner=owner):
                owners[batch_id] = owner
            case events.BatchEnded(batch_id=batch_id):
                owners.pop(batch_id, None)
    return owners


def _process(owner: events.Owner) -> process.Process:
    return process.Process(owner.host, owner.boot_id, owner.pid, owner.namespace, owner.born)


def _is_gone(store: Store, batch_id: str, owner: events.Owner) -> bool | None:
    """Whether nobody executes it any more; None where that can't be seen from here."""
    if store.leases.is_held(batch_id):
        return False
    return True if process.is_here(_process(owner)) and owner.born is not None else None
