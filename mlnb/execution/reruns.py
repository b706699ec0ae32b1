"""`mlnb.rerun`: a batch from Python."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlnb.execution.batch import Batch, Settings, execute, prepare
from mlnb.execution.plan import axes
from mlnb.execution.progress import Progress

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
    name: str | None = None,
    timeout: float | None = None,
    retries: int = 0,
    output_dir: str | Path | None = None,
    kernel: str | None = None,
    store: str | Path | None = None,
    progress: bool = True,
) -> Batch:
    """Execute a notebook (or a recorded run's own notebook) for each parameter set of a grid.

    Parameters
    ----------
    notebook_or_run
        A notebook's path, or a run's id, prefix or name.
    params, grid
        Fixed values, and lists (or ranges, as text: `"loguniform(1e-4, 1e-1)"`, with `sample`) to vary.
    workers
        Notebooks executed at a time; by default as many as there are cores.
    timeout
        Seconds that one run may take.
    retries
        How often a run that failed is tried again.

    Returns
    -------
    Batch
        After the last run; failed runs make its `state` "failed", they raise nothing.

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
            timeout=timeout,
            retries=retries,
            output_dir=None if output_dir is None else Path(output_dir),
        ),
    )
    if not progress:
        return execute(prepared)
    from rich.console import Console

    with Progress(prepared, Console()) as seen:
        return execute(prepared, seen)
