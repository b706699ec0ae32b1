"""`runs`: what the panel lists, opens and edits."""

from __future__ import annotations

import json
import math
from datetime import datetime

import msgspec
import nbformat
import pytest

from mlnb import events, registry
from mlnb.server import bodies
from mlnb.store import care, control
from mlnb.tracking import start


def logged(project, name="baseline", **params):
    with start(name, store=project.store, experiment="churn", params=params) as run:
        run.metrics({"accuracy": 0.9, "loss": math.nan})
    return run.run_id


def fits(body, kind):
    """The body, if it has the shape that the API describes."""
    msgspec.convert(body, kind)
    return body


def test_a_notebook_that_logged_nothing_yet_has_no_store_and_no_runs(project, server):
    (server.root / "empty").mkdir(exist_ok=True)
    reply = project.client.get("runs", path="empty/new.ipynb")
    assert fits(reply.json, bodies.RunList)["store"] is None
    assert reply.json["runs"] == []
    assert not (server.root / "empty" / ".mlnb").exists()


def test_runs_come_with_their_params_metrics_tags_and_aliases(project):
    run_id = logged(project, lr=0.1, depth=3)
    reply = project.client.get("runs")
    (row,) = fits(reply.json, bodies.RunList)["runs"]
    assert reply.json["store"] == {
        "id": project.store.store_id,
        "path": f"{project.folder.name}/.mlnb",
        "name": project.folder.name,
    }
    assert row["run_id"] == run_id
    assert row["params"] == {"depth": 3, "lr": 0.1}
    assert row["metrics"] == {"accuracy": 0.9, "loss": "NaN"}
    assert (row["tags"], row["aliases"]) == ({}, [])
    assert row["started_at"].endswith("Z")


def test_runs_are_searched_sorted_and_paged(project):
    for lr in (0.1, 0.2, 0.3):
        logged(project, lr=lr)
    reply = project.client.get("runs", where="params.lr > 0.1", order_by="params.lr", limit=1, offset=1)
    assert reply.json["total"] == 2
    assert [row["params"]["lr"] for row in reply.json["runs"]] == [0.3]


def test_a_query_that_cannot_be_read_says_where(project):
    logged(project)
    reply = project.client.get("runs", where="params.lr >")
    error = fits(reply.json, bodies.ErrorBody)["error"]
    assert (reply.status, error["code"]) == (400, "query")
    assert isinstance(error["position"], int)


@pytest.mark.parametrize(
    "query",
    [
        {"limit": "many"}, {"limit": -1}, {"limit": 10**9}, {"children": "x"},
        {"offset": -1}, {"offset": 2**63}, {"since": -1}, {"since": 2**64},
    ],
)  # fmt: skip
def test_a_number_that_is_none_is_refused(project, query):
    reply = project.client.get("runs", **query)
    assert (reply.status, reply.json["error"]["code"]) == (400, "usage")


def test_a_time_before_all_dates_is_refused_where_it_stands(project):
    logged(project)
    reply = project.client.get("runs", where="started_at > -999999999999w")
    assert (reply.status, reply.json["error"]["code"], reply.json["error"]["position"]) == (400, "query", 13)


def test_a_body_that_is_nested_without_end_is_refused(project):
    run_id = logged(project)
    reply = project.client.call("PATCH", f"runs/{run_id}", body=b"[" * 100_000)
    assert (reply.status, reply.json["error"]["code"]) == (400, "usage")


def test_what_changed_after_a_cursor_is_all_that_comes(project):
    logged(project, "first")
    cursor = project.client.get("runs").json["cursor"]
    assert project.client.get("runs", since=cursor).json["runs"] == []
    second = logged(project, "second")
    assert [row["run_id"] for row in project.client.get("runs", since=cursor).json["runs"]] == [second]


def test_a_deleted_run_is_told_to_those_who_had_it(project):
    run_id = logged(project)
    cursor = project.client.get("runs").json["cursor"]
    assert project.client.call("DELETE", f"runs/{run_id}").status == 204
    assert project.client.get("runs", since=cursor).json["removed"] == [run_id]


def test_a_run_that_is_running_is_there_before_it_ends(project):
    run = start("live", store=project.store, experiment="churn")
    run.metric("loss", 0.5)
    (row,) = project.client.get("runs").json["runs"]
    assert (row["status"], row["metrics"]) == ("running", {"loss": 0.5})
    run.finish()


