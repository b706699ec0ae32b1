"""The panel at scale, in a real Chromium before a real JupyterLab: `python -m benchmarks.panel`.

A store of 100,000 runs is made (2,000 through the store's own functions, and copies of them in its index; --store keeps
it for the next time), and twenty runs of 100,000 points each. Measured is what a person would feel: how long after a click the sidebar can be used,
the browser's frames while scrolling and typing, twenty curves over one another, a logged point on its way to the
screen, memory after minutes of updates. `--steps scroll_table compare` measures only these; how long others wait while the
server answers a heavy query, `python -m benchmarks.waits` tells.
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import numpy as np
from playwright.sync_api import Page, Request, sync_playwright

from benchmarks import machine
from mlnb.store import Store, ingest, query
from mlnb.testing import make_runs, multiply
from mlnb.tracking import start

ORIGINALS = 2_000
COMPARED, POINTS = 20, 100_000
ARGUMENTS = (
    "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--enable-precise-memory-info",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)  # fmt: skip
WATCH = """() => {
    window.frames_ = []; window.tasks_ = [];
    new PerformanceObserver(list => list.getEntries().forEach(one => window.tasks_.push(one.duration)))
        .observe({ entryTypes: ['longtask'] });
    let last = performance.now();
    const tick = now => { window.frames_.push(now - last); last = now; window.ticking = requestAnimationFrame(tick); };
    window.ticking = requestAnimationFrame(tick);
}"""
STOP = "() => { cancelAnimationFrame(window.ticking); return [window.frames_.slice(1), window.tasks_]; }"
SEEN = """name => new Promise(resolve => {
    window.seen_ = {};
    const look = () => {
        const row = [...document.querySelectorAll('.mlnb-View-run tr')].find(tr => tr.textContent.startsWith(name));
        const value = row?.querySelector('.mlnb-Facts-number')?.textContent;
        if (value && !(value in window.seen_)) {
            window.seen_[value] = performance.timeOrigin + performance.now();
        }
        requestAnimationFrame(look);
    };
    look();
    resolve();
})"""


def fill(store: Store, count: int) -> list[str]:
    """At least `count` runs, and those that are compared; the ids of these."""
    if query.run_page(store, limit=0).total < count:
        make_runs(store, min(count, ORIGINALS))
        ingest.fold(store, patience=3600)
        multiply(store, -(-count // ORIGINALS))
    known = query.run_page(store, where="experiment = 'curves' and status = 'finished'", limit=COMPARED)
    made = [row["run_id"] for row in known.rows]
    steps = np.arange(POINTS)
    for number in range(COMPARED - len(made)):
        with start(experiment="curves", params={"lr": number}, store=store) as run:
            run.history("loss", np.exp(-steps / 3e4) + np.random.default_rng(number).normal(0, 0.02, POINTS))
        made.append(run.run_id)
    ingest.fold(store, patience=3600)
    return made


@contextmanager
def jupyterlab(home: Path, root: Path) -> Iterator[tuple[str, str]]:
    """A JupyterLab with nothing of the user's: its address and token."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    token = secrets.token_hex(16)
    settings = home / ".jupyter" / "labconfig" / "default_setting_overrides.json"
    settings.parent.mkdir(parents=True, exist_ok=True)
    settings.write_text(json.dumps({"@jupyterlab/apputils-extension:notification": {"fetchNews": "false"}}))
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("JUPYTER", "MLNB_"))}
    command = [
        sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", f"--ServerApp.port={port}",
        f"--ServerApp.root_dir={root}", f"--IdentityProvider.token={token}",
        "--LabApp.expose_app_in_browser=True", "--LabApp.extension_manager=readonly",
    ]  # fmt: skip
    server = subprocess.Popen(
        command,
        env={**kept, "HOME": str(home)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        url = f"http://127.0.0.1:{port}"
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            try:
                urllib.request.urlopen(f"{url}/api/status?token={token}", timeout=5).close()
                break
            except (urllib.error.URLError, TimeoutError):
                time.sleep(0.2)
        yield url, token
    finally:
        server.terminate()
        server.wait(30)


def first_look(page: Page) -> float:
    """Milliseconds from the click on the sidebar's tab until a run can be clicked."""
    return page.evaluate(
        """() => new Promise(resolve => {
            const began = performance.now();
            window.jupyterapp.commands.execute('mlnb:show-experiments');
            const look = () => document.querySelector('.mlnb-RunList-line[data-mlnb-run]')?.offsetHeight
                ? resolve(performance.now() - began) : requestAnimationFrame(look);
            look();
        })"""
    )


def frames(page: Page, deed: Any) -> dict[str, float]:
    """The page's frames and long tasks while something is done to it."""
    page.evaluate(WATCH)
    deed()
    took, tasks = page.evaluate(STOP)
    return {
        "frames": len(took),
        "p50_ms": statistics.median(took),
        "p95_ms": float(np.quantile(took, 0.95)),
        "longest_task_ms": max(tasks, default=0.0),
    }


def scroll(page: Page, place: str, turns: int = 60) -> dict[str, float]:
    """Turn the mouse's wheel over a list."""

    def deed() -> None:
        page.locator(place).first.hover()
        for turn in range(turns):
            page.mouse.wheel(0, 600 if turn % 20 else 200_000)
            page.wait_for_timeout(30)

    return frames(page, deed)


def type_query(page: Page) -> dict[str, float]:
    """Type a query into the sidebar's search, as fast as a person can."""

    def deed() -> None:
        search = page.get_by_role("combobox", name="Search runs")
        search.press_sequentially("params.param_0 > 0.5 and metrics.metric_0 < 0.9", delay=60)
        page.wait_for_timeout(1500)
        search.fill("")
        page.wait_for_timeout(1000)

    return frames(page, deed)


def compare(page: Page, runs: list[str]) -> dict[str, float]:
    """Milliseconds until the differences of twenty runs stand there, and until all their curves are drawn."""
    answered: list[str] = []

    def note(request: Request) -> None:
        address = urlsplit(request.url)
        if address.path.endswith("/histories"):
            answered.extend(parse_qs(address.query)["runs"][0].split(","))

    page.on("requestfinished", note)
    began = time.perf_counter()
    page.evaluate("runs => void window.jupyterapp.commands.execute('mlnb:compare', { runs })", runs)
    page.locator(".mlnb-View-compare .mlnb-Differences").wait_for()
    differences = time.perf_counter() - began
    page.locator(".mlnb-View-compare .mlnb-Chart canvas").first.wait_for(timeout=60_000)
    while len(answered) < len(runs) and time.perf_counter() - began < 60:
        page.wait_for_timeout(10)
    page.evaluate("() => new Promise(done => setTimeout(() => requestAnimationFrame(done), 60))")
    return {"differences_ms": differences * 1e3, "curves_ms": (time.perf_counter() - began) * 1e3}


def live(page: Page, store: Store, points: int = 120) -> dict[str, float]:
    """Milliseconds from a logged point until its value stands in the run's view."""
    with start(experiment="live", store=store) as run:
        run.metric("tick", 0, step=0)
        page.evaluate(
            "run => void window.jupyterapp.commands.execute('mlnb:open-run', { run_id: run })", run.run_id
        )
        page.locator(".mlnb-View-run tr", has_text="tick").first.wait_for(timeout=30_000)
        page.evaluate(SEEN, "tick")
        logged: dict[str, float] = {}
        for tick in range(101, 101 + points):
            logged[str(tick)] = time.time() * 1e3
            run.metric("tick", tick, step=tick)
            page.wait_for_timeout(500)
        page.wait_for_timeout(2_000)
        seen = page.evaluate("() => window.seen_")
    took = [seen[tick] - at for tick, at in logged.items() if tick in seen]
    return {
        "points": points,
        "seen": len(took),
        "p50_ms": float(np.median(took)),
        "p95_ms": float(np.quantile(took, 0.95)),
    }


def heap(page: Page, store: Store, minutes: float) -> dict[str, Any]:
    """MB in use after each part of minutes in which runs come and points are logged all the time."""
    session = page.context.new_cdp_session(page)
    used: list[float] = []
    for _ in range(6):
        until = time.monotonic() + minutes * 60 / 6
        while time.monotonic() < until:
            with start(experiment="live", store=store) as run:
                for step in range(20):
                    run.metric("loss", 1 / (1 + step), step=step)
                    page.wait_for_timeout(100)
        session.send("HeapProfiler.collectGarbage")
        used.append(session.send("Runtime.getHeapUsage")["usedSize"] / 2**20)
    return {"minutes": minutes, "mb": used, "grown_mb": used[-1] - used[0]}


def scroll_table(page: Page) -> dict[str, float]:
    page.locator(".mlnb-Sidebar").get_by_role("button", name="Table of runs").click()
    page.locator(".mlnb-View-runs [data-mlnb-run]").first.wait_for(timeout=30_000)
    page.wait_for_timeout(2_000)
    return scroll(page, ".mlnb-RunTable-grid [data-mlnb-run]")


STEPS: dict[str, Callable[[Page, Store, list[str], float], Any]] = {
    "first_look_ms": lambda page, *_: first_look(page),
    "scroll_sidebar": lambda page, *_: scroll(page, ".mlnb-RunList-line[data-mlnb-run]"),
    "type": lambda page, *_: type_query(page),
    "scroll_table": lambda page, *_: scroll_table(page),
    "compare": lambda page, _, compared, __: compare(page, compared),
    "live": lambda page, store, *_: live(page, store),
    "heap": lambda page, store, _, minutes: heap(page, store, minutes),
}


def measured(given: argparse.Namespace, root: Path, home: Path) -> dict[str, Any]:
    store = Store.open(root / ".mlnb")
    compared = fill(store, given.runs)
    found: dict[str, Any] = {"machine": machine.described(), "runs": query.run_page(store, limit=0).total}
    with jupyterlab(home, root) as (url, token), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=given.chromium, args=list(ARGUMENTS))
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto(f"{url}/lab?token={token}&reset")
        page.wait_for_function("window.jupyterapp !== undefined")
        page.evaluate("window.jupyterapp.restored.then(() => true)")
        for name in dict.fromkeys(["first_look_ms", *(given.steps or STEPS)]):  # it opens the sidebar
            found[name] = STEPS[name](page, store, compared, given.minutes)
            print(f"… {name}: {json.dumps(found[name])}", file=sys.stderr, flush=True)
            page.wait_for_timeout(2_000)
        browser.close()
    return found


def rendered(found: dict[str, Any]) -> str:
    def frames_of(step: dict[str, float]) -> str:
        return f"{step['p95_ms']:.0f} ms, {step['longest_task_ms']:.0f} ms"

    lines: dict[str, tuple[str, Callable[[Any], str], str]] = {
        "first_look_ms": ("sidebar usable after the click", lambda took: f"{took:.0f} ms", "1,000 ms"),
        **{
            name: (f"{name.replace('_', ' ')}: p95 frame, longest task", frames_of, "32 ms, 200 ms")
            for name in ("scroll_sidebar", "type", "scroll_table")
        },
        "compare": (
            f"compare {COMPARED} × {POINTS:,}: differences, curves",
            lambda took: f"{took['differences_ms']:.0f} ms, {took['curves_ms']:.0f} ms",
            "1,000 ms",
        ),
        "live": (
            "a point on the screen: p50, p95",
            lambda took: f"{took['p50_ms']:.0f} ms, {took['p95_ms']:.0f} ms",
            "500 ms",
        ),
        "heap": (
            "heap grown in the minutes given",
            lambda took: f"{took['grown_mb']:.1f} MB in {took['minutes']:g} min",
            "stable",
        ),
    }
    head = f"{found['runs']:,} runs, {found['machine']['cores']} cores, load {found['machine']['load']}"
    return "\n".join([head, "", "| what | measured | target |", "|---|---|---|",
                      *(f"| {what} | {say(found[name])} | {target} |"
                        for name, (what, say, target) in lines.items() if name in found)])  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.panel", description=(__doc__ or "").partition(":")[0]
    )
    parser.add_argument("--runs", type=int, default=100_000)
    parser.add_argument(
        "--store", type=Path, metavar="FOLDER", help="keep the folder with the store, and use it again"
    )
    parser.add_argument(
        "--steps", nargs="+", choices=STEPS, metavar="STEP", help=f"of {', '.join(STEPS)}; else all"
    )
    parser.add_argument("--minutes", type=float, default=5.0, help="of live updates")
    parser.add_argument("--chromium", default=os.environ.get("MLNB_CHROMIUM") or shutil.which("chromium"))
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write everything that was measured")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="mlnb-panel-") as place:
        root = given.store or Path(place) / "work"
        root.mkdir(parents=True, exist_ok=True)
        found = measured(given, root.resolve(), Path(place))
    if given.json:
        given.json.write_text(json.dumps(found, indent=1) + "\n")
    print(rendered(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
