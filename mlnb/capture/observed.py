"""mlnb's own collectors: parameters, metrics, data, models, figures and text of an executed cell."""

from __future__ import annotations

import os
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from msgspec import structs

from mlnb.capture import estimators, figures, files, settings, sweeps, values
from mlnb.capture.calls import Call
from mlnb.capture.candidates import turn_of
from mlnb.capture.findings import Child, DataUse, File, FittedModel, Metric
from mlnb.capture.numbers import numbers_of
from mlnb.capture.scores import Scores
from mlnb.events import Dataset, Param, Problem, Seeds

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from mlnb.capture.collectors import CellView, Collector, Found
    from mlnb.capture.recorder import Note

MOST_MODELS: Final = 10
MOST_HELD: Final = 200  # things in a list that are looked through for models
MOST_FIGURES: Final = 50
MOST_FILES: Final = 200
LONGEST_TEXT: Final = 1 << 20


class Parameters:
    name = "params"

    def collect(self, cell: CellView) -> Iterable[Param]:
        own = [n for n, v in cell.program.variables.items() if v.cell == cell.program.cell]
        found = settings.of_source(
            cell.program, cell.reads, cell.redact, injected=cell.injected, whole=cell.whole
        )
        for name in cell.program.swept_grids([*own, *cell.reads]):
            found += values.describe_param(
                name, numbers_of(cell.namespace.get(name)), "assigned", cell.redact
            )
        cell.groups.stated.variables(found)
        found += settings.from_calls(cell.notes, cell.groups, cell.program, cell.redact)
        return settings.merged(found)


class Metrics:
    name = "metrics"

    def collect(self, cell: CellView) -> Iterator[Metric | Child]:
        scores = Scores(cell.groups, cell.program, cell.known, cell.recorded, cell.points)
        yield from scores.read(cell.notes, cell.grown)
        yield from sweeps.of_loops(cell.notes, scores.candidates, cell.redact)
        yield from sweeps.of_searches(cell.notes, cell.redact)


class SeedsSet:
    name = "seeds"

    def collect(self, cell: CellView) -> Iterable[Seeds]:
        found: dict[str, int] = {}
        for note in cell.notes:
            found |= seeds_of(note)
        if found:
            yield Seeds(seeds=found)


def seeds_of(note: Note) -> dict[str, int]:
    """The seed that a call set, by its name."""
    call = note.facts
    if not isinstance(call, Call) or call.role != "seed":
        return {}
    return {str(note.site.callee): value for _, value, _ in call.settings if isinstance(value, int)}


class DataSeen:
    """Data that reached a call, each content once, under its first name; a set seen in training stays `train`."""

    def __init__(self) -> None:
        self._seen: set[tuple[str, str]] = set()
        self._trained: set[str] = set()

    def of(self, note: Note) -> Iterator[DataUse]:
        """What a note shows that no note before it did."""
        call = note.facts
        if not isinstance(call, Call) or call.role == "reader":
            return
        for used in call.data:
            digest = used.described.digest
            if (used.name, digest) in self._seen or (used.role == "test" and digest in self._trained):
                continue
            self._seen.add((used.name, digest))
            if used.role == "train":
                self._trained.add(digest)
            event = used.described.event(used.name, role=used.role, source="call")
            yield DataUse(event, used.described.row_hashes)


class Data:
    name = "data"

    def collect(self, cell: CellView) -> Iterator[DataUse]:
        seen = DataSeen()
        for note in cell.notes:
            yield from seen.of(note)


class FilesRead:
    """Data files that the cell read, by their bytes, with the columns of the table that was read; files of code and what
    was written are none."""

    name = "files"

    def collect(self, cell: CellView) -> Iterator[DataUse | Problem]:
        paths: dict[str, Call] = {}
        for note in cell.notes:
            call = note.facts
            if isinstance(call, Call) and call.role == "reader" and _reads(call):
                path = str(call.settings[0][1])
                if call.data or path not in paths:
                    paths[path] = call
        for path in list(paths)[:MOST_FILES]:
            if "://" in path or not Path(path).is_file():
                continue
            content = files.describe(Path(path))
            event = Dataset(
                name=path,
                role="file",
                type=content.type,
                digest=content.digest,
                bytes=content.bytes,
                source="call",
            )
            tables = paths[path].data
            if tables and paths[path].state != files.state_of(path):
                tables = []  # the columns that were read aren't those of the bytes that are there now
                yield Problem(
                    where="data", message=f"{path} was written again after it was read: kept as it is now"
                )
            for table in tables:
                read = table.described
                event = structs.replace(
                    event, rows=read.rows, columns=read.columns_count, profile=read.columns
                )
            yield DataUse(event)


