"""Looking at runs from the command line."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import mlnb as library
from mlnb import events
from mlnb.store import answers, helper, ingest

Mlnb = Callable[..., Any]


@pytest.fixture
def two_runs() -> tuple[str, str]:
    made = []
    for lr, accuracy in ((0.1, 0.8), (0.2, 0.9)):
        with library.run(f"try-{lr}", params={"lr": lr}, tags={"team": "a"}) as run:
            run.metric("accuracy", accuracy)
            made.append(run.run_id)
    return made[0], made[1]


@pytest.mark.usefixtures("two_runs")
def test_runs_are_listed_newest_first(mlnb: Mlnb) -> None:
    rows = mlnb("runs", "--json").json
    assert [row["name"] for row in rows] == ["try-0.2", "try-0.1"]
    assert rows[0]["params"] == {"lr": 0.2}
    assert rows[0]["metrics"] == {"accuracy": 0.9}
    assert rows[0]["tags"] == {"team": "a"}
    assert rows[0]["started_at"].endswith("Z")


@pytest.mark.usefixtures("two_runs")
def test_runs_can_be_filtered_sorted_and_cut(mlnb: Mlnb) -> None:
    assert [row["name"] for row in mlnb("runs", "params.lr < 0.15", "--json").json] == ["try-0.1"]
    called = mlnb("runs", "--order-by", "metrics.accuracy asc", "-n", "1")
    assert "try-0.1" in called.out
    assert "1 of 2 runs" in called.out


def test_a_run_is_shown_by_its_name(mlnb: Mlnb, two_runs: tuple[str, str]) -> None:
    called = mlnb("show", "try-0.1")
    assert two_runs[0] in called.out
    assert "accuracy" in called.out
    assert mlnb("show", two_runs[1][:24], "--json").json["name"] == "try-0.2"


def test_a_killed_runs_figures_come_before_its_last_lines(mlnb: Mlnb) -> None:
    lines = "".join(f"epoch {number}\n" for number in range(265))
    with library.run("cut", params={"lr": 0.1}) as run:
        run.append(events.Output(text=lines))
        run.metric("loss", 0.25)
        _see_it_running(mlnb, lines)


def _see_it_running(mlnb: Mlnb, lines: str) -> None:
    shown = mlnb("show", "cut").out
    assert shown.index("lr") < shown.index("loss") < shown.index("its last output")
    assert "255 lines before it: mlnb show cut --output" in shown
    assert [line.strip() for line in shown.splitlines() if "epoch" in line] == lines.splitlines()[-10:]
    assert mlnb("show", "cut", "--output").out == lines


@pytest.mark.usefixtures("two_runs")
def test_what_differs_is_a_table_and_the_rest_a_line(mlnb: Mlnb) -> None:
    called = mlnb("compare", "try-0.1", "try-0.2")
    assert [line.split()[0] for line in called.out.splitlines() if line][:4] == [
        "params",
        "lr",
        "metrics",
        "accuracy",
    ]
    same = mlnb("compare", "try-0.1", "try-0.1")
    assert "params, the same in all: lr=0.1" in same.out
    assert [row["name"] for row in mlnb("compare", "try-0.1", "try-0.2", "--json").json["params"]] == ["lr"]


@pytest.mark.usefixtures("two_runs")
def test_sql_reads_the_tables(mlnb: Mlnb) -> None:
    called = mlnb(
        "sql", "SELECT r.name, last FROM metrics JOIN runs r USING (run_id) ORDER BY last", "--json"
    )
    assert mlnb("sql", "SELECT count(*) AS n FROM runs").out.split() == ["n", "2"]
    assert [row["last"] for row in called.json] == [0.8, 0.9]


@pytest.mark.usefixtures("two_runs")
def test_sql_cannot_write(mlnb: Mlnb) -> None:
    assert mlnb("sql", "DROP TABLE runs").status in {1, 2}
    assert len(mlnb("runs", "--json").json) == 2


def test_numbers_that_json_has_not_travel_as_text(mlnb: Mlnb) -> None:
    with library.run("odd") as run:
        run.metrics({"loss": float("nan"), "gain": float("inf")})
    assert mlnb("runs", "--json").json[0]["metrics"] == {"loss": "NaN", "gain": "Infinity"}


def test_a_run_without_packages_says_so(mlnb: Mlnb) -> None:
    with library.run("bare"):
        pass
    called = mlnb("show", "bare", "--requirements")
    assert called.status in {0, 1}
    assert called.out or "weren't recorded" in called.err


@pytest.mark.usefixtures("two_runs")
def test_the_store_says_what_it_holds(mlnb: Mlnb) -> None:
    assert mlnb("store", "info", "--json").json["runs"] == {"finished": 2}


@pytest.mark.usefixtures("two_runs")
def test_what_there_is_no_time_to_look_through_is_said(mlnb: Mlnb, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as context:
        context.setattr(answers, "AT_ONCE", 0.0)
        context.setattr(ingest, "LITTLE", 0)
        context.setattr(ingest, "AT_ONCE", 1)
        context.setattr(helper, "start", lambda store: None)
        called = mlnb("sql", "SELECT name FROM runs")
        assert "1 journals aren't folded yet" in called.err
        assert ("try-0.2" in called.out, "try-0.1" in called.out) == (True, False)
    assert mlnb("sql", "SELECT name FROM runs").err == ""
