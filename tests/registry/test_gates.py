"""Gates are written as people say them, and answer with a sentence that has the numbers."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd
import pytest

from mlnb import registry
from mlnb.capture import fingerprint
from mlnb.errors import GateFailed, UsageError
from mlnb.events import Check, GitState, Verdict
from mlnb.registry import gates
from mlnb.tracking import start


def asked(project, version: int, *lines: str, alias: str = "champion", note: str = ""):
    """What the gates would say of a promotion, without making it."""
    project.gates(*lines, alias=alias)
    return registry.promote("churn", version, alias=alias, note=note, dry_run=True, store=project.store).gates


@pytest.mark.parametrize(
    ("line", "passed", "message"),
    [
        ("metrics.accuracy >= 0.9", True, "accuracy is 0.93, which is >= 0.9"),
        ("metrics.accuracy>0.93", False, "accuracy is 0.93, not > 0.93"),
        ('metrics."accuracy" == .93', True, "accuracy is 0.93, which is = 0.93"),
        ("metrics.accuracy.min >= 0.95", False, "accuracy (min) is 0.93, not >= 0.95"),
        (
            "metrics.acuracy > 0",
            False,
            "the run of churn/1 has no metric 'acuracy' (did you mean 'accuracy'?)",
        ),
        ("metrics.loss < 1", False, "loss is nan, not < 1"),
    ],
)
def test_a_threshold_says_both_numbers(project, line, passed, message):
    project.version(metrics={"accuracy": 0.93, "loss": float("nan")})
    (result,) = asked(project, 1, line)
    assert (result.name, result.passed, result.message) == (line, passed, message)


def test_the_first_champion_has_nobody_to_beat(project):
    project.version()
    (result,) = asked(project, 1, "metrics.accuracy >= champion")
    assert (result.passed, result.message) == (True, "there is no champion yet")


@pytest.mark.parametrize(
    ("line", "value", "passed"),
    [
        ("metrics.accuracy >= champion", 0.91, True),
        ("metrics.accuracy >= champion", 0.89, False),
        ("metrics.accuracy >= champion - 0.02", 0.89, True),
        ("metrics.accuracy > champion + 0.05", 0.94, False),
    ],
)
def test_a_challenger_is_held_against_the_champion_on_the_same_test_data(project, line, value, passed):
    project.version(metrics={"accuracy": 0.9})
    project.version(metrics={"accuracy": value})
    registry.promote("churn", 1, store=project.store)
    (result,) = asked(project, 2, line)
    assert result.passed is passed
    assert "of champion churn/1, on the same test data" in result.message


def test_metrics_from_other_test_data_are_not_compared(project):
    project.version(metrics={"accuracy": 0.5}, test_data="a" * 32)
    project.version(metrics={"accuracy": 0.9}, test_data="b" * 32)
    registry.promote("churn", 1, store=project.store)
    project.gates("metrics.accuracy >= champion")
    with pytest.raises(GateFailed, match="not comparable: churn/2 was measured on test data bbbbbbbbbbbb"):
        registry.promote("churn", 2, store=project.store)


def test_metrics_of_unknown_test_data_are_not_compared(project):
    project.version(test_data=None)
    project.version()
    registry.promote("churn", 1, store=project.store)
    (result,) = asked(project, 2, "metrics.accuracy >= champion")
    assert not result.passed
    assert "the run of churn/1 doesn't say on which test data" in result.message


def test_a_metrics_own_data_counts_before_the_runs(project):
    for dataset, value in (("x" * 32, 0.5), ("y" * 32, 0.9)):
        run_id = project.train(metrics={"other": 1.0})
        with start(store=project.store, run_id=run_id) as run:
            run.metric("accuracy", value, dataset=dataset)
        registry.register(run_id, "churn", store=project.store)
    registry.promote("churn", 1, store=project.store)
    (result,) = asked(project, 2, "metrics.accuracy >= champion")
    assert "not comparable" in result.message


def test_unchanged_data_is_that_of_the_holder(project):
    project.version(train_data="a" * 32)
    project.version(train_data="a" * 32)
    project.version(train_data="c" * 32)
    registry.promote("churn", 1, store=project.store)
    assert [asked(project, version, "data.train unchanged")[0].passed for version in (2, 3)] == [True, False]
    (by_name,) = asked(project, 3, 'data."train set" unchanged')
    assert by_name.message == ("train set (cccccccccccc) isn't the data of champion churn/1 (aaaaaaaaaaaa)")


@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/Los_Angeles", "UTC"])
def test_known_data_was_used_by_an_earlier_run(project, monkeypatch, zone):
    monkeypatch.setenv("TZ", zone)  # which decides nothing
    time.tzset()
    project.version(train_data="a" * 32)
    project.version(train_data="a" * 32)
    first, second = (asked(project, version, "data.train known")[0] for version in (1, 2))
    assert not first.passed
    assert "was not used by any earlier run" in first.message
    assert second.passed
    assert "was used by 1 earlier run" in second.message
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("git", "passed", "message"),
    [
        (None, False, "the run knows of no git commit"),
        (GitState(commit="c0ffee" * 6, dirty=True), False, "had changes on top of commit c0ffeec0ffee"),
        (GitState(commit="c0ffee" * 6, dirty=False), True, "the code is commit c0ffeec0ffee"),
    ],
)
def test_clean_git_wants_committed_code(project, git, passed, message):
    project.version(git=git)
    (result,) = asked(project, 1, "clean_git")
    assert result.passed is passed
    assert message in result.message


def test_reproduced_wants_the_newest_verdict_to_agree(project):
    run_id = project.train()
    registry.register(run_id, "churn", store=project.store)
    (nobody,) = asked(project, 1, "reproduced")
    assert "nobody has reproduced the run yet" in nobody.message
    for outcome in ("diverged", "exact"):
        with start(store=project.store) as again:
            again.append(Verdict(against=run_id, part="data", outcome="same"))
            again.append(Verdict(against=run_id, part="metrics", outcome=outcome, detail="accuracy"))
        (result,) = asked(project, 1, "reproduced")
        assert result.passed is (outcome == "exact")


def test_checks_want_checked_data(project):
    run_id = project.train()
    registry.register(run_id, "churn", store=project.store)
    (none,) = asked(project, 1, "checks")
    assert (none.passed, none.message) == (False, "no data of the run was checked")
    project.store.edit(run_id, Check(dataset="train", name="no nulls", passed=True))
    assert asked(project, 1, "checks")[0].passed
    project.store.edit(run_id, Check(dataset="train", name="age", passed=False, detail="is -1 in row 3"))
    assert asked(project, 1, "checks")[0].message == "1 of 2 checks failed: train: age is -1 in row 3"


def test_checks_can_be_demanded_of_some_data_only(project):
    run_id = project.train(train_data="a" * 32)
    registry.register(run_id, "churn", store=project.store)
    for dataset, passed in (("train set", False), ("prices", True)):
        project.store.edit(run_id, Check(dataset=dataset, name="no nulls", passed=passed))
    assert asked(project, 1, "checks.prices")[0].message == "1 check passed"
    by_name, by_role = asked(project, 1, 'checks."train set"', "checks.train")
    assert by_name.message == by_role.message == "1 of 1 check failed: train set: no nulls"
    assert asked(project, 1, "checks.tset")[0].message == "no data 'tset' of the run was checked"


@pytest.mark.parametrize(
    ("line", "passed"),
    [
        ("safe_format", True),
        ("size <= 1 MB", True),
        ("size <= 12 B", False),
        ("tags.reviewed", False),
        ("tags.team", True),
        ("tags.team = risk", True),
        ("params.C <= 1 and tags.team = risk", True),
        ("params.C > 1", False),
        ("status = finished", True),
    ],
)
def test_anything_recorded_can_be_asked_for(project, line, passed):
    project.version(tags={"team": "risk"})
    (result,) = asked(project, 1, line)
    assert result.passed is passed


def test_a_note_can_be_demanded(project):
    project.version()
    assert [asked(project, 1, "note", note=note)[0].passed for note in ("", "better recall")] == [False, True]


@pytest.mark.parametrize(
    ("alias", "count"), [("champion", 1), ("challenger", 0), ("*", 1), ("churn@*", 1), ("churn", 1)]
)
def test_gates_are_chosen_by_alias_and_model(project, alias, count):
    project.gates("safe_format", alias=alias)
    assert len(gates.lines_for("churn", "champion", [project.folder])) == count


def test_a_list_of_gates_holds_for_every_promotion(project):
    (project.folder / "mlnb.toml").write_text("gates = ['safe_format', 'note']")
    assert [line.text for line in gates.lines_for("churn", "x", [project.folder])] == ["safe_format", "note"]


def test_gates_of_the_stores_project_hold_wherever_one_calls_from(project, tmp_path, monkeypatch):
    project.version(metrics={"accuracy": 0.5})
    project.gates("metrics.accuracy >= 0.9")
    elsewhere = tmp_path / "analysis" / "deep"
    elsewhere.mkdir(parents=True)
    (elsewhere / "mlnb.toml").write_text("gates = []")
    monkeypatch.chdir(elsewhere)
    with pytest.raises(GateFailed):
        registry.promote("churn", 1, store=project.store)


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("clean_gti", "did you mean 'clean_git'"),
        ("metrics.accuracy >=", "can't be read"),
        ("hello", "known:"),
    ],
)
def test_a_gate_that_cannot_be_read_stops_the_promotion(project, line, hint):
    project.version()
    with pytest.raises(UsageError, match=hint):
        asked(project, 1, line)


@pytest.mark.parametrize("text", ["gates = 3", "gates = [1]", "[gates]\nchampion = 'clean_git'"])
def test_settings_of_another_shape_are_refused(project, text):
    (project.folder / "mlnb.toml").write_text(text)
    with pytest.raises(UsageError, match="not a list of gates"):
        gates.lines_for("churn", "champion", [project.folder])


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """A distribution that brings gates of its own."""
    (tmp_path / "site" / "fairness-1.0.dist-info").mkdir(parents=True)
    (tmp_path / "site" / "fairness-1.0.dist-info" / "METADATA").write_text("Name: fairness\nVersion: 1.0\n")
    (tmp_path / "site" / "fairness-1.0.dist-info" / "entry_points.txt").write_text(
        "[mlnb.gates]\nmax_gap = fairness_gates:max_gap\nfaulty = fairness_gates:faulty\n"
    )
    (tmp_path / "site" / "fairness_gates.py").write_text(
        "def max_gap(case):\n"
        "    gap = case.candidate.record['metrics']['gap']\n"
        "    return gap <= float(case.argument), f'the gap is {gap}, allowed is {case.argument}'\n"
        "def faulty(case):\n"
        "    return 1 / 0\n"
    )
    monkeypatch.syspath_prepend(tmp_path / "site")


def test_a_gate_can_be_the_projects_own_callable(project, installed):
    project.version(metrics={"gap": 0.2})
    (result,) = asked(project, 1, "max_gap 0.1")
    assert (result.passed, result.message) == (False, "the gap is 0.2, allowed is 0.1")


def test_a_gate_that_raises_has_not_passed(project, installed):
    project.version()
    (result,) = asked(project, 1, "faulty")
    assert (result.passed, result.message) == (False, "the gate failed: ZeroDivisionError: division by zero")


@pytest.mark.parametrize(
    ("first_test_row", "passed", "message"),
    [
        (80, True, "none of 20 test rows is among the 80 training rows"),
        (79, False, "1 of 21 test rows are among the 80 training rows"),
    ],
)
def test_a_single_row_in_both_train_and_test_data_is_found(project, first_test_row, passed, message):
    run_id = project.train(test_data=None)
    rows = np.random.default_rng(0).normal(size=(100, 3))
    with start(store=project.store, run_id=run_id) as run:
        run.data(pd.DataFrame(rows[:80]), "train", role="train")
        run.data(rows[first_test_row:], "test", role="test")
    registry.register(run_id, "churn", store=project.store)
    (result,) = asked(project, 1, "no_overlap")
    assert (result.passed, result.message) == (passed, message)


def test_targets_are_no_rows_that_could_be_shared(project):
    run_id = project.train(test_data=None)
    with start(store=project.store, run_id=run_id) as run:
        for role, rows in ("train", [[1.0, 2.0]]), ("test", [[3.0, 4.0]]):
            run.data(np.array(rows), role, role=role)
            run.append(fingerprint(np.array([0])).event("y", role=role))
    registry.register(run_id, "churn", store=project.store)
    (result,) = asked(project, 1, "no_overlap")
    assert result.passed


def test_overlap_is_not_ruled_out_where_no_rows_were_kept(project):
    project.version()
    (result,) = asked(project, 1, "no_overlap")
    assert (result.passed, "kept no row hashes of its train data" in result.message) == (False, True)
