"""The formats that models are kept in: how each is written and, beside it, how it is read.

A format is a small object. `takes` says whether it is for a model, `dump` gives the file, `load` gives the model back. They are
tried in this order when a model is saved: skops holds scikit-learn models without running code when it loads; the frameworks'
own formats and safetensors hold theirs; cloudpickle holds anything, can run code when it loads, and is marked unsafe. What
can't be loaded isn't saved: an entry point of the group `mlnb.serialisers` that has no `load` is left out.

A skops file names the types that it is made of. Those that skops trusts by itself and those that `is_safe` knows only hold
data: rebuilding them runs no code that the file brings. Anything else is refused by name, unless the caller lists it. A
cloudpickle file is a program, so it is loaded for callers who say that they trust it and for nobody else.
"""

from __future__ import annotations

import functools
import importlib
import io
import sys
import tempfile
import zipfile
from collections.abc import Collection, Sequence
from importlib import metadata as packages
from pathlib import Path
from typing import Any, Final, Protocol

from mlnb.capture import estimators
from mlnb.capture.kinds import root_of
from mlnb.errors import UnsafeModel, UsageError, nearest

Trusted = bool | Sequence[str]


class Format(Protocol):
    """One way to keep a model. `dump` may raise anything: then the next way is tried. `load` is told what its caller trusts,
    and what to call the model in an error. `unsafe` says that loading can run code that the file brings."""

    name: str
    media_type: str
    unsafe: bool

    def takes(self, model: Any) -> bool: ...

    def dump(self, model: Any) -> bytes: ...

    def load(self, data: bytes, trusted: Trusted, reference: str) -> Any: ...


def known() -> list[Format]:
    """Every format, the safest first; those of entry points stand before cloudpickle."""
    return [*_OWN, *of_others(), Cloudpickle(), MLflow()]


def named(name: str) -> Format | None:
    """The format of that name."""
    return next((form for form in known() if form.name == name), None)


def load(data: bytes, form: str, trusted: Trusted, reference: str) -> Any:
    """The model that was saved.

    Raises
    ------
    UnsafeModel
        Loading could run code, and the caller hasn't said that the file is trusted.
    UsageError
        The format isn't known here, or its library isn't installed.
    """
    found = named(form)
    if found is None:
        raise UsageError(
            f"{reference} was saved as {form!r}, which this version of mlnb can't load",
            hint=nearest(form, [one.name for one in known()]),
        )
    return found.load(data, trusted, reference)


@functools.cache
def of_others() -> tuple[Format, ...]:
    """The formats of other packages."""
    found: list[Format] = []
    for point in packages.entry_points(group="mlnb.serialisers"):
        try:
            made = point.load()()
        except Exception:  # noqa: BLE001, S112 - somebody else's broken package is not ours to raise
            continue
        if callable(getattr(made, "load", None)):
            found.append(made)
    return tuple(found)


# ---- skops --------------------------------------------------------------------------------------

_HELD: Final = (
    "sklearn.", "numpy.", "scipy.", "builtins.", "lightgbm.", "xgboost.", "collections.OrderedDict"
)  # fmt: skip
_SAFE: Final = frozenset(
    {
        "collections.OrderedDict",
        "lightgbm.basic.Booster",
        "numpy.dtype",
        "numpy.mean",
        "scipy.interpolate._bsplines.BSpline",
        "scipy.sparse._csc.csc_matrix",
        "scipy.sparse._csr.csr_matrix",
        "sklearn.cluster._kmeans._kmeans_single_lloyd",
        "xgboost.core.Booster",
    }
)
_SAFE_CLASSES_OF: Final = ("sklearn.", "lightgbm.sklearn.", "xgboost.sklearn.")
_SAFE_FUNCTIONS_OF: Final = ("sklearn.feature_selection._univariate_selection.", "sklearn.metrics.")
_NEVER: Final = ("sklearn.externals.", "sklearn.utils._testing.", "sklearn.utils.estimator_checks.")