def test_child_runs_are_listed_on_demand_and_with_their_parent(project):
    with start("parent", store=project.store) as parent, start("child", store=project.store) as child:
        child.metric("loss", 1.0)
    names = [[row["name"] for row in project.client.get("runs", children=n).json["runs"]] for n in (0, 1)]
    assert names == [["parent"], ["child", "parent"]]
    shown = project.client.get(f"runs/{parent.run_id}").json["run"]
    assert [row["run_id"] for row in shown["children"]] == [child.run_id]


def test_one_run_is_told_in_full(project):
    before = logged(project, "before")
    with start("after", store=project.store, experiment="churn", params={"lr": 0.1}) as run:
        run.metric("accuracy", 0.95)
        run.append(
            events.Dataset(
                name="train",
                role="train",
                type="DataFrame",
                digest="d" * 32,
                rows=10,
                columns=1,
                profile=[events.ColumnProfile(name="age", type="int64", digest="c" * 32, mean=41.5)],
            )
        )
        run.text("summary", "fine")
    reply = project.client.get(f"runs/{run.run_id}")
    shown = fits(reply.json, bodies.OneRun)["run"]
    assert shown["previous"]["run_id"] == before
    assert shown["params_detail"][0]["source"] == "logged"
    assert shown["metrics_detail"][0]["count"] == 1
    assert shown["datasets"][0]["profile"][0]["mean"] == 41.5
    assert shown["artifacts"][0]["name"] == "summary"
    assert project.client.get(f"runs/{run.run_id}/datasets").json["datasets"] == shown["datasets"]


@pytest.mark.parametrize("part", ["", "/history?metric=x", "/cells", "/datasets", "/notebook"])
@pytest.mark.parametrize("run_id", ["0" * 26, "no-such-run", "..%2F..%2Fetc"])
def test_a_run_that_is_not_there_is_404_wherever_it_is_asked_for(project, part, run_id):
    path, _, query = f"runs/{run_id}{part}".partition("?")
    reply = project.client.get(path, **dict(pair.split("=") for pair in query.split("&") if pair))
    assert (reply.status, fits(reply.json, bodies.ErrorBody)["error"]["code"]) == (404, "not_found")


def test_a_curve_comes_by_step_with_its_times_in_milliseconds(project):
    with start(store=project.store) as run:
        for step, value in enumerate([1.0, math.inf, 0.5]):
            run.metric("loss", value, step)
    curve = fits(project.client.get(f"runs/{run.run_id}/history", metric="loss").json, bodies.History)
    assert (curve["steps"], curve["values"]) == ([0, 1, 2], [1.0, "Infinity", 0.5])
    started = datetime.fromisoformat(project.client.get("runs").json["runs"][0]["started_at"])
    assert abs(curve["times"][0] - started.timestamp() * 1000) < 60_000


def test_a_long_curve_is_thinned(project):
    with start(store=project.store) as run:
        run.history("loss", [float(i % 7) for i in range(5_000)])
    curve = project.client.get(f"runs/{run.run_id}/history", metric="loss", max_points=100).json
    assert len(curve["steps"]) <= 100
    assert max(curve["values"]) == 6.0


def test_curves_of_several_runs_come_in_one_answer(project):
    with start(store=project.store) as one:
        one.metric("loss", 0.5)
    with start(store=project.store) as other:
        other.metric("accuracy", 0.9)
    runs = f"{one.run_id},{other.run_id}"
    found = fits(project.client.get("histories", runs=runs, metric="loss").json, bodies.Histories)
    assert [None if curve is None else curve["values"] for curve in found["histories"]] == [[0.5], None]
    many = ",".join([one.run_id] * 51)
    assert project.client.get("histories", runs=many, metric="loss").status == 400


def test_a_metric_that_is_not_there_names_the_nearest(project):
    reply = project.client.get(f"runs/{logged(project)}/history", metric="accurracy")
    assert (reply.status, reply.json["error"]["hint"]) == (404, "did you mean 'accuracy'?")


def test_cells_say_which_of_them_are_the_runs_own(project):
    session = "01ARZ3NDEKTSV4RRFFQ69G5FAV"
    run = start(store=project.store, kind="cell", session_id=session, first_cell=2)
    writer = project.store.writer(session)
    for ordinal, source in enumerate(["import numpy", "%%track\nx = 1"], 1):
        writer.append(
            events.Cell(
                session_id=session,
                ordinal=ordinal,
                source=source,
                source_sha256="0" * 64,
                status="ok",
                duration=0.1,
            )
        )
    writer.close()
    run.finish(last_cell=2)
    cells = fits(project.client.get(f"runs/{run.run_id}/cells").json, bodies.Cells)["cells"]
    assert [(cell["source"], cell["own"]) for cell in cells] == [
        ("import numpy", False),
        ("%%track\nx = 1", True),
    ]


