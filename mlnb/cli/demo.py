"""`mlnb demo`: the main job from end to end, on data that comes with scikit-learn.

A folder of its own, a notebook with two tracked cells, one tracked run of it, a grid of twelve more by two
workers, their table, the best model promoted, loaded back and used. Everything goes through the functions
that people call themselves; nothing is prepared but the notebook.
"""

from __future__ import annotations

import importlib.resources
import importlib.util
import os
import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from mlnb.errors import Error, NotWritable, UsageError

if TYPE_CHECKING:
    from mlnb.execution.batch import Batch
    from mlnb.store import Store

NOTEBOOK: Final = "digits.ipynb"
MODEL: Final = "digits"
GRID: Final = ("trees=20,60,120", "max_depth=4,6,9,14")
WORKERS: Final = 2


@click.command()
@click.option(
    "--folder", type=click.Path(path_type=Path), default="mlnb-demo", show_default=True, help="Where."
)
@click.option("--lab", is_flag=True, help="Open JupyterLab there at the end.")
@click.option("--port", type=click.IntRange(1, 65535), help="JupyterLab's port.")
def demo(folder: Path, port: int | None, *, lab: bool) -> int:
    """Track, rerun, compare and promote on real data, in under a minute."""
    from mlnb.execution.goal import Goal
    from mlnb.store import Store

    folder = folder.expanduser().absolute()
    if lab:
        _check_lab(port)
    notebook = _write_notebook(folder)
    store = Store.open(folder / ".mlnb")

    _say(1, f"Run {_short(notebook)}, in which two cells begin with %%track")
    first = _rerun(notebook, store, (), folder)
    _keep_outputs(notebook, first)

    _say(2, f"Rerun it for {' and '.join(GRID)}, {WORKERS} at a time")
    goal = Goal.parse("accuracy desc")
    batch = _rerun(notebook, store, GRID, folder, goal)
    if "failed" in {first.state, batch.state}:
        return 1

    _say(3, "Compare them: best first")
    from mlnb.cli.rerun import print_batch

    print_batch(batch, goal)

    _say(4, "Promote the best model, load it back, and use it")
    _promote_best(store, batch, goal)
    _say_next(folder, store, lab=lab)
    return _open_lab(folder, port) if lab else 0


def _write_notebook(folder: Path) -> Path:
    source = importlib.resources.files("mlnb.cli").joinpath("demo.ipynb").read_bytes()
    path = folder / NOTEBOOK
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            path.write_bytes(source)
    except OSError as error:
        raise NotWritable(
            f"the demo's folder {str(folder)!r} can't be written: {error.strerror}",
            hint="mlnb demo --folder DIR",
        ) from None
    return path


def _rerun(notebook: Path, store: Store, grid: tuple[str, ...], folder: Path, goal: Any = None) -> Batch:
    from rich.console import Console

    from mlnb.execution.batch import execute
    from mlnb.execution.prepared import Settings, prepare
    from mlnb.execution.terminal import Progress
    from mlnb.execution.values import parse_axis

    prepared = prepare(
        notebook,
        grid=[parse_axis(text) for text in grid],
        store=store.path,
        settings=Settings(workers=WORKERS, folder=folder),
    )
    with Progress(prepared, Console(), goal) as progress:
        return execute(prepared, progress)


def _keep_outputs(notebook: Path, first: Batch) -> None:
    """Let the notebook show what its run showed, as after "Run All" in JupyterLab."""
    from mlnb.execution import ipynb
    from mlnb.execution.notebooks import without_papermill
    from mlnb.store import query

    record = query.record(first.store, first.plan.entries[0].run_id)
    kept = [artifact for artifact in record["artifacts"] if artifact["kind"] == "notebook"]
    if kept and first.state == "finished":
        executed = ipynb.decode(first.store.objects.read(kept[-1]["sha256"]))
        notebook.write_bytes(ipynb.encode(without_papermill(executed)))


def _promote_best(store: Store, batch: Batch, goal: Any) -> None:
    from mlnb import registry
    from mlnb.store import query

    rows = query.run_page(store, where=f"batch_id = '{batch.batch_id}'").rows
    best = goal.best(rows)
    if best is None:
        raise Error(f"no run of {batch.name} has the metric {goal.metric!r}")
    version = registry.register(_fitted(store, best["run_id"]), MODEL, store=store)
    registry.promote(MODEL, version.version, note=f"the best of {batch.name}", store=store)
    click.echo(
        f"{MODEL}/{version.version} from {best['name']}, accuracy {best['metrics']['accuracy']:.4f}, is champion"
    )
    _predict(registry.load_model(f"{MODEL}@champion", store=store))


def _fitted(store: Store, run_id: str) -> str:
    """The cell's run, of those inside a notebook's run, that kept the model."""
    from mlnb.store import query

    for row in query.run_page(store, where=f"parent_id = '{run_id}'", children=True).rows:
        if any(a["kind"] == "model" for a in query.record(store, row["run_id"])["artifacts"]):
            return str(row["run_id"])
    raise Error(f"run {run_id} kept no model")


def _predict(model: Any) -> None:
    from sklearn.datasets import load_digits

    digits = load_digits(as_frame=True)
    shown = digits.data.iloc[-10:]
    read = " ".join(str(digit) for digit in model.predict(shown))
    true = " ".join(str(digit) for digit in digits.target.iloc[-10:])
    click.echo(f"mlnb.load_model('{MODEL}@champion') reads  {read}\n{'the last ten digits are':>38}  {true}")


def _say(number: int, what: str) -> None:
    click.echo()
    click.secho(f"{number}. {what}", bold=True)


def _say_next(folder: Path, store: Store, *, lab: bool) -> None:
    where = _short(folder)
    click.echo()
    click.secho("What next", bold=True)
    if not lab:
        click.echo(
            f"  jupyter lab {where}/{NOTEBOOK}      the notebook, and its runs in the Experiments panel"
        )
    click.echo(f"  cd {where} && mlnb runs --order-by 'metrics.accuracy desc'")
    click.echo(f"  cd {where} && mlnb models {MODEL}")
    click.echo(f"Everything is in {_short(store.path)}; delete {where} and nothing is left.")


def _short(path: Path) -> str:
    relative = os.path.relpath(path)
    return str(path) if relative.startswith("..") else relative


def _check_lab(port: int | None) -> None:
    if importlib.util.find_spec("jupyterlab") is None:
        raise UsageError("JupyterLab isn't installed", hint="pip install jupyterlab, or leave --lab out")
    if port is None:
        return
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise UsageError(
                f"port {port} can't be used: {error.strerror}", hint="another --port, or none"
            ) from None


def _open_lab(folder: Path, port: int | None) -> int:
    import subprocess

    command = [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={folder}", str(folder / NOTEBOOK)]
    if port is not None:
        command += [f"--port={port}", "--ServerApp.port_retries=0"]
    return subprocess.call(command)
