"""Work that a cell needn't wait for: the environment's packages, git, models' files.

One thread per session does it, in order, and gives events that are recorded even if the run has ended meanwhile. At
exit it gets a moment to finish.
"""

from __future__ import annotations

import atexit
import queue
import threading
import time
import weakref
from collections.abc import Callable
from typing import Final

PATIENCE: Final = 30.0  # seconds at exit


class LateWork:
    """`failed` is told what a task raised."""

    def __init__(self, failed: Callable[[BaseException], None]) -> None:
        self._tasks: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._open = 0
        self._done = threading.Condition()
        self._thread: threading.Thread | None = None
        self._failed = failed
        atexit.register(_settle, weakref.ref(self))

    def add(self, task: Callable[[], None]) -> None:
        """Do it soon; never waits."""
        with self._done:
            self._open += 1
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._work, name="mlnb-late", daemon=True)
                self._thread.start()
        self._tasks.put(task)

    def settle(self, timeout: float = PATIENCE) -> bool:
        """Wait until everything is done; whether it is."""
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
