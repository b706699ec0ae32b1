"""The executor `dask`: jobs go to a Dask cluster, for those who outgrow their machine.

    batch ── Client.submit ──> Dask worker ── remote.execute ── a worker process of mlnb's own ── kernel
      <── "started" (an event on a topic) ── then the run's journals and artifacts, as one export of a store ──

The workers need mlnb and the notebook's packages, nothing else: no folder is shared. The batch holds the
place of a run that runs elsewhere in its own store, so that it is seen to run, and is `killed` where its worker
or the batch dies; what the worker sends at the end is imported.
"""

from __future__ import annotations

import json
import logging
import queue
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from mlnb import events
from mlnb.errors import Busy, ExecutionFailed, UsageError
from mlnb.execution import memory, remote
from mlnb.execution.jobs import Ended, Started
from mlnb.store import Store, process

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mlnb.execution.executors import Options
    from mlnb.execution.jobs import Job, Setup
    from mlnb.tracking.joining import JoinedRun

CONNECT_SECONDS: Final = "30s"
LOOK_SECONDS: Final = 1.0
FEWEST_AHEAD: Final = 4
IMPORT_SECONDS: Final = 60.0


@dataclass
class _Place:
    """A run that runs elsewhere, in the batch's own store."""

    run: JoinedRun
    began: float

    def end(self, status: events.Status | None = None, error: str | None = None) -> None:
        """Give it up: as ended, or (None) because what was imported says how it ended."""
        if status is not None:
            duration = time.monotonic() - self.began
            self.run.append(events.RunEnded(status=status, duration=duration, error=error))
        self.run.finish()


class DaskExecutor:
    """Jobs on the cluster at `scheduler`, or on one of this machine's own processes.

    Raises
    ------
    UsageError
        `distributed` isn't installed.
    ExecutionFailed
        The scheduler doesn't answer.
    """

    forgives = 2

    def __init__(self, options: Options) -> None:
        try:
            import distributed
        except ImportError:
            raise UsageError("--executor dask needs Dask", hint="pip install 'mlnb[dask]'") from None
        self._asked = options.workers
        self._inbox: queue.SimpleQueue[Started | Any | None] = queue.SimpleQueue()
        self._jobs: dict[str, Job] = {}
        self._futures: dict[Any, Job] = {}
        self._places: dict[str, _Place] = {}
        self._cluster = None
        if options.scheduler is None:
            count = min(options.workers or memory.cores(), max(options.jobs, 1))
            self._cluster = distributed.LocalCluster(
                n_workers=count,
                threads_per_worker=1,
                processes=True,
                dashboard_address=None,
                silence_logs=logging.ERROR,  # of a slow end it would warn at length
            )
        try:
            self._client = distributed.Client(self._cluster or options.scheduler, timeout=CONNECT_SECONDS)
        except (OSError, TimeoutError, ValueError) as error:
            raise ExecutionFailed(
                f"no Dask scheduler answers at {options.scheduler}: {error}",
                hint="--scheduler tcp://HOST:8786; without it, a cluster on this machine is started",
            ) from None

    def run(self, setup: Setup, next_job: Callable[[], Job | None]) -> Iterator[Started | Ended]:
        store = Store.open(setup.store, create=False)
        topic = f"mlnb-{setup.batch_id}"
        self._client.subscribe_topic(topic, self._hear)
        content = Path(setup.source).read_bytes()
        self._fill(setup, store, content, topic, next_job)
        while self._futures:
            try:
                received = self._inbox.get(timeout=LOOK_SECONDS)
            except queue.Empty:
                self._fill(setup, store, content, topic, next_job)
                continue
            if received is None:
                return
            if isinstance(received, Started):
                if received.run_id in self._jobs and received.run_id not in self._places:
                    self._places[received.run_id] = _hold(store, setup, self._jobs[received.run_id])
                    yield received
            else:
                yield self._end(store, received)
            self._fill(setup, store, content, topic, next_job)

    def stop(self) -> None:
        self._inbox.put(None)

    def close(self) -> None:
        self._client.cancel(list(self._futures), force=True)
        for place in self._places.values():
            place.end("killed", "stopped")
        self._places.clear()
        self._futures.clear()
        self._client.close()
        if self._cluster is not None:
            self._cluster.close()

    def _fill(
        self, setup: Setup, store: Store, content: bytes, topic: str, next_job: Callable[[], Job | None]
    ) -> None:
        threads = sum(self._client.nthreads().values())
        # a few more than there is room for: a cluster that grows by need sees that it must
        most = self._asked or max(FEWEST_AHEAD, 2 * threads)
        while len(self._futures) < most:
            job = next_job()
            if job is None:
                return
            future = self._client.submit(
                remote.execute, setup, job, content, store.store_id, topic,
                key=f"mlnb-{job.run_id}", pure=False, retries=0,
            )  # fmt: skip
            self._jobs[job.run_id] = job
            self._futures[future] = job
            future.add_done_callback(self._inbox.put)

    def _hear(self, event: tuple[float, Any]) -> None:
        self._inbox.put(Started(json.loads(event[1])["started"]))

    def _end(self, store: Store, future: Any) -> Ended:
        job = self._futures.pop(future)
        place = self._places.pop(job.run_id, None)
        try:
            parcel: remote.Parcel = future.result()
        except Exception as error:  # noqa: BLE001 - whatever the cluster met, the other jobs go on
            parcel = remote.Parcel(Ended(job.run_id, "lost", _first_line(error)))
        if parcel.export is None:
            if place is not None:
                place.end("killed", parcel.ended.error)
            return parcel.ended
        _take_in(store, parcel.export)
        if place is not None:
            place.end()
        if job.output_path is not None:
            _write_notebook(store, job.run_id, Path(job.output_path))
        return parcel.ended


def _hold(store: Store, setup: Setup, job: Job) -> _Place:
    from mlnb.tracking.joining import JoinedRun

    run = JoinedRun(store, job.run_id, job.name, setup.experiment)
    run.append(
        events.RunStarted(
            run_id=job.run_id,
            name=job.name,
            experiment=setup.experiment,
            run_kind="notebook",
            batch_id=setup.batch_id,
            rerun_of=job.rerun_of,
            notebook=setup.notebook,
            host=process.host(),
        )
    )
    run.params(job.parameters, source="injected")
    return _Place(run, time.monotonic())


def _take_in(store: Store, export: bytes) -> None:
    from mlnb.store import transfer

    with tempfile.TemporaryDirectory(prefix="mlnb-") as folder:
        file = Path(folder) / "run.zip"
        file.write_bytes(export)
        patience = time.monotonic() + IMPORT_SECONDS
        while True:
            try:
                transfer.import_from(store, file)
            except Busy:  # somebody folds for long; what a worker sent must not be lost for that
                if time.monotonic() > patience:
                    raise
            else:
                return


def _write_notebook(store: Store, run_id: str, path: Path) -> None:
    from mlnb.store import query

    kept = [one for one in query.record(store, run_id)["artifacts"] if one["kind"] == "notebook"]
    if kept:
        path.write_bytes(store.objects.read(kept[-1]["sha256"]))


def _first_line(error: Exception) -> str:
    lines = str(error).splitlines()
    return f"{type(error).__name__}: {lines[0] if lines else ''}"
