"""A model card says what is recorded, and can't be used to smuggle anything into a page."""

from __future__ import annotations

import pytest

import mlnb
from mlnb import events, registry
from mlnb.errors import GateFailed, NotFound, UsageError
from mlnb.store import query
from mlnb.tracking import start


@pytest.fixture
def promoted(project):
    project.gates("metrics.accuracy >= 0.9")
    run_id = project.train(
        metrics={"accuracy": 0.95},
        train_data="a" * 32,
        git=events.GitState(commit="c0ffee" * 6, dirty=True),
    )
    project.store.edit(
        run_id,
        events.Note(text="Trained on <b>spring</b> data | only"),
        events.Environment(env_id="e", python="3.11.7", platform="Linux", packages={"scikit-learn": "1.9.1"}),
        events.Check(dataset="train set", name="no nulls", passed=True),
    )
    registry.register(run_id, "churn", store=project.store, user="ada")
    registry.promote("churn", 1, note="first", store=project.store, user="ada")
    return run_id


def test_a_card_says_what_is_recorded(project, promoted):
    text = registry.card("churn@champion", store=project.store).markdown
    for expected in (
        "# churn 1",
        "| aliases | champion |",
        "| accuracy | 0.95 | 0.95 | 0.95 | 1 |  |",
        "| C | 1.0 | logged |",
        "passed: metrics.accuracy &gt;= 0.9 (accuracy is 0.95, which is &gt;= 0.9)",
        f"commit {'c0ffee' * 6} with changes",
        "| scikit-learn | 1.9.1 |",
        "| train set | no nulls | passed |  |",
        promoted,
    ):
        assert expected in text


def test_a_cards_page_loads_nothing_and_escapes_everything(project, promoted):
    page = registry.card("churn/1", store=project.store).html
    assert "&lt;b&gt;spring&lt;/b&gt; data | only" in page
    assert "<b>" not in page
    assert "http" not in page
    assert "<script" not in page


def test_what_nothing_is_known_of_is_left_out(project):
    project.version()
    assert "## Data checks" not in registry.card("churn/1", store=project.store).markdown


@pytest.mark.parametrize(("reference", "error"), [("churn/9", NotFound), ("a-run", UsageError)])
def test_only_a_version_has_a_card(project, reference, error):
    project.version()
    with pytest.raises(error):
        registry.card(reference, store=project.store)


def test_a_curve_is_drawn_in_a_line(project):
    run_id = project.train(metrics={"accuracy": 0.9})
    with start(store=project.store, run_id=run_id) as run:
        run.history("loss", [8, 7, 6, 5, 4, 3, 2, float("nan"), 1])
    registry.register(run_id, "churn", store=project.store)
    assert "| 9 | █▇▆▅▄▃▂▁ |" in registry.card("churn/1", store=project.store).markdown


def test_notes_can_be_edited_and_are_kept(project, promoted):
    registry.annotate("churn@champion", "Not for minors.\nReview in May.", store=project.store)
    assert (
        "## Notes\n\nNot for minors.\n\nReview in May.\n"
        in registry.card("churn/1", store=project.store).markdown
    )
    with pytest.raises(NotFound):
        registry.annotate("churn/7", "?", store=project.store)


def test_a_promotion_keeps_the_card_as_it_stood(project, promoted):
    registry.annotate("churn/1", "written later", store=project.store)
    record = mlnb.get(promoted, store=project.store)
    page, text = (record.artifact(f"churn 1 card.{ending}").decode() for ending in ("html", "md"))
    assert "| aliases | champion |" in text
    assert "spring" in text
    assert "written later" not in text
    assert page.startswith("<!doctype html>")


def test_a_refusal_keeps_no_card(project):
    project.gates("metrics.accuracy >= 2")
    run_id = project.train()
    registry.register(run_id, "churn", store=project.store)
    with pytest.raises(GateFailed):
        registry.promote("churn", 1, store=project.store)
    assert [one["kind"] for one in query.record(project.store, run_id)["artifacts"]] == ["model"]
