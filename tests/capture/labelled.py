"""Scores capture on the labelled notebooks beside this file.

A notebook is a text file of cells (`# %%`), as untidy people write them, with the truth as TOML in its last one: what a person
would have tracked. A parameter's value is TOML, or an expression over the notebook's names; a metric's is an expression,
evaluated when the notebook has run, a list for a curve, or `?` where only its name is known.

A captured item is right if it matches a true one by value and name. An estimator's defaults don't count.
"""

from __future__ import annotations

import math
import os
import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mlnb.store import Store, answers, query

FOLDER = Path(__file__).parent / "notebooks"
NAMES = sorted(path.stem for path in FOLDER.glob("*.cells"))


@dataclass
class Score:
    """What was found of what is true, and what else was."""

    found: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)
    extra: list[str] = field(default_factory=list)
    right: int = 0

    @property
    def recall(self) -> float:
        return len(self.found) / max(1, len(self.found) + len(self.missed))

    @property
    def precision(self) -> float:
        return self.right / max(1, self.right + len(self.extra))

    def __add__(self, other: Score) -> Score:
        return Score(
            self.found + other.found,
            self.missed + other.missed,
            self.extra + other.extra,
            self.right + other.right,
        )


def cells_of(name: str) -> tuple[list[str], dict[str, dict[str, Any]]]:
    """A notebook's cells and its truth."""
    text = (FOLDER / f"{name}.cells").read_text(encoding="utf-8")
    text, _, truth = text.partition("# %% [truth]\n")
    cells = [cell.strip("\n") for cell in re.split(r"^# %%.*\n", text, flags=re.MULTILINE) if cell.strip()]
    return cells, tomllib.loads(truth)


def run(shell: Any, store: Store, name: str, *, by_cell: bool) -> dict[str, Any]:
    """Run a notebook in a shell, tracked as a whole or cell by cell; its captured params and metrics."""
    from mlnb import magics
    from mlnb.tracking import start

    cells, _ = cells_of(name)
    if by_cell:
        cells = [f"%%track --quiet --no-models\n{cell}" for cell in cells]
        for cell in cells:
            result = shell.run_cell(cell, store_history=True)
            assert result.success, (name, cell, result.error_in_exec or result.error_before_exec)
    else:
        owner = start(name, store=store, kind="notebook")
        told = {"MLNB_PARENT_RUN": owner.run_id, "MLNB_WHOLE": "1"}  # as `mlnb rerun` tells its kernels
        os.environ.update(told)
        try:
            for cell in cells:
                result = shell.run_cell(cell, store_history=True)
                assert result.success, (name, cell, result.error_in_exec or result.error_before_exec)
        finally:
            for variable in told:
                del os.environ[variable]
            owner.finish()
    assert magics.current(shell).settle()
    return captured(store)


def captured(store: Store) -> dict[str, Any]:
    """Parameters and metrics of all runs of a store that have no parent."""
    params, metrics, problems = [], [], []
    with answers.together(store):
        for record in query.records(store, [row["run_id"] for row in reversed(query.run_page(store).rows)]):
            params += [
                (p["name"], p["number"] if p["number"] is not None else p["value"])
                for p in record["params_detail"]
            ]
            for metric in record["metrics_detail"]:
                curve = [metric["last"]]
                if metric["count"] > 1:
                    curve = list(query.history(store, record["run_id"], metric["name"]).values)
                metrics.append((metric["name"], curve))
            problems += record["problems"]
    return {"params": params, "metrics": metrics, "problems": problems}


# ---- matching -------------------------------------------------------------------------------------


def score(name: str, found: dict[str, Any], namespace: dict[str, Any], *, by_cell: bool) -> dict[str, Score]:
    """Parameters' and metrics' scores of a notebook that has run. Cell by cell, a run has no second estimator of a
    class: `SVC_2.C` of the whole notebook is `SVC.C` there."""
    _, truth = cells_of(name)
    wanted, got = list(truth.get("params", {}).items()), found["params"]
    if by_cell:
        wanted, got = ([(_unnumbered(label), value) for label, value in pairs] for pairs in (wanted, got))
    return {
        "params": _score(wanted, got, namespace, _same_param, _same_param_name),
        "metrics": _score(
            list(truth.get("metrics", {}).items()),
            found["metrics"],
            namespace,
            _same_metric,
            _same_metric_name,
        ),
    }


def _score(
    truth: list[tuple[str, Any]], captured: list[Any], namespace: dict[str, Any], same: Any, same_name: Any
) -> Score:
    result = Score()
    expected = [(key, _evaluated(value, namespace)) for key, value in truth]
    right: set[int] = set()
    for key, value in expected:
        hits = [n for n, (name, got) in enumerate(captured) if same_name(key, name) and same(value, got)]
        (result.found if hits else result.missed).append(f"{key} = {str(value)[:60]}")
        right.update(hits)
    for n, (name, got) in enumerate(captured):
        if any(_is_alias(key, name) and same(value, got) for key, value in expected):
            right.add(n)
    result.right = len(right)
    result.extra = [
        f"{name} = {str(got)[:60]}"
        for n, (name, got) in enumerate(captured)
        if n not in right and not _is_folds(name)
    ]
    return result


def _is_alias(expected: str, got: str) -> bool:
    """The same setting by another way: `grid.C` of a variable is `GridSearchCV.param_grid.C` of the search."""
    return "." in expected and expected.rpartition(".")[2] == got.rpartition(".")[2]


def _is_folds(name: str) -> bool:
    """A validation's folds, mean and deviation are recorded whatever of them is used: they count neither way."""
    return "cross_val" in name


def _evaluated(value: Any, namespace: dict[str, Any]) -> Any:
    if not isinstance(value, str) or value == "?":
        return value
    try:
        return eval(value, dict(namespace))
    except (NameError, SyntaxError):
        return value


def _same_param(expected: Any, got: Any) -> bool:
    if isinstance(expected, (int, float)) and not isinstance(expected, bool):
        return isinstance(got, (int, float)) and math.isclose(expected, got, rel_tol=1e-9)
    return str(got) == str(expected) or repr(expected) == str(got)


def _same_param_name(expected: str, got: str) -> bool:
    one, other = expected.lower(), got.lower()
    return one == other or other.endswith(f".{one}")


def _unnumbered(name: str) -> str:
    return re.sub(r"_\d+\.", ".", name)


def _same_metric(expected: Any, got: list[float]) -> bool:
    if isinstance(expected, str):
        return expected == "?"
    if isinstance(expected, (list, tuple)) or hasattr(expected, "__len__"):
        values = [float(value) for value in expected]
        return len(values) == len(got) and all(_close(a, b) for a, b in zip(values, got, strict=True))
    return bool(got) and _close(float(expected), got[-1])


def _close(one: float, other: float) -> bool:
    return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-12) or (math.isnan(one) and math.isnan(other))


def _same_metric_name(expected: str, got: str) -> bool:
    one, other = _words(expected), _words(got)
    return bool(one & other)


def _words(name: str) -> set[str]:
    return {word.lower().rstrip("s") for word in re.findall(r"[A-Za-z]+|\d+", name)}
