"""A worker: a process of its own that executes notebooks one after the other, as its batch tells it.

Messages come in on standard input and go out on what was standard output when the process began; from
then on file descriptor 1 is standard error, so that nothing that papermill, a library or a kernel prints
can mix with them. Three threads: the main one executes; one listens all the time and, on `Stop`, or when the
batch's end of the pipe closes because the batch died, interrupts the main one, which closes its run and its
kernel; one does what is left to do about a run when its notebook has ended, while the next one runs.
"""

from __future__ import annotations

import contextlib
import contextvars
import os
import queue
import signal
import sys
import tempfile
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import IO, TYPE_CHECKING

from mlnb.execution.jobs import Ended, Free, Job, Kernel, Message, Setup, Started, Stop, decode, encode

if TYPE_CHECKING:
    from collections.abc import Callable

    from mlnb.execution.tracked import Assignment, Outcome
    from mlnb.execution.warm.standby import Kernels


class Worker:
    """Executes jobs until its input ends."""

    def __init__(self, incoming: IO[bytes], outgoing: IO[bytes]) -> None:
        self._outgoing = outgoing
        self._incoming = incoming
        self._jobs: queue.SimpleQueue[Message | None] = queue.SimpleQueue()
        self._tasks: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._busy = threading.Event()
        self._stopped = False

    def run(self) -> None:
        """Take the setup, then jobs, until there are no more."""
        threading.Thread(target=self._listen, name="mlnb-listen", daemon=True).start()
        setup = self._jobs.get()
        if not isinstance(setup, Setup):
            return
        closer = threading.Thread(target=self._close_runs, name="mlnb-close")
        closer.start()
        kernels = _kernels(setup)
        try:
            with tempfile.TemporaryDirectory(prefix="mlnb-") as folder:
                source = Path(folder) / Path(setup.notebook).name
                source.write_bytes(Path(setup.source).read_bytes())
                while isinstance(job := self._jobs.get(), Job):
                    self._do(job, setup, source, kernels)
        finally:
            if kernels is not None:
                kernels.close()
            self._tasks.put(None)
            closer.join()

    def _listen(self) -> None:
        for line in self._incoming:
            message = decode(line)
            if isinstance(message, Stop):
                self._interrupt()
            else:
                self._jobs.put(message)
        self._interrupt()
        self._jobs.put(None)

    def _interrupt(self) -> None:
        if self._stopped:
            return  # a second interrupt would strike while the run that the first one stopped is being closed
        self._stopped = True
        if self._busy.is_set():
            if hasattr(signal, "pthread_kill"):  # wakes the main thread from the poll it sleeps in
                signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
            else:
                signal.raise_signal(signal.SIGINT)

    def _close_runs(self) -> None:
        while task := self._tasks.get():
            task()

    def _later(self, task: Callable[[], None], wait: bool) -> None:
        done = threading.Event()

        def do() -> None:
            try:
                task()
            finally:
                done.set()

        self._tasks.put(do)
        if wait:
            done.wait()

    def _do(self, job: Job, setup: Setup, source: Path, kernels: Kernels | None) -> None:
        from mlnb.execution.engine import Outcome

        self._send(Started(job.run_id))
        began = time.monotonic()

        def report(outcome: Outcome) -> None:
            seconds = time.monotonic() - began
            self._send(
                Ended(job.run_id, outcome.status, outcome.error, seconds, outcome.peak_bytes)  # type: ignore[arg-type]
            )

        def started(pid: int) -> None:
            self._send(Kernel(job.run_id, pid))

        self._busy.set()
        try:
            if self._stopped:
                report(Outcome("failed", "stopped"))
            else:
                assignment = replace(
                    _assign(job, setup),
                    kernels=kernels,
                    afterwards=self._later,
                    started=started,
                    report=report,
                )
                # in a context of its own: the last run may still be open when this one starts
                contextvars.copy_context().run(execute, job, setup, source, assignment)
        except KeyboardInterrupt:
            pass  # the engine has closed the run, and reports it
        finally:
            self._busy.clear()
        self._send(Free(job.run_id))

    def _send(self, message: Message) -> None:
        with contextlib.suppress(BrokenPipeError):  # the batch is gone, and the listening thread knows
            self._outgoing.write(encode(message))


def _kernels(setup: Setup) -> Kernels | None:
    if setup.template is None:
        return None
    from mlnb.execution.engine import kernel_environment
    from mlnb.execution.warm.standby import Kernels

    told = kernel_environment(Path(setup.store), Path(setup.notebook))
    return Kernels(setup.template, setup.kernel_name, {**os.environ, **told})


def _assign(job: Job, setup: Setup) -> Assignment:
    from mlnb.execution.engine import Assignment

    return Assignment(
        store=Path(setup.store),
        notebook=Path(setup.notebook),
        run_id=job.run_id,
        name=job.name,
        experiment=setup.experiment,
        batch_id=setup.batch_id,
        rerun_of=job.rerun_of,
        tags=job.tags,
        kind=job.run_kind,
        timeout=setup.timeout,
        more=job.more,
        rolls_up=False,
    )


def execute(job: Job, setup: Setup, source: Path, assignment: Assignment) -> None:
    """Execute one job with papermill and mlnb's engine, which reports how it ends."""
    import papermill
    from papermill.exceptions import PapermillExecutionError

    from mlnb.execution.engine import Outcome

    entered: list[bool] = []
    try:
        papermill.execute_notebook(
            _literal(str(source)),
            None if job.output_path is None else _literal(job.output_path),
            parameters=job.parameters,
            engine_name="mlnb",
            kernel_name=setup.kernel_name,
            cwd=setup.folder,
            progress_bar=False,
            assignment=assignment,
            entered=entered,
        )
    except PapermillExecutionError:
        pass  # the engine has seen it, and knows whether the cell was allowed to fail
    except Exception as failure:  # noqa: BLE001 - it is the batch's to report; the next job's turn comes
        if not entered and assignment.report is not None:
            text = str(failure).splitlines()
            assignment.report(Outcome("failed", f"{type(failure).__name__}: {text[0] if text else ''}"))


def _literal(path: str) -> str:
    # papermill fills in `{name}` in paths from the parameters
    return path.replace("{", "{{").replace("}", "}}")


def main() -> None:
    """`python -m mlnb.execution.worker`: speak with the batch that started this process."""
    import logging

    logging.getLogger("papermill").addHandler(logging.NullHandler())
    # an interrupted cell leaves nbclient's polling tasks behind, which asyncio regrets at length
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # who starts in the background leaves it ignored
    outgoing = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    Worker(sys.stdin.buffer, outgoing).run()


if __name__ == "__main__":
    main()
