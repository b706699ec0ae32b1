"""The names that a cell reads and writes, through attributes, subscripts and in-place changes, as far as its
source tells.

Reads are names of the user's namespace that the cell uses before it has surely set them itself, in functions' bodies too:
what must exist before the cell runs. Writes are names that it binds, deletes or changes in place. A `Flow` says
more, for those who ask which cells a cell depends on: which names are bound whatever happens, which objects two
names may share, and what calling a function of the user's does.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from mlnb.capture import sharing
from mlnb.capture.methods import CHANGING, CHANGING_FIRST, DRAWING, FILLING, QUIET
from mlnb.capture.parsing import parsed
from mlnb.capture.sharing import NOTHING, Shared
from mlnb.capture.trees import (
    arguments_of,
    assigned_in,
    bound_in,
    catches_all,
    changed_root,
    dotted_name,
    given_to,
    is_global_generator,
    last_of,
    leading_name,
    leaves,
    named_in_namespace,
    root,
    yields_in,
)

_BUILTINS: Final = frozenset(dir(builtins))


def _never(_: str) -> bool:
    return False


@dataclass(frozen=True)
class Names:
    """Sorted names, without builtins (except those that the user has shadowed) and without IPython's own."""

    reads: list[str]
    writes: list[str]


@dataclass(frozen=True)
class Body:
    """What happens when a function of the user's is called: names that it reads and writes, whether it changes its
    arguments."""

    reads: frozenset[str]
    writes: frozenset[str]
    changes_arguments: bool
    yields: bool = False


@dataclass(frozen=True)
class Flow:
    """One cell as a step.

    `reads` are what its own statements read (not yet what its functions do), `used` all names that they mention. `bound` names are
    set whatever happens, `changed` ones in place or perhaps (`deeply`: with what they hold; `direct`: by that very name).
    `shared` are the names whose objects a name may be or hold, `through` the functions and their arguments that its value came
    through. `iterators` are names that get what is used up by going through it (or may, if the function that made it yields), `plain`
    ones get numbers and texts, which nothing changes. `calls` are functions with what they are given, `standing` what
    a call that stands alone is about (its root and its dotted name), `brought` where imported names come from (`sklearn.svm:SVC`).
    """

    reads: frozenset[str]
    used: frozenset[str]
    bound: frozenset[str]
    changed: frozenset[str]
    deeply: frozenset[str]
    direct: frozenset[str]
    shared: dict[str, Shared]
    through: dict[str, frozenset[str]]
    iterators: dict[str, str]
    plain: frozenset[str]
    bodies: dict[str, Body]
    calls: dict[str, frozenset[str]]
    standing: frozenset[tuple[str, str]]
    brought: dict[str, str]

    @property
    def imports(self) -> dict[str, str]:
        """The imported names that aren't classes: modules, and functions, which a call doesn't change."""
        return {name: full for name, full in self.brought.items() if not _is_class(full)}

    @property
    def writes(self) -> frozenset[str]:
        return self.bound | self.changed


def of(tree: ast.Module, *, is_module: Callable[[str], bool] = _never) -> Names:
    """What a parsed cell reads and writes. `is_module` says of a name that it is a module: calling a function of it
    doesn't change it."""
    scope = _Scope(is_module=is_module)
    scope.statements(tree.body)
    written = scope.written | scope.changed | scope.deleted
    return Names(sorted(_known(_seen(scope, written))), sorted(_known(written)))


def flow(tree: ast.Module, *, is_module: Callable[[str], bool] = _never) -> Flow:
    """The cell as a step among others."""
    scope = _Scope(is_module=is_module)
    for node in tree.body:  # what functions do is told by their bodies, where they are called
        scope.visit(node)
    scope.stand_alone(tree.body)
    maybe = (scope.written | scope.deleted) - scope.bound
    changed = frozenset(_known(maybe | scope.changed))
    return Flow(
        reads=frozenset(_known(_seen(scope, scope.written | scope.changed | scope.deleted))),
        used=frozenset(_known(scope.used)),
        bound=frozenset(_known(scope.bound)),
        changed=changed,
        deeply=changed & scope.deeply,
        direct=frozenset(scope.direct),
        shared=scope.shared,
        through=scope.through,
        iterators=scope.iterators,
        plain=frozenset(name for name, always in scope.plain.items() if always),
        bodies=scope.bodies,
        calls={name: frozenset(names) for name, names in scope.calls.items()},
        standing=frozenset(scope.standing),
        brought=scope.brought,
    )


