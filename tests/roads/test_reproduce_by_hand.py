"""A notebook executed by hand, cell by cell: is its run's number still right?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import mlnb
from mlnb import events
from mlnb.cli.app import run as call
from mlnb.errors import GateFailed, UsageError
from mlnb.execution.reproduction import Verdict, reproduce
from mlnb.store import Store
from mlnb.testing.sessions import Session

LOAD = "%load_ext mlnb"
FIT = "%%track t\nscore = 1 / (1 + lr)\nprint('score', score)"


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with Session(tmp_path / "churn.ipynb") as one:
        one.run("load", LOAD)
        yield one


def details(verdict: Verdict) -> dict[str, tuple[str, str]]:
    return {part.part: (part.outcome, part.detail) for part in verdict.parts}


def test_what_nobody_changed_is_reproduced(session: Session, capsys: Any) -> None:
    session.run("set", "lr = 0.1")
    session.run("fit", FIT)
    session.save()
    assert call(["reproduce", "t"]) == 0
    said = capsys.readouterr().out
    assert "t reproduced" in said
    assert "unchanged, now cell 3" in said


def test_so_it_is_without_the_file(session: Session) -> None:
    session.run("set", "lr = 0.1")
    session.run("fit", FIT)
    session.settle()
    assert reproduce("t").reproduced


def test_each_execution_of_a_cell_is_judged_against_itself(session: Session) -> None:
    session.run("set", "lr = 0.3")
    session.run("fit", FIT.replace("track t", "track first"))
    session.run("set", "lr = 0.1")
    session.run("fit", FIT.replace("track t", "track second"))
    session.save()
    first, second = reproduce("first"), reproduce("second")
    assert first.reproduced, first.to_markdown()
    assert second.reproduced, second.to_markdown()
    assert "edited since: 1 line" in details(first)["source"][1]
    assert details(second)["source"] == ("same", "unchanged, now cell 3")


def test_a_cell_that_failed_earlier_does_not_end_it(session: Session) -> None:
    session.run("typo", "1 / 0")
    session.run("half", "lr = 0.1\nundefined_name")
    session.run("fit", FIT)
    session.save()
    assert reproduce("t").reproduced


def test_a_cell_is_found_where_it_stands_now(session: Session) -> None:
    session.run("set", "lr = 0.1")
    session.run("fit", FIT)
    session.cells = {"new": "'a new cell'", "other": FIT, "set": "lr = 0.1", "load": LOAD}
    session.save()
    assert details(reproduce("t"))["source"] == ("same", "unchanged, now cell 2")
    del session.cells["other"]
    session.save()
    assert details(reproduce("t"))["source"] == ("same", "no longer in the notebook")


def test_a_run_that_failed_fails_again_in_the_same_way(session: Session) -> None:
    session.run("fit", "%%track broken\nscore = 0.5\nraise ValueError('too small')")
    session.save()
    verdict = reproduce("broken")
    assert verdict.reproduced
    assert details(verdict)["end"] == ("same", "ValueError: too small")


def test_what_came_out_otherwise_is_said(session: Session, tmp_path: Path) -> None:
    (tmp_path / "lr.txt").write_text("0.1")
    session.run("set", "lr = float(open('lr.txt').read())")
    session.run("fit", FIT)
    session.save()
    (tmp_path / "lr.txt").write_text("0.2")
    verdict = reproduce("t")
    assert not verdict.reproduced
    assert details(verdict)["metrics"][0] == "diverged"


def test_the_gate_passes_a_run_made_by_hand(session: Session, tmp_path: Path) -> None:
    session.run(
        "fit",
        "%%track clf\nfrom sklearn.datasets import load_iris\nfrom sklearn.linear_model import LogisticRegression\n"
        "X, y = load_iris(return_X_y=True)\nmodel = LogisticRegression(C=0.5, max_iter=500).fit(X, y)\n"
        "accuracy = model.score(X, y)",
    )
    session.save()
    (tmp_path / "mlnb.toml").write_text('[gates]\nchampion = ["reproduced"]\n')
    version = mlnb.register("clf", model="iris")
    with pytest.raises(GateFailed, match="nobody has reproduced"):
        mlnb.promote("iris", version.version)
    assert reproduce("clf").reproduced
    assert mlnb.promote("iris", version.version).decision == "promoted"


def test_a_reproduction_is_not_one_of_the_runs(session: Session) -> None:
    session.run("fit", FIT.replace("lr", "0.5"))
    session.save()
    verdict = reproduce("t")
    assert mlnb.runs()["name"].tolist() == ["t"]
    asked = mlnb.runs("kind = reproduction")
    assert asked["run_id"].tolist() == [verdict.rerun_id]
    assert mlnb.get("t").run_id == verdict.run_id


def test_a_reproductions_model_is_registered_only_if_that_is_meant(session: Session) -> None:
    session.run(
        "fit",
        "%%track dummy\nfrom sklearn.dummy import DummyClassifier\nm = DummyClassifier().fit([[0], [1]], [0, 1])",
    )
    session.save()
    verdict = reproduce("dummy")
    with pytest.raises(UsageError, match="repeats"):
        mlnb.register(verdict.rerun_id, model="iris")
    assert mlnb.register(verdict.rerun_id, model="iris", reproduction=True).version == 1


def test_a_file_has_for_each_run_the_columns_that_it_was_read_with(store: Store) -> None:
    """Another notebook reads the same file with dates: this one's text column has not changed for that."""
    for name, kind, digest in (("dates", "timestamp", "d1"), ("texts", "string", "t1")):
        with mlnb.run(name, store=store) as run:
            columns = [events.ColumnProfile(name="day", type=kind, digest=digest)]
            columns += [events.ColumnProfile(name="price", type="int64", digest="p1")]
            run.append(events.Dataset(name="a.csv", role="file", type="csv", digest="v1", profile=columns))
    with mlnb.run("again", store=store) as run:
        columns = [events.ColumnProfile(name="day", type="string", digest="t1")]
        columns += [events.ColumnProfile(name="price", type="int64", digest="p2")]
        run.append(events.Dataset(name="a.csv", role="file", type="csv", digest="v2", profile=columns))
    verdict = reproduce("texts", against="again")
    assert details(verdict)["data"] == ("changed", "a.csv: column price")


