"""Puts probes into a cell's syntax tree, so that what passes there is seen without touching any library.

A probe is a pass-through: `f(x)` becomes `__mlnb__((12, f(x)))`, which notes the value under number 12 and gives
it back. What is called, where, and in which order stays as it was: the call itself is made in the user's own
frame, line numbers stay, and a probe raises nothing. In loops `__mlnb_loop__` does the same, and may be turned off
alone when a loop is too fast to be watched.

While nothing is tracked, both names are `operator.itemgetter(1)`, and so they are wherever a function of the
notebook is sent by pickle. Functions that a compiler reads (Numba's) are left alone: see `_left_alone`.

Each change to the tree leaves a valid tree, so a failure half-way does no harm.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, replace
from types import FunctionType, ModuleType
from typing import TYPE_CHECKING, Any, Final

from mlnb.capture import library
from mlnb.capture.sites import MISSING, Argument, Kind, Site

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

PROBE: Final = "__mlnb__"
LOOP_PROBE: Final = "__mlnb_loop__"

_PRINTERS: Final = frozenset({"print", "display", "pprint", "echo"})
_LOGGERS: Final = frozenset(
    {"info", "debug", "warning", "set_description", "set_postfix", "set_postfix_str", "write", "log"}
)
_WRAPPERS: Final = frozenset({"round", "str", "float", "format", "repr", "abs", "int", "around", "item"})
_COMPILED: Final = (
    "jit",
    "njit",
    "vectorize",
    "guvectorize",
    "cfunc",
    "stencil",
    "cuda",
    "script",
    "compile",
    "trace",
    "function",
)
_PLAIN: Final = (ast.Constant, ast.Lambda, ast.JoinedStr, ast.Set, ast.Compare)


@dataclass(frozen=True)
class _Where:
    """Where the walk stands."""

    function: str | None = None
    loops: tuple[int, ...] = ()
    swept: tuple[str, ...] = ()


class Rewriter:
    """Rewrites one tree. `namespace` is the user's, looked into but never changed; `new_site` gives a number."""

    def __init__(
        self, namespace: Mapping[str, Any], add: Callable[[Site], int], next_number: Callable[[], int]
    ) -> None:
        self._namespace = namespace
        self._add = add
        self._next = next_number
        self._imported: dict[str, str] = {}
        self._functions: set[str] = set()
        self._leave_functions = False

    def rewrite(self, tree: ast.Module) -> None:
        """Put probes into `tree`, in place."""
        self._note_definitions(tree)
        self._leave_functions = _numba_around(self._namespace, self._imported)
        self._body(tree.body, _Where(), top=True)

    # ---- what the cell defines --------------------------------------------------------------

    def _note_definitions(self, tree: ast.Module) -> None:
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    self._imported[alias.asname or alias.name.partition(".")[0]] = alias.name
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                for alias in node.names:
                    self._imported[alias.asname or alias.name] = f"{node.module}.{alias.name}"
            elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                self._functions.add(node.name)

    # ---- statements -------------------------------------------------------------------------

    def _body(self, body: list[ast.stmt], where: _Where, *, top: bool = False) -> None:
        last = body[-1] if body else None
        place = 0
        while place < len(body):
            node = body[place]
            place += 1
            after = self._statement(node, where, shown=top and node is last)
            if after is not None and not (top and node is last):
                body.insert(place, after)
                place += 1

    def _statement(self, node: ast.stmt, where: _Where, *, shown: bool) -> ast.stmt | None:
        """Rewrite one statement; what is returned goes behind it."""
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            if not self._leave_functions and not _left_alone(node):
                self._body(node.body, _Where(function=node.name))
        elif isinstance(node, ast.ClassDef):
            self._body(node.body, where)
        elif isinstance(node, (ast.For, ast.AsyncFor, ast.While)):
            return self._loop(node, where)
        elif isinstance(node, ast.Assign):
            self._assign(node, where)
        elif isinstance(node, ast.AnnAssign):
            if node.value is not None and isinstance(node.target, ast.Name):
                self._assign_value(node, (node.target.id,), where)
        elif isinstance(node, ast.Expr):
            self._expression_statement(node, where, shown=shown)
        else:
            self._other(node, where)
        return None

    def _other(self, node: ast.stmt, where: _Where) -> None:
        for name, value in ast.iter_fields(node):
            if isinstance(value, ast.expr) and name not in {"target", "annotation", "returns"}:
                setattr(node, name, self._expression(value, where))
            elif isinstance(value, list) and value:
                self._other_list(value, where)

    def _other_list(self, values: list[Any], where: _Where) -> None:
        if isinstance(values[0], ast.stmt):
            self._body(values, where)
            return
        for inner in values:
            if isinstance(inner, ast.withitem):
                inner.context_expr = self._expression(inner.context_expr, where)
            elif isinstance(inner, (ast.ExceptHandler, ast.match_case)):
                self._body(inner.body, where)

    def _loop(self, node: ast.For | ast.AsyncFor | ast.While, where: _Where) -> ast.stmt:
        names: tuple[str, ...] = ()
        if isinstance(node, ast.While):
            node.test = self._expression(node.test, where)
            text = f"while {ast.unparse(node.test)}"
        else:
            names = _target_names(node.target)
            text = f"for {ast.unparse(node.target)} in {ast.unparse(node.iter)}"
            node.iter = self._expression(node.iter, where)
        number = self._site("loop", node, where, text=text[:200], names=names)
        inner = replace(where, loops=(*where.loops, number))
        self._body(node.body, inner)
        self._body(node.orelse, where)
        node.body.insert(0, _noted(number, _names_tuple(names, node), node.body[0]))
        leave = self._site("exit", node, where, text="", inner=number)
        return _noted(leave, ast.copy_location(ast.Constant(None), node), node)

    def _assign(self, node: ast.Assign, where: _Where) -> None:
        target = node.targets[0]
        if len(node.targets) == 1 and isinstance(target, ast.Subscript):
            self._item(node, target, where)
            return
        names = _target_names(target)
        if isinstance(target, ast.Attribute):
            names = (ast.unparse(target),)
        self._assign_value(node, names, where)

    def _assign_value(self, node: ast.Assign | ast.AnnAssign, names: tuple[str, ...], where: _Where) -> None:
        assert node.value is not None
        original, text = node.value, ast.unparse(node.value)
        node.value, inner = self._expression_with_site(original, where)
        if (
            names
            and _is_watched_value(original)
            and (where.function is None or where.loops or _speaks(names))
        ):
            number = self._site(
                "assign", node, where, text=text[:300], names=names, inner=inner, tree=original
            )
            node.value = _probe(number, node.value, quick=bool(where.loops))

    def _item(self, node: ast.Assign, target: ast.Subscript, where: _Where) -> None:
        """`scores[name] = …`: the container's name, and the key as an argument."""
        value, inner = self._expression_with_site(node.value, where)
        node.value = value
        if not _is_watched_value(value):
            return
        key = self._argument(target.slice, where)
        number = self._site(
            "item",
            node,
            where,
            text=ast.unparse(target),
            names=(ast.unparse(target.value),),
            arguments=(key[0],),
            inner=inner,
        )
        target.slice = key[1]
        node.value = _probe(number, value, quick=bool(where.loops))

    def _expression_statement(self, node: ast.Expr, where: _Where, *, shown: bool) -> None:
        text = ast.unparse(node.value)
        original = node.value
        node.value, inner = self._expression_with_site(node.value, where)
        if shown and not isinstance(original, (ast.Constant, ast.Await, ast.Yield, ast.YieldFrom)):
            number = self._site("shown", node, where, text=text[:300], inner=inner, tree=original)
            node.value = _probe(number, node.value)

    # ---- expressions ------------------------------------------------------------------------

    def _expression(self, node: ast.expr, where: _Where) -> ast.expr:
        return self._expression_with_site(node, where)[0]

    def _expression_with_site(self, node: ast.expr, where: _Where) -> tuple[ast.expr, int | None]:
        """The expression with its probes, and the number of the probe that is outermost in it."""
        if isinstance(node, ast.Call):
            return self._call(node, where)
        if isinstance(node, ast.Await):
            node.value, number = self._expression_with_site(node.value, where)
            return node, number
        self._children(node, where)
        return node, None

    def _children(self, node: ast.AST, where: _Where) -> None:
        if isinstance(node, (ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp)):
            swept = tuple(name for part in node.generators for name in _target_names(part.target))
            where = replace(where, swept=(*where.swept, *swept))
        if isinstance(node, ast.Lambda):
            if not self._leave_functions:
                node.body = self._expression(node.body, _Where(function="<lambda>"))
            return
        for name, value in ast.iter_fields(node):
            if isinstance(value, ast.expr):
                setattr(node, name, self._expression(value, where))
            elif isinstance(value, list):
                for place, inner in enumerate(value):
                    if isinstance(inner, ast.expr):
                        value[place] = self._expression(inner, where)
                    elif isinstance(inner, (ast.keyword, ast.comprehension)):
                        self._children(inner, where)

    def _call(self, node: ast.Call, where: _Where) -> tuple[ast.expr, int | None]:
        name = _last_name(node.func)
        if name in _PRINTERS or (name in _LOGGERS and isinstance(node.func, ast.Attribute)):
            self._print(node, where)
            return node, None
        if name == "append" and where.loops and len(node.args) == 1 and isinstance(node.func, ast.Attribute):
            return self._append(node, where), None
        if not self._is_watched(node.func):
            self._children(node, where)
            return node, None
        return self._watched_call(node, name, where)

    def _watched_call(self, node: ast.Call, name: str, where: _Where) -> tuple[ast.expr, int | None]:
        text = ast.unparse(node)
        receiver = None
        callee = ast.unparse(node.func)
        if isinstance(node.func, ast.Attribute):
            receiver, node.func.value = self._argument(node.func.value, where)
            callee = name if receiver.name is None or not self._is_module(receiver.name) else callee
        arguments = []
        for place, value in enumerate(node.args):
            found, node.args[place] = self._argument(value, where)
            arguments.append(found)
        for keyword in node.keywords:
            found, keyword.value = self._argument(keyword.value, where)
            arguments.append(replace(found, keyword=keyword.arg or "**"))
        number = self._site(
            "call", node, where, text=text[:300], callee=callee, receiver=receiver, arguments=tuple(arguments)
        )
        return _probe(number, node), number

    def _argument(self, node: ast.expr, where: _Where) -> tuple[Argument, ast.expr]:
        """What is known of an argument, and its expression, which may have got a probe to hold its value."""
        text = ast.unparse(node)[:300]
        constant = constant_of(node)
        if constant is not MISSING:
            return Argument(text, constant=constant), node
        if isinstance(node, ast.Name):
            return Argument(text, name=node.id), node
        if isinstance(node, (ast.Starred, ast.Slice, ast.Tuple)) or _is_super(node):
            self._children(node, where)
            return Argument(text), node
        value, inner = self._expression_with_site(node, where)
        if inner is not None:
            return Argument(text, part=inner), value
        number = self._site("part", node, where, text=text)
        return Argument(text, part=number), _probe(number, value)

    def _append(self, node: ast.Call, where: _Where) -> ast.expr:
        assert isinstance(node.func, ast.Attribute)
        owner = ast.unparse(node.func.value)
        self._children(node.func, where)
        value, inner = self._expression_with_site(node.args[0], where)
        if _is_watched_value(value):
            number = self._site(
                "append", node, where, text=ast.unparse(node)[:200], names=(owner,), inner=inner
            )
            value = _probe(number, value, quick=True)
        node.args[0] = value
        return node

    def _is_watched(self, func: ast.expr) -> bool:
        if isinstance(func, ast.Name):
            if func.id in self._imported:
                return _may_matter(self._imported[func.id])
            if func.id in self._functions:
                return True
            target = self._namespace.get(func.id)
            return _from_notebook(target) or (callable(target) and library.is_interesting(target))
        if not isinstance(func, ast.Attribute):
            return False
        if func.attr in library.METHODS or func.attr in library.SEEDS:
            return True
        root = _root_name(func)
        if root is None or not self._is_module(root):
            return False
        return self._module_name(root) in library.ROOTS or func.attr in library.READERS

    def _is_module(self, name: str) -> bool:
        return name in self._imported or isinstance(self._namespace.get(name), ModuleType)

    def _module_name(self, name: str) -> str:
        """The library that a name stands for; the name may not be imported yet."""
        value = self._namespace.get(name)
        path = self._imported.get(name) or getattr(value, "__name__", "")
        return str(path).partition(".")[0]

    # ---- printed numbers --------------------------------------------------------------------

    def _print(self, node: ast.Call, where: _Where) -> None:
        label = ""
        for place, value in enumerate(node.args):
            label, node.args[place] = self._printed(value, label, where)
        for keyword in node.keywords:
            if keyword.arg not in {"end", "sep", "file", "flush", "refresh"}:
                _, keyword.value = self._printed(keyword.value, keyword.arg or "", where)

    def _printed(self, node: ast.expr, label: str, where: _Where) -> tuple[str, ast.expr]:
        """The label that goes on behind this part, and the part with its probes."""
        if isinstance(node, ast.Constant):
            return (f"{label} {node.value}" if isinstance(node.value, str) else label), node
        if isinstance(node, ast.JoinedStr):
            return self._printed_pieces(node.values, label, where), node
        if (
            isinstance(node, ast.BinOp)
            and isinstance(node.left, ast.Constant)
            and isinstance(node.left.value, str)
        ):
            return self._printed_formatted(node, label, where)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            label, node.left = self._printed(node.left, label, where)
            label, node.right = self._printed(node.right, label, where)
            return label, node
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format":
            return self._printed_format(node, label, where), node
        if isinstance(node, ast.Call) and _last_name(node.func) in _WRAPPERS:
            return self._printed_wrapped(node, label, where)
        return "", self._printed_value(node, label, where)

    def _printed_pieces(self, pieces: list[ast.expr], label: str, where: _Where) -> str:
        for piece in pieces:
            if isinstance(piece, ast.Constant):
                label += str(piece.value)
            elif isinstance(piece, ast.FormattedValue):
                label, piece.value = self._printed(piece.value, label, where)
        return label

    def _printed_formatted(self, node: ast.BinOp, label: str, where: _Where) -> tuple[str, ast.expr]:
        """`"text %f" % value` and `"text" + str(value)`."""
        assert isinstance(node.left, ast.Constant)
        if not isinstance(node.op, ast.Mod):
            label, node.right = self._printed(node.right, f"{label} {node.left.value!s}", where)
            return label, node
        labels = _percent_labels(str(node.left.value))
        if isinstance(node.right, ast.Tuple):
            for place, value in enumerate(node.right.elts):
                own = labels[place] if place < len(labels) else ""
                _, node.right.elts[place] = self._printed(value, own, where)
        else:
            _, node.right = self._printed(node.right, labels[0] if labels else label, where)
        return "", node

    def _printed_format(self, node: ast.Call, label: str, where: _Where) -> str:
        assert isinstance(node.func, ast.Attribute)
        template = node.func.value
        labels = (
            _brace_labels(template.value)
            if isinstance(template, ast.Constant) and isinstance(template.value, str)
            else []
        )
        for place, value in enumerate(node.args):
            own = labels[place] if place < len(labels) else label
            _, node.args[place] = self._printed(value, own, where)
        for keyword in node.keywords:
            _, keyword.value = self._printed(keyword.value, keyword.arg or label, where)
        return ""

    def _printed_wrapped(self, node: ast.Call, label: str, where: _Where) -> tuple[str, ast.expr]:
        """`round(x, 3)`, `str(x)`, `x.item()`: the number before it lost its digits."""
        if isinstance(node.func, ast.Attribute) and node.func.attr in {"item", "round"}:
            node.func.value = self._printed(node.func.value, label, where)[1]
        elif node.args:
            node.args[0] = self._printed(node.args[0], label, where)[1]
        return "", node

    def _printed_value(self, node: ast.expr, label: str, where: _Where) -> ast.expr:
        text = ast.unparse(node)
        tree = node
        value, inner = self._expression_with_site(node, where)
        if isinstance(node, ast.Starred):
            return value
        number = self._site("print", node, where, text=text[:300], label=label, inner=inner, tree=tree)
        return _probe(number, value)

    # ---- sites ------------------------------------------------------------------------------

    def _site(self, kind: Kind, node: ast.AST, where: _Where, *, text: str, **facts: Any) -> int:
        number = self._next()
        line = getattr(node, "lineno", 0)
        self._add(
            Site(
                number,
                kind,
                text,
                line,
                loops=where.loops,
                function=where.function,
                swept=where.swept,
                **facts,
            )
        )
        return number


