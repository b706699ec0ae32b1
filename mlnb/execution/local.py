"""The executor `local`: worker processes on this machine.

A worker that dies takes only its job with it: the job is reported `lost` (its run is `killed` in the store, by its
dead writer), a new worker takes its place, and the others never notice.

How many there are is what was asked for, or as many as there are cores and memory: then the first run
begins alone, and others join it as soon as it has shown what it needs, as long as that is free.
"""

from __future__ import annotations

import contextlib
import os
import queue
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from mlnb.execution import memory
from mlnb.execution.jobs import Ended, Free, Job, Kernel, Message, Setup, Started, Stop, decode, encode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mlnb.execution.executors import Options
    from mlnb.execution.warm.starting import WarmKernels

STOP_SECONDS: Final = 10.0
LOOK_SECONDS: Final = 1.0
ALONE_SECONDS: Final = 10.0
"""How long the first run has the machine for itself, if it takes that long, to show what memory it needs."""


class LocalExecutor:
    """Worker processes on this machine, at most `workers` at a time."""

    forgives = 0

    def __init__(self, options: Options) -> None:
        self._most = min(options.workers or memory.cores(), max(options.jobs, 1))
        self._measures = options.workers is None and self._most > 1
        self._jobs = options.jobs
        self._began = time.monotonic()
        self._peak = 0
        self._warm: WarmKernels | None = None
        self._workers: list[_Process] = []
        self._inbox: queue.SimpleQueue[tuple[_Process, Message | None] | None] = queue.SimpleQueue()

    def run(self, setup: Setup, next_job: Callable[[], Job | None]) -> Iterator[Started | Ended]:
        setup = self._with_template(setup)
        self._began = time.monotonic()
        self._fill(setup, next_job)
        while any(worker.jobs or not worker.free for worker in self._workers):
            try:
                # a timeout, so that Ctrl-C is noticed on systems where a wait can't be interrupted
                received = self._inbox.get(timeout=LOOK_SECONDS)
            except queue.Empty:
                self._fill(setup, next_job)
                continue
            if received is None:
                return
            worker, message = received
            if message is None:
                yield from self._bury(worker)
            elif isinstance(message, Free):
                worker.free = True
            elif isinstance(message, Kernel):
                worker.kernel = message.pid
            elif isinstance(message, Ended):
                self._peak = max(self._peak, message.peak_bytes)
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
        if self._warm is not None:
            self._warm.close()

    def _with_template(self, setup: Setup) -> Setup:
        from mlnb.execution import ipynb
        from mlnb.execution.warm.starting import WarmKernels

        # the imports are paid back from the second kernel of a worker on
        if setup.template is not None or not setup.warm or self._jobs <= self._most:
            return setup
        notebook = ipynb.decode(Path(setup.source).read_bytes())
        self._warm = WarmKernels.start(notebook, setup.kernel_name, Path(setup.folder))
        return replace(setup, template=self._warm.address)

    def _fill(self, setup: Setup, next_job: Callable[[], Job | None]) -> None:
        """Give every worker that could work a job, and start those that are missing."""
        for worker in self._workers:
            if worker.free and worker.alive and not worker.give(next_job()):
                return
        while len(self._workers) < self._most and self._has_room():
            job = next_job()
            if job is None:
                return
            self._workers.append(_Process(setup, self._inbox))
            self._workers[-1].give(job)

    def _has_room(self) -> bool:
        """Whether one more run fits beside those that run, by the most that one of them has taken so far."""
        if not self._measures or not self._workers:
            return True
        now = [memory.measure(worker.kernel) for worker in self._workers if worker.kernel]
        ended = self._peak > 0
        self._peak = max([self._peak, *(used.peak for used in now)])
        if not ended and time.monotonic() - self._began < ALONE_SECONDS:
            return False
        still_to_come = sum(max(0, self._peak - used.now) for used in now)
        return memory.available() - still_to_come >= self._peak

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
            [sys.executable, "-P", "-m", "mlnb.execution.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=_environment(),
            # in a session of its own: Ctrl-C reaches the batch, which stops its workers in order
            start_new_session=True,
        )
        self.free = True
        self.kernel = 0
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
        name: value
        for name, value in os.environ.items()
        if name not in {"MLNB_PARENT_RUN", "MLNB_NOTEBOOK", "MLNB_WHOLE"}
    }
    return {**inherited, "PYDEVD_DISABLE_FILE_VALIDATION": "1"}
