"""The description of the API is made from the functions that answer, and says what they do."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import msgspec
import pandas as pd
import pytest

from mlnb.server.handlers import ROUTES
from mlnb.server.openapi import description
from mlnb.tracking import start


@pytest.fixture(scope="module")
def described():
    return description(ROUTES)


def test_every_route_is_described_with_its_method_and_a_sentence(described):
    listed = {(method.upper(), path) for path, methods in described["paths"].items() for method in methods}
    assert listed == {(route.method, f"/{route.path}") for route in ROUTES}
    summaries = [one["summary"] for methods in described["paths"].values() for one in methods.values()]
    assert all(summary.endswith(".") for summary in summaries)


def test_every_reference_leads_somewhere(described):
    text = json.dumps(described)
    named = set(re.findall(r'"#/components/schemas/(\w+)"', text))
    assert named <= described["components"]["schemas"].keys()


def test_operations_have_names_of_their_own(described):
    names = [one["operationId"] for methods in described["paths"].values() for one in methods.values()]
    assert len(names) == len(set(names))


def test_query_parameters_have_their_types_and_defaults(described):
    parameters = {one["name"]: one for one in described["paths"]["/runs"]["get"]["parameters"]}
    assert parameters["limit"]["schema"] == {"type": "integer", "default": 200}
    assert {"store", "path", "where", "since"} <= parameters.keys()


def test_a_server_gives_its_description_and_so_does_the_module(client, described):
    assert client.get("openapi.json").json == json.loads(json.dumps(described))
    printed = subprocess.run(
        [sys.executable, "-m", "mlnb.server.openapi"], capture_output=True, check=True
    ).stdout
    assert json.loads(printed) == json.loads(json.dumps(described))


def test_the_panel_has_this_description(described):
    """Its types are made from it: `python -m mlnb.server.openapi > labextension/openapi.json`, `npm run schema`."""
    kept = Path(__file__).parent.parent.parent / "labextension" / "openapi.json"
    assert json.loads(kept.read_text(encoding="utf-8")) == json.loads(json.dumps(described))


def test_answers_are_what_the_description_says(project):
    with start(store=project.store, params={"lr": 0.1, "layers": [1, 2], "seed": None}) as run:
        run.metric("loss", float("nan"), step=1)
        run.data(pd.DataFrame({"x": [1.0, 2.0], "word": ["a", "b"]}), "train", role="train")
        run.text("report", "good")
    with start(store=project.store) as other:
        other.metric("loss", 1.0)
    asked = {
        "runs": {"groups": True, "data": True},
        "runs/{run_id}": {},
        "runs/{run_id}/history": {"metric": "loss"},
        "runs/{run_id}/cells": {},
        "runs/{run_id}/datasets": {},
        "columns": {},
        "names": {},
        "compare": {"runs": f"{run.run_id},{other.run_id}"},
        "models": {},
        "reruns": {},
        "stores": {},
    }
    replies = {route.path: route.reply for route in ROUTES if route.method == "GET"}
    for path, query in asked.items():
        reply = project.client.get(path.format(run_id=run.run_id), **query)
        assert reply.status == 200
        msgspec.convert(reply.json, replies[path])
