"""Who writes a journal, and whether they still live.

A writer is a process of one boot of one host. Where it can be looked at (same host, same boot), a free
lock on its `.alive` file, or a lock that only a forked child still holds, means that it is dead. From
anywhere else only its silence tells, and only provisionally.
"""

from __future__ import annotations

import functools
import os
import re
import socket
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from mlnb.store import locks

SILENCE: Final = 15 * 60.0
"""Seconds without a sign after which a writer on another host counts as dead."""

Life = Literal["alive", "dead", "silent"]


@dataclass(frozen=True)
class Process:
    """`started` is the process's start time in seconds since 1970: it tells a reused pid."""

    host: str
    boot_id: str
    pid: int
    started: float


def current() -> Process:
    """This process."""
    pid = os.getpid()
    return Process(host(), boot_id(), pid, _started(pid) or 0.0)


def new_writer() -> str:
    """A name for one writer, unique among all processes of all hosts; has no dot."""
    plain = re.sub(r"[^A-Za-z0-9_-]+", "-", host())[:40] or "host"
    return f"{plain}-{os.getpid()}-{os.urandom(5).hex()}"


def life(writer: Process, alive: Path, last_sign: float) -> Life:
    """Whether the writer lives: `dead` is certain, `silent` may be taken back.

    `alive` is its lock file and `last_sign` the time of its last write, in seconds since 1970.
    """
    if writer.host == host() and writer.boot_id == boot_id():
        if not locks.is_held(alive):
            return "dead"
        return "dead" if is_gone(writer) else "alive"
    return "silent" if time.time() - last_sign > SILENCE else "alive"


def is_gone(process: Process) -> bool | None:
    """Whether it has ended; None where it can't be looked at from here."""
    if process.host != host() or process.boot_id != boot_id():
        return None
    started = _started(process.pid)
    return started is None or abs(started - process.started) > 2.0


@functools.cache
def host() -> str:
    return socket.gethostname()


@functools.cache
def boot_id() -> str:
    """What distinguishes this boot of the host from others."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        import psutil

        return str(round(psutil.boot_time()))


def _started(pid: int) -> float | None:
    import psutil

    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            return None
        return float(process.create_time())
    except psutil.NoSuchProcess:
        return None
    except psutil.AccessDenied:
        return 0.0
