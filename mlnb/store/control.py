"""What is asked of a run or a batch by another process: to stop. A file, since no message reaches a kernel that is busy
everywhere, and none a batch that a terminal started.

Whoever watches a running cell looks for it (`mlnb.widgets.live`), and stops the cell as Ctrl-C would; so does a batch
(`mlnb.execution.batch`).
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from mlnb.store.layout import Store

FORGOTTEN_S: Final = 24 * 3600.0
"""After this time, a request that nobody heard is taken away."""


def ask_to_stop(store: Store, run_id: str) -> None:
    """Leave the request where the run's process finds it."""
    folder = _folder(store)
    folder.mkdir(exist_ok=True)
    for old in folder.glob("*.stop"):
        if time.time() - old.stat().st_mtime > FORGOTTEN_S:
            old.unlink(missing_ok=True)
    _file(store, run_id).touch()


def is_asked_to_stop(store: Store, run_id: str) -> bool:
    return _file(store, run_id).exists()


def forget(store: Store, run_id: str) -> None:
    """The run has ended, or heard it."""
    _file(store, run_id).unlink(missing_ok=True)


def _folder(store: Store) -> Path:
    return store.path / "control"


def _file(store: Store, run_id: str) -> Path:
    return _folder(store) / f"{run_id}.stop"
