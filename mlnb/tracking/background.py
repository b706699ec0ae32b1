"""What a run gets without its cell waiting for it: git, packages, models' files."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlnb import events
from mlnb.capture import environment, git
from mlnb.tracking import checking, writing
from mlnb.tracking.late import LateWork

if TYPE_CHECKING:
    from mlnb.capture.findings import Child, FittedModel
    from mlnb.tracking.recording import Run


class Background:
    """Late work of one session, in its order."""

    def __init__(self) -> None:
        self._work = LateWork(self._failed)
        self._environment = environment.Reader()
        self._described: set[str] = set()
        self._current: tuple[Any, str] | None = None

    def settle(self, timeout: float = 30.0) -> bool:
        return self._work.settle(timeout)

    def cell_starts(self) -> None:
        self._work.cell_starts()

    def cell_ends(self) -> None:
        self._work.cell_ends()

    def started(self, run: Run) -> None:
        """A run began: what the code is, and what runs it. A joined run is described once."""
        if run.run_id in self._described:
            return
        self._described.add(run.run_id)
        packages = self._environment.start()
        folder = Path.cwd()
        store, run_id = run.store, run.run_id

        def describe() -> None:
            self._current = (store, run_id)
            tree = git.read(folder)
            if tree.diff:
                store.objects.put_bytes(tree.diff)
            store.edit(run_id, tree.state, packages.result(timeout=60))

        self._work.add(describe)

    def sync(self, run: Run, objects: set[str]) -> None:
        """See that objects are on the disk."""
        store, run_id = run.store, run.run_id

        def sync() -> None:
            self._current = (store, run_id)
            for sha256 in objects:
                store.objects.sync(sha256)

        self._work.add(sync)

    def keep_children(self, run: Run, children: list[Child]) -> None:
        """The settings of a sweep, each as a run of its own."""

        def keep() -> None:
            self._current = (run.store, run.run_id)
            writing.write_children(run, children)

        self._work.add(keep)

    def keep_checks(self, run: Run, asked: list[checking.Asked]) -> None:
        """What schemas say of the cell's tables."""

        def keep() -> None:
            self._current = (run.store, run.run_id)
            run.store.edit(run.run_id, *checking.answers(asked))

        self._work.add(keep)

    def keep_model(self, run: Run, fitted: FittedModel) -> None:
        """The model as it is now: the next cell may fit it again before its file is written."""
        store, run_id = run.store, run.run_id
        frozen = _Snapshot(fitted.model)

        def keep() -> None:
            self._current = (store, run_id)
            writing.write_model(run_id, store, frozen.thaw(), fitted)

        self._work.add(keep)

    def _failed(self, error: BaseException) -> None:
        if self._current is not None:
            store, run_id = self._current
            store.edit(run_id, events.Problem(where="late work", message=f"{type(error).__name__}: {error}"))


class _Snapshot:
    """An object's state at one moment: pickled in memory, which takes a fraction of writing a safe format."""

    def __init__(self, value: Any) -> None:
        try:
            self._data: bytes | None = pickle.dumps(value, protocol=5)
            self._value = None
        except Exception:  # noqa: BLE001 - what can't be pickled is taken as it is
            self._data, self._value = None, value

    def thaw(self) -> Any:
        if self._data is None:
            return self._value
        return pickle.loads(self._data)  # noqa: S301 - our own bytes, made a moment ago
