"""A run that is being recorded: the verbs that people call, each turned into events in its journal.

A run is active in the context that started it (a `contextvars` context: a thread or task started inside
sees it too), so that `mlnb.metric(...)` finds it. Nothing here reads a value's insides: `capture`
describes, the journal keeps.
"""

from __future__ import annotations

import atexit
import contextvars
import getpass
import mimetypes
import operator
import os
import struct
import sys
import time
import weakref
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self

import msgspec
from msgspec import structs

from mlnb import config, events, ids
from mlnb.capture import values as described
from mlnb.errors import NotFound, UsageError
from mlnb.store import Store, process
from mlnb.store.following import Follower
from mlnb.tracking.address import run_url

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from mlnb.store.journal import JournalWriter

INLINE_TEXT: Final = 1 << 20
"""Characters of one text that stand in the journal itself; longer ones become objects."""

_active: contextvars.ContextVar[Run | None] = contextvars.ContextVar("mlnb_active_run", default=None)
_unfinished: weakref.WeakSet[Run] = weakref.WeakSet()
_stores: dict[Path, Store] = {}


def current_store(store: Store | str | os.PathLike[str] | None = None) -> Store:
    """The store that this process logs to; found once a path, by the rules of `mlnb.config`."""
    if isinstance(store, Store):
        return store
    path = Path(store).absolute() if store is not None else config.load(_notebook_folder()).store
    if path not in _stores or not (path / "store.json").exists():
        _stores[path] = Store.open(path)
    return _stores[path]


def active() -> Run | None:
    """The active run of this context, or None."""
    run = _active.get()
    return None if run is None or run.ended else run


def start(
    name: str | None = None,
    *,
    store: Store | str | os.PathLike[str] | None = None,
    experiment: str | None = None,
    kind: events.RunKind = "script",
    params: Mapping[str, Any] | None = None,
    tags: Mapping[str, str] | None = None,
    parent_id: str | None = None,
    batch_id: str | None = None,
    rerun_of: str | None = None,
    notebook: str | None = None,
    cell_id: str | None = None,
    session_id: str | None = None,
    first_cell: int | None = None,
    run_id: str | None = None,
) -> Run:
    """Start a run and make it the active one of this context.

    Raises
    ------
    StoreError
        The store can't be made, read or written.
    """
    home = current_store(store)
    run_id = run_id or ids.new_id()
    started = events.RunStarted(
        run_id=run_id,
        name=_text(name) if name else ids.name_for(run_id),
        experiment=_text(
            experiment or config.load(_notebook_folder()).experiment or _default_experiment(notebook)
        ),
        run_kind=kind,
        parent_id=parent_id if parent_id is not None else _surrounding(run_id),
        batch_id=batch_id,
        rerun_of=rerun_of,
        notebook=notebook,
        cell_id=cell_id,
        session_id=session_id,
        first_cell=first_cell,
        user=_user(),
        host=process.host(),
    )
    run = Run(home, started)
    if params:
        run.params(params)
    for key, value in (tags or {}).items():
        run.tag(key, value)
    return run


