"""A run while it lasts: what is logged is there, and it ends whatever happens."""

import os
import subprocess
import sys
import textwrap
import threading

import numpy as np
import pytest

import mlnb
from mlnb.capture.findings import Metric
from mlnb.errors import NotFound, UsageError
from mlnb.store import query
from mlnb.tracking import active, current_store, start
from mlnb.tracking.writing import NamesTaken


@pytest.fixture
def recorded():
    """The record of a run, asked from the store."""
    return lambda run: query.record(run.store, run.run_id)


def script(text, *, check=True):
    """Run a script in a process of its own."""
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(text)], capture_output=True, text=True, check=check, timeout=60
    )


def test_a_run_holds_what_was_logged(recorded):
    with mlnb.run("baseline", params={"lr": 0.1}, tags={"team": "a"}, experiment="e") as run:
        run.metric("loss", 0.5, step=1)
        run.metrics({"loss": 0.3, "acc": 0.9}, step=2)
        run.note("a note")
    found = recorded(run)
    assert (found["name"], found["experiment"], found["status"]) == ("baseline", "e", "finished")
    assert (found["params"], found["tags"], found["note"]) == ({"lr": 0.1}, {"team": "a"}, "a note")
    assert found["metrics"] == {"acc": 0.9, "loss": 0.3}


def test_the_verbs_act_on_the_active_run(recorded):
    with mlnb.run() as run:
        mlnb.param("depth", 3)
        mlnb.metric("acc", 0.9)
        mlnb.history("loss", [3.0, 2.0, 1.0])
        mlnb.tag("k", "v")
    found = recorded(run)
    assert (found["params"], found["metrics"], found["tags"]) == (
        {"depth": 3},
        {"acc": 0.9, "loss": 1.0},
        {"k": "v"},
    )


def test_without_a_run_the_verbs_say_what_to_do():
    with pytest.raises(UsageError, match="%%track"):
        mlnb.metric("acc", 1.0)


def test_an_error_makes_the_run_failed_and_goes_on(recorded):
    with pytest.raises(ZeroDivisionError), mlnb.run() as run:
        _ = 1 / 0
    assert (recorded(run)["status"], recorded(run)["error"]) == (
        "failed",
        "ZeroDivisionError: division by zero",
    )


def test_an_interrupted_run_is_failed(recorded):
    with pytest.raises(KeyboardInterrupt), mlnb.run() as run:
        raise KeyboardInterrupt
    assert (recorded(run)["status"], recorded(run)["error"]) == ("failed", "KeyboardInterrupt")


def test_a_run_inside_a_run_is_its_child(recorded):
    with mlnb.run() as outer, mlnb.run() as inner:
        assert active() is inner
    assert recorded(inner)["parent_id"] == outer.run_id
    assert active() is None


def test_an_ended_run_takes_nothing_more():
    with mlnb.run() as run:
        run.metric("loss", 1.0)
    for late in (lambda: run.metric("loss", 2.0), lambda: run.param("a", 1), lambda: run.history("x", [1.0])):
        with pytest.raises(UsageError, match="has ended"):
            late()


def test_ending_twice_is_ending_once(recorded):
    run = start()
    run.finish()
    run.finish("failed")
    assert recorded(run)["status"] == "finished"


@pytest.mark.parametrize(
    ("value", "kept"), [(1, 1.0), (np.float32(0.5), 0.5), (np.int64(3), 3.0), (True, 1.0), ("0.25", 0.25)]
)
def test_any_number_is_a_metric(recorded, value, kept):
    with mlnb.run() as run:
        run.metric("m", value)
    assert recorded(run)["metrics"] == {"m": kept}


@pytest.mark.parametrize("value", ["high", None, [1.0], object()])
def test_what_is_no_number_is_refused_by_name(value):
    with mlnb.run() as run, pytest.raises(UsageError, match="metric 'm'"):
        run.metric("m", value)


@pytest.mark.parametrize("step", [1.5, "1", 2**63, -(2**63) - 1])
def test_a_step_is_a_whole_number_of_64_bits(step):
    with mlnb.run() as run, pytest.raises(UsageError, match="64 bits"):
        run.metric("m", 1.0, step)


def test_numpy_steps_are_steps():
    with mlnb.run() as run:
        for step in np.arange(3):
            run.metric("m\ud800", 1.0, step)
    assert query.history(run.store, run.run_id, "m\\ud800").steps.tolist() == [0, 1, 2]


def test_after_the_last_step_there_is_no_next():
    with mlnb.run() as run:
        run.metric("m", 1.0, 2**63 - 1)
        with pytest.raises(UsageError, match="step"):
            run.metric("m", 2.0)


def test_lone_surrogates_are_written_as_escapes(recorded):
    odd = "a\udc80b"
    with mlnb.run(odd) as run:
        run.param(odd, odd)
        run.metric(odd, 1.0)
        run.tag(odd, odd)
        run.note(odd)
        run.text(odd, odd)
    found = recorded(run)
    safe = "a\\udc80b"
    assert (found["name"], found["params"], found["metrics"], found["tags"]) == (
        safe, {safe: safe}, {safe: 1.0}, {safe: safe},
    )  # fmt: skip