def test_the_executed_notebook_opens(project):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1 + 1")])
    with start(store=project.store) as run:
        run.store_artifact(
            nbformat.writes(notebook).encode(), "train.ipynb", "notebook", "application/x-ipynb+json"
        )
    reply = project.client.get(f"runs/{run.run_id}/notebook")
    assert nbformat.reads(json.dumps(reply.json), 4).cells[0].source == "1 + 1"


def test_a_run_is_renamed_annotated_and_tagged(project):
    run_id = logged(project)
    edited = project.client.call(
        "PATCH", f"runs/{run_id}", body={"name": "best", "note": "keep", "tags": {"team": "a", "x": ""}}
    )
    row = fits(edited.json, bodies.EditedRun)["run"]
    assert (row["name"], row["note"], row["tags"]) == ("best", "keep", {"team": "a", "x": ""})
    untagged = project.client.call("PATCH", f"runs/{run_id}", body={"tags": {"team": None}})
    assert untagged.json["run"]["tags"] == {"x": ""}


@pytest.mark.parametrize(
    "body", [{"nmae": "x"}, {"name": ""}, {"tags": {"a": 1}}, [], b"{", b"\xff", {"name": 3}]
)
def test_an_edit_that_cannot_be_read_changes_nothing(project, body):
    run_id = logged(project)
    reply = project.client.call("PATCH", f"runs/{run_id}", body=body)
    assert (reply.status, reply.json["error"]["code"]) == (400, "usage")
    assert project.client.get("runs").json["runs"][0]["name"] == "baseline"


def test_a_run_with_a_model_version_is_deleted_by_force_only(project):
    with start(store=project.store) as run:
        run.store_artifact(b"model", "clf", "model", "application/x", metadata={"format": "skops"})
    registry.register(run, "churn", store=project.store)
    refused = project.client.call("DELETE", f"runs/{run.run_id}")
    assert refused.status == 400
    assert "churn/1 was made from it" in refused.json["error"]["message"]
    assert project.client.call("DELETE", f"runs/{run.run_id}", query={"force": 1}).status == 204
    assert project.client.get("models").json["models"][0]["versions"][0]["version"] == 1


def test_runs_are_grouped_by_experiment_on_demand(project):
    for experiment, lr in (("it's old", 0.1), ("new", 0.1), ("new", 0.2)):
        with start(store=project.store, experiment=experiment, params={"lr": lr}) as run:
            run.metric("loss", 1.0)
    page = fits(project.client.get("runs", groups=1, limit=0).json, bodies.RunList)
    assert (page["runs"], page["total"]) == ([], 3)
    assert page["groups"] == [{"experiment": "new", "total": 2}, {"experiment": "it's old", "total": 1}]
    searched = project.client.get("runs", groups=1, where="params.lr > 0.1 or params.lr < 0").json
    assert searched["groups"] == [{"experiment": "new", "total": 1}]
    old = project.client.get("runs", experiment="it's old", where="params.lr > 9 or params.lr < 1").json
    assert old["total"] == 1


def test_names_are_told_for_completion(project, client, server):
    logged(project, lr=0.1)
    names = fits(project.client.get("names").json, bodies.Names)
    assert names == {"params": ["lr"], "metrics": ["accuracy", "loss"], "tags": []}
    (server.root / "nameless").mkdir(exist_ok=True)
    assert client.get("names", path="nameless/x.ipynb").json == {"params": [], "metrics": [], "tags": []}


def test_after_a_rebuild_an_old_cursor_brings_everything(project):
    runs = [logged(project) for _ in range(3)]
    cursor = max(project.client.get("runs").json["cursor"] for _ in runs) + 5
    care.rebuild(project.store)
    page = project.client.get("runs", since=cursor).json
    assert sorted(row["run_id"] for row in page["runs"]) == sorted(runs)
    assert page["cursor"] > cursor


def test_a_run_is_asked_to_stop_while_it_runs_and_only_then(project):
    with start("long", store=project.store) as run:
        assert project.client.post(f"runs/{run.run_id}/stop").status == 204
        assert control.is_asked_to_stop(project.store, run.run_id)
    reply = project.client.post(f"runs/{run.run_id}/stop")
    assert (reply.status, reply.json["error"]["code"]) == (409, "conflict")
