"""The probes that stand in a rewritten tree."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

PROBE: Final = "__mlnb__"
LOOP_PROBE: Final = "__mlnb_loop__"


def passing(number: int, value: ast.expr, *, quick: bool = False) -> ast.expr:
    """`__mlnb__((number, value))`, where `value` stands."""
    pair = ast.Tuple([ast.Constant(number), value], ast.Load())
    call = ast.Call(ast.Name(LOOP_PROBE if quick else PROBE, ast.Load()), [pair], [])
    for new in (pair, pair.elts[0], call, call.func):
        ast.copy_location(new, value)
    return call


def noting(number: int, value: ast.expr, near: ast.AST) -> ast.expr:
    """`__mlnb_loop__(((number, value), None))`: an expression that notes, and is `None`."""
    pair = ast.Tuple([ast.Constant(number), value], ast.Load())
    whole = ast.Tuple([pair, ast.Constant(None)], ast.Load())
    call = ast.Call(ast.Name(LOOP_PROBE, ast.Load()), [whole], [])
    for new in ast.walk(call):
        ast.copy_location(new, near)
    return call


def statement(value: ast.expr) -> ast.stmt:
    """An expression as a statement; `None` shows nothing in any mode of IPython's."""
    return ast.copy_location(ast.Expr(value), value)


def first(noted: ast.expr, value: ast.expr) -> ast.expr:
    """`noted or value`: the note, which is `None`, then the value."""
    return ast.copy_location(ast.BoolOp(ast.Or(), [noted, value]), value)


def names(found: Sequence[str], near: ast.AST) -> ast.expr:
    """The loop's variables as a tuple, or `None` where it has none."""
    if not found:
        return ast.copy_location(ast.Constant(None), near)
    return ast.Tuple([ast.Name(name, ast.Load()) for name in found], ast.Load())
