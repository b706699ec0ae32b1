"""Runs side by side."""

from __future__ import annotations

import msgspec
import pytest

from mlnb.server import bodies
from mlnb.tracking import start


def logged(project, lr: float) -> str:
    with start(store=project.store, params={"lr": lr, "seed": 1}) as run:
        run.metric("loss", 1 - lr)
    return run.run_id


def test_differences_come_first(project):
    runs = [logged(project, lr) for lr in (0.1, 0.2)]
    reply = project.client.get("compare", runs=",".join(runs))
    msgspec.convert(reply.json, bodies.ComparedRuns)
    assert [row["run_id"] for row in reply.json["runs"]] == runs
    assert reply.json["params"] == [
        {"name": "lr", "values": [0.1, 0.2], "differs": True},
        {"name": "seed", "values": [1, 1], "differs": False},
    ]


@pytest.mark.parametrize("count", [0, 1, 21])
def test_two_to_twenty_runs_are_compared(project, count):
    runs = [logged(project, 0.1)] * count
    reply = project.client.get("compare", runs=",".join(runs))
    assert (reply.status, reply.json["error"]["code"]) == (400, "usage")


def test_a_run_that_is_not_there_is_404(project):
    reply = project.client.get("compare", runs=f"{logged(project, 0.1)},{'0' * 26}")
    assert reply.status == 404
