"""What a watched call was: a fit, a score, a metric, a setting; with its arguments, its estimator and its data.

The facts are read off the user's frame when the call has returned, and turned into plain descriptions at once: what they
describe may change right after. Nothing of the user's is run.
"""

from __future__ import annotations

import argparse
import builtins
import weakref
from dataclasses import dataclass, field
from inspect import CO_OPTIMIZED
from types import FrameType, ModuleType
from typing import TYPE_CHECKING, Any, Final, cast

from mlnb.capture import estimators, files, library, sinks, unseen
from mlnb.capture.described import Describer
from mlnb.capture.kinds import dict_of, function_of, home_of, method_of, mro, name_of, root_of, source_of
from mlnb.capture.kinds import held as held_by
from mlnb.capture.plain import plain
from mlnb.capture.sites import MISSING, Argument
from mlnb.capture.values import ITEMS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from mlnb.capture.budget import Budget
    from mlnb.capture.sites import Prediction, Site


@dataclass(slots=True)
class Call:
    """The facts of a watched call. `settings` are (name, value, argument), the values plain ones of our own
    (`mlnb.capture.plain`); `data` (name, role, fingerprint)."""

    role: str
    name: str
    estimator: EstimatorSeen | None = None
    settings: list[tuple[str, Any, Argument]] = field(default_factory=list)
    data: list[DataSeen] = field(default_factory=list)
    text: str | None = None
    state: Any = None  # of a file when it was read
    parts: tuple[str, ...] = ()  # what the items of a result are called
    logged: sinks.Logged | None = None  # by a call to a tracker of the user's


@dataclass(slots=True)
class EstimatorSeen:
    """An estimator as it was when it was built, fitted or scored.

    `origin` is the site that built it, if that was seen; `inside` those that built the estimators within it, by the
    beginning of their settings' names. The object itself is only referred to weakly: a loop's hundred forests are not kept
    alive.
    """

    name: str
    settings: dict[str, Any]
    variable: str | None = None
    origin: int | None = None
    learnt: dict[str, Any] = field(default_factory=dict)
    refer: Callable[[], Any] = lambda: None
    inside: dict[str, int] = field(default_factory=dict)

    @property
    def model(self) -> Any:
        """The object, if it still lives."""
        return self.refer()


@dataclass(slots=True)
class DataSeen:
    """A data set that reached a call, described at once: it may change in place right after."""

    name: str
    role: str
    described: Any  # a Fingerprint
    source: str = "call"


