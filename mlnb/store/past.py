"""A journal of what happened before and elsewhere: events and points that keep the times they had.

A run that is being recorded is stamped as it goes (`journal`). One that another tracker recorded has its times
already, so its journal is written whole, and closed, and folds like any other.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlnb import __version__, events
from mlnb.errors import NotWritable
from mlnb.store import points, process, transfer

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from mlnb.store.layout import Store


@dataclass(frozen=True)
class Curve:
    """A metric's points, all arrays of shape (n,): steps, times in µs since 1970, values."""

    steps: NDArray[np.int64]
    times: NDArray[np.int64]
    values: NDArray[np.float64]
    dataset_digest: str | None = None


def write(store: Store, run_id: str, dated: Sequence[events.Event], curves: Mapping[str, Curve]) -> None:
    """Add a journal with these events, each with its `time` set, and points to a run that need not exist yet.

    Raises
    ------
    NotWritable
        The store can't be written.
    """
    writer = process.new_writer()
    me = process.current()
    first = min((event.time for event in dated), default=0)
    opened = events.JournalOpened(
        format=events.FORMAT,
        requires=["lines/2", "points/2"],
        subject=run_id,
        about="run",
        writer=writer,
        mlnb=__version__,
        store_id=store.store_id,
        host=me.host,
        boot_id=me.boot_id,
        pid=me.pid,
        pid_namespace=me.namespace,
        pid_born=me.born,
        time=first,
    )
    keys = [
        events.MetricKey(key=number, name=name, dataset_digest=curve.dataset_digest, time=first)
        for number, (name, curve) in enumerate(curves.items(), 1)
    ]
    ordered = [opened, *keys, *sorted(dated, key=lambda event: event.time)]
    lines = [
        events.seal(events.encode(event, time=event.time, seq=place)) for place, event in enumerate(ordered)
    ]
    parts = [
        points.pack_many(number, curve.steps, curve.times, curve.values)
        for number, curve in enumerate(curves.values(), 1)
    ]
    whole = b"".join(parts)
    if whole:
        whole += points.mark(0, zlib.crc32(whole))
    try:
        transfer.write_journal(store.journals / f"{run_id}.{writer}", b"".join(lines), whole)
    except OSError as error:
        raise NotWritable(f"{store.journals} can't be written: {error.strerror or error}") from error
