"""Writing to a run that somebody else owns: `--into RUN`, and a whole notebook under papermill.

The owner started the run and ends it; others only add to it, with a journal of their own.
"""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Any

from mlnb.capture.settings import Groups
from mlnb.tracking import checking, writing
from mlnb.tracking.recording import Run, current_store

if TYPE_CHECKING:
    from mlnb import events
    from mlnb.store.curve import History


class JoinedRun(Run):
    """A run that goes on when this writer is done with it."""

    def __init__(self, store: Any, run_id: str, name: str, experiment: str) -> None:
        self.store = store
        self.run_id = run_id
        self.name = name
        self.experiment = experiment
        self.kind = "notebook"
        self.ended = False
        self._writer = store.writer(run_id)
        self._began = time.perf_counter()
        self._pid = os.getpid()
        self._token = None  # type: ignore[assignment]

    def copy(self, name: str, curve: History) -> None:
        """Record a curve that another run logged, each point at its time."""
        self._writer.history(name, curve.values, curve.steps, times=curve.times)

    def finish(
        self,
        status: events.Status = "finished",
        *,
        error: str | None = None,
        last_cell: int | None = None,
        exit_signal: int | None = None,
        durable: bool = False,
    ) -> None:
        if not self.ended:
            self.ended = True
            self._writer.close(durable=durable)


def into(ref: str) -> JoinedRun:
    """An existing run, by id, prefix or name.

    Raises
    ------
    NotFound, Ambiguous
        There is no such run, or several.
    """
    from mlnb.store import query

    store = current_store()
    run_id = query.resolve(store, ref)
    row = query.record(store, run_id)
    return JoinedRun(store, run_id, str(row["name"]), str(row["experiment"]))


class WholeNotebook:
    """A notebook that papermill runs, without `%%track`: all its cells add to the one run."""

    def __init__(self) -> None:
        self.groups = Groups()
        self.written = writing.Written()
        self.taken = writing.NamesTaken()
        self.checked: checking.Seen = {}
        self._run: JoinedRun | None = None

    def wants(self) -> bool:
        """Whether a cell without `%%track` belongs to the engine's run: the engine has said so."""
        return bool(os.environ.get("MLNB_PARENT_RUN")) and os.environ.get("MLNB_WHOLE") == "1"

    def run(self) -> JoinedRun:
        """The engine's run."""
        if self._run is None:
            self._run = JoinedRun(current_store(), os.environ["MLNB_PARENT_RUN"], "", "")
        return self._run
