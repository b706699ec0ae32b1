"""The live view of a tracked cell that takes its time: curves, progress, elapsed time and Stop.

A thread of its own looks some times a second at what the cell has left so far, and never at the cell itself: points at
the end of the run's journal, logged or told, and bars where tqdm keeps them. So the cell pays for the looks alone, however fast it logs. What is shown is one display that is updated in place;
with the cell's end it becomes a plain picture of the curves.

The same thread hears when somebody asks the run to stop (`mlnb.store.control`), and interrupts the cell as the Stop button of
a notebook does.
"""

from __future__ import annotations

import contextlib
import contextvars
import os
import signal
import threading
import time
import uuid
from typing import TYPE_CHECKING, Any, Final

from mlnb.store import control
from mlnb.widgets import live_view
from mlnb.widgets.seen import Seen

if TYPE_CHECKING:
    from mlnb.tracking.session import Going

PATIENCE: Final = 2.0
"""Seconds that a cell may take without being shown."""
FASTEST: Final = 0.2
SLOWEST: Final = 2.0
"""Seconds between two updates: quick at first, calmer the longer the cell takes."""
SHARE: Final = 0.02
"""Of the time that the view may take for itself: with slower looks there are fewer."""
ENDING: Final = 1.0
"""Seconds that the end of a cell waits for an update that is being sent."""


class LiveViews:
    """Goes along with the tracked cells of one shell."""

    def __init__(self, shell: Any) -> None:
        self._shell = shell
        self._view: LiveView | None = None

    def cell_begins(self, going: Going) -> None:
        self._view = LiveView(self._shell, going)
        self._view.start()

    def cell_ends(self, status: str) -> None:
        view, self._view = self._view, None
        if view is not None:
            with contextlib.suppress(
                KeyboardInterrupt
            ):  # asked to stop in the very moment that the cell ended
                view.end(status)


class LiveView:
    """One cell's."""

    def __init__(self, shell: Any, going: Going) -> None:
        self._shell = shell
        self._going = going
        self._began = time.monotonic()
        self._seen = Seen(going.run.follow(), going.recorder)
        self._publisher = shell.display_pub
        self._display_id: str | None = None
        self._broken = False
        self._ended = threading.Event()
        self._watching = threading.Lock()
        """Held while a look is taken or a cell is interrupted, so that neither happens after the end."""
        self._main = threading.get_ident()

    def start(self) -> None:
        """Look on from a thread that publishes as this cell does (ipykernel finds the cell in the context)."""
        context = contextvars.copy_context()
        threading.Thread(target=context.run, args=(self._watch,), name="mlnb-live", daemon=True).start()

    def end(self, status: str) -> None:
        """The cell is over: show the last state, if any was shown."""
        self._ended.set()
        if not self._watching.acquire(timeout=ENDING):
            return
        try:
            with contextlib.suppress(OSError):
                control.forget(self._going.run.store, self._going.run.run_id)
            if (
                self._display_id is not None
            ):  # also where an update failed: it must not say for ever that it runs
                self._show(status)
        finally:
            self._watching.release()

    # ---- in the thread ----------------------------------------------------------------------

    def _watch(self) -> None:
        pause = PATIENCE
        while not self._ended.wait(pause):
            elapsed = self._elapsed()
            with self._watching:
                if self._ended.is_set():
                    return
                self._listen()
                if self._going.notebook and not self._broken:
                    self._show("running")
            took = self._elapsed() - elapsed
            pause = max(FASTEST, min(SLOWEST, max(elapsed / 100, took / SHARE)))

    def _listen(self) -> None:
        run = self._going.run
        with contextlib.suppress(OSError):  # a store on a share that comes and goes
            if control.is_asked_to_stop(run.store, run.run_id):
                control.forget(run.store, run.run_id)
                self._interrupt()

    def _interrupt(self) -> None:
        if hasattr(signal, "pthread_kill"):
            signal.pthread_kill(self._main, signal.SIGINT)  # also wakes a call that waits
        else:
            os.kill(os.getpid(), signal.CTRL_C_EVENT)  # type: ignore[attr-defined]

    def _show(self, status: str) -> None:
        if self._shell.display_pub is not self._publisher:
            return  # %%capture, or another that collects the outputs
        try:
            self._publish(live_view.forms_of(self._going.run, status, self._seen.look(self._elapsed())))
        except Exception:  # noqa: BLE001 - what can't be shown must neither disturb the cell nor make it deaf to Stop
            self._broken = True

    def _publish(self, bundle: dict[str, Any]) -> None:
        is_new = self._display_id is None
        self._display_id = self._display_id or uuid.uuid4().hex
        self._publisher.publish(
            data=bundle, metadata={}, transient={"display_id": self._display_id}, update=not is_new
        )

    def _elapsed(self) -> float:
        return time.monotonic() - self._began
