"""What a session's cells do with their names: which hold literals, where those go, what a value was made from.

Static, from syntax trees alone. One `Program` lives as long as the session; each executed cell is read into it, so that a
parameter set in one cell and used in another is known as what it is. It answers two questions: is this literal a
parameter, and what does this value come from?
"""

from __future__ import annotations

import ast
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from mlnb.capture import library, words
from mlnb.capture.functions import PLOTS, Functions, goes_into, is_judged, only_shows, settings_of
from mlnb.capture.sites import MISSING
from mlnb.capture.syntax import constant_of, last_name, names_in, prediction_in, target_names
from mlnb.capture.vocabulary import listed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mlnb.capture.sites import Prediction

# How a name is used: `setting` (it reaches an estimator, a split, a function of the user's), `loop` (bounds a loop), `compute`
# (arithmetic), `compare`, `index`, `plot`, `grid` (np.arange and the like), `print`, `data` (np.array([...])), `path`.
_PLOT_ROOTS: Final = listed(
    "plt ax ax1 ax2 axes axs sns fig px go plotly alt bokeh figure pyplot pylab cmap colors mpl"
)
_SURFACES: Final = listed("contour contourf plot_surface plot_wireframe tricontour tricontourf")
_GRID: Final = listed("arange linspace logspace meshgrid tile repeat geomspace mgrid reshape")
_SHAPED: Final = listed("zeros ones full eye empty zeros_like")
_DATA: Final = listed("array asarray DataFrame Series tensor matrix")
# What a fitted estimator has for each feature or class.
_WEIGHTS: Final = listed(
    "coef_ coefs_ intercept_ intercepts_ feature_importances_ importances_mean importances_std components_ cluster_centers_"
)
_SHOWN: Final = listed("print display head tail sample pprint format round")
_PATHS: Final = library.READERS | listed(
    "open Path join to_csv savefig save listdir glob makedirs exists ImageFolder imread to_pickle dump"
)
_DRAWN: Final = listed(
    "normal uniform randn rand randint random choice permutation default_rng RandomState seed manual_seed binomial poisson "
    "exponential gamma beta lognormal standard_normal multivariate_normal integers geometric laplace weibull multinomial"
)


@dataclass
class Variable:
    """What is known of a name at the top of the notebook."""

    literal: Any = MISSING
    line: int = 0
    cell: int = -1
    uses: set[str] = field(default_factory=set)
    grid: bool = False  # np.linspace(0, 1, 5) and the like: its value is known when it has run
    swept: bool = False  # a loop's variable: the literal is what the loop goes over
    rebound: bool = False  # set again from a computation, or changed in place
    sources: set[str] = field(default_factory=set)  # of the last value: see `origin`
    copies: set[str] = field(default_factory=set)  # other names that got its value


