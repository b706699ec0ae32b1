"""`kill -9` of a kernel in the middle of a tracked cell: is all there that is older than a second?

    python -m benchmarks.cell_kills --kills 100 --seed 1

A real kernel runs a tracked cell that trains by hand, a step each hundredth of a second, and says in a file, synced, when
each step's loss was there. The kernel is killed at a random moment; then the store, asked as anybody asks it, must know the
run, its parameters, the cell's source, and a point of the curve that is at most a second older than the kill.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

LATE: Final = 1.0
"""Seconds that may be lost."""

CELL: Final = """%%track --quiet
import json, os, time
import numpy as np
learning_rate = 0.05
batch_size = 32
rng = np.random.default_rng(0)
w = rng.normal(size=8)
steps = os.open("steps.txt", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
for step in range(3000):
    w = w * (1 - learning_rate / 10)
    loss = float((w**2).sum())
    os.write(steps, (json.dumps([time.time(), step, loss]) + "\\n").encode())
    time.sleep(0.01)
"""


@dataclass
class Outcome:
    """What was seen over many kills."""

    kills: int = 0
    steps: int = 0
    newest: list[float] = field(default_factory=list)
    """Seconds between the newest point that was kept and the kill."""
    findings: list[str] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        return not self.findings

    def __str__(self) -> str:
        lost = f"{max(self.newest):.2f} s at most" if self.newest else "everything"
        shown = "\n".join(self.findings[:20]) or "nothing else"
        return f"kills: {self.kills}\nsteps made: {self.steps:,}\nlost of a curve: {lost}\nmissing: {shown}"


def kill(folder: Path, after: float, outcome: Outcome) -> None:
    """Kill one kernel so many seconds after its cell's first step, and ask the store."""
    from jupyter_client.manager import KernelManager

    manager = KernelManager(kernel_name="python3")
    own = {name: value for name, value in os.environ.items() if not name.startswith("MLNB_")}
    own |= {"IPYTHONDIR": str(folder / "ipython"), "MLNB_STORE": str(folder / "store")}
    manager.start_kernel(cwd=str(folder), env=own, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=120)
        client.execute("%load_ext mlnb")
        client.get_shell_msg(timeout=120)
        client.execute(CELL)
        _wait_for(folder / "steps.txt")
        time.sleep(after)
        killed = time.time()
        os.kill(_pid(manager), signal.SIGKILL)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    outcome.kills += 1
    made = [json.loads(line) for line in (folder / "steps.txt").read_text(encoding="utf-8").splitlines()]
    outcome.steps += len(made)
    outcome.findings += [
        f"killed after {after:.2f} s: {text}" for text in _missing(folder, made, killed, outcome)
    ]


def _pid(manager: Any) -> int:
    return int(manager.provisioner.process.pid)


def _wait_for(path: Path) -> None:
    end = time.monotonic() + 120
    while not path.exists() or not path.stat().st_size:
        if time.monotonic() > end:
            raise TimeoutError("the cell doesn't begin")
        time.sleep(0.01)


def _missing(folder: Path, made: list[Any], killed: float, outcome: Outcome) -> list[str]:
    """What should be in the store, and isn't."""
    import mlnb

    found = mlnb.runs(store=folder / "store")
    if len(found) != 1:
        return [f"{len(found)} runs"]
    run = mlnb.get(str(found["run_id"].iloc[0]), store=folder / "store")
    missing = []
    old = [(step, loss) for at, step, loss in made if at < killed - LATE]
    if run.status != "killed":
        missing.append(f"that it was killed ({run.status})")
    if not old:
        return missing
    for name, value in (("learning_rate", 0.05), ("batch_size", 32)):
        if run.params.get(name) != value:
            missing.append(f"the parameter {name} ({run.params.get(name)})")
    sources = list(run.cells["source"]) if len(run.cells) else []
    if not any("learning_rate = 0.05" in source for source in sources):
        missing.append("the cell's source")
    kept = {}
    if "loss" in run.curves:
        curve = run.history("loss")
        kept = dict(zip(curve["step"].tolist(), curve["value"].tolist(), strict=True))
    true = {step: loss for _, step, loss in made}
    wrong = [step for step, value in kept.items() if step in true and true[step] != value]
    if wrong:
        missing.append(f"{len(wrong)} points of the curve have another step's value")
    newest = max((step for step in kept if step in true), default=-1)
    if newest < old[-1][0]:
        missing.append(f"the curve from step {newest + 1} of {old[-1][0]}")
    elif newest >= 0:
        outcome.newest.append(max(0.0, killed - next(at for at, step, _ in made if step == newest)))
    return missing


def run(kills: int, seed: int, longest: float = 6.0, report: Callable[[str], object] = str) -> Outcome:
    """So many kills, at the same moments for the same seed."""
    chance = random.Random(seed)
    outcome = Outcome()
    for number in range(kills):
        with tempfile.TemporaryDirectory(prefix="mlnb-cell-kills-") as place:
            kill(Path(place), chance.uniform(0.0, longest), outcome)
        report(f"\r{number + 1}/{kills}")
    report("\r")
    return outcome


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--kills", type=int, default=100, metavar="N")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--longest",
        type=float,
        default=6.0,
        metavar="S",
        help="seconds from the first step to a kill, at most",
    )
    given = parser.parse_args()
    outcome = run(given.kills, given.seed, given.longest, lambda text: print(text, end="", flush=True))
    print(outcome)
    return 0 if outcome.is_clean else 1


if __name__ == "__main__":
    sys.exit(main())
