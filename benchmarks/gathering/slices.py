"""What slices of messy sessions hold: `python -m benchmarks.gathering.slices [--seeds 20] [--shrink] [--folder DIR] [NAME …]`.

Sessions are played in this process (`mlnb.testing.inprocess`), so a thousand runs take minutes; `score` is the same in real
kernels. A run holds if what is composed of its slice gives the very numbers in a namespace and a folder where nothing
was. `--shrink` leaves out one execution after the other as long as it holds: the smallest that there is by that.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
import warnings
from pathlib import Path

from benchmarks.gathering.score import NOTEBOOKS, cells_of
from mlnb.execution import slicing
from mlnb.execution.gathering.composing import Style, compose
from mlnb.execution.replay import Execution
from mlnb.testing.inprocess import executed, play
from mlnb.testing.mess import mess


def holds(done: list[Execution], places: list[int], numbers: dict[str, float]) -> bool:
    """Whether these executions give the numbers where nothing was."""
    here = Path.cwd()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            found = executed(compose(done, places, Style()), numbers)
        except (AssertionError, KeyError, TypeError, ValueError):
            return False
        finally:
            os.chdir(here)
    return all(repr(found[name]) == repr(was) for name, was in numbers.items())


def smallest(done: list[Execution], places: list[int], numbers: dict[str, float]) -> list[int]:
    for place in places[-2::-1]:
        fewer = [one for one in places if one != place]
        if holds(done, fewer, numbers):
            places = fewer
    return places


def row_of(path: Path, seeds: int, *, shrink: bool) -> tuple[list[float], list[float], int]:
    """The shares of the executions that its runs' slices have, those of the smallest, and how many runs don't hold."""
    shares, least, wrong = [], [], 0
    for seed in range(seeds):
        session = play(mess(cells_of(path), seed))
        for at, numbers in enumerate(session.numbers):
            if not numbers:
                continue
            done = session.done[: at + 1]
            places = slicing.needed(slicing.links(done))
            shares.append(len(places) / len(done))
            if not holds(done, places, numbers):
                wrong += 1
            elif shrink:
                least.append(len(smallest(done, places, numbers)) / len(done))
    return shares, least, wrong


def main() -> None:
    import matplotlib as mpl

    parser = argparse.ArgumentParser()
    parser.add_argument("names", nargs="*")
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--shrink", action="store_true")
    parser.add_argument("--folder", type=Path, default=NOTEBOOKS)
    given = parser.parse_args()
    mpl.use("agg")
    warnings.simplefilter("ignore")
    folder = given.folder.absolute()
    rows, every, smallest_of_all, unsound = [], list[float](), list[float](), 0
    with tempfile.TemporaryDirectory() as place:
        os.chdir(place)
        for path in sorted(folder.glob("*.py")):
            if given.names and path.stem not in given.names:
                continue
            began = time.perf_counter()
            shares, least, wrong = row_of(path, given.seeds, shrink=given.shrink)
            rows.append(
                [
                    path.stem,
                    len(shares),
                    wrong,
                    _median(shares),
                    _median(least),
                    f"{time.perf_counter() - began:.0f}",
                ]
            )
            every, smallest_of_all, unsound = every + shares, smallest_of_all + least, unsound + wrong
        os.chdir(folder)
    rows.append(["all", len(every), unsound, _median(every), _median(smallest_of_all), ""])
    heads = ["notebook", "runs", "don't hold", "slice", "smallest", "s"]
    for row in [heads, ["---"] * len(heads), *rows]:
        print("|", " | ".join(map(str, row)), "|")


def _median(shares: list[float]) -> str:
    return f"{statistics.median(shares):.0%}" if shares else "–"


if __name__ == "__main__":
    main()
