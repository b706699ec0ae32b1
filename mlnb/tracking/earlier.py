"""What a notebook's cells gave in earlier sessions, so that the first run of a session has something to be compared with.

The store's index is asked by a process of its own, started when the extension is loaded: no cell waits for it, and
DuckDB is never opened in the user's kernel for this. If a cell is over before the answer is there, its line
shows no change, as for a first run.

A cell is the same one by its id. A terminal's cells have none: there a run is compared with the last one that was
given the same name.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

from mlnb import config

MOST: Final = 500
"""Cells that are asked for, the latest first."""

_QUESTION: Final = """
WITH latest AS (
    SELECT run_id, name, cell_id, experiment FROM runs
    WHERE kind = 'cell' AND status = 'finished' AND notebook IS NOT DISTINCT FROM {notebook}
      AND (parent_id NOT IN (SELECT run_id FROM runs WHERE kind = 'reproduction')) IS NOT FALSE
    QUALIFY row_number() OVER (
        PARTITION BY cell_id, CASE WHEN cell_id IS NULL THEN (experiment, name) END ORDER BY run_id DESC) = 1
    ORDER BY run_id DESC LIMIT {most}
)
SELECT l.*, m.name AS metric, m."last" AS value
FROM latest l LEFT JOIN metrics m USING (run_id) ORDER BY l.run_id
"""


@dataclass(frozen=True)
class Before:
    """The run of the same cell before this one, in this session or an earlier one."""

    run_id: str
    name: str
    metrics: dict[str, float]


def key_of(cell_id: str | None, experiment: str, name: str) -> str:
    """What makes a cell the same one, in this session and from one to the next."""
    return cell_id or f"{experiment}/{name}"


class EarlierRuns:
    """Asks once, in the background."""

    def __init__(self) -> None:
        self._asked: subprocess.Popen[bytes] | None = None
        self._answer: IO[bytes] | None = None
        self._found: dict[str, Before] = {}

    def start(self, notebook: str | None) -> None:
        """Ask for this notebook's (or a terminal's) cells, where there is a store already. A rerun has nobody to look at
        its lines."""
        if "MLNB_PARENT_RUN" in os.environ:
            return
        with contextlib.suppress(Exception):
            store = config.load().store
            if (store / "store.json").is_file():
                self._answer = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as the question
                self._asked = subprocess.Popen(
                    [
                        sys.executable,
                        "-P",
                        "-m",
                        "mlnb.tracking.earlier",
                        str(store),
                        *([notebook] if notebook else []),
                    ],
                    stdin=subprocess.DEVNULL,
                    stdout=self._answer,
                    stderr=subprocess.DEVNULL,
                )

    def of(self, key: str) -> Before | None:
        """What is known of a cell by now; never waits."""
        if self._asked is not None and self._asked.poll() is not None:
            self._take()
        return self._found.get(key)

    def settle(self, timeout: float) -> None:
        """Wait for the answer."""
        if self._asked is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._asked.wait(timeout)

    def close(self) -> None:
        if self._asked is not None:
            self._asked.kill()
            self._asked.wait()
        self._let_go()

    def _take(self) -> None:
        if self._answer is not None:
            with contextlib.suppress(ValueError, TypeError, KeyError):
                self._answer.seek(0)
                told = json.loads(self._answer.read() or b"{}")
                self._found = {key: Before(**facts) for key, facts in told.items()}
        self._let_go()

    def _let_go(self) -> None:
        self._asked = None
        if self._answer is not None:
            self._answer.close()
            self._answer = None


def look_up(store: Path, notebook: str | None) -> dict[str, dict[str, Any]]:
    """The last finished run of each of a notebook's cells (None: a terminal's), as the fields of `Before`."""
    from mlnb.store import Store, query

    text = "NULL" if notebook is None else "'" + notebook.replace("'", "''") + "'"
    rows = query.sql(Store.open(store, create=False), _QUESTION.format(notebook=text, most=MOST)).to_pylist()
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        key = key_of(row["cell_id"], row["experiment"], row["name"])
        facts = found.setdefault(key, {"run_id": row["run_id"], "name": row["name"], "metrics": {}})
        if row["metric"] is not None:
            facts["metrics"][row["metric"]] = row["value"]
    return found


if __name__ == "__main__":
    sys.stdout.write(json.dumps(look_up(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else None)))
