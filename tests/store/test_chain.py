"""Each promotion carries a hash of everything before it, so that an edit shows."""

from __future__ import annotations

import hashlib
import json
import os
import time

import msgspec
import pytest

from mlnb.events import Event, GateResult, ModelVersion, Promotion, Unknown, encode
from mlnb.store import Store, chain
from mlnb.store.registry_file import RegistryFile


def append(store: Store, event: Event) -> None:
    store.registry.transact(lambda past: event)


@pytest.fixture
def history(store: Store) -> Store:
    for number in (1, 2, 3):
        append(
            store,
            ModelVersion(
                model="churn", version=number, run_id=f"run-{number}", sha256="0" * 64, format="skops"
            ),
        )
        append(store, promotion(f"p{number}", number))
    return store


def promotion(promotion_id: str, number: int) -> Promotion:
    return Promotion(
        promotion_id=promotion_id,
        model="churn",
        alias="champion",
        from_version=number - 1 or None,
        to_version=number,
        decision="promoted",
        gates=[GateResult(name="clean_git", passed=True, message="commit abc")],
        user="ada",
    )


def lines(store: Store) -> list[bytes]:
    return store.registry.path.read_bytes().splitlines(keepends=True)


def broken(store: Store, changed: list[bytes] | None = None) -> list[str]:
    """The promotions that don't fit, by who has read the file before and by who hasn't."""
    if changed is not None:
        store.registry.path.write_bytes(b"".join(changed))
        later = time.time_ns() + 10**9  # a file system's clock may tick too slowly for a test
        os.utime(store.registry.path, ns=(later, later))
    found = [one.promotion_id for one in store.registry.breaks()]
    assert found == [one.promotion_id for one in RegistryFile(store.path).breaks()]
    return found


def edited(line: bytes, **change: object) -> bytes:
    return json.dumps(json.loads(line) | change, separators=(",", ":")).encode() + b"\n"


def test_a_history_that_nobody_touched_is_whole(history):
    assert broken(history) == []


@pytest.mark.parametrize(
    "change",
    [{"user": "eve"}, {"to_version": 1}, {"decision": "refused"}, {"gates": []}, {"note": "fine"}],
)
def test_an_edited_promotion_is_found(history, change):
    found = lines(history)
    found[3] = edited(found[3], **change)
    assert "p2" in broken(history, found)


def test_an_edited_version_breaks_the_next_promotion(history):
    found = lines(history)
    found[2] = edited(found[2], sha256="1" * 64)
    assert broken(history, found) == ["p2", "p3"]


def test_a_changed_time_is_found(history):
    found = lines(history)
    found[1] = edited(found[1], time=5)
    assert broken(history, found) == ["p1", "p2", "p3"]


@pytest.mark.parametrize("place", range(5))
def test_a_dropped_record_is_found(history, place):
    found = lines(history)
    del found[place]
    assert broken(history, found)


def test_two_records_that_changed_places_are_found(history):
    found = lines(history)
    found[1], found[3] = found[3], found[1]
    assert broken(history, found)


def test_a_cut_tail_shows_in_the_head_only(history):
    head = history.registry.head()
    assert broken(history, lines(history)[:-1]) == []
    assert history.registry.head() != head


def test_what_a_newer_mlnb_wrote_is_part_of_the_chain(history):
    """Kinds and fields that this version doesn't know are hashed as they stand."""
    unknown = b'{"kind":"approval","time":9,"seq":6,"by":"grace"}\n'
    more = edited(lines(history)[4], version=4, color="blue")
    history.registry.path.write_bytes(b"".join([*lines(history), unknown, more]))
    assert isinstance(history.registry.read()[6], Unknown)
    append(history, promotion("p4", 4))
    assert broken(history) == []
    found = lines(history)
    assert broken(history, [*found[:6], unknown.replace(b"grace", b"mallory"), *found[7:]]) == ["p4"]
    assert broken(history, [*found[:7], more.replace(b"blue", b"red"), *found[8:]]) == ["p4"]


def test_a_chain_of_format_1_is_followed_and_gone_on_with(history):
    """There a promotion was sealed before its place and time were known."""
    head, old = chain.START, []
    for place, record in enumerate(history.registry.read()):
        if isinstance(record, Promotion):
            bare = msgspec.structs.replace(record, prev_hash=head, hash="")
            sealed = hashlib.sha256(encode(bare, time=0, seq=0)).hexdigest()
            written = msgspec.structs.replace(bare, hash=sealed)
        else:
            written = record
        old.append(encode(written, time=5, seq=place))
        head = hashlib.sha256(head.encode() + old[-1]).hexdigest()
    assert broken(history, old) == []
    append(history, promotion("new", 1))
    assert broken(history) == []
    assert "p2" in broken(history, [*old[:3], edited(old[3], note="fine"), *old[4:]])


def test_what_others_append_is_read_from_where_one_was(history, monkeypatch):
    history.registry.read()
    taken = []
    kind = type(history.registry._now())
    append(Store.open(history.path), promotion("other", 2))
    take = kind.take
    monkeypatch.setattr(kind, "take", lambda self, data: (taken.append(data), take(self, data))[1])
    assert history.registry.read()[-1].promotion_id == "other"
    assert taken == lines(history)[-1:]
