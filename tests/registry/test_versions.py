"""`register` gives a version to the model that a run kept."""

from __future__ import annotations

import threading

import pytest
from sklearn.linear_model import LinearRegression

from mlnb import registry
from mlnb.capture.findings import FittedModel
from mlnb.capture.snapshots import Allowance
from mlnb.errors import Ambiguous, Corrupt, NotFound, UsageError
from mlnb.events import Artifact, Owed, Paid
from mlnb.registry import references
from mlnb.store import query
from mlnb.tracking import start
from mlnb.tracking.background import Background


def test_versions_of_a_model_count_up_from_one(project):
    assert [project.version(c=c) for c in (0.1, 1.0)] == [1, 2]


def test_a_version_knows_its_run_its_file_and_its_format(project):
    run_id = project.train()
    made = registry.register(run_id, "churn", store=project.store)
    (artifact,) = query.record(project.store, run_id)["artifacts"]
    assert (made.run_id, made.sha256, made.format) == (run_id, artifact["sha256"], "skops")
    assert made.time > 0
    assert made.created_by


def test_a_model_is_named_after_the_experiment(project):
    assert registry.register(project.train(), store=project.store).model == "churn"


def test_a_run_can_be_given_itself_or_by_name_or_by_a_prefix(project):
    run_id = project.train()
    name = query.record(project.store, run_id)["name"]
    first = registry.register(name, "churn", store=project.store)
    assert registry.register(run_id[:20], "churn", store=project.store) == first


def test_the_same_file_of_the_same_run_is_registered_once(project):
    run_id = project.train()
    first = registry.register(run_id, "churn", store=project.store)
    assert registry.register(run_id, "churn", store=project.store) == first
    assert len(project.store.registry.read()) == 1


def test_a_run_without_a_model_says_how_to_keep_one(project):
    with start(store=project.store) as run:
        run.metric("loss", 0.1)
    with pytest.raises(NotFound, match=r"kept no model .*mlnb\.model"):
        registry.register(run, "churn", store=project.store)


def test_of_several_models_one_must_be_named(project):
    with start(store=project.store) as run:
        for name in ("tree", "forest"):
            run.store_artifact(
                name.encode(), name, "model", "application/octet-stream", metadata={"format": "skops"}
            )
    with pytest.raises(Ambiguous, match="'tree', 'forest'"):
        registry.register(run, "churn", store=project.store)
    assert registry.register(run, "churn", name="forest", store=project.store).name == "forest"
    with pytest.raises(NotFound, match="did you mean 'forest'"):
        registry.register(run, "churn", name="forrest", store=project.store)


def test_a_damaged_file_gets_no_version(project):
    run_id = project.train()
    (artifact,) = query.record(project.store, run_id)["artifacts"]
    path = project.store.objects.path(artifact["sha256"])
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    with pytest.raises(Corrupt):
        registry.register(run_id, "churn", store=project.store)
    assert project.store.registry.read() == []


@pytest.mark.parametrize("name", ["a/b", "a@b", "../x"])
def test_a_name_that_could_not_be_referred_to_is_refused(project, name):
    with pytest.raises(UsageError):
        registry.register(project.train(), name, store=project.store)


def test_a_notebooks_run_stands_for_its_child_that_kept_the_model(project):
    with start(store=project.store, kind="notebook") as notebook:
        child = project.train()
    version = registry.register(notebook.run_id, "churn", store=project.store)
    assert version.run_id == child
    registry.promote("churn", version.version, store=project.store)
    assert query.record(project.store, notebook.run_id)["aliases"] == ["churn@champion"]
    assert registry.load_model(notebook.run_id, store=project.store).C == 1.0


def test_a_model_that_is_still_being_written_is_waited_for(project):
    with start(store=project.store) as run:
        fitted = FittedModel(LinearRegression().fit([[0.0], [1.0]], [0, 1]), "late")
        assert Background().keep_models(run, [fitted], [], Allowance(5.0)) == 1
    assert registry.register(run, "churn", store=project.store).name == "late"


def test_a_model_that_another_process_still_writes_is_waited_for(project):
    run_id = project.train()
    (artifact,) = query.record(project.store, run_id)["artifacts"]
    with start(store=project.store) as run:
        run.append(Owed(task="t", what="model 'late'"))
    late = Artifact(
        name="late",
        artifact_kind="model",
        media_type="application/x-skops",
        bytes=1,
        sha256=artifact["sha256"],
        metadata={"format": "skops"},
    )
    threading.Timer(0.5, project.store.edit, [run.run_id, late, Paid(task="t")]).start()
    assert registry.register(run, "churn", store=project.store).name == "late"


def test_a_model_that_never_came_is_said_to_have_been_promised(project, monkeypatch):
    monkeypatch.setattr(references, "PATIENCE", 0.2)
    with start(store=project.store) as run:
        run.append(Owed(task="t", what="model 'clf'"))
    with pytest.raises(NotFound, match="kept no model; promised, and not here yet: model 'clf'"):
        registry.register(run, "churn", store=project.store)
