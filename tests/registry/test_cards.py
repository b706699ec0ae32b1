"""A model card says what is recorded, and can't be used to smuggle anything into a page."""

from __future__ import annotations

import pytest

from mlnb import events, registry
from mlnb.errors import NotFound, UsageError


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
        "| accuracy | 0.95 | 0.95 | 0.95 | 1 |",
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
