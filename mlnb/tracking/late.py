"""Work that a cell needn't wait for, left to a process of our own: packages, git, models' files.

Nothing of it runs in the user's process. A kernel writes what is to be done into an unlinked temporary file and passes its
descriptor to its *keeper* (`mlnb.tracking.keeper`) over a socket; what has been passed is done even if the kernel is killed
right after. The keeper is started with the first task and is no child of the kernel's: no signal, no `wait` and no end of
the kernel's concerns it. It ends by itself when there is nothing left to do.

The kernel keeps each file until the keeper says that it is through with it. If a keeper dies, another gets what is left;
the task that it died of is tried once more, then given up, and its run says so.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Final

from mlnb.errors import StoreError
from mlnb.tracking import tasks

if TYPE_CHECKING:
    from collections.abc import Callable
    from io import FileIO

PATIENCE: Final = 50.0
"""Seconds that whoever needs what comes late waits for it."""

WAITING: Final = 256
"""Tasks that may wait; each is an open file."""

SPOOLED: Final = 1 << 30
"""Bytes that may wait."""

NUMBER: Final = struct.Struct("<q")
"""A task's number: what goes over the socket, with the file to the keeper, alone back."""

_TRIES: Final = 2
_ALONE: Final = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
_OURS_NOT: Final = ("PYTHONWARNINGS", "PYTHONSTARTUP", "PYTHONINSPECT", "PYTHONPROFILEIMPORTTIME")


class CantKeep(StoreError):
    """A task can't be handed over; the message says why."""

    code = "not_kept"


def settle_all(timeout: float = PATIENCE) -> bool:
    """Wait until all late work of this process is done; whether it is. For whoever needs what may come late."""
    return KEEPER.settle(timeout)


@dataclass
class Parcel:
    """A task in its file. `lost` is told why it can't be done, if it can't."""

    task: tasks.AnyTask
    lost: Callable[[tasks.AnyTask, str], None]
    file: FileIO
    number: int = 0
    size: int = 0
    tries: int = 0


