"""What well-known libraries' functions and classes are to an experiment: a metric, an estimator, a split, a setting.

By where a callable was defined and what it can do, not by long lists of names: a list here only says which
parts of a library are about neither settings nor scores.
"""

from __future__ import annotations

import functools
import inspect
from types import BuiltinFunctionType, FunctionType, MethodType
from typing import Any, Final, Literal

from mlnb.capture.kinds import dict_of, home_of, mro, root_of, word_of
from mlnb.capture.vocabulary import listed

Role = Literal["metric", "report", "estimator", "validation", "setting", "seed", "reader", "booster"]

# Libraries whose calls configure or judge a model.
ROOTS: Final = listed(
    "sklearn xgboost lightgbm catboost torch torchvision keras tf_keras tensorflow statsmodels imblearn prophet "
    "transformers optuna hyperopt skopt tensorflow_addons pytorch_lightning lightning fastai sktime pmdarima "
    "category_encoders hmmlearn umap hdbscan surprise gensim mlxtend ngboost pygam lifelines implicit timm peft"
)
# Parts of them that draw, load or inspect.
_NEITHER: Final = (
    "sklearn.inspection", "sklearn.utils", "sklearn.exceptions", "sklearn.metrics._plot", "sklearn.tree._export",
    "sklearn.datasets._base", "sklearn.datasets._openml", "sklearn.datasets._california", "sklearn.datasets._twenty",
    "sklearn.datasets._olivetti", "sklearn.datasets._covtype", "sklearn.datasets._kddcup", "sklearn.datasets._lfw",
    "sklearn.calibration.CalibrationDisplay", "sklearn.model_selection._plot", "sklearn.base", "torch.autograd", "torch.cuda",
    "torch.utils.tensorboard", "torch.hub", "xgboost.plotting", "lightgbm.plotting", "statsmodels.graphics",
    "keras.src.utils.model_visualization", "keras.src.datasets", "tensorflow.python.framework", "sklearn._config",
)  # fmt: skip
_METRIC_MODULES: Final = (
    "sklearn.metrics",
    "torchmetrics",
    "imblearn.metrics",
    "statsmodels.tools.eval_measures",
)
_NOT_SCORES: Final = listed(
    "confusion_matrix multilabel_confusion_matrix roc_curve precision_recall_curve det_curve make_scorer get_scorer "
    "get_scorer_names check_scoring pairwise_distances pairwise_kernels euclidean_distances cosine_similarity "
    "cosine_distances manhattan_distances haversine_distances pairwise_distances_argmin silhouette_samples "
    "pairwise_distances_argmin_min linear_kernel rbf_kernel polynomial_kernel nan_euclidean_distances "
    "pair_confusion_matrix contingency_matrix rand_distances distance_metrics kernel_metrics"
)
_REPORTS: Final = frozenset({"classification_report", "classification_report_imbalanced"})
_VALIDATION: Final = frozenset(
    {"cross_val_score", "cross_validate", "permutation_test_score", "learning_curve", "validation_curve"}
)
# What the parts of their result are, where it is a tuple of tables: one row for each setting, one column for each fold.
VALIDATION_PARTS: Final = {
    "learning_curve": ("", "train_scores", "test_scores"),
    "validation_curve": ("train_scores", "test_scores"),
}
SEEDS: Final = frozenset(
    {
        "seed",
        "manual_seed",
        "set_seed",
        "set_random_seed",
        "manual_seed_all",
        "seed_everything",
        "RandomState",
        "default_rng",
    }
)
READERS: Final = listed(
    "read_csv read_table read_excel read_parquet read_json read_feather read_pickle read_hdf read_orc read_stata read_sas "
    "read_fwf read_spss loadtxt genfromtxt load imread scan_csv scan_parquet read_ndjson fromfile open read_ipc"
)

# Statistical tests: what they return are a statistic and a p-value.
TESTS: Final = listed(
    "ttest_ind ttest_rel ttest_1samp mannwhitneyu chi2_contingency pearsonr spearmanr kendalltau ks_2samp kstest f_oneway "
    "wilcoxon shapiro kruskal levene bartlett fisher_exact normaltest friedmanchisquare binomtest proportions_ztest "
    "mean_squared_error mean_absolute_error rmse adfuller jarque_bera ranksums linregress"
)

# Methods that are watched whatever they are called on.
METHODS: Final = listed("fit fit_predict fit_transform fit_resample partial_fit score evaluate fit_generator")
# Methods of the notebook's own classes that are watched: what they are called with are settings.
OWN_METHODS: Final = listed(
    "train learn run optimize solve simulate train_model fit_model train_network gradient_descent"
)
# Methods that set a model up: what they are called with are settings, too.
SETUPS: Final = frozenset({"compile"})
# Methods that give a command line's options.
OPTIONS: Final = frozenset({"parse_args", "parse_known_args"})
# What fits a curve or looks for a minimum is set up, too.
OPTIMIZERS: Final = "scipy.optimize"
FITS: Final = frozenset(
    {"fit", "fit_predict", "fit_transform", "fit_resample", "partial_fit", "fit_generator"}
)


