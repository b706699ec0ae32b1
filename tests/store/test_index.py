"""The index is open for one question, and never twice in one process."""

import multiprocessing
import os
import signal
import sys
import threading
from pathlib import Path

import duckdb
import pytest

from mlnb.errors import Busy
from mlnb.store import answers, index, ingest, query
from mlnb.testing import make_runs


@pytest.fixture
def folded(store):
    make_runs(store, 2)
    ingest.fold(store)
    return store


def open_files():
    return {os.path.realpath(place) for place in Path("/dev/fd").iterdir()}


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /dev/fd")
def test_after_a_question_the_file_is_closed(folded):
    with index.reading(folded.database):
        assert str(folded.database.resolve()) in open_files()
    assert str(folded.database.resolve()) not in open_files()


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /dev/fd")
def test_a_question_that_fails_closes_it_too(folded):
    with pytest.raises(duckdb.Error), index.reading(folded.database) as connection:
        connection.execute("BEGIN; SELECT * FROM nowhere")
    assert str(folded.database.resolve()) not in open_files()
    assert query.run_page(folded).total == 2


@pytest.mark.parametrize("read_only", [True, False])
def test_a_connection_of_ones_own_in_this_process_keeps_its_lock(folded, read_only):
    """Opened beside it and closed, the file would lose the lock that the other connection relies on."""
    with (
        duckdb.connect(str(folded.database), read_only=read_only),
        pytest.raises(Busy, match="in this process"),
        index.reading(folded.database, patience=0),
    ):
        pass


def test_temporary_tables_end_with_the_question(folded):
    for _ in range(2):
        with index.reading(folded.database) as connection:
            connection.execute("CREATE TEMP TABLE mine AS SELECT 1")


def test_two_stores_are_asked_in_turn(folded, tmp_path):
    from mlnb.store import Store

    other = Store.open(tmp_path / "other")
    make_runs(other, 3)
    totals = []
    for store in (folded, other, folded):
        answers.forget()
        totals.append(query.run_page(store).total)
    assert totals == [2, 3, 2]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_forked_child_asks_with_a_duckdb_of_its_own(folded):
    assert query.run_page(folded).total == 2
    answers.forget()
    with multiprocessing.get_context("fork").Pool(1) as pool:
        assert pool.apply_async(query.run_page, (folded,)).get(timeout=120).total == 2
    answers.forget()
    assert query.run_page(folded).total == 2


@pytest.mark.skipif(sys.platform == "win32", reason="sends itself a signal")
def test_ctrl_c_during_a_query_is_ctrl_c(folded):
    threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()
    with pytest.raises(KeyboardInterrupt), index.reading(folded.database) as connection:
        connection.execute("SELECT sum(hash(range)) FROM range(1000000000000)").fetchall()