class Run:
    """One run while it lasts. Use it in a `with` block, or call `finish` yourself.

    An exception that leaves the block makes the run `failed`, with its type and message, and goes on.
    """

    def __init__(self, store: Store, started: events.RunStarted) -> None:
        self.store = store
        self.run_id = started.run_id
        self.name = started.name
        self.experiment = started.experiment
        self.kind = started.run_kind
        self.ended = False
        self._writer = store.writer(started.run_id)
        self._writer.beats = True
        self._writer.append(started)
        self._began = time.perf_counter()
        self._pid = os.getpid()
        self._token = _active.set(self)
        _unfinished.add(self)

    @property
    def url(self) -> str:
        """The address of the run's page: of this kernel's Jupyter server, or below any server's base URL."""
        return run_url(self.run_id, self.store.store_id)

    # ---- what goes in, what comes out ----

    def param(self, name: str, value: Any, *, source: events.Source = "logged") -> None:
        """Record a parameter: a scalar, a text, or a short list or dict (flattened, with dots)."""
        self.params({name: value}, source=source)

    def params(self, values: Mapping[str, Any], *, source: events.Source = "logged") -> None:
        """Record parameters by name."""
        items = [
            self._shortened(item) for name, value in values.items() for item in _items(name, value, source)
        ]
        if items:
            self.append(events.Params(items=items))

    def metric(
        self,
        name: str,
        value: float,
        step: int | None = None,
        *,
        estimator: str | None = None,
        dataset: str | None = None,
        source: events.Source = "logged",
    ) -> None:
        """Record one point of a metric. Without a step it gets the one after the metric's last.

        Parameters
        ----------
        value : float
            Any real number, NaN and infinities included.
        step : int, optional
            64 bits, in any order; of two points at one step the later holds.
        estimator, dataset : str, optional
            What it was computed on: the estimator's name, the data's digest.

        Raises
        ------
        UsageError
            The value is no number, or the run has ended.
        """
        try:
            self._writer.point(name, value, step, estimator, dataset, source)
        except Exception as error:  # noqa: BLE001 - whatever it was, `_explain` says it, or it comes again
            self._explain(name, value, step, error)
            try:
                self._writer.point(_text(name), float(value), step, estimator, dataset, source)
            except struct.error:
                raise UsageError(
                    f"metric {name!r} has no step after its last",
                    hint="give the step: metric(name, value, step)",
                ) from error

    def metrics(self, values: Mapping[str, float], step: int | None = None) -> None:
        """Record one point of each of several metrics."""
        for name, value in values.items():
            self.metric(name, value, step)

    def history(
        self,
        name: str,
        values: ArrayLike,
        steps: ArrayLike | None = None,
        *,
        estimator: str | None = None,
        dataset: str | None = None,
        source: events.Source = "logged",
    ) -> None:
        """Record a whole curve at once.

        Parameters
        ----------
        values : array_like of float, shape (n,)
        steps : array_like of int, shape (n,), optional
            By default they follow the metric's last step.

        Raises
        ------
        UsageError
            The shapes differ, or something is no number.
        """
        import numpy as np

        self._require_open()
        try:
            numbers = np.asarray(values, dtype=np.float64)
            places = None if steps is None else np.asarray(steps, dtype=np.int64)
        except (TypeError, ValueError) as error:
            raise UsageError(f"the history of {name!r} is no list of numbers: {error}") from error
        if numbers.ndim != 1 or (places is not None and places.shape != numbers.shape):
            shape = None if places is None else places.shape
            raise UsageError(
                f"the history of {name!r} has values of shape {numbers.shape} and steps of shape {shape}",
                hint="both are flat lists of one length",
            )
        self._writer.history(_text(name), numbers, places, source, estimator, dataset)

    def data(
        self,
        obj: Any,
        name: str,
        *,
        role: events.Role = "input",
        schema: Any = None,
        source: events.Source = "logged",
    ) -> str:
        """Record the fingerprint of a table, array or file that the run used; its digest.

        A table is held against its Pandera `schema`, and against those that the project's settings name for it. What they
        say is recorded; a check that fails raises nothing.

        Raises
        ------
        UsageError
            It is nothing that has a fingerprint, or `schema` is no schema of a table.
        """
        from mlnb.capture import fingerprint
        from mlnb.tracking import checking

        found = fingerprint(obj, name=name)
        event = found.event(_text(name), role=role, source=source)
        if found.row_hashes is not None:
            rows = self.store.objects.put_bytes(found.row_hashes.astype("<u8", copy=False).tobytes())
            event = msgspec.structs.replace(event, row_hashes=rows)
        self.append(event, *checking.of_data(obj, _text(name), role, schema))
        return found.digest

    def model(
        self,
        estimator: Any,
        name: str | None = None,
        *,
        input_example: Any = None,
        source: events.Source = "logged",
    ) -> str:
        """Keep a fitted estimator in the safest format there is; the file's sha256."""
        from mlnb.capture import models

        found = models.serialise(estimator, input_example=input_example)
        return self.store_artifact(
            found.data,
            name or type(estimator).__name__,
            "model",
            found.media_type,
            source=source,
            metadata={**found.metadata, "format": found.format},
        )

    def figure(self, figure: Any, name: str) -> str:
        """Keep a matplotlib figure, or anything that can show itself as a picture; the file's sha256."""
        from mlnb.capture import figures

        data, media_type = figures.render(figure)
        return self.store_artifact(data, name, "figure", media_type)

    def artifact(
        self,
        path: str | os.PathLike[str],
        name: str | None = None,
        *,
        kind: events.ArtifactKind = "file",
    ) -> str:
        """Keep a copy of a file; its sha256.

        Raises
        ------
        NotFound
            There is no such file.
        """
        file = Path(path)
        if not file.is_file():
            raise NotFound(f"there is no file {file}")
        media_type = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        return self.store_artifact(file, name or file.name, kind, media_type)

    def text(self, name: str, text: str) -> str:
        """Keep a text; its sha256."""
        return self.store_artifact(_text(text).encode(), name, "text", "text/plain")

    def tag(self, key: str, value: str | None = "") -> None:
        """Set a tag; `None` takes it off."""
        self.append(events.Tag(key=_text(key), value=None if value is None else _text(str(value))))

    def note(self, text: str) -> None:
        """Set the run's note, in place of the one before."""
        self.append(events.Note(text=_text(text)))

    # ---- for those who build on it ----

    def append(self, *new: events.Event) -> None:
        """Record events for which there is no verb."""
        self._require_open()
        self._writer.append(*new)

    def store_artifact(
        self,
        data: bytes | Path,
        name: str,
        kind: events.ArtifactKind,
        media_type: str,
        *,
        source: events.Source = "logged",
        metadata: dict[str, Any] | None = None,
    ) -> str:
        """Keep bytes or a file's copy as an artifact; its sha256."""
        self._require_open()
        objects = self.store.objects
        sha256 = objects.put_file(data) if isinstance(data, Path) else objects.put_bytes(data)
        self.append(
            events.Artifact(
                name=_text(name),
                artifact_kind=kind,
                media_type=media_type,
                bytes=objects.size(sha256),
                sha256=sha256,
                source=source,
                metadata=metadata or {},
            )
        )
        return sha256

    @property
    def journal(self) -> JournalWriter:
        """What this process writes about the run."""
        return self._writer

    def follow(self) -> Follower:
        """A look at the points that this run gets, as they come."""
        return Follower(self._writer)

    def newest_metrics(self, besides: Collection[str] = ()) -> dict[str, float]:
        """The value that came last of each metric that this process logged, but for those that are known already."""
        if set(self._writer.metric_names().values()) <= set(besides):
            return {}
        looked = self.follow().look()
        return {name: float(found["value"][-1]) for name, found in looked if name not in besides}

    def finish(
        self,
        status: events.Status = "finished",
        *,
        error: str | None = None,
        last_cell: int | None = None,
        exit_signal: int | None = None,
        durable: bool = False,
    ) -> None:
        """End the run; a second call does nothing. With `durable`, wait until the disk has it all."""
        if self.ended:
            return
        self.ended = True
        _unfinished.discard(self)
        if _active.get() is self:
            try:
                _active.reset(self._token)
            except ValueError:  # ended in another context than it was started in
                _active.set(None)
        self._writer.append(
            events.RunEnded(
                status=status,
                duration=time.perf_counter() - self._began,
                error=None if error is None else _text(error),
                last_cell=last_cell,
                exit_signal=exit_signal,
            )
        )
        self._writer.close(durable=durable)
        relieve(self.store)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self.finish()
        else:
            self.finish("failed", error=describe_error(error))

    def __repr__(self) -> str:
        return f"<Run {self.name} {self.run_id} {'ended' if self.ended else 'running'}>"

    # ---- inside ----

    def _require_open(self) -> None:
        if self.ended:
            raise UsageError(
                f"the run {self.name} has ended", hint="what comes later goes into a new run: mlnb.run()"
            )

    def _explain(self, name: str, value: Any, step: Any, error: Exception) -> None:
        self._require_open()
        if not isinstance(name, str):
            raise UsageError(f"a metric's name is a text, not {name!r}") from error
        try:
            float(value)
        except (TypeError, ValueError):
            raise UsageError(
                f"metric {name!r} is {value!r}, which is no number", hint="texts and settings are params"
            ) from error
        if step is not None and not (hasattr(step, "__index__") and -(2**63) <= operator.index(step) < 2**63):
            raise UsageError(f"step of metric {name!r} is {step!r}, not a whole number of 64 bits") from error

    def _shortened(self, item: events.Param) -> events.Param:
        item = structs.replace(item, name=_text(item.name), value=_text(item.value))
        if len(item.value) <= INLINE_TEXT:
            return item
        sha256 = self.store_artifact(item.value.encode(), f"{item.name}.txt", "text", "text/plain")
        return events.Param(name=item.name, value=f"sha256:{sha256}", type=item.type, source=item.source)


