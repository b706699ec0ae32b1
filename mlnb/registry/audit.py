"""Is the registry what it was? The chain over its history, each version's file, and the run behind it.

`store.care.verify` looks at a store's bytes; this looks at what the registry says. The head can be printed and kept
somewhere else: a history that was rewritten as a whole has another one.
"""

from __future__ import annotations

from collections.abc import Iterator

from mlnb.errors import NotFound
from mlnb.events import ModelVersion
from mlnb.registry import ledger
from mlnb.store import Store, query
from mlnb.store.care import Finding
from mlnb.tracking import current_store
from mlnb.tracking.records import Place


def verify(store: Place = None) -> list[Finding]:
    """Everything about the registry that isn't as it was; an empty list where all is well."""
    home = current_store(store)
    return [*_history(home), *_versions(home)]


def head(store: Place = None) -> str:
    """The hash of the whole history up to now, 64 hexadecimal digits."""
    return current_store(store).registry.head()


def _history(store: Store) -> Iterator[Finding]:
    store.registry.forget()  # all of it is read, whatever was read before
    for one in store.registry.breaks():
        yield Finding(
            f"registry.jsonl, line {one.place + 1} (promotion {one.promotion_id})",
            one.message,
            "restore the file; until then load_model refuses aliases and versions",
        )


def _versions(store: Store) -> Iterator[Finding]:
    for model in ledger.of(store).models.values():
        for version in model.versions.values():
            yield from _version(store, version)


def _version(store: Store, version: ModelVersion) -> Iterator[Finding]:
    where = f"model {version.model}/{version.version}"
    if not store.objects.has(version.sha256):
        yield Finding(where, "its file is gone", f"put back object {version.sha256}")
    elif not store.objects.is_whole(version.sha256):
        yield Finding(where, "its file is not what was registered", f"put back object {version.sha256}")
    try:
        query.record(store, version.run_id)
    except NotFound:
        yield Finding(
            where,
            f"its run {version.run_id} was deleted, and with it the evidence",
            "load_model(..., deleted=True) loads it all the same",
        )