def test_a_huge_text_becomes_an_object(recorded):
    text = "x" * (3 << 20)
    with mlnb.run() as run:
        run.param("prompt", text)
    found = recorded(run)
    assert found["params"]["prompt"].startswith("sha256:")
    assert run.store.objects.read(found["params"]["prompt"].removeprefix("sha256:")).decode() == text


def test_an_artifact_is_a_copy(recorded, tmp_path):
    (tmp_path / "report.html").write_text("<p>")
    with mlnb.run() as run:
        sha256 = run.artifact(tmp_path / "report.html")
    (tmp_path / "report.html").unlink()
    assert run.store.objects.read(sha256) == b"<p>"
    assert recorded(run)["artifacts"][0]["media_type"] == "text/html"


def test_a_file_that_is_not_there_is_named():
    with mlnb.run() as run, pytest.raises(NotFound, match=r"nope\.txt"):
        run.artifact("nope.txt")


@pytest.mark.parametrize(("values", "steps"), [([[1.0]], None), ([1.0], [1, 2]), (["a"], None)])
def test_a_curve_is_a_flat_list_of_numbers(values, steps):
    with mlnb.run() as run, pytest.raises(UsageError, match="history"):
        run.history("loss", values, steps)


def test_threads_log_to_one_run(recorded):
    with mlnb.run() as run:
        threads = [
            threading.Thread(target=lambda name=f"m{i}": [run.metric(name, float(n)) for n in range(200)])
            for i in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert {item["name"]: item["count"] for item in recorded(run)["metrics_detail"]} == {
        f"m{i}": 200 for i in range(4)
    }


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_forked_workers_points_are_the_runs_and_its_exit_ends_nothing(recorded):
    script(
        """
        import multiprocessing, mlnb
        def work(n):
            mlnb.metric("worker", float(n), n)
            return n
        with mlnb.run("forks", store=".mlnb") as run:
            with multiprocessing.get_context("fork").Pool(2) as pool:
                pool.map(work, range(20))
            run.metric("own", 1.0)
        """
    )
    home = current_store(".mlnb")
    (row,) = query.run_page(home).rows
    assert (row["status"], row["metrics"]["own"]) == ("finished", 1.0)
    assert query.history(home, row["run_id"], "worker").steps.tolist() == list(range(20))


# ---- the end of a process -----------------------------------------------------------------------


def only_run():
    (row,) = query.run_page(current_store(".mlnb")).rows
    return row


def test_a_script_that_forgets_to_finish_is_finished():
    script("import mlnb; mlnb.run(store='.mlnb').metric('a', 1.0)")
    assert (only_run()["status"], only_run()["metrics"]) == ("finished", {"a": 1.0})


def test_a_script_that_raises_is_failed_and_its_exit_status_is_its_own():
    done = script("import mlnb; mlnb.run(store='.mlnb'); raise SystemError('x')", check=False)
    assert (done.returncode, only_run()["status"], only_run()["error"]) == (1, "failed", "SystemError: x")


def test_a_killed_script_is_killed_with_all_it_had_logged():
    done = script(
        """
        import os, signal, mlnb
        run = mlnb.run(store=".mlnb")
        for step in range(1000):
            run.metric("loss", float(step), step)
        os.kill(os.getpid(), signal.SIGKILL)
        """,
        check=False,
    )
    assert done.returncode == -9
    assert (only_run()["status"], only_run()["metrics"]) == ("killed", {"loss": 999.0})


@pytest.mark.parametrize("status", [0, 3])
def test_a_scripts_exit_status_is_its_own(status):
    assert (
        script(f"import mlnb, sys; mlnb.run(store='.mlnb'); sys.exit({status})", check=False).returncode
        == status
    )


def test_who_leaves_a_notebook_in_the_middle_has_not_finished_it(store):
    script("""
        from mlnb.tracking import start
        start("script"), start("notebook", kind="notebook")
    """)
    rows = {row["name"]: (row["status"], row["error"]) for row in query.run_page(store, children=True).rows}
    assert rows == {
        "script": ("finished", None),
        "notebook": ("failed", "the process ended before the run did"),
    }


def test_cells_that_number_a_metric_by_themselves_share_no_name():
    """The second `accuracy` of a cell isn't taken for the one that was moved there from the first."""
    taken = NamesTaken()
    names = [("accuracy", 1), ("accuracy", 2), ("accuracy (2)", 2), ("accuracy", 3), ("accuracy (2)", 3)]
    assert [taken.free(Metric(name, [0.5]), cell) for name, cell in names] == [
        "accuracy",
        "accuracy (2)",
        "accuracy (3)",
        "accuracy (4)",
        "accuracy (5)",
    ]
