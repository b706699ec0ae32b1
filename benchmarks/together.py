"""Many processes log at once while somebody looks: is everything there, and once?

    python -m benchmarks.together --processes 8 --runs 10 --points 10000

Each process logs its runs one after the other, point by point, and says how long each `finish()` took. A
reader asks for the first page of runs every 200 ms meanwhile, as a panel does.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

from mlnb.store import Store, care, query

POLL: float = 0.2


@dataclass
class Outcome:
    """`finish_ms` is what `finish()` took in each run; `looks_ms` what each look of the reader took."""

    points: int = 0
    expected: int = 0
    doubled: int = 0
    seconds: float = 0.0
    findings: int = 0
    finish_ms: list[float] = field(default_factory=list)
    looks_ms: list[float] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        return self.points == self.expected and not self.doubled and not self.findings

    def __str__(self) -> str:
        return (
            f"{self.points:,} of {self.expected:,} points, {self.doubled} doubled, {self.findings} findings, "
            f"{self.seconds:.1f} s; finish() median {statistics.median(self.finish_ms):.2f} ms, "
            f"longest {max(self.finish_ms):.1f} ms; a look took {statistics.median(self.looks_ms):.0f} ms (median)"
        )


def log(folder: str, runs: int, points: int) -> None:
    """One process: runs of points, and after them the milliseconds of each `finish()`, as JSON."""
    import mlnb

    took = []
    for number in range(runs):
        run = mlnb.run(f"run-{number}", store=folder, experiment="together")
        for step in range(points):
            run.metric("loss", float(step), step)
        began = time.perf_counter()
        run.finish()
        took.append((time.perf_counter() - began) * 1000)
    print(json.dumps(took))


def run(processes: int, runs: int, points: int) -> Outcome:
    outcome = Outcome(expected=processes * runs * points)
    with tempfile.TemporaryDirectory(prefix="mlnb-together-") as place:
        store = Store.open(Path(place) / ".mlnb")
        stop = threading.Event()

        def look() -> None:
            while not stop.wait(POLL):
                began = time.perf_counter()
                query.run_page(store, limit=50)
                outcome.looks_ms.append((time.perf_counter() - began) * 1000)

        reader = threading.Thread(target=look)
        began = time.perf_counter()
        reader.start()
        command = [sys.executable, "-m", "benchmarks.together", "--child", str(store.path)]
        children = [
            subprocess.Popen([*command, str(runs), str(points)], stdout=subprocess.PIPE)
            for _ in range(processes)
        ]
        for child in children:
            outcome.finish_ms += json.loads(child.communicate()[0])
        outcome.seconds = time.perf_counter() - began
        stop.set()
        reader.join()
        found = query.sql(
            store, "SELECT count(*) AS n, count(DISTINCT (run_id, step)) AS d FROM points"
        ).to_pylist()[0]
        outcome.points, outcome.doubled = found["n"], found["n"] - found["d"]
        outcome.findings = len(care.verify(store))
    return outcome


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--processes", type=int, default=8)
    parser.add_argument("--runs", type=int, default=10)
    parser.add_argument("--points", type=int, default=10_000)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--child", nargs=3, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        log(given.child[0], int(given.child[1]), int(given.child[2]))
        return 0
    outcome = run(given.processes, given.runs, given.points)
    print(json.dumps(asdict(outcome)) if given.json else outcome)
    return 0 if outcome.is_clean else 1


if __name__ == "__main__":
    sys.exit(main())
