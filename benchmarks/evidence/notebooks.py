"""Notebooks with the truth beside them, run with mlnb as a user would, each in a process of its own.

A notebook is a text file of cells (`# %%`), as untidy people write them; its last cell, `# %% [truth]`, is TOML: `params`,
`metrics`, `aliases`. A value is TOML, or an expression over the notebook's names that is evaluated when it has run; `?` is any.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import sys
import tempfile
import tomllib
import traceback
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.evidence import strict

HERE = Path(__file__).parents[2] / "tests" / "capture"
SETS = {"labelled": HERE / "notebooks", "frozen": HERE / "frozen"}
MODES = ("whole", "cells")


@dataclass
class Notebook:
    name: str
    cells: list[str]
    params: dict[str, Any]
    metrics: dict[str, Any]
    aliases: dict[str, list[str]]


@dataclass
class Judged:
    """How a notebook was captured."""

    params: strict.Score = field(default_factory=strict.Score)
    metrics: strict.Score = field(default_factory=strict.Score)
    problem: str = ""


def read(path: Path) -> Notebook:
    text, _, truth = path.read_text(encoding="utf-8").partition("# %% [truth]\n")
    cells = [cell.strip("\n") for cell in re.split(r"^# %%.*\n", text, flags=re.MULTILINE) if cell.strip()]
    told = tomllib.loads(truth)
    return Notebook(
        path.stem, cells, told.get("params", {}), told.get("metrics", {}), told.get("aliases", {})
    )


def every(folder: Path) -> list[Notebook]:
    return [read(path) for path in sorted(folder.glob("*.cells"))]


def judged(notebook: Notebook, mode: str) -> Judged:
    """Run a notebook in a forked process, as a whole or cell by cell, and score what was captured."""
    into, out = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(into)
        try:
            found = _run(notebook, mode)
        except BaseException:  # noqa: BLE001 - it is told, and the others go on
            found = {"problem": traceback.format_exc()}
        with os.fdopen(out, "w") as pipe:
            json.dump(found, pipe)
        os._exit(0)
    os.close(out)
    with os.fdopen(into) as pipe:
        text = pipe.read()
    os.waitpid(child, 0)
    found = json.loads(text) if text else {"problem": "it died"}
    if "problem" in found:
        return Judged(problem=found["problem"])
    return Judged(strict.Score(**found["params"]), strict.Score(**found["metrics"]))


def _run(notebook: Notebook, mode: str) -> dict[str, Any]:
    """Capture's own road, from the cells to the findings: no store, no other process, so that it can be done often."""
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    with tempfile.TemporaryDirectory() as place, contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):  # fmt: skip
        os.chdir(place)
        os.environ["IPYTHONDIR"] = str(Path(place) / "ipython")
        settings = Config()
        settings.HistoryManager.enabled = False
        settings.InteractiveShell.colors = "nocolor"
        shell = InteractiveShell.instance(config=settings)
        sys.modules["__main__"] = shell.user_module
        sys.modules["__main__"].__name__ = "__main__"
        reading = Reading(shell, whole=mode == "whole")
        for cell in notebook.cells:
            error = reading.run(cell)
            if error is not None:
                raise RuntimeError(f"{notebook.name}: {cell}") from error
        space = shell.user_ns
        params = strict.params(_evaluated(notebook.params, space), notebook.aliases, reading.params)
        metrics = strict.metrics(_evaluated(notebook.metrics, space), notebook.aliases, reading.metrics)
        os.chdir("/")
        return {"params": vars(params), "metrics": vars(metrics)}


class Reading:
    """The cells of one notebook, run in a shell and captured: all in one run, or each in its own."""

    def __init__(self, shell: Any, *, whole: bool) -> None:
        from mlnb.capture.observer import Observer
        from mlnb.capture.settings import Groups
        from mlnb.tracking import writing

        self.params: list[tuple[str, Any]] = []
        self.metrics: list[tuple[str, list[float]]] = []
        self._shell = shell
        self._whole = whole
        self._observer = Observer(shell.user_ns)
        self._known: set[str] = set()
        self._groups = Groups()
        self._taken = writing.NamesTaken()
        self._written = writing.Written()
        shell.ast_transformers.append(self._observer)

    def run(self, cell: str) -> BaseException | None:
        """Execute a cell; what it raised."""
        from mlnb.capture.collectors import CellView, gather
        from mlnb.capture.observed import Metrics, Parameters
        from mlnb.capture.settings import Groups
        from mlnb.tracking import writing

        observer = self._observer
        observer.cell_starts(cell)
        observer.begin()
        done = self._shell.run_cell(cell, store_history=False)
        notes, _ = observer.end()
        written = self._written if self._whole else writing.Written()
        view = CellView(
            source=cell,
            namespace=self._shell.user_ns,
            program=observer.program,
            notes=notes,
            reads=sorted(observer.reads),
            writes=sorted(observer.writes),
            whole=self._whole,
            groups=self._groups if self._whole else Groups(),
            known=self._known,
            recorded=set(written.metrics.values()),
            points=written.points,
            grown=observer.recorder.grown,
        )
        found = gather(view, [Parameters(), Metrics()])
        if found.problems:
            raise RuntimeError(found.problems)
        taken = self._taken if self._whole else writing.NamesTaken()
        for param in found.params:
            self._put(self.params, (param.name, param.value))
        for metric in found.metrics:
            name = taken.free(metric, len(self.metrics) if self._whole else 0)
            self._put(self.metrics, (name, [float(value) for value in metric.values]))
            written.metrics[name] = metric.values[-1]
            written.points.update(metric.values if len(metric.values) <= 50 else metric.values[-1:])
        error: BaseException | None = done.error_in_exec or done.error_before_exec
        return error

    def _put(self, held: list[Any], item: tuple[str, Any]) -> None:
        """In one run, a name has one value: the last that it was given."""
        if self._whole:
            held[:] = [one for one in held if one[0] != item[0]]
        held.append(item)


def _evaluated(truth: dict[str, Any], namespace: dict[str, Any]) -> dict[str, Any]:
    found = {}
    for name, value in truth.items():
        found[name] = value
        if isinstance(value, str) and value != "?":
            with contextlib.suppress(Exception):
                found[name] = eval(value, dict(namespace))
    return found
