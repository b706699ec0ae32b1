"""A run around the execution of a notebook: the engine `mlnb` that `mlnb.execution.engine` gives papermill.

papermill still does all the work (its cells, translators, autosave, logs, paths); the engine opens a run
before the kernel starts, tells the kernel which run is its parent, and closes the run whatever happens:
with the parameters, the executed notebook, what the notebook's tracked cells found, and its error.

papermill imports this module whenever it is imported, hence none of mlnb's heavy rooms at the top.
"""

from __future__ import annotations

import os
import time
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from papermill import engines
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine
from papermill.log import logger

from mlnb.execution.client import SETTLE_SECONDS, TrackedClient

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from mlnb.events import RunKind, Status
    from mlnb.execution.warm.standby import Kernels
    from mlnb.tracking import Run

MEDIA_TYPE: Final = "application/x-ipynb+json"


@dataclass(frozen=True)
class Assignment:
    """What a batch knows about a run before it starts; plain `papermill --engine mlnb` has none.

    `kernels` are warm ones, `more` says that another notebook follows. `afterwards` takes what is to be done
    when the notebook has ended, so that the next one needn't wait for it (unless it says so); `started` hears the kernel's process id, `report` how it ended. `rolls_up` is false where the batch does that for many runs at once.
    """

    store: Path
    notebook: Path
    run_id: str | None = None
    name: str | None = None
    experiment: str | None = None
    batch_id: str | None = None
    rerun_of: str | None = None
    tags: Mapping[str, str] | None = None
    kind: RunKind = "notebook"
    timeout: float | None = None
    kernels: Kernels | None = None
    more: bool = False
    rolls_up: bool = True
    afterwards: Callable[[Callable[[], None], bool], object] | None = None
    started: Callable[[int], object] | None = None
    report: Callable[[Outcome], object] | None = None


@dataclass(frozen=True)
class Outcome:
    """How a notebook ended."""

    status: Status = "finished"
    error: str | None = None
    exit_signal: int | None = None
    peak_bytes: int = 0


class MlnbEngine(NBClientEngine):  # type: ignore[misc]
    """papermill's default engine, with a run around it."""

    @classmethod
    def execute_notebook(
        cls,
        nb: Any,
        kernel_name: str,
        *,
        input_path: Any = None,
        assignment: Assignment | None = None,
        entered: list[bool] | None = None,
        **settings: Any,
    ) -> Any:
        assignment = assignment or _assign(input_path)
        _steady_injected_cell(nb)
        with tracking_run(nb, assignment) as execution:
            if entered is not None:
                entered.append(True)
            return super().execute_notebook(nb, kernel_name, execution=execution, **settings)

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man: Any,
        kernel_name: str,
        *,
        execution: Execution,
        log_output: bool = False,
        stdout_file: Any = None,
        stderr_file: Any = None,
        start_timeout: int = 60,
        execution_timeout: int | None = None,
        **settings: Any,
    ) -> Any:
        if engines.PapermillNotebookClient is not PapermillNotebookClient:
            # somebody put a client of their own in the place of papermill's: theirs executes
            return super().execute_managed_notebook(
                nb_man,
                kernel_name,
                log_output=log_output,
                stdout_file=stdout_file,
                stderr_file=stderr_file,
                start_timeout=start_timeout,
                execution_timeout=execution_timeout,
                **settings,
            )
        limit = execution_timeout or settings.pop("timeout", None)
        settings.pop("startup_timeout", None)
        execution.client = TrackedClient(
            nb_man,
            tell=execution.kernel_environment(),
            deadline=execution.deadline,
            kernels=execution.assignment.kernels,
            more=execution.assignment.more,
            leave=execution.assignment.afterwards is not None,
            started=execution.assignment.started,
            kernel_name=kernel_name,
            log=logger,
            log_output=log_output,
            stdout_file=stdout_file,
            stderr_file=stderr_file,
            startup_timeout=start_timeout,
            timeout=limit,
            **settings,
        )
        return execution.client.execute()


@dataclass
class Execution:
    """One notebook being executed for one run.

    `own` are the parameter names that the run has by itself; `whole` says that no cell has a `%%track`, so that
    the run tracks them all.
    """

    run: Run
    assignment: Assignment
    own: frozenset[str]
    whole: bool
    deadline: float | None = None
    client: TrackedClient | None = None

    def kernel_environment(self) -> dict[str, str]:
        """What tells the kernel whose cells it runs."""
        told = kernel_environment(self.assignment.store, self.assignment.notebook)
        return {**told, "MLNB_PARENT_RUN": self.run.run_id, "MLNB_WHOLE": "1" if self.whole else "0"}

    def judge_exception(self, error: BaseException) -> Outcome:
        """How a notebook ended that papermill gave up on."""
        from nbclient.exceptions import CellTimeoutError, DeadKernelError

        if isinstance(error, DeadKernelError):
            return self._judge_dead_kernel()
        if isinstance(error, CellTimeoutError):
            return Outcome("failed", "Timeout: " + str(error).splitlines()[0])
        if isinstance(error, KeyboardInterrupt):
            return Outcome("failed", "KeyboardInterrupt")
        text = str(error).splitlines()
        return Outcome("failed", f"{type(error).__name__}: {text[0] if text else ''}{self._last_words()}")

    def end(self, notebook: Any, outcome: Outcome) -> None:
        """Keep the notebook and close the run: from now on nothing can make it anything but what it is."""
        self.attempt("notebook", lambda: _keep_notebook(self, notebook))
        self.run.finish(status=outcome.status, error=outcome.error, exit_signal=outcome.exit_signal)

    def close(self, outcome: Outcome) -> None:
        """What may come late: the kernel's last work, and what its cells found."""
        from mlnb.execution.rollup import roll_up

        client = self.client
        if client is not None and client.left is not None:
            client.left.end(SETTLE_SECONDS)
        if client is not None:
            if client.problem is None and self.assignment.rolls_up:
                self.attempt("rollup", lambda: roll_up(self.run.store, [self.run.run_id], own=self.own))
            client.close()
        if self.assignment.report is not None:
            peak = 0 if client is None else client.peak_bytes
            self.assignment.report(replace(outcome, peak_bytes=peak))

    def attempt(self, part: str, keep: Callable[[], None]) -> None:
        """Keep a part; where that fails the run says so, and the rest is kept."""
        from mlnb.events import Problem

        try:
            keep()
        except Exception as error:  # noqa: BLE001 - the run must be closed whatever happens
            logger.warning("mlnb could not keep the %s: %s", part, error)
            problem = Problem(where=part, message=f"{type(error).__name__}: {error}")
            self.run.store.edit(self.run.run_id, problem)

    def _judge_dead_kernel(self) -> Outcome:
        code = None if self.client is None else self.client.exit_code
        if code is not None and code < 0:
            return Outcome("killed", f"the kernel was killed by signal {-code}{self._last_words()}", -code)
        status = "" if code is None else f" with status {code}"
        return Outcome("failed", f"the kernel died{status}{self._last_words()}")

    def _last_words(self) -> str:
        words = "" if self.client is None else self.client.last_words
        return f" ({words})" if words else ""


