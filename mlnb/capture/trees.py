"""Questions about a piece of a syntax tree: which name it begins with, what it binds, what it is given.

Pure; `names` walks, these look.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mlnb.capture.methods import SHARING


def root(node: ast.AST) -> str | None:
    """The name that an expression begins with: `a` of `a.b[0].c()`."""
    while isinstance(node, (ast.Attribute, ast.Subscript, ast.Starred, ast.Call)):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else None


def changed_root(node: ast.AST) -> str | None:
    """The name whose object a change reaches: `a` of `a.b[0]` and of `a.to(gpu)`, none of `Ridge(alpha)`, which is new."""
    while isinstance(node, (ast.Attribute, ast.Subscript, ast.Starred, ast.Call)):
        if isinstance(node, ast.Call):
            if not (isinstance(node.func, ast.Attribute) and node.func.attr in SHARING):
                return None
            node = node.func
        node = node.value
    return node.id if isinstance(node, ast.Name) else None


def is_global_generator(node: ast.AST) -> bool:
    """`np.random`, `random`: what they draw from is no object that a name holds."""
    if isinstance(node, ast.Attribute):
        return node.attr == "random" and isinstance(node.value, ast.Name) and node.value.id in {"np", "numpy"}
    return isinstance(node, ast.Name) and node.id == "random"


def named_in_namespace(node: ast.Subscript) -> str | None:
    """The name that `globals()["x"] = 1` binds."""
    inside = isinstance(node.value, ast.Call) and root(node.value) in {"globals", "locals"}
    if inside and isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str):
        return node.slice.value
    return None


def last_of(node: ast.AST) -> str:
    """The last name of what is called: `c` of `a.b.c`."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def dotted_name(node: ast.AST) -> str:
    parts = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join(reversed(parts))


def given_to(node: ast.Call) -> list[ast.expr]:
    return [*node.args, *(keyword.value for keyword in node.keywords)]


def leading_name(text: str) -> Iterator[str]:
    for letter in text:
        if not (letter.isalnum() or letter == "_"):
            return
        yield letter


def leaves(body: list[ast.stmt]) -> bool:
    return bool(body) and isinstance(body[-1], (ast.Raise, ast.Return, ast.Continue, ast.Break))


def catches_all(case: ast.match_case) -> bool:
    return case.guard is None and isinstance(case.pattern, ast.MatchAs) and case.pattern.pattern is None


def yields_in(body: list[ast.stmt]) -> bool:
    """Whether a function of this body gives its values one by one."""
    stack: list[ast.AST] = list(body)
    while stack:
        node = stack.pop()
        if isinstance(node, (ast.Yield, ast.YieldFrom)):
            return True
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)):
            stack.extend(ast.iter_child_nodes(node))
    return False


def arguments_of(arguments: ast.arguments) -> list[ast.arg]:
    plain = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    return [*plain, *(one for one in (arguments.vararg, arguments.kwarg) if one is not None)]


def bound_in(node: ast.AST) -> set[str]:
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}


def assigned_in(body: list[ast.stmt]) -> set[str]:
    """The names that a function's own body binds, nested functions' bodies left out."""
    found: set[str] = set()
    stack: list[ast.AST] = list(body)
    while stack:
        node = stack.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            found.add(node.name)
            continue
        if isinstance(node, (ast.Lambda, ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp)):
            continue
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            found |= {alias.asname or alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, (ast.ExceptHandler, ast.MatchAs, ast.MatchStar)) and node.name:
            found.add(node.name)
        elif isinstance(node, ast.MatchMapping) and node.rest:
            found.add(node.rest)
        stack.extend(ast.iter_child_nodes(node))
    return found
