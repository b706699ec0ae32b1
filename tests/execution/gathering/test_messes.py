"""Messy sessions, played in this process: what is composed of the slice gives the very numbers, seeded or not.

No kernel and no store: what they add is walked in tests/roads. Here many sessions are played in little time.
"""

from __future__ import annotations

import ast
import contextlib
import io
import os
import random
import statistics
import sys
import traceback
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib as mpl
import pytest

from mlnb.capture import chance, steps
from mlnb.execution import slicing
from mlnb.execution.gathering.composing import Style, compose
from mlnb.execution.replay import TOLERANT, Execution
from mlnb.testing.mess import Step, mess

NOTEBOOKS = Path(__file__).parents[3] / "benchmarks/gathering/notebooks"
SEEDS = range(int(os.environ.get("MLNB_MESSES", "4")))


def execute(source: str, namespace: dict[str, Any]) -> tuple[bool, int | None]:
    """Whether it ended well, else the line at which it stopped."""
    lines = ["" if line.startswith("%") else line for line in source.split("\n")]
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            exec(compile("\n".join(lines), "<cell>", "exec"), namespace)
    except SyntaxError:
        return False, 0
    except Exception as error:  # noqa: BLE001 - whatever a messy cell raises
        places = [one.lineno for one in traceback.extract_tb(error.__traceback__) if one.filename == "<cell>"]
        return False, places[0] if places else 0
    return True, None


@dataclass
class Played:
    done: list[Execution]
    numbers: list[dict[str, float]]


def play(made: list[Step]) -> Played:
    """A session in a namespace of its own, recorded as a kernel's session records it."""
    namespace: dict[str, Any] = {}
    forget_modules()
    looker, states = chance.Chance(), dict[str, str]()
    found = Played([], [])
    random.seed()
    for at, step in enumerate(made):
        states = chance.joined(looker.look(), states)
        good, line = execute(step.source, namespace)
        drew = looker.look()
        flow = steps.read(step.source)
        written = flow.flow.writes if flow else frozenset()
        found.done.append(
            Execution(
                at, step.source, step.cell_id, failed=not good, stopped_at=line, random=states,
                drew=frozenset(drew), entropy=chance.entropies(namespace, written),
            )
        )  # fmt: skip
        states = chance.joined(drew, states)
        tracked = good and step.source.startswith("%%track")
        found.numbers.append(numbers_of(step.source, namespace) if tracked else {})
    return found


def forget_modules() -> None:
    """A new kernel has none of the modules that a notebook has written into its folder."""
    folder = str(Path.cwd())
    for name, module in list(sys.modules.items()):
        if str(getattr(module, "__file__", None) or "").startswith(folder):
            del sys.modules[name]


def numbers_of(source: str, namespace: dict[str, Any]) -> dict[str, float]:
    tree = ast.parse("\n".join("" if line.startswith("%") else line for line in source.split("\n")))
    names = {
        node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    return {name: float(namespace[name]) for name in names if isinstance(namespace.get(name), (int, float))}


def executed(notebook: Any, names: Iterable[str]) -> dict[str, float]:
    """The numbers of these names in the end, in a namespace where nothing was."""
    namespace: dict[str, Any] = {}
    forget_modules()
    random.seed()
    for cell in notebook.cells:
        good, line = execute(cell.source, namespace)
        if not good and TOLERANT not in cell.metadata.get("tags", []):
            raise AssertionError(f"cell {cell.id} stopped at line {line}:\n{cell.source}")
    return {name: float(namespace[name]) for name in names}


@pytest.fixture(autouse=True)
def _quiet(tmp_path: Path, monkeypatch: Any) -> None:
    mpl.use("agg")
    monkeypatch.chdir(tmp_path)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", sorted(path.stem for path in NOTEBOOKS.glob("*.py")))
def test_a_slice_gives_the_numbers_of_its_session(name: str) -> None:
    cells = [part.strip("\n") for part in (NOTEBOOKS / f"{name}.py").read_text().split("# %%\n")]
    wrong, shares = [], []
    for seed in SEEDS:
        session = play(mess(cells, seed))
        for at, numbers in enumerate(session.numbers):
            if not numbers:
                continue
            done = session.done[: at + 1]
            places = slicing.needed(slicing.links(done))
            shares.append(len(places) / len(done))
            notebook = compose(done, places, Style(settings=frozenset({"C", "alpha", "lr", "k", "depth"})))
            try:
                found = executed(notebook, numbers)
            except AssertionError as error:
                wrong.append(f"seed {seed}, execution {at}: {error}")
                continue
            parted = {key: (was, found[key]) for key, was in numbers.items() if repr(was) != repr(found[key])}
            if parted:
                wrong.append(f"seed {seed}, execution {at}: {parted}")
    assert shares
    assert not wrong, f"{len(wrong)} of {len(shares)}\n" + "\n".join(wrong[:8])
    assert statistics.median(shares) < 0.78  # nearly everything is no slice
