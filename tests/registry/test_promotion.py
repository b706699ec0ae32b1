"""Promotions move an alias through its gates, one at a time, and leave a record either way."""

from __future__ import annotations

import subprocess
import sys

import pytest

from mlnb import registry
from mlnb.errors import Conflict, Corrupt, GateFailed, NotFound, UsageError
from mlnb.registry.ledger import replay
from mlnb.store import query


def holder(project, alias="champion"):
    return replay(project.store.registry.read()).model("churn").holder(alias)


def test_a_promotion_moves_the_alias_and_says_who_and_why(project):
    project.version()
    made = registry.promote("churn", 1, note="first", user="ada", store=project.store)
    assert (made.decision, made.from_version, made.to_version) == ("promoted", None, 1)
    assert (made.user, made.note) == ("ada", "first")
    assert holder(project) == 1


def test_what_was_promoted_shows_in_queries(project):
    run_id = project.train()
    registry.register(run_id, "churn", store=project.store)
    registry.promote("churn", 1, store=project.store)
    assert query.record(project.store, run_id)["aliases"] == ["churn@champion"]
    assert query.models(project.store)[0]["aliases"] == {"champion": 1}


def test_a_refused_promotion_moves_nothing_and_is_recorded(project):
    project.gates("metrics.accuracy >= 0.99")
    project.version(metrics={"accuracy": 0.5})
    with pytest.raises(GateFailed, match=r"accuracy is 0\.5, not >= 0\.99") as refused:
        registry.promote("churn", 1, store=project.store)
    assert holder(project) is None
    (promotion,) = replay(project.store.registry.read()).model("churn").promotions
    assert promotion.decision == "refused"
    assert refused.value.facts["promotion"] == promotion
    assert promotion.gates[0].message == "accuracy is 0.5, not >= 0.99"


def test_a_dry_run_asks_the_gates_and_writes_nothing(project):
    project.gates("metrics.accuracy >= 0.99")
    project.version(metrics={"accuracy": 0.5})
    before = project.store.registry.read()
    assert registry.promote("churn", 1, dry_run=True, store=project.store).decision == "refused"
    assert project.store.registry.read() == before


def test_promoting_the_holder_again_changes_nothing(project):
    project.version()
    first = registry.promote("churn", 1, store=project.store)
    assert registry.promote("churn", "1", store=project.store) == first


def test_who_expects_another_holder_is_told_who_holds_it(project):
    for _ in range(3):
        project.version()
    registry.promote("churn", 1, store=project.store, user="ada")
    with pytest.raises(Conflict, match=r"should have been nobody, but it is version 1, moved there by ada"):
        registry.promote("churn", 2, expected=None, store=project.store)
    assert registry.promote("churn", 3, expected=1, store=project.store).from_version == 1


def test_rollback_returns_to_the_version_before(project):
    for number in (1, 2):
        project.version()
        registry.promote("churn", number, store=project.store)
    made = registry.rollback("churn", note="too slow", store=project.store)
    assert (made.decision, made.from_version, made.to_version) == ("rolled_back", 2, 1)
    assert holder(project) == 1
    with pytest.raises(UsageError, match="no version held it before"):
        registry.rollback("churn", store=project.store)


def test_nothing_broken_is_promoted_or_rolled_back_to(project):
    for number in (1, 2):
        project.version(c=number)
        registry.promote("churn", number, store=project.store)
    path = project.store.objects.path(replay(project.store.registry.read()).model("churn").version(1).sha256)
    path.write_bytes(b"not a model")
    with pytest.raises(Corrupt):
        registry.rollback("churn", store=project.store)
    with pytest.raises(Corrupt):
        registry.promote("churn", 1, alias="challenger", store=project.store)


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda store: registry.promote("chrun", 1, store=store), NotFound),
        (lambda store: registry.promote("churn", 9, store=store), NotFound),
        (lambda store: registry.promote("churn", "newest", store=store), UsageError),
        (lambda store: registry.promote("churn", 1, alias="7", store=store), UsageError),
        (lambda store: registry.rollback("churn", "champion", store=store), NotFound),
    ],
)
def test_what_cannot_be_promoted_is_refused_by_name(project, call, error):
    project.version()
    with pytest.raises(error):
        call(project.store)


ROUNDS = 20
PROMOTE = """
import sys, mlnb
from mlnb.store import Store
from mlnb.errors import Conflict
store, version = Store.open(sys.argv[1]), int(sys.argv[2])
for expected in sys.stdin:
    try:
        made = mlnb.promote("churn", version, expected=int(expected), store=store, user=f"process {version}")
        print("won", made.to_version, flush=True)
    except Conflict as conflict:
        print("lost", conflict.facts["holder"], flush=True)
"""


@pytest.mark.slow
def test_of_ten_processes_that_expect_the_same_holder_one_wins_and_the_others_are_told_who(project):
    versions = [project.version(c=0.1 * n) for n in range(1, 12)]
    registry.promote("churn", versions[-1], store=project.store)
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", PROMOTE, str(project.store.path), str(version)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for version in versions[:10]
    ]
    for _ in range(ROUNDS):
        expected = holder(project)
        for process in processes:
            process.stdin.write(f"{expected}\n")
            process.stdin.flush()
        said = [process.stdout.readline().split() for process in processes]
        winners = {number for verdict, number in said if verdict == "won"} - {str(expected)}
        assert len(winners) == 1
        assert {number for verdict, number in said if verdict == "lost"} == winners
        assert holder(project) == int(winners.pop())
    for process in processes:
        process.communicate()
    moves = replay(project.store.registry.read()).model("churn").promotions
    assert [one.from_version for one in moves[1:]] == [one.to_version for one in moves[:-1]]
    assert len(moves) == ROUNDS + 1
    assert project.store.registry.breaks() == []
