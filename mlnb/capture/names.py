"""The names that a cell reads and writes, through attributes, subscripts and in-place changes, as far as its
source tells.

Reads are names of the user's namespace that the cell uses before it has set them itself, in functions' bodies too:
what must exist before the cell runs. Writes are names that it binds, deletes or changes in place.
"""

from __future__ import annotations

import ast
import builtins
from dataclasses import dataclass, field
from typing import Final

from mlnb.capture.vocabulary import listed

# Methods that change what they are called on, in libraries that notebooks use.
CHANGING: Final = listed(
    "append extend insert remove pop clear sort reverse update setdefault add discard popitem fit fit_transform "
    "partial_fit drop_duplicates set_index reset_index rename fillna dropna replace sort_values step zero_grad backward "
    "load_state_dict train eval to fill resize put itemset setflags add_module compile build add_subplot"
)
# pandas' methods that change in place only if they are told so.
_IN_PLACE: Final = listed(
    "drop drop_duplicates set_index reset_index rename fillna dropna replace sort_values sort_index"
)
_BUILTINS: Final = frozenset(dir(builtins))


@dataclass(frozen=True)
class Names:
    """Sorted names, without builtins (except those that the user has shadowed) and without IPython's own."""

    reads: list[str]
    writes: list[str]


def of(tree: ast.Module) -> Names:
    """What a parsed cell reads and writes."""
    scope = _Scope()
    scope.statements(tree.body)
    shadowed = scope.bound | scope.changed
    reads = {name for name in scope.read if name not in _BUILTINS or name in shadowed}
    return Names(sorted(_known(reads)), sorted(_known(scope.bound | scope.changed | scope.deleted)))


def _known(names: set[str]) -> list[str]:
    return [name for name in names if name != "get_ipython" and not name.startswith("__mlnb")]


