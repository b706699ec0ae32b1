"""What isn't folded yet: the points of runs that still run, read from their journals.

Summaries of a growing file are kept in memory and brought forward by what was added since the last look,
so that a panel that looks ten times a second doesn't read a million points each time.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mlnb import events
from mlnb.store import earlier, points, positions, reading, summary

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import duckdb
    from numpy.typing import NDArray

    from mlnb.store.reading import Journal

METRIC_COLUMNS = (
    "run_no",
    "name",
    "last",
    "min",
    "max",
    "count",
    "first_value",
    "first_step",
    "last_step",
    "estimator",
    "dataset_digest",
    "source",
)


@dataclass
class Tail:
    """The points of one journal that the index hasn't, as far as they were looked at."""

    start: int
    end: int = 0
    events_end: int = 0
    keys: dict[int, events.MetricKey] = field(default_factory=dict)
    summaries: dict[int, summary.Summary] = field(default_factory=dict)

    def take(self, new: list[events.Event]) -> None:
        """Learn what the keys mean, and which are withdrawn."""
        for event in new:
            if isinstance(event, events.MetricKey):
                self.keys[event.key] = event
            elif isinstance(event, events.Withdrawn):
                for key in event.keys:
                    self.keys.pop(key, None)
                    self.summaries.pop(key, None)


@dataclass(frozen=True)
class LiveMetric:
    """One metric of one run, with everything that was logged, folded or not."""

    run_no: int
    metric: events.MetricKey
    summary: summary.Summary

    def row(self) -> tuple[Any, ...]:
        s, m = self.summary, self.metric
        first, last = s.first_step, s.last_step
        return (self.run_no, m.name, s.last, s.min, s.max, s.count, s.first_value, first, last,
                m.estimator, m.dataset_digest, m.source)  # fmt: skip


_tails: dict[Path, Tail] = {}
_lock = threading.Lock()


def waiting(
    listing: reading.Listing, connection: duckdb.DuckDBPyConnection
) -> list[tuple[Journal, positions.Position, int]]:
    """Journals with points that the index lacks: how far it is, and the size of their file."""
    known = positions.folded(connection, [journal.name for journal in listing.sizes])
    found = []
    for journal, (_, size) in listing.sizes.items():
        at = known.get(journal.name)
        if at is not None and at.run_no is not None and size - at.points_end >= points.SIZE:
            found.append((journal, at, size))
    return found


def metrics(listing: reading.Listing, connection: duckdb.DuckDBPyConnection) -> list[LiveMetric]:
    """The summaries of every metric that has points which aren't folded."""
    found: dict[tuple[int, str], LiveMetric] = {}
    for journal, at, size in waiting(listing, connection):
        assert at.run_no is not None
        tail = _brought_forward(journal, at, size)
        for key, seen in tail.summaries.items():
            metric = tail.keys[key]
            known = found.get((at.run_no, metric.name))
            merged = seen if known is None else known.summary.merge(seen)
            found[at.run_no, metric.name] = LiveMetric(at.run_no, metric, merged)
    folded = {run_no: earlier.load_summaries(connection, run_no) for run_no in {pair[0] for pair in found}}
    return [_joined(live, folded[live.run_no].get(live.metric.name)) for live in found.values()]


def raw_points(
    listing: reading.Listing, connection: duckdb.DuckDBPyConnection
) -> Iterator[tuple[int, str, NDArray[Any]]]:
    """(run_no, metric, records) of points that aren't folded, in the order of their journals."""
    for journal, at, size in waiting(listing, connection):
        if at.run_no is None:
            continue
        tail = _brought_forward(journal, at, size)
        records, _ = reading.read_points(journal.points_path, at.points_end, tail.end)
        for key, part in points.by_key(records):
            if key in tail.keys:
                yield at.run_no, tail.keys[key].name, part


def _brought_forward(journal: Journal, at: positions.Position, size: int) -> Tail:
    with _lock:
        tail = _tails.get(journal.points_path)
        if tail is None or tail.start != at.points_end:
            tail = _tails[journal.points_path] = Tail(start=at.points_end, end=at.points_end)
            _forget_gone()
        records, end = reading.read_points(journal.points_path, tail.end, size)
        read = reading.read_events(journal.events_path, tail.events_end)
        tail.take(read.events)
        tail.events_end = read.end
        if len(records):
            for key, _, found in summary.summarise(records, journal.writer, tail.end // points.SIZE):
                if key in tail.keys:
                    known = tail.summaries.get(key)
                    tail.summaries[key] = found if known is None else known.merge(found)
        tail.end = end
        return tail


def _forget_gone() -> None:
    for path in [path for path in _tails if not path.exists()]:
        del _tails[path]


def _joined(live: LiveMetric, folded: earlier.Described | None) -> LiveMetric:
    if folded is None:
        return live
    return LiveMetric(live.run_no, live.metric, folded[0].merge(live.summary))
