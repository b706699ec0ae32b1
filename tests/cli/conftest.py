"""The command line as its user calls it: a status, and what is on the two streams."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from mlnb.cli.app import run

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True)
class Called:
    """How a command ended, and what it printed."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@pytest.fixture
def mlnb(capsys: pytest.CaptureFixture[str]) -> Callable[..., Called]:
    """`mlnb("runs", "--json")` in this process."""

    def call(*arguments: str) -> Called:
        capsys.readouterr()
        status = run(arguments)
        out, err = capsys.readouterr()
        return Called(status, out, err)

    return call
