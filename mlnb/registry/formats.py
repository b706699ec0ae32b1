"""Turning a model's bytes back into the estimator, format by format, and saying which can be trusted.

A skops file names the types that it is made of. Those that skops trusts by itself and those that `is_safe`
knows only hold data: rebuilding them runs no code that the file brings. Anything else is refused by name,
unless the caller lists it. A cloudpickle file is a program, so it is loaded for callers who say that they trust it and
for nobody else. Other formats can be added to `LOADERS`.
"""

from __future__ import annotations

import importlib
import io
import tempfile
import zipfile
from collections.abc import Callable, Collection, Sequence
from typing import Any, Final

from mlnb.errors import UnsafeModel, UsageError, nearest

Trusted = bool | Sequence[str]
Loader = Callable[[bytes, Trusted, str], Any]

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


def load(data: bytes, form: str, trusted: Trusted, reference: str) -> Any:
    """The estimator that was saved.

    Raises
    ------
    UnsafeModel
        Loading could run code, and the caller hasn't said that the file is trusted.
    UsageError
        No loader is known for the format.
    """
    loader = LOADERS.get(form)
    if loader is None:
        raise UsageError(
            f"{reference} was saved as {form!r}, which this version of mlnb can't load",
            hint=nearest(form, LOADERS),
        )
    return loader(data, trusted, reference)


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


def _load_skops(data: bytes, trusted: Trusted, reference: str) -> Any:
    import skops.io

    named = skops.io.get_untrusted_types(data=data)
    listed: Collection[str] = named if trusted is True else () if trusted is False else trusted
    refused = [name for name in named if not is_safe(name) and name not in listed]
    if refused:
        raise UnsafeModel(
            f"{reference} is made of types that aren't known to be safe: {', '.join(refused)}",
            hint=f"if you trust them: load_model({reference!r}, trusted={refused!r})",
            types=refused,
        )
    return skops.io.loads(data, trusted=named)


def _load_cloudpickle(data: bytes, trusted: Trusted, reference: str) -> Any:
    import cloudpickle

    if trusted is not True:
        raise UnsafeModel(
            f"{reference} is a pickle, and a pickle can run any code when it is loaded",
            hint=f"if you trust whoever made it: load_model({reference!r}, trusted=True)",
        )
    return cloudpickle.loads(data)


def _load_booster(data: bytes, _trusted: Trusted, reference: str) -> Any:
    """LightGBM's text or XGBoost's JSON: trees, and nothing that runs."""
    if data.startswith(b"{"):
        xgboost = _library("xgboost", reference)
        booster = xgboost.Booster()
        booster.load_model(bytearray(data))
        return booster
    return _library("lightgbm", reference).Booster(model_str=data.decode())


def _load_mlflow(data: bytes, trusted: Trusted, reference: str) -> Any:
    """A whole MLflow model, zipped: it is MLflow's business to load it."""
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


def _library(name: str, reference: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError:
        raise UsageError(
            f"{reference} needs {name}, which isn't installed", hint=f"pip install {name.partition('.')[0]}"
        ) from None


LOADERS: Final[dict[str, Loader]] = {
    "skops": _load_skops,
    "booster": _load_booster,
    "cloudpickle": _load_cloudpickle,
    "mlflow": _load_mlflow,
}
