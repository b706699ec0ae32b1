"""Functions of the notebook have two codes: their author's, and one with probes that stands in while a tracked cell runs.

A function that a cell defines is what its author wrote: compilers, pickles, debuggers and timers find their code. When a
tracked cell is about to call it, and it trains, judges, reads or says something, its code is swapped for a twin (the same
source with probes, compiled once), and swapped back when the cell is over, or as soon as it is called too often to
be watched.

Why codes and not `sys.monitoring`: to swap a code and to swap it back takes 0.1 µs on Python 3.11 and 0.15 on 3.13, and costs
nothing while nothing is tracked. Monitoring isn't there before 3.12, adds 40 to 50 ns to each call of a function that it
watches, and tells of no value that is assigned, or returned by a function in C.

What isn't swapped: what anybody is handed who may read its code (`njit(f)`, `torch.compile(step)`, `dumps(f)`; what only calls
it back is known), a module's `forward`, what asks for its own variables, and whatever the names that the cell uses don't lead to.
"""

from __future__ import annotations
import __future__

import ast
import linecache
import sys
import weakref
from types import CodeType, FunctionType
from typing import TYPE_CHECKING, Any, Final

import xxhash

from mlnb.capture.kinds import home_of
from mlnb.capture.parsing import compiled, parsed
from mlnb.capture.rewrite import Rewriter
from mlnb.capture.syntax import last_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from mlnb.capture.sites import Site

_COMPILERS: Final = frozenset(
    "jit njit vectorize guvectorize cfunc stencil cuda script compile trace function vmap pmap grad value_and_grad "
    "make_graphed_callables export".split()
)
CALLERS: Final = frozenset(
    "optimize minimize minimize_scalar differential_evolution basinhopping brute curve_fit fmin map filter sorted max min apply "
    "transform agg reduce".split()
)
"""What may be handed a function with probes. Whoever else is handed one may read its code: to compile it, to pickle it, to
know it again."""
_LOOKS: Final = frozenset({"__code__", "__wrapped__"})
LONGEST: Final = 100_000  # characters of a cell whose functions have twins
_REACHED: Final = 300  # functions that a cell's names may lead to
_FUTURES: Final = sum(getattr(__future__, name).compiler_flag for name in __future__.all_feature_names)
_Key = tuple[str, int]  # a code's qualified name and first line


class Twins:
    """Of one session. `namespace` is the user's; `trains` says of a name whether it is a function that trains; `add` takes in
    the places that get a probe; `name_probes` is called before functions with probes can be met, and pickled."""

    def __init__(
        self,
        namespace: Mapping[str, Any],
        trains: Callable[[str], bool],
        add: Callable[[Mapping[int, Site]], None],
        name_probes: Callable[[], None],
    ) -> None:
        self._namespace = namespace
        self._trains = trains
        self._add = add
        self._name_probes = name_probes
        self._compiled: set[str] = set()
        self._called_back: dict[str, dict[int | str | None, bool]] = {}
        self._built: dict[str, dict[_Key, tuple[int, CodeType]]] = {}
        self._swapped: list[tuple[weakref.ref[FunctionType], CodeType, CodeType, int]] = []
        self._reached: set[int] = set()

    def read(self, tree: ast.Module) -> None:
        """Note which functions a cell hands to somebody who may read their code."""
        for node in ast.walk(tree):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                self._called_back[node.name] = _called_back(node)
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and last_name(node.func) not in CALLERS:
                called = self._called_back.get(node.func.id, {}) if isinstance(node.func, ast.Name) else {}
                for place, value in enumerate(node.args):
                    if not called.get(place):
                        self._compiled |= _named(value)
                for keyword in node.keywords:
                    if not called.get(keyword.arg):
                        self._compiled |= _named(keyword.value)
            elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) and any(
                map(_is_compiler, node.decorator_list)
            ):
                self._compiled.add(node.name)
            elif isinstance(node, ast.Attribute) and node.attr in _LOOKS:
                self._compiled |= _named(node.value)

    # ---- in and out -------------------------------------------------------------------------

    @property
    def any(self) -> bool:
        """Whether some function has its twin's code now."""
        return bool(self._swapped)

    def swap_in(self, names: Iterable[str]) -> None:
        """Give their twins' codes to the functions that these names lead to."""
        for name in names:
            if name in self._namespace:
                self.reach(self._namespace[name])

    def reach(self, value: Any) -> None:
        """Give their twins' codes to a value's functions, and to those that they name."""
        handed = self._handed()
        for function in self._functions_of(value):
            if function.__name__ in handed:
                continue
            if id(function.__code__) in self._reached or len(self._reached) >= _REACHED:
                continue
            self._reached.add(id(function.__code__))
            self._swap(function)
            self.swap_in(_names_of(function.__code__))

    def put_back(self, unit: int) -> list[str]:
        """Give its functions their own codes, for the rest of the cell; the functions' names."""
        found = [entry for entry in self._swapped if entry[3] == unit]
        return [name for entry in found if (name := self._restore(entry)) is not None]

    def put_all_back(self) -> None:
        """The cell is over."""
        for entry in self._swapped:
            self._restore(entry)
        self._swapped, self._reached = [], set()

    @staticmethod
    def _restore(entry: tuple[weakref.ref[FunctionType], CodeType, CodeType, int]) -> str | None:
        function, own, twin, _ = entry
        alive = function()
        if alive is None or alive.__code__ is not twin:
            return None
        alive.__code__ = own
        return alive.__name__

    def _handed(self) -> set[str]:
        """The functions that somebody else may read, with those that they name: their code goes along."""
        found, waiting = set(), list(self._compiled)
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                value = self._namespace.get(name)
                if type(value) is FunctionType and value.__module__ == "__main__":
                    waiting += _names_of(value.__code__)
        return found

    # ---- what a value leads to ----------------------------------------------------------------

    def _functions_of(self, value: Any) -> Iterator[FunctionType]:
        """Functions of the notebook's cells: a function, the methods of a class, of an object's class."""
        if type(value) is FunctionType:
            if self._is_own(value):
                yield value
            return
        kind: Any = value if issubclass(type(value), type) else type(value)
        if home_of(kind) != "__main__":
            return
        for base in kind.__mro__:
            if home_of(base) == "__main__":
                for name, inner in list(vars(base).items()):
                    if isinstance(inner, (staticmethod, classmethod)):
                        inner = inner.__func__  # noqa: PLW2901
                    if type(inner) is FunctionType and self._is_own(inner) and not _is_graph(kind, name):
                        yield inner

    def _is_own(self, function: FunctionType) -> bool:
        return function.__module__ == "__main__" and function.__code__.co_filename in linecache.cache

    # ---- twins --------------------------------------------------------------------------------

    def _swap(self, function: FunctionType) -> None:
        own = function.__code__
        unit, twin = self._twins_of(own).get((own.co_qualname, own.co_firstlineno), (0, None))
        if twin is not None and twin.co_freevars == own.co_freevars:
            self._name_probes()
            function.__code__ = twin
            self._reached.add(id(twin))
            self._swapped.append((weakref.ref(function), own, twin, unit))

    def _twins_of(self, own: CodeType) -> dict[_Key, tuple[int, CodeType]]:
        """The twins of all functions of a cell."""
        lines = linecache.cache[own.co_filename]
        source = "".join(lines[2]) if len(lines) > 2 else ""
        if (found := self._built.get(source)) is None:
            found = self._built[source] = self._build(source, own)
        return found

    def _build(self, source: str, own: CodeType) -> dict[_Key, tuple[int, CodeType]]:
        if len(source) > LONGEST:
            return {}
        try:
            tree = parsed(source)
        except (SyntaxError, ValueError):
            return {}
        number = number_of(source, "functions")
        rewriter = Rewriter(self._namespace, number, self._trains, skip=self._compiled)
        rewriter.rewrite_functions(tree)
        if not rewriter.units:
            return {}
        flags = (own.co_flags & _FUTURES) | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
        code = compiled(tree, own.co_filename, flags)
        self._add(rewriter.sites)
        units = rewriter.units
        return {key: (units[key[1]], twin) for key, twin in _by_place(code) if key[1] in units}


