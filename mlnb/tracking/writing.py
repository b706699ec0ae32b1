"""Findings into a run: the one place where what was captured becomes the run's params, metrics, data and files."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from msgspec import structs

from mlnb import events
from mlnb.capture.findings import Child, DataUse, File, Findings, Metric
from mlnb.capture.values import ITEMS, describe_param, is_setting
from mlnb.tracking.recording import Run, start

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from mlnb.store import Store
    from mlnb.tracking.live import Told
    from mlnb.tracking.options import Selection, TrackOptions

MOST_CHILDREN: Final = 200
_NUMBERED: Final = re.compile(r"(.+) \((\d+)\)", re.DOTALL)


@dataclass
class Written:
    """What stands in a run, as its line shows it."""

    params: list[tuple[str, str]] = field(default_factory=list)
    metrics: dict[str, float] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    problems: list[tuple[str, str]] = field(default_factory=list)
    unsynced: set[str] = field(default_factory=set)  # objects that may not be on the disk yet
    points: set[float] = field(default_factory=set)  # of all metrics, a long curve's last alone

    def count(self, what: str, number: int = 1) -> None:
        self.counts[what] = self.counts.get(what, 0) + number

    def add_logged(self, metrics: dict[str, float]) -> None:
        """What the cell logged by calls of its own."""
        self.metrics |= metrics
        self.count("metrics", len(metrics))


class NamesTaken:
    """Metric names within one run that several cells write to: a name means one thing."""

    def __init__(self, owners: Mapping[str, tuple[int, str]] | None = None) -> None:
        self._owners: dict[str, tuple[int, str]] = dict(owners or {})

    def draft(self) -> NamesTaken:
        """The same names, to try others with: those aren't taken by it."""
        return NamesTaken(self._owners)

    def free(self, metric: Metric, cell: int) -> str:
        owner = (cell, metric.name)
        if self._owners.setdefault(metric.name, owner) == owner:
            return metric.name
        name, number = _unnumbered(metric.name)
        if metric.estimator and not name.startswith(metric.estimator):
            name = f"{metric.estimator}.{name}"
        label = name if number == 1 else f"{name} ({number})"
        while self._owners.setdefault(label, owner) != owner:
            number += 1
            label = f"{name} ({number})"
        return label


def _unnumbered(name: str) -> tuple[str, int]:
    """`accuracy` and 2 of `accuracy (2)`: a cell has numbered its own."""
    found = _NUMBERED.fullmatch(name)
    return (name, 1) if found is None else (found[1], int(found[2]))


def write(
    run: Run,
    found: Findings,
    options: TrackOptions,
    written: Written,
    taken: NamesTaken,
    cell: int,
    told: Told,
) -> None:
    """Record everything that the cell hasn't told while it ran; each part on its own: what fails is one problem more."""
    parts: tuple[tuple[str, Callable[[], None]], ...] = (
        ("params", lambda: _params(run, found.params, options.params, written, told)),
        ("metrics", lambda: _metrics(run, found.metrics, options.metrics, written, taken, cell, told)),
        ("data", lambda: written.unsynced.update(_data(run, found.data, options.data, written, told))),
        ("files", lambda: _files(run, found.files, written)),
        ("events", lambda: run.append(*found.events)),
    )
    for name, part in parts:
        try:
            part()
        except Exception as error:  # noqa: BLE001 - a part that can't be written is a problem, not the cell's
            found.problems.append((name, f"{type(error).__name__}: {error}"))
    written.problems += found.problems


def _params(
    run: Run, params: Iterable[events.Param], chosen: Selection, written: Written, told: Told
) -> None:
    kept = [param for param in params if not chosen.drops(param.name)]
    left = told.params_left(kept)
    if left:
        run.append(events.Params(items=left))
    written.params += [(param.name, param.value) for param in kept]
    written.count("params", len(kept))


