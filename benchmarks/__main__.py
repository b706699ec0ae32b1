"""All of it in one command: `python -m benchmarks`. See the README beside."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks import environments, kills, machine, ours, raw, together
from benchmarks.table import rendered

HERE = Path(__file__).parent


def tracker(python: str | Path, name: str, folder: Path, curve: int) -> dict[str, Any]:
    """One tracker's figures, from a process of its own; what went wrong where it did."""
    command = [str(python), str(HERE / "trackers.py"), name, str(folder / name), str(curve)]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=600, env=environments.clean(), check=False
        )
    except subprocess.TimeoutExpired:
        return {"error": "took longer than ten minutes"}
    if done.returncode or not done.stdout.strip():
        return {"error": (done.stderr.strip().splitlines() or ["it died"])[-1][:200]}
    found: dict[str, Any] = json.loads(done.stdout)
    module = "tensorboardX" if name == "tensorboardX" else name
    found["import_ms"] = ours.imports(f"import {module}", str(python), 5)
    return found


def measured(given: argparse.Namespace) -> dict[str, Any]:
    found: dict[str, Any] = {"machine": machine.described(), "trackers": {}}
    with tempfile.TemporaryDirectory(prefix="mlnb-bench-") as place:
        folder = Path(place)
        say("raw limits")
        found["raw"] = {
            "write": raw.bare_write(),
            "insert_points_per_s": raw.bare_insert(),
            "queries": raw.bare_queries(given.runs),
        }
        say("mlnb")
        found["trackers"]["mlnb"] = tracker(sys.executable, "mlnb", folder, given.curve)
        for peer in given.peers:
            say(peer)
            python = environments.make(given.environments, peer)
            found["trackers"][peer] = (
                {"error": "doesn't install"} if python is None else tracker(python, peer, folder, given.curve)
            )
        say("folding and queries")
        found["ours"] = ours.imports_and_batches(folder)
        found["ours"]["many"] = ours.many(given.store or folder / "many", given.runs)
        say("many processes at once")
        found["together"] = asdict(together.run(8, 10, 10_000))
        if given.kills:
            say("kills")
            outcome = kills.run(2 * given.kills, given.kills, seed=1)
            found["kills"] = {"kills": dict(outcome.kills), "lost": outcome.lost, "doubled": outcome.doubled,
                              "findings": len(outcome.findings)}  # fmt: skip
    return found


def say(what: str) -> None:
    print(f"… {what}", file=sys.stderr, flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description=(__doc__ or "").partition(":")[0]
    )
    parser.add_argument("--peers", nargs="*", default=list(environments.PEERS), help="by default all")
    parser.add_argument("--environments", type=Path, default=Path.home() / ".cache" / "mlnb-benchmarks",
                        help="where the peers' environments are made and kept")  # fmt: skip
    parser.add_argument("--runs", type=int, default=100_000, help="runs in the large store")
    parser.add_argument("--curve", type=int, default=20_000, help="points of the curve that is read back")
    parser.add_argument("--store", type=Path, help="keep the large store here, and use it again")
    parser.add_argument(
        "--kills", type=int, default=0, metavar="N", help="also 2 N kills while logging, N while folding"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write everything that was measured")
    given = parser.parse_args()
    found = measured(given)
    if given.json:
        given.json.write_text(json.dumps(found, indent=1) + "\n")
    print(rendered(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
