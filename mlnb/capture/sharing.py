"""Which names' objects a value may be, or hold inside: as far as its expression tells.

`b = a` and `b = a[:2]` may be the same object as `a`, or a view of it: a change of one is a change of the other. `d = {"m": m}`
holds `m` inside: changing `m` changes what `d` shows, but `d.clear()` does nothing to `m`.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from mlnb.capture.methods import HOLDING, ITERATING, PICKING, SHARING
from mlnb.capture.trees import bound_in, given_to, last_of, root

_BUILTINS: Final = frozenset(dir(builtins))


@dataclass(frozen=True)
class Shared:
    """The names whose objects a value may be (`same`), and those that it may hold `inside`."""

    same: frozenset[str] = frozenset()
    inside: frozenset[str] = frozenset()

    @property
    def names(self) -> frozenset[str]:
        return self.same | self.inside

    def __or__(self, other: Shared) -> Shared:
        return Shared(self.same | other.same, self.inside | other.inside)

    def held(self) -> Shared:
        """What holds this inside."""
        return Shared(inside=self.names)

    def without(self, names: Iterable[str]) -> Shared:
        return Shared(self.same - {*names}, self.inside - {*names})


NOTHING: Final = Shared()


def of(node: ast.AST | None, is_library: Callable[[str], bool]) -> Shared:
    """What a value may share with names. `is_library` says of a name that it is a module, or a function from one."""

    def all_of(nodes: Iterable[ast.AST | None]) -> Shared:
        found = NOTHING
        for one in nodes:
            found |= of(one, is_library)
        return found

    match node:
        case ast.Name():
            return NOTHING if is_library(node.id) else Shared(frozenset({node.id}))
        case ast.Attribute() | ast.Subscript() | ast.Starred() | ast.Await() | ast.NamedExpr():
            inner = of(node.value, is_library)
            return Shared(inner.names)  # a part of it
        case ast.Tuple() | ast.List() | ast.Set():
            return all_of(node.elts).held()
        case ast.Dict():
            return all_of(node.values).held()
        case ast.IfExp():
            return all_of((node.body, node.orelse))
        case ast.BoolOp():
            return all_of(node.values)
        case ast.ListComp() | ast.GeneratorExp() | ast.SetComp() | ast.DictComp():
            value = node.value if isinstance(node, ast.DictComp) else node.elt
            own = {name for part in node.generators for name in bound_in(part.target)}
            found = of(value, is_library)
            gone_through = all_of(part.iter for part in node.generators)
            return (found.without(own) | (gone_through if found.names & own else NOTHING)).held()
        case ast.Call():
            return _of_call(node, all_of(given_to(node)), is_library)
    return NOTHING


def _of_call(node: ast.Call, given: Shared, is_library: Callable[[str], bool]) -> Shared:
    name, found = last_of(node.func), NOTHING
    if isinstance(node.func, ast.Attribute) and name in SHARING:
        found |= of(node.func.value, is_library)
    if isinstance(node.func, ast.Call) or name[:1].isupper() or name in HOLDING:
        found |= given.held()  # a constructor
    if name in PICKING or (name in SHARING and is_library(root(node.func) or "")):
        found |= Shared(given.names)
    return found


def is_plain(node: ast.AST) -> bool:
    """Whether a value is a number or a text, as it stands there."""
    match node:
        case ast.Constant() | ast.JoinedStr():
            return True
        case ast.UnaryOp():
            return is_plain(node.operand)
        case ast.BinOp():
            return is_plain(node.left) and is_plain(node.right)
    return False


def iterator(node: ast.AST) -> str | None:
    """The name of the function whose result a value is, if going through that result may use it up: always where the name is
    empty, else if the user's function of that name yields."""
    if isinstance(node, ast.GeneratorExp):
        return ""
    if not isinstance(node, ast.Call):
        return None
    if last_of(node.func) in ITERATING:
        return ""
    return node.func.id if isinstance(node.func, ast.Name) else None


def through(node: ast.AST, is_library: Callable[[str], bool]) -> frozenset[str]:
    """The functions that a value comes through which may be the user's, and what they were given: they may return it."""
    found: set[str] = set()
    for call in ast.walk(node):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name):
            own = call.func.id not in _BUILTINS and not is_library(call.func.id)
            given = {name for value in given_to(call) for name in of(value, is_library).names}
            found |= {call.func.id, *given} if own else set()
    return frozenset(found)
