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

from mlnb.capture import library, unseen, words
from mlnb.capture.sites import MISSING
from mlnb.capture.syntax import prediction_in, target_names
from mlnb.capture.vocabulary import listed

if TYPE_CHECKING:
    from collections.abc import Container, Iterable

    from mlnb.capture.sites import Prediction

# How a name is used: `setting` (it reaches an estimator, a split, a function of the user's), `loop` (bounds a loop), `compute`
# (arithmetic), `compare`, `index`, `plot`, `grid` (np.arange and the like), `print`, `data` (np.array([...])), `path`.
_PLOT_ROOTS: Final = listed(
    "plt ax ax1 ax2 axes axs sns fig px go plotly alt bokeh figure pyplot pylab cmap colors mpl"
)
_PLOT_WORDS: Final = listed(
    "plot plots draw show hist scatter imshow contour contourf bar barh figure subplot subplots title xlabel ylabel legend annotate axhline axvline xlim ylim fill_between savefig heatmap pairplot boxplot visualize visualise"
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


@dataclass
class Function:
    """A function of the notebook: whether it trains or judges something, its defaults, and how it uses its parameters."""

    trains: bool
    defaults: dict[str, Any]
    is_class: bool = False


class Program:
    """All cells of a session, read in the order of their execution."""

    def __init__(self) -> None:
        self.variables: dict[str, Variable] = defaultdict(Variable)
        self.functions: dict[str, Function] = {}
        self.imported: dict[str, str] = {}
        self.predictions: dict[str, Prediction] = {}  # `y_pred` was predicted by `knn` for `X_test`
        self.cell = -1
        self._learnt: dict[str, bool] = {}  # functions of modules of the user's

    def cell_starts(self) -> None:
        """What is read from here on belongs to a new cell (one cell can be several trees, under `%%time`)."""
        self.cell += 1

    def read(self, tree: ast.Module) -> None:
        """Take in a tree of the current cell."""
        for node in ast.walk(tree):
            self._define(node)
        _Reader(self).walk(tree)

    def _define(self, node: ast.AST) -> None:
        if isinstance(node, ast.Import):
            for alias in node.names:
                self.imported[alias.asname or alias.name.partition(".")[0]] = alias.name
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                self.imported[alias.asname or alias.name] = f"{node.module}.{alias.name}"
        elif isinstance(node, ast.Assign) and (made := prediction_in(node.value)) is not None:
            for name in (name for target in node.targets for name in _names(target)):
                self.predictions[name] = made
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            self.functions[node.name] = Function(self.trains(node), _defaults(node))
        elif isinstance(node, ast.ClassDef):
            defaults = _fields(node)
            for inner in node.body:
                if isinstance(inner, ast.FunctionDef) and inner.name == "__init__":
                    defaults = _defaults(inner)
            if defaults is not None:
                self.functions[node.name] = Function(True, defaults, is_class=True)

    def learn(self, target: Any) -> bool:
        """Take in a function of a module of the user's; whether it trains or judges something."""
        name = str(target.__name__)
        if name not in self._learnt:
            found = unseen.definition(target)
            self._learnt[name] = found is not None and self.trains(found)
            if isinstance(found, ast.Module) and name not in self.functions:
                self._define(found.body[0])
                if name in self.functions:
                    self.functions[name].trains = self._learnt[name]
        return self._learnt[name]

    def trains(self, node: ast.AST) -> bool:
        """Whether code fits or judges something, by itself or by a function of the notebook's."""
        if isinstance(node, ast.FunctionDef) and _PLOT_WORDS.intersection(words.parts(node.name)):
            return False
        return trains(node) or any(
            isinstance(inner, ast.Call) and self._is_training(_last(inner.func)) for inner in ast.walk(node)
        )

    def _is_training(self, name: str) -> bool:
        own = self.functions.get(name)
        return name in library.OWN_METHODS if own is None else own.trains and not own.is_class

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
            if settings := _settings_of(node):
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
            for name in _names(node.target):
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
        counted = _has_call(node.iter, "range") and not _only_shows(node)
        training = self._program.trains(node)
        self._use(node.iter, "loop" if counted else "sweep" if training else "iterate")
        for name in _names(node.target):
            if not self._program.variables[name].swept:
                self._program.variables[name].rebound = True
        self._originate(node.target, self._origins(node.iter))
        repeated = _literal(node.iter) is MISSING or counted
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
        values = _literal(node.iter)
        if not (isinstance(node.target, ast.Name) and isinstance(values, (list, tuple))):
            return
        name = node.target.id
        if len(values) < 2 or self._repeated or not self._program.trains(node):
            return
        own = self._program.functions.keys() | library.OWN_METHODS
        if _goes_into(node, name, own) or _is_judged(node, name):
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
            for name in _names(target):
                if isinstance(target, (ast.Subscript, ast.Attribute)):
                    self._program.variables[name].rebound = True
                else:
                    self._set(name, MISSING, target)
            return
        self._set(target.id, _literal(value), target)
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
        for name in _names(target):
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
            found |= self._made_by(_last(node.func), _root(node.func))
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
        return self._training > 0 or begins in _names(node.upper.left)

    def _is_setting_of(self, node: ast.Attribute) -> bool:
        """`cfg.lr` of `cfg = SimpleNamespace(lr=0.1)`."""
        if not isinstance(node.value, ast.Name):
            return False
        literal = self._program.variables[node.value.id].literal
        return isinstance(literal, dict) and node.attr in literal

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp) -> None:
        how = "sweep" if self._program.trains(node) else "iterate"
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
        name, root = _last(node.func), _root(node.func)
        if name in _SURFACES:
            return "surface"
        if root in _PLOT_ROOTS or _PLOT_WORDS.intersection(words.parts(name)) or outer == "plot":
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