def _reads(call: Call) -> bool:
    """Whether it has a path, and no mode that writes."""
    if not call.settings or not isinstance(call.settings[0][1], (str, os.PathLike)):
        return False
    mode = next((value for name, value, _ in call.settings[1:] if name == "mode"), "r")
    return not (isinstance(mode, str) and set(mode) & set("wax+"))


class Models:
    """The estimators that were fitted and can predict, as they are now, newest last: those that a variable holds, or a list or
    dictionary that a variable holds."""

    name = "models"

    def collect(self, cell: CellView) -> Iterator[FittedModel | Problem]:
        if not cell.models:
            return
        fitted: dict[int, FittedModel] = {}
        looped = gone = 0
        for note in cell.notes:
            call = note.facts
            if not isinstance(call, Call) or call.role != "fit" or call.estimator is None:
                continue
            model = call.estimator.model
            if note.loops and not sweeps.over_folds(note):
                looped, gone = looped + 1, gone + (model is None)
            if model is not None and (estimators.can(model, "predict") or estimators.is_torch(model)):
                fitted.pop(id(model), None)
                fitted[id(model)] = FittedModel(
                    model,
                    cell.groups.name(call.estimator, looped=bool(note.loops)),
                    call.data[0].described if call.data else None,
                    turn_of(note.loops),
                )
        if cell.program.descends:
            for name in sorted({*cell.reads, *cell.writes}):
                value = cell.namespace.get(name)
                if estimators.is_trainable(value) and id(value) not in fitted:
                    fitted[id(value)] = FittedModel(value, name)
        yield from _named(list(fitted.values()), cell.namespace)
        if gone:
            said = f"{gone} of {looped} models that a loop fitted were gone when the cell ended: a list or a dictionary holds them"
            yield Problem(where="gone", message=said)


def _named(fitted: list[FittedModel], namespace: Mapping[str, Any]) -> Iterator[FittedModel | Problem]:
    """Those that are held, or else the last, under the names that hold them."""
    names = _holders(namespace)
    held = [replace(one, name=names[id(one.model)]) for one in fitted if id(one.model) in names]
    chosen = held or fitted[-1:]
    yield from chosen[-MOST_MODELS:]
    if len(chosen) > MOST_MODELS:
        said = f"the newest {MOST_MODELS} of the {len(chosen)} models that were fitted are kept"
        yield Problem(where="models", message=said)


def _holders(namespace: Mapping[str, Any]) -> dict[int, str]:
    """What holds an object: a variable's name, or `fitted.tree` for what a dictionary or list has."""
    found: dict[int, str] = {}
    shown = [(name, value) for name, value in list(namespace.items()) if not name.startswith("_")]
    for name, value in shown:
        pairs: Iterable[tuple[Any, Any]] = ()
        if type(value) is dict:
            pairs = list(islice(value.items(), MOST_HELD))
        elif type(value) is list or type(value) is tuple:
            pairs = enumerate(value[:MOST_HELD])
        for key, item in pairs:
            if type(key) is str or type(key) is int:
                found[id(item)] = f"{name}.{key}"
    return found | {id(value): name for name, value in shown}


class Figures:
    """Pictures that the cell showed, once each, in their order."""

    name = "figures"

    def collect(self, cell: CellView) -> Iterator[File]:
        if not cell.figures:
            return
        seen: set[bytes] = set()
        for output in cell.outputs:
            picture = figures.from_bundle(output.bundle) or figures.from_html(output.bundle)
            if picture is None or picture[0] in seen or len(seen) >= MOST_FIGURES:
                continue
            seen.add(picture[0])
            yield File(picture[0], f"figure {len(seen)}", "figure", picture[1])


class Text:
    name = "text"

    def collect(self, cell: CellView) -> Iterator[Found]:
        if cell.text.strip():
            text = cell.text
            if len(text) > LONGEST_TEXT:
                half = LONGEST_TEXT // 2
                text = f"{text[:half]}\n… {len(text) - LONGEST_TEXT:,} characters left out …\n{text[-half:]}"
            yield File(text.encode("utf-8", "replace"), "output.txt", "text", "text/plain")


OWN: Final[tuple[Collector, ...]] = (
    Parameters(),
    SeedsSet(),
    Metrics(),
    Data(),
    FilesRead(),
    Models(),
    Figures(),
    Text(),
)