class Program:
    """All cells of a session, read in the order of their execution."""

    def __init__(self) -> None:
        self.variables: dict[str, Variable] = defaultdict(Variable)
        self.functions = Functions()
        self.imported: dict[str, str] = {}
        self.predictions: dict[str, Prediction] = {}  # `y_pred` was predicted by `knn` for `X_test`
        self.cell = -1
        self.descends = False  # whether the cell goes down a gradient

    def cell_starts(self) -> None:
        """What is read from here on belongs to a new cell (one cell can be several trees, under `%%time`)."""
        self.cell += 1
        self.descends = False

    def read(self, tree: ast.Module) -> None:
        """Take in a tree of the current cell."""
        for node in ast.walk(tree):
            self._define(node)
        _Reader(self).walk(tree)
        defining = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
        self.descends = self.descends or any(
            self.functions.descends(node) for node in tree.body if not isinstance(node, defining)
        )

    def _define(self, node: ast.AST) -> None:
        if isinstance(node, ast.Import):
            for alias in node.names:
                self.imported[alias.asname or alias.name.partition(".")[0]] = alias.name
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                self.imported[alias.asname or alias.name] = f"{node.module}.{alias.name}"
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                self._predicted(target, node.value)
        else:
            self.functions.define(node)

    def _predicted(self, target: ast.expr, value: ast.expr) -> None:
        """`p = knn.predict(X)`; but `p = (p1 + p2) / 2` is what several models have predicted together."""
        pair = (ast.Tuple, ast.List)
        if isinstance(target, pair) and isinstance(value, pair) and len(target.elts) == len(value.elts):
            for one, its in zip(target.elts, value.elts, strict=True):
                self._predicted(one, its)
            return
        names, made = names_in(target), prediction_in(value)
        if made is not None:
            self.predictions.update(dict.fromkeys(names, made))
        elif not self.predictions.keys().isdisjoint(names):
            used = {inner.id for inner in ast.walk(value) if isinstance(inner, ast.Name)}
            if len({self.predictions[name] for name in used & self.predictions.keys()}) > 1:
                for name in names:
                    self.predictions.pop(name, None)

    def is_library(self, name: str) -> bool:
        """Whether an imported name belongs to a library that configures or judges models."""
        return self.imported.get(name, "").partition(".")[0] in library.ROOTS

    def is_parameter(self, name: str, *, early: bool = True) -> bool:
        """Whether a name that holds a literal is a setting: it reaches something that is set by it.

        `early` says that a name without any use so far may be one.
        """
        variable = self.variables.get(name)
        if variable is None or variable.literal is MISSING or not _may_be_setting(name, variable):
            return False
        value = variable.literal
        uses = variable.uses.union(*(self.variables[copy].uses for copy in variable.copies))
        if _are_columns(name, variable) or _are_sentences(value):
            return False
        if uses & {"setting", "seed"}:
            return True
        if isinstance(value, str):
            return "split" in uses or (words.is_date(value) and bool(uses & {"index", "compare"}))
        if isinstance(value, (bytes, type(None))):
            return False
        if isinstance(value, (list, tuple, dict, set, range)):
            if words.is_shown_list(name) and not isinstance(value, dict):
                return False
            return "sweep" in uses or (isinstance(value, dict) and bool(uses & {"lookup", "setting"}))
        if isinstance(value, bool):
            return "compare" in uses and not words.is_display_name(name)
        if not uses:
            begins = len(name) == 1 and value == 0  # a sum, a bias
            return early and not (begins or words.is_metric_name(name) or words.is_grid_step(name))
        if uses & {"loop", "compute", "compare", "sweep", "split"}:
            return True
        if isinstance(value, float) and "index" in uses:
            return True  # the key of a dictionary: `thetas[best_rate]`
        return "draw" in uses or (isinstance(value, int) and "shape" in uses)

    def swept_grids(self, names: Iterable[str]) -> list[str]:
        """Names of number ranges that a loop of fits goes over."""
        found = []
        for name in names:
            variable = self.variables.get(name)
            if (
                variable is not None
                and variable.grid
                and "sweep" in variable.uses
                and "surface" not in variable.uses
            ):
                found.append(name)
        return found

    def origins(self, names: Iterable[str]) -> set[str]:
        """What values of these names were made from: `data`, `prediction`, `model`, `metric`."""
        found: set[str] = set()
        for name in names:
            variable = self.variables.get(name)
            if variable is not None:
                found |= variable.sources
        return found


def _may_be_setting(name: str, variable: Variable) -> bool:
    value = variable.literal
    if isinstance(value, dict) and any(_is_score(key, inner) for key, inner in value.items()):
        return False
    if name.startswith("_") or variable.rebound or name.lower() in {"tp", "tn", "fp", "fn"}:
        return False
    return not _is_empty(value)


def _is_score(key: Any, value: Any) -> bool:
    """Whether a number in a dictionary is where a score begins: `{"epoch": 0, "loss": 1e9}`."""
    return isinstance(value, (int, float)) and isinstance(key, str) and words.is_metric_name(key)


def _are_columns(name: str, variable: Variable) -> bool:
    """Whether texts in a list pick columns of a table."""
    value = variable.literal
    return (
        ("index" in variable.uses or words.is_columns_name(name))
        and isinstance(value, (list, tuple))
        and all(isinstance(item, str) for item in value)
    )


def _are_sentences(value: Any) -> bool:
    """Whether texts in a list are data: a classifier is tried on them."""
    return (
        isinstance(value, (list, tuple))
        and bool(value)
        and all(isinstance(item, str) and len(item.split()) > 2 for item in value)
    )


def _is_empty(value: Any) -> bool:
    """A list or dictionary that waits for results."""
    if isinstance(value, dict):
        return all(_is_empty(inner) for inner in value.values())
    return isinstance(value, (list, tuple, set, str)) and len(value) == 0


# ---- one walk through a cell ----------------------------------------------------------------


