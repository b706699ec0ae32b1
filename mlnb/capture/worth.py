"""What in a cell's source is worth a probe, and what may be written twice, as far as the source and the names tell."""

from __future__ import annotations

import ast
import sys
from typing import TYPE_CHECKING, Any, Final

from mlnb.capture import library, unseen, words
from mlnb.capture.kinds import source_of
from mlnb.capture.parsing import is_doubtful
from mlnb.capture.sites import MISSING, Expression, Site
from mlnb.capture.syntax import constant_of

if TYPE_CHECKING:
    from collections.abc import Iterable

_PLAIN: Final = (ast.Constant, ast.Lambda, ast.JoinedStr, ast.Set, ast.Compare)
_FUNCTIONS: Final = (ast.FunctionDef, ast.AsyncFunctionDef)
_SCOPES: Final = (*_FUNCTIONS, ast.ClassDef, ast.Lambda)
_INTROSPECTIVE: Final = frozenset({"locals", "vars", "dir", "eval", "exec"})
_LARGEST: Final = 2_000  # nodes of a loop's body that is written twice


def is_worth_watching(loop: ast.For | ast.AsyncFor | ast.While) -> bool:
    """A loop that calls nothing and sets no score is bare arithmetic: too fast to be watched, and of no interest."""
    for statement in loop.body:
        for node in ast.walk(statement):
            if isinstance(node, ast.Call):
                return True
            if (
                isinstance(node, ast.Name)
                and isinstance(node.ctx, ast.Store)
                and words.is_metric_name(node.id)
            ):
                return True
    return False


def is_watched_value(node: ast.expr, form: str) -> bool:
    """Whether a number, or several, may come out of it."""
    return (
        not isinstance(node, _PLAIN)
        and form not in {"Constant", "Lambda", "JoinedStr"}
        and constant_of(node) is MISSING
    )


def holds_scores(node: ast.expr) -> bool:
    """`{"rmse": …, "mae": …}`."""
    return isinstance(node, ast.Dict) and any(
        isinstance(key, ast.Constant) and isinstance(key.value, str) and words.is_metric_name(key.value)
        for key in node.keys
    )


def may_hold_scores(
    names: tuple[str, ...], expression: Expression, inner: int | None, *, looped: bool
) -> bool:
    """Whether an assigned list, array or dictionary may be one of scores; others aren't looked into: they are long."""
    if inner is not None or len(names) > 1:
        return len(names) < 2 or any(words.is_history_name(name) for name in names) or not looped
    if expression.form in {"ListComp", "Dict", "DictComp"}:
        return True
    return not looped and any(words.is_history_name(name) for name in names)


def is_range(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "range"


def is_super(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "super"


def may_matter(path: str) -> bool:
    """Whether what is imported from there may be worth watching (it isn't imported yet)."""
    root, _, name = path.partition(".")
    last = name.rpartition(".")[2]
    if path.startswith(library.OPTIMIZERS):
        return True
    return root in library.ROOTS or last in library.READERS | library.SEEDS | library.TESTS


def may_be_users(path: str) -> bool:
    """Whether what is imported from there may come from a file of the user's: it does, or isn't imported yet."""
    root = path.partition(".")[0]
    if root in sys.stdlib_module_names or root in library.ROOTS:
        return False
    return any(unseen.is_users(name) for name in (path, path.rpartition(".")[0])) or (
        bool(root) and root not in sys.modules
    )


def is_users(target: Any) -> bool:
    return unseen.is_users(source_of(target))


def from_notebook(target: Any) -> bool:
    return source_of(target) == "__main__"


def depth_of(node: ast.AST) -> int:
    """How deep statements stand in one another."""
    deepest, waiting = 0, [(node, 0)]
    while waiting:
        at, depth = waiting.pop()
        deepest = max(deepest, depth)
        for name in ("body", "orelse", "finalbody", "handlers", "cases"):
            inner = getattr(at, name, None)
            if isinstance(inner, list):
                waiting += [(one, depth + 1) for one in inner]
    return deepest


def loaded_outside(body: Iterable[ast.AST]) -> set[str]:
    """The names that are used outside functions and classes."""
    found: set[str] = set()
    waiting = list(body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, (*_FUNCTIONS, ast.ClassDef)):
            waiting += node.decorator_list
            continue
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            found.add(node.id)
        waiting += ast.iter_child_nodes(node)
    return found


def head_of(node: ast.For | ast.AsyncFor | ast.While) -> str:
    """The loop's first line."""
    if isinstance(node, ast.While):
        return f"while {ast.unparse(node.test)}"[:200]
    return f"for {ast.unparse(node.target)} in {ast.unparse(node.iter)}"[:200]


def may_be_paced(node: ast.For | ast.AsyncFor | ast.While) -> bool:
    """Whether a loop's body can be written twice."""
    if isinstance(node, ast.AsyncFor) or (isinstance(node, ast.While) and node.orelse):
        return False
    count, waiting = 0, list(node.body)
    while waiting:
        inner = waiting.pop()
        count += 1
        if isinstance(inner, (ast.Global, ast.Nonlocal)) or is_doubtful(inner) or count > _LARGEST:
            return False
        if not isinstance(inner, _SCOPES):
            waiting += ast.iter_child_nodes(inner)  # type: ignore[arg-type]
    return True


def looks_at_itself(node: ast.AST) -> bool:
    """Whether a function asks for its own variables, among which the loops' states would be."""
    return any(isinstance(inner, ast.Name) and inner.id in _INTROSPECTIVE for inner in ast.walk(node))


def is_strong(site: Site) -> bool:
    """Whether a place in a function is worth a second code for it."""
    if site.kind == "assign":
        return any(words.is_metric_name(name) for name in site.names)
    if site.kind == "append" and site.path:
        name = str(site.path[-1][1])
        return words.is_metric_name(name) or words.is_history_name(name)
    return site.kind in {"call", "print", "item"}