class Skops:
    """skops refuses to load types it doesn't know; a model that needs any is left to cloudpickle."""

    name, media_type, unsafe = "skops", "application/x-skops", False

    def takes(self, model: Any) -> bool:
        bases = {root_of(base) for base in type(model).__mro__}
        return "sklearn" in bases

    def dump(self, model: Any) -> bytes:
        import skops.io

        data: bytes = skops.io.dumps(model)
        untrusted = skops.io.get_untrusted_types(data=data)
        foreign = [name for name in untrusted if not name.startswith(_HELD)]
        if foreign:
            raise UsageError(f"needs types that skops doesn't know: {', '.join(foreign[:5])}")
        return data

    def load(self, data: bytes, trusted: Trusted, reference: str) -> Any:
        import skops.io

        there = skops.io.get_untrusted_types(data=data)
        listed: Collection[str] = there if trusted is True else () if trusted is False else trusted
        refused = [name for name in there if not is_safe(name) and name not in listed]
        if refused:
            raise UnsafeModel(
                f"{reference} is made of types that aren't known to be safe: {', '.join(refused)}",
                hint=f"if you trust them: load_model({reference!r}, trusted={refused!r})",
                types=refused,
            )
        return skops.io.loads(data, trusted=there)


def is_safe(type_name: str) -> bool:
    """Whether something that a skops file names only holds data.

    The classes of scikit-learn, LightGBM and XGBoost do, and so do the functions that scikit-learn scores with. Other functions don't: a model may call
    what its file names when it predicts. Nor do SciPy's distributions, which execute text when they are rebuilt.
    """
    if type_name in _SAFE or type_name.startswith(_SAFE_FUNCTIONS_OF):
        return True
    return (
        type_name.startswith(_SAFE_CLASSES_OF) and not type_name.startswith(_NEVER) and _is_class(type_name)
    )


def _is_class(type_name: str) -> bool:
    module, _, name = type_name.rpartition(".")
    try:
        return isinstance(getattr(importlib.import_module(module), name, None), type)
    except ImportError:
        return False


# ---- the frameworks' own ------------------------------------------------------------------------


class Safetensors:
    """A torch module's weights, if safetensors is installed. Its class stays in the user's code, so what comes back is the state
    dictionary: `net.load_state_dict(mlnb.load_model(...))`."""

    name, media_type, unsafe = "safetensors", "application/x-safetensors", False

    def takes(self, model: Any) -> bool:
        return estimators.is_torch(model)

    def dump(self, model: Any) -> bytes:
        from safetensors.torch import save

        return bytes(save({name: tensor.contiguous() for name, tensor in model.state_dict().items()}))

    def load(self, data: bytes, trusted: Trusted, reference: str) -> Any:
        _library("torch", reference)
        return _library("safetensors.torch", reference).load(data)


class Booster:
    """XGBoost's JSON and LightGBM's text: trees, and nothing that runs."""

    name, media_type, unsafe = "booster", "application/octet-stream", False

    def takes(self, model: Any) -> bool:
        return root_of(type(model)) in {"xgboost", "lightgbm"}

    def dump(self, model: Any) -> bytes:
        if root_of(type(model)) == "lightgbm":
            booster = getattr(model, "booster_", model)
            return str(booster.model_to_string()).encode()
        booster = model.get_booster() if hasattr(model, "get_booster") else model
        return bytes(booster.save_raw(raw_format="json"))

    def load(self, data: bytes, trusted: Trusted, reference: str) -> Any:
        if data.startswith(b"{"):
            booster = _library("xgboost", reference).Booster()
            booster.load_model(bytearray(data))
            return booster
        return _library("lightgbm", reference).Booster(model_str=data.decode())


