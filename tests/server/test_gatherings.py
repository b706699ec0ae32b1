"""A clean notebook over REST."""

from __future__ import annotations

import time

import nbformat

from mlnb.testing.sessions import Session


def test_a_runs_session_is_gathered_and_proved(project):
    with Session(project.folder / "hand.ipynb") as session:
        session.run("load", "%load_ext mlnb")
        session.run("set", "lr = 0.1")
        session.run("other", "unused = 1")
        session.run("fit", "%%track by-hand\nscore = 1 / (1 + lr)")
        session.save()
    (run,) = project.client.get("runs").json["runs"]
    begun = project.client.post(f"runs/{run['run_id']}/gather", fast=True)
    assert begun.status == 202
    found = begun.json["gathering"]
    deadline = time.monotonic() + 100
    while found["state"] == "running":
        assert time.monotonic() < deadline
        time.sleep(0.3)
        found = project.client.get(f"gatherings/{found['id']}").json["gathering"]
    assert (found["state"], found["reproduced"], found["kept"], found["executed"]) == (
        "finished",
        True,
        3,
        4,
    ), found
    assert found["lines"] == ["3 cells: holds"]
    assert nbformat.read(project.folder / "by-hand.ipynb", as_version=4).metadata["mlnb"]["gathered"][
        "reproduced"
    ]
    taken = project.client.post(f"runs/{run['run_id']}/gather", path=found["path"])
    assert (taken.status, taken.json["error"]["code"]) == (400, "usage")
    again = project.client.post(f"runs/{run['run_id']}/gather", fast=True)
    assert again.json["gathering"]["path"].endswith("by-hand-2.ipynb")
    assert project.client.call("DELETE", f"gatherings/{again.json['gathering']['id']}").status == 204


def test_what_is_not_there_is_said(project):
    assert project.client.get("gatherings/none").status == 404
