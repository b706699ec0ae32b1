"""A messy session played in this process, and a notebook executed in it: what a kernel and a store would add isn't there, so that
many sessions are played in little time.

    session = play(mess(cells, seed=3))
    executed(compose(session.done, places, Style()), names)
"""

from __future__ import annotations

import ast
import contextlib
import io
import os
import random
import sys
import traceback
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlnb.capture import chance, steps
from mlnb.execution.replay import TOLERANT, Execution
from mlnb.testing.mess import Step

_INSTALLED = (sys.prefix, sys.base_prefix, str(Path(__file__).parents[1]))


def execute(source: str, namespace: dict[str, Any]) -> tuple[bool, int | None]:
    """Whether it ended well, else the line at which it stopped."""
    lines = ["" if line.startswith("%") else line for line in source.split("\n")]
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            exec(compile("\n".join(lines), "<cell>", "exec"), namespace)  # noqa: S102 - as a kernel does
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
        looker.born()  # by something else than a step
        good, line = execute(step.source, namespace)
        drew = looker.look()
        states = chance.joined(looker.born(), states)  # of a generator that nobody had yet
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
    here = f"{Path.cwd()}{os.sep}"
    for name, module in list(sys.modules.items()):
        file = str(getattr(module, "__file__", None) or "")
        if not file or file.startswith(_INSTALLED):  # be it in a temporary folder
            continue
        if file.startswith(here) or not Path(file).exists():
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
