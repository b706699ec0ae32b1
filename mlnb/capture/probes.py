"""The probes that stand in a rewritten tree, and the few shapes of syntax that they are made of.

One name is known to rewritten code. It lives in `builtins`, and what a cell's loops hold lives on it, so that no namespace
of the user's shows either.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence

PROBE: Final = "__mlnb__"


@dataclass(frozen=True)
class State:
    """Where the state of a loop is held: in a variable of its function's, by the loops around it; a cell's, whose variables
    are the user's own, by its number beside the probes."""

    number: int
    depth: int
    in_function: bool

    def read(self) -> ast.expr:
        return self._as(ast.Load())

    def held(self) -> ast.expr:
        """As a target."""
        return self._as(ast.Store())

    def _as(self, use: ast.expr_context) -> ast.expr:
        if self.in_function:
            return ast.Name(f"__mlnb_loop_{self.depth}__", use)
        return ast.Attribute(_part("states"), f"loop_{self.number}", use)


def passing(number: int, value: ast.expr) -> ast.expr:
    """`__mlnb__((number, value))`, where `value` stands."""
    return _at(value, _call([ast.Constant(number), value]))


def noting(number: int, value: ast.expr, near: ast.AST) -> ast.expr:
    """`(__mlnb__((number, value)), None)[1]`: an expression that notes, and is `None`."""
    whole = ast.Tuple([_call([ast.Constant(number), value]), ast.Constant(None)], ast.Load())
    return _at(near, ast.Subscript(whole, ast.Constant(1), ast.Load()))


def statement(value: ast.expr) -> ast.stmt:
    """An expression as a statement; `None` shows nothing in any mode of IPython's."""
    return ast.copy_location(ast.Expr(value), value)


def tolerant(noted: ast.stmt, *otherwise: ast.stmt) -> ast.stmt:
    """The statement, if the names in it are bound; else those."""
    handler = ast.ExceptHandler(_part("unbound"), None, [*otherwise] or [ast.Pass()])
    return _at(noted, ast.Try([noted], [handler], [], []))


def first(noted: ast.expr, value: ast.expr) -> ast.expr:
    """`noted or value`: the note, which is `None`, then the value."""
    return ast.copy_location(ast.BoolOp(ast.Or(), [noted, value]), value)


def names(found: Sequence[str], near: ast.AST) -> ast.expr:
    """The loop's variables as a tuple, or `None` where it has none."""
    if not found:
        return ast.copy_location(ast.Constant(None), near)
    return ast.Tuple([ast.Name(name, ast.Load()) for name in found], ast.Load())


def loop(
    node: ast.For | ast.While,
    state: State,
    names: Sequence[str],
    seen: list[ast.stmt],
    bare: list[ast.stmt],
) -> ast.For:
    """A loop in phases, as `mlnb.capture.loops` tells it; `seen` is its body with probes, `bare` without.

    A `while` becomes a loop over nothing in particular whose body first looks at the condition.
    """
    variables = [ast.Name(name, ast.Load()) for name in names]
    begun = noting(state.number, ast.Tuple([state.read(), *variables], ast.Load()), node)
    seen = [statement(begun), *seen]
    _mark_breaks(bare, state)
    if isinstance(node, ast.While):
        # What the stretches give, empty tuples, is of no use.
        targets: list[ast.expr] = [ast.Tuple([], ast.Store()) for _ in range(2)]
        seen, bare = ([_unless(node.test, state), *body] for body in (seen, bare))
        drawn: list[ast.expr] = [ast.Constant(state.number)]
    else:
        targets = [node.target, copied(node.target)]
        iterator = ast.Call(_part("iter"), [node.iter], [])
        drawn = [ast.Constant(state.number), iterator]
    phase = [
        ast.For(
            targets[0],
            _asked(state, "seen"),
            seen,
            [
                ast.For(
                    targets[1],
                    _asked(state, "unseen"),
                    bare,
                    [ast.Continue()],
                ),
                ast.Break(),
            ],
        ),
        ast.Break(),
    ]
    phases = ast.Call(_part("loop"), [ast.Tuple(drawn, ast.Load())], [])
    whole = ast.For(state.held(), phases, phase, node.orelse)
    near = node.test if isinstance(node, ast.While) else node.iter
    for expression in (whole.target, whole.iter):
        _at(near, expression)
    return _at(node, whole)


def _unless(test: ast.expr, state: State) -> ast.stmt:
    known = ast.Assign([ast.Attribute(state.read(), "false", ast.Store())], ast.Constant(True))
    counted = ast.Expr(_asked(state, "stop"))
    return _at(test, ast.If(ast.UnaryOp(ast.Not(), copied(test)), [known, counted, ast.Break()], []))


def _mark_breaks(body: list[ast.stmt], state: State) -> None:
    """Put `LOOP.stop()` before each `break` of the loop whose body it is."""
    for place, node in reversed(list(enumerate(body))):
        if isinstance(node, ast.Break):
            body.insert(place, _at(node, statement(_at(node, _asked(state, "stop")))))
        elif isinstance(node, (ast.For, ast.AsyncFor, ast.While)):
            _mark_breaks(node.orelse, state)
        elif not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            for part in ("body", "orelse", "finalbody"):
                _mark_breaks(getattr(node, part, []), state)
            for inner in (*getattr(node, "handlers", ()), *getattr(node, "cases", ())):
                _mark_breaks(inner.body, state)


def _asked(state: State, name: str) -> ast.expr:
    """`LOOP.name()`."""
    return ast.Call(ast.Attribute(state.read(), name, ast.Load()), [], [])


def _call(items: list[ast.expr]) -> ast.Call:
    return ast.Call(ast.Name(PROBE, ast.Load()), [ast.Tuple(items, ast.Load())], [])


def _part(name: str) -> ast.expr:
    """`__mlnb__.name`."""
    return ast.Attribute(ast.Name(PROBE, ast.Load()), name, ast.Load())


_Node = TypeVar("_Node", bound=ast.AST)


def _at(near: ast.AST, new: _Node) -> _Node:
    """`new` with the place of `near` wherever it has none of its own."""
    waiting: list[ast.AST] = [new]
    while waiting:
        node = waiting.pop()
        placed = isinstance(node, _PLACED)
        if placed and not hasattr(node, "lineno"):
            ast.copy_location(node, near)
            waiting += ast.iter_child_nodes(node)
        elif node is new or not placed:
            waiting += ast.iter_child_nodes(node)
    return new


_PLACED: Final = (ast.stmt, ast.expr, ast.excepthandler, ast.keyword)
_LEAVES: Final = (ast.Constant, ast.Name, ast.expr_context, ast.operator, ast.unaryop, ast.cmpop, ast.boolop)


def copied(node: Any) -> Any:
    """A tree again, so that one of the two can be rewritten; what is never changed in place is shared."""
    if isinstance(node, list):
        return [copied(inner) for inner in node]
    if not isinstance(node, ast.AST) or isinstance(node, _LEAVES):
        return node
    new = type(node)()
    for name, value in vars(node).items():
        setattr(new, name, copied(value) if isinstance(value, (list, ast.AST)) else value)
    return new