def _items(name: str, value: Any, source: events.Source) -> list[events.Param]:
    found = described.describe_param(_text(name), value, source)
    if found:
        return found
    # Too long or too odd to be picked up by itself, but somebody asked for it.
    kind: events.ParamType = "str" if isinstance(value, str) else "other"
    return [events.Param(name=_text(name), value=_text(str(value)), type=kind, source=source)]


def describe_error(error: BaseException) -> str:
    """One line: the exception's type and the first line of its message."""
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[0]}" if lines else type(error).__name__


def relieve(store: Store) -> None:
    """Where many journals wait to be folded, let a process of its own do it: never this one."""
    from mlnb.store import helper

    helper.start_if_many(store)


def _surrounding(run_id: str) -> str | None:
    outer = active()
    if outer is not None and outer.run_id != run_id:
        return outer.run_id
    return os.environ.get("MLNB_PARENT_RUN") or None


def _default_experiment(notebook: str | None) -> str:
    if notebook:
        return Path(notebook).stem
    main = getattr(sys.modules.get("__main__"), "__file__", None)
    if main and not Path(main).stem.startswith("ipykernel"):
        return Path(main).stem
    return Path.cwd().name or "default"


def _notebook_folder() -> Path | None:
    notebook = os.environ.get("MLNB_NOTEBOOK") or os.environ.get("JPY_SESSION_NAME")
    if notebook and Path(notebook).is_absolute() and Path(notebook).parent.is_dir():
        return Path(notebook).parent
    return None


def _user() -> str | None:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return None


def _text(value: str) -> str:
    """A text that can be encoded: lone surrogates, as in odd file names, are written as escapes."""
    if not isinstance(value, str):
        raise UsageError(f"a text is wanted, not {value!r}")
    return value if value.isascii() else value.encode("utf-8", "backslashreplace").decode()


def _finish_all(runs: Iterable[Run]) -> None:
    for run in list(runs):
        if run._pid == os.getpid():  # noqa: SLF001 - one module, one idea
            failed: BaseException | None = getattr(sys, "last_value", None)
            if failed is not None:
                run.finish("failed", error=describe_error(failed))
            elif run.kind == "script":
                run.finish()
            else:  # who executes a cell or a notebook ends its run, unless it is stopped in the middle of that
                run.finish("failed", error="the process ended before the run did")


atexit.register(_finish_all, _unfinished)
