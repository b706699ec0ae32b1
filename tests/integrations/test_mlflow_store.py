"""What MLflow itself wrote arrives as MLflow's own client reports it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression

import mlnb
from mlnb.errors import NotFound, UnsafeModel, UsageError
from mlnb.integrations import foreign, mlflow_store, take
from mlnb.store import query

os.environ["MLFLOW_ALLOW_FILE_STORE"] = "true"
tracking = pytest.importorskip("mlflow.tracking", reason="needs the extra 'mlflow'")
X, Y = load_iris(return_X_y=True)
MODEL = LogisticRegression(max_iter=500).fit(X, Y)


@pytest.fixture(scope="module", params=["folder", "database"])
def uri(request, tmp_path_factory) -> Iterator[str]:
    """A store of each kind; making a database takes MLflow half a minute, so there is one."""
    folder = tmp_path_factory.mktemp("mlflow")
    if request.param == "database":
        pytest.importorskip("sqlalchemy", reason="MLflow's database needs SQLAlchemy")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)  # a model that is saved makes MLflow look for a store where one stands
        yield (folder / "mlruns").as_uri() if request.param == "folder" else f"sqlite:///{folder}/mlflow.db"


@pytest.fixture(scope="module")
def client(uri, tmp_path_factory):
    """Its client, and in it two experiments, runs in all states, a child, artifacts and a registered model."""
    import mlflow.sklearn
    from mlflow.entities import Dataset, DatasetInput, InputTag, Metric

    tmp_path = tmp_path_factory.mktemp("files")
    client = tracking.MlflowClient(tracking_uri=uri, registry_uri=uri)
    churn, other = (
        client.create_experiment(name, (tmp_path / "artifacts" / name).as_uri())
        for name in ("churn", "other")
    )
    first = client.create_run(churn, run_name="first", tags={"team": "a", "mlflow.note.content": "hm"})
    run_id = first.info.run_id
    for name, value in (("lr", 0.1), ("kind", "svm"), ("depth", 3)):
        client.log_param(run_id, name, value)
    points = [Metric("loss", 1 / (i + 1), 1_700_000_000_000 + i, i // 2) for i in range(7)]
    odd = [
        Metric("odd", value, 1_700_000_000_000, i) for i, value in enumerate((float("nan"), float("inf"), -1))
    ]
    client.log_batch(run_id, metrics=[*points, *odd])
    client.log_text(run_id, "hello", "notes/deep/a.txt")
    client.log_figure(run_id, _figure(), "roc.png")
    client.log_inputs(
        run_id,
        [
            DatasetInput(
                Dataset("iris", "abc123", "local", "{}", profile='{"num_rows": 150}'),
                [InputTag("mlflow.data.context", "training")],
            )
        ],
    )
    mlflow.sklearn.save_model(MODEL, tmp_path / "saved", serialization_format="cloudpickle")
    client.log_artifacts(run_id, str(tmp_path / "saved"), "model")
    client.create_registered_model("clf")
    for _ in range(2):
        client.create_model_version("clf", f"{first.info.artifact_uri}/model", run_id)
    client.set_registered_model_alias("clf", "champion", "2")
    child = client.create_run(churn, run_name="child", tags={"mlflow.parentRunId": run_id})
    client.log_metric(child.info.run_id, "acc", 0.5)
    client.set_terminated(child.info.run_id, "FAILED")
    client.set_terminated(run_id)
    client.create_run(other, run_name="running")
    client.set_terminated(client.create_run(other, run_name="killed").info.run_id, "KILLED")
    return client


def _figure():
    from matplotlib.figure import Figure

    return Figure(figsize=(1, 1))


def runs_of(client):
    experiments = [one.experiment_id for one in client.search_experiments()]
    return client.search_runs(experiments)


def files_of(client, run_id: str, folder: str | None = None) -> dict[str, int]:
    found = {}
    for item in client.list_artifacts(run_id, folder):
        found |= files_of(client, run_id, item.path) if item.is_dir else {item.path: item.file_size}
    return found


def record_of(store, run):
    return query.record(store, foreign.run_id("mlflow", run.info.run_id, run.info.start_time * 1000))


def test_every_run_is_what_mlflow_says_it_is(client, uri, store):
    done = take(store, mlflow_store.read(uri))
    theirs = runs_of(client)
    assert (done.runs, done.problems) == (len(theirs), [])
    assert len(query.known_ids(store)) == len(theirs) >= 4
    for run in theirs:
        record = record_of(store, run)
        assert record["name"] == run.info.run_name
        assert record["experiment"] == client.get_experiment(run.info.experiment_id).name
        assert record["user"] == run.info.user_id
        assert int(record["started_at"].timestamp() * 1000) == run.info.start_time
        if run.info.end_time:
            assert record["status"].upper() == run.info.status
            assert int(record["ended_at"].timestamp() * 1000) == run.info.end_time
        assert {one["name"]: one["value"] for one in record["params_detail"]} == run.data.params
        assert record["tags"].items() >= run.data.tags.items()
        assert record["tags"]["imported.id"] == run.info.run_id
        assert set(record["metrics"]) == set(run.data.metrics)
        for name in run.data.metrics:
            points = client.get_metric_history(run.info.run_id, name)
            ours = query.history(store, record["run_id"], name)
            mine = list(
                zip(
                    ours.steps.tolist(),
                    (ours.times // 1000).tolist(),
                    map(repr, ours.values.tolist()),
                    strict=True,
                )
            )
            assert sorted(mine) == sorted((p.step, p.timestamp, repr(float(p.value))) for p in points)
        kept = {one["name"]: one["bytes"] for one in record["artifacts"] if one["kind"] != "model"}
        assert kept == files_of(client, run.info.run_id)


def test_parents_notes_inputs_and_kinds_of_files_arrive(client, uri, store):
    take(store, mlflow_store.read(uri))
    by_name = {run.info.run_name: record_of(store, run) for run in runs_of(client)}
    first = by_name["first"]
    assert by_name["child"]["parent_id"] == first["run_id"]
    assert first["note"] == "hm"
    assert [(d["name"], d["role"], d["digest"], d["rows"]) for d in first["datasets"]] == [
        ("iris", "train", "abc123", 150)
    ]
    kinds = {one["name"]: one["kind"] for one in first["artifacts"]}
    assert (kinds["roc.png"], kinds["notes/deep/a.txt"], kinds["model"]) == ("figure", "text", "model")
    assert mlnb.get(first["run_id"], store=store).artifact("notes/deep/a.txt") == b"hello"


def test_registered_models_arrive_with_their_aliases_and_predict_the_same(client, uri, store):
    done = take(store, mlflow_store.read(uri), aliases=True)
    assert (done.versions, done.problems) == (2, [])
    (model,) = query.models(store)
    assert model["aliases"] == {"champion": 2}
    assert [one["version"] for one in model["versions"]] == [2, 1]
    with pytest.raises(UnsafeModel):
        mlnb.load_model("clf@champion", store=store)
    loaded = mlnb.load_model("clf@champion", trusted=True, store=store)
    assert isinstance(loaded, LogisticRegression)
    np.testing.assert_array_equal(loaded.predict(X), MODEL.predict(X))


def test_importing_again_brings_what_has_come_since_only(client, uri, store):
    take(store, mlflow_store.read(uri))
    again = take(store, mlflow_store.read(uri), aliases=True)
    count = len(runs_of(client))
    assert (again.runs, again.updated, again.unchanged, again.versions) == (0, 0, count, 0)
    running = next(run for run in runs_of(client) if run.info.run_name == "running")
    client.log_metric(running.info.run_id, "acc", 0.75, step=9)
    client.set_terminated(running.info.run_id)
    later = take(store, mlflow_store.read(uri))
    assert (later.updated, later.points, later.unchanged) == (1, 1, count - 1)
    record = record_of(store, running)
    assert (record["status"], record["metrics"]) == ("finished", {"acc": 0.75})


def test_a_model_of_another_flavour_is_kept_whole_and_loaded_by_mlflow(uri, store, tmp_path):
    pyfunc = pytest.importorskip("mlflow.pyfunc")

    class Doubling(pyfunc.PythonModel):
        def predict(self, context, model_input, params=None):
            return 2 * model_input

    client = tracking.MlflowClient(tracking_uri=uri, registry_uri=uri)
    pyfunc.save_model(tmp_path / "saved", python_model=Doubling(), pip_requirements=[])
    run = client.create_run(client.create_experiment("e", (tmp_path / "kept").as_uri()), run_name="doubling")
    client.log_artifacts(run.info.run_id, str(tmp_path / "saved"), "model")
    client.set_terminated(run.info.run_id)
    take(store, mlflow_store.read(uri))
    with pytest.raises(UnsafeModel, match="an MLflow model"):
        mlnb.load_model("doubling", store=store)
    loaded = mlnb.load_model("doubling", trusted=True, store=store)
    np.testing.assert_array_equal(loaded.predict(X), 2 * X)


def test_a_model_that_mlflow_3_keeps_beside_its_run_arrives_with_it(uri, store, monkeypatch, tmp_path):
    mlflow = pytest.importorskip("mlflow.sklearn").mlflow
    client = tracking.MlflowClient(tracking_uri=uri, registry_uri=uri)
    if not hasattr(client, "get_logged_model"):
        pytest.skip("this MLflow has no logged models")
    monkeypatch.setattr("sys.argv", ["pytest"])
    experiment = client.create_experiment("logged", (tmp_path / "logged").as_uri())
    before = mlflow.get_tracking_uri()
    mlflow.set_tracking_uri(uri)
    try:
        with mlflow.start_run(experiment_id=experiment, run_name="fit") as run:
            made = mlflow.sklearn.log_model(MODEL, name="forest", serialization_format="cloudpickle")
    finally:
        mlflow.set_tracking_uri(before)
    take(store, mlflow_store.read(uri))
    names = {
        one["name"]: one["kind"] for one in record_of(store, client.get_run(run.info.run_id))["artifacts"]
    }
    assert (names["forest"], names["forest/MLmodel"]) == ("model", "file")
    assert len(names) == 1 + len(client.list_logged_model_artifacts(made.model_id))
    np.testing.assert_array_equal(
        mlnb.load_model("fit", trusted=True, store=store).predict(X), MODEL.predict(X)
    )


def test_where_there_is_no_store_none_is_made(tmp_path, store):
    for place in (str(tmp_path), f"sqlite:///{tmp_path}/no.db", str(tmp_path / "nowhere")):
        with pytest.raises(NotFound, match="there is no MLflow store"):
            mlflow_store.read(place)
    assert {path.name for path in tmp_path.iterdir()} == {".mlnb"}


def test_a_file_that_is_no_store_is_refused(tmp_path):
    pytest.importorskip("sqlalchemy", reason="MLflow's database needs SQLAlchemy")
    Path("notes.txt").write_text("not a database, whatever its length " * 50)
    with pytest.raises(UsageError, match="MLflow can't read"):
        mlflow_store.read("notes.txt")
