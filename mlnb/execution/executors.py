"""Who executes a batch's jobs: an `Executor`, chosen by name: `local`, `dask`, or one of the entry points `mlnb.executors`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from typing import Final, Protocol

from mlnb.errors import UsageError, nearest
from mlnb.execution.jobs import Ended, Job, Setup, Started

GROUP: Final = "mlnb.executors"


class Executor(Protocol):
    """Runs jobs, yields what happens to them, and leaves no process behind when it is closed.

    `forgives` is how often a job is tried again whose worker died, whatever `--retries` says.
    """

    forgives: int

    def run(self, setup: Setup, next_job: Callable[[], Job | None]) -> Iterator[Started | Ended]:
        """Take jobs from `next_job` until it has none left and all have ended."""
        ...

    def stop(self) -> None:
        """From any thread: have `run` end at once, whatever still runs."""
        ...

    def close(self) -> None:
        """Stop what still runs, and wait for its end."""
        ...


@dataclass(frozen=True)
class Options:
    """What an executor is made with: how many `workers` were asked for (None: it may choose), how many `jobs`
    there are, and the address of a `scheduler`, where it has one."""

    workers: int | None = None
    jobs: int = 1
    scheduler: str | None = None


Factory = Callable[[Options], Executor]
_OWN: Final = {"local": "mlnb.execution.local:LocalExecutor", "dask": "mlnb.execution.cluster:DaskExecutor"}


def find_executor(name: str) -> Factory:
    """What makes the executor of that name.

    Raises
    ------
    UsageError
        There is none.
    """
    others = {found.name: found.value for found in entry_points(group=GROUP)}
    known = {**others, **_OWN}
    if name not in known:
        raise UsageError(f"no executor {name!r}", hint=nearest(name, known))
    factory: Factory = EntryPoint(name, known[name], GROUP).load()
    return factory
