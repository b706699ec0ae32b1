"""What an estimator is, and what it says of itself: settings that differ from the defaults, name, libraries.

By duck typing: anything with `fit` and `get_params` is one; so are torch modules and Keras models, by their
libraries if those are loaded. Nothing is imported here.
"""

from __future__ import annotations

import functools
import inspect
import sys
from types import BuiltinFunctionType, FunctionType
from typing import Any, Final

from mlnb.capture.kinds import dict_of, held, home_of, is_users, method_of, mro, root_of, told
from mlnb.capture.plain import Opaque, plain

LIBRARIES: Final = (
    "sklearn",
    "xgboost",
    "lightgbm",
    "catboost",
    "torch",
    "keras",
    "tensorflow",
    "imblearn",
    "statsmodels",
)


def is_estimator(value: Any) -> bool:
    """Whether `value` is an estimator object (not a class)."""
    if value is None or issubclass(type(value), (type, int, float, str)):
        return False  # nearly every setting: asked often
    return can(value, "fit") or is_torch(value) or is_keras(value)


def can(value: Any, method: str) -> bool:
    """Whether its class has a method, found without asking the object."""
    return any(method in dict_of(base) for base in mro(type(value)))


def steps_of(value: Any) -> list[tuple[str, Any]] | None:
    """A pipeline's."""
    steps = held(value, "steps")
    return steps if type(steps) is list and steps and type(steps[-1]) is tuple else None


def is_torch(value: Any) -> bool:
    torch = sys.modules.get("torch.nn")
    return torch is not None and issubclass(type(value), getattr(torch, "Module", ()))


def is_trainable(value: Any) -> bool:
    """Whether it is a torch module with weights that aren't frozen."""
    return is_torch(value) and any(weight.requires_grad for weight in value.parameters())


def is_keras(value: Any) -> bool:
    return any(
        base.__name__ == "Model" and root_of(base) in {"keras", "tensorflow"} for base in mro(type(value))
    )


def name_of(value: Any) -> str:
    """The class's name; a pipeline's is its last step's."""
    steps = steps_of(value)
    if type(value).__name__ == "Pipeline" and steps:
        return f"Pipeline({type(steps[-1][1]).__name__})"
    return type(value).__name__


def settings(value: Any, inside: dict[str, Any] | None = None) -> dict[str, Any]:
    """`get_params()` that differ from the class's defaults, nested ones with their dunders as dots. `inside` takes in the
    estimators within it, by the beginning of their settings' names."""
    found: dict[str, Any] = {}
    if not can(value, "get_params"):
        return found
    try:
        _collect(value, "", found, {} if inside is None else inside)
    except Exception:  # noqa: BLE001 - a part's constructor may keep its settings elsewhere
        return {}
    return found


def says_nothing_foreign(value: Any) -> bool:
    """Whether all that an estimator would show of itself is of Python's or of a library's own kinds: its text is made
    without running anything of the user's."""
    shows = method_of(value, "__repr__")
    if type(shows) is FunctionType and is_users(shows):
        return False
    try:
        return _is_known(value)
    except Exception:  # noqa: BLE001 - a part's constructor may keep its settings elsewhere
        return False


_KNOWN: Final = frozenset({*LIBRARIES, "numpy", "scipy"})
_TEXTS: Final = frozenset(
    {int, float, complex, bool, str, bytes, type(None), FunctionType, BuiltinFunctionType}
)


def _is_known(value: Any) -> bool:
    kind = type(value)
    if kind in {list, tuple, set, frozenset}:
        return all(map(_is_known, value))
    if kind is dict:
        return all(map(_is_known, value)) and all(map(_is_known, value.values()))
    if root_of(kind) in _KNOWN:
        return not can(value, "get_params") or all(map(_is_known, _params(value).values()))
    return kind in _TEXTS


def _params(value: Any) -> dict[str, Any]:
    """`get_params(deep=False)`; of an estimator with one of the user's own, what it holds under its constructor's names."""
    get = method_of(value, "get_params")
    kind: Any = type(value)
    if get is not None and get is _get_of_scikit_learn():
        return {name: told(value, name) for name in _names(kind)}
    if type(get) is FunctionType and not is_users(get):
        return value.get_params(deep=False)  # type: ignore[no-any-return]
    return {name: found for name in _defaults(kind) if (found := held(value, name)) is not None}


def _parts(shallow: dict[str, Any]) -> dict[str, Any]:
    """The estimators in its settings' lists, by the names that they have there: a pipeline's steps, a vote's voters."""
    return {
        item[0]: item[1]
        for setting in shallow.values()
        if type(setting) in {list, tuple}
        for item in setting
        if type(item) is tuple and len(item) > 1 and type(item[0]) is str and is_estimator(item[1])
    }


