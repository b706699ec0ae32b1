"""Work that a cell needn't wait for: the environment's packages, git, models' files.

One thread per session does it, in order, and gives events that are recorded even if the run has ended meanwhile. It
waits while a cell runs, for some seconds at most: Python runs one thread at a time, and that is the cell's time. At
exit it gets a moment to finish.
"""

from __future__ import annotations

import atexit
import queue
import threading
import time
import weakref
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

PATIENCE: Final = 30.0  # seconds at exit
POLITENESS: Final = 5.0  # seconds that it waits for a cell to end
_all: weakref.WeakSet[LateWork] = weakref.WeakSet()


def settle_all(timeout: float = PATIENCE) -> bool:
    """Wait until all late work of this process is done; whether it is. For whoever needs what may come late."""
    end = time.monotonic() + timeout
    return all(work.settle(max(0.0, end - time.monotonic())) for work in list(_all))


class LateWork:
    """`failed` is told what a task raised."""

    def __init__(self, failed: Callable[[BaseException], None]) -> None:
        self._tasks: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._open = 0
        self._done = threading.Condition()
        self._thread: threading.Thread | None = None
        self._failed = failed
        self._idle = threading.Event()
        self._idle.set()
        atexit.register(_settle, weakref.ref(self))
        _all.add(self)

    def add(self, task: Callable[[], None]) -> None:
        """Do it soon; never waits."""
        with self._done:
            self._open += 1
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._work, name="mlnb-late", daemon=True)
                self._thread.start()
        self._tasks.put(task)

    def cell_starts(self) -> None:
        """A cell runs: what isn't begun waits."""
        self._idle.clear()

    def cell_ends(self) -> None:
        """Nothing runs."""
        self._idle.set()

    def settle(self, timeout: float = PATIENCE) -> bool:
        """Wait until everything is done; whether it is."""
        self._idle.set()
        end = time.monotonic() + timeout
        with self._done:
            while self._open:
                left = end - time.monotonic()
                if left <= 0:
                    return False
                self._done.wait(left)
        return True

    def _work(self) -> None:
        while True:
            task = self._tasks.get()
            self._idle.wait(POLITENESS)
            try:
                task()
            except BaseException as error:  # noqa: BLE001 - the thread goes on, whatever a task does
                self._failed(error)
            with self._done:
                self._open -= 1
                self._done.notify_all()


def _settle(work: weakref.ref[LateWork]) -> None:
    alive = work()
    if alive is not None:
        alive.settle()