def _metrics(
    run: Run,
    metrics: Iterable[Metric],
    chosen: Selection,
    written: Written,
    taken: NamesTaken,
    cell: int,
    told: Told,
) -> None:
    named = [
        (taken.free(metric, cell), metric)
        for metric in metrics
        if metric.values and not chosen.drops(metric.name)
    ]
    kept = [(name, metric) for name, metric in named if not told.is_logged(name)]
    for name, metric in told.metrics_left(kept):
        facts: dict[str, Any] = {
            "estimator": metric.estimator,
            "dataset": metric.dataset_digest,
            "source": metric.source,
        }
        if metric.steps is None and len(metric.values) == 1:
            run.metric(name, metric.values[0], **facts)
        elif "numpy" not in sys.modules:  # whose import would keep the cell waiting
            steps = metric.steps or range(len(metric.values))
            for step, value in zip(steps, metric.values, strict=True):
                run.metric(name, value, step=step, **facts)
        else:
            run.history(name, metric.values, metric.steps, **facts)
    for name, metric in kept:
        written.metrics[name] = metric.values[-1]
        written.points.update(metric.values if len(metric.values) <= ITEMS else metric.values[-1:])
        written.count("metrics")


def _data(
    run: Run, data: Iterable[DataUse], chosen: Selection, written: Written, told: Told
) -> Iterator[str]:
    """The objects that aren't on the disk yet."""
    yield from told.unsynced
    for used in data:
        if chosen.drops(used.event.name):
            continue
        if not told.has_data(used):
            yield from write_data(run, used)
        written.count("datasets")


def write_data(run: Run, used: DataUse) -> list[str]:
    """Record a data set; the object that its rows' hashes went to, if any: nobody waits for the disk here."""
    if used.row_hashes is None:
        run.append(used.event)
        return []
    kept = run.store.objects.put_bytes(used.row_hashes.astype("<u8", copy=False), sync=False)
    run.append(structs.replace(used.event, row_hashes=kept))
    return [kept]


def _files(run: Run, found: Iterable[File], written: Written) -> None:
    for file in found:
        run.store_artifact(
            file.data, file.name, file.kind, file.media_type, source=file.source, metadata=file.metadata
        )
        if file.kind == "figure":
            written.count("figures")


def write_children(store: Store, parent_id: str, experiment: str, children: Iterable[Child]) -> None:
    """A run for each setting of a sweep."""
    for child in list(children)[:MOST_CHILDREN]:
        with start(
            child.name,
            store=store,
            experiment=experiment,
            kind="cell",
            parent_id=parent_id,
            run_id=child.run_id,
        ) as inner:
            if child.params:
                inner.append(events.Params(items=child.params))
            for metric in child.metrics:
                inner.history(
                    metric.name,
                    metric.values,
                    metric.steps or range(len(metric.values)),
                    source=metric.source,
                )


def add_named(
    found: Findings, options: TrackOptions, namespace: dict[str, Any], redact: Iterable[str]
) -> None:
    """What `-p`, `-m` and `-d` ask for by name."""
    from mlnb.capture.fingerprints import fingerprint
    from mlnb.capture.numbers import number_of

    for name in options.params.add:
        value = namespace.get(name)
        if name in namespace and is_setting(value):
            found.params += [
                p
                for p in describe_param(name, value, "assigned", tuple(redact))
                if all(p.name != q.name for q in found.params)
            ]
        else:
            found.problems.append(("-p", _missing(name, namespace, "a setting")))
    found.params = [param for param in found.params if param.name not in options.metrics.add]
    for name in options.metrics.add:
        number = number_of(namespace.get(name))
        if number is None:
            found.problems.append(("-m", _missing(name, namespace, "a number")))
        elif all(metric.name != name for metric in found.metrics):
            found.metrics.append(Metric(name, [float(number)]))
    for name in options.data.add:
        try:
            described = fingerprint(namespace[name], name=name)
        except Exception:  # noqa: BLE001 - whatever it is, it has no fingerprint
            found.problems.append(("-d", _missing(name, namespace, "data")))
            continue
        found.data.append(
            DataUse(described.event(name, role="input", source="assigned"), described.row_hashes)
        )


def _missing(name: str, namespace: dict[str, Any], what: str) -> str:
    from mlnb.errors import nearest

    if name not in namespace:
        return f"there is no {name!r} here; {nearest(name, [n for n in namespace if not n.startswith('_')])}"
    return f"{name!r} is a {type(namespace[name]).__name__}, not {what}"
