"""How much of what a person would write down is captured, and how much else: `python -m benchmarks.evidence`.

Two sets, scored by the strict rule (`strict.py`): the labelled notebooks, from which weights are learnt, and the frozen ones,
which nothing is learnt from. `--told` prints what was missed and what was too much, notebook by notebook.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks.evidence import notebooks, strict

_USED = (
    "pandas",
    "scipy.stats",
    "matplotlib.pyplot",
    "sklearn.ensemble",
    "sklearn.model_selection",
    "sklearn.pipeline",
)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.evidence")
    parser.add_argument(
        "sets", nargs="*", default=list(notebooks.SETS), help="`labelled`, `frozen`, or a folder"
    )
    parser.add_argument("--mode", choices=notebooks.MODES, action="append", help="by default both")
    parser.add_argument("--only", help="notebooks whose name has this")
    parser.add_argument("--told", action="store_true", help="what was missed, and what was too much")
    parser.add_argument("--workers", type=int, default=1)
    given = parser.parse_args()
    for module in _USED:  # once, for all notebooks
        importlib.import_module(module)
    print(
        f"{'set':<10} {'mode':<6} {'part':<8} {'recall':>7} {'precision':>9} {'true':>5} {'missed':>6} {'extra':>6}"
    )
    failed = 0
    for chosen in given.sets:
        for mode in given.mode or notebooks.MODES:
            failed += score(chosen, mode, given)
    return 1 if failed else 0


def score(chosen: str, mode: str, given: argparse.Namespace) -> int:
    """One set in one mode; how many of its notebooks failed."""
    found = [
        one
        for one in notebooks.every(notebooks.SETS.get(chosen, Path(chosen)))
        if not given.only or given.only in one.name
    ]
    with ThreadPoolExecutor(given.workers) as pool:
        judged = list(zip(found, pool.map(lambda one: notebooks.judged(one, mode), found), strict=True))
    for part in ("params", "metrics"):
        total = sum((getattr(result, part) for _, result in judged), strict.Score())
        print(
            f"{chosen:<10.10} {mode:<6} {part:<8} {total.recall:7.3f} {total.precision:9.3f} "
            f"{len(total.found) + len(total.missed):5} {len(total.missed):6} {len(total.extra):6}",
            flush=True,
        )
        if given.told:
            for one, result in judged:
                had = getattr(result, part)
                if had.missed or had.extra:
                    print(f"  {one.name}\n    missed {had.missed}\n    extra  {had.extra}")
    problems = [(one.name, result.problem) for one, result in judged if result.problem]
    for name, problem in problems:
        print(f"  {name}: {problem}", file=sys.stderr)
    return len(problems)


if __name__ == "__main__":
    sys.exit(main())
