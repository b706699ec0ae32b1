"""Writing foreign runs into a store: what it lacks of each, and nothing twice.

A run that isn't here is written whole, with the times it had. One that is gets what has come since: points that its
curves lack, names and files that it doesn't have, its end. What somebody has changed here meanwhile stays as it is, and a
run that was deleted here stays deleted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import msgspec

from mlnb import events
from mlnb.errors import Error
from mlnb.integrations.foreign import Curve, File, Run, Source, Version
from mlnb.registry import ledger, promotion
from mlnb.store import Store, ingest, past, query

if TYPE_CHECKING:
    from numpy.typing import NDArray

FOLDED_EVERY: Final = 200  # runs
FROM: Final = "imported.from"


@dataclass
class Imported:
    """What an import did, or would do. `runs` are new ones, `updated` got something that had come since; `left_out` counts
    what has no place here, by its kind; `problems` are sentences."""

    runs: int = 0
    updated: int = 0
    unchanged: int = 0
    deleted: int = 0
    params: int = 0
    metrics: int = 0
    points: int = 0
    files: int = 0
    versions: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)


def take(
    store: Store,
    source: Source,
    *,
    dry_run: bool = False,
    aliases: bool = False,
    each: Callable[[Run], None] = lambda _: None,
) -> Imported:
    """Bring everything of `source` that the store lacks. `each` is called with a run when it is done.

    With `dry_run` nothing is written; with `aliases` this store's aliases follow the source's, through their gates.
    """
    done = Imported()
    known = query.known_ids(store)
    for count, run in enumerate(source.runs, 1):
        _take_run(store, run, known.get(run.run_id), done, dry_run=dry_run)
        if not dry_run and count % FOLDED_EVERY == 0:
            ingest.fold(store)
        each(run)
    versions = list(source.versions)
    _take_versions(store, versions, done, dry_run=dry_run)
    if not dry_run:
        ingest.fold(store)
        if aliases:
            _take_aliases(store, versions, source.place, done)
    return done


def _take_run(store: Store, run: Run, deleted: bool | None, done: Imported, *, dry_run: bool) -> None:
    done.left_out.update(run.left_out)
    done.problems += [f"{run.name}: {problem}" for problem in run.problems]
    if deleted:
        done.deleted += 1
        return
    record = None if deleted is None else query.record(store, run.run_id)
    curves = _lacking_curves(store, run, record)
    new = [*_start(run), *_described(run, {}, None)] if record is None else [*_since(run, record)]
    files = _lacking_files(run.files, record)
    if record is None:
        done.runs += 1
    elif new or curves or files:
        done.updated += 1
    else:
        done.unchanged += 1
        return
    done.params += sum(len(one.items) for one in new if isinstance(one, events.Params))
    done.metrics += len(curves)
    done.points += sum(len(curve.values) for curve in curves.values())
    done.files += len(files)
    if not dry_run:
        past.write(store, run.run_id, [*new, *_kept(store, run, files, done)], curves)


# ---- events -------------------------------------------------------------------------------------


def _start(run: Run) -> Iterator[events.Event]:
    yield events.RunStarted(
        time=run.started,
        run_id=run.run_id,
        name=run.name,
        experiment=run.experiment,
        run_kind="script",
        parent_id=run.parent_id,
        user=run.user,
        host=run.host,
    )
    tags = {FROM: run.tracker, "imported.id": run.origin, "imported.place": run.place}
    yield from (events.Tag(time=run.started, key=key, value=value) for key, value in tags.items())
    if run.note:
        yield events.Note(time=run.started, text=run.note)
    if run.git is not None:
        yield msgspec.structs.replace(run.git, time=run.started)


def _described(run: Run, record: Mapping[str, Any], status: str | None) -> Iterator[events.Event]:
    """Params, tags, data and the end, as far as the record has none of them."""
    params = [one for one in run.params if one.name not in record.get("params", {})]
    if params:
        yield events.Params(time=run.started, items=params)
    for key, value in run.tags.items():
        if key not in record.get("tags", {}):
            yield events.Tag(time=run.started, key=key, value=value)
    used = {(one["name"], one["digest"]) for one in record.get("datasets", ())}
    for data in run.data:
        if (data.name, data.digest) not in used:
            yield msgspec.structs.replace(data, time=run.started)
    if run.ended is not None and run.status != status:
        yield events.RunEnded(
            time=max(run.ended, run.started),
            status=run.status,
            duration=max(0, run.ended - run.started) / 1e6,
            error=run.error,
        )


def _since(run: Run, record: Mapping[str, Any]) -> Iterator[events.Event]:
    yield from _described(run, record, record["status"])


def _lacking_curves(store: Store, run: Run, record: Mapping[str, Any] | None) -> dict[str, Curve]:
    """The points that a run's curves lack here. Trackers append: as many points are the same points."""
    if record is None:
        return {name: curve for name, curve in run.curves.items() if len(curve.values)}
    counts = {one["name"]: one["count"] for one in record["metrics_detail"]}
    found = {}
    for name, curve in run.curves.items():
        if len(curve.values) <= counts.get(name, 0):
            continue
        new = ~_among(curve, query.history(store, run.run_id, name)) if name in counts else slice(None)
        found[name] = Curve(curve.steps[new], curve.times[new], curve.values[new], curve.dataset_digest)
    return found


