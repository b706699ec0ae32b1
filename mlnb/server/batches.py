"""Reruns that were asked for over REST: each batch is executed by a process of its own.

The child (`python -m mlnb.server.batches`) reads the request, checks it, answers with one line (the batch, or
what is wrong with it), and then executes the batch to its end, whatever becomes of the server meanwhile. Its
progress is in the store, where everybody sees it, and a request to stop it goes there too; the server keeps the process
to tell whether it lives, and waits for it: where it breaks, the server's log says how.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import signal
import subprocess
import sys
import tempfile
import threading
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final

import msgspec

from mlnb.errors import Error, ExecutionFailed, retold, told
from mlnb.server import edits
from mlnb.store import Store, query

if TYPE_CHECKING:
    from mlnb.execution.prepared import Prepared

ANSWER_WITHIN_S: Final = 60.0
_UNEXPECTED: Final = "the batch's process ended before it had begun"
_BROKE: Final = 3
_LAST_BYTES: Final = 4_000
_log: Final = logging.getLogger(__name__)


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What the child is told. With `judge` it repeats the run `what` as it was, and records a verdict."""

    what: str
    store: str
    params: dict[str, Any] = {}
    grid: dict[str, Any] = {}
    edits: dict[str, str] = {}
    samples: int | None = None
    workers: int | None = None
    name: str | None = None
    judge: bool = False


@dataclass
class Batches:
    """The batches that this server started. Safe to use from any thread."""

    _processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def start(self, asked: Asked, folder: Path) -> str:
        """Start a batch; its id.

        Raises
        ------
        Error
            What the child found wrong.
        """
        said = tempfile.TemporaryFile()  # noqa: SIM115 - kept while the process lives, which may outlive the server
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "mlnb.server.batches"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=said,
            cwd=folder,
            start_new_session=True,
        )
        assert process.stdin is not None
        assert process.stdout is not None
        with contextlib.suppress(BrokenPipeError):  # it died already: its answer, or none, says so
            process.stdin.write(msgspec.json.encode(asked))
            process.stdin.close()
        try:
            batch_id = _read_answer(process, said)
        except Error:
            said.close()
            raise
        with self._lock:
            self._processes = {key: one for key, one in self._processes.items() if one.poll() is None}
            self._processes[batch_id] = process
        threading.Thread(
            target=self._await, args=(batch_id, process, said), name=f"mlnb-batch-{batch_id}", daemon=True
        ).start()
        return batch_id

    def is_under_way(self, batch_id: str) -> bool | None:
        """Whether the process of a batch lives; None where another process started it."""
        with self._lock:
            process = self._processes.get(batch_id)
        return None if process is None else process.poll() is None

    def _await(self, batch_id: str, process: subprocess.Popen[bytes], said: IO[bytes]) -> None:
        status = process.wait()
        with said:
            if status < 0 or status == _BROKE:
                _log.warning("the process of batch %s ended with %s: %s", batch_id, status, _last(said))
        assert process.stdout is not None
        process.stdout.close()


def describe(store: Store, batch: Mapping[str, Any]) -> dict[str, Any]:
    """A batch with its runs, and how many of the plan's are in which state."""
    runs = query.run_page(store, where=f"batch_id = '{batch['batch_id']}'", children=True).rows
    planned: Sequence[Mapping[str, Any]] = batch["plan"]
    own = [run for run in runs if run["parent_id"] is None]
    counts = {
        status: sum(run["status"] == status for run in own)
        for status in ("running", "finished", "failed", "killed")
    }
    waiting = max(0, len(planned) - len(own)) if batch["state"] == "running" else 0
    return {
        **batch,
        "total": len(planned),
        "counts": {"waiting": waiting, **counts},
        "runs": own,
    }


def _last(said: IO[bytes]) -> str:
    """The end of what a process said on its standard error."""
    size = said.seek(0, os.SEEK_END)
    said.seek(max(0, size - _LAST_BYTES))
    return said.read().decode(errors="replace").strip() or "it said nothing"


def _read_answer(process: subprocess.Popen[bytes], said: IO[bytes]) -> str:
    """The child's first line. It answers or dies: a child that hangs is ended."""
    assert process.stdout is not None
    late = threading.Timer(ANSWER_WITHIN_S, process.kill)
    late.start()
    try:
        line = process.stdout.readline()
    finally:
        late.cancel()
    if not line:
        status = process.wait()
        raise ExecutionFailed(
            f"{_UNEXPECTED} (exit status {status}): {_last(said).rpartition(chr(10))[2].strip()}"
        )
    answer = json.loads(line)
    if "error" in answer:
        process.wait()
        raise retold(answer["error"])
    return str(answer["batch_id"])


def main() -> int:
    """The child."""
    # A server that was started in the background leaves Ctrl-C ignored to its children.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    asked = msgspec.json.decode(sys.stdin.buffer.read(), type=Asked)
    answer = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what kernels print is not the answer
    try:
        prepared, judged = _prepare(asked)
    except Error as error:
        print(json.dumps({"error": told(error)}), file=answer, flush=True)
        return 2
    except Exception as error:
        failed = ExecutionFailed(f"the batch could not be prepared: {type(error).__name__}: {error}")
        print(json.dumps({"error": told(failed)}), file=answer, flush=True)
        raise
    print(json.dumps({"batch_id": prepared.batch_id}), file=answer, flush=True)
    answer.close()
    try:
        return _execute(prepared, judged)
    except KeyboardInterrupt:
        return 1
    except Exception:  # noqa: BLE001 - told to whoever reads the server's log
        traceback.print_exc()
        return _BROKE


def _prepare(asked: Asked) -> tuple[Prepared, str | None]:
    """The batch, and the run that a verdict is asked for."""
    from mlnb.execution.plan import axes
    from mlnb.execution.prepared import Settings, prepare
    from mlnb.execution.reproduction import prepare_reproduction

    if asked.judge:
        return prepare_reproduction(asked.what, store=asked.store)
    fixed, varied = edits.read(asked.edits)
    prepared = prepare(
        asked.what,
        params={**asked.params, **fixed},
        grid=[*(axis for axis in axes(asked.grid) if axis.name not in asked.edits), *varied],
        samples=asked.samples,
        name=asked.name,
        store=asked.store,
        settings=Settings(workers=asked.workers),
    )
    return prepared, None


def _execute(prepared: Prepared, judged: str | None) -> int:
    from mlnb.execution.batch import execute
    from mlnb.execution.reproduction import judge_reruns

    batch = execute(prepared)
    if judged is not None and batch.state == "finished":
        judge_reruns(prepared.store, judged, [entry.run_id for entry in batch.plan])
    return 0 if batch.state == "finished" else 1


if __name__ == "__main__":
    sys.exit(main())
