"""Roads that are walked every day: a view is opened, closed and opened again, a run is repeated as it was."""

from __future__ import annotations

import nbformat
import pytest
from playwright.sync_api import expect

import mlnb
from mlnb.store import query
from mlnb.tracking import start

TRICKY = {
    "hidden": [64, 32],
    "feats": "age,income",
    "seed": 1234567890123457,
    "big": 12345678901234567,
    "version": "1.10",
    "lr": -1e-05,
    "note": "two\nlines",
    "nothing": None,
}
TRAINING = """%%track training
lr = 0.1
for epoch in range(600):
    loss = 1 / (1 + lr * epoch)
    time.sleep(0.1)
"""


@pytest.fixture(scope="module")
def runs(lab):
    made = []
    for lr in (0.1, 0.2, 0.3):
        with start(f"run-{lr}", experiment="churn", params={"lr": lr}, store=lab.root / ".mlnb") as run:
            run.metric("accuracy", 0.5 + lr)
        made.append(run)
    return made


@pytest.fixture(scope="module")
def repeated(lab):
    """A run of a notebook whose parameters are easily mistaken."""
    lines = "\n".join(f"{name} = None" for name in TRICKY)
    cells = [
        nbformat.v4.new_code_cell(lines, metadata={"tags": ["parameters"]}),
        nbformat.v4.new_code_cell("score = 1.0\nprint('score:', score)"),
    ]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    path = lab.root / "tricky.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel}), path)
    batch = mlnb.rerun(path, params=TRICKY, store=lab.root / ".mlnb")
    return batch.plan.entries[0].run_id


def views(runs, batch):
    """Every view of the main area: its command and arguments, and what it is known by."""
    one, two = runs[0].run_id, runs[1].run_id
    store = runs[0].store.store_id
    return {
        "run": ("mlnb:open-run", {"run_id": one, "store_id": store}),
        "compare": ("mlnb:compare", {"runs": [one, two], "store_id": store}),
        "runs": ("mlnb:open-runs", {"store_id": store}),
        "models": ("mlnb:open-models", {"store_id": store}),
        "batch": ("mlnb:open-batch", {"batch_id": batch, "store_id": store}),
    }


@pytest.mark.parametrize("kind", ["run", "compare", "runs", "models", "batch"])
def test_a_view_that_was_closed_opens_again(page, desk, lab, runs, repeated, kind):
    batch = query.record(runs[0].store, repeated)["batch_id"]
    command, arguments = views(runs, batch)[kind]
    view = page.locator(f".mlnb-View-{kind}")
    for _ in range(3):
        desk.command(command, **arguments)
        expect(view).to_have_count(1)
        expect(view).to_be_visible()
        expect(view.locator(".mlnb-Loading")).to_have_count(0)
        desk.command(command, **arguments)  # the one that is there comes to the front
        page.wait_for_timeout(200)
        expect(view).to_have_count(1)
        desk.command("application:close")
        expect(view).to_have_count(0)


def test_a_run_that_is_rerun_with_nothing_touched_is_the_same_run(page, desk, lab, repeated):
    store = mlnb.get(repeated, store=lab.root / ".mlnb")
    desk.command("mlnb:open-run", run_id=repeated)
    view = page.locator(".mlnb-View-run")
    expect(view.get_by_role("row", name="seed")).to_contain_text("1234567890123457")
    expect(view.get_by_role("row", name="big")).to_contain_text("12345678901234567")
    view.get_by_role("button", name="Rerun").click()
    dialog = page.locator(".jp-Dialog")
    for name, text in {"hidden": "[64, 32]", "feats": '"age,income"', "version": '"1.10"'}.items():
        expect(dialog.get_by_label(name, exact=True)).to_have_value(text)
    dialog.get_by_role("button", name="Run", exact=True).click()
    batch = page.locator(".mlnb-View-batch")
    expect(batch).to_contain_text("1 of 1 run", timeout=90_000)
    plans = query.batches(mlnb.store.Store.open(lab.root / ".mlnb"))
    assert [entry["params"] for plan in plans for entry in plan["plan"]] == [TRICKY, TRICKY]
    again = next(plan["plan"][0]["run_id"] for plan in plans if plan["plan"][0]["run_id"] != repeated)
    assert mlnb.get(again, store=lab.root / ".mlnb").params == store.params


def test_the_sidebar_stays_with_its_store_while_an_executed_notebook_is_in_front(page, desk, lab, repeated):
    (lab.root / "other").mkdir(exist_ok=True)
    with start("of-another-project", store=lab.root / "other" / ".mlnb"):
        pass
    lab.write_notebook("other/here.ipynb", "x = 1")
    desk.show_experiments()
    desk.open_notebook("other/here.ipynb")
    line = page.locator(".mlnb-RunList-line", has_text="of-another-project")
    expect(line).to_be_visible()
    desk.command(
        "mlnb:open-executed-notebook",
        run_id=repeated,
        store_id=mlnb.store.Store.open(lab.root / ".mlnb").store_id,
    )
    expect(page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-OutputArea-output").last).to_contain_text(
        "score:"
    )
    page.wait_for_timeout(500)
    expect(line).to_be_visible()


def test_the_code_of_a_view_is_loaded_when_it_is_first_opened(page, desk, runs):
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    desk.command("mlnb:open-models", store_id=runs[0].store.store_id)
    expect(page.locator(".mlnb-View-models")).to_be_visible()
    assert [url for url in asked if "/extensions/mlnb/static/" in url]
    asked.clear()
    desk.command("application:close")
    desk.command("mlnb:open-models", store_id=runs[0].store.store_id)
    expect(page.locator(".mlnb-View-models")).to_be_visible()
    assert not [url for url in asked if "/extensions/mlnb/static/" in url]


def test_a_tracked_cell_lives_in_the_panel_while_it_trains(page, desk, lab):
    lab.write_notebook("training.ipynb", "%load_ext mlnb\nimport time", TRAINING)
    desk.show_experiments()
    desk.open_notebook("training.ipynb")
    desk.run_cell(0)
    page.evaluate(
        """() => {
            window.jupyterapp.shell.currentWidget.content.activeCellIndex = 1;
            void window.jupyterapp.commands.execute('notebook:run-cell');
        }"""
    )
    line = page.locator(".mlnb-RunList-line[data-mlnb-run]", has_text="training").first
    expect(line.locator(".mlnb-mod-running")).to_be_visible()
    line.click()
    view = page.locator(".mlnb-View-run")
    expect(view).to_contain_text("running")
    expect(view.get_by_role("row", name="lr")).to_contain_text("0.1")
    loss = view.get_by_role("row", name="loss")
    value = loss.text_content()
    expect(loss).not_to_have_text(value)  # by and by: it trains on
    expect(view).to_contain_text("running")
    desk.command("notebook:interrupt-kernel")