def _among(curve: Curve, known: query.History) -> NDArray[Any]:
    """Of each point, whether it is known: by step, time and the value's bits."""
    import numpy as np

    def rows(steps: Any, times: Any, values: Any) -> Any:
        bits = np.ascontiguousarray(values, np.float64).view(np.int64)
        return np.ascontiguousarray(np.column_stack([steps, times, bits])).view("V24").ravel()

    own = rows(curve.steps, curve.times, curve.values)
    return np.isin(own, rows(known.steps, known.times, known.values))


# ---- files --------------------------------------------------------------------------------------


def _lacking_files(files: Iterable[File], record: Mapping[str, Any] | None) -> list[File]:
    if record is None:
        return list(files)
    sizes = {(one["name"], one["bytes"]) for one in record["artifacts"]}
    names = {name for name, _ in sizes}
    return [
        file
        for file in files
        if (file.name, file.size) not in sizes and not (file.size is None and file.name in names)
    ]


def _kept(store: Store, run: Run, files: Iterable[File], done: Imported) -> Iterator[events.Event]:
    time = run.started if run.ended is None else max(run.ended, run.started)
    for file in files:
        try:
            yield _artifact(store, file, time)
        except Exception as error:  # noqa: BLE001 - a tracker's own reader fails in its own ways
            message = f"file {file.name!r} can't be read: {error}"
            done.files -= 1
            done.problems.append(f"{run.name}: {message}")
            yield events.Problem(time=time, where="import", message=message[:2000])


def _artifact(store: Store, file: File, time: int) -> events.Artifact:
    data = file.read()
    sha256 = store.objects.put_bytes(data) if isinstance(data, bytes) else store.objects.put_file(data)
    return events.Artifact(
        time=time,
        name=file.name,
        artifact_kind=file.kind,
        media_type=file.media_type,
        bytes=store.objects.size(sha256),
        sha256=sha256,
        metadata=file.metadata(),
    )


# ---- versions -----------------------------------------------------------------------------------


def _take_versions(store: Store, versions: Iterable[Version], done: Imported, *, dry_run: bool) -> None:
    known = {one.origin for one in store.registry.read() if isinstance(one, events.ModelVersion)}
    for version in versions:
        if _origin(version) in known:
            continue
        if not dry_run:
            try:
                _register(store, version)
            except Exception as error:  # noqa: BLE001 - a tracker's own reader fails in its own ways
                done.problems.append(f"model {version.model}/{version.number}: {error}")
                continue
        done.versions += 1


def _register(store: Store, version: Version) -> None:
    """The version under its own number where that is free, else under the next one."""
    kept = _artifact(store, version.file, version.time)
    if not any(one["sha256"] == kept.sha256 and one["kind"] == "model" for one in _artifacts(store, version)):
        past.write(store, version.run_id, [kept], {})
    ledger.check_name("model", version.model)

    def decide(events_: list[events.Event]) -> events.Event:
        taken = ledger.replay(events_).models.get(version.model, ledger.Model(version.model))
        free = version.number not in taken.versions
        return events.ModelVersion(
            model=version.model,
            version=version.number if free else taken.next_version(),
            run_id=version.run_id,
            sha256=kept.sha256,
            format=str(kept.metadata.get("format", "unknown")),
            name=kept.name,
            signature=kept.metadata.get("signature") or {},
            created_by=version.user,
            origin=_origin(version),
        )

    store.registry.transact(decide)


def _artifacts(store: Store, version: Version) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = query.record(store, version.run_id)["artifacts"]
    return found


def _origin(version: Version) -> str:
    return f"{version.model}/{version.number} of {version.run_id}"


def _take_aliases(store: Store, versions: Iterable[Version], place: str, done: Imported) -> None:
    models = ledger.replay(store.registry.read()).models
    for version in versions:
        own = models[version.model].versions.values() if version.model in models else ()
        here = next((one for one in own if one.origin == _origin(version)), None)
        for alias in version.aliases if here is not None else ():
            try:
                promotion.promote(
                    version.model,
                    here.version,  # type: ignore[union-attr]
                    alias=alias,
                    note=f"imported from {place}",
                    store=store,
                )
            except Error as error:
                done.problems.append(f"alias {version.model}@{alias}: {error}")
