"""Which modules may be imported ahead of a notebook without anybody noticing.

Those that its cells import at their top level, up to the first statement that could make an import come
out differently: one that touches the environment, the import path, or installs something.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_TOUCHY_NAMES: Final = frozenset({"environ", "putenv", "unsetenv", "addsitedir", "set_start_method", "fork"})
_TOUCHY_SYS: Final = frozenset({"path", "modules", "meta_path", "path_hooks", "argv"})
_HARMLESS_MAGICS: Final = ("%%track", "%track", "%%time", "%time", "%matplotlib", "%load_ext mlnb", "%config")


def imported_modules(notebook: Any) -> list[str]:
    """The modules to import ahead, in the notebook's own order."""
    found: dict[str, None] = {}
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        modules, whole = _scan(cell.source)
        found.update(dict.fromkeys(modules))
        if not whole:
            break
    return list(found)


def _scan(source: str) -> tuple[list[str], bool]:
    """A cell's imports, and whether they were read to its end."""
    lines = source.splitlines()
    for number, line in enumerate(lines):
        if line.lstrip().startswith(("%", "!", "?")):
            if not line.lstrip().startswith(_HARMLESS_MAGICS):
                return _imports(_parse("\n".join(lines[:number]))), False
            lines[number] = ""
    statements = _parse("\n".join(lines))
    for number, statement in enumerate(statements):
        if _is_touchy(statement):
            return _imports(statements[:number]), False
    return _imports(statements), True


def _parse(source: str) -> list[ast.stmt]:
    try:
        return ast.parse(source).body
    except (SyntaxError, ValueError):
        return []


def _imports(statements: Iterable[ast.stmt]) -> list[str]:
    return [module for statement in statements for module in _modules(statement)]


def _modules(statement: ast.stmt) -> Iterator[str]:
    if isinstance(statement, ast.Import):
        yield from (alias.name for alias in statement.names)
    elif isinstance(statement, ast.ImportFrom) and statement.level == 0 and statement.module:
        yield statement.module


def _is_touchy(statement: ast.stmt) -> bool:
    for node in ast.walk(statement):
        if isinstance(node, ast.Name) and node.id in _TOUCHY_NAMES:
            return True
        if isinstance(node, ast.alias) and node.name in _TOUCHY_NAMES:
            return True
        if isinstance(node, ast.Attribute):
            if node.attr in _TOUCHY_NAMES:
                return True
            if node.attr in _TOUCHY_SYS and isinstance(node.value, ast.Name) and node.value.id == "sys":
                return True
    return False
