"""What a gate looks at, and what it answers.

A gate is anything callable with a `Case`. It answers a `GateResult`, a plain bool, or `(passed, sentence)`;
the sentence has the numbers, because it is read years later by somebody who wasn't there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from mlnb.events import GateResult, ModelVersion
from mlnb.store import Store

Answer = GateResult | tuple[bool, str] | bool


@dataclass(frozen=True)
class Candidate:
    """A version and the record of its run (the dict of `mlnb.store.query.record`)."""

    version: ModelVersion
    record: Mapping[str, Any]

    @property
    def label(self) -> str:
        return f"{self.version.model}/{self.version.version}"


@dataclass(frozen=True)
class Case:
    """One promotion that is to be decided.

    `holder(alias)` is the version that holds an alias of the same model, or None. `argument` is what
    the gate's line says after the gate's name.
    """

    store: Store
    alias: str
    note: str
    candidate: Candidate
    holder: Callable[[str], Candidate | None]
    argument: str = ""


class Gate(Protocol):
    def __call__(self, case: Case, /) -> Answer: ...
