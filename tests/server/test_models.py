"""The registry over REST: the same functions as in Python, with the user that the server knows."""

from __future__ import annotations

import msgspec
import pytest

from mlnb.server import bodies
from mlnb.store import query
from mlnb.tracking import start


@pytest.fixture
def run_id(project) -> str:
    with start(store=project.store, experiment="churn") as run:
        run.metric("accuracy", 0.9)
        run.store_artifact(b"model one", "clf", "model", "application/x", metadata={"format": "skops"})
    return run.run_id


def another(project) -> str:
    with start(store=project.store, experiment="churn") as run:
        run.metric("accuracy", 0.8)
        run.store_artifact(run.run_id.encode(), "clf", "model", "application/x", metadata={"format": "skops"})
    return run.run_id


def fits(body, kind):
    msgspec.convert(body, kind)
    return body


def test_from_run_to_version_to_champion_and_back(project, run_id):
    for expected, one in ((1, run_id), (2, another(project))):
        made = project.client.post("models/churn/versions", run=one)
        assert made.status == 201
        assert fits(made.json, bodies.OneVersion)["version"]["version"] == expected
        promoted = project.client.post("promotions", model="churn", version=expected, note="better")
        assert promoted.status == 200
        assert fits(promoted.json, bodies.OnePromotion)["promotion"]["decision"] == "promoted"
    assert project.client.get(f"runs/{run_id}").json["run"]["aliases"] == []
    back = project.client.post("rollbacks", model="churn", alias="champion", note="slow")
    promotion = fits(back.json, bodies.OnePromotion)["promotion"]
    assert (promotion["from_version"], promotion["to_version"]) == (2, 1)
    assert promotion["user"]
    assert promotion["time"].endswith("Z")
    assert project.client.get(f"runs/{run_id}").json["run"]["aliases"] == ["churn@champion"]


def test_models_are_listed_with_versions_aliases_and_history(project, run_id):
    project.client.post("models/churn/versions", run=run_id)
    project.client.post("promotions", model="churn", version=1)
    (model,) = fits(project.client.get("models").json, bodies.ModelList)["models"]
    assert (model["model"], model["aliases"]) == ("churn", {"champion": 1})
    assert model["versions"][0]["aliases"] == ["champion"]
    assert model["versions"][0]["run_id"] == run_id
    assert [one["decision"] for one in model["promotions"]] == ["promoted"]


def test_before_the_first_run_there_are_no_models(client, server):
    (server.root / "fresh").mkdir(exist_ok=True)
    assert client.get("models", path="fresh/x.ipynb").json == {"models": []}


def test_gates_are_those_of_the_notebooks_project(project, run_id):
    (project.folder / "mlnb.toml").write_text("gates = ['metrics.accuracy >= 0.95']")
    project.client.post("models/churn/versions", run=run_id)
    dry = project.client.post("promotions", model="churn", version=1, dry_run=True)
    assert (dry.status, dry.json["promotion"]["decision"]) == (200, "refused")
    assert query.models(project.store)[0]["promotions"] == []
    refused = project.client.post("promotions", model="churn", version=1)
    body = fits(refused.json, bodies.ErrorBody)
    assert (refused.status, body["error"]["code"]) == (409, "gate_failed")
    assert body["promotion"]["gates"] == [
        {"name": "metrics.accuracy >= 0.95", "passed": False, "message": "accuracy is 0.9, not >= 0.95"}
    ]
    assert query.models(project.store)[0]["promotions"][0]["decision"] == "refused"


def test_a_promotion_that_expects_another_holder_conflicts(project, run_id):
    for one in (run_id, another(project)):
        project.client.post("models/churn/versions", run=one)
    project.client.post("promotions", model="churn", version=1)
    reply = project.client.post("promotions", model="churn", version=2, expected=None)
    assert (reply.status, reply.json["error"]["code"]) == (409, "conflict")
    assert project.client.post("promotions", model="churn", version=2, expected=1).status == 200


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        ("promotions", {"model": "spam", "version": 1}, 404, "not_found"),
        ("promotions", {"model": "churn"}, 400, "usage"),
        ("promotions", {"model": "churn", "version": "newest"}, 400, "usage"),
        ("rollbacks", {"model": "churn"}, 404, "not_found"),
        ("models/a%2Fb/versions", {"run": "x"}, 404, "not_found"),
        ("models/churn/versions", {"run": "no-such-run"}, 404, "not_found"),
        ("models/churn/versions", {}, 400, "usage"),
    ],
)
def test_what_cannot_be_done_is_named(project, path, body, status, code):
    reply = project.client.call("POST", path, body=body)
    assert (reply.status, reply.json["error"]["code"]) == (status, code)


def test_a_notebooks_run_tells_the_models_that_its_cells_kept(project):
    with (
        start("whole", store=project.store, experiment="churn", kind="notebook") as whole,
        start("fit", store=project.store, parent_id=whole.run_id) as cell,
    ):
        cell.store_artifact(b"m", "clf", "model", "application/x", metadata={"format": "skops"})
    run = fits(project.client.get(f"runs/{whole.run_id}").json, bodies.OneRun)["run"]
    assert run["models"] == [{"run_id": cell.run_id, "run_name": "fit", "name": "clf"}]


def test_a_version_has_a_card(project, run_id):
    project.client.post("models/churn/versions", run=run_id)
    card = fits(project.client.get("models/churn/versions/1/card").json, bodies.CardText)["markdown"]
    assert card.startswith("# churn 1\n")
    assert "| accuracy | 0.9 |" in card
    assert project.client.get("models/churn/versions/2/card").status == 404
    assert project.client.get("models/churn/versions/newest/card").status == 400
