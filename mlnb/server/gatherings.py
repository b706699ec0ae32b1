"""Notebooks that are gathered over REST: each by a process of its own, `mlnb gather`, whose lines are its progress.

The server remembers those that it started; what they write, the notebook and its verdict, is in the file and the store.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from mlnb import ids
from mlnb.errors import NotFound

if TYPE_CHECKING:
    from mlnb.store import Store


@dataclass(frozen=True)
class Gathering:
    """One notebook in the making."""

    run_id: str
    path: Path
    process: subprocess.Popen[bytes]
    out: IO[bytes]
    said: IO[bytes]

    @property
    def state(self) -> str:
        """`running`, `finished` (there is a notebook), or `failed`."""
        code = self.process.poll()
        return "running" if code is None else "finished" if code in {0, 1} and self.made else "failed"

    @property
    def made(self) -> dict[str, Any] | None:
        """What came of it; None as long as nothing did."""
        try:
            found: dict[str, Any] = json.loads(_read(self.out))
        except ValueError:
            return None
        return found

    @property
    def lines(self) -> list[str]:
        """What it has said: a line for each try, and what was wrong."""
        return _read(self.said).splitlines()


@dataclass
class Gatherings:
    """Those that this server started. Safe to use from any thread."""

    _all: dict[str, Gathering] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def start(self, store: Store, run_id: str, path: Path, *, force: bool, fast: bool, seconds: float) -> str:
        """Begin one; its id."""
        out, said = tempfile.TemporaryFile(), tempfile.TemporaryFile()  # noqa: SIM115 - they live as long as it is asked for
        options = [*(["--force"] if force else []), *(["--fast"] if fast else [])]
        process = subprocess.Popen(
            [
                sys.executable, "-P", "-m", "mlnb", "gather", run_id, "-o", str(path), "--json",
                "--seconds", str(seconds), "--store", str(store.path), *options,
            ],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=said,
            cwd=store.path.parent,
            start_new_session=True,
        )  # fmt: skip
        gathering_id = ids.new_id()
        with self._lock:
            self._all[gathering_id] = Gathering(run_id, path, process, out, said)
        return gathering_id

    def get(self, gathering_id: str) -> Gathering:
        """The one of that id.

        Raises
        ------
        NotFound
            This server started none such.
        """
        with self._lock:
            found = self._all.get(gathering_id)
        if found is None:
            raise NotFound(f"no gathering {gathering_id!r}", hint="POST runs/<id>/gather starts one")
        return found

    def stop(self, gathering_id: str) -> None:
        """Stop looking, as Ctrl-C does: the best notebook so far is written."""
        process = self.get(gathering_id).process
        if process.poll() is None:
            process.send_signal(signal.SIGINT)


def _read(file: IO[bytes]) -> str:
    """All that is in a file that another process writes at its end: its place isn't moved."""
    return os.pread(file.fileno(), os.fstat(file.fileno()).st_size, 0).decode("utf-8", "replace")
