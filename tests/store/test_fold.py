"""The algebra of folding: the same rows whatever the order and the portions in which events come."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from mlnb import events
from mlnb.store import fold, summary
from mlnb.store.points import LAYOUT

NAMES = st.sampled_from(["lr", "LR", "ünïcode", ""])
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
ENDS = st.builds(
    events.RunEnded, status=st.sampled_from(["finished", "failed"]), duration=st.floats(0, 9), error=TEXTS
)
STARTS = st.builds(
    events.RunStarted, run_id=st.just("r"), name=TEXTS, experiment=TEXTS, run_kind=st.just("cell")
)
PARAMS = st.builds(
    events.Params, items=st.lists(st.builds(events.Param, name=NAMES, value=TEXTS, type=st.just("str")))
)
CHANGES = st.one_of(
    STARTS,
    ENDS,
    PARAMS,
    st.builds(events.Tag, key=NAMES, value=st.one_of(st.none(), TEXTS)),
    st.builds(events.Note, text=TEXTS),
    st.builds(events.Output, text=TEXTS),
    st.builds(events.Unseen, problems=st.lists(st.tuples(NAMES, TEXTS), max_size=2)),
    st.builds(events.Renamed, name=TEXTS),
    st.builds(events.Deleted),
    st.builds(events.GitState, commit=TEXTS, dirty=st.booleans()),
    st.builds(events.Verdict, against=TEXTS, part=TEXTS, outcome=TEXTS),
)


@st.composite
def journals(draw):
    """Some writers' journals about one run: times never go back within one, and often collide."""
    made = []
    for writer in range(draw(st.integers(1, 3))):
        time = 0
        for seq, event in enumerate(draw(st.lists(CHANGES, max_size=6))):
            time += draw(st.integers(0, 2))
            line = events.encode(event, time=time, seq=seq)
            made.append((f"w{writer}", events.decode(line)))
    return made


def folded(written):
    run, additions = fold.Run(1, "r"), fold.Additions()
    for writer, event in written:
        fold.apply(run, event, writer, additions)
    rows = {table: sorted(map(repr, found)) for table, found in additions.rows.items()}
    return run.columns, run.stamps, run.params, run.tags, run.output, run.unseen, rows


@given(journals(), st.randoms())
def test_any_order_of_journals_gives_the_same_run(written, chance):
    """Events of one journal come in their order; those of different journals in any."""
    by_writer = {writer: iter([e for w, e in written if w == writer]) for writer, _ in written}
    order = [writer for writer, _ in written]
    chance.shuffle(order)
    assert folded((writer, next(by_writer[writer])) for writer in order) == folded(written)


@given(st.lists(ENDS, min_size=1, max_size=3), st.floats(0, 100))
def test_an_end_takes_back_what_silence_said(ends, silence):
    run, additions = fold.Run(1, "r"), fold.Additions()
    fold.apply(run, events.RunStarted(run_id="r", name="", experiment="", run_kind="cell"), "w", additions)
    run.owner_died(int(silence))
    assert run.is_taken_for_dead
    for seq, end in enumerate(ends):
        fold.apply(run, events.decode(events.encode(end, time=5, seq=seq)), "w", additions)
    assert (run.columns["status"], run.is_taken_for_dead) == (ends[-1].status, False)


def test_a_run_that_was_only_silent_runs_again():
    run, additions = fold.Run(1, "r"), fold.Additions()
    fold.apply(run, events.RunStarted(run_id="r", name="", experiment="", run_kind="cell"), "w", additions)
    before = dict(run.columns)
    run.owner_died(10**6)
    run.owner_lives()
    assert {key: value for key, value in run.columns.items() if value is not None} == {
        key: value for key, value in before.items() if value is not None
    }


# ---- summaries ----------------------------------------------------------------------------------

POINTS = st.lists(
    st.tuples(st.integers(-3, 3), st.integers(0, 2), st.floats(width=64)), min_size=1, max_size=12
)


def summarised(points, start=0, writer="w"):
    import numpy as np

    records = np.zeros(len(points), dtype=LAYOUT)
    for at, (step, time, value) in enumerate(points):
        records[at] = (1, 0, step, time, value)
    ((_, _, found),) = summary.summarise(records, writer, start)
    return found


@given(POINTS, st.data())
def test_parts_merge_into_the_summary_of_the_whole(points, data):
    points = [(step, at, value) for at, (step, _, value) in enumerate(points)]
    cuts = sorted(data.draw(st.sets(st.integers(1, len(points) - 1)))) if len(points) > 1 else []
    parts = [
        summarised(points[begin:end], begin) for begin, end in itertools.pairwise([0, *cuts, len(points)])
    ]
    data.draw(st.randoms()).shuffle(parts)
    merged = parts[0]
    for part in parts[1:]:
        merged = merged.merge(part)
    assert repr(merged) == repr(summarised(points))


@given(POINTS, POINTS)
def test_two_writers_merge_either_way(ours, theirs):
    a, b = summarised(ours, writer="a"), summarised(theirs, writer="b")
    assert repr(a.merge(b).last) == repr(b.merge(a).last)
    assert a.merge(b).count == len(ours) + len(theirs)


def test_the_last_value_is_that_of_the_greatest_step_logged_last():
    found = summarised([(5, 0, 1.0), (9, 1, 2.0), (9, 2, 3.0), (7, 3, 4.0)])
    assert (found.last, found.first_step, found.last_step, found.count) == (3.0, 5, 9, 4)


def test_nan_is_the_extreme_only_where_there_is_nothing_else():
    nan, inf = float("nan"), float("inf")
    some = summarised([(0, 0, nan), (1, 1, 2.0), (2, 2, -inf)])
    assert (some.min, some.max) == (-inf, 2.0)
    assert repr(summarised([(0, 0, nan)]).min) == "nan"


def test_of_two_values_of_a_name_in_one_event_the_later_holds():
    run, additions = fold.Run(1, "r"), fold.Additions()
    items = [events.Param(name="p", value=value, type="str") for value in ("first", "second")]
    fold.apply(run, events.Params(items=items, time=1, seq=1), "w", additions)
    assert run.params["p"][1].value == "second"
