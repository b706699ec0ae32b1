"""What `%%track` adds to some fifty kinds of work: `python -m benchmarks.capture.cost [--only fib sweep …]`.

Each figure is of a process of its own, bare and tracked in turn, the least of several; CPU time, since other people's work on
the machine is not ours to measure. A row's cell may cost 1.02 × the bare one and 15 ms more, and 20 MB more; at twice and
four times its size, what is added may grow as the work does, not faster.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import subprocess
import sys
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final

from benchmarks import environments
from benchmarks.capture.work import ROWS, Row

SHARE: Final = 0.02
FREE_MS: Final = 15.0
FREE_MB: Final = 20.0
SCALES: Final = (1, 2, 4)
ONE_THREAD: Final = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS"), "1"
)
"""A BLAS thread that waits counts as CPU time, too."""

HEADER: Final = (
    "| work | bare, ms | tracked, ms | more, ms | ratio | beside, ms | memory, MB | more at n, 2n, 4n | |\n"
    "|---|---|---|---|---|---|---|---|---|"
)


@dataclass
class Side:
    """What one kind of run of a cell took at least, or why there are no figures."""

    ms: float = float("inf")
    beside_ms: float = float("inf")
    mb: float = float("inf")
    failed: str = ""

    def take(self, row: Row, scale: int, kind: str, timeout: float) -> None:
        """Measure once more."""
        if self.failed:
            return
        command = [sys.executable, "-m", "benchmarks.capture.once", row.name, str(scale), kind]
        environment = environments.clean() | ONE_THREAD | {"PYTHONHASHSEED": "0"}
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, timeout=timeout, env=environment, check=False
            )
        except subprocess.TimeoutExpired:
            self.failed = f"> {timeout:g} s"
            return
        if done.returncode or not done.stdout.strip():
            self.failed = (done.stderr.strip().splitlines() or ["it died"])[-1][:200]
            return
        found = json.loads(done.stdout.splitlines()[-1])
        self.ms = min(self.ms, found["ms"])
        self.beside_ms = min(self.beside_ms, found["beside_ms"])
        self.mb = min(self.mb, found["mb"])


@dataclass
class Cost:
    """One row's figures: both sides at each scale."""

    name: str
    what: str
    bare: dict[int, Side] = field(default_factory=dict)
    tracked: dict[int, Side] = field(default_factory=dict)

    def more(self, scale: int = 1) -> float:
        return self.tracked[scale].ms - self.bare[scale].ms

    @property
    def failed(self) -> str:
        return next((side.failed for side in (self.bare[1], self.tracked[1]) if side.failed), "")

    @property
    def faults(self) -> list[str]:
        """What misses its target."""
        if self.failed:
            return [self.failed]
        found = []
        if self.more() > SHARE * self.bare[1].ms + FREE_MS:
            found.append("slow")
        if self.tracked[1].mb - self.bare[1].mb > FREE_MB:
            found.append("memory")
        largest = max(self.tracked)
        if self.tracked[largest].failed:
            found.append(f"{self.tracked[largest].failed} at {largest} n")
        elif largest > 1 and self.more(largest) > 1.5 * largest * max(self.more(), FREE_MS):
            found.append("grows")
        return found

    def __str__(self) -> str:
        if self.failed:
            return f"| {self.what} (`{self.name}`) | | | | | | | | **{self.failed}** |"
        bare, tracked = self.bare[1], self.tracked[1]
        growth = ", ".join(
            side.failed or f"{self.more(scale):+.0f}" for scale, side in sorted(self.tracked.items())
        )
        cells = [
            f"{self.what} (`{self.name}`)",
            f"{bare.ms:.1f}",
            f"{tracked.ms:.1f}",
            f"{self.more():+.1f}",
            f"{tracked.ms / bare.ms:.2f}",
            f"{tracked.beside_ms - bare.beside_ms:+.0f}",
            f"{tracked.mb - bare.mb:+.1f}",
            growth,
            f"**{', '.join(self.faults)}**" if self.faults else "",
        ]
        return f"| {' | '.join(cells)} |"


def measure(row: Row, times: int, scales: tuple[int, ...], timeout: float) -> Cost:
    cost = Cost(row.name, row.what)
    for scale in scales:
        bare = cost.bare[scale] = Side()
        tracked = cost.tracked[scale] = Side()
        for _ in range(times if scale == 1 else 1):
            bare.take(row, scale, "bare", timeout)
            tracked.take(row, scale, "tracked", timeout)
        if cost.failed or tracked.failed:
            break
    return cost


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.capture.cost", description=__doc__)
    names = [row.name for row in ROWS]
    parser.add_argument("--only", nargs="+", choices=names, metavar="ROW", help=f"some of: {' '.join(names)}")
    parser.add_argument("--times", type=int, default=3, help="measure each this often, and take the least")
    parser.add_argument("--no-growth", action="store_true", help="measure no row at 2 n and 4 n")
    parser.add_argument("--timeout", type=float, default=60.0, metavar="S", help="seconds for one process")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write every figure")
    given = parser.parse_args()
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    scales = (1,) if given.no_growth else SCALES
    costs = []
    print(HEADER, flush=True)
    for row in ROWS:
        if given.only and row.name not in given.only:
            continue
        if row.needs and importlib.util.find_spec(row.needs) is None:
            print(f"| {row.what} (`{row.name}`) | | | | | | | | {row.needs} isn't installed |", flush=True)
            continue
        costs.append(measure(row, given.times, scales, given.timeout))
        print(costs[-1], flush=True)
    if given.json:
        given.json.write_text(json.dumps([asdict(cost) for cost in costs], indent=1) + "\n")
    over = [cost.name for cost in costs if cost.faults]
    print(
        f"\n{len(costs) - len(over)} of {len(costs)} rows within their limits"
        + (f"; over: {', '.join(over)}" if over else "")
    )
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main())
