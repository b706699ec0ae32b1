"""How things show themselves: in plain text, in HTML that needs nothing else, and as what a view is drawn from."""

from __future__ import annotations

import html.parser
import json

import numpy as np
import pandas as pd
import pytest

import mlnb
from mlnb import events, widgets
from mlnb.execution.reproduction import Verdict
from mlnb.execution.verdict import Judgement, Part
from mlnb.tracking import start
from mlnb.widgets import anywidgets, bundle, runs_table

VIEW = bundle.VIEW


class Page(html.parser.HTMLParser):
    """What a page that drops scripts and style sheets leaves: the words; tags must close as they were opened."""

    VOID = frozenset({"br", "img", "rect", "line", "circle", "polyline"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.open: list[str] = []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        assert tag not in {"script", "style", "link", "iframe"}
        assert not [name for name, _ in attrs if name.startswith("on")]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_startendtag(self, tag, attrs):
        pass

    def handle_data(self, data):
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(self.words)


@pytest.fixture
def shows(shell):
    """An object's forms, as the shell gives them to a front end."""

    def forms(shown):
        found, metadata = shell.display_formatter.format(shown)
        assert metadata == {}
        assert json.loads(json.dumps(found)) == found
        return found

    return forms


@pytest.fixture
def runs(shell, store):
    """Two runs that differ in a parameter, a metric, a curve, their data and a name that needs escaping."""
    for name, rate in (("one", 0.1), ("<two>", 0.2)):
        with start(name, store=store, params={"lr": rate, "kernel": "rbf"}) as run:
            run.history("loss", np.exp(-np.arange(50) * rate))
            run.metric("accuracy", 0.8 + rate)
            run.metric("odd", float("nan"))
            run.data(pd.DataFrame({"x": [rate, 2], "y": ["a", "b"]}), "train", role="train")


def test_a_table_of_runs_shows_what_differs_and_stays_a_table(runs, shows):
    table = mlnb.runs()
    assert type(table) is pd.DataFrame
    found = shows(table)
    page = Page(found["text/html"]).text
    assert "<two>" in page
    assert "same in all" in found["text/plain"]
    assert "kernel rbf" in page
    view = found[VIEW]
    assert view["query"] == {"where": None, "order_by": None, "children": False}
    assert [row[1] for row in view["rows"]] == ["<two>", "one"]


def test_a_table_that_a_person_changed_is_shown_as_it_is(runs, shows):
    one = mlnb.runs().query("`params.lr` < 0.15")
    view = shows(one)[VIEW]
    assert (view["query"], view["total"], [row[1] for row in view["rows"]]) == (None, 1, ["one"])
    assert VIEW not in shows(mlnb.runs()[["name"]])
    assert VIEW not in shows(pd.DataFrame({"run_id": [1], "name": ["mine"]}))


def test_an_empty_table_says_so(shows, store):
    assert "0 runs" in Page(shows(mlnb.runs())["text/html"]).text


def test_a_large_table_keeps_few_rows_and_says_how_many_there_are(shows):
    table = pd.DataFrame({"run_id": [f"{n:05}" for n in range(10_000)], "name": "r", "metrics.acc": 0.5})
    table.attrs["mlnb"] = {"store": "/nowhere", "rows": 10_000, "whole": True}
    found = shows(table)
    assert len(json.dumps(found)) < 40_000
    assert "the DataFrame has all 10,000" in found["text/plain"]
    assert len(found[VIEW]["rows"]) == runs_table.KEPT_ROWS


def test_a_comparison_tells_the_differences_first(runs, shows):
    found = shows(mlnb.compare("one", "<two>"))
    page = Page(found["text/html"])
    assert page.text.index("Differences") < page.text.index("Metrics") < page.text.index("Parameters")
    assert "0.1 → 0.2" in page.text
    assert "column x changed" in page.text
    assert "<svg" in found["text/html"]
    view = found[VIEW]
    assert [curve["name"] for curve in view["curves"]] == ["loss"]
    assert {"name": "odd", "values": ["NaN", "NaN"], "differs": False} in view["metrics"]


def test_one_run_shows_its_curves_here_and_in_a_terminal(runs, shows):
    found = shows(mlnb.get("one"))
    assert "loss" in Page(found["text/html"]).text
    assert "█" in found["text/plain"]


def test_data_shows_its_columns_and_what_changed(shows):
    before = mlnb.fingerprint(pd.DataFrame({"x": [1.0, 2.0], "y": ["a", "b"]}), name="train")
    after = mlnb.fingerprint(pd.DataFrame({"x": [1.0, 3.0], "z": ["a", "b"]}))
    assert {"train", "x", "y"} <= set(Page(shows(before)["text/html"]).words)
    assert "columns removed" in Page(shows(before.diff(after))["text/html"]).text
    assert shows(before.diff(before))["text/plain"] == "unchanged"


def test_a_verdict_a_version_and_a_promotion_show_themselves(shows):
    judgement = Judgement(
        (Part("data", "same"), Part("metrics", "diverged", "acc 0.9 → 0.8")), "no seed is set"
    )
    verdict = shows(Verdict("A", "old", "B", "new", judgement))
    assert "✕ metrics" in verdict["text/plain"]
    assert "No seed is set." in Page(verdict["text/html"]).text
    version = events.ModelVersion(model="churn", version=3, run_id="A", sha256="ab" * 32, format="skops")
    assert 'mlnb.load_model("churn/3")' in shows(version)["text/plain"]
    gates = [events.GateResult(name="metrics.acc >= 0.9", passed=False, message="it is 0.8")]
    refused = events.Promotion(promotion_id="P", model="churn", alias="champion", from_version=2, to_version=3,
                               decision="refused", gates=gates)  # fmt: skip
    assert "refused" in Page(shows(refused)["text/html"]).text


def test_what_cannot_be_shown_well_is_shown_plainly(runs, shows, store, monkeypatch):
    def broken(*_):
        raise OSError("no disk")

    monkeypatch.setattr("mlnb.widgets.record.html", broken)
    found = shows(mlnb.get("one"))
    assert set(found) == {"text/plain"}
    assert found["text/plain"].startswith("one")


def test_no_widget_is_made_where_none_is_wanted(monkeypatch):
    assert anywidgets.view_of({"kind": "runs"}) == {}
    monkeypatch.setenv("MLNB_WIDGETS", "on")
    monkeypatch.setattr(anywidgets, "_widget_class", lambda: 1 / 0)
    assert anywidgets.view_of({"kind": "runs"}) == {}


def test_another_packages_way_with_tables_is_kept(shell, shows):
    widgets.uninstall(shell)
    formatter = shell.display_formatter.mimebundle_formatter
    formatter.for_type(pd.DataFrame, lambda _: {"text/plain": "theirs"})
    widgets.install(shell)
    assert shows(pd.DataFrame({"a": [1]}))["text/plain"] == "theirs"
    widgets.uninstall(shell)
    assert shows(pd.DataFrame({"a": [1]}))["text/plain"] == "theirs"
    formatter.pop(pd.DataFrame)


def test_figures_follow_the_users_style(runs):
    import matplotlib as mpl

    mpl.use("agg")
    with mpl.rc_context({"lines.linewidth": 7.0}):
        axes = mlnb.get("one").plot("loss")
        assert (axes.get_ylabel(), axes.lines[0].get_linewidth()) == ("loss", 7.0)
        both = mlnb.compare("one", "<two>").plot("loss", "accuracy")
    assert [line.get_label() for line in both[0].lines] == ["one", "<two>"]
    with pytest.raises(mlnb.Error, match="accurasy"):
        mlnb.compare("one", "<two>").plot("accurasy")
