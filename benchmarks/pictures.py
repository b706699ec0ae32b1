"""Pictures of every view, to be looked at: `python -m benchmarks.pictures FOLDER`.

Light and dark, 1280 and 1920 wide, from the demo's real runs, and from runs that are hard to show: long names, a
thousand columns, numbers that are none, missing metrics, thousands of tags. Those of the docs and the README are among them.
"""

from __future__ import annotations

import argparse
import math
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Locator, Page, sync_playwright

from benchmarks.panel import ARGUMENTS, jupyterlab
from mlnb.store import Store, query
from mlnb.tracking import start

SIZES = {1280: 800, 1920: 1080}
THEMES = {"light": "JupyterLab Light", "dark": "JupyterLab Dark"}
NAME = "a-name-that-somebody-made-of-everything-there-was-to-say-about-the-run-and-then-some-more"

LONG = "a message that is much longer than the line that it has to stand in " * 4


class Camera:
    """A JupyterLab in a browser, and where its pictures go."""

    def __init__(self, page: Page, folder: Path) -> None:
        self.page = page
        self.folder = folder

    def command(self, name: str, **arguments: object) -> None:
        self.page.evaluate(
            "([name, args]) => void window.jupyterapp.commands.execute(name, args)", [name, arguments]
        )

    def shoot(self, name: str, *, offline: bool = False) -> None:
        """The same in both themes and sizes. Themes come from the server, so it goes away for each anew."""
        for theme, title in THEMES.items():
            self.command("apputils:change-theme", theme=title)
            self.page.wait_for_function("name => document.body.dataset.jpThemeName === name", arg=title)
            self.page.context.set_offline(offline)
            if offline:
                self.page.evaluate("() => window.dispatchEvent(new Event('online'))")  # which makes it look
                self.page.locator(".mlnb-Sidebar .mlnb-Banner").wait_for()
            for width, height in SIZES.items():
                self.page.set_viewport_size({"width": width, "height": height})
                self.page.wait_for_timeout(500)  # sheets are exchanged and charts drawn anew
                self.page.screenshot(path=self.folder / f"{name}-{theme}-{width}.png")
            self.page.context.set_offline(False)

    def view(self, kind: str) -> Locator:
        return self.page.locator(f".mlnb-View-{kind}:visible")

    def close_all(self) -> None:
        for command in ("docmanager:save-all", "application:close-all"):
            self.page.evaluate("name => window.jupyterapp.commands.execute(name)", command)


def make_hard_runs(store: Store) -> list[str]:
    """Runs that a view must bear."""
    made = []
    for number in range(12):
        name = f"{NAME}-{number}" if number % 3 == 0 else f"run-{number}"
        params = {f"layers.{n}.activation_function_of_the_layer": f"value {n % 7}" for n in range(500)}
        with start(
            name, store=store, experiment="hard", params={**params, "lr": 10.0 ** -(number % 5)}
        ) as run:
            run.metrics(
                {f"metric_{n}": (number + 1) * 10.0 ** (n % 9 - 4) for n in range(500) if (n + number) % 3}
            )
            run.metrics({"accuracy": math.nan if number % 4 == 0 else 0.9 + number / 1000, "loss": math.inf})
            run.history("loss_curve", [math.nan if step % 50 == 7 else 1 / (step + 1) for step in range(400)])
            run.note("A note that goes on. " * 12)
            for tag in range(5_000 if number == 11 else 3):
                run.tag(f"tag-{tag}", "x" * (tag % 30))
        made.append(run.run_id)
    try:
        with start("broken", store=store, experiment="hard") as run:
            raise ValueError(LONG)  # noqa: TRY301
    except ValueError:
        made.append(run.run_id)
    return made


def photograph_tabs(camera: Camera, name: str) -> None:
    """The run in front, by its tabs; curves also on logarithmic axes and smoothed."""
    view = camera.view("run")
    view.get_by_role("tab").first.wait_for()
    for tab in view.get_by_role("tab").all_text_contents():
        view.get_by_role("tab", name=tab).click()
        camera.page.wait_for_timeout(700)
        kind = re.sub(r"\W*\d*$", "", tab).split()[0].lower()
        camera.shoot(f"{name}-{kind}")
        if kind == "curves":
            axes = view.get_by_role("group", name="Logarithmic axes")
            axes.get_by_role("button", name="x", exact=True).click()
            camera.shoot(f"{name}-curves-log")
            axes.get_by_role("button", name="x", exact=True).click()


