"""What an expression's source says, read before anything is rewritten."""

from __future__ import annotations

import ast
from typing import Any, Final

from mlnb.capture.sites import MISSING, Expression, Prediction, Step

MOST_ITEMS: Final = 50
NAMESPACES: Final = frozenset(
    {"dict", "SimpleNamespace", "Namespace", "edict", "EasyDict", "Munch", "AttrDict"}
)
_SUMS_UP: Final = frozenset({"norm", "mean", "sum", "max", "average"})
_ARITHMETIC: Final = (ast.Pow, ast.Mult, ast.Div, ast.Add, ast.Sub)


def constant_of(node: ast.expr) -> Any:
    """The value of a literal, of arithmetic on literals, or of a `range` of them; `MISSING` for anything else."""
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        pass  # not a literal as it stands: what follows are other ways to write one
    if (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "list"
        and len(node.args) == 1
    ):
        inner = constant_of(node.args[0])
        return (
            list(inner) if isinstance(inner, (range, tuple, list)) and len(inner) <= MOST_ITEMS else MISSING
        )
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "range":
        bounds = [constant_of(argument) for argument in node.args]
        if 1 <= len(bounds) <= 3 and all(isinstance(b, int) for b in bounds) and not node.keywords:
            return range(*bounds) if bounds[2:] != [0] else MISSING
    if (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in NAMESPACES
        and not node.args
    ):
        items = {keyword.arg: constant_of(keyword.value) for keyword in node.keywords}
        return MISSING if None in items or MISSING in items.values() else items
    if isinstance(node, ast.BinOp) and isinstance(node.op, _ARITHMETIC):
        left, right = constant_of(node.left), constant_of(node.right)
        if all(isinstance(side, (int, float)) and not isinstance(side, bool) for side in (left, right)):
            return _computed(node.op, left, right)
    return MISSING


def _computed(operator: ast.operator, left: float, right: float) -> Any:
    if isinstance(operator, ast.Pow) and (abs(right) > 64 or abs(left) > 1e6):
        return MISSING
    try:
        if isinstance(operator, ast.Pow):
            return left**right
        if isinstance(operator, ast.Mult):
            return left * right
        if isinstance(operator, ast.Div):
            return left / right
        return left + right if isinstance(operator, ast.Add) else left - right
    except (ArithmeticError, ValueError):
        return MISSING


def describe(node: ast.expr) -> Expression:
    """The names, calls and attributes in an expression, and what it is on its outside."""
    names, calls, attributes = [], [], []
    for inner in ast.walk(node):
        if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Load):
            names.append(inner.id)
        elif isinstance(inner, ast.Call):
            calls.append(last_name(inner.func))
        elif isinstance(inner, ast.Attribute):
            attributes.append(inner.attr)
    called = {
        inner.func.id
        for inner in ast.walk(node)
        if isinstance(inner, ast.Call) and isinstance(inner.func, ast.Name)
    }
    return Expression(
        text=ast.unparse(node)[:300],
        form=type(node).__name__,
        names=frozenset(names) - called,
        calls=frozenset(calls),
        attributes=frozenset(attributes),
        compares=any(_compares(inner) for inner in ast.walk(node)),
        scales=_scaled(node),
        subtracts=isinstance(node, ast.BinOp)
        and isinstance(node.op, ast.Sub)
        and not isinstance(node.left, ast.Constant),
        differs=any(_sums_up_difference(inner) for inner in ast.walk(node)),
        parts=tuple(describe(part) for part in node.elts) if isinstance(node, (ast.Tuple, ast.List)) else (),
    )


def _sums_up_difference(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call) or last_name(node.func) not in _SUMS_UP:
        return False
    owner = [node.func.value] if isinstance(node.func, ast.Attribute) else []
    return any(
        isinstance(inner, ast.BinOp)
        and isinstance(inner.op, ast.Sub)
        and len({frozenset(_loaded(side)) for side in (inner.left, inner.right)} - {frozenset()}) == 2
        for part in (*owner, *node.args)
        for inner in ast.walk(part)
    )


def _loaded(node: ast.AST) -> set[str]:
    return {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)}


def _compares(node: ast.AST) -> bool:
    """Whether two things that were computed are compared; `y == 1` only picks a class."""
    return isinstance(node, ast.Compare) and not any(
        isinstance(side, (ast.Constant, ast.UnaryOp)) for side in (node.left, *node.comparators)
    )


def _scaled(node: ast.expr) -> str | None:
    """`accuracy * 100`: the name of what is only shown in another unit."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Mult, ast.Div)):
        for side, other in ((node.left, node.right), (node.right, node.left)):
            if isinstance(other, ast.Constant) and other.value in {100, 1000, -1}:
                owner = side.value if isinstance(side, ast.Subscript) else side
                if isinstance(owner, ast.Name):
                    return owner.id
    if isinstance(node, ast.UnaryOp) and isinstance(node.operand, ast.Name):
        return node.operand.id
    return None


def target_names(target: ast.expr) -> tuple[str, ...]:
    """The variables that an assignment's target sets; nothing where it sets anything else."""
    if isinstance(target, ast.Name):
        return (target.id,)
    if isinstance(target, (ast.Tuple, ast.List)):
        plain = all(isinstance(inner, (ast.Name, ast.Tuple, ast.List)) for inner in target.elts)
        return tuple(name for inner in target.elts for name in target_names(inner)) if plain else ()
    return ()


def names_in(node: ast.AST) -> list[str]:
    """The variables in a target, or in a name, also where an item or an attribute of theirs is set."""
    if isinstance(node, ast.Name):
        return [node.id]
    if isinstance(node, (ast.Tuple, ast.List)):
        return [name for inner in node.elts for name in names_in(inner)]
    if isinstance(node, (ast.Attribute, ast.Subscript, ast.Starred)):
        return names_in(node.value)
    return []


def last_name(func: ast.expr) -> str:
    """`score` of `model.score`."""
    if isinstance(func, ast.Name):
        return func.id
    return func.attr if isinstance(func, ast.Attribute) else ""


def prediction_in(node: ast.expr) -> Prediction | None:
    """`knn` and `X` of `knn.predict(X)`, also inside `np.argmax(knn.predict_proba(X), 1)` or `… > 0.5`; what several
    models predict together is nobody's."""
    found: dict[str, Prediction] = {}
    for inner in ast.walk(node):
        if isinstance(inner, ast.Call) and isinstance(inner.func, ast.Attribute):
            owner = inner.func.value
            if inner.func.attr.startswith(("predict", "decision_function")) and isinstance(owner, ast.Name):
                data = inner.args[0] if inner.args else None
                found.setdefault(
                    owner.id, Prediction(owner.id, data.id if isinstance(data, ast.Name) else None)
                )
    return next(iter(found.values())) if len(found) == 1 else None


def root_name(node: ast.expr) -> str | None:
    """`np` of `np.random.rand`; `None` where it doesn't begin with a name."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else None


def path_of(node: ast.expr) -> tuple[Step, ...]:
    """The way to a value by names, attributes and literal items; empty for any other expression."""
    steps: list[Step] = []
    while not isinstance(node, ast.Name):
        if isinstance(node, ast.Attribute):
            steps.append(("attribute", node.attr))
        elif isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
            steps.append(("item", node.slice.value))
        else:
            return ()
        node = node.value
    return (("name", node.id), *reversed(steps))