class CatBoost:
    """Its own file doesn't say of which class the model was, but which loss it was trained for."""

    name, media_type, unsafe = "catboost", "application/octet-stream", False

    def takes(self, model: Any) -> bool:
        return root_of(type(model)) == "catboost"

    def dump(self, model: Any) -> bytes:
        with _a_file("model.cbm") as path:
            model.save_model(str(path))
            return path.read_bytes()

    def load(self, data: bytes, trusted: Trusted, reference: str) -> Any:
        catboost = _library("catboost", reference)
        plain = catboost.CatBoost()
        plain.load_model(blob=data)
        if len(plain.classes_):
            model = catboost.CatBoostClassifier()
        elif catboost.core.is_ranking_metric(plain.get_all_params()["loss_function"]):
            model = catboost.CatBoostRanker()
        else:
            model = catboost.CatBoostRegressor()
        return model.load_model(blob=data)


class Keras:
    name, media_type, unsafe = "keras", "application/x-keras", False

    def takes(self, model: Any) -> bool:
        return estimators.is_keras(model)

    def dump(self, model: Any) -> bytes:
        with _a_file("model.keras") as path:
            model.save(str(path))
            return path.read_bytes()

    def load(self, data: bytes, trusted: Trusted, reference: str) -> Any:
        """Keras itself refuses what could run code, such as a `Lambda` layer, unless it is told to trust it."""
        keras = _library("keras", reference)
        with _a_file("model.keras") as path:
            path.write_bytes(data)
            try:
                return keras.models.load_model(str(path), safe_mode=trusted is not True)
            except ValueError as error:
                if "safe_mode" not in str(error) and "unsafe" not in str(error):
                    raise
                raise UnsafeModel(
                    f"{reference} has layers that can run code when they are loaded",
                    hint=f"if you trust whoever made it: load_model({reference!r}, trusted=True)",
                ) from error


# ---- anything -----------------------------------------------------------------------------------


class Cloudpickle:
    name, media_type, unsafe = "cloudpickle", "application/x-python-pickle", True

    def takes(self, model: Any) -> bool:
        return True

    def dump(self, model: Any) -> bytes:
        import cloudpickle

        return bytes(cloudpickle.dumps(model))

    def load(self, data: bytes, trusted: Trusted, reference: str) -> Any:
        import cloudpickle

        if trusted is not True:
            raise UnsafeModel(
                f"{reference} is a pickle, and a pickle can run any code when it is loaded",
                hint=f"if you trust whoever made it: load_model({reference!r}, trusted=True)",
            )
        return cloudpickle.loads(data)


class MLflow:
    """A whole MLflow model, zipped, of a run that was imported: it is MLflow's business to load it."""

    name, media_type, unsafe = "mlflow", "application/zip", True

    def takes(self, model: Any) -> bool:
        return False

    def dump(self, model: Any) -> bytes:
        raise UsageError("a model is exported to MLflow, not kept so", hint="mlnb model export")

    def load(self, data: bytes, trusted: Trusted, reference: str) -> Any:
        if trusted is not True:
            raise UnsafeModel(
                f"{reference} is an MLflow model, and MLflow may run code that comes with it",
                hint=f"if you trust whoever made it: load_model({reference!r}, trusted=True)",
            )
        mlflow = _library("mlflow.pyfunc", reference)
        with tempfile.TemporaryDirectory(prefix="mlnb-") as folder:
            with zipfile.ZipFile(io.BytesIO(data)) as file:
                file.extractall(folder)
            return mlflow.load_model(folder)


class _a_file:  # noqa: N801 - reads as what it gives
    """For libraries that only know files: a path in a folder that is gone afterwards."""

    def __init__(self, name: str) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="mlnb-")
        self._name = name

    def __enter__(self) -> Path:
        return Path(self._folder.name, self._name)

    def __exit__(self, *_: object) -> None:
        self._folder.cleanup()


def _library(name: str, reference: str) -> Any:
    if name in sys.modules:
        return sys.modules[name]
    try:
        return importlib.import_module(name)
    except ImportError:
        raise UsageError(
            f"{reference} needs {name}, which isn't installed", hint=f"pip install {name.partition('.')[0]}"
        ) from None


_OWN: Final[tuple[Format, ...]] = (Skops(), Safetensors(), Booster(), CatBoost(), Keras())