# ---- the probes in the tree -----------------------------------------------------------------


def _probe(number: int, value: ast.expr, *, quick: bool = False) -> ast.expr:
    """`__mlnb__((number, value))`, where `value` stands."""
    pair = ast.Tuple([ast.Constant(number), value], ast.Load())
    call = ast.Call(ast.Name(LOOP_PROBE if quick else PROBE, ast.Load()), [pair], [])
    for new in (pair, pair.elts[0], call, call.func):
        ast.copy_location(new, value)
    return call


def _noted(number: int, value: ast.expr, near: ast.stmt) -> ast.stmt:
    """`__mlnb_loop__(((number, value), None))` as a statement: it shows nothing in any mode."""
    pair = ast.Tuple([ast.Constant(number), value], ast.Load())
    whole = ast.Tuple([pair, ast.Constant(None)], ast.Load())
    call = ast.Call(ast.Name(LOOP_PROBE, ast.Load()), [whole], [])
    statement = ast.Expr(call)
    for new in ast.walk(statement):
        ast.copy_location(new, near)
    return statement


def _names_tuple(names: Sequence[str], near: ast.AST) -> ast.expr:
    if not names:
        return ast.copy_location(ast.Constant(None), near)
    return ast.Tuple([ast.Name(name, ast.Load()) for name in names], ast.Load())


