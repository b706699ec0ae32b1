"""Puts probes into a cell's syntax tree, so that what passes there is seen without touching any library.

A probe is a pass-through: `f(x)` becomes `__mlnb__((12, f(x)))`, which notes the value under number 12 and gives
it back. What is called, where, and in which order stays as it was: the call itself is made in the user's own
frame, line numbers stay, and a probe raises nothing. Loops go in phases (`mlnb.capture.loops`), so that the cost of
looking has a bound.

Only a tracked cell is rewritten, and of it only what the cell itself executes. Functions keep the code that their author
wrote: `mlnb.capture.twins` asks for a second one with probes, of those functions alone that train, judge, read or report
something, and swaps it in while a tracked cell runs.

Each change to the tree leaves a valid tree, so a failure half-way does no harm.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, replace
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final

from mlnb.capture import library, probes, sinks, words, worth
from mlnb.capture.printed import DRAWERS, LOGGERS, PRINTERS, Text, is_text
from mlnb.capture.probes import copied
from mlnb.capture.sites import MISSING, Argument, Kind, Site, Step
from mlnb.capture.syntax import (
    constant_of,
    describe,
    last_name,
    path_of,
    prediction_in,
    root_name,
    target_names,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

_LISTS: Final = (ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp)
_FUNCTIONS: Final = (ast.FunctionDef, ast.AsyncFunctionDef)
_NESTED: Final = 8  # statements within statements: Python allows 20, and a loop in phases is two


@dataclass(frozen=True)
class _Where:
    """Where the walk stands. `depth` counts the loops' states that are in use; `drawn` says: in what a picture says; `listed`: in a comprehension; `paced`: in a loop that goes
    in phases."""

    function: str | None = None
    loops: tuple[int, ...] = ()
    depth: int = 0
    drawn: bool = False
    listed: bool = False
    paced: bool = False


class Rewriter:
    """Rewrites one tree. `namespace` is the user's, looked into but never changed.

    `number` is the first site's; `trains` says of a name whether it is a function of the notebook's that trains or judges something. Afterwards `sites` are
    the places that got a probe, and `units` the functions', by their first lines.
    """

    def __init__(
        self,
        namespace: Mapping[str, Any],
        number: int,
        trains: Callable[[str], bool],
        *,
        skip: Collection[str] = (),
    ) -> None:
        self._namespace = namespace
        self._first = self._number = number
        self._trains = trains
        self._unit: int | None = None  # the function that is being rewritten
        self._skip = skip
        self._imported: dict[str, str] = {}
        self._functions: set[str] = set()
        self._calls_own = False  # whether the cell uses functions that it defines
        self._calls: list[int] = []
        self._statements = 0
        self._deepest = 0  # statements within statements
        self.sites: dict[int, Site] = {}
        self.units: dict[int, int] = {}

    def rewrite(self, tree: ast.Module) -> None:
        """Put probes into what a cell executes, in place."""
        self._note_definitions(tree)
        self._deepest = worth.depth_of(tree)
        self._calls_own = not self._functions.isdisjoint(worth.loaded_outside(tree.body))
        self._body(tree.body, _Where(), top=True)

    def rewrite_functions(self, tree: ast.Module) -> None:
        """Put probes into the functions that stand in a module or in its classes, in place."""
        self._note_definitions(tree)
        self._deepest = worth.depth_of(tree)
        self._definitions(tree.body)

    def _note_definitions(self, tree: ast.Module) -> None:
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    self._imported[alias.asname or alias.name.partition(".")[0]] = alias.name
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                for alias in node.names:
                    self._imported[alias.asname or alias.name] = f"{node.module}.{alias.name}"
            elif isinstance(node, (*_FUNCTIONS, ast.ClassDef)):
                self._functions.add(node.name)

    # ---- functions --------------------------------------------------------------------------

    def _definitions(self, body: Iterable[ast.stmt]) -> None:
        for node in body:
            if isinstance(node, _FUNCTIONS):
                self._function(node)
            else:
                for name in ("body", "orelse", "finalbody"):
                    self._definitions(getattr(node, name, ()))

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        """Of no interest is a function that makes no number which a person would write down, reads nothing and says nothing."""
        if node.name in self._skip or isinstance(node, ast.AsyncFunctionDef) or worth.looks_at_itself(node):
            return
        own, before, calls = copied(node.body), self._number, len(self._calls)
        self._unit = self._next()
        self._body(node.body, _Where(function=node.name))
        first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
        if any(worth.is_strong(self.sites[number]) for number in self._sites_since(before)):
            self.units[first] = self._unit
        else:
            node.body = own
            self._forget(before, calls)

    def _sites_since(self, before: int) -> list[int]:
        """The places that were found since that number was given."""
        return [number for number in range(before + 1, self._number + 1) if number in self.sites]

    def _forget(self, before: int, calls: int) -> None:
        """A rewriting is taken back."""
        for number in self._sites_since(before):
            del self.sites[number]
        del self._calls[calls:]

    # ---- statements -------------------------------------------------------------------------

    def _body(self, body: list[ast.stmt], where: _Where, *, top: bool = False) -> None:
        last = body[-1] if body else None
        found: list[ast.stmt] = []
        for node in body:
            before, own, after = self._statement(node, where, shown=top and node is last)
            if before is not None:
                found.append(before)
            found.append(own)
            if after is not None and not (top and node is last):
                found.append(after)
        body[:] = found

    def _statement(
        self, node: ast.stmt, where: _Where, *, shown: bool
    ) -> tuple[ast.stmt | None, ast.stmt, ast.stmt | None]:
        """What goes before the statement, the statement rewritten, and what goes behind it."""
        self._statements += 1
        if isinstance(node, (*_FUNCTIONS, ast.ClassDef)):
            return None, node, self._defined(node, where)
        if isinstance(node, (ast.For, ast.AsyncFor, ast.While)):
            return None, *self._loop(node, where)
        if isinstance(node, ast.Assign):
            self._assign(node, where)
        elif isinstance(node, ast.AnnAssign):
            if node.value is not None and isinstance(node.target, ast.Name):
                node.value = self._assigned(node, node.value, (node.target.id,), where)
        elif isinstance(node, ast.Expr):
            self._expression_statement(node, where, shown=shown)
        elif isinstance(node, ast.AugAssign):
            self._other(node, where)
            return None, node, self._changed(node, where)
        elif isinstance(node, ast.Return):
            seen, form = len(self._calls), node.value
            self._other(node, where)
            left = self._return(node, where) if where.loops else None
            if isinstance(form, (ast.BinOp, ast.UnaryOp)) or (
                isinstance(form, ast.Call) and node.value is form
            ):
                self._step(self._calls[seen:])
            return left, node, None
        else:
            self._other(node, where)
        return None, node, None

    def _defined(self, node: Any, where: _Where) -> ast.stmt | None:
        """A function that the cell defines may be called by it: it is told of."""
        if where.function is not None or self._unit is not None or not self._calls_own:
            return None
        number = self._site("define", node, where, text=node.name)
        return probes.statement(probes.noting(number, ast.Name(node.name, ast.Load()), node))

    def _step(self, calls: list[int]) -> None:
        """`return 2 * roc_auc_score(y, p) - 1`: a score is what comes out, not what it is computed from."""
        for number in calls:
            self.sites[number] = replace(self.sites[number], step=True)

    def _return(self, node: ast.Return, where: _Where) -> ast.stmt | None:
        """Out of a loop by `return`, if no `finally` thinks otherwise: what goes before the statement."""
        leave = self._site("return", node, where, text="", inner=where.loops[0])
        if node.value is None:
            return probes.statement(probes.noting(leave, ast.Constant(None), node))
        node.value = probes.passing(leave, node.value)
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

    # ---- loops ------------------------------------------------------------------------------

    def _loop(
        self, node: ast.For | ast.AsyncFor | ast.While, where: _Where
    ) -> tuple[ast.stmt, ast.stmt | None]:
        """A loop in which nothing is worth watching stays as it is."""
        text = worth.head_of(node)
        if not isinstance(node, ast.While):
            node.iter = self._expression(node.iter, where)
        if not worth.is_worth_watching(node):
            return node, None
        own, before, calls = copied(node.body), self._number, len(self._calls)
        names = () if isinstance(node, ast.While) else target_names(node.target)
        fresh = isinstance(node, ast.For) and worth.is_range(node.iter)
        number = self._site("loop", node, where, text=text, names=names, fresh=fresh)
        paced = self._deepest <= _NESTED and worth.may_be_paced(node)
        inner = replace(where, loops=(*where.loops, number), depth=where.depth + 1, paced=paced)
        self._body(node.body, inner)
        if not self._sites_since(number):
            node.body = own
            self._forget(before, calls)
            self._body(node.orelse, where)
            return node, None
        filled = self._filled_since(before)
        self._body(node.orelse, replace(where, depth=where.depth + 1))
        if paced:
            assert not isinstance(node, ast.AsyncFor)
            state = probes.State(number, where.depth, in_function=where.function is not None)
            whole: ast.For | ast.AsyncFor | ast.While = probes.loop(node, state, names, node.body, own)
        else:
            state = None
            begun = probes.noting(number, probes.names(names, node), node.body[0])
            node.body.insert(0, probes.statement(begun))
            whole = node
        left = self._left(node, number, filled, where, state)
        if node.orelse:
            whole.orelse.insert(0, copied(left))  # what an `else` does is after the loop
        return whole, left

    def _filled_since(self, before: int) -> tuple[int, ...]:
        """The places in a loop that set variables, attributes and items, or fill lists: of each of these, the last."""
        found: dict[tuple[Kind, tuple[str, ...], Any], int] = {}
        for number in self._sites_since(before):
            site = self.sites[number]
            if site.path or (site.kind == "assign" and all(map(str.isidentifier, site.names))):
                key = site.arguments[0].text if site.kind == "item" else None
                found[site.kind, site.names, key] = number
        return tuple(found.values())

    def _left(
        self, node: ast.stmt, number: int, filled: tuple[int, ...], where: _Where, state: probes.State | None
    ) -> ast.stmt:
        """Behind a loop: it is over, and what its variables hold now is what its last turn left. A cell's own variables are
        in its namespace."""
        ends = dict.fromkeys(self.sites[number].names)
        for place in map(self.sites.__getitem__, filled):
            ends |= dict.fromkeys([place.path[0][1]] if place.path else place.names)
        leave = self._site("exit", node, where, text="", inner=number, names=tuple(ends), inside=filled)
        if where.function is None:
            value: ast.expr = ast.Constant(None) if state is None else ast.Tuple([state.read()], ast.Load())
            return probes.statement(probes.noting(leave, value, node))
        told: list[ast.expr] = [] if state is None else [state.read()]
        whole = ast.Tuple([*told, *(ast.Name(name, ast.Load()) for name in ends)], ast.Load())
        one_by_one = [
            probes.tolerant(
                probes.statement(
                    probes.noting(
                        self._site("bound", node, where, text="", names=(name,)),
                        ast.Name(name, ast.Load()),
                        node,
                    )
                )
            )
            for name in ends
        ]
        alone = probes.statement(probes.noting(leave, ast.Tuple([*told], ast.Load()), node))
        return probes.tolerant(
            probes.statement(probes.noting(leave, whole, node)), *one_by_one, probes.tolerant(alone)
        )

    def _changed(self, node: ast.AugAssign, where: _Where) -> ast.stmt | None:
        """`loss /= n`: what is held behind the statement is what counts. It is looked up by what objects hold."""
        path = path_of(node.target)
        if not path or not words.is_metric_name(str(path[-1][1])):
            return None
        known = Argument(str(path[-1][1]), constant=path[-1][1])
        item = isinstance(node.target, ast.Subscript)
        owner = node.target.value if isinstance(node.target, ast.Subscript) else node.target
        number = self._site(
            "item" if item else "assign",
            node,
            where,
            text=ast.unparse(node)[:200],
            names=(ast.unparse(owner),),
            path=path[:-1] if item else path,
            arguments=(known,) if item else (),
            expression=describe(node.value),
            changed=True,
        )
        return probes.statement(probes.noting(number, ast.Name(path[0][1], ast.Load()), node))

    def _assign(self, node: ast.Assign, where: _Where) -> None:
        target = node.targets[0]
        if len(node.targets) == 1 and isinstance(target, ast.Subscript):
            self._item(node, target, where)
            return
        names = target_names(target)
        path: tuple[Step, ...] = ()
        if isinstance(target, ast.Attribute):
            names, path = (ast.unparse(target),), path_of(target)
        node.value = self._assigned(node, node.value, names, where, path)

    def _assigned(
        self,
        node: ast.stmt,
        value: ast.expr,
        names: tuple[str, ...],
        where: _Where,
        path: tuple[Step, ...] = (),
    ) -> ast.expr:
        seen, expression = self._begin(value)
        rewritten, inner = self._expression_with_site(value, where)
        watched = where.function is None or where.loops or any(words.is_metric_name(name) for name in names)
        watched = watched or worth.holds_scores(value)
        if not (names and watched and worth.is_watched_value(value, expression.form)):
            return rewritten
        number = self._site(
            "assign",
            node,
            where,
            text=expression.text,
            names=names,
            inner=inner,
            inside=self._since(seen),
            expression=expression,
            several=worth.may_hold_scores(names, expression, inner, looped=bool(where.loops)),
            path=path,
        )
        return probes.passing(number, rewritten)

    def _item(self, node: ast.Assign, target: ast.Subscript, where: _Where) -> None:
        """`scores[name] = …`: the container's name, and the key. Python makes the value first and then the key, so the
        value waits for it."""
        seen, expression = self._begin(node.value)
        owner, text = ast.unparse(target.value), ast.unparse(target)
        key, constant = ast.unparse(target.slice)[:300], constant_of(target.slice)
        node.value, inner = self._expression_with_site(node.value, where)
        if not worth.is_watched_value(node.value, expression.form):
            return
        awaits = constant is MISSING and not isinstance(target.slice, (ast.Slice, ast.Tuple))
        number = self._site(
            "item",
            node,
            where,
            text=text,
            names=(owner,),
            path=path_of(target.value),
            arguments=(Argument(key, constant=constant),),
            inner=inner,
            inside=self._since(seen),
            expression=expression,
            awaits=awaits,
        )
        node.value = probes.passing(number, node.value)
        if awaits:
            known = self._site("key", target.slice, where, text=key, inner=number)
            target.slice = probes.passing(known, self._expression(target.slice, where))

    def _expression_statement(self, node: ast.Expr, where: _Where, *, shown: bool) -> None:
        original = node.value
        seen, expression = self._begin(original)
        node.value, inner = self._expression_with_site(original, where)
        if shown and not isinstance(original, (ast.Constant, ast.Await, ast.Yield, ast.YieldFrom)):
            number = self._site(
                "shown",
                node,
                where,
                text=expression.text,
                inner=inner,
                inside=self._since(seen),
                expression=expression,
            )
            node.value = probes.passing(number, node.value)

    # ---- expressions ------------------------------------------------------------------------

    def _begin(self, node: ast.expr) -> tuple[int, Any]:
        """What is known of an expression before it is rewritten."""
        return len(self._calls), describe(node)

    def _since(self, seen: int) -> tuple[int, ...]:
        """The watched calls that were found since."""
        return tuple(self._calls[seen:])

    def _expression(self, node: ast.expr, where: _Where) -> ast.expr:
        return self._expression_with_site(node, where)[0]

    def _expression_with_site(self, node: ast.expr, where: _Where) -> tuple[ast.expr, int | None]:
        """The expression with its probes, and the number of the probe that is outermost in it."""
        if isinstance(node, ast.Call) and not is_text(node):
            return self._call(node, where)
        if isinstance(node, ast.Await):
            node.value, number = self._expression_with_site(node.value, where)
            return node, number
        if is_text(node):
            return self._text(where).value(node), None
        if isinstance(node, _LISTS):
            return self._comprehension(node, where), None
        if isinstance(node, ast.Lambda):
            return node, None  # a function keeps its code
        self._children(node, where)
        return node, None

    def _children(self, node: ast.AST, where: _Where) -> None:
        for name, value in ast.iter_fields(node):
            if isinstance(value, ast.expr):
                setattr(node, name, self._expression(value, where))
            elif isinstance(value, list):
                for place, inner in enumerate(value):
                    if isinstance(inner, ast.expr):
                        value[place] = self._expression(inner, where)
                    elif isinstance(inner, (ast.keyword, ast.comprehension)):
                        self._children(inner, where)

    def _comprehension(self, node: Any, where: _Where) -> ast.expr:
        """A comprehension that calls something watched is a loop; others are left as they are."""
        first = node.generators[0]
        first.iter = self._expression(first.iter, where)
        if isinstance(node, ast.GeneratorExp):
            return node  # it may outlive the cell
        part = "value" if isinstance(node, ast.DictComp) else "elt"
        value = getattr(node, part)
        names = tuple(name for one in node.generators for name in target_names(one.target))
        own, before, calls = copied(value), self._number, len(self._calls)
        number = self._site("loop", node, where, text=ast.unparse(node)[:200], names=names)
        inner = replace(where, loops=(*where.loops, number), listed=True, paced=False)
        value = self._expression(value, inner)
        if len(self._calls) == calls:
            setattr(node, part, own)
            self._forget(before, calls)
            return node  # type: ignore[no-any-return]
        setattr(node, part, probes.first(probes.noting(number, probes.names(names, value), value), value))
        leave = self._site("exit", node, where, text="", inner=number)
        return probes.passing(leave, node)

    # ---- calls ------------------------------------------------------------------------------

    def _call(self, node: ast.Call, where: _Where) -> tuple[ast.expr, int | None]:
        name = last_name(node.func)
        if name in PRINTERS or (name in LOGGERS and isinstance(node.func, ast.Attribute)):
            self._children(node.func, where)
            self._text(where).arguments(node)
            return node, None
        if name == "append" and len(node.args) == 1 and isinstance(node.func, ast.Attribute):
            return self._append(node, where), None
        if not sinks.is_sink(node) and not self._is_watched(node.func, where):
            drawn = name in DRAWERS and isinstance(node.func, ast.Attribute)
            self._children(node, replace(where, drawn=True) if drawn else where)
            return node, None
        return self._watched_call(node, name, where)

    def _watched_call(self, node: ast.Call, name: str, where: _Where) -> tuple[ast.expr, int]:
        text = ast.unparse(node)[:300]
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
            "call", node, where, text=text, callee=callee, receiver=receiver, arguments=tuple(arguments)
        )
        self._calls.append(number)
        return probes.passing(number, node), number

    def _argument(self, node: ast.expr, where: _Where) -> tuple[Argument, ast.expr]:
        """What is known of an argument, and its expression, which may have got a probe to hold its value."""
        text = ast.unparse(node)[:300]
        constant = constant_of(node)
        if constant is not MISSING:
            return Argument(text, constant=constant), node
        if isinstance(node, ast.Name):
            return Argument(text, name=node.id), node
        if isinstance(node, (ast.Starred, ast.Slice)) or worth.is_super(node):
            self._children(node, where)
            return Argument(text), node
        predicted = prediction_in(node)
        value, inner = self._expression_with_site(node, where)
        if inner is not None:
            self.sites[inner] = replace(self.sites[inner], held=True)
            return Argument(text, part=inner, predicted=predicted), value
        number = self._site("part", node, where, text=text, held=True)
        return Argument(text, part=number, predicted=predicted), probes.passing(number, value)

    def _append(self, node: ast.Call, where: _Where) -> ast.expr:
        assert isinstance(node.func, ast.Attribute)
        seen, expression = self._begin(node.args[0])
        receiver = node.func.value
        owner, text, path = ast.unparse(receiver), ast.unparse(node)[:200], path_of(receiver)
        one_of_many = not path and isinstance(receiver, ast.Subscript)  # `history[name].append(value)`
        if one_of_many:
            path = path_of(receiver.value)  # type: ignore[attr-defined]
        self._children(node.func, where)
        value, inner = self._expression_with_site(node.args[0], where)
        if worth.is_watched_value(node.args[0], expression.form):
            number = self._site(
                "append",
                node,
                where,
                text=text,
                names=(owner,),
                inner=inner,
                inside=self._since(seen),
                expression=expression,
                path=path,
                several=not one_of_many,
            )
            value = probes.passing(number, value)
        node.args[0] = value
        return node

    def _is_watched(self, func: ast.expr, where: _Where) -> bool:
        if isinstance(func, ast.Name):
            own = func.id in self._functions or worth.from_notebook(self._namespace.get(func.id))
            if own and (where.listed or self._unit is not None):
                return self._trains(func.id)  # what is called often, and says nothing
            if func.id in self._imported:
                path = self._imported[func.id]
                return worth.may_matter(path) or worth.may_be_users(path)
            if func.id in self._functions:
                return True
            target = self._namespace.get(func.id)
            return (
                worth.from_notebook(target)
                or (callable(target) and library.is_interesting(target))
                or worth.is_users(target)
            )
        if not isinstance(func, ast.Attribute):
            return False
        if (
            func.attr
            in library.METHODS | library.SEEDS | library.OWN_METHODS | library.SETUPS | library.OPTIONS
        ):
            return True
        root = root_name(func)
        if root is None or not self._is_module(root):
            return False
        if self._library_of(root) in library.ROOTS or func.attr in library.READERS | library.TESTS:
            return True
        return worth.may_be_users(
            str(self._imported.get(root) or getattr(self._namespace.get(root), "__name__", ""))
        )

    def _is_module(self, name: str) -> bool:
        return name in self._imported or issubclass(type(self._namespace.get(name)), ModuleType)

    def _library_of(self, name: str) -> str:
        """The library that a name stands for; the name may not be imported yet."""
        path = self._imported.get(name) or getattr(self._namespace.get(name), "__name__", "")
        return str(path).partition(".")[0]

    # ---- printed numbers --------------------------------------------------------------------

    def _text(self, where: _Where) -> Text:
        """The rewriter of one printed text: its values share a group."""
        group = self._next()

        def wrap(node: ast.expr, label: str) -> ast.expr:
            seen, expression = self._begin(node)
            value, inner = self._expression_with_site(node, where)
            number = self._site(
                "print",
                node,
                where,
                text=expression.text,
                label=label[-200:],
                inner=inner,
                inside=self._since(seen),
                expression=expression,
                group=group,
                drawn=where.drawn,
            )
            return probes.passing(number, value)

        return Text(wrap)

    # ---- sites ------------------------------------------------------------------------------

    def _next(self) -> int:
        self._number += 1
        return self._number

    def _site(self, kind: Kind, node: ast.AST, where: _Where, *, text: str, **facts: Any) -> int:
        number = self._next()
        line = getattr(node, "lineno", 0)
        self.sites[number] = Site(
            number,
            kind,
            text,
            line,
            self._statements,
            loops=where.loops,
            function=where.function,
            paced=where.paced,
            unit=self._unit,
            **facts,
        )
        return number