@contextmanager
def tracking_run(notebook: Any, assignment: Assignment) -> Iterator[Execution]:
    """A run around the execution of `notebook`; it is closed whatever happens, and exceptions go on."""
    execution = _start(notebook, assignment)
    outcome = Outcome("failed", "the run ended in mlnb itself")
    try:
        yield execution
        outcome = judge(notebook)
    except BaseException as error:
        outcome = execution.judge_exception(error)
        raise
    finally:
        # now: papermill may write its marks into the notebook as soon as it has it back
        execution.end(notebook, outcome)
        if assignment.afterwards is None:
            execution.close(outcome)
        else:
            # who failed may be why the batch starts no more: that must be known before the next one starts
            assignment.afterwards(lambda: execution.close(outcome), outcome.status != "finished")


def kernel_environment(store: Path, notebook: Path) -> dict[str, str]:
    """What all kernels of a batch are told."""
    return {"MLNB_STORE": str(store.absolute()), "MLNB_NOTEBOOK": str(notebook)}


def _assign(input_path: Any) -> Assignment:
    from mlnb import config

    local = isinstance(input_path, str | os.PathLike) and Path(input_path).is_file()
    notebook = Path(input_path).absolute() if local else Path.cwd() / Path(str(input_path or "notebook")).name
    return Assignment(store=config.load(notebook.parent).store, notebook=notebook)


def _start(notebook: Any, assignment: Assignment) -> Execution:
    from mlnb import tracking

    run = tracking.start(
        assignment.name,
        store=assignment.store,
        experiment=assignment.experiment or assignment.notebook.stem,
        kind=assignment.kind,
        run_id=assignment.run_id,
        batch_id=assignment.batch_id,
        rerun_of=assignment.rerun_of,
        notebook=str(assignment.notebook),
        tags=dict(assignment.tags or {}),
    )
    about = notebook.metadata.setdefault("papermill", {})
    about["input_path"] = str(assignment.notebook)
    injected = dict(about.get("parameters", {}))
    defaults = {name: value for name, value in _defaults(notebook).items() if name not in injected}
    run.params(defaults, source="assigned")
    run.params(injected, source="injected")
    deadline = None if assignment.timeout is None else time.monotonic() + assignment.timeout
    return Execution(run, assignment, frozenset({*defaults, *injected}), not _has_track(notebook), deadline)


def _has_track(notebook: Any) -> bool:
    return any(
        cell.source.lstrip().startswith("%%track") for cell in notebook.cells if cell.cell_type == "code"
    )


def _defaults(notebook: Any) -> dict[str, Any]:
    from mlnb.execution.notebooks import read_parameters

    return {parameter.name: parameter.value for parameter in read_parameters(notebook).values()}


def _steady_injected_cell(notebook: Any) -> None:
    # papermill gives its cell a new id each time; runs of one notebook are compared cell by cell
    for cell in notebook.cells:
        if "injected-parameters" in cell.metadata.get("tags", []):
            cell["id"] = "injected-parameters"


def judge(notebook: Any) -> Outcome:
    """How an executed notebook ended, by its cells: the first that stopped it, if one did."""
    for cell in notebook.cells:
        if cell.metadata.get("papermill", {}).get("exception") is not True:
            continue
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                return _judge_error(output.ename, output.evalue)
        return Outcome("failed", "a cell failed and left no error")
    return Outcome()


def _judge_error(name: str, value: str) -> Outcome:
    if name == "SystemExit" and value in {"", "0"}:
        return Outcome()
    return Outcome("failed", f"{name}: {value}".splitlines()[0])


def _keep_notebook(execution: Execution, notebook: Any) -> None:
    from mlnb.events import Problem
    from mlnb.execution import ipynb

    run = execution.run
    if execution.client is not None and execution.client.problem:
        run.append(Problem(where="kernel", message=execution.client.problem))
    name = execution.assignment.notebook.name
    run.store_artifact(ipynb.encode(notebook), name=name, kind="notebook", media_type=MEDIA_TYPE)