class Calls:
    """Of one session. `predictions` says of variables what they were predicted by, and for what data; `learn` takes in a
    function of a module of the user's, and says whether it trains something; `cannot_see` is told what can't be seen."""

    def __init__(
        self,
        predictions: Mapping[str, Prediction],
        learn: Callable[[Any], bool],
        cannot_see: Callable[[str], None],
        budget: Budget,
    ) -> None:
        self._predictions = predictions
        self._learn = learn
        self._cannot_see = cannot_see
        self._data = Describer(budget)
        self._parts: dict[int, tuple[Site, Any]] = {}
        self._built: dict[int, tuple[Callable[[], Any], int]] = {}

    def begin(self) -> None:
        """A tracked cell starts."""
        self._parts = {}
        self._data.begin()

    def end(self) -> list[str]:
        """It is over: what was left out of its data, in words."""
        self._parts = {}
        return list(self._data.omissions())

    def hold(self, site: Site, value: Any) -> None:
        """Keep an argument's value for its call, which is about to be made."""
        self._parts[site.number] = (site, value)

    @property
    def holding(self) -> bool:
        """Whether a part of a call waits for it."""
        return bool(self._parts)

    def settle(self, site: Site) -> None:
        """A function has come to this place: what calls of its earlier statements left, as an exception came between, is let
        go."""
        for number, (held, _) in list(self._parts.items()):
            if held.function == site.function and held.unit == site.unit and held.statement != site.statement:
                del self._parts[number]

    def facts(self, site: Site, value: Any, frame: FrameType, count: int) -> Call | None:
        """What a call that returned `value` was; `None` where it is of no interest. `count` says how often it was made."""
        try:
            found = self._facts(site, value, frame, count)
            if found is not None:
                found.settings = [(name, plain(given), argument) for name, given, argument in found.settings]
            return found
        finally:
            for argument in (*site.arguments, site.receiver):
                if argument is not None and argument.part is not None:
                    self._parts.pop(argument.part, None)
            if site.held:
                self.hold(site, value)

    def _facts(self, site: Site, value: Any, frame: FrameType, count: int) -> Call | None:
        receiver = self.value(site.receiver, frame) if site.receiver is not None else MISSING
        callee = site.callee or ""
        if callee in library.OPTIONS:
            return _options(value)
        if sinks.is_sink_name(callee):
            return self._sink(site, callee, frame)
        if receiver is not MISSING and type(receiver) is not ModuleType:
            return self._method(site, callee, receiver, frame)
        target = _resolve(site, receiver, frame)
        if target is MISSING or (count > _most(target) and (_is_own(target) or _is_elsewhere(target))):
            return None
        return self._function(site, target, value, frame)

    def _sink(self, site: Site, name: str, frame: FrameType) -> Call | None:
        """The user's own call to a tracker."""
        logged = sinks.read([(argument.keyword, self.value(argument, frame)) for argument in site.arguments])
        return None if logged is None else Call("log", name, logged=logged)

    def _method(self, site: Site, name: str, receiver: Any, frame: FrameType) -> Call | None:
        if name in library.SEEDS or name in library.READERS or issubclass(type(receiver), type):
            return None
        if name in library.OWN_METHODS:
            method = _method_of(receiver, name) if _is_own(type(receiver)) else None
            return (
                Call("own", name, settings=self._settings(site, method, frame, bound=1)) if method else None
            )
        if name in library.SETUPS:
            method = _method_of(receiver, name) if estimators.is_estimator(receiver) else None
            return (
                Call("setting", name, settings=self._settings(site, method, frame, bound=1))
                if method
                else None
            )
        if name == "fit" and not estimators.is_estimator(receiver):
            return None
        role = "fit" if name in library.FITS else "score"
        found = Call(role, name)
        found.estimator = self._estimator(
            receiver, site.receiver.name if site.receiver else None, fitted=role == "fit"
        )
        names = library.places(_method_of(receiver, name))
        found.data = self._data_of(site, frame, "train" if role == "fit" else "test", names=names)
        if role == "fit":
            own = _is_own(type(receiver))  # what stands first in a library's `fit` is data
            given = self._settings(site, _method_of(receiver, name), frame, bound=1)
            named = [item for item in given if item[2].keyword or (own and item[2].constant is not MISSING)]
            found.settings = [item for item in named if item[0] not in {"X", "y", "sample_weight"}]
        return found

    def _judged(self, site: Site, frame: FrameType) -> tuple[EstimatorSeen | None, list[DataSeen]]:
        """The estimator whose predictions a metric judges, and the data that they are for."""
        for argument in site.arguments[1:] + site.arguments[:1]:
            made = argument.predicted or self._predictions.get(argument.name or "")
            model = _look_up(made.model, frame) if made is not None else MISSING
            if made is not None and model is not MISSING and estimators.is_estimator(model):
                data = _look_up(made.data, frame) if made.data is not None else MISSING
                seen = self._seen(site, made.data or "", data, "test", hash_rows=True)
                return self._estimator(model, made.model), seen
        return None, []

    def _estimator(self, model: Any, variable: str | None, *, fitted: bool = False) -> EstimatorSeen:
        refer, origin = self._where_built(model)
        if origin is None and (steps := estimators.steps_of(model)):
            origin = self._where_built(steps[-1][1])[1]  # a pipeline, by what it ends with
        learnt = estimators.learnt(model) if fitted else {}
        parts: dict[str, Any] = {}
        settings = {name: plain(value) for name, value in estimators.settings(model, parts).items()}
        origins = {name: self._where_built(part)[1] for name, part in parts.items()}
        inside = {name: place for name, place in origins.items() if place is not None}
        return EstimatorSeen(estimators.name_of(model), settings, variable, origin, learnt, refer, inside)

    def _where_built(self, model: Any) -> tuple[Callable[[], Any], int | None]:
        refer, origin = self._built.get(id(model), (None, None))
        return (_reference(model), None) if refer is None or refer() is not model else (refer, origin)

    def _function(self, site: Site, target: Any, value: Any, frame: FrameType) -> Call | None:
        role = library.role_of(target)
        if not library.is_plain(target):
            return None
        name = getattr(target, "__name__", site.callee or "")
        if _is_own(target) and role != "estimator":
            return Call("own", name, settings=self._settings(site, target, frame))
        if role is None and _is_elsewhere(target):
            return self._elsewhere(site, target, name, frame)
        if role is None:
            return None
        if role == "booster":
            return self._booster(site, target, value, frame)
        found = Call(role, name)
        if role == "reader":
            return self._read(site, found, value, frame)
        if role == "report":
            found.text = value if type(value) is str else None
            return found
        if role in {"metric", "validation"}:
            # A metric's second argument is what was predicted.
            kind, most = ("train", 99) if role == "validation" else ("test", 1)
            found.data = self._data_of(site, frame, kind, most, hash_rows=role == "validation")
        if role == "validation" and site.arguments:
            model = self.value(site.arguments[0], frame)
            if estimators.is_estimator(model):
                found.estimator = self._estimator(model, site.arguments[0].name)
        if role == "metric":
            found.estimator, judged = self._judged(site, frame)
            found.data = judged + found.data
        if role == "estimator" and estimators.is_estimator(value):
            self._built[id(value)] = (_reference(value), site.number)
            found.estimator = self._estimator(value, None)
        found.settings = self._settings(site, target, frame)
        found.parts = tuple(getattr(type(value), "_fields", ())) if issubclass(type(value), tuple) else ()
        return found

    def _booster(self, site: Site, target: Any, value: Any, frame: FrameType) -> Call:
        """`xgboost.train` and `lightgbm.train`: their first argument is what other estimators are built with."""
        found = Call("fit", target.__name__, data=self._data_of(site, frame, "train", 2))
        given = self._settings(site, target, frame)
        params = next((item for name, item, _ in given if name == "params" and type(item) is dict), {})
        found.settings = [item for item in given if item[0] != "params"]
        name = type(value).__name__ if target.__name__ == "train" else target.__name__
        learnt = {"logs": _logs_of(given, value)}
        found.estimator = EstimatorSeen(name, plain(dict(params)), learnt=learnt, refer=_reference(value))
        return found

    def _elsewhere(self, site: Site, target: Any, name: str, frame: FrameType) -> Call | None:
        """A function of a module of the user's: its settings are seen, what it does isn't."""
        if not hasattr(target, "__name__") or not self._learn(target):
            return None
        self._cannot_see(f"what {name} does inside {source_of(target)}.py")
        return Call("own", name, settings=self._settings(site, target, frame))

    def _read(self, site: Site, found: Call, value: Any, frame: FrameType) -> Call | None:
        """A file, by its path; the columns are those of the table that was read from it."""
        if not site.arguments:
            return None
        path = self.value(site.arguments[0], frame)
        found.settings = [("path", path, site.arguments[0])]
        if found.name == "open" and len(site.arguments) > 1:
            found.settings.append(("mode", self.value(site.arguments[1], frame), site.arguments[1]))
        if found.name.startswith("read_") and _is_data(value):
            described = self._data.describe(value, str(path), site.number, statistics=False)
            found.data = [] if described is None else [DataSeen(str(path), "file", described)]
        found.state = files.state_of(path)
        return found

    def _settings(
        self, site: Site, target: Any, frame: FrameType, bound: int = 0
    ) -> list[tuple[str, Any, Argument]]:
        """The call's arguments that are settings, by the names of the callable's parameters."""
        positional = [a for a in site.arguments if a.keyword is None]
        names = library.bound(target, len(positional) + bound)[bound:] if positional else []
        found = []
        for place, argument in enumerate(positional):
            if place < len(names):
                found.append((names[place], self.value(argument, frame), argument))
        for argument in site.arguments:
            if argument.keyword == "**":
                several = self.value(argument, frame)
                if type(several) is dict:
                    found += [(str(name), value, argument) for name, value in several.items()]
        named = [a for a in site.arguments if a.keyword not in {None, "**"}]
        found += [(str(argument.keyword), self.value(argument, frame), argument) for argument in named]
        return [item for item in found if item[1] is not MISSING]

    def _data_of(
        self,
        site: Site,
        frame: FrameType,
        role: str,
        most: int = 99,
        *,
        hash_rows: bool = True,
        names: Sequence[str] = (),
    ) -> list[DataSeen]:
        """The data among the arguments, whose places have `names`. Rows are hashed of the first, not of the target: labels are
        alike everywhere."""
        found: list[DataSeen] = []
        for place, argument in enumerate(site.arguments[:most]):
            if argument.constant is not MISSING:
                continue
            name = argument.keyword
            if name is None and place < len(names):
                name = names[place]
            own = library.data_role(name, role)
            first = hash_rows and not found and name not in {"y", "y_true"} and own == role
            found += self._seen(site, argument.text, self.value(argument, frame), own, hash_rows=first)
        return found

    def _seen(self, site: Site, name: str, value: Any, role: str, *, hash_rows: bool) -> list[DataSeen]:
        if not _is_data(value):
            if root_of(type(value)) in _LAZY or type(value).__name__ in _LAZY:
                self._cannot_see(f"the content of {name[:80]}: a {name_of(type(value))} is not read")
            return []
        described = self._data.describe(value, name, site.number, hash_rows=hash_rows)
        return [] if described is None else [DataSeen(name, role, described)]

    def value(self, argument: Argument, frame: FrameType) -> Any:
        """An argument's value: its literal, what its probe holds, or its variable's value in the user's frame."""
        if argument.constant is not MISSING:
            return argument.constant
        if argument.part is not None:
            held = self._parts.get(argument.part)
            return MISSING if held is None else held[1]
        if argument.name is not None:
            return _look_up(argument.name, frame)
        return MISSING