def _get_of_scikit_learn() -> Any:
    return dict_of(getattr(sys.modules.get("sklearn.base"), "BaseEstimator", object)).get("get_params")


@functools.lru_cache(maxsize=500)
def _names(kind: Any) -> tuple[str, ...]:
    """The parameters of one of scikit-learn's classes, which it reads off its signature each time that it is asked."""
    return tuple(kind._get_param_names())  # noqa: SLF001 - what its own `get_params` goes by


def _collect(value: Any, prefix: str, found: dict[str, Any], inside: dict[str, Any]) -> None:
    kind: Any = type(value)
    defaults, shallow = _defaults(kind), _params(value)
    for name, setting in shallow.items():
        if is_estimator(setting):
            _collect_inner(setting, f"{prefix}{name}.", found, inside)
        elif name not in defaults or not _same(setting, defaults[name]):
            found[f"{prefix}{name}"] = setting
    for name, inner in _parts(shallow).items():
        _collect_inner(inner, f"{prefix}{name}.", found, inside)


def _collect_inner(value: Any, prefix: str, found: dict[str, Any], inside: dict[str, Any]) -> None:
    inside[prefix] = value
    if can(value, "get_params"):
        _collect(value, prefix, found, inside)


@functools.lru_cache(maxsize=500)
def _defaults(kind: Any) -> dict[str, Any]:
    try:
        parameters = inspect.signature(kind).parameters.values()
    except (TypeError, ValueError):
        return {}
    known = {p.name: p.default for p in parameters if p.default is not inspect.Parameter.empty}
    if any(p.kind is inspect.Parameter.VAR_KEYWORD for p in parameters):
        inherited = (_defaults(base) for base in reversed(mro(kind)[1:-1]))
        known = _Anything({name: value for one in inherited for name, value in one.items()} | known)
    return known


class _Anything(dict[str, Any]):
    """A class with `**kwargs` (XGBoost's) has `None` as the default of what its signature doesn't name."""

    def __contains__(self, name: object) -> bool:
        return True

    def __missing__(self, name: str) -> None:
        return None


def _same(one: Any, other: Any) -> bool:
    if one is other:
        return True
    return (
        type(one) is type(other)
        and home_of(type(one)) in {"builtins", "numpy"}
        and _equal(plain(one), plain(other))
    )


def _equal(one: Any, other: Any) -> bool:
    return not isinstance(one, Opaque) and bool(one == other)


def libraries(value: Any) -> dict[str, str]:
    """The versions of the libraries that the estimator's class, and its parts', come from."""
    names = {root_of(base) for base in mro(type(value))} & set(LIBRARIES)
    for _, part in steps_of(value) or []:
        names |= {root_of(base) for base in mro(type(part))} & set(LIBRARIES)
    found = {}
    for name in sorted(names):
        version = getattr(sys.modules.get(name), "__version__", None)
        if isinstance(version, str):
            found["scikit-learn" if name == "sklearn" else name] = str(version)  # torch has a class for it
    return found


def learnt(value: Any) -> dict[str, Any]:
    """What a fitted estimator says of its own training: a search's best and candidates, boosters' evaluation logs."""
    found: dict[str, Any] = {}
    for name in ("best_score_", "best_params_"):
        if (given := held(value, name)) is not None:
            found[name] = plain(given)
    results = held(value, "cv_results_")
    if type(results) is dict and type(results.get("params")) is list:
        scores = [name for name in results if name.startswith("mean_test_")]
        found["candidates"] = [plain(one) for one in results["params"]]
        found["scores"] = {name: [float(score) for score in results[name]] for name in scores}
    state = {name: held(value, name) for name in ("evals_result_", "_evals_result")}
    logs = _evaluation_logs(value, state)
    if logs:
        found["logs"] = logs
    return found


def _evaluation_logs(value: Any, state: dict[str, Any]) -> dict[str, list[float]]:
    """`{"validation_0.logloss": [...]}` of XGBoost, LightGBM and CatBoost."""
    root = root_of(type(value))
    if root not in {"xgboost", "lightgbm", "catboost"}:
        return {}
    return flat_logs(state.get("evals_result_") or state.get("_evals_result") or told(value, "evals_result_"))


def flat_logs(logs: Any) -> dict[str, list[float]]:
    """A booster's logs by the data's and the metric's name."""
    if not isinstance(logs, dict):
        return {}
    return {
        f"{data}.{metric}": [float(number) for number in values]
        for data, metrics in logs.items()
        for metric, values in metrics.items()
    }
