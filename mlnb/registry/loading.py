"""Getting a model back: find it by its reference, check that it is what was registered, rebuild it.

Nothing is rebuilt before the file's sha256 and, for an alias or a version, the registry's chain hold.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from importlib import metadata
from typing import Any

from mlnb.capture import formats
from mlnb.capture.formats import Trusted
from mlnb.errors import Corrupt, NotFound
from mlnb.registry import ledger, references
from mlnb.store import Store, query
from mlnb.tracking import current_store
from mlnb.tracking.records import Place


@dataclass(frozen=True)
class Located:
    """Where a reference leads: the model's file and what is known of it."""

    reference: str
    run_id: str
    sha256: str
    format: str
    metadata: dict[str, Any]


def load_model(ref: str, *, trusted: Trusted = False, deleted: bool = False, store: Place = None) -> Any:
    """The estimator behind `churn@champion`, `churn/3`, or a run's id or name.

    `trusted=True` loads any format, a list of type names those types only (skops). `deleted=True` also
    loads a version whose run was deleted, and with it the evidence.

    Raises
    ------
    UnsafeModel
        Loading could run code that the file brings.
    Corrupt
        The file or the registry isn't what was written.
    NotFound
        No such model, alias, version or run, or the run was deleted.
    UsageError
        The reference can't be read, or nothing here can load the format.
    """
    home = current_store(store)
    return rebuild(home, locate(home, ref, deleted=deleted), trusted)


def rebuild(store: Store, found: Located, trusted: Trusted) -> Any:
    """The estimator in a file that was found; warns of libraries that have other versions here."""
    data = store.objects.read(found.sha256)
    _warn_of_versions(found)
    return formats.load(data, found.format, trusted, found.reference)


def locate(store: Store, ref: str, *, deleted: bool = False) -> Located:
    """The file behind a reference; the registry's chain is checked on the way."""
    parsed = references.parse(ref)
    if isinstance(parsed, references.RunRef):
        return _in_run(store, ref, references.run_id_of(store, parsed.run), None)
    broken = next(iter(store.registry.breaks()), None)
    if broken is not None:
        raise Corrupt(
            f"the registry's history is broken at promotion {broken.promotion_id}: {broken.message}",
            hint="mlnb store verify says more",
        )
    version = references.version_of(ledger.of(store), parsed)
    try:
        found = _in_run(store, ref, version.run_id, version.sha256)
    except NotFound as error:
        if deleted:
            return Located(ref, version.run_id, version.sha256, version.format, {})
        raise NotFound(
            f"the run behind {version.model}/{version.version} is gone, and with it the evidence for it",
            hint=f"to load it all the same: load_model({ref!r}, deleted=True)",
            run_id=version.run_id,
        ) from error
    return Located(ref, version.run_id, version.sha256, version.format, found.metadata)


def _in_run(store: Store, ref: str, run_id: str, sha256: str | None) -> Located:
    if sha256 is None:
        record = references.holder_of_model(store, run_id)
        artifact = references.model_artifact(record)
    else:
        record = query.record(store, run_id)
        artifact = next((one for one in record["artifacts"] if one["sha256"] == sha256), {})
    metadata = artifact.get("metadata") or {}
    return Located(ref, run_id, sha256 or artifact["sha256"], metadata.get("format", "unknown"), metadata)


def _warn_of_versions(found: Located) -> None:
    for library, then in (found.metadata.get("versions") or {}).items():
        now = _installed(library)
        if now is not None and now != then:
            warnings.warn(
                f"{found.reference} was saved with {library} {then}, here is {now}: it may predict otherwise",
                stacklevel=4,
            )


def _installed(library: str) -> str | None:
    if library == "python":
        return None  # models don't depend on Python's own version, unless they are pickles
    try:
        return metadata.version(library)
    except metadata.PackageNotFoundError:
        return None