class Keeper:
    """The kernel's side: one a process."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._socket: socket.socket | None = None
        self._said: IO[bytes] | None = None
        self._waiting: dict[int, Parcel] = {}
        self._last = 0
        self._process: int | None = None
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._forget)

    @property
    def process(self) -> int | None:
        """The keeper's process id, once it has said that it is there."""
        with self._lock:
            self._hear(0.0)
            return self._process

    def wrap(self, task: tasks.AnyTask, lost: Callable[[tasks.AnyTask, str], None]) -> Parcel:
        """A task's file, to which its bytes can be written.

        Raises
        ------
        CantKeep
            There is no room for a file.
        """
        try:
            file: FileIO = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 - closed when it is done
            tasks.write(task, file)
        except OSError as error:
            raise CantKeep(f"there is no room for it: {error.strerror or error}") from error
        return Parcel(task, lost, file)

    def hand_over(self, parcel: Parcel) -> None:
        """Let it be done, soon. Never waits for the keeper.

        Raises
        ------
        CantKeep
            Too much waits already, or there can be no keeper.
        """
        with self._lock:
            self.look()
            parcel.size = parcel.file.tell()
            waiting = sum(one.size for one in self._waiting.values())
            if len(self._waiting) >= WAITING or (self._waiting and waiting + parcel.size > SPOOLED):
                parcel.file.close()
                raise CantKeep(
                    f"{len(self._waiting)} tasks of {waiting >> 20:,} MB wait to be written already"
                )
            self._last += 1
            parcel.number = self._last
            self._waiting[parcel.number] = parcel
            try:
                if not self._deliver([parcel]):
                    self._died()
            except (OSError, AttributeError) as error:  # a system without descriptors that travel
                del self._waiting[parcel.number]
                parcel.file.close()
                raise CantKeep(f"there is no process to write it: {error}") from error

    def look(self) -> None:
        """Hear what is done; if the keeper died, let another do the rest."""
        with self._lock:
            self._hear(0.0)

    def settle(self, timeout: float = PATIENCE) -> bool:
        """Wait until everything is done; whether it is."""
        end = time.monotonic() + timeout
        with self._lock:
            while self._waiting:
                left = end - time.monotonic()
                if left <= 0:
                    return False
                self._hear(left)
        return True

    # ---- inside ----

    def _hear(self, timeout: float) -> None:
        if self._socket is None:
            return
        try:
            self._socket.settimeout(timeout)
            said = self._socket.recv(1 << 12)
        except (BlockingIOError, TimeoutError):
            return
        except OSError:
            said = b""
        if not said:
            self._died()
            return
        for (number,) in NUMBER.iter_unpack(said[: len(said) // NUMBER.size * NUMBER.size]):
            if number < 0:
                self._process = -number
            elif number in self._waiting:
                self._waiting.pop(number).file.close()

    def _died(self) -> None:
        """It ended for want of work, or of the first task that isn't done: they are done in their order."""
        while True:
            reason = self._last_words()
            self._let_go()
            if not self._waiting:
                return
            first = next(iter(self._waiting.values()))
            first.tries += 1
            if first.tries >= _TRIES:
                self._give_up(first, reason)
            try:
                if self._deliver(list(self._waiting.values())):
                    return
            except OSError as error:
                for parcel in list(self._waiting.values()):
                    self._give_up(parcel, str(error))

    def _give_up(self, parcel: Parcel, reason: str) -> None:
        del self._waiting[parcel.number]
        parcel.file.close()
        parcel.lost(parcel.task, reason)

    def _deliver(self, parcels: list[Parcel]) -> bool:
        """Pass them to the keeper, which is started where there is none; False where it is dead."""
        try:
            for parcel in parcels:
                if self._socket is None:
                    self._start()
                assert self._socket is not None
                self._socket.settimeout(0.0)
                socket.send_fds(self._socket, [NUMBER.pack(parcel.number)], [parcel.file.fileno()])
        except (BrokenPipeError, ConnectionResetError):
            return False
        return True

    def _start(self) -> None:
        ours, theirs = socket.socketpair()
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as the keeper
        self._socket, self._process = ours, None
        with theirs:
            start_apart(
                [sys.executable, "-P", "-m", "mlnb.tracking.keeper", str(theirs.fileno())],
                keep=theirs.fileno(),
                errors=self._said,
            )

    def _last_words(self) -> str:
        words = ""
        if self._said is not None:
            with contextlib.suppress(OSError, ValueError):
                self._said.seek(0)
                words = self._said.read().decode("utf-8", "replace").strip()
        last = f": {words.splitlines()[-1]}" if words else ""
        return f"the process that writes it ended{last}"[:500]

    def _let_go(self) -> None:
        for held in (self._socket, self._said):
            if held is not None:
                held.close()
        self._socket, self._said = None, None

    def _forget(self) -> None:
        """In a forked child: the keeper and the tasks are the parent's."""
        self._lock = threading.RLock()
        self._let_go()
        for parcel in self._waiting.values():
            parcel.file.close()
        self._waiting = {}


def start_apart(command: list[str], *, keep: int, errors: IO[bytes]) -> None:
    """Start a process that isn't this one's child, in a session of its own: nobody's `os.wait` meets it, no signal to this
    process's group reaches it. It inherits one descriptor."""
    unwanted = {name for name in os.environ if name.startswith("MLNB_")}.union(_OURS_NOT)
    environment = {name: value for name, value in os.environ.items() if name not in unwanted}
    environment |= dict.fromkeys(_ALONE, "1") | {"CUDA_VISIBLE_DEVICES": ""}
    subprocess.Popen(
        ["/bin/sh", "-c", '"$@" &', "sh", *command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=errors,
        pass_fds=(keep,),
        start_new_session=True,
        cwd="/",
        env=environment,
    ).wait()


KEEPER: Final = Keeper()


def _at_exit() -> None:
    """A keeper needs nobody to wait for it. Who executes a notebook does: its kernel's end says that the run is whole."""
    with contextlib.suppress(Exception):
        KEEPER.look()
        if "MLNB_PARENT_RUN" in os.environ:
            KEEPER.settle()


atexit.register(_at_exit)
