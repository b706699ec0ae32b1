"""The notebook's functions and classes: which of them train or judge something, and what they set by default.

What a person would call training or judging is said by the source alone: it fits, scores, steps, or repeats an update. So a
literal that reaches such a function is a setting, and a loop that does it is a sweep.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from mlnb.capture import library, unseen, words
from mlnb.capture.sites import MISSING
from mlnb.capture.syntax import constant_of, last_name, names_in
from mlnb.capture.vocabulary import listed

if TYPE_CHECKING:
    from collections.abc import Container

PLOTS: Final = listed(
    "plot plots draw show hist scatter imshow contour contourf bar barh figure subplot subplots title xlabel ylabel legend annotate axhline axvline xlim ylim fill_between savefig heatmap pairplot boxplot visualize visualise"
)
_TRAINS: Final = library.METHODS | listed(
    "backward step cross_val_score cross_validate predict train_test_split"
)


@dataclass
class Function:
    """A function of the notebook: whether it trains or judges something, its defaults, and how it uses its parameters."""

    trains: bool
    defaults: dict[str, Any]
    is_class: bool = False
    descends: bool = False  # a gradient


class Functions(dict[str, Function]):
    """By their names. Those of the user's modules join them when they are called."""

    def __init__(self) -> None:
        super().__init__()
        self._learnt: dict[str, bool] = {}  # of modules of the user's

    def define(self, node: ast.AST) -> None:
        """Take in a definition; anything else is none."""
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            self[node.name] = Function(self.trains(node), _defaults(node), descends=self.descends(node))
        elif isinstance(node, ast.ClassDef):
            defaults = _fields(node)
            for inner in node.body:
                if isinstance(inner, ast.FunctionDef) and inner.name == "__init__":
                    defaults = _defaults(inner)
            if defaults is not None:
                self[node.name] = Function(True, defaults, is_class=True, descends=self.descends(node))

    def learn(self, target: Any) -> bool:
        """Take in a function of a module of the user's; whether it trains or judges something."""
        name = str(target.__name__)
        if name not in self._learnt:
            found = unseen.definition(target)
            self._learnt[name] = found is not None and self.trains(found)
            if isinstance(found, ast.Module) and name not in self:
                self.define(found.body[0])
                if name in self:
                    self[name].trains = self._learnt[name]
        return self._learnt[name]

    def trains(self, node: ast.AST) -> bool:
        """Whether code fits or judges something, by itself or by a function of the notebook's."""
        if isinstance(node, ast.FunctionDef) and PLOTS.intersection(words.parts(node.name)):
            return False
        return trains(node) or any(
            isinstance(inner, ast.Call) and self._is_training(last_name(inner.func))
            for inner in ast.walk(node)
        )

    def descends(self, node: ast.AST) -> bool:
        """Whether code goes down a gradient, `loss.backward()`, by itself or by a function of the notebook's."""
        called = {last_name(inner.func) for inner in ast.walk(node) if isinstance(inner, ast.Call)}
        return "backward" in called or any(name in self and self[name].descends for name in called)

    def _is_training(self, name: str) -> bool:
        own = self.get(name)
        return name in library.OWN_METHODS if own is None else own.trains and not own.is_class


def trains(node: ast.AST) -> bool:
    """Whether code fits, scores, or repeats an update: what a person would call training or judging."""
    for inner in ast.walk(node):
        if isinstance(inner, ast.Call):
            name = last_name(inner.func)
            if name in _TRAINS:
                return True
            if words.is_metric_function(name):
                return True
        elif isinstance(inner, (ast.Assign, ast.AugAssign)):
            targets = inner.targets if isinstance(inner, ast.Assign) else [inner.target]
            if any(words.is_metric_name(name) for target in targets for name in names_in(target)):
                return True
            if _steps_down(inner) and _in_loop(node, inner):
                return True
    return False


def _steps_down(node: ast.Assign | ast.AugAssign) -> bool:
    """`w -= lr * grad`, `w = w - lr * grad`; what only counts down is no step."""
    if isinstance(node, ast.AugAssign):
        return isinstance(node.op, ast.Sub) and not isinstance(node.value, ast.Constant)
    value = node.value
    return (
        isinstance(value, ast.BinOp)
        and isinstance(value.op, ast.Sub)
        and not isinstance(value.right, ast.Constant)
        and any(ast.unparse(target) == ast.unparse(value.left) for target in node.targets)
    )


def goes_into(node: ast.AST, name: str, functions: Container[str]) -> bool:
    """Whether a variable is an argument of one of these functions."""
    return any(
        isinstance(call, ast.Call)
        and last_name(call.func) in functions
        and any(_mentions(value, name) for value in (*call.args, *(k.value for k in call.keywords)))
        for call in ast.walk(node)
    )


def is_judged(node: ast.AST, name: str) -> bool:
    """Whether a variable is a part of what a metric function judges: `f1_score(y, p > threshold)`."""
    return any(
        isinstance(call, ast.Call)
        and words.is_metric_function(last_name(call.func))
        and any(
            isinstance(inner, ast.Name) and inner.id == name
            for value in call.args
            for inner in ast.walk(value)
        )
        for call in ast.walk(node)
    )


def only_shows(node: ast.For | ast.AsyncFor) -> bool:
    """Whether a loop does nothing but print and plot."""
    return all(
        isinstance(inner, ast.Expr)
        and isinstance(inner.value, ast.Call)
        and last_name(inner.value.func) not in {"append", "add", "extend"}
        for inner in node.body
    )


def _mentions(node: ast.expr, name: str) -> bool:
    """Whether an argument is a variable, or a list with it."""
    parts = node.elts if isinstance(node, (ast.List, ast.Tuple)) else [node]
    return any(isinstance(part, ast.Name) and part.id == name for part in parts)


def _in_loop(outer: ast.AST, inner: ast.AST) -> bool:
    return any(
        isinstance(node, (ast.For, ast.While)) and any(n is inner for n in ast.walk(node))
        for node in ast.walk(outer)
    )


def _fields(node: ast.ClassDef) -> dict[str, Any] | None:
    """The defaults of a data class's fields; `None` where it is none."""
    if not any("dataclass" in ast.unparse(decorator) for decorator in node.decorator_list):
        return None
    return settings_of(node, annotated=True)


def settings_of(node: ast.ClassDef, *, annotated: bool = False) -> dict[str, Any]:
    """`lr` and `epochs` of `class CFG: lr = 0.1; epochs = 3`, a class that holds nothing else."""
    found = {}
    for inner in node.body:
        if (
            isinstance(inner, ast.Assign)
            and len(inner.targets) == 1
            and isinstance(inner.targets[0], ast.Name)
        ):
            found[inner.targets[0].id] = constant_of(inner.value)
        elif (
            isinstance(inner, ast.AnnAssign)
            and isinstance(inner.target, ast.Name)
            and inner.value is not None
        ):
            found[inner.target.id] = constant_of(inner.value)
        elif not annotated and isinstance(inner, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            return {}
    if node.decorator_list and not annotated:
        return {}
    return {name: value for name, value in found.items() if value is not MISSING and not name.startswith("_")}


def _defaults(node: ast.FunctionDef | ast.AsyncFunctionDef) -> dict[str, Any]:
    names = [argument.arg for argument in (*node.args.posonlyargs, *node.args.args)]
    found = {}
    for name, default in zip(reversed(names), reversed(node.args.defaults), strict=False):
        found[name] = constant_of(default)
    for argument, keyword_default in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True):
        if keyword_default is not None:
            found[argument.arg] = constant_of(keyword_default)
    return {name: value for name, value in found.items() if value is not MISSING}
