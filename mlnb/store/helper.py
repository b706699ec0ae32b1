"""A process that folds on behalf of writers: `python -m mlnb.store.helper FOLDER`.

Writers never fold: it would cost the cell's time, and a thread inside DuckDB at the interpreter's end
brings it down. When too many journals wait, one of them starts this, and it ends when nothing is left.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from mlnb.store import locks

if TYPE_CHECKING:
    from mlnb.store.layout import Store

MANY: Final = 200
"""Journals that may wait."""

LOOK_EVERY: Final = 20
"""Ended runs of this process between two looks into the folder."""

_ended = 0
_helper: subprocess.Popen[bytes] | None = None


def start_if_many(store: Store) -> None:
    """Start the helper if more than `MANY` journals wait and nobody folds already."""
    global _ended  # noqa: PLW0603
    _ended += 1
    if _ended % LOOK_EVERY:
        return
    waiting = sum(name.endswith(".jsonl") for name in os.listdir(store.journals))  # noqa: PTH208
    if waiting > MANY:
        start(store)


def start(store: Store) -> None:
    """Start the helper if nobody folds already."""
    global _helper  # noqa: PLW0603
    if _helper is not None and _helper.poll() is None:
        return
    if not locks.is_held(store.ingest_lock):
        _helper = subprocess.Popen(
            [sys.executable, "-P", "-m", "mlnb.store.helper", str(store.path)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )


def main(folder: str) -> int:
    from mlnb.errors import Busy
    from mlnb.store import care, ingest
    from mlnb.store.layout import Store

    store = Store.open(Path(folder), create=False)
    try:
        with ingest.alone(store, patience=0):
            ingest.drain(store)
    except Busy:
        return 0  # somebody else folds, or holds the index: then the journals wait for the next
    care.keep_small(store)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
