"""A snapshot is the object at one moment, within what the cell may be kept waiting; or it is refused in words."""

from __future__ import annotations

import pickle
import tempfile
import time
from pathlib import Path

import numpy as np
import pytest

from mlnb.capture.snapshots import Allowance, NotTaken, take

MUCH = 1 << 30


def test_a_cell_may_be_kept_waiting_for_fifteen_milliseconds_and_two_hundredths_of_its_time():
    assert Allowance.of_cell(0.0).left == pytest.approx(0.012)
    assert Allowance.of_cell(10.0, spent=0.1).left == pytest.approx(0.092)
    assert Allowance.of_cell(0.0, spent=0.1).left == pytest.approx(0.004)


def test_what_is_done_to_the_object_later_does_not_reach_it():
    values = np.arange(1000.0)
    with tempfile.TemporaryFile(buffering=0) as file:
        take({"values": values, "f": lambda a: a * 2}, file, Allowance(5.0), MUCH)
        values[:] = 0
        file.seek(0)
        taken = pickle.load(file)
    assert taken["values"].sum() == 499500
    assert taken["f"](3) == 6


def test_the_same_allowance_is_spent_by_one_after_the_other():
    allowance = Allowance(5.0)
    with tempfile.TemporaryFile(buffering=0) as file:
        take([str(number) for number in range(100_000)], file, allowance, MUCH)
        assert 0 < allowance.left < 5.0
        allowance.left = 0.0
        with pytest.raises(NotTaken, match="longer than the 0 ms that are left"):
            take(np.zeros(1_000_000), file, allowance, MUCH)


def test_it_stops_where_the_time_is_over():
    began = time.thread_time()
    with tempfile.TemporaryFile(buffering=0) as file, pytest.raises(NotTaken, match="longer than the 10 ms"):
        take([object() for _ in range(3_000_000)], file, Allowance(0.01), MUCH)
    made = time.thread_time() - began
    began = time.thread_time()
    pickle.dumps([object() for _ in range(3_000_000)], protocol=5)
    assert made < (time.thread_time() - began) / 2


def test_what_is_too_large_is_refused():
    with tempfile.TemporaryFile(buffering=0) as file:
        with pytest.raises(NotTaken, match="over the limit of 1 MB"):
            take(np.zeros(1 << 20), file, Allowance(5.0), 1 << 20)
        assert file.tell() <= 1 << 20


def test_what_cannot_be_pickled_is_refused_with_its_reason():
    with (
        tempfile.TemporaryFile(buffering=0) as file,
        pytest.raises(NotTaken, match=r"can't be pickled.*generator"),
    ):
        take((n for n in range(3)), file, Allowance(5.0), MUCH)


def test_a_full_disk_is_said():
    with Path("/dev/full").open("wb", buffering=0) as full, pytest.raises(NotTaken, match="no room"):
        take(np.zeros(100_000), full, Allowance(5.0), MUCH)
