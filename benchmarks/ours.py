"""What only mlnb has: folding, a hundred thousand runs, curves of batches, and imports.

    python -m benchmarks.ours [--runs 100000] [--store FOLDER]

A store of many runs takes a minute or two to make; with `--store` it is kept, and used again.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

import mlnb
from benchmarks import measure
from mlnb.store import Store, answers, ingest, query
from mlnb.testing import make_runs

TIMES = 15


def imports(code: str, python: str = sys.executable, times: int = 9) -> float:
    """Milliseconds of a process that runs `code`, above one that runs nothing (medians)."""

    def process(text: str) -> float:
        began = time.perf_counter()
        subprocess.run([python, "-c", text], check=True, capture_output=True)
        return time.perf_counter() - began

    pairs = [(process(code), process("pass")) for _ in range(times)]
    return 1000 * (statistics.median(a for a, _ in pairs) - statistics.median(b for _, b in pairs))


def batches(folder: Path, points: int = 5_000_000) -> dict[str, float]:
    """Points per second of `history()` (synced to the disk at the end apart), and of folding them."""
    store = Store.open(folder / "batches")
    values = np.random.default_rng(0).normal(size=points)
    run = mlnb.run(store=store.path)
    cpu, began = time.process_time(), time.perf_counter()
    run.history("loss", values)
    logged, logged_cpu = time.perf_counter() - began, time.process_time() - cpu
    run.finish(durable=True)
    cpu, began = time.process_time(), time.perf_counter()
    ingest.fold(store)
    folded, cpu = time.perf_counter() - began, time.process_time() - cpu
    return {
        "history_points_per_s": points / logged,
        "history_points_per_cpu_s": points / logged_cpu,
        "folded_points_per_s": points / folded,
        "folded_points_per_cpu_s": points / cpu,
    }


def small_runs(folder: Path, count: int = 2_000) -> dict[str, float]:
    """Runs per second that are folded: 10 parameters, 10 metrics, one point each."""
    store = Store.open(folder / "small")
    make_runs(store, count)
    cpu, began = time.process_time(), time.perf_counter()
    ingest.fold(store)
    return {
        "folded_runs_per_s": count / (time.perf_counter() - began),
        "folded_runs_per_cpu_s": count / (time.process_time() - cpu),
    }


def many(folder: Path, count: int) -> dict[str, Any]:
    """The three questions to a store of `count` runs with 20 parameters and metrics, none of them kept."""
    store = Store.open(folder)
    lacking = count - query.run_page(store, limit=1).total
    began = time.perf_counter()
    for portion in range(0, lacking, 2_000):  # as they come in life: a folder of 200,000 files stays slow
        make_runs(store, min(2_000, lacking - portion), seed=portion)
        ingest.fold(store, patience=3600)

    def fresh(ask: Any) -> dict[str, float]:
        def asked() -> None:
            answers.forget()
            ask()

        asked()
        return measure.seconds(asked, TIMES)

    top = {"where": "params.param_0 > 0.5 and metrics.metric_0 < 0.9", "order_by": "metrics.metric_1 desc"}
    found = {
        "runs": count,
        "made_s": time.perf_counter() - began,
        "all": fresh(lambda: query.runs_frame(store)),
        "top": fresh(lambda: query.runs_frame(store, **top, limit=50)),
        "page": fresh(lambda: query.runs_frame(store, limit=200)),
        "panel_top": fresh(lambda: query.run_page(store, **top, limit=50)),
        "panel_page": fresh(lambda: query.run_page(store, limit=200)),
    }
    query.run_page(store, limit=200)
    found["panel_page_again"] = measure.seconds(lambda: query.run_page(store, limit=200), TIMES)
    found["index_bytes"] = store.database.stat().st_size
    return found


def imports_and_batches(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = {
        "import_ms": imports("import mlnb"),
        "duckdb_import_ms": imports("import duckdb"),
    }
    return found | batches(folder) | small_runs(folder)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--runs", type=int, default=100_000)
    parser.add_argument("--store", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="mlnb-bench-") as place:
        folder = Path(place)
        found = imports_and_batches(folder)
        found["many"] = many(given.store or folder / "many", given.runs)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
