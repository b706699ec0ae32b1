"""Aliases and versions are a pure replay of the registry's events."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlnb.errors import NotFound, UsageError
from mlnb.events import BatchEnded, Event, ModelVersion, Promotion
from mlnb.registry.ledger import check_name, replay


def version(number: int, model: str = "churn") -> ModelVersion:
    return ModelVersion(model=model, version=number, run_id=f"run-{number}", sha256="0" * 64, format="skops")


def move(to: int, decision: str = "promoted", alias: str = "champion") -> Promotion:
    return Promotion(
        promotion_id=f"{decision}-{to}",
        model="churn",
        alias=alias,
        from_version=None,
        to_version=to,
        decision=decision,
    )


def registered(count: int) -> list[Event]:
    return [version(number) for number in range(1, count + 1)]


def test_the_last_promotion_holds_the_alias():
    churn = replay([*registered(3), move(1), move(3), move(2, alias="challenger")]).model("churn")
    assert churn.aliases == {"champion": 3, "challenger": 2}


def test_a_refused_promotion_moves_nothing_and_is_kept():
    churn = replay([*registered(2), move(1), move(2, "refused")]).model("churn")
    assert churn.holder("champion") == 1
    assert [one.decision for one in churn.promotions] == ["promoted", "refused"]


def test_rolling_back_twice_goes_back_two_versions():
    events = [*registered(3), move(1), move(2), move(3)]
    assert replay(events).model("churn").before("champion") == 2
    events.append(move(2, "rolled_back"))
    assert replay(events).model("churn").before("champion") == 1
    events.append(move(1, "rolled_back"))
    assert replay(events).model("churn").holder("champion") == 1
    assert replay(events).model("churn").before("champion") is None


def test_a_promotion_after_a_rollback_can_be_rolled_back_too():
    events = [*registered(3), move(1), move(2), move(1, "rolled_back"), move(3)]
    assert replay(events).model("churn").before("champion") == 1


def test_numbers_go_on_for_each_model():
    ledger = replay([version(1), version(2), version(1, "spam"), BatchEnded(batch_id="b", state="finished")])
    assert [ledger.model(name).next_version() for name in ("churn", "spam")] == [3, 2]


@pytest.mark.parametrize(
    ("ask", "hint"),
    [
        (lambda ledger: ledger.model("chrun"), "did you mean 'churn'"),
        (lambda ledger: ledger.model("churn").version(7), "its versions: 1, 2"),
        (lambda ledger: ledger.model("churn").pointed_at("champoin"), "did you mean 'champion'"),
    ],
)
def test_what_is_not_there_is_named_with_what_is(ask, hint):
    with pytest.raises(NotFound, match=hint):
        ask(replay([*registered(2), move(1)]))


@pytest.mark.parametrize("name", ["", " churn", "churn/3", "churn@champion", "-x", "a\nb", "../x"])
def test_a_name_that_no_reference_could_hold_is_refused(name):
    with pytest.raises(UsageError):
        check_name("model", name)


def test_an_alias_may_not_read_as_a_version():
    with pytest.raises(UsageError, match="would read as a version"):
        check_name("alias", "3")


@given(st.lists(st.tuples(st.integers(1, 5), st.booleans()), max_size=12))
def test_promoting_then_rolling_back_is_as_if_nothing_had_happened(steps):
    events: list[Event] = registered(6)
    for number, refused in steps:
        events.append(move(number, "refused" if refused else "promoted"))
    before = replay(events).model("churn").holder("champion")
    if before is not None:
        events += [move(6), move(before, "rolled_back")]
        assert replay(events).model("churn").holder("champion") == before
