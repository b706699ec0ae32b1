"""What the machine itself can do: the limits beside which the store's figures stand."""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from benchmarks import measure


def bare_write(count: int = 200_000) -> dict[str, float]:
    """One `os.write` of 32 bytes on an append-only descriptor."""
    with tempfile.TemporaryDirectory() as folder:
        fd = os.open(f"{folder}/points", os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        record = bytes(32)
        found = measure.calls(lambda _: os.write(fd, record), count)
        found["cpu_amortised_us"] = measure.amortised(lambda _: os.write(fd, record), count)
        os.close(fd)
    return found


def bare_insert(count: int = 2_000_000) -> float:
    """Points per second of one Arrow insert into a table of a new DuckDB file, checkpoint included."""
    with tempfile.TemporaryDirectory() as folder:
        rows = pa.table(
            {
                "run_no": np.zeros(count, dtype="i4"),
                "key_no": np.zeros(count, dtype="i4"),
                "step": np.arange(count),
                "time": np.arange(count),
                "value": np.random.default_rng(0).normal(size=count),
            }
        )
        began = time.perf_counter()
        with duckdb.connect(f"{folder}/bare.duckdb") as connection:
            connection.register("rows", rows)
            connection.execute("CREATE TABLE point AS SELECT * FROM rows")
        return count / (time.perf_counter() - began)


def bare_queries(runs: int, columns: int = 20) -> dict[str, dict[str, float]]:
    """The same three questions to one plain table with a column for everything, on an open connection."""
    chance = np.random.default_rng(0)
    data: dict[str, Any] = {
        "run_id": [f"{number:026d}" for number in range(runs)],
        "started": np.arange(runs),
    }
    data |= {f"v{number}": chance.random(runs) for number in range(columns)}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bare.duckdb"
        with duckdb.connect(str(path)) as connection:
            connection.register("rows", pa.table(data))
            connection.execute("CREATE TABLE runs AS SELECT * FROM rows")
        with duckdb.connect(str(path), read_only=True) as connection:

            def ask(text: str) -> dict[str, float]:
                return measure.seconds(lambda: connection.execute(text).df(), 9)

            return {
                "all": ask("SELECT * FROM runs ORDER BY started DESC"),
                "top": ask("SELECT * FROM runs WHERE v0 > 0.5 ORDER BY v1 DESC LIMIT 50"),
                "page": ask("SELECT * FROM runs ORDER BY started DESC LIMIT 200"),
            }
