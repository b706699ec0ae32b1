"""The live view: what it sees of a cell that runs, and what it does when asked to stop it."""

from __future__ import annotations

import io
import threading
from types import SimpleNamespace

import numpy as np
import pytest

from mlnb.store import control
from mlnb.tracking import start
from mlnb.tracking.session import Going
from mlnb.widgets import bundle, live, live_view
from mlnb.widgets.seen import MOST_POINTS, Line, Seen

LONG = 60.0
RECORDER = SimpleNamespace(notes=[], turns=lambda: None)


@pytest.mark.parametrize("chunk", [7, 1000, 50_000])
def test_a_curve_of_any_length_keeps_its_extremes_in_few_points(chunk):
    values = np.sin(np.arange(50_000) / 500)
    values[31_234] = 9.0
    values[100] = np.nan
    line = Line("loss")
    for at in range(0, len(values), chunk):
        line.add(np.arange(at, min(at + chunk, len(values))), values[at : at + chunk])
    shape = line.shape()
    assert len(shape.steps) <= MOST_POINTS + 1
    assert shape.steps == sorted(shape.steps)
    assert shape.steps[-1] == shape.count - 1
    assert 9.0 in shape.values


def test_points_that_are_logged_are_seen_while_the_run_goes_on(store):
    with start(store=store) as run:
        seen = Seen(run.follow(), RECORDER)
        for step in range(5):
            run.metric("loss", 1 / (step + 1))
        (shape,) = seen.look(1.0).curves
        assert (shape.name, shape.steps, shape.count) == ("loss", [0, 1, 2, 3, 4], 5)
        run.history("acc", [0.5, 0.6])
        assert [one.name for one in seen.look(2.0).curves] == ["loss", "acc"]


def test_what_a_loop_assigns_is_seen_as_it_is_told_and_goes_when_it_is_withdrawn(store):
    with start(store=store) as run:
        seen = Seen(run.follow(), RECORDER)
        loss, tmp, single = (run.journal.tell(name, "assigned") for name in ("loss", "tmp", "acc"))
        for step in range(200):
            run.journal.point(tmp, 0.0)
            run.journal.point(loss, 1 / (step + 1))
        run.journal.point(single, 0.9)
        assert [(one.name, one.count) for one in seen.look(1.0).curves] == [("loss", 200), ("tmp", 200)]
        run.journal.withdraw([tmp])
        assert [one.name for one in seen.look(2.0).curves] == ["loss"]


def test_bars_of_tqdm_are_seen_with_no_call(store):
    from tqdm import tqdm

    with start(store=store) as run, tqdm(total=3, file=io.StringIO()):  # one from before the cell
        seen = Seen(run.follow(), RECORDER)
        with tqdm(total=10, desc="train", file=io.StringIO()) as bar:
            bar.update(4)
            (found,) = seen.look(1.0).bars
            assert (found.label, found.done, found.total) == ("train", 4, 10)
        assert seen.look(1.0).bars == []


class Screen:
    """What a kernel's publisher is to a view."""

    def __init__(self) -> None:
        self.shown: list[tuple[bool, dict]] = []
        self.news = threading.Event()

    def publish(self, *, data, metadata, transient, update):
        assert metadata == {}
        self.shown.append((update, data))
        self.news.set()


@pytest.fixture
def screen(monkeypatch):
    monkeypatch.setattr(live, "PATIENCE", 0.01)
    return Screen()


def test_a_view_is_one_display_that_ends_with_its_cell(store, screen):
    views = live.LiveViews(SimpleNamespace(display_pub=screen))
    with start("long", store=store) as run:
        run.history("loss", [3.0, 2.0])
        views.cell_begins(Going(run, RECORDER, notebook=True))
        assert screen.news.wait(LONG)
        views.cell_ends("finished")
    updates, forms = zip(*screen.shown, strict=True)
    assert updates[0] is False
    assert all(updates[1:])
    assert forms[0][bundle.VIEW]["status"] == "running"
    assert forms[-1][bundle.VIEW]["status"] == "finished"
    assert "<svg" in forms[-1]["text/html"]
    assert "finished" in forms[-1]["text/plain"]


def test_outputs_that_somebody_collects_are_left_alone(store, screen):
    shell = SimpleNamespace(display_pub=screen)
    views = live.LiveViews(shell)
    with start(store=store) as run:
        shell.display_pub = other = Screen()
        views.cell_begins(Going(run, RECORDER, notebook=True))
        shell.display_pub = screen
        assert not other.news.wait(0.1)
        views.cell_ends("finished")
    assert screen.shown == other.shown == []


def test_a_run_that_is_asked_to_stop_is_interrupted_even_where_nothing_is_shown(store, screen):
    views = live.LiveViews(SimpleNamespace(display_pub=screen))
    run = start(store=store)
    views.cell_begins(Going(run, RECORDER, notebook=False))
    control.ask_to_stop(store, run.run_id)
    with pytest.raises(KeyboardInterrupt):
        threading.Event().wait(LONG)
    views.cell_ends("failed")
    assert not control.is_asked_to_stop(store, run.run_id)
    assert screen.shown == []
    run.finish("failed")


def test_stop_is_heard_also_where_the_display_is_broken(store, screen):
    def fail(**_):
        screen.news.set()
        raise RuntimeError("no front end")

    screen.publish = fail
    views = live.LiveViews(SimpleNamespace(display_pub=screen))
    run = start(store=store)
    run.history("loss", [3.0, 2.0])
    views.cell_begins(Going(run, RECORDER, notebook=True))
    assert screen.news.wait(LONG)
    control.ask_to_stop(store, run.run_id)
    with pytest.raises(KeyboardInterrupt):
        threading.Event().wait(LONG)
    views.cell_ends("failed")
    run.finish("failed")


def test_a_view_whose_update_failed_still_says_that_its_cell_has_ended(store, screen, monkeypatch):
    views = live.LiveViews(SimpleNamespace(display_pub=screen))
    with start(store=store) as run:
        run.history("loss", [3.0, 2.0])
        views.cell_begins(Going(run, RECORDER, notebook=True))
        assert screen.news.wait(LONG)
        view, shown = views._view, live_view.forms_of
        monkeypatch.setattr(live_view, "forms_of", lambda *_: 1 / 0)
        while not view._broken:
            threading.Event().wait(0.01)
        monkeypatch.setattr(live_view, "forms_of", shown)
        views.cell_ends("finished")
    assert screen.shown[-1][1][bundle.VIEW]["status"] == "finished"
