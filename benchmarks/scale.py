"""How the store bears size: time, and the most memory, of what is done with it.

    python -m benchmarks.scale --points 10000000 --records 100000 --stale 2000 --waiting 10000

Each step is a process of its own, which says how long it took (CPU and wall), and the most memory that it had beyond what it
had when its libraries were loaded. Steps follow one another in one store: one run of so many points is logged, folded, asked
about, taken care of; so many records fill the registry; so many journals are left behind by writers that died; so many runs
wait to be folded, all at once.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from mlnb.errors import Busy

RUN: Final = "01K0GQ00000000000000000B1G"
MIB: Final = 1 << 20


def _log(folder: Path, count: int) -> None:
    import numpy as np

    from mlnb import events
    from mlnb.store import Store

    writer = Store.open(folder).writer(RUN)
    writer.append(events.RunStarted(run_id=RUN, name="large", experiment="scale", run_kind="script"))
    chance = np.random.default_rng(0)
    for begin in range(0, count, MIB):
        size = min(MIB, count - begin)
        writer.history("loss", chance.normal(size=size), np.arange(begin, begin + size))
    writer.append(events.RunEnded(status="finished", duration=1.0))
    writer.close(durable=True)


def _fold(folder: Path, _: int) -> None:
    from mlnb.store import Store, ingest

    ingest.fold(Store.open(folder))


def _history(folder: Path, _: int) -> None:
    from mlnb.store import Store, query

    assert len(query.history(Store.open(folder), RUN, "loss", 1000).steps) > 100


def _list(folder: Path, _: int) -> None:
    from mlnb.store import Store, query

    query.run_page(Store.open(folder), limit=50)


def _all(folder: Path, count: int) -> None:
    from mlnb.store import Store, answers

    while True:
        try:
            with answers.looking(Store.open(folder)) as connection:
                assert connection.execute("SELECT count(*) FROM runs").fetchall() == [(count,)]
                return
        except Busy:  # the process that went on with it is about it
            time.sleep(1)


def _verify(folder: Path, _: int) -> None:
    from mlnb.store import Store, care

    assert care.verify(Store.open(folder)) == []


def _gc(folder: Path, _: int) -> None:
    from mlnb.store import Store, care

    care.collect(Store.open(folder), apply=True)


def _export(folder: Path, _: int) -> None:
    from mlnb.store import Store, transfer

    transfer.export(Store.open(folder), folder.parent / "export.zip")


def _rebuild(folder: Path, _: int) -> None:
    from mlnb.store import Store, care

    care.rebuild(Store.open(folder))


def _register(folder: Path, count: int) -> None:
    from mlnb import events
    from mlnb.store import Store

    def versions(_: list[events.Event]) -> list[events.Event]:
        return [
            events.ModelVersion(
                model=f"model-{number % 50}",
                version=number // 50 + 1,
                run_id=f"{number:026d}",
                sha256=f"{number:064x}",
                format="skops",
            )
            for number in range(count)
        ]

    Store.open(folder).registry.transact(versions)


def _decide_first(folder: Path, _: int) -> None:
    from mlnb.registry import ledger
    from mlnb.store import Store

    ledger.of(Store.open(folder)).model("model-1")


def _decide_again(folder: Path, _: int) -> Callable[[], object]:
    from mlnb import events
    from mlnb.registry import ledger
    from mlnb.store import Store

    store = Store.open(folder)
    ledger.of(store)

    def decide() -> None:
        store.registry.transact(lambda _: events.BatchEnded(batch_id="b", state="finished"))

    return decide


def _look_up_again(folder: Path, _: int) -> Callable[[], object]:
    from mlnb.registry import ledger
    from mlnb.store import Store

    store = Store.open(folder)
    ledger.of(store)
    return lambda: (store.registry.breaks(), ledger.of(store).model("model-1").version(1))


def _wait_to_be_folded(folder: Path, count: int) -> None:
    from mlnb.store import Store, helper
    from mlnb.testing import make_runs

    helper.MANY = count  # type: ignore[misc]
    make_runs(Store.open(folder), count, params=5, metrics=3)


def _leave_behind(folder: Path, count: int) -> None:
    from mlnb.store import Store, process
    from mlnb.store.reading import listing
    from mlnb.testing import make_runs

    store = Store.open(folder)
    process.boot_id.cache_clear()
    earlier = process.boot_id
    process.boot_id = lambda: "an earlier boot"  # type: ignore[assignment]
    make_runs(store, count, params=2, metrics=1)
    process.boot_id = earlier
    old = time.time() - 2 * process.SILENCE
    for journal in listing(store.journals).sizes:
        journal.alive_path.touch()
        for path in (journal.events_path, journal.points_path, journal.alive_path):
            os.utime(path, (old, old))


STEPS: Final[dict[str, tuple[str, Callable[[Path, int], Any]]]] = {
    "log": ("points", _log),
    "fold": ("points", _fold),
    "history of 1,000": ("points", _history),
    "list": ("points", _list),
    "verify": ("points", _verify),
    "gc": ("points", _gc),
    "export": ("points", _export),
    "rebuild": ("points", _rebuild),
    "register": ("records", _register),
    "look a version up, first": ("records", _decide_first),
    "look a version up, again": ("records", _look_up_again),
    "decide, again": ("records", _decide_again),
    "leave journals behind": ("stale", _leave_behind),
    "first question": ("stale", _list),
    "second question": ("stale", _list),
    "log runs": ("waiting", _wait_to_be_folded),
    "first question, soon": ("waiting", _list),
    "first question, whole": ("waiting", _all),
}


def step(name: str, folder: Path, count: int) -> dict[str, float]:
    """In a process of its own: what one step costs."""
    for library in ("duckdb", "pandas", "pyarrow", "mlnb.store.query", "mlnb.store.transfer"):
        importlib.import_module(library)
    go = STEPS[name][1]
    if name.endswith("again"):
        prepared = go(folder, count)
    else:

        def prepared() -> object:
            return go(folder, count)

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    wall, cpu = time.perf_counter(), time.process_time()
    prepared()
    return {
        "wall_s": time.perf_counter() - wall,
        "cpu_s": time.process_time() - cpu,
        "memory_mib": (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024,
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--points", type=int, default=10_000_000)
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--stale", type=int, default=2_000)
    parser.add_argument("--waiting", type=int, default=10_000)
    parser.add_argument("--step", nargs=3, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.step:
        name, folder, count = given.step
        print(json.dumps(step(name, Path(folder), int(count))))
        return 0
    print("| step | of | CPU s | wall s | memory MiB |\n|---|---|---|---|---|")
    with tempfile.TemporaryDirectory(prefix="mlnb-scale-") as place:
        for name, (what, _) in STEPS.items():
            count = getattr(given, what)
            command = [sys.executable, "-m", "benchmarks.scale", "--step", name]
            done = subprocess.run(
                [*command, str(Path(place) / what / ".mlnb"), str(count)],
                capture_output=True,
                text=True,
                check=True,
            )
            cost = json.loads(done.stdout)
            print(
                f"| {name} | {count:,} {what} | {cost['cpu_s']:.2f} | {cost['wall_s']:.2f} | {cost['memory_mib']:.0f} |",
                flush=True,
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
