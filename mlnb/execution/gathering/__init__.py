"""From a messy session to a notebook that is proved: the executions that a run depends on, as a clean notebook.

run ─ replay.executions ─ slicing ─ searching ─┬─ composing ─ batch ─ verdict ─┐
                              └──────── again, larger or smaller ──────┘─ the notebook
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlnb.errors import ExecutionFailed, NotebookError, UsageError
from mlnb.execution import blame, ipynb, replay
from mlnb.execution.gathering import composing
from mlnb.execution.gathering.searching import Search, Trial
from mlnb.execution.verdict import Tolerance

if TYPE_CHECKING:
    from mlnb.execution.origin import Origin
    from mlnb.execution.replay import Execution
    from mlnb.execution.reproduction import Verdict
    from mlnb.execution.warm.starting import WarmKernels
    from mlnb.store import Store

EXACT = Tolerance(relative=0.0, absolute=0.0)
SECONDS = 60.0


@dataclass(frozen=True, repr=False)
class Gathered:
    """The notebook at `path`, made of `kept` of the `executed` cells of the run's session, and the `verdict` over it (None: it
    could not be run). `causes` says what may be to blame where it isn't reproduced; `tries` is how often it was executed."""

    run_id: str
    run_name: str
    path: Path
    kept: int
    executed: int
    tries: int
    verdict: Verdict | None
    causes: tuple[str, ...] = ()

    @property
    def reproduced(self) -> bool:
        return self.verdict is not None and self.verdict.reproduced

    def __repr__(self) -> str:
        return f"<Gathered {self.path.name}, {self}>"

    def __str__(self) -> str:
        said = "reproduced" if self.reproduced else "not reproduced"
        found = [part for part in (self.verdict.parts if self.verdict else ()) if part.part == "metrics"]
        metrics = f", metrics {found[0].outcome.replace('_', ' ')}" if found else ""
        return f"{said}: {self.kept} of {self.executed} executed cells{metrics}"


def gather(
    run: str,
    output: str | Path | None = None,
    *,
    force: bool = False,
    fast: bool = False,
    seconds: float = SECONDS,
    timeout: float | None = None,
    store: str | Path | None = None,
    told: Callable[[Trial], object] | None = None,
) -> Gathered:
    """Make a clean notebook that leads to a cell's run, and prove it: it is executed in a fresh kernel and judged.

    Parameters
    ----------
    run
        A run's id, the beginning of one, or its name.
    output
        The file; by default the run's name with `.ipynb`, in the working folder.
    force
        Write over a file that exists.
    fast
        Take the first that holds; else cells that don't matter are left out for `seconds` more.
    timeout
        Seconds that one execution may take.
    told
        Hears of every try.

    Raises
    ------
    NotFound, Ambiguous
        Not one run.
    UsageError
        The run is of a script or a whole notebook, or has no end; or the file exists.
    NotebookError
        The run's session wasn't recorded.
    KernelError
        The notebook's kernel isn't installed.
    """
    from mlnb.execution.reproduction import open_store
    from mlnb.store import query

    home = open_store(store)
    record = query.record(home, query.resolve(home, run))
    path = Path(output or f"{record['name']}.ipynb").absolute()
    refuse(record, path, force=force)
    done = replay.executions(home, record["run_id"])
    if not done:
        raise NotebookError(
            f"the session of run {record['name']} wasn't recorded", hint="nothing can be gathered"
        )
    with ExitStack() as stack:
        gathering = _Gathering(home, record, done, timeout, stack, fast=fast)
        told = told or (lambda _: None)
        best = Search(done, gathering.attempt, told, time.monotonic() + seconds, fast=fast).run()
    verdict = None if best.verdict is None else gathering.judged_again(best)
    causes = () if verdict is not None and verdict.reproduced else tuple(_causes(done, best, verdict))
    made = Gathered(
        record["run_id"], record["name"], path, len(best.places), len(done), gathering.tries, verdict, causes
    )
    path.write_bytes(ipynb.encode(_finished(gathering, best, made)))
    return made


def _causes(done: list[Execution], best: Trial, verdict: Verdict | None) -> Iterator[str]:
    """What parted, what the verdict makes of it, and what no record holds."""
    if verdict is not None:
        yield from (f"{part.part} {part.outcome}: {part.detail}" for part in verdict.parts if not part.agrees)
    known = list(blame.causes(done, best.places, best.error))
    if verdict is not None and verdict.cause and not known:
        yield verdict.cause
    yield from known


