"""Who executes a batch's jobs: an `Executor`, chosen by name from the entry points `mlnb.executors`.

`local`, the default, keeps worker processes on this machine. A worker that dies takes only its job with
it: the job is reported `lost` (its run is `killed` in the store, by its dead writer), a new worker takes
its place, and the others never notice.
"""

from __future__ import annotations

import contextlib
import os
import queue
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING, Final, Protocol

from mlnb.errors import UsageError, nearest
from mlnb.execution.jobs import Ended, Free, Job, Message, Setup, Started, Stop, decode, encode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

GROUP: Final = "mlnb.executors"
STOP_SECONDS: Final = 10.0


class Executor(Protocol):
    """Runs jobs, yields what happens to them, and leaves no process behind when it is closed."""

    def run(self, setup: Setup, next_job: Callable[[], Job | None]) -> Iterator[Started | Ended]:
        """Take jobs from `next_job` until it has none left and all have ended."""
        ...

    def stop(self) -> None:
        """From any thread: have `run` end at once, whatever still runs."""
        ...

    def close(self) -> None:
        """Stop what still runs, and wait for its end."""
        ...


def find_executor(name: str, workers: int) -> Executor:
    """The executor of that name.

    Raises
    ------
    UsageError
        There is none.
    """
    if name == "local":
        return LocalExecutor(workers)
    from importlib.metadata import entry_points

    others = entry_points(group=GROUP)
    for found in others:
        if found.name == name:
            executor: Executor = found.load()(workers)
            return executor
    known = ["local", *(found.name for found in others)]
    raise UsageError(f"no executor {name!r}", hint=nearest(name, known))


class LocalExecutor:
    """Worker processes on this machine, at most `workers` at a time."""

    def __init__(self, workers: int) -> None:
        self._count = workers
        self._workers: list[_Process] = []
        self._inbox: queue.SimpleQueue[tuple[_Process, Message | None] | None] = queue.SimpleQueue()

    def run(self, setup: Setup, next_job: Callable[[], Job | None]) -> Iterator[Started | Ended]:
        self._fill(setup, next_job)
        while any(worker.jobs or not worker.free for worker in self._workers):
            try:
                # a timeout, so that Ctrl-C is noticed on systems where a wait can't be interrupted
                received = self._inbox.get(timeout=1.0)
            except queue.Empty:
                continue
            if received is None:
                return
            worker, message = received
            if message is None:
                yield from self._bury(worker)
            elif isinstance(message, Free):
                worker.free = True
            elif isinstance(message, Ended):
                worker.jobs.discard(message.run_id)
                yield message
            elif isinstance(message, Started):
                yield message
            self._fill(setup, next_job)

    def stop(self) -> None:
        self._inbox.put(None)

    def close(self) -> None:
        for worker in self._workers:
            worker.send(Stop())
            worker.close_input()
        deadline = time.monotonic() + STOP_SECONDS
        for worker in self._workers:
            worker.wait(max(0.0, deadline - time.monotonic()))
        self._workers.clear()

    def _fill(self, setup: Setup, next_job: Callable[[], Job | None]) -> None:
        """Give every worker that could work a job, and start those that are missing."""
        for worker in self._workers:
            if worker.free and worker.alive and not worker.give(next_job()):
                return
        while len(self._workers) < self._count:
            job = next_job()
            if job is None:
                return
            self._workers.append(_Process(setup, self._inbox))
            self._workers[-1].give(job)

    def _bury(self, worker: _Process) -> Iterator[Ended]:
        self._workers.remove(worker)
        code = worker.wait(5.0)
        how = f"was killed by signal {-code}" if code < 0 else f"ended with status {code}"
        for run_id in sorted(worker.jobs):
            yield Ended(run_id, "lost", f"the worker {how}")


class _Process:
    """One worker process and its jobs: the one at hand, and those that aren't all kept yet."""

    def __init__(
        self, setup: Setup, inbox: queue.SimpleQueue[tuple[_Process, Message | None] | None]
    ) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "mlnb.execution.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=_environment(),
            # in a session of its own: Ctrl-C reaches the batch, which stops its workers in order
            start_new_session=True,
        )
        self.free = True
        self.jobs: set[str] = set()
        self._inbox = inbox
        self._listener = threading.Thread(target=self._listen, name="mlnb-worker", daemon=True)
        self._listener.start()
        self.send(setup)

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def give(self, job: Job | None) -> bool:
        if job is None:
            return False
        self.free = False
        self.jobs.add(job.run_id)
        self.send(job)
        return True

    def send(self, message: Message) -> None:
        assert self._process.stdin is not None
        with contextlib.suppress(OSError, ValueError):  # it died: its end is in the inbox, or will be
            self._process.stdin.write(encode(message))
            self._process.stdin.flush()

    def close_input(self) -> None:
        assert self._process.stdin is not None
        with contextlib.suppress(OSError):
            self._process.stdin.close()

    def wait(self, seconds: float) -> int:
        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait()
        finally:
            self.close_input()
            self._listener.join(1.0)

    def _listen(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as answers:
            for line in answers:
                self._inbox.put((self, decode(line)))
        self._inbox.put((self, None))


def _environment() -> dict[str, str]:
    # A batch started by a tracked cell is a batch of its own, not part of that cell's run.
    inherited = {
        name: value for name, value in os.environ.items() if name not in {"MLNB_PARENT_RUN", "MLNB_NOTEBOOK"}
    }
    return {**inherited, "PYDEVD_DISABLE_FILE_VALIDATION": "1"}