# What arguments of a fit or score are for, by the words of their names.
_JUDGED: Final = frozenset({"eval", "evals", "val", "valid", "validation", "test", "dev", "holdout"})
_BESIDE: Final = listed("weight weights group groups margin score baseline offset exposure freq")


def data_role(name: str | None, role: str) -> str:
    """Of data that is given as the argument `name` (None: by its place) of a call whose own data has that role: what is judged
    on is `test`, what stands beside the rows, as weights and groups do, is `input`."""
    words = set((name or "").lower().split("_"))
    if words & _BESIDE:
        return "input"
    return "test" if words & _JUDGED else role


def is_plain(target: Any) -> bool:
    """Whether a callable is a function or class, or an object of a known library's own kind: one that can be asked for its
    name without running anything of the user's."""
    kind = type(target)
    home = root_of(kind)
    return issubclass(kind, (*_FUNCTIONS, type)) or home in _HOMES or home.startswith("_cython")


_FUNCTIONS: Final = (FunctionType, BuiltinFunctionType, MethodType)
_HOMES: Final = ROOTS | {"numpy", "pandas", "scipy", "polars", "functools", "builtins"}


def role_of(target: Any) -> Role | None:
    """What a callable is to an experiment; `None` for anything that isn't known."""
    if not is_plain(target):
        return None
    is_class = issubclass(type(target), type)
    module = home_of(target) if is_class else getattr(target, "__module__", None) or ""
    name = word_of(target) if is_class else getattr(target, "__name__", "")
    if not isinstance(module, str) or not isinstance(name, str):
        return None
    root = module.partition(".")[0]
    if name in SEEDS:
        return None if root == "__main__" else "seed"
    if name in READERS and root in {
        "pandas",
        "numpy",
        "polars",
        "matplotlib",
        "pyarrow",
        "imageio",
        "cv2",
        "io",
        "_io",
        "skimage",
        "PIL",
    }:
        return "reader"
    if f"{module}.".startswith(tuple(f"{part}." for part in _METRIC_MODULES)):
        return _metric_role(module, name, target)
    if is_class and any("fit" in dict_of(base) for base in mro(target)):
        return "estimator"
    if name in TESTS and root in {"scipy", "statsmodels"}:
        return "metric"
    if module.startswith(OPTIMIZERS) or (
        name in {"shuffle", "resample"} and module.startswith("sklearn.utils")
    ):
        return "setting"
    if root not in ROOTS or f"{module}.{name}".startswith(_NEITHER):
        return None
    if name in _VALIDATION:
        return "validation"
    if root in {"xgboost", "lightgbm"} and name in {"train", "cv"}:
        return "booster"
    return _setting_role(root, name, target)


def _metric_role(module: str, name: str, target: Any) -> Role | None:
    if name in _REPORTS:
        return "report"
    if name in _NOT_SCORES or "._plot" in module or ".pairwise" in module or isinstance(target, type):
        return None
    return "metric"


def _setting_role(root: str, name: str, target: Any) -> Role | None:
    """In libraries of tensors, most functions compute; in the others, arguments are settings."""
    if isinstance(target, type):
        return (
            None
            if issubclass(target, BaseException) or (root in {"torch", "tensorflow"} and name in _TENSORS)
            else "setting"
        )
    if root in {"torch", "tensorflow", "keras", "torchvision"}:
        return "setting" if name in {"Input", "Dense"} else None
    if name.startswith(("fetch_", "load_", "plot_", "get_", "check_", "is_", "clone", "export_")):
        return None
    return "setting"


_TENSORS: Final = frozenset(
    {
        "Tensor",
        "Generator",
        "device",
        "dtype",
        "Size",
        "Variable",
        "Parameter",
        "TensorDataset",
        "no_grad",
        "Subset",
    }
)


def is_interesting(target: Any) -> bool:
    """Whether calls of it are watched."""
    return role_of(target) is not None


def bound(target: Any, positional: int) -> list[str]:
    """The names of a callable's first positional parameters, without `self`."""
    try:
        names = _positional(target)
    except (TypeError, ValueError):
        return []
    return list(names[:positional])


def places(method: Any) -> tuple[str, ...]:
    """The names of a method's positional parameters after `self`, read off its code: a signature takes a hundred times as long."""
    code = getattr(inspect.unwrap(method), "__code__", None) if callable(method) else None
    return () if code is None else code.co_varnames[1 : code.co_argcount]


@functools.lru_cache(maxsize=1000)
def _positional(target: Any) -> tuple[str, ...]:
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return tuple(p.name for p in inspect.signature(target).parameters.values() if p.kind in kinds)
