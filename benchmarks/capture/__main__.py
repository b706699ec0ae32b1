"""What capture costs, as ratios in one run: `python -m benchmarks.capture`.

A cell with `%%track` against the same cell without it, turn about so that both see the same machine; data fingerprints
against the machine's memory bandwidth (NumPy's sum of the same bytes). Every time is the least of several, in CPU
seconds: other people's work on the machine is not ours to measure. Last, a whole fit-heavy notebook, beside MLflow's
`autolog()` on the same one where MLflow can be had.
"""

from __future__ import annotations

import argparse
import atexit
import contextlib
import io
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks import environments

TIMES = 5

SETUP = """
import numpy as np
from sklearn.ensemble import GradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score
rng = np.random.default_rng(0)
X = rng.normal(size=(20_000, 30))
y = (X[:, 0] + rng.normal(size=20_000) > 0).astype(int)
"""
CELLS = {
    "an empty cell": "pass",
    "a forest": "m = RandomForestClassifier(n_estimators=30, random_state=0).fit(X, y)\nacc = accuracy_score(y, m.predict(X))",
    "boosting": "m = GradientBoostingClassifier(n_estimators=20, random_state=0).fit(X, y)\nm.score(X, y)",
    "descent by hand": (
        "w = np.zeros(30)\nlosses = []\nfor epoch in range(500):\n    p = 1 / (1 + np.exp(-(X @ w)))\n"
        "    loss = -np.mean(y * np.log(p + 1e-9) + (1 - y) * np.log(1 - p + 1e-9))\n"
        "    w = w - 0.1 * (X.T @ (p - y) / len(y))\n    losses.append(loss)"
    ),
    "a sweep of 20 fits": (
        "for c in [0.01, 0.1, 1, 10] * 5:\n    m = LogisticRegression(C=c).fit(X, y)\n    score = m.score(X, y)"
    ),
    "a bare loop": "total = 0.0\nfor i in range(1_000_000):\n    total = total + i * 0.5",
}


def least(deed: Callable[[], object], times: int = TIMES) -> float:
    """Seconds."""
    found = []
    for _ in range(times):
        began = time.process_time()
        deed()
        found.append(time.process_time() - began)
    return min(found)


def cells() -> list[str]:
    """One row for each kind of cell."""
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    from mlnb import magics

    settings = Config()
    settings.HistoryManager.enabled = False
    shell = InteractiveShell.instance(config=settings)
    sys.modules["__main__"] = shell.user_module
    session = magics.load(shell)

    def run(source: str) -> float:
        began = time.process_time()
        with contextlib.redirect_stdout(io.StringIO()):
            shell.run_cell(source, store_history=True).raise_error()
        return time.process_time() - began

    run(SETUP)
    rows = []
    for name, source in CELLS.items():
        bare, tracked = [], []
        for turn in range(TIMES + 1):
            pair = (run(source), run(f"%%track --quiet\n{source}"))
            session.settle()
            if turn:  # the first warms up
                bare.append(pair[0])
                tracked.append(pair[1])
        one, other = min(bare), min(tracked)
        rows.append(
            f"| {name} | {one * 1e3:.1f} | {other * 1e3:.1f} | {(other - one) * 1e3:+.1f} | {other / one:.3f} |"
        )
    magics.unload(shell)
    atexit.unregister(shell.atexit_operations)
    return rows


def fingerprints() -> list[str]:
    """One row for each kind of column."""
    import numpy as np
    import pandas as pd
    import pyarrow as pa

    from mlnb.capture import columns, profiles
    from mlnb.capture.fingerprints import fingerprint

    numbers = np.random.default_rng(0).random(30_000_000)
    bandwidth = numbers.nbytes / least(numbers.sum) / 1e9
    texts = pa.array([f"customer number {n}" for n in range(3_000_000)])
    objects = pd.Series(texts.to_pylist(), dtype=object)
    matrix = numbers.reshape(-1, 30)
    kinds = {
        "float64": (numbers, numbers.nbytes),
        "int64": ((numbers * 1e6).astype(np.int64), numbers.nbytes),
        "matrix, 30 columns": (matrix, matrix.nbytes),
        "Arrow strings": (texts, texts.nbytes),
        "object strings": (objects, texts.nbytes),
    }
    rows = [f"| NumPy's sum | {bandwidth:.1f} | 1 | |"]
    for name, (data, size) in kinds.items():
        took = least(lambda data=data: fingerprint(data, statistics=False), 3)
        parts = columns.columns_of(data).columns
        counted = least(lambda parts=parts: profiles.profiles(parts, [""] * len(parts)), 2)
        speed = size / took / 1e9
        rows.append(f"| {name} | {speed:.2f} | {speed / bandwidth:.2f} | {counted / took:.1f} |")
    return rows


def autologs(folder: Path) -> list[str]:
    """A fit-heavy notebook, plain and tracked: a row for mlnb, and for MLflow's autolog where MLflow installs."""
    rows = []
    for tracker, python in (("mlnb", Path(sys.executable)), ("mlflow", environments.make(folder, "mlflow"))):
        if python is None:
            continue
        command = [str(python), str(Path(__file__).parents[1] / "autolog.py"), tracker]
        done = subprocess.run(command, capture_output=True, text=True, env=environments.clean(), check=False)
        if done.returncode or not done.stdout.strip():
            continue
        took = json.loads(done.stdout.splitlines()[-1])
        cells = [f"{took[f'{name}_{kind}']:.2f}" for kind in ("cpu", "wall") for name in ("plain", "tracked")]
        ratios = [took[f"tracked_{kind}"] / took[f"plain_{kind}"] for kind in ("cpu", "wall")]
        rows.append(f"| {tracker} | {' | '.join(cells)} | {ratios[0]:.2f} | {ratios[1]:.2f} |")
    return rows


def main(peers: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(IPYTHONDIR=str(Path(folder, "ipython")), MLNB_STORE=str(Path(folder, "store")))
        os.chdir(folder)
        print("| cell | bare, ms | tracked, ms | more, ms | ratio |\n|---|---|---|---|---|")
        print("\n".join(cells()))
        print("\n| column | digest, GB/s | of memory bandwidth | statistics, × digest |\n|---|---|---|---|")
        print("\n".join(fingerprints()))
        os.chdir("/")
    print(
        "\n| fit-heavy notebook | plain, CPU s | tracked | plain, wall s | tracked | CPU ratio | wall ratio |"
    )
    print("|---|---|---|---|---|---|---|")
    print("\n".join(autologs(peers)))


if __name__ == "__main__":
    given = argparse.ArgumentParser(description=__doc__)
    default = Path.home() / ".cache" / "mlnb-benchmarks"
    given.add_argument("--environments", type=Path, default=default, help="where the peers' environments are")
    main(given.parse_args().environments)
