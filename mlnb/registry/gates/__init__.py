"""Gates: what must hold before an alias may move, written in the project's own settings.

    [tool.mlnb.gates]                       # [gates] in mlnb.toml
    champion = [                            # promotions to this alias of any model
      "metrics.accuracy >= 0.9",
      "metrics.accuracy >= champion",       # not worse than who holds it, on the same test data
      "data.train unchanged",
      "clean_git",
    ]
    churn = ["no_overlap"]                  # to any alias of this model
    "churn@production" = ["reproduced"]     # to one alias of it
    "*" = ["safe_format"]                   # every promotion

A line is first offered to the forms below, in turn; then its first word is looked up among the entry
points of the group `mlnb.gates`, whose callables get what `mlnb.registry.gates.case` describes; else it is a query
that the run must match.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, Final

from mlnb import config
from mlnb.errors import Error, QueryError, UsageError, nearest
from mlnb.events import GateResult
from mlnb.registry.gates import data, evidence, metrics
from mlnb.registry.gates.case import Answer, Candidate, Case, Gate

__all__ = [
    "Candidate",
    "Case",
    "Gate",
    "GateLine",
    "digest",
    "evaluate",
    "lines_for",
    "parse",
    "settings_files",
]

GROUP: Final = "mlnb.gates"

FORMS: Final[tuple[Callable[[str], Gate | None], ...]] = (metrics.read, data.read, evidence.read)
EXAMPLES: Final = (
    "metrics.accuracy >= 0.9",
    "metrics.accuracy >= champion",
    "data.train unchanged",
    "clean_git",
    "reproduced",
)


@dataclass(frozen=True)
class GateLine:
    """A gate as it was written, and what checks it."""

    text: str
    gate: Gate
    argument: str = ""


def parse(text: str) -> GateLine:
    """The gate of one line.

    Raises
    ------
    UsageError
        No form fits, and no gate of that name is installed.
    """
    line = " ".join(text.split())
    for read in FORMS:
        gate = read(line)
        if gate is not None:
            return GateLine(line, gate)
    name, _, argument = line.partition(" ")
    known = {point.name: point for point in entry_points(group=GROUP)}
    if name in known:
        return GateLine(line, known[name].load(), argument)
    return GateLine(line, _as_query(line, known))


def evaluate(lines: Iterable[GateLine], case: Case) -> list[GateResult]:
    """Every gate's answer. A gate that raises hasn't passed, and says with what it failed."""
    return [_ask(line, replace(case, argument=line.argument)) for line in lines]


def digest(lines: Iterable[GateLine]) -> str:
    """A hash of the gates as they were written: which rules a promotion was decided by."""
    return hashlib.sha256("\n".join(line.text for line in lines).encode()).hexdigest()


def lines_for(model: str, alias: str, folders: Iterable[Path]) -> list[GateLine]:
    """The gates of the settings nearest to each of these folders, each gate once.

    Raises
    ------
    UsageError
        The settings' `gates` has another shape than the example above, or a line can't be read.
    """
    texts: dict[str, None] = {}
    for file, table in settings_files(folders).items():
        texts.update(dict.fromkeys(_texts(file, table.get("gates"), model, alias)))
    return [parse(text) for text in texts]


def settings_files(folders: Iterable[Path]) -> dict[Path, Mapping[str, Any]]:
    """The settings files in force for these folders, and what they say."""
    found = (config.load(folder) for folder in folders)
    return {each.file: each.table for each in found if each.file is not None}


def _texts(file: Path, gates: object, model: str, alias: str) -> list[str]:
    if gates is None:
        return []
    if isinstance(gates, list):
        return _strings(file, gates)
    if not isinstance(gates, dict):
        raise _misshapen(file, gates)
    wanted = dict.fromkeys(("*", alias, model, f"{model}@*", f"{model}@{alias}"))
    return [text for key in wanted if key in gates for text in _strings(file, gates[key])]


def _strings(file: Path, value: object) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise _misshapen(file, value)
    return value


def _misshapen(file: Path, value: object) -> UsageError:
    return UsageError(
        f"gates in {file} has {value!r}: not a list of gates",
        hint='champion = ["metrics.accuracy >= 0.9", "clean_git"]',
    )


def _as_query(line: str, known: Iterable[str]) -> Gate:
    reason = ""
    try:
        gate = evidence.read_query(line)
    except QueryError as error:
        gate, reason = None, f": {error.message}"
    if gate is None:
        raise UsageError(
            f"gate {line!r} can't be read{reason}", hint=nearest(line, {*EXAMPLES, *known}), gate=line
        )
    return gate


def _ask(line: GateLine, case: Case) -> GateResult:
    try:
        answer = line.gate(case)
    except Error as error:
        answer = (False, str(error))
    except Exception as error:  # noqa: BLE001 - a gate is the project's own code
        answer = (False, f"the gate failed: {type(error).__name__}: {error}")
    return _result(line.text, answer)


def _result(text: str, answer: Answer) -> GateResult:
    if isinstance(answer, GateResult):
        return GateResult(name=text, passed=answer.passed, message=answer.message)
    passed, message = answer if isinstance(answer, tuple) else (answer, "")
    return GateResult(name=text, passed=bool(passed), message=message or ("passed" if passed else "failed"))
