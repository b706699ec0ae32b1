"""The same views without JupyterLab around them, and the addresses that lead to them from everywhere."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from mlnb.server.page import ASSETS, SCRIPT
from mlnb.tracking import start

pytestmark = pytest.mark.skipif(not (ASSETS / SCRIPT).is_file(), reason="the page has not been built")


def make_runs(root):
    """Three runs with a curve each; the ids, oldest first."""
    made = []
    for lr in (0.1, 0.2, 0.3):
        with start(experiment="churn", params={"lr": lr}, store=root / ".mlnb") as run:
            run.history("loss", [1 / (1 + lr * step) for step in range(50)])
            run.metric("accuracy", 0.5 + lr)
        made.append(run)
    return made


@pytest.fixture(scope="module")
def runs(lab):
    return make_runs(lab.root)


@pytest.fixture
def visit(browser, lab):
    """Open the page at an address, as a browser that has never been there; what goes wrong in it fails the test."""
    contexts, errors = [], []

    def go(address="", scheme="light"):
        context = browser.new_context(
            viewport={"width": 1280, "height": 800}, color_scheme=scheme, reduced_motion="reduce"
        )
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
        page.goto(f"{lab.url}/mlnb/?token={lab.token}{address}")
        return page

    yield go
    for context in contexts:
        context.close()
    assert errors == []


def test_it_lists_the_runs_and_opens_one_and_its_address_says_so(visit, runs):
    page = visit()
    expect(page.locator(".mlnb-View-runs .mlnb-RunTable-row")).to_have_count(3)
    assert "token" not in page.url
    page.locator(f".mlnb-RunList-line[data-mlnb-run='{runs[1].run_id}']").click()
    expect(page.locator(".mlnb-View-run h1")).to_have_text(runs[1].name)
    expect(page).to_have_url(re.compile(f"/mlnb/#/run/{runs[1].run_id}\\?store={runs[1].store.store_id}$"))
    expect(page).to_have_title(f"{runs[1].name} · mlnb")
    page.go_back()
    expect(page.locator(".mlnb-View-runs")).to_be_visible()
    page.go_forward()
    expect(page.locator(".mlnb-View-run h1")).to_have_text(runs[1].name)
    page.reload()
    expect(page.locator(".mlnb-View-run h1")).to_have_text(runs[1].name)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_each_view_has_an_address_and_wears_the_systems_theme(visit, runs, scheme, results):
    ids = ",".join(run.run_id for run in runs)
    views = {
        "runs": "/runs",
        "run": f"/run/{runs[0].run_id}",
        "compare": f"/compare/{ids}",
        "models": "/models",
    }
    page = visit(f"#{views['runs']}", scheme)
    for kind, address in views.items():
        page.evaluate("address => { window.location.hash = address }", address)
        expect(page.locator(f".mlnb-View-{kind}")).to_be_visible()
        page.wait_for_timeout(300)
        page.screenshot(path=results / f"page-{kind}-{scheme}.png")
    light = page.evaluate("() => getComputedStyle(document.body).backgroundColor")
    assert light == ("rgb(255, 255, 255)" if scheme == "light" else "rgb(33, 33, 33)")


def test_what_is_logged_elsewhere_comes_by_itself(visit, runs, lab):
    page = visit(f"#/run/{runs[0].run_id}")
    expect(page.locator(".mlnb-View-run h1")).to_have_text(runs[0].name)
    with start(experiment="churn", store=lab.root / ".mlnb") as run:
        run.metric("accuracy", 0.9)
        expect(page.locator(f".mlnb-RunList-line[data-mlnb-run='{run.run_id}']")).to_be_visible(
            timeout=10_000
        )


def test_a_saved_view_is_there_after_a_reload(visit, runs):
    page = visit("#/runs")
    table = page.locator(".mlnb-View-runs")
    table.get_by_role("combobox", name="Search runs").fill("params.lr > 0.15")
    expect(table.locator(".mlnb-Chips li")).to_have_count(1)
    table.get_by_role("button", name="Views").click()
    page.get_by_label("Name of the view").fill("fast ones")
    page.get_by_label("Name of the view").press("Enter")
    page.reload()
    expect(table.locator(".mlnb-RunTable-row[data-mlnb-run]").first).to_be_visible()
    table.get_by_role("button", name="Views").click()
    page.get_by_role("button", name="fast ones").first.click()
    expect(table.locator(".mlnb-Chips li")).to_contain_text("params.lr > 0.15")


def test_an_html_artifact_cannot_act_in_the_pages_name(visit, lab, tmp_path):
    report = tmp_path / "report.html"
    report.write_text("<script>top.postMessage('owned', '*'); document.cookie = 'owned=1'</script>")
    with start(experiment="churn", store=lab.root / ".mlnb") as run:
        run.artifact(str(report))
    page = visit(f"#/run/{run.run_id}")
    page.get_by_role("tab", name="Artifacts").click()
    link = page.get_by_role("link", name="report.html")
    address = link.get_attribute("href")
    assert "text%2Fhtml" in address
    with page.expect_download() as download:  # a click saves it
        link.click()
    assert "owned" in download.value.path().read_text()
    with page.expect_download():  # and so does a frame, where somebody lured one into opening it in place
        page.evaluate(
            """address => {
                window.heard = [];
                window.addEventListener('message', ({ data }) => window.heard.push(data));
                const frame = document.createElement('iframe');
                frame.src = address;
                document.body.append(frame);
            }""",
            address,
        )
    assert page.evaluate("() => [window.heard.includes('owned'), document.cookie.includes('owned')]") == [
        False,
        False,
    ]


def test_an_address_opens_the_run_in_jupyterlab_too(page, lab, runs):
    page.goto(f"{lab.url}/lab?mlnb=/run/{runs[2].run_id}")
    expect(page.locator(".mlnb-View-run h1")).to_have_text(runs[2].name)
    expect(page).not_to_have_url(re.compile("mlnb="))


def test_notebook_7_has_the_sidebar_and_opens_views_in_a_tab(browser, notebook_7, sit_at, results):
    run = make_runs(notebook_7.root)[0]
    notebook_7.write_notebook("train.ipynb", "%load_ext mlnb", "%%track\nlr = 0.1\nloss = sum([lr]) / 2")
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.goto(f"{notebook_7.url}/notebooks/train.ipynb?token={notebook_7.token}")
    page.wait_for_function("window.jupyterapp !== undefined")
    desk = sit_at(page)
    desk.run_cell(0)
    desk.run_cell(1)
    badge = page.locator(".mlnb-Badge")
    expect(badge).to_contain_text("loss")
    desk.show_experiments()
    line = page.locator(f".mlnb-RunList-line[data-mlnb-run='{run.run_id}']")
    expect(line).to_be_visible()
    page.screenshot(path=results / "notebook7.png")
    models = page.get_by_role("button", name="Models")
    for opened, kind in (
        (line, "run"),
        (page.locator(".mlnb-RunLine"), "run"),
        (badge, "run"),
        (models, "models"),
    ):
        with context.expect_page() as found:
            opened.click()
        expect(found.value.locator(f".mlnb-View-{kind}")).to_be_visible()
        assert f"/mlnb/#/{kind}" in found.value.url
        found.value.close()
    context.close()
