"""Whatever stands in a journal, the other journals are folded, and questions are answered."""

import random
import typing

import msgspec
import pytest

from mlnb import events, ids
from mlnb.errors import Corrupt
from mlnb.store import Store, answers, care, ingest, points, query, reading
from mlnb.testing import make_runs, relations

NUMBERS = [
    0, 1, -1, 2**31, -(2**31) - 1, 2**53, 2**63 - 1, 2**63, -(2**63), 10**30, -(10**30), 253_402_300_800_000_000,
]  # fmt: skip
FLOATS = [0.0, -0.0, 5e-324, 1.7e308, -1.7e308, 1e-300, *NUMBERS]
TEXTS = [
    "", "a", "b", "\x00", "a\x00b", "\ud7ff", "\U0010ffff", "'", '"; DROP TABLE runs; --', "x" * 70_000, "\n", "NaN",
]  # fmt: skip


class Chance(random.Random):
    """Any JSON of a type's shape, with the values that nobody expects."""

    def json(self, depth=3):
        kind = self.choice(
            ["text", "number", "none", "list", "dict"] if depth else ["text", "number", "none"]
        )
        match kind:
            case "text":
                return self.choice(TEXTS)
            case "number":
                return self.choice(FLOATS)
            case "list":
                return [self.json(depth - 1) for _ in range(self.randrange(3))]
            case "dict":
                return {self.choice(TEXTS): self.json(depth - 1) for _ in range(self.randrange(3))}
        return None

    def shaped(self, kind):
        origin, inner = typing.get_origin(kind), typing.get_args(kind)
        if origin is typing.Annotated:
            # Some in range, so that the event is none that is simply refused.
            return 1 if self.random() < 0.8 else self.shaped(inner[0])
        if kind is typing.Any:
            return self.json()
        if origin is list:
            return [self.shaped(inner[0]) for _ in range(self.randrange(3))]
        if origin is dict:
            return {self.choice(TEXTS): self.shaped(inner[1]) for _ in range(self.randrange(3))}
        if origin is tuple:
            return [self.shaped(one) for one in inner]
        if inner:
            return self.shaped(self.choice(inner))
        if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
            return {one.name: self.shaped(one.type) for one in msgspec.structs.fields(kind)}
        plain = {int: NUMBERS, float: FLOATS, str: TEXTS, bool: [True, False], type(None): [None]}
        return self.choice(plain[kind])

    def line(self, kind):
        return msgspec.json.encode(self.shaped(kind) | {"kind": kind.__struct_config__.tag}) + b"\n"


OF_JOURNALS = [
    kind
    for kind in events.AnyEvent.__args__
    if not issubclass(
        kind,
        events.JournalOpened | events.ModelVersion | events.Promotion | events.BatchStarted
        | events.BatchResumed | events.BatchEnded,
    )
]  # fmt: skip


@pytest.mark.parametrize("seed", range(4))
def test_no_event_of_any_shape_stands_in_the_way(tmp_path, seed):
    home, chance = Store.open(tmp_path / "s"), Chance(seed)
    make_runs(home, 1, params=1, metrics=1)
    run_id = ids.new_id()
    writer = home.writer(run_id)
    writer.append(events.RunStarted(run_id=run_id, name="n", experiment="e", run_kind="script"))
    (journal,) = [one for one in reading.listing(home.journals).sizes if one.subject == run_id]
    with journal.events_path.open("ab") as file:
        for kind in OF_JOURNALS * 10:
            file.write(events.seal(chance.line(kind)))
    writer.close()
    make_runs(home, 1, params=1, metrics=1)
    names = {row["run_id"] for row in query.run_page(home).rows}
    assert len(names | {run_id}) == 3
    before = relations(home)
    query.runs_frame(home)
    if run_id in names:
        query.record(home, run_id)
        query.cells(home, run_id)
    care.verify(home)
    home.database.unlink()
    answers.forget()
    assert relations(home) == before