class _Reader:
    """Walks a cell with the use that surrounds each name."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._depth = 0  # of loops
        self._training = 0  # of loops that fit or judge something
        self._repeated = 0  # of loops that go over anything but settings in a literal
        self._local: list[set[str]] = []

    def walk(self, tree: ast.Module) -> None:
        for node in tree.body:
            self._statement(node)

    def _statement(self, node: ast.stmt) -> None:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            self._definition(node)
        elif isinstance(node, ast.ClassDef):
            self._local.append({name for inner in node.body for name in _bound(inner)})
            self._other(node)
            self._local.pop()
            if settings := settings_of(node):
                self._set(node.name, settings, node)
        elif isinstance(node, ast.Assign):
            self._use(node.value, "plain" if isinstance(node.value, ast.Name) else "compute")
            self._copied(node)
            for target in node.targets:
                self._bind(target, node.value)
                self._come_from(target, node.value)
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            self._use(node.value, "compute")
            self._bind(node.target, node.value)
        elif isinstance(node, ast.AugAssign):
            self._use(node.value, "compute")
            for name in names_in(node.target):
                if not self._decays(node, name):
                    self._program.variables[name].rebound = True
        elif isinstance(node, (ast.For, ast.AsyncFor)):
            self._for(node)
        elif isinstance(node, ast.While):
            self._use(node.test, "loop")
            self._block(node.body, loop=True)
        else:
            self._other(node)

    def _copied(self, node: ast.Assign) -> None:
        """`eps = EPS_START`: what is done with the one is done with the other."""
        if isinstance(node.value, ast.Name) and node.value.id in self._program.variables:
            copies = [name for target in node.targets for name in target_names(target)]
            self._program.variables[node.value.id].copies.update(copies)

    def _decays(self, node: ast.AugAssign, name: str) -> bool:
        """`lr *= 0.95`: what it begins with is a setting all the same."""
        begins = self._program.variables[name].literal
        return (
            isinstance(node.op, (ast.Mult, ast.Div))
            and isinstance(begins, (int, float))
            and begins not in {0, 1}
        )

    def _other(self, node: ast.stmt) -> None:
        for _, value in ast.iter_fields(node):
            if isinstance(value, ast.expr):
                self._use(value, "compare" if isinstance(node, (ast.If, ast.Assert)) else "shown")
            elif isinstance(value, list):
                for inner in value:
                    if isinstance(inner, ast.stmt):
                        self._statement(inner)
                    elif isinstance(inner, ast.withitem):
                        self._use(inner.context_expr, "compute")
                    elif isinstance(inner, ast.ExceptHandler):
                        self._block(inner.body)

    def _definition(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        """A function's body uses the notebook's names that it doesn't bind itself."""
        inside = {argument.arg for argument in _all_arguments(node.args)}
        inside |= {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
        self._local.append(inside)
        for default in (*node.args.defaults, *(d for d in node.args.kw_defaults if d)):
            self._use(default, "compute")
        self._block(node.body)
        self._local.pop()

    def _block(self, body: list[ast.stmt], *, loop: bool = False) -> None:
        self._depth += loop
        for node in body:
            self._statement(node)
        self._depth -= loop

    def _for(self, node: ast.For | ast.AsyncFor) -> None:
        counted = _has_call(node.iter, "range") and not only_shows(node)
        training = self._program.functions.trains(node)
        self._use(node.iter, "loop" if counted else "sweep" if training else "iterate")
        for name in names_in(node.target):
            if not self._program.variables[name].swept:
                self._program.variables[name].rebound = True
        self._originate(node.target, self._origins(node.iter))
        repeated = constant_of(node.iter) is MISSING or counted
        self._training += training
        self._repeated += repeated
        self._block(node.body, loop=True)
        self._training -= training
        self._repeated -= repeated
        self._block(node.orelse)
        self._sweep(node)

    def _sweep(self, node: ast.For | ast.AsyncFor) -> None:
        """`for p in (2, 6): fit_ar(train, p)`: what goes into the notebook's own functions is a setting with several
        values; what goes into a library's estimator is seen there."""
        values = constant_of(node.iter)
        if not (isinstance(node.target, ast.Name) and isinstance(values, (list, tuple))):
            return
        name = node.target.id
        if len(values) < 2 or self._repeated or not self._program.functions.trains(node):
            return
        own = self._program.functions.keys() | library.OWN_METHODS
        if goes_into(node, name, own) or is_judged(node, name):
            self._program.variables[name] = Variable(
                list(values), node.lineno, self._program.cell, {"sweep"}, swept=True
            )

    # ---- names ------------------------------------------------------------------------------

    def _bind(self, target: ast.expr, value: ast.expr) -> None:
        if isinstance(target, (ast.Tuple, ast.List)) and isinstance(value, (ast.Tuple, ast.List)):
            for one, part in zip(target.elts, value.elts, strict=False):
                self._bind(one, part)
            return
        if not isinstance(target, ast.Name):
            for name in names_in(target):
                if isinstance(target, (ast.Subscript, ast.Attribute)):
                    self._program.variables[name].rebound = True
                else:
                    self._set(name, MISSING, target)
            return
        self._set(target.id, constant_of(value), target)
        if not self._depth and _is_grid(value):
            self._program.variables[target.id].grid = True

    def _set(self, name: str, literal: Any, node: ast.expr | ast.stmt) -> None:
        if any(name in inside for inside in self._local):
            return
        variable = self._program.variables[name]
        if literal is MISSING or self._depth:
            variable.rebound = variable.rebound or (
                variable.literal is not MISSING and variable.cell == self._program.cell
            )
            if literal is MISSING and variable.cell != self._program.cell:
                self._program.variables[name] = Variable(cell=self._program.cell)
            return
        if variable.cell != self._program.cell or variable.rebound:
            self._program.variables[name] = variable = Variable()
        variable.literal, variable.cell, variable.line = literal, self._program.cell, node.lineno

    # ---- origins ----------------------------------------------------------------------------

    def _come_from(self, target: ast.expr, value: ast.expr) -> None:
        if isinstance(target, (ast.Tuple, ast.List)) and isinstance(value, (ast.Tuple, ast.List)):
            for one, part in zip(target.elts, value.elts, strict=False):
                self._come_from(one, part)
            return
        self._originate(target, self._origins(value))

    def _originate(self, target: ast.expr, origins: set[str]) -> None:
        for name in names_in(target):
            if not any(name in inside for inside in self._local):
                variable = self._program.variables[name]
                if isinstance(target, (ast.Subscript, ast.Attribute)) or self._depth:
                    variable.sources |= origins
                else:
                    variable.sources = set(origins)

    def _origins(self, node: ast.AST) -> set[str]:
        """What an expression is made from."""
        if isinstance(node, ast.Name):
            return (
                set(self._program.variables[node.id].sources) if node.id in self._program.variables else set()
            )
        if isinstance(node, ast.Attribute) and node.attr in _WEIGHTS:
            return {"weight"}
        found: set[str] = set()
        if isinstance(node, ast.Call):
            found |= self._made_by(last_name(node.func), _root(node.func))
            if found & {"prediction", "model", "metric"}:
                return found
        for child in ast.iter_child_nodes(node):
            # What is picked by an index comes from the table, not from the index.
            if not isinstance(child, ast.expr_context) and child is not getattr(node, "slice", None):
                found |= self._origins(child)
        return found

    def _made_by(self, name: str, root: str | None) -> set[str]:
        parts = words.parts(name)
        if "predict" in parts or "forecast" in parts:
            return {"prediction"}
        if name in library.READERS or name in _DRAWN or parts[:1] in (["make"], ["load"], ["fetch"]):
            return {"data", "loaded"}
        if name in _DATA:
            return {"data"}
        if name in library.TESTS or words.is_metric_function(name):
            return {"metric"}
        if name in self._program.functions:
            return {"own"}
        if name == "fit" or (_is_class_name(name) and (root is None or self._program.is_library(name))):
            return {"model"}
        return set()

    # ---- uses -------------------------------------------------------------------------------

    def _use(self, node: ast.AST, how: str) -> None:
        if isinstance(node, ast.Name):
            if isinstance(node.ctx, ast.Load) and not any(node.id in inside for inside in self._local):
                self._program.variables[node.id].uses.add(how)
        elif isinstance(node, ast.Call):
            self._call(node, how)
        elif isinstance(node, ast.Subscript):
            self._use(
                node.value, "lookup" if isinstance(node.slice, ast.Constant) and how != "setting" else how
            )
            self._use(
                node.slice, "split" if _is_split(node.slice) or self._is_window(node.slice) else "index"
            )
        elif isinstance(node, (ast.BinOp, ast.UnaryOp)):
            inner = (
                how
                if how in {"plot", "surface", "index", "grid", "print", "setting", "loop", "seed", "shape"}
                else "compute"
            )
            for child in ast.iter_child_nodes(node):
                self._use(child, inner)
        elif isinstance(node, ast.Compare):
            for child in ast.iter_child_nodes(node):
                self._use(child, "index" if how == "index" else "compare")
        elif isinstance(node, (ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp)):
            self._comprehension(node)
        elif isinstance(node, (ast.FormattedValue, ast.JoinedStr)):
            for child in ast.iter_child_nodes(node):
                self._use(child, "print")
        elif isinstance(node, ast.Attribute):
            self._use(node.value, "lookup" if self._is_setting_of(node) else "attribute")
        else:
            for child in ast.iter_child_nodes(node):
                self._use(child, how)

    def _is_window(self, node: ast.expr) -> bool:
        """`[n_train : n_train + n_val]`, and any such part in a loop that fits or judges: how far it goes is a setting."""
        if not (isinstance(node, ast.Slice) and isinstance(node.upper, ast.BinOp)):
            return False
        begins = node.lower.id if isinstance(node.lower, ast.Name) else None
        return self._training > 0 or begins in names_in(node.upper.left)

    def _is_setting_of(self, node: ast.Attribute) -> bool:
        """`cfg.lr` of `cfg = SimpleNamespace(lr=0.1)`."""
        if not isinstance(node.value, ast.Name):
            return False
        literal = self._program.variables[node.value.id].literal
        return isinstance(literal, dict) and node.attr in literal

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp) -> None:
        how = "sweep" if self._program.functions.trains(node) else "iterate"
        for part in node.generators:
            self._use(part.iter, how)
            for test in part.ifs:
                self._use(test, "compare")
        for value in (node.key, node.value) if isinstance(node, ast.DictComp) else (node.elt,):
            self._use(value, "compute")

    def _call(self, node: ast.Call, outer: str) -> None:
        how = self._use_of(node, outer)
        self._use(node.func, "called")
        for value in node.args:
            self._use(value, how)
        for keyword in node.keywords:
            own = "seed" if keyword.arg in {"random_state", "seed"} else how
            self._use(keyword.value, own)

    def _use_of(self, node: ast.Call, outer: str) -> str:
        """What a call does with its arguments."""
        name, root = last_name(node.func), _root(node.func)
        if name in _SURFACES:
            return "surface"
        if root in _PLOT_ROOTS or PLOTS.intersection(words.parts(name)) or outer == "plot":
            return "plot"
        if name in _DRAWN:
            return "seed" if "seed" in name or name in {"default_rng", "RandomState"} else "draw"
        if name in _SHOWN:
            return "print"
        if name in _PATHS:
            return "path"
        if name == "range":
            return "loop" if outer in {"loop", "sweep"} else "iterate"
        if name in {"enumerate", "zip", "list", "tqdm", "product", "reversed", "sorted", "trange"}:
            return outer
        if name in _SHAPED:
            return "shape"
        if name in _GRID:
            return "grid" if outer != "sweep" else "sweep"
        if name in _DATA:
            return "data"
        if name in library.METHODS or (root and self._program.is_library(root)) or _is_class_name(name):
            return "setting"
        own = self._program.functions.get(name)
        if own is not None:
            return "setting" if own.trains else "compute"
        return outer if outer in {"index", "print"} else "compute"


