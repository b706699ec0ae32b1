"""Live hints: the server notices that a store grew, and says so on Jupyter's event bus.

Kernels hold no token and send nothing. The server looks at the names and sizes in each store's journal folder,
which costs microseconds, folds what is new, and emits a small hint: which store, which runs, up to which
cursor. Whoever hears it fetches what it shows. Stores that nobody asked about are not looked at, and
none is while nobody listens. Each store is looked at by itself: one whose disk fails or hangs holds up no other, and
the server's log says so.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Executor, Future, wait
from dataclasses import dataclass
from typing import Any, Final

from mlnb.store import Store, care, query

SCHEMA_ID: Final = "https://mlnb.readthedocs.io/events/store_changed/v1"
SCHEMA: Final[Mapping[str, Any]] = {
    "$id": SCHEMA_ID,
    "version": "1",
    "title": "A store of mlnb has changed",
    "description": "Runs were logged, edited or promoted. Fetch what is shown again.",
    "personal-data": False,
    "type": "object",
    "required": ["store", "cursor", "runs"],
    "properties": {
        "store": {"type": "string", "title": "The store's id"},
        "cursor": {"type": "integer", "title": "What to pass as `since` the next time"},
        "runs": {
            "type": "array",
            "title": "The runs that changed",
            "items": {"type": "string"},
        },
    },
}

LOOK_EVERY_S: Final = 0.1
LONGEST_REST_S: Final = 2.0
REST_AFTER_FAILURE_S: Final = 1.0
QUIET_S: Final = 60.0
"""Seconds without a change after which an index that is half dead is written again."""

_MOST_RUNS: Final = 200
_FOLDER: Final = "/"
_REGISTRY: Final = "/registry"
_log: Final = logging.getLogger(__name__)

Hint = dict[str, Any]
Sizes = dict[str, int]


@dataclass
class _Watched:
    """One store, as it looked the last time; `sizes` is None until it could be looked at."""

    store: Store
    cursor: int | None = None
    sizes: Sizes | None = None
    rest_until: float = 0.0
    tidy_at: float | None = None
    look: Future[None] | None = None
    failure: str | None = None


class Watcher:
    """Looks at every watched store, while `is_heard()`, and hands each hint to `emit` (from another thread).

    Its own thread only keeps time. DuckDB is asked in the executor, whose threads the interpreter waits for
    when it ends: a thread that is cut off inside DuckDB takes the whole process down.
    """

    def __init__(
        self, emit: Callable[[Hint], None], is_heard: Callable[[], bool], executor: Executor
    ) -> None:
        self._executor = executor
        self._emit = emit
        self._is_heard = is_heard
        self._watched: dict[str, _Watched] = {}
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def watch(self, store: Store) -> None:
        """Look at this store from now on."""
        with self._lock:
            known = self._watched.get(store.store_id)
            if known is None or known.store.path != store.path:
                self._watched[store.store_id] = _Watched(store, sizes=_sizes_or_none(store))
            if self._thread is None and not self._stopped.is_set():
                self._thread = threading.Thread(target=self._run, name="mlnb-watcher", daemon=True)
                self._thread.start()

    def stop(self) -> None:
        """Look no more; waits for looks that are under way."""
        self._stopped.set()
        if self._thread is not None:
            self._thread.join(timeout=5)
        wait([each.look for each in self._watched.values() if each.look is not None], timeout=5)

    def _run(self) -> None:
        while not self._stopped.wait(LOOK_EVERY_S):
            if self._is_heard():
                try:
                    for each in self._those_that_are_there():
                        if each.look is None or each.look.done():
                            each.look = self._executor.submit(self._look, each)
                except RuntimeError:  # the executor takes no more work: the end is near
                    return

    def _those_that_are_there(self) -> list[_Watched]:
        """The watched stores; of one that is gone this is said, once."""
        with self._lock:
            watched = self._watched
            self._watched = {key: one for key, one in watched.items() if not _is_gone(one.store)}
            gone = watched.keys() - self._watched.keys()
        for store_id in gone:
            self._emit({"store": store_id, "cursor": 0, "runs": []})
        return list(self._watched.values())

    def _look(self, each: _Watched) -> None:
        if time.monotonic() < each.rest_until:
            return
        try:
            self._see(each)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is this store's, and may pass
            each.rest_until = time.monotonic() + REST_AFTER_FAILURE_S
            failure = f"{type(error).__name__}: {error}"
            if failure != each.failure:
                each.failure = failure
                _log.warning("mlnb sees no changes in %s for now: %s", each.store.path, failure)
        else:
            if each.failure is not None:
                each.failure = None
                _log.warning("mlnb sees changes in %s again", each.store.path)

    def _see(self, each: _Watched) -> None:
        now = sizes(each.store)
        if now == each.sizes:
            if each.tidy_at is not None and time.monotonic() >= each.tidy_at:
                each.tidy_at = None
                care.keep_small(each.store)
            return
        began = time.monotonic()
        hint = self._hint(each, each.sizes or {}, now)
        each.sizes = now
        # A kernel that logs all the time gets most of the machine: fold for a quarter of the time, but let nobody wait long.
        each.rest_until = time.monotonic() + min(3 * (time.monotonic() - began), LONGEST_REST_S)
        each.tidy_at = time.monotonic() + QUIET_S
        if hint is not None:
            self._emit(hint)

    def _hint(self, each: _Watched, before: Sizes, now: Sizes) -> Hint | None:
        """What to say; None where nothing changed but where journals lie (they were folded)."""
        if each.cursor is not None and only_points_grew(before, now):  # nothing to fold: say it at once
            runs = list(grown_subjects(before, now))
            return {"store": each.store.store_id, "cursor": each.cursor, "runs": runs[:_MOST_RUNS]}
        page = query.run_page(each.store, since=each.cursor, children=True, limit=_MOST_RUNS)
        first = each.cursor is None or page.cursor < each.cursor  # the index may have been made anew
        each.cursor = page.cursor
        told = [] if first else [*(row["run_id"] for row in page.rows), *page.removed]
        runs = list(dict.fromkeys([*told, *grown_subjects(before, now)]))
        if not runs and not first and now.get(_REGISTRY) == before.get(_REGISTRY):
            return None
        return {"store": each.store.store_id, "cursor": page.cursor, "runs": runs[:_MOST_RUNS]}


def sizes(store: Store) -> Sizes:
    """The names and sizes of everything that grows in a store, and when its folder last changed."""
    found: Sizes = {}
    try:
        with os.scandir(store.path / "journal") as entries:
            for entry in entries:
                if not entry.name.endswith(".alive"):
                    found[entry.name] = entry.stat().st_size
        # Runs that came and were folded between two looks leave no other trace.
        found[_FOLDER] = (store.path / "journal").stat().st_mtime_ns
        found[_REGISTRY] = (store.path / "registry.jsonl").stat().st_size
    except FileNotFoundError:  # a journal went to the archive while we looked, or nothing is registered yet
        pass
    return found


def _sizes_or_none(store: Store) -> Sizes | None:
    try:
        return sizes(store)
    except OSError:
        return None


def _is_gone(store: Store) -> bool:
    """Whether the store's folder is there no more; a disk that doesn't answer is not a store that is gone."""
    try:
        (store.path / "store.json").stat()
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return False


def only_points_grew(before: Mapping[str, int], now: Mapping[str, int]) -> bool:
    """Whether nothing came, went or was said but points of runs that run."""
    return before.keys() == now.keys() and all(
        name.endswith(".pts") for name, size in now.items() if before[name] != size
    )


def grown_subjects(before: Mapping[str, int], now: Mapping[str, int]) -> Iterable[str]:
    """The runs and sessions whose journals are new or longer; those that are gone were folded."""
    grown = {name for name, size in now.items() if before.get(name) != size}
    return sorted({name.partition(".")[0] for name in grown - {_FOLDER, _REGISTRY}})
