"""A store that a newer version wrote, with all that it may have added: read here without loss, and whole after an upgrade."""

import json

import msgspec
import pytest

from mlnb import events
from mlnb.store import answers, archive, care, ingest, query, reading
from mlnb.testing import make_runs, relations

SEEN = b"what was predicted, in a framing that nobody here knows\x00\n" * 1000


class Mood(events.Event, tag="mood", frozen=True, kw_only=True):
    text: str


class Shipped(events.Event, tag="shipped", frozen=True, kw_only=True):
    model: str


def edited(line, **changes):
    """A line of a newer version: fields more, literals new."""
    told = json.loads(line)
    told.pop("c", None)
    return events.seal(json.dumps(told | changes, separators=(",", ":")).encode() + b"\n")


@pytest.fixture
def newer(store, begin, ended):
    """A run with a kind and a status that are new, an event more, a field more in each, and a stream beside."""
    run_id, writer = begin()
    writer.point("m", 1.0, 0)
    writer.append(events.Params(items=[events.Param(name="p", value="1", type="int", number=1.0)]), ended)
    writer.close()
    (journal,) = reading.listing(store.journals).sizes
    lines = []
    for line in journal.events_path.read_bytes().splitlines(keepends=True):
        changes = {
            "journal": {"mlnb": "3.0.0", "streams": {"predictions": "preds"}},
            "run_started": {"run_kind": "swarm"},
            "run_ended": {"status": "paused"},
            "params": {
                "items": [{"name": "p", "value": "1", "type": "quantity", "number": 1.0, "unit": "m"}]
            },
        }
        lines.append(edited(line, shade="blue", **changes.get(json.loads(line)["kind"], {})))
    time = json.loads(lines[-1])["time"]
    lines.append(edited(b'{"kind":"mood","time":%d,"seq":99,"text":"good"}' % time))
    journal.events_path.write_bytes(b"".join(lines))
    (store.journals / f"{journal.name}.preds").write_bytes(SEEN)
    return run_id


def frame_of(store, run_id):
    (frame,) = [one for one in archive.frames(store.archive) if one.name.startswith(run_id)]
    return frame


def test_new_literals_and_fields_are_shown_as_they_stand(store, newer):
    row = query.record(store, newer)
    assert (row["kind"], row["status"], row["params"], row["metrics"]) == (
        "swarm",
        "paused",
        {"p": "1"},
        {"m": 1.0},
    )
    assert query.run_page(store, where="status = 'paused'").total == 1
    assert care.verify(store) == []


def test_a_stream_that_is_unknown_here_is_kept_with_the_rest(store, newer):
    ingest.fold(store)
    assert list(store.journals.iterdir()) == []
    frame = frame_of(store, newer)
    assert b"".join(part for _, part in archive.stream_of(frame, "predictions")) == SEEN
    assert archive.wrong_with(frame) is None
    care.collect(store, apply=True)
    assert b"".join(part for _, part in archive.stream_of(frame_of(store, newer), "predictions")) == SEEN


@pytest.mark.parametrize("ending", ["alive", "jsonl", "../x", "", "a.b"])
def test_a_stream_may_not_stand_for_another_file(store, newer, ending):
    (journal,) = reading.listing(store.journals).sizes
    first, *rest = journal.events_path.read_bytes().splitlines(keepends=True)
    journal.events_path.write_bytes(b"".join([edited(first, streams={"x": ending}), *rest]))
    assert set(reading.stream_paths(journal)) == {"events", "points"}


def test_after_the_upgrade_it_is_whole(store, newer, monkeypatch):
    for line in (
        {
            "kind": "model_version",
            "model": "m",
            "version": 1,
            "run_id": newer,
            "sha256": "0" * 64,
            "format": "x",
            "moon": 1,
        },
        {"kind": "shipped", "model": "m"},
    ):
        with store.registry.path.open("ab") as file:
            file.write(json.dumps(line).encode() + b"\n")
    store.registry.transact(
        lambda _: events.Promotion(
            promotion_id="p", model="m", alias="a", from_version=None, to_version=1, decision="promoted"
        )
    )
    before = relations(store)
    assert query.record(store, newer)["note"] is None
    assert store.registry.breaks() == []
    assert [type(one) for one in store.registry.read()] == [
        events.ModelVersion,
        events.Unknown,
        events.Promotion,
    ]
    known = events.AnyEvent | Mood | Shipped
    monkeypatch.setattr(events, "_decoder", msgspec.json.Decoder(known))
    monkeypatch.setattr(events, "UNDERSTOOD", events.UNDERSTOOD + ",mood,shipped")
    apply = ingest.rows.fold.apply

    def with_mood(run, event, writer, additions):
        if isinstance(event, Mood):
            event = events.Note(text=event.text, time=event.time, seq=event.seq)
        apply(run, event, writer, additions)

    monkeypatch.setattr(ingest.rows.fold, "apply", with_mood)
    seen = []
    monkeypatch.setattr(ingest.rows.registry_rows, "rows", lambda told: seen.extend(told) or {})
    answers.forget()
    store.registry.forget()
    assert query.record(store, newer)["note"] == "good"
    assert [type(one) for one in seen] == [events.ModelVersion, Shipped, events.Promotion]
    assert store.registry.breaks() == []
    monkeypatch.undo()
    answers.forget()
    store.registry.forget()
    again = relations(store)
    assert {row[0] for row in again["runs"]} == {row[0] for row in before["runs"]}


def test_the_others_go_on_beside_it(store, newer):
    made = make_runs(store, 2)
    assert {row["run_id"] for row in query.run_page(store).rows} == {newer, *made}