def _fields(node: ast.ClassDef) -> dict[str, Any] | None:
    """The defaults of a data class's fields; `None` where it is none."""
    if not any("dataclass" in ast.unparse(decorator) for decorator in node.decorator_list):
        return None
    return _settings_of(node, annotated=True)


def _settings_of(node: ast.ClassDef, *, annotated: bool = False) -> dict[str, Any]:
    """`lr` and `epochs` of `class CFG: lr = 0.1; epochs = 3`, a class that holds nothing else."""
    found = {}
    for inner in node.body:
        if (
            isinstance(inner, ast.Assign)
            and len(inner.targets) == 1
            and isinstance(inner.targets[0], ast.Name)
        ):
            found[inner.targets[0].id] = _literal(inner.value)
        elif (
            isinstance(inner, ast.AnnAssign)
            and isinstance(inner.target, ast.Name)
            and inner.value is not None
        ):
            found[inner.target.id] = _literal(inner.value)
        elif not annotated and isinstance(inner, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            return {}
    if node.decorator_list and not annotated:
        return {}
    return {name: value for name, value in found.items() if value is not MISSING and not name.startswith("_")}


def _defaults(node: ast.FunctionDef | ast.AsyncFunctionDef) -> dict[str, Any]:
    names = [argument.arg for argument in (*node.args.posonlyargs, *node.args.args)]
    found = {}
    for name, default in zip(reversed(names), reversed(node.args.defaults), strict=False):
        found[name] = _literal(default)
    for argument, keyword_default in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True):
        if keyword_default is not None:
            found[argument.arg] = _literal(keyword_default)
    return {name: value for name, value in found.items() if value is not MISSING}


def trains(node: ast.AST) -> bool:
    """Whether code fits, scores, or repeats an update: what a person would call training or judging."""
    for inner in ast.walk(node):
        if isinstance(inner, ast.Call):
            name = _last(inner.func)
            if name in library.METHODS or name in {
                "backward",
                "step",
                "cross_val_score",
                "cross_validate",
                "predict",
                "train_test_split",
            }:
                return True
            if words.is_metric_function(name):
                return True
        elif isinstance(inner, (ast.Assign, ast.AugAssign)):
            targets = inner.targets if isinstance(inner, ast.Assign) else [inner.target]
            if any(words.is_metric_name(name) for target in targets for name in _names(target)):
                return True
            if isinstance(inner, ast.AugAssign) and isinstance(inner.op, ast.Sub) and _in_loop(node, inner):
                return True
    return False