def _is_class(full: str) -> bool:
    return full.partition(":")[2][:1].isupper()


def _seen(scope: _Scope, shadowed: set[str]) -> set[str]:
    return {name for name in scope.read if name not in _BUILTINS or name in shadowed}


def _known(names: Iterable[str]) -> list[str]:
    return [name for name in names if name != "get_ipython" and not name.startswith("__mlnb")]


@dataclass
class _Scope:
    """One walk through a scope, in the order of execution. `bound` are the names that it has surely set by now, `written` all
    that it may set."""

    is_module: Callable[[str], bool] = _never
    bound: set[str] = field(default_factory=set)
    written: set[str] = field(default_factory=set)
    read: set[str] = field(default_factory=set)
    used: set[str] = field(default_factory=set)  # read, set before or not
    changed: set[str] = field(default_factory=set)
    deleted: set[str] = field(default_factory=set)
    later: list[ast.AST] = field(default_factory=list)  # bodies that run after their definition
    deeply: set[str] = field(default_factory=set)
    direct: set[str] = field(default_factory=set)
    shared: dict[str, Shared] = field(default_factory=dict)
    through: dict[str, frozenset[str]] = field(default_factory=dict)
    iterators: dict[str, str] = field(default_factory=dict)
    plain: dict[str, bool] = field(default_factory=dict)
    bodies: dict[str, Body] = field(default_factory=dict)
    calls: dict[str, set[str]] = field(default_factory=dict)
    standing: set[tuple[str, str]] = field(default_factory=set)
    brought: dict[str, str] = field(default_factory=dict)

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

    def _bind(self, name: str) -> None:
        self.bound.add(name)
        self.written.add(name)

    def _use(self, name: str) -> None:
        self.used.add(name)
        if name not in self.bound:
            self.read.add(name)

    def _Name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Load):
            self._use(node.id)
        elif isinstance(node.ctx, ast.Store):
            self._bind(node.id)
        else:
            self._use(node.id)
            self.deleted.add(node.id)
            self.bound.discard(node.id)

    def _changes(self, node: ast.AST, *, deep: bool = False) -> None:
        """What a change of this expression changes: the name that it begins with, and those that may hold the same; `deep`:
        what it holds inside, too."""
        name = changed_root(node)
        if name is None:
            return
        self._use(name)
        reached, new = set[str](), {name}
        while new:
            reached |= new
            shared = [self.shared.get(one, NOTHING) for one in new]
            new = {other for one in shared for other in (one.names if deep else one.same)} - reached
        self.changed |= reached
        self.direct.add(name)
        if deep:
            self.deeply |= reached

    def _is_library(self, name: str) -> bool:
        full = self.brought.get(name)
        return (full is not None and not _is_class(full)) or self.is_module(name)

    def _Attribute(self, node: ast.Attribute) -> None:
        if not isinstance(node.ctx, ast.Load):
            self._changes(node)
        self.visit(node.value)

    def _Subscript(self, node: ast.Subscript) -> None:
        if not isinstance(node.ctx, ast.Load):
            named = named_in_namespace(node)
            if named is None:
                self._changes(node)
            else:
                self._bind(named)
        self.visit(node.value)
        self.visit(node.slice)

    def _Call(self, node: ast.Call) -> None:
        func, name = node.func, last_of(node.func)
        given = {one for value in given_to(node) for one in self.sharing(value).names}
        if isinstance(func, ast.Attribute):
            told = next((keyword.value for keyword in node.keywords if keyword.arg == "inplace"), None)
            in_place = told is not None and not (isinstance(told, ast.Constant) and not told.value)
            of_module = isinstance(func.value, ast.Name) and self._is_library(func.value.id)
            of_module = of_module or is_global_generator(func.value)
            draws = isinstance(func.value, ast.Name) and not of_module and _draws(node, name)
            if in_place or draws or (name in CHANGING and told is None and not of_module):
                self._changes(func.value, deep=not in_place and name not in FILLING)
            if name in FILLING and not of_module:
                self._hold(root(func.value), Shared(frozenset(given)))
        elif isinstance(func, ast.Name):
            self.calls.setdefault(func.id, set()).update(given)
            self._run_text(node, func.id)
        if name in CHANGING_FIRST and node.args:
            self._changes(node.args[0], deep=True)
        self.visit(func)
        for value in given_to(node):
            self.visit(value)
        self._names_in_texts(node, name)

    def _run_text(self, node: ast.Call, name: str) -> None:
        """`exec("x = 1")`, `eval("x + y")`: read as what stands there, where it is a plain text."""
        text = node.args[0] if node.args else None
        if name in {"exec", "eval"} and isinstance(text, ast.Constant) and isinstance(text.value, str):
            try:
                self.visit(parsed(text.value))
            except SyntaxError:
                return

    def _names_in_texts(self, node: ast.Call, name: str) -> None:
        """`df.query("a > @t")`."""
        if name in {"query", "eval"}:
            for value in node.args:
                if isinstance(value, ast.Constant) and isinstance(value.value, str):
                    for word in value.value.split("@")[1:]:
                        found = "".join(leading_name(word))
                        if found:
                            self._use(found)

    # ---- what two names may share -------------------------------------------------------------

    def sharing(self, node: ast.AST | None) -> Shared:
        return sharing.of(node, self._is_library)

    def _share(self, target: ast.AST, value: ast.AST, *, part: bool = False) -> None:
        """A target gets a value, or (`part`) what a value gives one by one."""
        pair = (ast.Tuple, ast.List)
        if isinstance(target, pair) and isinstance(value, pair) and len(target.elts) == len(value.elts):
            for one, its in zip(target.elts, value.elts, strict=True):
                self._share(one, its)
            return
        held = self.sharing(value)
        if part or isinstance(target, pair):
            held = Shared(held.names)
        for name in bound_in(target):
            before = self.shared.get(name, NOTHING) if name in held.names else NOTHING
            self.shared[name] = held.without({name}) | before
            self.through[name] = sharing.through(value, self._is_library)
            plain = isinstance(target, ast.Name) and not part and sharing.is_plain(value)
            self.plain[name] = plain and self.plain.get(name, True)
        if isinstance(target, ast.Name):
            self.iterators.pop(target.id, None)
            made = sharing.iterator(value)
            if made is not None and not part:
                self.iterators[target.id] = made
        if isinstance(target, (ast.Attribute, ast.Subscript)):  # `d["model"] = model`
            self._hold(root(target), held)

    def _hold(self, owner: str | None, held: Shared) -> None:
        if owner is not None and not self._is_library(owner):
            self.shared[owner] = self.shared.get(owner, NOTHING) | held.without({owner}).held()

    # ---- statements whose parts run in another order ------------------------------------------

    def _Assign(self, node: ast.Assign) -> None:
        self.visit(node.value)
        for target in node.targets:
            self._share(target, node.value)
            self.visit(target)
            if isinstance(node.value, ast.Lambda) and isinstance(target, ast.Name):
                self.bodies[target.id] = _body(node.value)

    def _AnnAssign(self, node: ast.AnnAssign) -> None:
        self.visit(node.annotation)
        if node.value is not None:
            self.visit(node.value)
            self._share(node.target, node.value)
            self.visit(node.target)

    def _AugAssign(self, node: ast.AugAssign) -> None:
        self.visit(node.value)
        if isinstance(node.target, ast.Name):
            self._changes(node.target)  # a list or array that others hold changes with it
            self._bind(node.target.id)
        else:
            self.visit(node.target)

    def _NamedExpr(self, node: ast.NamedExpr) -> None:
        self.visit(node.value)
        self._share(node.target, node.value)
        self.visit(node.target)

    def _For(self, node: ast.For | ast.AsyncFor) -> None:
        self.visit(node.iter)
        self._share(node.target, node.iter, part=True)
        self.visit(node.target)
        self._block(node.body)
        self._block(node.orelse)

    _AsyncFor = _For

    def _While(self, node: ast.While) -> None:
        self.visit(node.test)
        self._block(node.body)
        self._block(node.orelse)

    def _withitem(self, node: ast.withitem) -> None:
        self.visit(node.context_expr)
        if node.optional_vars is not None:
            self._share(node.optional_vars, node.context_expr)
            self.visit(node.optional_vars)

    def _If(self, node: ast.If) -> None:
        self.visit(node.test)
        self._either(lambda: self._block(node.body), lambda: self._block(node.orelse))

    def _Try(self, node: ast.Try) -> None:
        def passes() -> None:
            self._block(node.body)
            self._block(node.orelse)

        self._either(passes, *(self._handling(handler) for handler in node.handlers))
        self._block(node.finalbody)

    _TryStar = _Try

    def _handling(self, handler: ast.ExceptHandler) -> Callable[[], None]:
        def handle() -> None:
            self.visit(handler)
            if leaves(handler.body):  # what comes after has seen all of the body
                self.bound |= self.written

        return handle

    def _Match(self, node: ast.Match) -> None:
        self.visit(node.subject)

        def case(one: ast.match_case) -> Callable[[], None]:
            def take() -> None:
                self.visit(one.pattern)
                if one.guard is not None:
                    self.visit(one.guard)
                self._block(one.body)

            return take

        complete = any(catches_all(one) for one in node.cases)
        nothing: list[Callable[[], None]] = [] if complete else [lambda: None]
        self._either(*(case(one) for one in node.cases), *nothing)

    def _either(self, *branches: Callable[[], None]) -> None:
        """One of several happens: what is bound afterwards is what all of them bind."""
        before, ends = set(self.bound), []
        for branch in branches:
            self.bound = set(before)
            branch()
            ends.append(self.bound)
        self.bound = set.intersection(*ends) if ends else before

    def _block(self, body: list[ast.stmt]) -> None:
        for node in body:
            self.visit(node)

    def _comprehension_like(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp) -> None:
        inner = self._inside(set(self.bound))
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
        self._take(inner, local={n for part in node.generators for n in bound_in(part.target)})

    _ListComp = _SetComp = _GeneratorExp = _DictComp = _comprehension_like

    # ---- scopes -----------------------------------------------------------------------------

    def _inside(self, bound: set[str]) -> _Scope:
        return _Scope(is_module=self._is_library, bound=bound, shared=dict(self.shared))

    def _FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        for value in (*node.decorator_list, *node.args.defaults, *(d for d in node.args.kw_defaults if d)):
            self.visit(value)
        self._bind(node.name)
        self.bodies[node.name] = _body(node)
        self.later.append(node)

    _AsyncFunctionDef = _FunctionDef

    def _Lambda(self, node: ast.Lambda) -> None:
        for value in (*node.args.defaults, *(d for d in node.args.kw_defaults if d)):
            self.visit(value)
        self._inner(node)

    def _ClassDef(self, node: ast.ClassDef) -> None:
        for value in (*node.decorator_list, *node.bases, *(keyword.value for keyword in node.keywords)):
            self.visit(value)
        inner = self._inside(set(self.bound))
        for statement in node.body:
            inner.visit(statement)
        self.later += inner.later
        self.bodies[node.name] = _joined(
            [_body(one) for one in node.body if isinstance(one, (ast.FunctionDef, ast.AsyncFunctionDef))]
        )
        self._take(inner, local=inner.written - self.bound)
        self._bind(node.name)

    def _inner(self, node: ast.AST) -> None:
        """A function's body: its own names hide the namespace's; `global` ones are the namespace's."""
        assert isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))
        inner, local = _enter(node, self._inside(set(self.bound)))
        self._take(inner, local=local)

    def _take(self, inner: _Scope, local: set[str]) -> None:
        self.read |= inner.read - local
        self.used |= inner.used - local
        self.changed |= inner.changed - local
        self.deeply |= inner.deeply - local
        self.direct |= inner.direct - local
        self.deleted |= inner.deleted - local
        self.written |= inner.written - local
        self.bound |= inner.bound - local
        for name, given in inner.calls.items():
            self.calls.setdefault(name, set()).update(given - local)

    def _Import(self, node: ast.Import) -> None:
        for alias in node.names:
            top = alias.name.partition(".")[0]
            name = alias.asname or top
            self._bind(name)
            self.brought[name] = alias.name if alias.asname else top

    def _ImportFrom(self, node: ast.ImportFrom) -> None:
        for alias in node.names:
            self._bind(alias.asname or alias.name)
            if node.module and not node.level:
                self.brought[alias.asname or alias.name] = f"{node.module}:{alias.name}"

    def _ExceptHandler(self, node: ast.ExceptHandler) -> None:
        if node.type is not None:
            self.visit(node.type)
        if node.name:
            with self._for_a_while(node.name):
                self._block(node.body)
        else:
            self._block(node.body)

    @contextmanager
    def _for_a_while(self, name: str) -> Iterator[None]:
        """`except E as e` takes the name away again."""
        there = name in self.written
        self.bound.add(name)
        yield
        self.bound.discard(name)
        if there:
            self.deleted.add(name)

    def _MatchAs(self, node: ast.MatchAs) -> None:
        if node.pattern is not None:
            self.visit(node.pattern)
        if node.name is not None:
            self._bind(node.name)

    def _MatchStar(self, node: ast.MatchStar) -> None:
        if node.name is not None:
            self._bind(node.name)

    def _MatchMapping(self, node: ast.MatchMapping) -> None:
        for child in (*node.keys, *node.patterns):
            self.visit(child)
        if node.rest is not None:
            self._bind(node.rest)

    # ---- calls that stand alone ----------------------------------------------------------------

    def stand_alone(self, body: list[ast.stmt]) -> None:
        """A call whose result nobody takes does something: to what it is called on, or given."""
        for node in body:
            inside = [child for name in ("body", "orelse", "finalbody") for child in getattr(node, name, [])]
            inside += [child for handler in getattr(node, "handlers", []) for child in handler.body]
            if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                self.stand_alone(inside)
            value = node.value if isinstance(node, ast.Expr) else None
            value = value.value if isinstance(value, ast.Await) else value
            if isinstance(value, ast.Call):
                self._stands(value)

    def _stands(self, node: ast.Call) -> None:
        name, dotted = last_of(node.func), dotted_name(node.func)
        told = any(keyword.arg == "inplace" for keyword in node.keywords)
        if name in QUIET or name in FILLING or told:
            return  # what these change is known
        of_object = isinstance(node.func, ast.Attribute) and not is_global_generator(node.func.value)
        about = root(node.func) if of_object else None
        if about is not None:
            self.standing.add((about, dotted))
        for value in given_to(node):
            for one in self.sharing(value).names:
                self.standing.add((one, ""))


