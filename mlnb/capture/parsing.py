"""The user's source read once more: what Python says of it, it has said when the cell was compiled."""

from __future__ import annotations

import ast
import warnings
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import CodeType

_IGNORED: Final[list[Any]] = [
    ("ignore", None, category, None, 0) for category in (SyntaxWarning, DeprecationWarning)
]
_LITERALS: Final = (
    ast.Constant, ast.JoinedStr, ast.Tuple, ast.List, ast.ListComp, ast.Set, ast.SetComp, ast.Dict, ast.DictComp,
    ast.GeneratorExp, ast.Lambda,
)  # fmt: skip
_SINGLE: Final = (None, True, False, ...)


def parsed(source: str) -> ast.Module:
    """A source's tree.

    Raises
    ------
    SyntaxError, ValueError
        It is no Python.
    """
    with _without_warnings():
        return ast.parse(source)


def compiled(tree: ast.Module, filename: str, flags: int) -> CodeType:
    """A tree's code."""
    with _without_warnings():
        return compile(tree, filename, "exec", flags=flags, dont_inherit=True)  # type: ignore[no-any-return]


def is_doubtful(node: ast.AST) -> bool:
    """Whether Python warns of it when it compiles it: what is written twice would be warned of twice."""
    if isinstance(node, ast.Compare):
        sides = [node.left, *node.comparators]
        return any(isinstance(operator, (ast.Is, ast.IsNot)) for operator in node.ops) and any(
            isinstance(side, ast.Tuple) or (isinstance(side, ast.Constant) and side.value not in _SINGLE)
            for side in sides
        )
    if isinstance(node, ast.Assert):
        return isinstance(node.test, ast.Tuple)
    if isinstance(node, ast.Call):
        return isinstance(node.func, _LITERALS) and not isinstance(node.func, ast.Lambda)
    if isinstance(node, ast.Subscript):
        return isinstance(node.value, _LITERALS) and not isinstance(node.value, ast.Dict)
    return isinstance(node, (ast.Try, ast.TryStar)) and any(
        isinstance(inner, (ast.Return, ast.Break, ast.Continue))
        for statement in node.finalbody
        for inner in ast.walk(statement)
    )


@contextmanager
def _without_warnings() -> Iterator[None]:
    """Filters of our own, for that long; those of the user's stay what they are, and what changes them meanwhile stays changed."""
    filters: list[Any] = warnings.filters  # type: ignore[assignment]
    filters[:0] = _IGNORED
    try:
        yield
    finally:
        for entry in _IGNORED:
            with suppress(ValueError):
                filters.remove(entry)
