"""Whether a process, as it is now, may be forked into kernels.

A fork copies one thread. What other threads were doing is lost: Python's own, a GPU runtime's, an OpenMP
region's. Pools that libraries make anew in a forked child don't count.
"""

from __future__ import annotations

import contextlib
import sys
import threading
from pathlib import Path
from typing import Final

TASKS: Final = Path("/proc/self/task")
DESCRIPTORS: Final = Path("/proc/self/fd")
HARMLESS_THREADS: Final = frozenset({"jemalloc_bg_thd"})
"""Threads of libraries that start them anew in a forked child (jemalloc, which PyArrow brings)."""


def find_refusal() -> str | None:
    """Why this process, as it is now, must not be forked."""
    others = [thread.name for thread in threading.enumerate() if thread is not threading.main_thread()]
    if others:
        return f"an import started the thread {others[0]!r}"
    if _holds_a_device():
        return "an import initialised the GPU"
    extra = _native_threads() - _blas_threads()
    if extra > 0:
        return f"an import started {extra} native threads"
    return None


def _holds_a_device() -> bool:
    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_initialized():
        return True
    for entry in DESCRIPTORS.iterdir() if DESCRIPTORS.is_dir() else ():
        with contextlib.suppress(OSError):
            if str(entry.readlink()).startswith(("/dev/nvidia", "/dev/kfd", "/dev/dri")):
                return True
    return False


def _native_threads() -> int:
    if not TASKS.is_dir():
        return 0
    names = [_thread_name(task) for task in TASKS.iterdir()]
    return sum(name not in HARMLESS_THREADS for name in names) - 1


def _thread_name(task: Path) -> str:
    try:
        return (task / "comm").read_text(encoding="utf-8").strip()
    except OSError:
        return ""


def _blas_threads() -> int:
    """Threads of BLAS's own pools: these come with NumPy's import and are made anew after a fork."""
    try:
        import threadpoolctl
    except ImportError:
        return 0
    pools = threadpoolctl.threadpool_info()
    return sum(pool["num_threads"] - 1 for pool in pools if pool["user_api"] == "blas")