def _look_up(name: str, frame: FrameType) -> Any:
    """A variable as the frame sees it; a comprehension's frame sees little, so its callers are asked too."""
    at: FrameType | None = frame
    for _ in range(4):
        if at is None:
            break
        found = _local(name, at)
        if found is not MISSING:
            return found
        if not at.f_code.co_name.startswith("<"):
            break
        at = at.f_back
    return frame.f_globals.get(name, getattr(builtins, name, MISSING))


def _local(name: str, frame: FrameType) -> Any:
    """A local variable. Before Python 3.13 the frame keeps the copy that it makes for this, and all that is in it, until
    its function returns: it is emptied at once (no function that asks for its own variables has probes)."""
    code = frame.f_code
    if not code.co_flags & CO_OPTIMIZED:
        return frame.f_locals.get(name, MISSING)
    if name not in code.co_varnames and name not in code.co_cellvars and name not in code.co_freevars:
        return MISSING
    values = frame.f_locals
    found = values.get(name, MISSING)
    if type(values) is dict:
        values.clear()
    return found


def _resolve(site: Site, receiver: Any, frame: FrameType) -> Any:
    """The function or class that was called, without running anything of the user's."""
    parts = (site.callee or "").split(".")
    target = receiver if type(receiver) is ModuleType else _look_up(parts[0], frame)
    if type(receiver) is ModuleType:
        parts = [parts[0], parts[-1]]
    for part in parts[1:]:
        if not issubclass(type(target), (ModuleType, type)):
            return MISSING
        held: Any = vars(target) if issubclass(type(target), ModuleType) else dict_of(cast("type", target))
        found = held.get(part, MISSING)
        target = getattr(target, part, MISSING) if found is MISSING and not _is_users_own(target) else found
        target = function_of(target)
    return target


