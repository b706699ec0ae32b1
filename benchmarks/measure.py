"""How things are measured: medians of repeated deeds, single calls by the nanosecond, CPU time apart.

Imports nothing but the standard library: the peers' environments load it too.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable


def calls(deed: Callable[[int], object], count: int) -> dict[str, float]:
    """One deed `count` times: µs of a call (p50, p99), and CPU µs of all threads divided among the calls."""
    clock = time.perf_counter_ns
    took = [0] * count
    cpu = time.process_time_ns()
    for number in range(count):
        began = clock()
        deed(number)
        took[number] = clock() - began
    cpu = time.process_time_ns() - cpu
    took.sort()
    return {
        "p50_us": took[count // 2] / 1e3,
        "p99_us": took[min(count - 1, int(count * 0.99))] / 1e3,
        "cpu_us": cpu / count / 1e3,
    }


def amortised(deed: Callable[[int], object], count: int) -> float:
    """CPU µs of one deed among many, without the cost of looking at the clock."""
    began = time.process_time_ns()
    for number in range(count):
        deed(number)
    return (time.process_time_ns() - began) / count / 1e3


def all_cpu() -> float:
    """CPU seconds so far of this process and of those that it has waited for."""
    times = os.times()
    return time.process_time() + times.children_user + times.children_system


def seconds(deed: Callable[[], object], times: int = 5) -> dict[str, float]:
    """A deed several times: the least and the median of its seconds, and the median of its CPU seconds."""
    took, cpu = [], []
    for _ in range(times):
        began, cpu_began = time.perf_counter(), time.process_time()
        deed()
        took.append(time.perf_counter() - began)
        cpu.append(time.process_time() - cpu_began)
    return {"min": min(took), "median": statistics.median(took), "cpu": statistics.median(cpu)}
