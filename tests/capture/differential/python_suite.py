"""CPython's own tests, in a cell: where their source is, and (within the session) how they are run and what came of it.

The source is read from the installed `test` package; some builds of Python leave that out.
"""

from __future__ import annotations

import ast
import importlib.util
import json
import sys
import unittest
from collections.abc import Iterator
from pathlib import Path
from typing import Any

GOOD = ("ok", "skipped")
"""How a test ends that doesn't fail."""

RESULTS = "results.json"


def cells_of(name: str, without: tuple[str, ...] = ()) -> tuple[str, str]:
    """What goes before a module's text, untracked, and the text itself with its run, but for the tests whose ids hold one of
    these words.

    Raises
    ------
    LookupError
        This Python comes without it.
    """
    spec = importlib.util.find_spec("test")
    folder = Path((spec and spec.origin) or "missing").parent
    for place in (f"{name}/{name}.py", f"{name}/__init__.py", f"{name}.py"):
        path = folder / place
        if path.exists():
            package = "test" if path.parent == folder else f"test.{name}"
            source = _without_script(path.read_text(encoding="utf-8"))
            return (
                f"__file__, __package__ = {str(path)!r}, {package!r}",
                f"{source}\n__import__('python_suite').run({without!r})",
            )
    raise LookupError(f"this Python comes without test.{name}")


def _without_script(source: str) -> str:
    """Blank lines instead, so that all others keep their numbers."""
    lines = source.splitlines()
    for node in ast.parse(source).body:
        if isinstance(node, ast.If) and ast.unparse(node.test) == "__name__ == '__main__'":
            for number in range(node.lineno - 1, node.end_lineno or node.lineno):
                lines[number] = ""
    return "\n".join(lines)


def run(without: tuple[str, ...]) -> None:
    """Run the tests that `__main__` holds; what became of each goes into a file."""
    from test import support

    support.use_resources = ()
    suite = unittest.defaultTestLoader.loadTestsFromModule(sys.modules["__main__"])
    outcomes = _Outcomes()
    unittest.TestSuite(test for test in _each(suite) if not any(word in test.id() for word in without)).run(
        outcomes
    )
    Path(RESULTS).write_text(json.dumps(outcomes.by_id), encoding="utf-8")


def _each(suite: Any) -> Iterator[Any]:
    for part in suite:
        if isinstance(part, unittest.TestSuite):
            yield from _each(part)
        else:
            yield part


class _Outcomes(unittest.TestResult):
    """By a test's id: "ok", "skipped", or the first line of what went wrong."""

    def __init__(self) -> None:
        super().__init__()
        self.by_id: dict[str, str] = {}

    def addSuccess(self, test: Any) -> None:
        self.by_id.setdefault(test.id(), "ok")

    def addSkip(self, test: Any, reason: str) -> None:
        self.by_id[test.id()] = "skipped"

    def addExpectedFailure(self, test: Any, err: Any) -> None:
        self.by_id[test.id()] = "ok"

    def addUnexpectedSuccess(self, test: Any) -> None:
        self.by_id[test.id()] = "succeeds, but shouldn't"

    def addFailure(self, test: Any, err: Any) -> None:
        self._went_wrong(test, err)

    def addError(self, test: Any, err: Any) -> None:
        self._went_wrong(test, err)

    def addSubTest(self, test: Any, subtest: Any, err: Any) -> None:
        if err is not None:
            self._went_wrong(test, err)

    def _went_wrong(self, test: Any, err: Any) -> None:
        kind, value, _ = err
        text = (str(value).strip().splitlines() or [""])[0]
        self.by_id[test.id()] = f"{kind.__name__}: {text}"[:300]