def refuse(record: Any, path: Path, *, force: bool) -> None:
    """Raise UsageError where nothing can be gathered of a run, or not to that path."""
    name = record["name"]
    if record["kind"] in {"notebook", "reproduction"}:
        raise UsageError(f"run {name} is of a notebook already", hint=f"mlnb show {name} --notebook FILE")
    if record["kind"] != "cell":
        raise UsageError(
            f"run {name} is of a script, not of a notebook's cell", hint="only cells are gathered"
        )
    if record["status"] in {"killed", "running"}:
        state = "was killed before its end" if record["status"] == "killed" else "hasn't ended yet"
        raise UsageError(f"run {name} {state}", hint="only what came to an end can be proved")
    if path.exists() and not force:
        raise UsageError(f"{path.name} exists already", hint="--force, or another name: -o FILE")
    if not path.parent.is_dir():
        raise UsageError(f"there is no folder {path.parent}", hint="-o FILE in a folder that exists")


class _Gathering:
    """Executes and judges what is composed for one run. The template of its warm kernels goes with `stack`."""

    def __init__(
        self,
        store: Store,
        record: Any,
        done: list[Execution],
        timeout: float | None,
        stack: ExitStack,
        *,
        fast: bool,
    ) -> None:
        self.store = store
        self.record = record
        self.done = done
        self.tries = 0
        self._timeout = timeout
        self._stack = stack
        self._fast = fast
        self._template: WarmKernels | None = None
        self._notebook = Path(record["notebook"] or f"{record['experiment']}.ipynb").absolute()
        settings = frozenset(
            item["name"] for item in record["params_detail"] if item["source"] in {"assigned", "literal"}
        )
        today = _read(self._notebook)
        kernel = {} if today is None else dict(today.metadata.get("kernelspec", {}))
        self._plain = composing.Style(plain=True, kernel=kernel)
        self._style = composing.Style(settings, composing.headings_of(today), kernel=kernel)

    def compose(self, places: tuple[int, ...], *, plain: bool) -> Any:
        return composing.compose(self.done, places, self._plain if plain else self._style)

    def attempt(self, places: tuple[int, ...], plain: bool, warm: bool) -> Trial:
        from mlnb.execution.reproduction import judge_reruns, run_reproduction

        self.tries += 1
        origin = self._origin(self.compose(places, plain=plain))
        if self._template is None and not self._fast:  # it is ready when the first try is over
            self._template = self._stack.enter_context(_kernels_of(origin))
        template = self._template.address if warm and self._template is not None else None
        try:
            rerun = run_reproduction(origin, "gather", self._timeout, template)
            verdict = judge_reruns(self.store, self.record["run_id"], [rerun], EXACT)
        except ExecutionFailed as error:
            return Trial(places, holds=False, error=str(error), plain=plain, warm=warm)
        holds = all(part.agrees for part in verdict.parts if part.part != "environment")
        return Trial(places, holds, verdict, plain=plain, warm=warm)

    def judged_again(self, trial: Trial) -> Verdict:
        """The verdict by the tolerance that verdicts have."""
        from mlnb.execution.reproduction import judge_reruns

        found: Verdict = trial.verdict
        if found.reproduced:
            return found
        return judge_reruns(self.store, self.record["run_id"], [found.rerun_id])

    def _origin(self, notebook: Any) -> Origin:
        from mlnb.execution.notebooks import from_bytes
        from mlnb.execution.origin import Origin

        return Origin(from_bytes(ipynb.encode(notebook), self._notebook), self.store, self.record["run_id"])


def _kernels_of(origin: Origin) -> WarmKernels:
    from mlnb.execution.warm.starting import WarmKernels

    source = origin.source
    return WarmKernels.start(ipynb.decode(source.content), source.kernel_name, source.path.parent)


def _read(path: Path) -> Any:
    """The notebook as it is today; None where it can't be read: then it has no headings and no kernel to give."""
    try:
        return ipynb.decode(path.read_bytes())
    except Exception:  # noqa: BLE001 - whatever it is now
        return None


def _finished(gathering: _Gathering, best: Trial, made: Gathered) -> Any:
    """The notebook with the outputs of the execution that was judged, and what is known of it."""
    from mlnb.execution.notebooks import without_papermill
    from mlnb.store import query

    notebook = gathering.compose(best.places, plain=best.plain)
    if best.verdict is not None:
        kept = query.record(gathering.store, best.verdict.rerun_id)["artifacts"]
        sha256 = next(item["sha256"] for item in reversed(kept) if item["kind"] == "notebook")
        notebook = without_papermill(ipynb.decode(gathering.store.objects.read(sha256)))
    if not made.reproduced:
        notebook.cells.insert(0, composing.note(made.run_name, made.causes))
    parts = made.verdict.parts if made.verdict is not None else ()
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)  # when it was executed is no part of what it says
    left_out = [one.ordinal for at, one in enumerate(gathering.done) if at not in best.places]
    notebook.metadata["mlnb"] = {
        "gathered": {
            "run_id": made.run_id,
            "run": made.run_name,
            "reproduced": made.reproduced,
            "verdict": {part.part: part.outcome for part in parts},
            "kept": made.kept,
            "executed": made.executed,
            "left_out": left_out,
            "causes": list(made.causes),
        }
    }
    return notebook


__all__ = ["Gathered", "Trial", "gather"]