def _only_shows(node: ast.For | ast.AsyncFor) -> bool:
    """Whether a loop does nothing but print and plot."""
    return all(
        isinstance(inner, ast.Expr)
        and isinstance(inner.value, ast.Call)
        and _last(inner.value.func) not in {"append", "add", "extend"}
        for inner in node.body
    )


def _in_loop(outer: ast.AST, inner: ast.AST) -> bool:
    return any(
        isinstance(node, (ast.For, ast.While)) and any(n is inner for n in ast.walk(node))
        for node in ast.walk(outer)
    )


def _literal(node: ast.expr) -> Any:
    from mlnb.capture.syntax import constant_of

    return constant_of(node)


def _names(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Name):
        return [node.id]
    if isinstance(node, (ast.Tuple, ast.List)):
        return [name for inner in node.elts for name in _names(inner)]
    if isinstance(node, (ast.Attribute, ast.Subscript, ast.Starred)):
        return _names(node.value)
    return []


def _bound(node: ast.stmt) -> list[str]:
    """The names that an assignment in a class's body sets: they are the class's."""
    if isinstance(node, ast.Assign):
        return [name for target in node.targets for name in _names(target)]
    return _names(node.target) if isinstance(node, ast.AnnAssign) else []


def _all_arguments(arguments: ast.arguments) -> list[ast.arg]:
    plain = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    return [*plain, *(one for one in (arguments.vararg, arguments.kwarg) if one is not None)]


def _last(func: ast.expr) -> str:
    if isinstance(func, ast.Name):
        return func.id
    return func.attr if isinstance(func, ast.Attribute) else ""


def _root(node: ast.expr) -> str | None:
    while isinstance(node, (ast.Attribute, ast.Call, ast.Subscript)):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else None


def _goes_into(node: ast.AST, name: str, functions: Container[str]) -> bool:
    """Whether a variable is an argument of one of these functions."""
    return any(
        isinstance(call, ast.Call)
        and _last(call.func) in functions
        and any(_mentions(value, name) for value in (*call.args, *(k.value for k in call.keywords)))
        for call in ast.walk(node)
    )


def _is_judged(node: ast.AST, name: str) -> bool:
    """Whether a variable is a part of what a metric function judges: `f1_score(y, p > threshold)`."""
    return any(
        isinstance(call, ast.Call)
        and words.is_metric_function(_last(call.func))
        and any(
            isinstance(inner, ast.Name) and inner.id == name
            for value in call.args
            for inner in ast.walk(value)
        )
        for call in ast.walk(node)
    )


def _mentions(node: ast.expr, name: str) -> bool:
    """Whether an argument is a variable, or a list with it."""
    parts = node.elts if isinstance(node, (ast.List, ast.Tuple)) else [node]
    return any(isinstance(part, ast.Name) and part.id == name for part in parts)


def _has_call(node: ast.AST, name: str) -> bool:
    return any(isinstance(inner, ast.Call) and _last(inner.func) == name for inner in ast.walk(node))


def _is_grid(node: ast.expr) -> bool:
    """`np.linspace(0, 1, 5)` of literals, and arithmetic with it: `10 ** np.linspace(4, -2, 100) / 2`."""
    if isinstance(node, ast.Call):
        return _last(node.func) in _GRID and all(_literal(argument) is not MISSING for argument in node.args)
    if not isinstance(node, ast.BinOp):
        return False
    return any(
        _is_grid(one) and (_is_grid(other) or _literal(other) is not MISSING)
        for one, other in ((node.left, node.right), (node.right, node.left))
    )


def _is_split(node: ast.expr) -> bool:
    """`[:n]` or `[n:]`: a table in two parts."""
    return isinstance(node, ast.Slice) and node.step is None and (node.lower is None) != (node.upper is None)


def _is_class_name(name: str) -> bool:
    return name[:1].isupper() and any(character.islower() for character in name)
