"""A fit-heavy notebook without and with tracking: `python autolog.py mlnb|mlflow`, in the tracker's own environment.

Prints JSON: seconds of wall time and of CPU (children included) for the plain notebook and the tracked one, the least of
several, turn about. mlnb's `%%track` stands on every cell; MLflow's `autolog()` is on, one run for the notebook. What a
tracker finishes later (mlnb's models) is waited for and counted. Imports nothing of mlnb's but where mlnb is measured.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

TIMES = 2
CELLS = (
    """
import numpy as np
from sklearn.ensemble import GradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, f1_score
from sklearn.model_selection import GridSearchCV, cross_val_score, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
rng = np.random.default_rng(0)
X = rng.normal(size=(8_000, 20))
y = (X[:, 0] * X[:, 1] + X[:, 2] + rng.normal(size=8_000) > 0).astype(int)
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.25, random_state=1)
""",
    """
forest = RandomForestClassifier(n_estimators=60, random_state=0).fit(X_train, y_train)
print("accuracy", accuracy_score(y_test, forest.predict(X_test)))
""",
    """
boosted = GradientBoostingClassifier(n_estimators=60, random_state=0).fit(X_train, y_train)
boosted.score(X_test, y_test)
""",
    """
for C in [0.001, 0.01, 0.1, 1, 10]:
    model = make_pipeline(StandardScaler(), LogisticRegression(C=C)).fit(X_train, y_train)
    f1 = f1_score(y_test, model.predict(X_test))
""",
    """
grid = GridSearchCV(RandomForestClassifier(n_estimators=15, random_state=0), {"max_depth": [4, 8, 12]}, cv=3)
grid.fit(X_train, y_train)
scores = cross_val_score(GradientBoostingClassifier(n_estimators=15, random_state=0), X_train, y_train, cv=3)
print(grid.best_score_, scores.mean())
""",
)


def cpu() -> float:
    times = os.times()
    return time.process_time() + times.children_user + times.children_system


def measured(deed: Callable[[], object]) -> tuple[float, float]:
    """Wall and CPU seconds."""
    began, cpu_began = time.perf_counter(), cpu()
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        deed()
    return time.perf_counter() - began, cpu() - cpu_began


def of_mlflow() -> tuple[Callable[[], object], Callable[[], object]]:
    import mlflow

    mlflow.set_tracking_uri(f"sqlite:///{Path('mlflow.db').resolve()}")

    def plain() -> None:
        names: dict[str, Any] = {}
        for cell in CELLS:
            exec(cell, names)

    def tracked() -> None:
        mlflow.autolog(silent=True)
        try:
            with mlflow.start_run():
                plain()
        finally:
            mlflow.autolog(disable=True, silent=True)

    return plain, tracked


def of_mlnb() -> tuple[Callable[[], object], Callable[[], object]]:
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    from mlnb import magics

    settings = Config()
    settings.HistoryManager.enabled = False
    shell = InteractiveShell.instance(config=settings)
    sys.modules["__main__"] = shell.user_module
    session = magics.load(shell)

    def plain() -> None:
        for cell in CELLS:
            shell.run_cell(cell, store_history=True).raise_error()

    def tracked() -> None:
        for cell in CELLS:
            shell.run_cell(f"%%track\n{cell}", store_history=True).raise_error()
        session.settle()

    return plain, tracked


def main(tracker: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(IPYTHONDIR=str(Path(folder, "ipython")), MLNB_STORE=str(Path(folder, "store")))
        os.chdir(folder)
        plain, tracked = of_mlnb() if tracker == "mlnb" else of_mlflow()
        measured(plain)
        measured(tracked)  # the first warms up
        turns = [(measured(plain), measured(tracked)) for _ in range(TIMES)]
        found = {
            f"{name}_{kind}": min(turn[place][unit] for turn in turns)
            for place, name in enumerate(("plain", "tracked"))
            for unit, kind in enumerate(("wall", "cpu"))
        }
        print(json.dumps(found), flush=True)
        os.chdir("/")
        os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1])