# ---- what the source says -------------------------------------------------------------------


def _target_names(target: ast.expr) -> tuple[str, ...]:
    if isinstance(target, ast.Name):
        return (target.id,)
    if isinstance(target, (ast.Tuple, ast.List)) and all(
        isinstance(e, (ast.Name, ast.Tuple, ast.List)) for e in target.elts
    ):
        return tuple(name for inner in target.elts for name in _target_names(inner))
    return ()


def _last_name(func: ast.expr) -> str:
    if isinstance(func, ast.Name):
        return func.id
    return func.attr if isinstance(func, ast.Attribute) else ""


def _root_name(node: ast.expr) -> str | None:
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else None


def constant_of(node: ast.expr) -> Any:
    """The value of a literal or of arithmetic on literals; `MISSING` for anything else."""
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        pass
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Pow, ast.Mult, ast.Div, ast.Add, ast.Sub)):
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


def _is_watched_value(node: ast.expr) -> bool:
    """Whether a number, or several, may come out of it."""
    return not isinstance(node, _PLAIN) and constant_of(node) is MISSING


def _is_super(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "super"


def _speaks(names: Sequence[str]) -> bool:
    from mlnb.capture import words

    return any(words.is_metric_name(name) for name in names)


def _may_matter(path: str) -> bool:
    """Whether what is imported from there may be worth watching (it isn't imported yet)."""
    root = path.partition(".")[0]
    return root in library.ROOTS or root in {"pandas", "numpy", "polars", "random"}


def _from_notebook(target: Any) -> bool:
    return isinstance(target, (FunctionType, type)) and target.__module__ == "__main__"


def _left_alone(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """A decorator that compiles a function reads its bytecode, where probes would be in the way."""
    return any(
        word in ast.unparse(decorator).lower().split("(")[0].split(".")
        for decorator in node.decorator_list
        for word in _COMPILED
    )


def _numba_around(namespace: Mapping[str, Any], imported: Mapping[str, str]) -> bool:
    """Numba can be called on a function long after its definition: where it is around, functions are left alone."""
    if any(path.partition(".")[0] == "numba" for path in imported.values()):
        return True
    for value in list(namespace.values()):
        if isinstance(value, ModuleType) and value.__name__.partition(".")[0] == "numba":
            return True
        if type(value).__module__.startswith("numba"):
            return True
    return False


def _percent_labels(template: str) -> list[str]:
    import re

    return [part.strip() for part in re.split(r"%[-+ #0]*\d*(?:\.\d+)?[a-zA-Z]", template)]


def _brace_labels(template: str) -> list[str]:
    import string

    try:
        pieces = list(string.Formatter().parse(template))
    except ValueError:
        return []
    return [text for text, name, _, _ in pieces if name is not None]