UNSEEDED = """%%track t
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import train_test_split
X_train, X_test, y_train, y_test = train_test_split(X, y)
model = RandomForestClassifier(3).fit(X_train, y_train)
accuracy = model.score(X_test, y_test) + rng.normal() + random.random()"""


def test_a_run_that_set_no_seed_is_reproduced(session: Session) -> None:
    session.run("import", "import random\nimport numpy as np\nfrom sklearn.datasets import load_iris")
    session.run("data", "X, y = load_iris(return_X_y=True)\nX = X + np.random.normal(size=X.shape)")
    session.run("rng", "rng = np.random.default_rng()")
    session.run("other", "noise = np.random.rand(5000)")
    session.run("fit", UNSEEDED)
    session.save()
    verdict = reproduce("t")
    assert verdict.reproduced, verdict.to_markdown()
    executed = mlnb.get(verdict.rerun_id).notebook()
    assert [cell["id"] for cell in executed.cells][1:] == ["import", "data", "rng", "fit"]


def test_so_is_one_whose_own_cell_imports_what_draws(session: Session) -> None:
    session.run("fit", "%%track t\nimport numpy as np\nscore = float(np.random.normal())")
    session.save()
    assert reproduce("t").reproduced


def test_where_the_slice_lacks_something_all_is_executed(session: Session) -> None:
    session.run("hidden", "setattr(__import__('builtins'), 'lr', 0.25)")
    session.run("fit", FIT)
    session.save()
    verdict = reproduce("t")
    assert verdict.reproduced
    assert [cell["id"] for cell in mlnb.get(verdict.rerun_id).notebook().cells][1:] == ["hidden", "fit"]


def test_tracking_that_was_switched_on_is_reproduced(session: Session) -> None:
    session.run("on", "%track on")
    session.run(
        "fit", "from sklearn.dummy import DummyClassifier\nm = DummyClassifier().fit([[0], [1]], [0, 1])"
    )
    session.save()
    assert reproduce(mlnb.runs()["run_id"][0]).reproduced
