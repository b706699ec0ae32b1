"""Values as people type them: `0.1`, `True`, `[64, 32]`, a grid's `0.1,0.01`, a range's `loguniform(1e-4,1e-1)`.

A plain value gets the type that papermill's own command line gives it (bool, None, int, float, else
text), so that `mlnb rerun -p lr 0.1` and `papermill -p lr 0.1` inject the same cell. Beyond papermill,
a value in brackets, braces or quotes is read as YAML writes lists, mappings and text. `write_value` is the way back.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from typing import Any, Final

from mlnb.errors import ParameterError

_OPEN: Final = {"[": "]", "{": "}", "(": ")"}
_QUOTES: Final = "\"'"
_WORDS: Final[dict[str, Any]] = {"True": True, "False": False, "None": None}
_CALL: Final = re.compile(r"([A-Za-z_]\w*)\((.*)\)", re.DOTALL)


@dataclass(frozen=True)
class Range:
    """A distribution to draw from: `loguniform(0.0001, 0.1)`."""

    distribution: str
    arguments: tuple[float, ...]

    def __str__(self) -> str:
        return f"{self.distribution}({', '.join(f'{number:g}' for number in self.arguments)})"


@dataclass(frozen=True)
class Axis:
    """One parameter and what it may be: listed values, or a range."""

    name: str
    values: tuple[Any, ...] = ()
    range: Range | None = None


def parse_value(text: str, *, name: str = "") -> Any:
    """The value that `text` stands for.

    Raises
    ------
    ParameterError
        It is empty, or opens a bracket or quote that it doesn't close.
    """
    stripped = text.strip()
    if not stripped:
        raise ParameterError(f"{_of(name)}an empty value", hint=f'for an empty text type {name or "name"}=""')
    if stripped[0] in "[{" or stripped[0] in _QUOTES:
        return _parse_yaml(stripped, name)
    if stripped in _WORDS:
        return _WORDS[stripped]
    for number in (int, float):
        try:
            return number(stripped)
        except ValueError:
            continue
    return text


def parse_axis(text: str) -> Axis:
    """`NAME=V1,V2,...` or `NAME=distribution(a,b)`.

    Raises
    ------
    ParameterError
        There is no `=`, no name, no value, or a value doesn't parse.
    """
    name, equals, rest = text.partition("=")
    name = name.strip()
    if not equals or not name.isidentifier():
        raise ParameterError(f"grid {text!r} has no NAME=VALUES form", hint="--grid lr=0.1,0.01")
    drawn = _parse_range(rest.strip(), name)
    if drawn is not None:
        return Axis(name, range=drawn)
    return Axis(name, tuple(parse_value(part.strip(), name=name) for part in split_commas(rest, name=name)))


def write_value(value: Any) -> str:
    """The text that `parse_axis` reads as this one value; text stands in quotes only where it must."""
    if isinstance(value, str):
        return value if _is_plain(value) else _quoted(value)
    if value is None or isinstance(value, bool):
        return str(value)
    if isinstance(value, float) and not math.isfinite(value):
        return repr(value)
    return _written_inside(value) if isinstance(value, list | tuple | dict) else repr(value)


def _is_plain(text: str) -> bool:
    try:
        return parse_axis(f"x={text}") == Axis("x", (text,))
    except ParameterError:
        return False


def _quoted(text: str) -> str:
    """In double quotes, with no quote, line break or unprintable character left to stand for itself."""
    inside = json.dumps(text, ensure_ascii=False)[1:-1].replace('\\"', "\\x22")
    return '"' + "".join(one if one.isprintable() else f"\\U{ord(one):08x}" for one in inside) + '"'


def _written_inside(value: Any) -> str:
    """As YAML has it inside brackets."""
    if isinstance(value, list | tuple):
        return f"[{', '.join(_written_inside(one) for one in value)}]"
    if isinstance(value, dict):
        return (
            f"{{{', '.join(f'{_quoted(str(key))}: {_written_inside(one)}' for key, one in value.items())}}}"
        )
    if isinstance(value, str):
        return _quoted(value)
    if value is None:
        return "null"
    if isinstance(value, float):
        return _float_inside(value)
    return repr(value)


def _float_inside(value: float) -> str:
    if not math.isfinite(value):
        return ".nan" if math.isnan(value) else ".inf" if value > 0 else "-.inf"
    mantissa, exponent, power = repr(value).partition("e")
    return mantissa + (".0" if exponent and "." not in mantissa else "") + exponent + power


def split_commas(text: str, *, name: str = "") -> list[str]:
    """The parts between those commas that stand in no bracket and no quotes."""
    parts, start, closers, quote = [], 0, [], ""
    for place, character in enumerate(text):
        if quote:
            quote = "" if character == quote else quote
        elif character in _QUOTES:
            quote = character
        elif character in _OPEN:
            closers.append(_OPEN[character])
        elif closers and character == closers[-1]:
            closers.pop()
        elif character == "," and not closers:
            parts.append(text[start:place])
            start = place + 1
    if quote or closers:
        raise ParameterError(f"{_of(name)}{text!r} lacks a closing {quote or closers[-1]}")
    return [*parts, text[start:]]


def _parse_range(text: str, name: str) -> Range | None:
    match = _CALL.fullmatch(text)
    if match is None:
        return None
    numbers = [parse_value(part, name=name) for part in split_commas(match[2], name=name)]
    if not all(isinstance(number, int | float) for number in numbers):
        raise ParameterError(f"{_of(name)}{text!r} needs numbers", hint=f"{name}={match[1]}(0.001, 0.1)")
    return Range(match[1], tuple(float(number) for number in numbers))


def _parse_yaml(text: str, name: str) -> Any:
    import yaml

    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ParameterError(f"{_of(name)}{text!r} is no list, mapping or quoted text") from error


def _of(name: str) -> str:
    return f"{name}: " if name else ""
