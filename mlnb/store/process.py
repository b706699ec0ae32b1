"""Who writes a journal, and whether they still live.

A writer is a process of one boot of one machine. What tells is the lock on its `.alive` file, which the operating
system frees when it dies: whoever gets that lock knows that nobody writes there any more, and nothing is taken away
without it. The process's number says less: it counts only in the namespace that it comes from (a container has
one of its own), and it is used again. So a process is known by its namespace and by its birth in ticks since the
machine's boot, which no step of the clock changes.

`dead` is certain; `silent` is a guess that may be taken back: the lock is held by what a dead process left behind, or
the machine is another one and nothing was heard from it for long.
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
"""Seconds without a sign after which a writer on another machine counts as dead."""

SIGN_EVERY: Final = 60.0
"""Seconds between two signs of life of a writer that has nothing to log."""

Life = Literal["alive", "dead", "silent"]


@dataclass(frozen=True)
class Process:
    """`namespace` is the one that its pid is counted in, `born` when it started: both None where that can't be known,
    as in what an older mlnb wrote."""

    host: str
    boot_id: str
    pid: int
    namespace: str | None = None
    born: int | None = None


def current() -> Process:
    """This process."""
    return Process(host(), boot_id(), os.getpid(), namespace(), _own_birth())


def new_writer() -> str:
    """A name for one writer, unique among all processes of all hosts; has no dot."""
    plain = re.sub(r"[^A-Za-z0-9_-]+", "-", host())[:40] or "host"
    return f"{plain}-{os.getpid()}-{os.urandom(5).hex()}"


def life(writer: Process, alive: Path, last_sign: float) -> Life:
    """Whether the writer lives. `alive` is its lock file and `last_sign` the time of its last sign, in seconds since
    1970."""
    held = locks.is_held(alive)
    if is_here(writer):
        if not held:
            return "dead"
        return "silent" if is_gone(writer) else "alive"
    return "alive" if held or time.time() - last_sign <= SILENCE else "silent"


def is_here(process: Process) -> bool:
    """Whether it belongs to this boot of this machine, so that its locks are seen here for certain."""
    return process.boot_id == boot_id() and process.host == host()


def is_gone(process: Process) -> bool | None:
    """Whether it has ended; None where it can't be looked at from here."""
    if not is_here(process) or process.born is None or process.namespace != namespace():
        return None
    if not _sees_itself():
        return None
    return _birth(process.pid) != process.born


@functools.cache
def host() -> str:
    return socket.gethostname()


@functools.cache
def boot_id() -> str:
    """What distinguishes this boot of the machine from others."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        import psutil

        return str(round(psutil.boot_time()))


def namespace() -> str | None:
    """The namespace that process numbers are counted in here; `-` where a system has but one."""
    try:
        return os.readlink("/proc/self/ns/pid")  # noqa: PTH115 - not a path, though it looks like one
    except OSError:
        return None if _has_proc() else "-"


def _own_birth() -> int | None:
    # `self` is right in any namespace; a number may be counted in another one than this process's own.
    return _ticks("self") if _has_proc() else _created(os.getpid())


def _birth(pid: int) -> int | None:
    """When a process was born; None where there is none, or it only waits to be reaped."""
    return _ticks(str(pid)) if _has_proc() else _created(pid)


def _ticks(pid: str) -> int | None:
    try:
        text = Path(f"/proc/{pid}/stat").read_bytes()
    except OSError:
        return None
    state, *rest = text[text.rfind(b")") + 2 :].split()  # the name before it may hold anything
    return None if state in (b"Z", b"X") else int(rest[18])


def _created(pid: int) -> int | None:
    import psutil

    try:
        process = psutil.Process(pid)
        return None if process.status() == psutil.STATUS_ZOMBIE else round(process.create_time() * 1000)
    except psutil.Error:
        return None


@functools.cache
def _has_proc() -> bool:
    return Path("/proc/self/stat").exists()


def _sees_itself() -> bool:
    """Whether `/proc` counts as this process does: it may be mounted from outside."""
    if not _has_proc():
        return True
    try:
        return os.readlink("/proc/self") == str(os.getpid())  # noqa: PTH115
    except OSError:
        return False
