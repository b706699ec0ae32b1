"""`columns` and `values`: what the table of runs knows about all runs that match."""

from __future__ import annotations

import msgspec
import pandas as pd

from mlnb.server import bodies
from mlnb.tracking import start


def logged(project, lr, *, rows=(1, 2), **params):
    with start(
        f"lr-{lr}", store=project.store, experiment="churn", params={"lr": lr, "seed": 0, **params}
    ) as run:
        run.metrics({"accuracy": 1 - lr, "forest.accuracy": 1 - lr})
        if rows:
            run.data(pd.DataFrame({"x": list(rows)}), "train", role="train")
    return run.run_id


def columns(project, **query):
    reply = project.client.get("columns", **query).json
    msgspec.convert(reply, bodies.ColumnList)
    return {(one["group"], one["name"]): one for one in reply["columns"]}


def test_columns_tell_what_all_matching_runs_have_in_common(project):
    for lr in (0.1, 0.2, 0.3):
        logged(project, lr)
    found = columns(project)
    assert found["params", "seed"]["constant"]
    assert found["params", "seed"]["value"] == 0
    assert not found["params", "lr"]["constant"]
    assert (found["params", "lr"]["least"], found["params", "lr"]["greatest"]) == (0.1, 0.3)
    assert found["metrics", "forest.accuracy"]["repeats"] == "accuracy"
    assert found["data", "train"]["constant"]
    assert found["run", "experiment"]["value"] == "churn"
    assert columns(project, where="params.lr > 0.1")["params", "lr"]["runs"] == 2


def test_a_column_that_some_runs_lack_is_not_constant(project):
    logged(project, 0.1, extra="a")
    logged(project, 0.2)
    found = columns(project)["params", "extra"]
    assert (found["runs"], found["constant"], found["numeric"]) == (1, False, False)


def test_data_are_the_same_in_the_runs_that_match_whatever_other_runs_have(project):
    for lr, rows in ((0.1, (1, 2)), (0.2, (1, 2)), (0.3, (7, 8)), (0.4, None), (0.5, None)):
        logged(project, lr, rows=rows)
    assert columns(project, where="params.lr <= 0.2")["data", "train"]["constant"]
    assert not columns(project, where="params.lr <= 0.3")["data", "train"]["constant"]
    some = columns(project, where="params.lr = 0.2 or params.lr >= 0.4")["data", "train"]
    assert (some["runs"], some["constant"]) == (1, False)
    assert ("data", "train") not in columns(project, where="params.lr >= 0.4")


def test_a_column_repeats_a_shorter_one_wherever_it_says_anything(project):
    logged(project, 0.1, C=1.0, **{"SVC.C": 1.0, "SVC_2.C": 1.0})
    logged(project, 0.2, C=2.0, **{"SVC.C": 2.0})
    logged(project, 0.3, C=3.0, **{"SVC.C": 3.0, "SVC_3.C": 4.0})
    found = {name: one["repeats"] for (group, name), one in columns(project).items() if group == "params"}
    assert (found["SVC.C"], found["SVC_2.C"], found["SVC_3.C"]) == ("C", "C", None)


def test_rows_name_their_data_on_demand(project):
    logged(project, 0.1)
    (row,) = project.client.get("runs", data=1).json["runs"]
    assert list(row["data"]) == ["train"]
    assert "data" not in project.client.get("runs").json["runs"][0]


def test_a_store_without_runs_has_no_columns(project, server):
    (server.root / "bare").mkdir(exist_ok=True)
    assert project.client.get("columns", path="bare/new.ipynb").json == {"columns": []}
