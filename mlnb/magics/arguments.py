"""IPython's `magic_arguments`, typed: its decorators give back the function that they get."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from IPython.core import magic
from IPython.core import magic_arguments as untyped

F = TypeVar("F", bound=Callable[..., Any])

magic_arguments: Callable[[], Callable[[F], F]] = untyped.magic_arguments
argument: Callable[..., Callable[[F], F]] = untyped.argument
line_magic: Callable[[F], F] = cast("Any", magic.line_magic)
cell_magic: Callable[[F], F] = cast("Any", magic.cell_magic)
line_cell_magic: Callable[[F], F] = cast("Any", magic.line_cell_magic)
magics_class: Any = magic.magics_class
Magics: Any = magic.Magics
parse_argstring: Callable[[Any, str], Any] = untyped.parse_argstring
