"""What a Dask worker does with a job: it executes it in a store of its own, and sends that back.

The notebook runs in a worker process of mlnb's own, as it would on the batch's machine: that is watched, so
that it ends when Dask has no more use for the task, and it ends by itself when the Dask worker is killed.

Dask executes a task again whose worker died. That would be a second execution in the name of one run, so
the second says only that the first is lost, and the batch tries again with a new run.
"""

from __future__ import annotations

import json
import tempfile
import threading
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from mlnb.execution.jobs import Ended

if TYPE_CHECKING:
    from mlnb.execution.jobs import Job, Setup

LOOK_SECONDS: Final = 0.5
_UNWANTED: Final = frozenset({"cancelled", "released", "forgotten", "error"})


@dataclass(frozen=True)
class Parcel:
    """How a job ended, and an export of the store that its run was written to, if there is one."""

    ended: Ended
    export: bytes | None = None


def execute(setup: Setup, job: Job, notebook: bytes, store_id: str, topic: str) -> Parcel:
    """Execute one job, as a task of Dask's, and bring back all that it recorded."""
    from distributed import get_client, get_worker

    worker = get_worker()
    earlier = get_client().get_events(topic)
    if any(json.loads(told)["started"] == job.run_id for _, told in earlier):
        return Parcel(Ended(job.run_id, "lost", "the Dask worker died"))
    worker.log_event(topic, json.dumps({"started": job.run_id, "worker": worker.address}))
    with tempfile.TemporaryDirectory(prefix="mlnb-", ignore_cleanup_errors=True) as folder:
        here = _settle(setup, notebook, store_id, Path(folder))
        ended = _execute(here, job, worker, worker.get_current_task())
        return Parcel(ended, _export(Path(here.store)))


def _settle(setup: Setup, notebook: bytes, store_id: str, folder: Path) -> Setup:
    """The same setup where nothing of the batch's machine is there: a store of the same name, the notebook."""
    from mlnb.store import layout

    layout.make(folder / ".mlnb", store_id=store_id)
    source = folder / "source.ipynb"
    source.write_bytes(notebook)
    work = Path(setup.folder)
    if not work.is_dir():  # no file system is shared: an empty folder, as papermill would have it
        work = folder / "work"
        work.mkdir()
    return replace(setup, store=str(folder / ".mlnb"), source=str(source), folder=str(work), warm=False)


def _execute(setup: Setup, job: Job, worker: Any, key: Any) -> Ended:
    from mlnb.execution.executors import Options
    from mlnb.execution.local import LocalExecutor

    executor = LocalExecutor(Options(workers=1))
    jobs = [replace(job, more=False, output_path=None)]
    done = threading.Event()

    def watch() -> None:
        while not done.wait(LOOK_SECONDS):
            task = worker.state.tasks.get(key)
            if task is None or task.state in _UNWANTED:
                executor.stop()
                return

    threading.Thread(target=watch, name="mlnb-watch", daemon=True).start()
    try:
        for message in executor.run(setup, lambda: jobs.pop() if jobs else None):
            if isinstance(message, Ended):
                return message
    finally:
        done.set()
        executor.close()
    return Ended(job.run_id, "killed", "stopped")


def _export(store: Path) -> bytes:
    from mlnb.store import Store, transfer

    file = store.parent / "run.zip"
    transfer.export(Store.open(store), file)
    return file.read_bytes()