def photograph_demo(camera: Camera, store: Store) -> None:
    page = camera.page
    camera.command("docmanager:open", path="mlnb-demo/digits.ipynb")
    page.locator(".jp-NotebookPanel .jp-Cell").first.wait_for()
    camera.command("mlnb:show-experiments")
    page.locator(".mlnb-RunList-line[data-mlnb-run]").nth(3).wait_for()
    camera.shoot("panel")
    camera.command("mlnb:rerun")
    page.locator(".jp-Dialog .mlnb-RerunForm-count").wait_for()
    camera.shoot("rerun")
    page.keyboard.press("Escape")
    runs = query.run_page(store, where="kind = 'notebook'", limit=20).rows
    best = [row["run_id"] for row in runs[:4]]
    target = {"store_id": store.store_id}
    camera.command("mlnb:open-run", run_id=best[0], **target)
    camera.view("run").get_by_role("tab").first.wait_for()
    photograph_tabs(camera, "run")
    for child in query.children(store, best[0]):
        camera.command("mlnb:open-run", run_id=child["run_id"], **target)
        camera.view("run").get_by_role("heading", name=child["name"]).wait_for()
        photograph_tabs(camera, child["name"])
    camera.command("mlnb:compare", runs=best, **target)
    camera.view("compare").locator(".mlnb-Differences").wait_for()
    page.wait_for_timeout(1500)
    camera.shoot("compare")
    for part in ("Code", "Data"):
        heading = camera.view("compare").get_by_role("heading", name=part, exact=True)
        if heading.count():
            heading.first.scroll_into_view_if_needed()
            camera.shoot(f"compare-{part.lower()}")
    camera.command("mlnb:open-runs", **target)
    camera.view("runs").locator(".mlnb-RunTable-row[data-mlnb-run]").first.wait_for()
    camera.shoot("runs")
    camera.command("mlnb:open-batch", runs=[runs[0]["batch_id"]], **target)
    camera.view("batch").locator(".mlnb-BatchBest").wait_for()
    camera.shoot("batch")
    other = next(row["run_id"] for row in runs if not row["aliases"])
    camera.command("mlnb:promote", run_id=other, **target)
    dialog = page.locator(".jp-Dialog")
    page.wait_for_timeout(1500)
    register = dialog.get_by_role("button", name="Register as a version")
    if register.count():
        register.click()
        page.wait_for_timeout(1500)
    camera.shoot("promote")
    dialog.get_by_role("button", name="Promote", exact=True).click()
    dialog.wait_for(state="detached")
    camera.command("mlnb:open-models", **target)
    camera.view("models").locator(".mlnb-Versions").wait_for()
    page.wait_for_timeout(500)
    camera.shoot("models")


def photograph_hard(camera: Camera, store: Store, runs: list[str]) -> None:
    page = camera.page
    camera.close_all()
    camera.command("docmanager:open", path="hard/x.ipynb")
    page.locator(".jp-NotebookPanel .jp-Cell").first.wait_for()
    page.locator(".mlnb-RunList-line", has_text="run-1").first.wait_for()
    target = {"store_id": store.store_id}
    camera.command("mlnb:open-runs", **target)
    camera.view("runs").locator(".mlnb-RunTable-row[data-mlnb-run]").first.wait_for()
    camera.shoot("hard-runs")
    camera.view("runs").get_by_role("button", name="Columns").click()
    camera.shoot("hard-columns")
    page.keyboard.press("Escape")
    for name, run in (("tags", runs[11]), ("long", runs[0]), ("failed", runs[12])):
        camera.command("mlnb:open-run", run_id=run, **target)
        camera.view("run").locator("h1").wait_for()
        page.wait_for_timeout(800)
        camera.shoot(f"hard-run-{name}")
    camera.command("mlnb:compare", runs=runs[:4], **target)
    camera.view("compare").locator(".mlnb-Differences").wait_for()
    page.wait_for_timeout(1500)
    camera.shoot("hard-compare")
    search = page.locator(".mlnb-Sidebar").get_by_role("combobox", name="Search runs")
    search.fill("params.lr > ")
    page.locator("#mlnb-search-error").wait_for()
    camera.shoot("query-error")
    search.fill("params.lr > 1000")
    page.locator(".mlnb-Sidebar").get_by_text("No run matches").wait_for()
    camera.shoot("nothing-found")
    search.fill("")


def photograph_empty(camera: Camera) -> None:
    camera.close_all()
    camera.command("docmanager:open", path="empty/x.ipynb")
    camera.page.locator(".jp-NotebookPanel .jp-Cell").first.wait_for()
    camera.page.locator(".mlnb-Sidebar").get_by_text("No runs yet").wait_for()
    camera.command("mlnb:open-models", store_id=None)
    camera.page.wait_for_timeout(800)
    camera.shoot("empty")


def write_notebook(path: Path) -> None:
    path.parent.mkdir(parents=True)
    path.write_text('{"cells": [{"cell_type": "code", "id": "a", "source": "x = 1", "metadata": {}, "outputs": [], '
                    '"execution_count": null}], "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3"}}, "nbformat": 4, "nbformat_minor": 5}')  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pictures")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--chromium", default=os.environ.get("MLNB_CHROMIUM") or shutil.which("chromium"))
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="mlnb-pictures-") as place:
        home, root = Path(place) / "home", Path(place) / "work"
        home.mkdir()
        demo = root / "mlnb-demo"
        root.mkdir()
        subprocess.run([sys.executable, "-m", "mlnb", "demo", "--folder", str(demo)], check=True, cwd=root)
        write_notebook(root / "hard" / "x.ipynb")
        write_notebook(root / "empty" / "x.ipynb")
        (root / "empty" / "mlnb.toml").write_text('store = ".mlnb"\n')
        hard = Store.open(root / "hard" / ".mlnb")
        runs = make_hard_runs(hard)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=given.chromium, args=list(ARGUMENTS))
            with jupyterlab(home, root) as (url, token):
                page = browser.new_page(reduced_motion="reduce")
                page.goto(f"{url}/lab?token={token}&reset")
                page.wait_for_function("window.jupyterapp !== undefined")
                page.evaluate("window.jupyterapp.restored.then(() => true)")
                camera = Camera(page, given.folder)
                photograph_demo(camera, Store.open(demo / ".mlnb"))
                photograph_hard(camera, hard, runs)
                photograph_empty(camera)
                camera.command("docmanager:open", path="hard/x.ipynb")
                page.locator(".mlnb-RunList-line", has_text="run-1").first.wait_for()
                camera.shoot("offline", offline=True)
            browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
