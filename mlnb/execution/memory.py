"""How much memory and how many cores there are, and what a process takes of them.

A container is given less than its machine has: what its control group allows counts, where there is one.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psutil

GROUP: Final = Path("/sys/fs/cgroup")
KEPT_FREE: Final = 0.05
"""The share of the memory that is left to everything else."""


@dataclass(frozen=True)
class Used:
    """Bytes of a process in memory: `now`, and at its `peak`; 0 of one that is gone."""

    now: int = 0
    peak: int = 0


def cores() -> int:
    """The cores that this process may use: affinity and a container's quota are seen to."""
    import joblib

    return int(joblib.cpu_count())


def available(group: Path = GROUP) -> int:
    """Bytes that new processes may take before something has to give."""
    machine = psutil.virtual_memory()
    free, total = machine.available, machine.total
    limit = _number(group / "memory.max")
    used = _number(group / "memory.current")
    if limit is not None and used is not None and limit < total:
        total = limit
        free = min(free, limit - used + _file_cache(group / "memory.stat"))
    return max(0, int(free - KEPT_FREE * total))


def measure(pid: int) -> Used:
    """What a process takes."""
    try:
        now = psutil.Process(pid).memory_info()
    except psutil.Error:
        return Used()
    return Used(now.rss, max(now.rss, getattr(now, "peak_wset", 0), _high_water(pid)))


def _high_water(pid: int) -> int:
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    except OSError:
        return 0
    for line in status.splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    return 0


def _number(file: Path) -> int | None:
    try:
        return int(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):  # no control groups, or "max"
        return None


def _file_cache(file: Path) -> int:
    # the kernel gives this back before anybody goes without
    try:
        pairs = dict(line.split() for line in file.read_text(encoding="utf-8").splitlines())
    except (OSError, ValueError):
        return 0
    return int(pairs.get("inactive_file", 0))