def number_of(source: str, what: str) -> int:
    """The first number of a source's places: the same each time that it is executed, so that what is pickled by its code
    stays what it was."""
    return (xxhash.xxh3_64_intdigest(f"{what}\n{source}".encode("utf-8", "replace")) >> 24) << 20


def _by_place(code: CodeType) -> Iterator[tuple[_Key, CodeType]]:
    """All functions' codes in a module's, where one place has one."""
    found: dict[_Key, CodeType | None] = {}
    waiting = [code]
    while waiting:
        for inner in waiting.pop().co_consts:
            if isinstance(inner, CodeType):
                waiting.append(inner)
                key = (inner.co_qualname, inner.co_firstlineno)
                found[key] = None if key in found else inner
    return ((key, inner) for key, inner in found.items() if inner is not None)


def _names_of(code: CodeType) -> set[str]:
    """The globals that a function, and what stands in it, may use."""
    found = set(code.co_names)
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            found |= _names_of(inner)
    return found


def _named(node: ast.expr) -> set[str]:
    """The function that an argument may be."""
    if isinstance(node, ast.Name):
        return {node.id}
    return {node.attr} if isinstance(node, ast.Attribute) else set()


def _called_back(node: ast.FunctionDef | ast.AsyncFunctionDef) -> dict[int | str | None, bool]:
    """Of a function's parameters, by their places and names, whether they are called and nothing else."""
    uses = [inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)]
    calls = [
        inner.func.id
        for inner in ast.walk(node)
        if isinstance(inner, ast.Call) and isinstance(inner.func, ast.Name)
    ]
    found: dict[int | str | None, bool] = {}
    for place, parameter in enumerate([*node.args.posonlyargs, *node.args.args]):
        name = parameter.arg
        found[place] = found[name] = name in calls and uses.count(name) == calls.count(name)
    return found


def _is_compiler(decorator: ast.expr) -> bool:
    """`@njit`, `@torch.compile(mode="…")`, `@numba.cuda.jit`."""
    func = decorator.func if isinstance(decorator, ast.Call) else decorator
    while isinstance(func, ast.Attribute):
        if func.attr.lower() in _COMPILERS:
            return True
        func = func.value
    return isinstance(func, ast.Name) and func.id.lower() in _COMPILERS


def _is_graph(kind: type, name: str) -> bool:
    """Whether a method is what a compiler of tensors makes a graph of."""
    torch = sys.modules.get("torch.nn")
    module = getattr(torch, "Module", None)
    return name == "forward" and module is not None and issubclass(kind, module)
