"""Turning a model's bytes back into the estimator, format by format, and saying which can be trusted.

A skops file names the types that it is made of. Those that skops trusts by itself and those listed here
only hold data: rebuilding them runs no code that the file brings. Anything else is refused by name,
unless the caller lists it. A cloudpickle file is a program, so it is loaded for callers who say that they trust it and
for nobody else. Other formats can be added to `LOADERS`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any, Final

from mlnb.errors import UnsafeModel, UsageError, nearest

Trusted = bool | Sequence[str]
Loader = Callable[[bytes, Trusted, str], Any]

_SAFE: Final = frozenset(
    {
        "numpy.dtype",
        "numpy.mean",
        "scipy.interpolate._bsplines.BSpline",
        "scipy.sparse._csc.csc_matrix",
        "scipy.sparse._csr.csr_matrix",
        "sklearn.calibration._CalibratedClassifier",
        "sklearn.calibration._SigmoidCalibration",
        "sklearn.cluster._bisect_k_means._BisectingTree",
        "sklearn.cluster._kmeans._kmeans_single_lloyd",
        "sklearn.compose._column_transformer._RemainderColsList",
        "sklearn.ensemble._hist_gradient_boosting.binning._BinMapper",
        "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
        "sklearn.gaussian_process._gpc._BinaryGaussianProcessClassifierLaplace",
        "sklearn.metrics._scorer._PassthroughScorer",
        "sklearn.metrics._scorer._Scorer",
        "sklearn.multiclass._ConstantPredictor",
        "sklearn.neighbors._ball_tree.BallTree",
        "sklearn.neighbors._kd_tree.KDTree",
        "sklearn.neural_network._stochastic_optimizers.AdamOptimizer",
        "sklearn.neural_network._stochastic_optimizers.SGDOptimizer",
        "sklearn.tree._tree.Tree",
        "sklearn.utils._bunch.Bunch",
        "sklearn.utils._metadata_requests.MetadataRequest",
        "sklearn.utils._metadata_requests.MethodMetadataRequest",
    }
)
_SAFE_MODULES: Final = (
    "sklearn._loss.",
    "sklearn.feature_selection._univariate_selection.",
    "sklearn.gaussian_process.kernels.",
    "sklearn.metrics._dist_metrics.",
    "sklearn.model_selection._split.",
)


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
    """Whether a type in a skops file only holds data."""
    return type_name in _SAFE or type_name.startswith(_SAFE_MODULES)


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


LOADERS: Final[dict[str, Loader]] = {"skops": _load_skops, "cloudpickle": _load_cloudpickle}