@dataclass
class _Scope:
    """One walk through a scope, in the order of execution."""

    bound: set[str] = field(default_factory=set)
    read: set[str] = field(default_factory=set)
    changed: set[str] = field(default_factory=set)
    deleted: set[str] = field(default_factory=set)
    later: list[ast.AST] = field(default_factory=list)  # bodies that run after their definition

    def statements(self, body: list[ast.stmt]) -> None:
        for node in body:
            self.visit(node)
        for definition in self.later:
            self._inner(definition)
        self.later = []

    def visit(self, node: ast.AST) -> None:
        method = getattr(self, f"_{type(node).__name__}", None)
        if method is not None:
            method(node)
        else:
            for child in ast.iter_child_nodes(node):
                self.visit(child)

    # ---- names ------------------------------------------------------------------------------

    def _Name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Load):
            if node.id not in self.bound:
                self.read.add(node.id)
        elif isinstance(node.ctx, ast.Store):
            self.bound.add(node.id)
        else:
            if node.id not in self.bound:
                self.read.add(node.id)
            self.deleted.add(node.id)
            self.bound.discard(node.id)

    def _changes(self, node: ast.AST) -> None:
        while isinstance(node, (ast.Attribute, ast.Subscript, ast.Starred)):
            node = node.value
        if isinstance(node, ast.Call):
            return self._changes(node.func)
        if isinstance(node, ast.Name):
            if node.id not in self.bound:
                self.read.add(node.id)
            self.changed.add(node.id)
        return None

    def _Attribute(self, node: ast.Attribute) -> None:
        if not isinstance(node.ctx, ast.Load):
            self._changes(node)
        self.visit(node.value)

    def _Subscript(self, node: ast.Subscript) -> None:
        if not isinstance(node.ctx, ast.Load):
            self._changes(node)
        self.visit(node.value)
        self.visit(node.slice)

    def _Call(self, node: ast.Call) -> None:
        func = node.func
        if isinstance(func, ast.Attribute) and func.attr in CHANGING and not _is_copying(node, func.attr):
            self._changes(func.value)
        self.visit(func)
        for value in (*node.args, *(keyword.value for keyword in node.keywords)):
            self.visit(value)

    # ---- statements whose parts run in another order ------------------------------------------

    def _Assign(self, node: ast.Assign) -> None:
        self.visit(node.value)
        for target in node.targets:
            self.visit(target)

    def _AnnAssign(self, node: ast.AnnAssign) -> None:
        self.visit(node.annotation)
        if node.value is not None:
            self.visit(node.value)
            self.visit(node.target)

    def _AugAssign(self, node: ast.AugAssign) -> None:
        self.visit(node.value)
        if isinstance(node.target, ast.Name):
            if node.target.id not in self.bound:
                self.read.add(node.target.id)
            self.bound.add(node.target.id)
        else:
            self.visit(node.target)

    def _NamedExpr(self, node: ast.NamedExpr) -> None:
        self.visit(node.value)
        self.visit(node.target)

    def _For(self, node: ast.For | ast.AsyncFor) -> None:
        self.visit(node.iter)
        self.visit(node.target)
        self._block(node.body)
        self._block(node.orelse)

    _AsyncFor = _For

    def _While(self, node: ast.While) -> None:
        self.visit(node.test)
        self._block(node.body)
        self._block(node.orelse)

    def _If(self, node: ast.If) -> None:
        self.visit(node.test)
        before = set(self.bound)
        self._block(node.body)
        one = self.bound
        self.bound = set(before)
        self._block(node.orelse)
        # Bound on one branch only: a later read may need the name from before, but the cell writes it.
        self.bound |= one

    def _block(self, body: list[ast.stmt]) -> None:
        for node in body:
            self.visit(node)

    def _comprehension_like(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp) -> None:
        inner = _Scope(bound=set(self.bound))
        first = node.generators[0].iter
        self.visit(first)
        for part in node.generators:
            if part.iter is not first:
                inner.visit(part.iter)
            inner.visit(part.target)
            for test in part.ifs:
                inner.visit(test)
        for value in (node.key, node.value) if isinstance(node, ast.DictComp) else (node.elt,):
            inner.visit(value)
        self._take(inner, local={n for part in node.generators for n in _stored(part.target)})

    _ListComp = _SetComp = _GeneratorExp = _DictComp = _comprehension_like

    # ---- scopes -----------------------------------------------------------------------------

    def _FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        for value in (*node.decorator_list, *node.args.defaults, *(d for d in node.args.kw_defaults if d)):
            self.visit(value)
        self.bound.add(node.name)
        self.later.append(node)

    _AsyncFunctionDef = _FunctionDef

    def _Lambda(self, node: ast.Lambda) -> None:
        for value in (*node.args.defaults, *(d for d in node.args.kw_defaults if d)):
            self.visit(value)
        self._inner(node)

    def _ClassDef(self, node: ast.ClassDef) -> None:
        for value in (*node.decorator_list, *node.bases, *(keyword.value for keyword in node.keywords)):
            self.visit(value)
        inner = _Scope(bound=set(self.bound))
        inner.later = []
        for statement in node.body:
            inner.visit(statement)
        self.later += inner.later
        inner.later = []
        self._take(inner, local=inner.bound - self.bound)
        self.bound.add(node.name)

    def _inner(self, node: ast.AST) -> None:
        """A function's body: its own names hide the namespace's; `global` ones are the namespace's."""
        assert isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))
        body: list[ast.stmt] = node.body if isinstance(node.body, list) else [ast.Expr(node.body)]
        shared = {name for n in ast.walk(node) if isinstance(n, ast.Global) for name in n.names}
        local = {argument.arg for argument in _arguments(node.args)} | _assigned(body) - shared
        inner = _Scope(bound=set(self.bound) | local)
        inner.statements(body)
        self._take(inner, local=local)

    def _take(self, inner: _Scope, local: set[str]) -> None:
        self.read |= inner.read - local
        self.changed |= inner.changed - local
        self.deleted |= inner.deleted - local
        self.bound |= inner.bound - local

    def _Import(self, node: ast.Import | ast.ImportFrom) -> None:
        for alias in node.names:
            self.bound.add(alias.asname or alias.name.partition(".")[0])

    _ImportFrom = _Import

    def _ExceptHandler(self, node: ast.ExceptHandler) -> None:
        if node.type is not None:
            self.visit(node.type)
        self._block(node.body)

    def _MatchAs(self, node: ast.MatchAs) -> None:
        if node.pattern is not None:
            self.visit(node.pattern)
        if node.name is not None:
            self.bound.add(node.name)

    def _MatchStar(self, node: ast.MatchStar) -> None:
        if node.name is not None:
            self.bound.add(node.name)


def _is_copying(node: ast.Call, name: str) -> bool:
    """pandas' `df.drop(...)` gives a new table unless it has `inplace=True`."""
    if name not in _IN_PLACE:
        return False
    for keyword in node.keywords:
        if keyword.arg == "inplace":
            return isinstance(keyword.value, ast.Constant) and not keyword.value.value
    return True


def _arguments(arguments: ast.arguments) -> list[ast.arg]:
    plain = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    return [*plain, *(one for one in (arguments.vararg, arguments.kwarg) if one is not None)]


def _stored(node: ast.AST) -> set[str]:
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}


def _assigned(body: list[ast.stmt]) -> set[str]:
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
        elif isinstance(node, ast.ExceptHandler) and node.name:
            found.add(node.name)
        stack.extend(ast.iter_child_nodes(node))
    return found
