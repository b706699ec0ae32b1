"""`mlnb.rerun`: a batch from Python."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlnb.execution import views
from mlnb.execution.batch import Batch
from mlnb.execution.goal import Goal
from mlnb.execution.plan import axes
from mlnb.execution.prepared import Settings, prepare

if TYPE_CHECKING:
    from collections.abc import Mapping


def rerun(
    notebook_or_run: str | Path,
    *,
    params: Mapping[str, Any] | None = None,
    grid: Mapping[str, Any] | None = None,
    sample: int | None = None,
    seed: int | None = None,
    workers: int | None = None,
    executor: str = "local",
    scheduler: str | None = None,
    name: str | None = None,
    timeout: float | None = None,
    retries: int = 0,
    output_dir: str | Path | None = None,
    kernel: str | None = None,
    store: str | Path | None = None,
    best: str | None = None,
    progress: bool = True,
    wait: bool = True,
) -> Batch:
    """Execute a notebook (or a recorded run's own notebook) for each parameter set of a grid.

    Parameters
    ----------
    notebook_or_run
        A notebook's path, or a run's id, prefix or name.
    params, grid
        Fixed values, and lists (or ranges, as text: `"loguniform(1e-4, 1e-1)"`, with `sample`) to vary.
    workers
        Notebooks executed at a time; by default as many as cores and memory allow, by what the first run takes.
    executor, scheduler
        `"dask"` sends the runs to the cluster at the address `scheduler`; without, to one on this machine.
    timeout
        Seconds that one run may take.
    retries
        How often a run that failed is tried again.
    best
        The metric that says which run is best: `"accuracy"`, `"loss asc"`.
    progress
        Show how far it is.
    wait
        Return when all runs have ended. Without, at once: `Batch.progress()` tells how far it is,
        `Batch.wait()` waits, `Batch.cancel()` stops it; it ends with this process at the latest.

    Returns
    -------
    Batch
        Failed runs make its `state` "failed", they raise nothing.

    Raises
    ------
    NotFound, NotebookError, KernelError, ParameterError, UsageError, NotWritable
        Before anything has started.
    """
    prepared = prepare(
        notebook_or_run,
        params=params,
        grid=axes(grid),
        samples=sample,
        seed=seed,
        name=name,
        kernel_name=kernel,
        store=store,
        settings=Settings(
            workers=workers,
            executor=executor,
            scheduler=scheduler,
            timeout=timeout,
            retries=retries,
            output_dir=None if output_dir is None else Path(output_dir),
        ),
    )
    batch = Batch(prepared, goal=None if best is None else Goal.parse(best))
    shown = progress and views.shows_itself(batch)
    if not wait:
        return batch.start()
    if shown or not progress:
        return batch.run()
    with views.terminal(batch) as seen:
        return batch.run(seen)
