"""How a batch that was started from Python is shown while it runs.

A notebook's widgets stand above this room and give their view by `show_notebooks_with`; elsewhere it is the
terminal's bar.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from mlnb.execution.terminal import Progress

if TYPE_CHECKING:
    from mlnb.execution.batch import Batch, Observer

View = Callable[["Batch"], object]
"""Displays a batch that is about to start; it observes the batch for what comes."""

_of_notebooks: list[View] = []


def show_notebooks_with(view: View) -> None:
    """From now on batches that a notebook starts are shown by `view`."""
    _of_notebooks[:] = [view]


def shows_itself(batch: Batch) -> bool:
    """Show a batch with the notebook's view; False where there is no notebook or no view."""
    if not _of_notebooks or not _in_a_kernel():
        return False
    _of_notebooks[0](batch)
    return True


@contextlib.contextmanager
def terminal(batch: Batch) -> Iterator[Observer]:
    """The bar around a batch's execution."""
    from rich.console import Console

    with Progress(batch.prepared, Console()) as seen:
        yield seen


def _in_a_kernel() -> bool:
    ipython = sys.modules.get("IPython")
    shell = None if ipython is None else ipython.get_ipython()
    return getattr(shell, "kernel", None) is not None
