"""Every command can be found, helps itself, and complains in one line."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from mlnb.cli.app import COMMANDS
from mlnb.cli.app import mlnb as group

Mlnb = Callable[..., Any]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_there_and_explains_itself(mlnb: Mlnb, name: str) -> None:
    called = mlnb(name, "--help")
    assert called.status == 0
    assert COMMANDS[name][1] in " ".join(called.out.split())


def test_the_list_of_commands_loads_none_of_them(mlnb: Mlnb) -> None:
    code = "import sys; from mlnb.cli.app import run; run(['--help']); sys.exit('papermill' in sys.modules or 'duckdb' in sys.modules)"
    assert (
        subprocess.run([sys.executable, "-c", code], stdout=subprocess.DEVNULL, check=False).returncode == 0
    )


def test_python_minus_m_is_the_same(tmp_path: Any) -> None:
    called = subprocess.run(
        [sys.executable, "-m", "mlnb", "runs", "--json"],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    assert (called.returncode, called.stdout.strip(), called.stderr) == (0, "[]", "")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("rern",), "did you mean rerun?"),
        (("rerun", "x.ipynb", "--gird", "a=1"), "did you mean --grid?"),
        (("rerun",), "mlnb rerun train.ipynb"),
        (("rerun", "a", "--resume", "b"), "--resume takes"),
        (("compare", "a"), "mlnb compare RUN RUN"),
        (("runs", "--limit", "x"), "--limit"),
        (("runs", "params.lr >"), "position"),
        (("promote", "churn", "x"), "integer"),
    ],
)
def test_wrong_usage_is_one_line_and_status_two(mlnb: Mlnb, arguments: tuple[str, ...], says: str) -> None:
    called = mlnb(*arguments)
    assert called.status == 2
    assert says in called.err
    assert called.err.startswith("mlnb: ")
    assert called.err.count("\n") == 1
    assert called.out == ""


@pytest.mark.parametrize(
    "arguments", [("show", "nope"), ("rerun", "nope.ipynb"), ("rerun", "nope"), ("models", "x")]
)
def test_what_is_not_there_is_one_line_and_status_one(mlnb: Mlnb, arguments: tuple[str, ...]) -> None:
    called = mlnb(*arguments)
    assert called.status == 1
    assert called.err.count("\n") == 1


def test_a_store_that_cannot_be_written_is_one_line(mlnb: Mlnb) -> None:
    called = mlnb("runs", "--store", "/proc/mlnb")
    assert called.status == 1
    assert "/proc/mlnb" in called.err
    assert called.err.count("\n") == 1


def test_options_explain_themselves() -> None:
    for name in COMMANDS:
        command = group.get_command(None, name)  # type: ignore[arg-type]
        for parameter in command.params:
            assert parameter.param_type_name == "argument" or parameter.help, (name, parameter.name)
