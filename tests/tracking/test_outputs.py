"""What a cell has printed is in its run's journal while it runs."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

from mlnb.store import Store, query
from mlnb.tracking import outputs, start
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
    words = outputs.LastWords(run)
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
    last_words.add("first\n")
    last_words.sync()
    last_words._next = 0.0
    last_words.add("x" * outputs.LAST_TEXT)
    last_words.sync()
    assert printed(last_words) == "x" * outputs.LAST_TEXT


def test_what_is_not_news_is_not_written(last_words):
    last_words.add("once\n")
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
        last_words.add(f"{clock}" + "x" * outputs.LAST_TEXT)
        last_words.add("\n")
        last_words.sync()
    assert last_words._run._writer._events.size < 12 << 20


def test_when_the_cell_is_over_nothing_more_is_written(last_words):
    last_words.start()
    last_words.stop()
    last_words.add("late")
    last_words.sync()
    assert printed(last_words) == ""


def test_all_that_a_cell_printed_is_read_when_it_has_ended(shell, tmp_path):
    shell.run_cell("%%track\nprint('done')", store_history=True)
    store = Store.open(tmp_path / ".mlnb")
    (row,) = query.run_page(store).rows
    record = RunRecord(store, row["run_id"])
    assert (record.output, query.record(store, row["run_id"])["output"]) == ("done\n", None)