# ---- what the source says -------------------------------------------------------------------


def _bound(node: ast.stmt) -> list[str]:
    """The names that an assignment in a class's body sets: they are the class's."""
    if isinstance(node, ast.Assign):
        return [name for target in node.targets for name in names_in(target)]
    return names_in(node.target) if isinstance(node, ast.AnnAssign) else []


def _all_arguments(arguments: ast.arguments) -> list[ast.arg]:
    plain = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    return [*plain, *(one for one in (arguments.vararg, arguments.kwarg) if one is not None)]


def _root(node: ast.expr) -> str | None:
    while isinstance(node, (ast.Attribute, ast.Call, ast.Subscript)):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else None


def _has_call(node: ast.AST, name: str) -> bool:
    return any(isinstance(inner, ast.Call) and last_name(inner.func) == name for inner in ast.walk(node))


def _is_grid(node: ast.expr) -> bool:
    """`np.linspace(0, 1, 5)` of literals, and arithmetic with it: `10 ** np.linspace(4, -2, 100) / 2`."""
    if isinstance(node, ast.Call):
        return last_name(node.func) in _GRID and all(
            constant_of(argument) is not MISSING for argument in node.args
        )
    if not isinstance(node, ast.BinOp):
        return False
    return any(
        _is_grid(one) and (_is_grid(other) or constant_of(other) is not MISSING)
        for one, other in ((node.left, node.right), (node.right, node.left))
    )


def _is_split(node: ast.expr) -> bool:
    """`[:n]` or `[n:]`: a table in two parts."""
    return isinstance(node, ast.Slice) and node.step is None and (node.lower is None) != (node.upper is None)


def _is_class_name(name: str) -> bool:
    return name[:1].isupper() and any(character.islower() for character in name)
