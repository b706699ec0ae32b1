"""Who holds an alias, who put it there and on what evidence, from the history alone."""

from __future__ import annotations

import pytest

from mlnb import events, registry
from mlnb.errors import GateFailed, NotFound
from mlnb.registry.standing import standing, standings


def test_a_holder_comes_with_who_put_it_there_and_what_the_gates_said(project):
    project.gates("metrics.accuracy >= 0.5")
    project.version(metrics={"accuracy": 0.9, "other": 1})
    registry.promote("churn", 1, user="ada", note="first", store=project.store)
    (holder,) = standing("churn", project.store).holders
    assert (holder.alias, holder.version.version, holder.before) == ("champion", 1, None)
    assert (holder.moved.user, holder.moved.note) == ("ada", "first")
    assert [gate.message for gate in holder.gates] == ["accuracy is 0.9, which is >= 0.5"]
    assert standing("churn", project.store).metrics == ["accuracy"]


def test_after_a_rollback_the_evidence_is_that_of_the_promotion(project):
    project.gates("safe_format")
    for number in (1, 2):
        project.version()
        registry.promote("churn", number, store=project.store, user="ada")
    assert standing("churn", project.store).holders[0].before == 1
    registry.rollback("churn", user="grace", store=project.store)
    (holder,) = standing("churn", project.store).holders
    assert (holder.version.version, holder.moved.decision, holder.moved.user) == (1, "rolled_back", "grace")
    assert [gate.name for gate in holder.gates] == ["safe_format"]


def test_a_refusal_moves_nothing_and_shows_among_the_decisions(project):
    project.gates("metrics.accuracy >= 2")
    project.version()
    with pytest.raises(GateFailed):
        registry.promote("churn", 1, store=project.store)
    found = standing("churn", project.store)
    assert found.holders == []
    assert [one.decision for one in found.model.promotions] == ["refused"]


def test_a_version_whose_run_is_gone_still_has_its_history(project):
    run_id = project.train()
    registry.register(run_id, "churn", store=project.store)
    registry.promote("churn", 1, store=project.store)
    project.store.edit(run_id, events.Deleted(force=True))
    (found,) = standings(project.store)
    assert found.records == {1: None}
    assert found.holders[0].moved.to_version == 1


def test_a_model_that_is_not_there_is_named(project):
    project.version()
    with pytest.raises(NotFound, match="did you mean 'churn'"):
        standing("chrun", project.store)
