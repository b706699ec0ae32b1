"""Wall time per run of a grid: `mlnb rerun`, tracking on and one worker, over plain papermill's own API.

    python benchmarks/rerun.py [--runs 16] [--plain 16] [--json]

Both execute the same scikit-learn notebook for the same parameter sets, one after the other, in one go on
one machine; what is compared is the whole time of each divided by its runs, starting and warming up included. The
notebooks' outputs are compared too, mlnb's own run lines apart. Imports are compiled to bytecode first.
"""

from __future__ import annotations

import argparse
import compileall
import contextlib
import io
import json
import os
import statistics
import sys
import sysconfig
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mlnb.execution.jobs import Ended, Job

os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

TRACK = "%%track forest\n"
CELLS = [
    """import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.datasets import load_breast_cancer
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import log_loss, roc_curve
from sklearn.model_selection import train_test_split""",
    """X, y = load_breast_cancer(return_X_y=True, as_frame=True)
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
X_train.describe()""",
    """TRACKforest = RandomForestClassifier(trees, max_depth=depth, random_state=0).fit(X_train, y_train)
probability = forest.predict_proba(X_test)
loss = log_loss(y_test, probability)
accuracy = forest.score(X_test, y_test)
print("accuracy", accuracy)""",
    """false_positives, true_positives, _ = roc_curve(y_test, probability[:, 1])
fig, ax = plt.subplots(figsize=(4, 3))
ax.plot(false_positives, true_positives)
plt.show()""",
]


def write_notebook(path: Path, *, tracked: bool) -> Path:
    import nbformat

    notebook = nbformat.v4.new_notebook()
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook.metadata["language_info"] = {"name": "python"}
    parameters = nbformat.v4.new_code_cell("trees = 20\ndepth = 4", id="parameters")
    parameters.metadata["tags"] = ["parameters"]
    cells = [cell.replace("TRACK", TRACK if tracked else "") for cell in CELLS]
    notebook.cells = [parameters, *(nbformat.v4.new_code_cell(c, id=f"c{n}") for n, c in enumerate(cells))]
    path.write_text(nbformat.writes(notebook))
    return path


def outputs(notebook) -> list[list[dict]]:
    """What each code cell showed, without mlnb's own run lines."""
    found = []
    for cell in notebook.cells:
        if cell.cell_type == "code":
            shown = [o for o in cell.outputs if "application/vnd.mlnb.run+json" not in o.get("data", {})]
            found.append([json.loads(json.dumps(o)) for o in shown])
    return found


def cpu_seconds() -> float:
    """Of this process and of all its descendants that have ended."""
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system


def run_plain(folder: Path, sets: list[dict], count: int) -> tuple[float, list[float], list]:
    import papermill

    path = write_notebook(folder / "plain.ipynb", tracked=False)
    times, notebooks = [], []
    began = time.perf_counter()
    for chosen in sets[:count]:
        started = time.perf_counter()
        with contextlib.redirect_stderr(io.StringIO()):
            notebooks.append(
                papermill.execute_notebook(str(path), None, parameters=chosen, progress_bar=False, cwd=folder)
            )
        times.append(time.perf_counter() - started)
    return (time.perf_counter() - began) / count, times, notebooks


def run_mlnb(folder: Path, sets: list[dict], *, tracked: bool, warm: bool) -> tuple[float, list[float], list]:
    import nbformat

    from mlnb.execution.batch import execute
    from mlnb.execution.prepared import Settings, prepare

    class Times:
        def __init__(self) -> None:
            self.seconds: list[float] = []

        def started(self, _job: Job) -> None: ...

        def ended(self, _job: Job, ended: Ended, **_: bool) -> None:
            assert ended.status == "finished", ended
            self.seconds.append(ended.seconds)

    path = write_notebook(folder / f"mlnb-{tracked}-{warm}.ipynb", tracked=tracked)
    kept = folder / f"out-{tracked}-{warm}"
    seen = Times()
    began = time.perf_counter()
    prepared = prepare(
        path, rows=sets, store=folder / ".mlnb", settings=Settings(workers=1, warm=warm, output_dir=kept)
    )
    execute(prepared, seen)
    spent = (time.perf_counter() - began) / len(sets)
    return spent, seen.seconds, [nbformat.read(f, as_version=4) for f in sorted(kept.glob("*.ipynb"))]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=16)
    parser.add_argument("--plain", type=int, help="runs of plain papermill (default: as many)")
    parser.add_argument("--untracked", action="store_true", help="leave %%track out")
    parser.add_argument("--cold", action="store_true", help="measure mlnb without warm kernels too")
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    for folder in {sysconfig.get_path("purelib"), str(Path(__file__).parents[1] / "mlnb")}:
        compileall.compile_dir(folder, quiet=2, workers=1)
    sets = [{"trees": 10 + 5 * n, "depth": 2 + n % 5} for n in range(chosen.runs)]
    tracked = not chosen.untracked
    import papermill  # noqa: F401 - neither side pays for this

    import mlnb.execution.batch  # noqa: F401

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        count = chosen.plain or chosen.runs
        before = cpu_seconds()
        warm_mean, warm_times, ours = run_mlnb(folder, sets, tracked=tracked, warm=True)
        between = cpu_seconds()
        plain_mean, plain_times, theirs = run_plain(folder, sets, count)
        plain_cpu, warm_cpu = (cpu_seconds() - between) / count, (between - before) / len(sets)
        cold_mean = run_mlnb(folder, sets, tracked=tracked, warm=False)[0] if chosen.cold else None
    equal = [outputs(a) for a in ours[: len(theirs)]] == [outputs(b) for b in theirs]
    found = {
        "runs": len(sets),
        "plain_seconds_per_run": round(plain_mean, 3),
        "plain_median": round(statistics.median(plain_times), 3),
        "mlnb_seconds_per_run": round(warm_mean, 3),
        "mlnb_median": round(statistics.median(warm_times), 3),
        "mlnb_first": round(warm_times[0], 3),
        "mlnb_cold_seconds_per_run": cold_mean and round(cold_mean, 3),
        "plain_cpu_per_run": round(plain_cpu, 3),
        "mlnb_cpu_per_run": round(warm_cpu, 3),
        "cpu_ratio": round(warm_cpu / plain_cpu, 3),
        "ratio": round(warm_mean / plain_mean, 3),
        "target": 0.25,
        "outputs_equal": equal,
    }
    if chosen.json:
        print(json.dumps(found, indent=2))
    else:
        for key, value in found.items():
            print(f"{key:28}{value}")
    return 0 if found["ratio"] <= 0.25 and equal else 1


if __name__ == "__main__":
    sys.exit(main())
