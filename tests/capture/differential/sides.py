"""The same cells in two sessions, one bare, one tracked: each a process of its own with a real shell.

    bare, tracked = both("x = 1", untracked("y = 2"), "print(x + y)")

In the tracked session `%%track` stands on every cell that isn't `untracked`, and it is made sure that each was recorded as a run.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import textwrap
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

CHILD = Path(__file__).with_name("shell_child.py")


@dataclass(frozen=True)
class Cell:
    source: str
    track: bool = True

    def as_json(self) -> dict[str, Any]:
        return {"source": textwrap.dedent(self.source).strip("\n"), "track": self.track}


def untracked(source: str) -> Cell:
    return Cell(source, track=False)


@dataclass(frozen=True)
class Told:
    """What a session answered: an outcome for each cell, and the user's names after the last."""

    outcomes: list[dict[str, Any]]
    namespace: dict[str, str]

    @property
    def printed(self) -> str:
        """All that the cells printed."""
        return "".join(outcome["out"] for outcome in self.outcomes)

    @property
    def errors(self) -> list[dict[str, Any]]:
        return [outcome["error"] for outcome in self.outcomes if outcome["error"]]


class Session:
    """One side. It ends with its `with` block."""

    def __init__(self, kind: str, folder: Path, **environment: str) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith("MLNB_") and name != "PYTHONDONTWRITEBYTECODE"
        }
        kept |= {
            "IPYTHONDIR": str(folder / "ipython"),
            "MLNB_STORE": str(folder / "store"),
            "PYTHONHASHSEED": "0",
        }
        self._process = subprocess.Popen(
            [sys.executable, str(CHILD), kind],
            cwd=folder,
            env=kept | environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, *cells: str | Cell, reset: bool = False, names: bool = True, timeout: float = 120) -> Told:
        """Run these cells, and look at the `names` then; a session that takes longer than `timeout` seconds is killed."""
        wanted = [(cell if isinstance(cell, Cell) else Cell(cell)).as_json() for cell in cells]
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(
            json.dumps({"cells": wanted, "reset": reset, "names": names}),
            file=self._process.stdin,
            flush=True,
        )
        limit = threading.Timer(timeout, self._process.kill)
        limit.start()
        line = self._process.stdout.readline()
        limit.cancel()
        if not line:
            said = (self.folder / "err.txt").read_text(encoding="utf-8", errors="replace")[-2000:]
            raise AssertionError(f"the session ended with {self._process.wait()}: {said}")
        return Told(**json.loads(line))

    def close(self) -> None:
        self._process.kill()
        self._process.communicate()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Pair:
    """A bare session and a tracked one, to which the same cells are given."""

    def __init__(self, bare: Session, tracked: Session) -> None:
        self.bare, self.tracked = bare, tracked
        self._runs = 0

    def run(
        self, *cells: str | Cell, reset: bool = False, sure: bool = True, names: bool = True
    ) -> tuple[Told, Told]:
        """What either side tells of these cells; `sure` looks at once whether each that was to be tracked has been."""
        found = (
            self.bare.run(*cells, reset=reset, names=names),
            self.tracked.run(*cells, reset=reset, names=names),
        )
        self._runs += sum(not isinstance(cell, Cell) or cell.track for cell in cells)
        if sure:
            self.make_sure()
        return found

    def make_sure(self) -> None:
        """A cell that wasn't tracked would prove nothing."""
        asked = untracked("import mlnb as _mlnb\nlen(_mlnb.runs())")
        told = self.tracked.run(asked, names=False).outcomes[0]
        assert told["result"] == str(self._runs), f"{told} instead of {self._runs} runs"


@contextlib.contextmanager
def pair(**environment: str) -> Iterator[Pair]:
    """Both sides, until the end of the `with` block."""
    with (
        tempfile.TemporaryDirectory(prefix="sides-") as place,
        Session("bare", Path(place, "bare"), **environment) as bare,
        Session("tracked", Path(place, "tracked"), **environment) as tracked,
    ):
        yield Pair(bare, tracked)


def both(*cells: str | Cell, **environment: str) -> tuple[Told, Told]:
    """What either side tells of these cells, in two sessions that have seen nothing before."""
    with pair(**environment) as sides:
        return sides.run(*cells)