@pytest.mark.parametrize("seed", range(4))
def test_no_record_of_the_registry_stands_in_the_way_of_questions(tmp_path, seed):
    home, chance = Store.open(tmp_path / "s"), Chance(seed)
    make_runs(home, 1, params=1, metrics=1)
    kinds = [
        events.ModelVersion,
        events.Promotion,
        events.BatchStarted,
        events.BatchResumed,
        events.BatchEnded,
    ]
    home.registry.path.write_bytes(b"".join(chance.line(kind) for kind in kinds * 10))
    assert query.run_page(home).total == 1
    query.models(home)
    care.verify(home)


@pytest.mark.parametrize(
    "line",
    [
        b'{"kind":"artifact","name":"x","artifact_kind":"file","media_type":"m","bytes":1,"sha256":"0","metadata":%s}'
        % (b'{"a":' * 5000 + b"1" + b"}" * 5000),
        b'{"kind":"mood","time":1%s}' % (b"0" * 30),
        b'{"kind":"note","text":"\\ud800","time":1}',
        b"\xff\xfe",
        b"[" * 100_000,
    ],
)
def test_a_line_that_nothing_can_be_made_of_costs_itself_alone(store, begin, ended, line):
    run_id, writer = begin()
    (journal,) = reading.listing(store.journals).sizes
    with journal.events_path.open("ab") as file:
        file.write(events.seal(line + b"\n"))
    writer._events.size = journal.events_path.stat().st_size
    writer.append(events.Note(text="after it"), ended)
    writer.close()
    found = query.record(store, run_id)
    assert (found["note"], found["status"]) == ("after it", "finished")
    assert [one.problem for one in care.verify(store)] == ["1 damaged lines"]


def test_points_of_no_time_are_none(store, begin, ended):
    run_id, writer = begin()
    writer.point("m", 1.0, 1)
    (journal,) = reading.listing(store.journals).sizes
    with journal.points_path.open("ab") as file:
        for time in (2**63 - 1, -(2**63), -1, points.LATEST + 1):
            file.write(points.pack(1, 0, 2, time, 2.0))
    assert query.history(store, run_id, "m").values.tolist() == [1.0]
    assert query.sql(store, "SELECT time FROM points").num_rows == 1
    writer._points.size = journal.points_path.stat().st_size
    writer.append(ended)
    writer.close()
    assert query.sql(store, "SELECT time FROM points").num_rows == 1


@pytest.mark.parametrize("alone", [True, False])
def test_a_journal_that_brings_the_fold_down_is_set_aside(store, begin, ended, monkeypatch, alone):
    """Whatever the reason: here a value that nobody has thought of."""
    make_runs(store, 2)
    run_id, writer = begin(name="the bad one")
    writer.append(ended)
    writer.close()
    make_runs(store, 2)
    apply = ingest.rows.fold.apply

    def failing(run, event, writer, additions):
        apply(run, event, writer, additions)
        if run.columns.get("name") == "the bad one":
            run.columns["first_cell"] = 10**30

    with monkeypatch.context() as context:
        context.setattr(ingest.rows.fold, "apply", failing)
        if alone:
            context.setattr(answers, "FOLD_PATIENCE", 0.01)
            with ingest.alone(store):
                assert query.run_page(store).total == 4
        for _ in range(2):
            assert query.run_page(store).total == 4
            (finding,) = care.verify(store)
            assert (finding.where.split(".")[0], finding.problem.split(":")[0]) == (run_id, ingest.ASIDE)
            store.database.unlink()
            answers.forget()
    care.rebuild(store)
    assert query.run_page(store).total == 5


def test_what_hinders_the_fold_itself_is_no_fault_of_a_journal(store, monkeypatch):
    make_runs(store, 2)

    def full(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as context:
        context.setattr(ingest, "commit", full)
        with pytest.raises((OSError, Corrupt)):
            ingest.fold(store)
    assert query.run_page(store).total == 2
    assert care.verify(store) == []
