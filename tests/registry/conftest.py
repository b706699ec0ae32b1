"""Runs with real models in a store of their own."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import skops.io
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression

from mlnb import events, registry
from mlnb.store import Store
from mlnb.tracking import start


@dataclass
class Project:
    """A project folder with a store in it."""

    folder: Path
    store: Store

    def gates(self, *lines: str, alias: str = "champion") -> None:
        """Write the project's gates."""
        listed = ", ".join("'" + line + "'" for line in lines)
        (self.folder / "mlnb.toml").write_text(f'[gates]\n"{alias}" = [{listed}]\n')

    def train(
        self,
        c: float = 1.0,
        *,
        metrics: dict[str, float] | None = None,
        test_data: str | None = "t" * 32,
        train_data: str | None = None,
        git: events.GitState | None = None,
        tags: dict[str, str] | None = None,
    ) -> str:
        """A finished run that kept a fitted classifier; its id."""
        x, y = load_iris(return_X_y=True)
        model = LogisticRegression(C=c, max_iter=500).fit(x, y)
        run = start(store=self.store, experiment="churn", params={"C": c}, tags=tags)
        for name, value in (metrics or {"accuracy": float(model.score(x, y))}).items():
            run.metric(name, value)
        for role, digest in (("test", test_data), ("train", train_data)):
            if digest is not None:
                run.append(events.Dataset(name=f"{role} set", role=role, type="ndarray", digest=digest))
        if git is not None:
            run.append(git)
        run.store_artifact(
            skops.io.dumps(model), "clf", "model", "application/x-skops", metadata={"format": "skops"}
        )
        run.finish()
        return run.run_id

    def version(self, **how: Any) -> int:
        """A new version of `churn`; its number."""
        return registry.register(self.train(**how), "churn", store=self.store).version


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.delenv("MLNB_STORE", raising=False)
    monkeypatch.chdir(tmp_path)
    return Project(tmp_path, Store.open(tmp_path / ".mlnb"))
