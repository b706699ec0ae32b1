"""Messy sessions of real-life-like notebooks, gathered: `python -m benchmarks.gathering.score [--seeds 20] [NAME …]`.

For each notebook and seed a messy session is executed in a real kernel, each tracked run that finished is gathered, and
the notebook that says it is reproduced is executed once more, plainly: by nbclient, without mlnb, in a folder of its
own. What is counted: runs gathered and proved, the share of executions kept, and false proofs (of which there must be none).
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tempfile
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbclient import NotebookClient

from mlnb.execution.gathering import gather
from mlnb.store import Store, query
from mlnb.testing.mess import mess, play
from mlnb.testing.sessions import Session

NOTEBOOKS = Path(__file__).parent / "notebooks"


@dataclass(frozen=True)
class Row:
    """What became of one run."""

    notebook: str
    seed: int
    run: str
    reproduced: bool
    kept: int
    executed: int
    false: bool
    causes: list[str]


def cells_of(path: Path) -> list[str]:
    return [part.strip("\n") for part in path.read_text(encoding="utf-8").split("# %%\n")]


def played(path: Path, seed: int, folder: Path) -> Store:
    """The store of a messy session of a notebook."""
    with Session(folder / f"{path.stem}.ipynb") as session:
        play(session, mess(cells_of(path), seed))
    return Store.open(folder / ".mlnb")


def gathered(path: Path, seed: int, folder: Path, *, fast: bool, last: int | None = None) -> list[Row]:
    store = played(path, seed, folder)
    found = []
    runs = query.run_page(store, where="kind = 'cell' and status = 'finished'").rows[:last]
    for run in runs:
        made = gather(
            run["run_id"], folder / f"{run['run_id']}.ipynb", fast=fast, seconds=30, store=store.path
        )
        false = made.reproduced and not plainly(made.path, query.record(store, run["run_id"])["metrics"])
        found.append(
            Row(
                path.stem,
                seed,
                run["run_id"],
                made.reproduced,
                made.kept,
                made.executed,
                false,
                list(made.causes),
            )
        )
    return found


def plainly(path: Path, metrics: dict[str, float]) -> bool:
    """Whether a notebook gives these numbers when nothing of mlnb is there."""
    notebook = nbformat.read(path, as_version=4)
    notebook.cells = [cell for cell in notebook.cells if cell.source != "%load_ext mlnb"]
    names = [name for name in metrics if name.isidentifier()]  # the others are named by what was computed
    asked = f"\nprint('@@', __import__('json').dumps({{n: float(globals()[n]) for n in {names!r} if n in globals()}}))"
    notebook.cells[-1].source = notebook.cells[-1].source.partition("\n")[2] + asked
    with tempfile.TemporaryDirectory() as folder:
        NotebookClient(notebook, resources={"metadata": {"path": folder}}, timeout=120).execute()
    printed = "".join(output.get("text", "") for output in notebook.cells[-1].outputs)
    found = json.loads(printed.rpartition("@@ ")[2])
    return all(repr(found[name]) == repr(float(metrics[name])) for name in found)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("names", nargs="*")
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--last", type=int, help="of each session, only so many of its newest runs")
    parser.add_argument("--fast", action="store_true")
    given = parser.parse_args()
    rows: list[Row] = []
    for path in sorted(NOTEBOOKS.glob("*.py")):
        if given.names and path.stem not in given.names:
            continue
        for seed in range(given.first, given.first + given.seeds):
            with tempfile.TemporaryDirectory() as folder:
                os.environ["MLNB_STORE"] = f"{folder}/.mlnb"
                new = gathered(path, seed, Path(folder), fast=given.fast, last=given.last)
            for row in new:
                print(row, flush=True)
            rows += new
    if rows:
        good = sum(row.reproduced for row in rows)
        print(f"{good} of {len(rows)} reproduced, {sum(row.false for row in rows)} falsely")
        print(
            f"kept: median {statistics.median(row.kept / row.executed for row in rows):.0%} of the executions"
        )


if __name__ == "__main__":
    main()
