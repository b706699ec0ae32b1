"""What a cell does where nobody looks: code that is timed or profiled, scripts, the user's own modules.

Probes would make timed code slower than it is, and a module's file is not the notebook's to rewrite. What trains or judges
a model there is said to be not seen.
"""

from __future__ import annotations

import ast
import functools
import inspect
import re
import sys
import sysconfig
import textwrap
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final

from mlnb.capture.parsing import parsed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

WHERE: Final = "not seen"
_RUNNERS: Final = frozenset({"timeit", "prun", "lprun", "mprun", "memit"})
_OPTIONS: Final = re.compile(r"^(\s*-\w+(\s+\d+|=\S+)?)*\s*")
_INSTALLED: Final = tuple(
    {str(Path(sysconfig.get_path(name)).resolve()) for name in ("stdlib", "platstdlib", "purelib", "platlib")}
)
_OURS: Final = "mlnb"


def in_magics(tree: ast.Module, trains: Callable[[ast.AST], bool]) -> Iterator[str]:
    """In words, the magics of a cell that run code that trains or judges something."""
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        if node.func.attr not in {"run_cell_magic", "run_line_magic"}:
            continue
        texts = [part.value for part in node.args if isinstance(part, ast.Constant)]
        if not all(isinstance(text, str) for text in texts) or len(texts) != len(node.args) or len(texts) < 2:
            continue
        sign = "%%" if node.func.attr == "run_cell_magic" else "%"
        name, line, body = str(texts[0]), str(texts[1]), str(texts[2]) if len(texts) > 2 else ""
        if name == "run" and line.rstrip().endswith(".py"):
            yield f"what {line.rsplit(maxsplit=1)[-1]} does, by %run"
        elif name in _RUNNERS and _trains(f"{_OPTIONS.sub('', line)}\n{body}", trains):
            yield f"what {sign}{name} runs"


def is_of_the_cell(error: BaseException) -> bool:
    """Whether code of the notebook's raised it: the handler of a signal that came while ours ran."""
    at = error.__traceback__
    while at is not None and at.tb_next is not None:
        at = at.tb_next
    return at is not None and at.tb_frame.f_globals.get("__name__") == "__main__"


_STEPPING: Final = frozenset({"breakpoint", "set_trace", "pdb", "ipdb", "settrace", "setprofile"})


def reader_of_frames(tree: ast.AST) -> str | None:
    """In words, what would meet the probes' frames: a debugger that steps, a tracer; `None` where there is none."""
    for node in ast.walk(tree):
        name = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            name = next((alias.name for alias in node.names if alias.name in _STEPPING), "")
        if name in _STEPPING:
            return f"{name} steps through it"
    tracer = sys.gettrace()
    home = getattr(tracer, "__module__", None) or type(tracer).__module__
    # JupyterLab's debugger and coverage pass over installed code, ours among it.
    return "a tracer of the notebook's is on" if home in {"__main__", "bdb", "pdb"} else None


def _trains(code: str, trains: Callable[[ast.AST], bool]) -> bool:
    try:
        return trains(parsed(textwrap.dedent(code)))
    except (SyntaxError, ValueError):
        return False


def is_users(module: str) -> bool:
    """Whether a module that is loaded is a file of the user's: neither installed nor Python's own."""
    if module == "__main__" or module.partition(".")[0] == _OURS:
        return False
    loaded = sys.modules.get(module)
    file = vars(loaded).get("__file__") if issubclass(type(loaded), ModuleType) else None
    return isinstance(file, str) and file.endswith(".py") and not _is_installed(file)


@functools.lru_cache(maxsize=10_000)
def _is_installed(file: str) -> bool:
    return str(Path(file).resolve()).startswith(_INSTALLED)


@functools.lru_cache(maxsize=16)
def _parsed(source: str) -> ast.Module:
    """Read once for all the functions of a module, since it is read on a cell's time; nothing changes the tree."""
    return parsed(source)


def definition(target: Any) -> ast.AST | None:
    """The source of a function or class, with that of the functions of its module that it calls, as a tree."""
    try:
        module = _parsed(inspect.getsource(sys.modules[target.__module__]))
    except (OSError, TypeError, KeyError, SyntaxError, ValueError):
        return None
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    defined = {node.name: node for node in module.body if isinstance(node, kinds)}
    reached: dict[str, ast.stmt] = {}
    waiting = [target.__name__]
    while waiting:
        name = waiting.pop()
        if name in defined and name not in reached:
            reached[name] = defined[name]
            waiting += [inner.id for inner in ast.walk(defined[name]) if isinstance(inner, ast.Name)]
    return ast.Module(list(reached.values()), []) if reached else None
