"""What a machine has, and how many runs fit into it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import psutil
import pytest

from mlnb.execution import memory
from mlnb.execution.executors import Options
from mlnb.execution.local import LocalExecutor

GB = 1 << 30


def test_a_process_is_measured_at_its_peak() -> None:
    big = bytearray(64 << 20)
    before = memory.measure(os.getpid())
    del big
    assert before.now >= 64 << 20
    assert memory.measure(os.getpid()).peak >= 0.9 * before.now  # the kernel counts in batches
    assert memory.measure(2**22 + 1) == memory.Used()


def test_a_containers_limit_counts_and_its_file_cache_does_not(tmp_path: Path) -> None:
    (tmp_path / "memory.max").write_text(f"{1 << 20}\n")
    (tmp_path / "memory.current").write_text(f"{1 << 19}\n")
    (tmp_path / "memory.stat").write_text(f"anon 7\ninactive_file {1 << 18}\n")
    assert memory.available(tmp_path) == int((1 << 19) + (1 << 18) - memory.KEPT_FREE * (1 << 20))
    (tmp_path / "memory.max").write_text("max\n")
    assert memory.available(tmp_path) > 1 << 20
    assert memory.cores() >= 1
    assert psutil.virtual_memory().total > memory.available()


class Worker:
    kernel = 1


@pytest.mark.parametrize(
    ("running", "used", "free", "room"),
    [
        (0, memory.Used(), 0, True),  # the first run is not kept waiting
        (1, memory.Used(), 64 * GB, False),  # it has not shown yet what it needs
        (1, memory.Used(2 * GB, 2 * GB), 3 * GB, True),
        (1, memory.Used(2 * GB, 2 * GB), 1 * GB, False),
        (2, memory.Used(1 * GB, 2 * GB), 3 * GB, False),  # both may grow to their peak again
    ],
)
def test_another_worker_starts_where_a_run_like_the_first_fits(
    monkeypatch: Any, running: int, used: memory.Used, free: int, room: bool
) -> None:
    monkeypatch.setattr(memory, "cores", lambda: 4)
    monkeypatch.setattr(memory, "available", lambda: free)
    monkeypatch.setattr(memory, "measure", lambda _: used)
    executor: Any = LocalExecutor(Options(workers=None, jobs=16))
    executor._workers = [Worker()] * running
    executor._began -= 0 if used.peak == 0 else 3600
    assert executor._has_room() is room


def test_who_says_how_many_workers_gets_them(monkeypatch: Any) -> None:
    monkeypatch.setattr(memory, "available", lambda: 0)
    executor: Any = LocalExecutor(Options(workers=3, jobs=16))
    executor._workers = [Worker()]
    assert executor._has_room()
