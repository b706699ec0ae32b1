"""What others wait while the server answers a heavy query: `python -m benchmarks.waits`.

A JupyterLab of its own, a kernel in it, and a store of 100,000,000 points (200,000 through the store's own functions, and
copies of them in its index; --store keeps it for the next time). While `POST sql` works on all points, and on a question
that takes as long as it may, a kernel is asked through its websocket, and pages of runs are, as the sidebar asks.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
import time
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks import machine
from benchmarks.panel import jupyterlab
from mlnb.store import Store, ingest, query
from mlnb.testing import make_runs, multiply

if TYPE_CHECKING:
    from tornado.websocket import WebSocketClientConnection

ORIGINALS, POINTS_EACH = 20, 10_000
QUERIES = {
    "all points": "SELECT run_id, metric, avg(value), stddev(value), max(value) FROM points GROUP BY ALL ORDER BY 3",
    "without end": "SELECT count(*) FROM range(10000000) a, range(10000000) b WHERE (a.range * b.range) % 7 = 3",
}


def fill(store: Store, count: int) -> int:
    """That many points at least; how many there are."""
    if not query.run_page(store, limit=0).total:
        make_runs(store, ORIGINALS, params=2, metrics=2, points=POINTS_EACH // 2)
        ingest.fold(store, patience=3600)
        multiply(store, -(-count // (ORIGINALS * POINTS_EACH)))
    found: int = query.sql(store, "SELECT count(*) AS n FROM points")["n"][0].as_py()
    return found


async def waits(url: str, token: str, store_id: str, sql: str) -> dict[str, float]:
    """Milliseconds of an answer of the kernel's before and during the query, and of a page of runs during it."""
    from tornado.httpclient import AsyncHTTPClient, HTTPRequest
    from tornado.websocket import websocket_connect

    headers = {"Authorization": f"token {token}", "Content-Type": "application/json"}
    http = AsyncHTTPClient(max_clients=20)
    made = await http.fetch(HTTPRequest(f"{url}/api/kernels", "POST", headers, body="{}"))
    kernel = json.loads(made.body)["id"]
    socket_url = f"{url.replace('http', 'ws')}/api/kernels/{kernel}/channels"
    channel = await websocket_connect(HTTPRequest(socket_url, headers=headers))
    await _ask(channel)
    quiet = [await _ask(channel) for _ in range(100)]
    address = f"{url}/mlnb/api/sql?store={store_id}"
    body = json.dumps({"sql": sql})
    began = time.perf_counter()
    asked = http.fetch(
        HTTPRequest(address, "POST", headers, body=body, request_timeout=120), raise_error=False
    )
    busy: list[float] = []
    pages: list[float] = []
    while not asked.done():
        busy.append(await _ask(channel))
        page = f"{url}/mlnb/api/runs?store={store_id}&limit=100&offset={len(pages)}"  # none that is kept
        sent = time.perf_counter()
        await http.fetch(HTTPRequest(page, headers=headers, request_timeout=120))
        pages.append((time.perf_counter() - sent) * 1e3)
    took = time.perf_counter() - began
    channel.close()
    await http.fetch(HTTPRequest(f"{url}/api/kernels/{kernel}", "DELETE", headers))
    return {
        "query_s": took,
        "status": asked.result().code,
        "quiet_p95_ms": float(np.quantile(quiet, 0.95)),
        "busy_p95_ms": float(np.quantile(busy, 0.95)),
        "page_p50_ms": float(np.median(pages)),
        "page_p95_ms": float(np.quantile(pages, 0.95)),
        "page_max_ms": max(pages),
        "pages": len(pages),
    }


async def _ask(channel: WebSocketClientConnection) -> float:
    number = uuid.uuid4().hex
    header = {
        "msg_id": number,
        "username": "",
        "session": number,
        "msg_type": "kernel_info_request",
        "version": "5.3",
    }
    message = {
        "header": header,
        "parent_header": {},
        "metadata": {},
        "content": {},
        "channel": "shell",
        "buffers": [],
    }
    began = time.perf_counter()
    await channel.write_message(json.dumps(message))
    while True:
        found = await channel.read_message()
        assert found is not None, "the server closed the kernel's channel"
        if isinstance(found, str):
            reply = json.loads(found)
            if reply["parent_header"].get("msg_id") == number and reply["msg_type"] == "kernel_info_reply":
                return (time.perf_counter() - began) * 1e3


def rendered(found: dict[str, Any]) -> str:
    lines = [
        f"{found['points']:,} points, {found['machine']['cores']} cores, load {found['machine']['load']}",
        "",
        "| a query over | | kernel's answer, p95: before, during | a page of runs during it: p50, p95, longest |",
        "|---|---|---|---|",
    ]
    for name in QUERIES:
        took = found[name]
        end = "answered" if took["status"] == 200 else "stopped"
        lines.append(
            f"| {name} | {end} after {took['query_s']:.1f} s | {took['quiet_p95_ms']:.0f}, {took['busy_p95_ms']:.0f} ms "
            f"| {took['page_p50_ms']:.0f}, {took['page_p95_ms']:.0f}, {took['page_max_ms']:.0f} ms |"
        )
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.waits", description=(__doc__ or "").partition(":")[0]
    )
    parser.add_argument("--points", type=int, default=100_000_000)
    parser.add_argument(
        "--store", type=Path, metavar="FOLDER", help="keep the folder with the store, and use it again"
    )
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="mlnb-waits-") as place:
        root = (given.store or Path(place) / "work").resolve()
        root.mkdir(parents=True, exist_ok=True)
        store = Store.open(root / ".mlnb")
        found: dict[str, Any] = {"machine": machine.described(), "points": fill(store, given.points)}
        with jupyterlab(Path(place), root) as (url, token):
            for name, sql in QUERIES.items():
                found[name] = asyncio.run(waits(url, token, store.store_id, sql))
    print(rendered(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
