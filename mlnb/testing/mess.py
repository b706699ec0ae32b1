"""A clean notebook made into the messy session that people really have, by a seed.

Cells run twice, out of order, with another number in them; names change half-way; there are copies, cells that are deleted
afterwards, looks at things, typos, and draws from the global generators in between.

    steps = mess(cells, seed=3)      # what is executed, in order
    with Session(path) as session:
        play(session, steps)
"""

from __future__ import annotations

import ast
import random
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from mlnb.testing.sessions import Session

LOOKS: Final = ("print(len(dir()))", "sorted(globals())[:3]", "'a look'")
ERRORS: Final = (
    "1 / 0",
    "not_defined_anywhere + 1",
    "half_way = 3\nnot_defined_anywhere",
    "print('unclosed'",
    "int('a word')",
)
DRAWS: Final = ("import random\nspare = random.random()", "import numpy as np\nspare = np.random.rand(7)")


@dataclass(frozen=True)
class Step:
    """One execution: which cell, and what stands in it then. `gone`: the cell isn't in the notebook's file afterwards."""

    cell_id: str
    source: str
    gone: bool = False


def mess(cells: Sequence[str], seed: int) -> list[Step]:
    """The executions of a messy session; those that were cells of the notebook have the ids `cell-0`, `cell-1` …"""
    return _Mess(cells, random.Random(seed)).steps()  # noqa: S311 - a made-up session


def play(session: Session, steps: Iterable[Step]) -> None:
    """Execute them, and save the notebook without the cells that are gone."""
    session.run("load", "%load_ext mlnb")
    gone = set[str]()
    for step in steps:
        session.run(step.cell_id, step.source)
        if step.gone:
            gone.add(step.cell_id)
    for cell_id in gone:
        session.cells.pop(cell_id, None)
    session.save()


class _Mess:
    def __init__(self, cells: Sequence[str], chance: random.Random) -> None:
        self.sources = list(cells)
        self.chance = chance
        self.done: list[Step] = []
        self.extra = 0

    def steps(self) -> list[Step]:
        at = 0
        while at < len(self.sources):
            roll = self.chance.random()
            if roll < 0.12 and at + 1 < len(self.sources):  # out of order: perhaps it fails
                self._run(at + 1)
            elif roll < 0.22:
                self._edited(at)
            elif roll < 0.30:
                self._renamed(at)
            elif roll < 0.36:
                self._copied(at)
            self._run(at)
            while self.chance.random() < 0.18:
                self._run(at)
            if self.chance.random() < 0.35:
                self._beside()
            if at and self.chance.random() < 0.12:  # something earlier once more, and what hangs on it
                back = self.chance.randrange(at)
                for again in range(back, at + 1):
                    self._run(again)
            at += 1
        return self.done

    def _run(self, at: int) -> None:
        self.done.append(Step(f"cell-{at}", self.sources[at]))

    def _beside(self) -> None:
        kind = self.chance.choice((LOOKS, ERRORS, DRAWS))
        self.extra += 1
        gone = self.chance.random() < 0.5
        self.done.append(Step(f"beside-{self.extra}", self.chance.choice(kind), gone))

    def _copied(self, at: int) -> None:
        self.extra += 1
        self.done.append(Step(f"copy-{self.extra}", self.sources[at], gone=self.chance.random() < 0.7))

    def _edited(self, at: int) -> None:
        """The cell with another number, run, then put back (or not, if nothing breaks by it)."""
        numbers = list(re.finditer(r"(?<![\w.'\"])(\d+\.\d+|\d+)(?![\w.'\"])", self.sources[at]))
        if not numbers:
            return
        found = self.chance.choice(numbers)
        old = found[1]
        new = str(float(old) * 2) if "." in old else str(int(old) + 1)
        edited = self.sources[at][: found.start()] + new + self.sources[at][found.end() :]
        self.done.append(Step(f"cell-{at}", edited))

    def _renamed(self, at: int) -> None:
        """From here on a name is another."""
        names = sorted(_assigned(self.sources[at]))
        if not names:
            return
        name = self.chance.choice(names)
        for later in range(at, len(self.sources)):
            self.sources[later] = re.sub(
                rf"(?<![.\w'\"]){name}(?![\w'\"]|=[^=])", f"{name}_2", self.sources[later]
            )
            self.sources[later] = re.sub(rf"(?m)^{name}(?=\s*[-+*/]?=)", f"{name}_2", self.sources[later])


def _assigned(source: str) -> set[str]:
    try:
        body = ast.parse(re.sub(r"(?m)^[%!].*", "pass", source)).body
    except SyntaxError:
        return set()
    return {
        target.id
        for node in body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
