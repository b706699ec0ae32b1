"""Functions of the notebook have two codes: their author's, and one with probes that stands in while a tracked cell runs.

A function that a cell defines is what its author wrote: compilers, pickles, debuggers and timers find their code. When a
tracked cell is about to call it, and it trains, judges, reads or says something, its code is swapped for a twin (the same
source with probes, compiled once), and swapped back when the cell is over, or as soon as it is called too often to
be watched.

Why codes and not `sys.monitoring`: to swap a code and to swap it back takes 0.1 µs on Python 3.11 and 0.15 on 3.13, and costs
nothing while nothing is tracked. Monitoring isn't there before 3.12, adds 40 to 50 ns to each call of a function that it
watches, and tells of no value that is assigned, or returned by a function in C.

What isn't swapped: what a cell does more with than call it (`njit(f)`, `for f in (step, loss): compile(f)`, `dumps(f)`; what
only calls it back is known), for whoever is handed it may read its code; what a torch module's `forward` computes with;
coroutines, which take turns with one another; what asks for its own variables; and whatever the names that the cell uses
don't lead to.
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

from mlnb.capture.kinds import dict_of, function_of, home_of, mro
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
        self._given: set[str] = set()  # what cells do more with than call it
        self._handed: set[str] | None = None
        self._called_back: dict[str, dict[int | str | None, bool]] = {}
        self._built: dict[str, dict[_Key, tuple[int, CodeType]]] = {}
        self._swapped: list[tuple[weakref.ref[FunctionType], CodeType, CodeType, int]] = []
        self._reached: set[int] = set()

    def read(self, tree: ast.Module) -> None:
        """Note which functions a cell hands to somebody who may read their code."""
        for node in ast.walk(tree):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                self._called_back[node.name] = _called_back(node)
        self._handed = None
        called = self._called_in(tree)
        for node in ast.walk(tree):
            if isinstance(node, ast.Name):
                if isinstance(node.ctx, ast.Load) and node not in called:
                    self._given.add(node.id)
            elif isinstance(node, ast.Call):
                for value in (*node.args, *(keyword.value for keyword in node.keywords)):
                    if isinstance(value, ast.Attribute) and value not in called:
                        self._given.add(value.attr)
            elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) and any(
                map(_is_compiler, node.decorator_list)
            ):
                self._given.add(node.name)
            elif isinstance(node, ast.Attribute) and node.attr in _LOOKS:
                self._given |= _named(node.value)

    def _called_in(self, tree: ast.Module) -> set[ast.expr]:
        """The names in a cell by which something is called, at once or by somebody who only calls it back."""
        found: set[ast.expr] = set()
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                found.add(node.func)
                by_name = isinstance(node.func, ast.Name)
                back = self._called_back.get(node.func.id, {}) if by_name else {}  # type: ignore[attr-defined]
                caller = last_name(node.func) in CALLERS
                found |= {value for place, value in enumerate(node.args) if caller or back.get(place)}
                found |= {one.value for one in node.keywords if caller or back.get(one.arg)}
            elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                found |= set(node.decorator_list)
        return found

    # ---- in and out -------------------------------------------------------------------------

    @property
    def any(self) -> bool:
        """Whether some function has its twin's code now."""
        return bool(self._swapped)

    def swap_in(self, names: Iterable[str]) -> None:
        """Give their twins' codes to the functions that these names lead to."""
        for name in names:
            if name in self._namespace:
                self._reach(self._namespace[name])

    def reach(self, value: Any) -> None:
        """Give their twins' codes to a value's functions, and to those that they name."""
        self._handed = handed = self._all_handed()  # it may be new
        for entry in self._swapped:
            function = entry[0]()
            if function is not None and function.__name__ in handed:
                self._restore(entry)
        self._reach(value)

    def _reach(self, value: Any) -> None:
        if self._handed is None:
            self._handed = self._all_handed()
        handed = self._handed
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

    def _all_handed(self) -> set[str]:
        """The functions that somebody else may read, with those that they name: their code goes along. So does what a
        module of tensors computes with: compilers make a graph of it."""
        methods = self._methods_of_modules()
        found, waiting = set(), [*self._given, *(["forward"] if methods else [])]
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                for function in (self._namespace.get(name), *methods.get(name, ())):
                    if type(function) is FunctionType and function.__module__ == "__main__":
                        waiting += _names_of(function.__code__)
        return found

    def _methods_of_modules(self) -> dict[str, list[Any]]:
        """The functions of the notebook's classes that are torch modules, by their names."""
        module = getattr(sys.modules.get("torch.nn"), "Module", None)
        found: dict[str, list[Any]] = {}
        for value in list(self._namespace.values()) if module is not None else ():
            if issubclass(type(value), type) and home_of(value) == "__main__" and module in mro(value):
                for name, inner in list(dict_of(value).items()):
                    found.setdefault(name, []).append(function_of(inner))
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
        for base in mro(kind):
            if home_of(base) == "__main__":
                for inner in list(dict_of(base).values()):
                    inner = function_of(inner)  # noqa: PLW2901
                    if type(inner) is FunctionType and self._is_own(inner):
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
        rewriter = Rewriter(self._namespace, number, self._trains, skip=self._given)
        rewriter.rewrite_functions(tree)
        if not rewriter.units:
            return {}
        flags = (own.co_flags & _FUTURES) | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
        try:
            code = compiled(tree, own.co_filename, flags)
        except SyntaxError:
            return {}  # what only a compiler finds: `return` outside a function, in a statement that is yet to come
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