def _draws(node: ast.Call, name: str) -> bool:
    """Whether a method's call may draw from the generator that it is called on: `df.sample(10)` draws from the global one."""
    of_table = len(node.args) < 2 and all(keyword.arg != "k" for keyword in node.keywords)
    return name in DRAWING and not (name == "sample" and of_table)


def _enter(
    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda, inner: _Scope
) -> tuple[_Scope, set[str]]:
    """Walk through a function's body in `inner`; its own names are the second."""
    body: list[ast.stmt] = node.body if isinstance(node.body, list) else [ast.Expr(node.body)]
    shared = {name for n in ast.walk(node) if isinstance(n, ast.Global) for name in n.names}
    local = {argument.arg for argument in arguments_of(node.args)} | assigned_in(body) - shared
    inner.bound = (inner.bound - shared) | local
    for name in local:
        inner.shared.pop(name, None)
    inner.statements(body)
    inner.bound -= shared
    return inner, local


def _body(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> Body:
    """A function by itself, wherever it is called."""
    inner, local = _enter(node, _Scope())
    statements: list[ast.stmt] = node.body if isinstance(node.body, list) else []
    inner.stand_alone(statements)
    arguments = {argument.arg for argument in arguments_of(node.args)}
    touched = inner.changed | {name for name, _ in inner.standing}
    reads = {name for name in inner.read - local if name not in _BUILTINS}
    writes = (inner.written | inner.changed | inner.deleted) - local
    return Body(
        frozenset(_known(reads)), frozenset(_known(writes)), bool(touched & arguments), yields_in(statements)
    )


def _joined(bodies: list[Body]) -> Body:
    """A class: whatever its methods do."""
    return Body(
        frozenset(name for one in bodies for name in one.reads),
        frozenset(name for one in bodies for name in one.writes),
        any(one.changes_arguments for one in bodies),
    )
