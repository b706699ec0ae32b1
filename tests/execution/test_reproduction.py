"""Three months later: does the number still hold, and if not, what changed first?"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import mlnb
from mlnb.cli.app import run as call
from mlnb.errors import NotFound
from mlnb.events import Environment, Note
from mlnb.execution.batch import execute
from mlnb.execution.prepared import Settings, prepare
from mlnb.execution.reproduction import reproduce
from mlnb.store import Store, query

MakeNotebook = Callable[..., Path]

CSV = "age,fare,price\n" + "\n".join(f"{n % 9},{n % 5},{2 * (n % 9) - n % 5}" for n in range(40))
LOAD = "%%track load\nimport numpy as np\nimport pandas as pd\nfrom sklearn.linear_model import Ridge\ndf = pd.read_csv('data.csv')"
FIT = (
    "%%track fit\nmodel = Ridge(alpha=alpha).fit(df[['age', 'fare']], df['price'])\n"
    "score = model.score(df[['age', 'fare']], df['price']) + noise * np.random.randn()"
)


@pytest.fixture
def original(notebook: MakeNotebook, tmp_path: Path) -> Callable[..., str]:
    """`original(alpha=2.0)` tracks the notebook once; the run's id."""
    (tmp_path / "data.csv").write_text(CSV)
    path = notebook(LOAD, FIT, parameters="alpha = 1.0\nnoise = 0.0")

    def track(**params: Any) -> str:
        batch = execute(prepare(path, params=params, settings=Settings(workers=1)))
        assert batch.state == "finished"
        return batch.plan.entries[0].run_id

    return track


def outcomes(verdict: Any) -> dict[str, str]:
    return {part.part: part.outcome for part in verdict.parts}


@pytest.mark.parametrize("is_over", [True, False])
def test_a_run_that_never_came_to_its_end_is_not_judged(
    is_over: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    run = mlnb.run("endless")
    if is_over:
        run.finish("failed", error="KeyboardInterrupt")
    assert call(["reproduce", "endless"]) == 2
    printed = capsys.readouterr().err
    assert f"run endless {'was stopped by hand' if is_over else 'still runs'}" in printed
    assert "mlnb rerun endless --timeout 60" in printed
    run.finish()


def test_an_unchanged_run_is_reproduced_and_says_so_in_the_store(original: Any, store: Store) -> None:
    run_id = original(alpha=2.0)
    verdict = reproduce(run_id)
    assert verdict.reproduced
    assert outcomes(verdict) == {
        "source": "same", "parameters": "same", "data": "same",
        "environment": "same", "metrics": "exact", "outputs": "same",
    }  # fmt: skip
    rerun = query.record(store, verdict.rerun_id)
    assert rerun["rerun_of"] == run_id
    assert rerun["params"]["alpha"] == 2.0
    assert {one["against"] for one in rerun["verdicts"]} == {run_id}
    assert [one["name"].rpartition(".")[2] for one in rerun["artifacts"]] == ["ipynb", "md", "html"]
    # the cell's run, from which models are registered, has its verdicts too
    cell, again = query.children(store, run_id)[-1], query.children(store, verdict.rerun_id)[-1]
    assert {one["against"] for one in query.record(store, again["run_id"])["verdicts"]} == {cell["run_id"]}


def test_one_changed_value_in_a_file_names_its_column(original: Any, tmp_path: Path, capsys: Any) -> None:
    run_id = original()
    (tmp_path / "data.csv").write_text(CSV.replace("\n3,3,3\n", "\n3,4,3\n", 1))
    assert call(["reproduce", run_id]) == 1
    said = capsys.readouterr().out
    assert "column fare" in said
    assert "What changed first: the data." in said


def test_another_version_of_a_package_is_named(original: Any, store: Store) -> None:
    run_id = original()
    cell = query.children(store, run_id)[0]
    environment = query.record(store, cell["run_id"])["environment"]
    packages = environment["packages"]
    packages = dict(json.loads(packages) if isinstance(packages, str) else packages)
    then = Environment(
        env_id="old", python=environment["python"], platform="x", packages={**packages, "numpy": "1.0"}
    )
    for one in (run_id, cell["run_id"]):
        store.edit(one, then, Note(text="as it was then"))
    verdict = reproduce(run_id)
    assert not verdict.reproduced
    (part,) = [part for part in verdict.parts if part.part == "environment"]
    assert part.detail.startswith("numpy 1.0 → ")
    assert verdict.cause == "what changed first: the environment"


def test_a_changed_cell_is_named(original: Any, tmp_path: Path) -> None:
    run_id = original()
    path = tmp_path / "train.ipynb"
    path.write_text(path.read_text().replace("score = model.score", "score = 2 * model.score"))
    verdict = reproduce(run_id)
    assert outcomes(verdict)["source"] == "changed"
    assert outcomes(verdict)["metrics"] == "exact"  # it is the kept source that was executed
    assert "cell 3 (code-1)" in verdict.parts[0].detail


def test_chance_is_told_from_change_and_its_spread_can_be_seen(original: Any) -> None:
    run_id = original(noise=1.0)
    verdict = reproduce(run_id)
    assert outcomes(verdict)["metrics"] == "diverged"
    assert verdict.cause.endswith("no seed was set: unseeded randomness")
    assert "the spread of 4 reruns" in reproduce(run_id, repeat=3).to_markdown()


def test_two_recorded_runs_can_be_held_against_each_other(original: Any) -> None:
    verdict = reproduce(original(alpha=1.0), against=original(alpha=3.0))
    assert outcomes(verdict)["parameters"] == "changed"
    assert outcomes(verdict)["data"] == "same"


def test_a_cell_of_a_notebooks_run_stands_for_the_whole_run(original: Any, store: Store) -> None:
    run_id = original()
    cell = query.children(store, run_id)[-1]
    assert reproduce(cell["run_id"]).run_id == run_id


def test_what_cannot_be_run_is_status_two(capsys: Any) -> None:
    assert call(["reproduce", "nope"]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    with pytest.raises(NotFound):
        reproduce("nope")


def test_a_run_that_kept_nothing_says_so(store: Store, capsys: Any) -> None:
    import mlnb

    with mlnb.run("script", store=store):
        pass
    assert call(["reproduce", "script"]) == 2
    assert "wasn't kept" in capsys.readouterr().err
