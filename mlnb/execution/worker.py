"""A worker: a process of its own that executes notebooks one after the other, as its batch tells it.

Messages come in on standard input and go out on what was standard output when the process began; from
then on file descriptor 1 is standard error, so that nothing that papermill, a library or a kernel prints
can mix with them. A reader thread listens all the time: on `Stop`, or when the batch's end of the pipe
closes because the batch died, it interrupts the main thread, which closes its run and its kernel.
"""

from __future__ import annotations

import os
import queue
import signal
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import IO

from mlnb.execution.jobs import Ended, Job, Message, Setup, Started, Stop, decode, encode


class Worker:
    """Executes jobs until its input ends."""

    def __init__(self, incoming: IO[bytes], outgoing: IO[bytes]) -> None:
        self._outgoing = outgoing
        self._incoming = incoming
        self._jobs: queue.SimpleQueue[Message | None] = queue.SimpleQueue()
        self._busy = threading.Event()
        self._stopped = False

    def run(self) -> None:
        """Take the setup, then jobs, until there are no more."""
        threading.Thread(target=self._listen, name="mlnb-listen", daemon=True).start()
        setup = self._jobs.get()
        if not isinstance(setup, Setup):
            return
        with tempfile.TemporaryDirectory(prefix="mlnb-") as folder:
            source = Path(folder) / Path(setup.notebook).name
            source.write_bytes(Path(setup.source).read_bytes())
            while isinstance(job := self._jobs.get(), Job):
                self._do(job, setup, source)

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
        self._stopped = True
        if self._busy.is_set():
            if hasattr(signal, "pthread_kill"):  # wakes the main thread from the poll it sleeps in
                signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
            else:
                signal.raise_signal(signal.SIGINT)

    def _do(self, job: Job, setup: Setup, source: Path) -> None:
        self._send(Started(job.run_id))
        began = time.monotonic()
        self._busy.set()
        try:
            status, error = ("failed", "stopped") if self._stopped else execute(job, setup, source)
        except KeyboardInterrupt:
            status, error = "failed", "KeyboardInterrupt"
        finally:
            self._busy.clear()
        self._send(Ended(job.run_id, status, error, time.monotonic() - began))  # type: ignore[arg-type]

    def _send(self, message: Message) -> None:
        try:
            self._outgoing.write(encode(message))
            self._outgoing.flush()
        except BrokenPipeError:  # the batch is gone, and the reader thread knows
            pass


def execute(job: Job, setup: Setup, source: Path) -> tuple[str, str | None]:
    """Execute one job with papermill and mlnb's engine; how it ended, and with which error."""
    import papermill
    from papermill.exceptions import PapermillExecutionError

    from mlnb.execution.engine import Assignment, Outcome

    ended: list[Outcome] = []
    assignment = Assignment(
        store=Path(setup.store),
        notebook=Path(setup.notebook),
        run_id=job.run_id,
        name=job.name,
        experiment=setup.experiment,
        batch_id=setup.batch_id,
        rerun_of=job.rerun_of,
        tags=job.tags,
        timeout=setup.timeout,
        template=setup.template,
        report=ended.append,
    )
    error: str | None = None
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
        )
    except PapermillExecutionError:
        pass  # the engine has seen it, and knows whether the cell was allowed to fail
    except KeyboardInterrupt:
        raise
    except Exception as failure:  # noqa: BLE001 - it is the batch's to report; the next job's turn comes
        text = str(failure).splitlines()
        error = f"{type(failure).__name__}: {text[0] if text else ''}"
    if ended:
        return ended[-1].status, ended[-1].error or error
    return "failed", error or "papermill didn't call the engine"


def _literal(path: str) -> str:
    # papermill fills in `{name}` in paths from the parameters
    return path.replace("{", "{{").replace("}", "}}")


def main() -> None:
    """`python -m mlnb.execution.worker`: speak with the batch that started this process."""
    import logging

    logging.getLogger("papermill").addHandler(logging.NullHandler())
    outgoing = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    Worker(sys.stdin.buffer, outgoing).run()


if __name__ == "__main__":
    main()
