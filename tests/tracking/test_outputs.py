"""What a cell has printed is in its run's journal while it runs."""

from __future__ import annotations

import io
import subprocess
import sys
import time
import weakref

import pytest

from mlnb.store import Store, query
from mlnb.tracking import outputs, start
from mlnb.tracking.printed import MANY, MOST_TEXT, Printed
from mlnb.tracking.records import RunRecord

CELL = r"""%%track
import sys
print("epoch 1")
print("50 %\r100 %")
print("epoch 2")
sys.stdin.read()
"""
KERNEL = f"""
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
shell.run_line_magic("load_ext", "mlnb")
shell.run_cell({CELL!r})
"""


@pytest.fixture
def last_words(store):
    run = start(store=store)
    words = outputs.LastWords(run, Printed())
    yield words
    run.finish()


def printed(words):
    return RunRecord(words._run.store, words._run.run_id).output


def test_a_killed_cell_leaves_its_last_output(tmp_path):
    kernel = subprocess.Popen(
        [sys.executable, "-c", KERNEL], cwd=tmp_path, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL
    )
    store = Store.open(tmp_path / ".mlnb")

    def output():
        rows = query.sql(store, "SELECT text FROM outputs").to_pylist()
        return rows[0]["text"] if rows else ""

    try:
        end = time.monotonic() + 120
        while "epoch 2" not in output():
            assert kernel.poll() is None
            assert time.monotonic() < end
            time.sleep(0.05)
    finally:
        kernel.kill()
        kernel.communicate()
    (row,) = query.run_page(store).rows
    record = RunRecord(store, row["run_id"])
    assert (row["status"], record.output) == ("killed", "epoch 1\n100 %\nepoch 2\n")
    assert repr(record).endswith("output  … epoch 2")


def test_the_end_of_what_was_printed_is_kept(last_words):
    last_words._printed.add("first\n")
    last_words.sync()
    last_words._next = 0.0
    last_words._printed.add("x" * outputs.LAST_TEXT)
    last_words.sync()
    assert printed(last_words) == "x" * outputs.LAST_TEXT


def test_all_that_passes_is_kept_once_and_in_its_order():
    printed, stream = Printed(), io.StringIO()
    write = printed.passing(stream.write)
    pieces = [f"{number} " * (200 if number % 1000 == 0 else 1) for number in range(20_000)]
    for count, piece in enumerate(pieces):
        assert write(piece) == len(piece)
        if count % 777 == 0:
            assert printed.end.endswith(piece)
    whole = "".join(pieces)
    assert (stream.getvalue(), printed.text) == (whole, whole)
    assert printed.end == whole[-len(printed.end) :]
    assert len(printed.end) > outputs.LAST_TEXT


def test_what_waits_is_bounded_and_no_object_of_the_users_is_among_it():
    class Text(str):
        __slots__ = ("__weakref__",)

    printed = Printed()
    write = printed.passing(len)
    for _ in range(3 * MANY):
        write("x")
    write("y" * 2 * MOST_TEXT)
    assert len(printed._pieces) <= MANY
    one = Text("mine")
    write(one)
    gone = weakref.ref(one)
    del one
    assert gone() is None
    for _ in range(10):
        write("z" * MOST_TEXT)
    assert len(printed.text) <= 3 * MOST_TEXT
    assert printed.end.endswith("z")


@pytest.mark.parametrize("given", [((), {}), ((5,), {}), (("a", "b"), {}), ((), {"string": "a"})])
def test_a_stream_is_asked_what_it_is_asked(given):
    """And says what is wrong with it in its own words."""
    (args, named), seen = given, []

    def write(*args, **named):
        seen.append((args, named))

    Printed().passing(write)(*args, **named)
    assert seen == [given]


def test_what_is_not_news_is_not_written(last_words):
    last_words._printed.add("once\n")
    for _ in range(3):
        last_words._next = 0.0
        last_words.sync()
    events = last_words._run._writer._events.path.read_text()
    assert events.count('"output"') == 1


def test_a_cell_that_never_stops_printing_writes_ever_more_seldom(last_words, monkeypatch):
    clock = 0.0
    monkeypatch.setattr(outputs.time, "monotonic", lambda: clock)
    while clock < 36_000:
        clock = max(clock + 1, last_words._next)
        last_words._printed.add(f"{clock}" + "x" * outputs.LAST_TEXT)
        last_words._printed.add("\n")
        last_words.sync()
    assert last_words._run._writer._events.size < 12 << 20


def test_when_the_cell_is_over_nothing_more_is_written(last_words):
    last_words.start()
    last_words.stop()
    last_words._printed.add("late")
    last_words.sync()
    assert printed(last_words) == ""


def test_all_that_a_cell_printed_is_read_when_it_has_ended(shell, tmp_path):
    shell.run_cell("%%track\nprint('done')", store_history=True)
    store = Store.open(tmp_path / ".mlnb")
    (row,) = query.run_page(store).rows
    record = RunRecord(store, row["run_id"])
    assert (record.output, query.record(store, row["run_id"])["output"]) == ("done\n", None)
