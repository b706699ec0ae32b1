"""Numbers in printed text, with the words before them: `print("acc:", x)`, f-strings, `%`, `.format`.

The parts of one text share a group, so that a word that is only known when it is printed (`print(name, score)`) can
name the number behind it.
"""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Callable
from typing import Final

PRINTERS: Final = frozenset({"print", "display", "pprint", "echo"})
LOGGERS: Final = frozenset(
    {"info", "debug", "warning", "set_description", "set_postfix", "set_postfix_str", "write"}
)
# What is written on a picture is a score if a call made it right there; else it is known from where it was made.
DRAWERS: Final = frozenset(
    {
        "title", "set_title", "suptitle", "xlabel", "ylabel", "set_xlabel", "set_ylabel", "text", "annotate", "legend",
        "plot", "scatter", "axhline", "axvline", "bar", "hist",
    }
)  # fmt: skip
_WRAPPERS: Final = frozenset({"round", "str", "float", "format", "repr", "around", "item"})
_FIELD: Final = re.compile(r"%[-+ #0]*\d*(?:\.\d+)?[a-zA-Z]")

Wrap = Callable[[ast.expr, str], ast.expr]


class Text:
    """Rewrites the values in one printed text; `wrap` puts a probe around a value, given its label."""

    def __init__(self, wrap: Wrap) -> None:
        self._wrap = wrap
        self._label = ""

    def arguments(self, node: ast.Call) -> None:
        """Of a call that prints."""
        for place, value in enumerate(node.args):
            node.args[place] = self.value(value)
        for keyword in node.keywords:
            if keyword.arg not in {"end", "sep", "file", "flush", "refresh"}:
                self._label = keyword.arg or ""
                keyword.value = self.value(keyword.value)

    def value(self, node: ast.expr) -> ast.expr:
        """The part with its probes; the label that follows from it is remembered."""
        if isinstance(node, ast.Constant):
            if isinstance(node.value, str):
                self._label += f" {node.value}"
            return node
        if is_text(node):
            return self._text(node)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add) and _has_text(node):
            node.left = self.value(node.left)
            node.right = self.value(node.right)
            return node
        if isinstance(node, ast.Call) and _name(node.func) in _WRAPPERS:
            return self._wrapped(node)
        if isinstance(node, ast.Starred):
            return node
        label, self._label = self._label, ""
        return self._wrap(node, label)

    def _text(self, node: ast.expr) -> ast.expr:
        if isinstance(node, ast.JoinedStr):
            for piece in node.values:
                if isinstance(piece, ast.Constant):
                    self._label += str(piece.value)
                elif isinstance(piece, ast.FormattedValue):
                    piece.value = self.value(piece.value)
        elif isinstance(node, ast.BinOp):
            self._percent(node)
        elif isinstance(node, ast.Call):
            self._format(node)
        return node

    def _percent(self, node: ast.BinOp) -> None:
        assert isinstance(node.left, ast.Constant)
        labels = [part.strip() for part in _FIELD.split(str(node.left.value).replace("%%", " percent "))]
        if isinstance(node.right, ast.Tuple):
            for place, value in enumerate(node.right.elts):
                self._label = labels[place] if place < len(labels) else ""
                node.right.elts[place] = self.value(value)
        else:
            self._label = labels[0] if labels else self._label
            node.right = self.value(node.right)
        self._label = ""

    def _format(self, node: ast.Call) -> None:
        assert isinstance(node.func, ast.Attribute)
        assert isinstance(node.func.value, ast.Constant)
        fields = _fields(str(node.func.value.value))
        for place, value in enumerate(node.args):
            self._label = next((text for text, name in fields if name == str(place)), self._label)
            node.args[place] = self.value(value)
        for keyword in node.keywords:
            self._label = next((text for text, name in fields if name == keyword.arg), keyword.arg or "")
            keyword.value = self.value(keyword.value)
        self._label = ""

    def _wrapped(self, node: ast.Call) -> ast.expr:
        """`round(x, 3)`, `str(x)`, `x.item()`: the number before it lost its digits."""
        if isinstance(node.func, ast.Attribute) and node.func.attr in {"item", "round"}:
            node.func.value = self.value(node.func.value)
        elif node.args:
            node.args[0] = self.value(node.args[0])
        return node


def is_text(node: ast.expr) -> bool:
    """An f-string, `"…" % …` or `"…".format(…)`."""
    if isinstance(node, ast.JoinedStr):
        return True
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod):
        return isinstance(node.left, ast.Constant) and isinstance(node.left.value, str)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format":
        owner = node.func.value
        return isinstance(owner, ast.Constant) and isinstance(owner.value, str)
    return False


def _has_text(node: ast.expr) -> bool:
    """Whether a sum is one of texts."""
    if isinstance(node, ast.BinOp):
        return _has_text(node.left) or _has_text(node.right)
    return (isinstance(node, ast.Constant) and isinstance(node.value, str)) or is_text(node) or _is_str(node)


def _is_str(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "str"


def _name(func: ast.expr) -> str:
    if isinstance(func, ast.Name):
        return func.id
    return func.attr if isinstance(func, ast.Attribute) else ""


def _fields(template: str) -> list[tuple[str, str]]:
    """The text before each field, and the field's number or name."""
    try:
        pieces = list(string.Formatter().parse(template))
    except ValueError:
        return []
    found, count = [], 0
    for text, name, _, _ in pieces:
        if name is None:
            continue
        own = re.split(r"[.\[]", name)[0]
        found.append((text, own or str(count)))
        count += not own
    return found