def _is_users_own(target: Any) -> bool:
    """Whether it is a class of the notebook's, or a module of the user's: what it doesn't hold by itself, its code would give."""
    if type(target) is ModuleType:
        return unseen.is_users(target.__name__)
    return _is_own(target) or _is_elsewhere(target)


def _method_of(receiver: Any, name: str) -> Any:
    """A method's function, found without asking the object."""
    found = function_of(method_of(receiver, name))
    return found if callable(found) else getattr(found, "fn", None)  # scikit-learn's conditional methods


def _options(value: Any) -> Call | None:
    """What a command line, or its defaults, set."""
    space = value[0] if type(value) is tuple and value else value
    if type(space) is not argparse.Namespace:
        return None
    return Call(
        "setting", "args", settings=[(name, item, Argument(name)) for name, item in vars(space).items()]
    )


def _logs_of(given: list[tuple[str, Any, Argument]], value: Any) -> dict[str, list[float]]:
    """What a booster's training wrote to a dictionary of the user's, and what a validation returned."""
    if name_of(type(value)) == "pandas.DataFrame":
        value = value.to_dict("list")
    if type(value) is dict:
        return {
            str(name): [float(item) for item in items]
            for name, items in value.items()
            if isinstance(items, list)
        }
    found: dict[str, list[float]] = {}
    for name, item, _ in given:
        if name == "evals_result":
            found |= estimators.flat_logs(item)
        elif name == "callbacks":
            for callback in item or ():
                found |= estimators.flat_logs(held_by(callback, "eval_result"))
    return found


def _most(target: Any) -> int:
    """Calls of the notebook's own that are looked at: of an estimator of its own, as many as a list of settings holds."""
    return (
        ITEMS + 1
        if issubclass(type(target), type) and any("fit" in dict_of(base) for base in mro(target))
        else 3
    )


def _is_elsewhere(target: Any) -> bool:
    return unseen.is_users(source_of(target))


def _is_own(target: Any) -> bool:
    return source_of(target) == "__main__"


_TABLES: Final = frozenset(
    "numpy.ndarray pandas.DataFrame pandas.Series pandas.Index polars.DataFrame polars.Series pyarrow.Table "
    "pyarrow.RecordBatch pyarrow.ChunkedArray torch.Tensor xgboost.DMatrix xgboost.QuantileDMatrix".split()
)
_LAZY: Final = frozenset("dask h5py zarr memmap pyspark LazyFrame xarray vaex modin ibis Dataset".split())


def _is_data(value: Any) -> bool:
    """Whether it is of a kind whose content can be read without running anything of the user's."""
    kind = type(value)
    return name_of(kind) in _TABLES or home_of(kind).startswith("scipy.sparse.")


def _reference(value: Any) -> Callable[[], Any]:
    """A weak reference; what allows none is gone when it is asked for."""
    try:
        return weakref.ref(value)
    except TypeError:
        return lambda: None
