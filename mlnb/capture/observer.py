"""Watches the cells of one session: rewrites their trees, keeps what they say of names, notes what passes.

The one object that a session talks to. `visit` makes it an AST transformer of IPython's; it never raises.
"""

from __future__ import annotations

import ast
import contextlib
import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final

from mlnb.capture import names, unseen
from mlnb.capture.parsing import parsed
from mlnb.capture.program import Program
from mlnb.capture.recorder import Note, Recorder
from mlnb.capture.rewrite import Rewriter
from mlnb.capture.twins import Twins, number_of

if TYPE_CHECKING:
    from collections.abc import Iterable, MutableMapping
    from types import FrameType

_TIMED: Final = frozenset({"timeit"})


class Observer:
    """`namespace` is the user's."""

    def __init__(self, namespace: MutableMapping[str, Any]) -> None:
        self.program = Program()
        self.recorder = Recorder(namespace, self.program.predictions, self.program.functions.learn)
        self.problems: list[tuple[str, str]] = []
        self.reads: set[str] = set()
        self.writes: set[str] = set()
        self._namespace = namespace
        self._twins = Twins(
            namespace, self._trains, self.recorder.add_of_functions, self.recorder.name_probes
        )
        self.recorder.twins = self._twins
        self._source = ""
        self._trees = 0  # of the cell
        self._tracked = False

    def visit(self, tree: ast.AST) -> ast.AST:
        """Read what IPython is about to run, and rewrite it if it is tracked. Code that is being timed is left alone."""
        try:
            if isinstance(tree, ast.Module) and not _is_timed():
                self._read(tree)
                self.problems += [
                    (unseen.WHERE, text) for text in unseen.in_magics(tree, self.program.functions.trains)
                ]
                if self._tracked:
                    self._rewrite(tree)
        except Exception as error:  # noqa: BLE001 - IPython drops a transformer that raises
            self.problems.append(("source", f"{type(error).__name__}: {error}"))
        return tree

    def _rewrite(self, tree: ast.Module) -> None:
        reader = unseen.reader_of_frames(tree)
        if reader is not None:
            self.problems.append((unseen.WHERE, f"what the cell computes: {reader}"))
            return
        used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        self._trees += 1
        rewriter = Rewriter(self._namespace, number_of(self._source, f"cell {self._trees}"), self._trains)
        rewriter.rewrite(tree)
        self.recorder.add(rewriter.sites)
        self._twins.swap_in(used)

    def _trains(self, name: str) -> bool:
        own = self.program.functions.get(name)
        return own is not None and own.trains

    def _read(self, tree: ast.Module) -> None:
        found = names.of(tree, is_module=lambda name: issubclass(type(self._namespace.get(name)), ModuleType))
        self.reads |= set(found.reads) - self.writes
        self.writes |= set(found.writes)
        self.program.read(tree)
        self._twins.read(tree)

    def cell_starts(self, source: str = "") -> None:
        """A new cell: what it reads and writes is counted from nothing."""
        self.reads, self.writes, self.problems = set(), set(), []
        self._source, self._trees = source, 0
        self.program.cell_starts()

    def catch_up(self, sources: Iterable[str]) -> None:
        """Take in cells that ran before anybody looked: a notebook's parameters often stand above `%load_ext mlnb`."""
        for source in sources:
            with contextlib.suppress(SyntaxError, ValueError):  # it failed then, too
                tree = parsed(source)
                self.program.cell_starts()
                self.program.read(tree)
                self._twins.read(tree)

    def begin(self) -> None:
        """The cell that starts is tracked."""
        self._tracked = True
        self.recorder.begin()

    def end(self) -> tuple[list[Note], list[tuple[str, str]]]:
        """What was noted, and what couldn't be."""
        self._tracked = False
        self._twins.put_all_back()
        self.recorder.end()
        return self.recorder.notes, [*self.recorder.problems, *self.problems]

    def unseen_so_far(self) -> list[tuple[str, str]]:
        """What isn't seen of the cell that runs; asked from another thread."""
        return [*self.recorder.unseen_so_far(), *self.problems]

    def close(self) -> None:
        self._twins.put_all_back()
        self.recorder.uninstall()


def _is_timed() -> bool:
    """Whether `%timeit` asks: its statement must stay as fast as it is."""
    frame: FrameType | None = sys._getframe(2)  # noqa: SLF001 - who asks is told by nothing else
    for _ in range(3):
        if frame is None:
            return False
        if frame.f_code.co_name in _TIMED:
            return True
        frame = frame.f_back
    return False
