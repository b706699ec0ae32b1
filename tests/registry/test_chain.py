"""Each promotion carries a hash of everything before it, so that an edit shows."""

from __future__ import annotations

import msgspec
import pytest

from mlnb.events import Event, GateResult, ModelVersion, Promotion, Unknown, decode, encode
from mlnb.registry import chain


def append(events: list[Event], event: Event) -> None:
    """As the registry file does it: sealed on what is there, then stamped and written as a line."""
    if isinstance(event, Promotion):
        event = chain.seal(event, events)
    events.append(decode(encode(event, time=1_000 + len(events), seq=len(events))))


@pytest.fixture
def history() -> list[Event]:
    events: list[Event] = []
    for number in (1, 2, 3):
        append(
            events,
            ModelVersion(
                model="churn", version=number, run_id=f"run-{number}", sha256="0" * 64, format="skops"
            ),
        )
        append(
            events,
            Promotion(
                promotion_id=f"p{number}",
                model="churn",
                alias="champion",
                from_version=number - 1 or None,
                to_version=number,
                decision="promoted",
                gates=[GateResult(name="clean_git", passed=True, message="commit abc")],
                user="ada",
            ),
        )
    return events


def broken(events: list[Event]) -> list[str]:
    return [one.promotion_id for one in chain.breaks(events)]


def test_a_history_that_nobody_touched_is_whole(history):
    assert broken(history) == []


@pytest.mark.parametrize(
    "change",
    [{"user": "eve"}, {"to_version": 1}, {"decision": "refused"}, {"gates": []}, {"note": "fine"}],
)
def test_an_edited_promotion_is_found(history, change):
    history[3] = msgspec.structs.replace(history[3], **change)
    assert "p2" in broken(history)


def test_an_edited_version_breaks_the_next_promotion(history):
    history[2] = msgspec.structs.replace(history[2], sha256="1" * 64)
    assert broken(history) == ["p2", "p3"]


def test_a_changed_time_is_found(history):
    history[1] = msgspec.structs.replace(history[1], time=5)
    assert broken(history) == ["p2", "p3"]


@pytest.mark.parametrize("place", range(5))
def test_a_dropped_record_is_found(history, place):
    del history[place]
    assert broken(history)


def test_two_records_that_changed_places_are_found(history):
    history[1], history[3] = history[3], history[1]
    assert broken(history)


def test_a_cut_tail_shows_in_the_head_only(history):
    head = chain.head(history)
    cut = history[:-1]
    assert broken(cut) == []
    assert chain.head(cut) != head


def test_what_a_newer_mlnb_wrote_is_part_of_the_chain(history):
    line = '{"kind":"approval","time":9,"seq":6,"by":"grace"}'
    append(history, decode(line.encode()))
    assert isinstance(history[-1], Unknown)
    append(
        history,
        Promotion(
            promotion_id="p4", model="churn", alias="x", from_version=None, to_version=1, decision="promoted"
        ),
    )
    assert broken(history) == []
    history[6] = msgspec.structs.replace(history[6], line=line.replace("grace", "mallory"))
    assert broken(history) == ["p4"]
