"""Words that names are made of: what a person calls a score, a counter, a plot's step."""

from __future__ import annotations

import functools
import re
from itertools import pairwise
from typing import Final

from mlnb.capture.vocabulary import listed

_PARTS: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_]+")
_DATE: Final = re.compile(r"\s*\d{4}[-/.]\d{1,2}([-/.]\d{1,2})?(?!\d)")

METRIC_WORDS: Final = listed(
    "acc accs accuracy accuracies prec precs precision precisions rec recs recall recalls f1 f1s fbeta fscore auc aucs auroc auprc roc map mse "
    "mses rmse rmses mae maes mape smape mase rmsse rmsle msle medae r2 rsq rsquared loss losses err errs error errors cost costs "
    "score scores logloss ce bce nll perplexity ppl likelihood loglik llf aic bic hqic elbo kl iou dice jaccard kappa mcc "
    "silhouette sil inertia inertias wcss distortion distortions davies bouldin calinski ari nmi ami homogeneity "
    "completeness vmeasure sensitivity specificity tpr fpr tnr fnr ndcg mrr bleu rouge meteor wer cer psnr ssim fid gini "
    "lift ks brier ece variance residual deviance chi2 pvalue pval corr correlation pearson spearman reward rewards "
    "regret sse ssr rss mspe wape entropy gain uplift sharpe sortino drawdown wasserstein mmd jsd conversion ctr huber hinge oob gap evs explained significance statistic tstat "
    "zscore fvalue tvalue pvalues fitness objective energy divergence misclassification hit hits miss drift impurity obj crossentropy"
)
# Two words that together name a score.
_PAIRS: Final = frozenset(
    {("p", "value"), ("p", "val"), ("r", "2"), ("r", "squared"), ("f", "1"), ("f", "score"), ("t", "stat"), ("f", "stat"),
     ("z", "score"), ("log", "likelihood"), ("hit", "rate"), ("win", "rate"), ("error", "rate"), ("err", "rate"), ("t", "statistic"),
     ("success", "rate"), ("detection", "rate"), ("positive", "rate"), ("negative", "rate"), ("adj", "r"), ("chi", "2"), ("chi", "sq"), ("chi", "squared"), ("ss", "res"), ("sum", "squares"),
     ("j", "history"), ("cost", "history"), ("loss", "history"), ("cross", "val"), ("cv", "mean"), ("cv", "results"),
     ("test", "mean"), ("train", "mean"), ("mean", "cv"), ("f", "measure"), ("p", "perm"), ("t", "val"), ("t", "value"), ("r", "value"),
     ("average", "precision"), ("mean", "return"), ("average", "return"), ("avg", "return"), ("total", "return"), ("cohen", "d"), ("effect", "size"), ("mean", "reward"), ("training", "set"), ("test", "set")}
)  # fmt: skip
_INDICES: Final = listed("davies bouldin calinski harabasz rand dunn jaccard")
# What a name that ends with one of these means is no score, whatever stands before.
_NOT_LAST: Final = listed(
    "pred preds prediction predictions predicted forecast label labels fn func function fun criterion df frame table model "
    "models clf estimator estimators name names threshold thresholds thresh weight weights tol tolerance fold folds index "
    "idx matrix cm report dict dictionary list plot fig figure ax axis color colors step steps epoch epochs iter iters "
    "count counts n num rows cols columns size shape time times path file layer layers key keys range min max grid param params "
    "parameter parameters std factor coef coefs coefficients curve curves proba probs array vector type metric metrics log dist"
)
_NOT_ANYWHERE: Final = listed(
    "pred preds predict predicted prediction predictions forecast lr rate eta learning"
)
# A list of these is there to be shown: the names on a plot.
_SHOWN_LISTS: Final = listed("names labels titles colors colours markers styles ticks legends legend")
_PREDICTS: Final = listed("predict proba forecast")
COUNTERS: Final = listed(
    "n num count counts len length size shape idx index id step steps epoch seed fold batch row rows tp tn fp fn dof ddof"
)
_COUNTED: Final = listed(
    "shape size length rows columns samples features epoch epochs step iteration fold batch number count time seconds sec "
    "secs elapsed minutes took duration seed version index id threshold threshold best_k"
)
_CRITERIA: Final = listed("gain gini entropy impurity")
LABEL_NOISE: Final = listed(
    "shape size length rows columns samples features epoch epochs step iteration fold batch number count total time seconds "
    "sec secs elapsed minutes took duration seed version index id year month day missing nulls null predict predicted "
    "prediction predictions predicts price forecast intercept coefficient coefficients slope weight weights bias theta date "
    "memory max min maximum minimum average mean median std variable value instances threshold row column unique"
)


_remembered = functools.lru_cache(maxsize=4096)  # a loop asks the same of the same words in each turn


def parts(name: str) -> list[str]:
    """The lower-case words in a name: `valAcc_2` is `val`, `acc`, `2`; `R^2` and `R²` are `r`, `2`."""
    return [part.lower() for part in _PARTS.findall(name.replace("²", "2"))]


@_remembered
def is_metric_name(name: str) -> bool:
    """Whether a person would give this name to a score."""
    found = parts(name)
    if _is_index(found):
        return True
    if not found or found[-1] in _NOT_LAST or is_counter_name(name):
        return False
    glued = "".join(found)
    if glued in METRIC_WORDS or any(pair in _PAIRS for pair in pairwise(found)):
        return True
    return any(part in METRIC_WORDS for part in found) and not _NOT_ANYWHERE.intersection(found)


@_remembered
def is_history_name(name: str) -> bool:
    """Whether a list of this name holds a curve."""
    found = parts(name)
    if is_metric_name(name) or (found and is_metric_name(found[0])):
        return True
    return bool({"history", "hist", "curve"}.intersection(found))


@_remembered
def says_metric(label: str) -> bool:
    """Whether the words before a printed number say that it is a score."""
    found = parts(label)
    if any(pair in _PAIRS for pair in pairwise(found)):
        return True
    if _NOT_ANYWHERE.intersection(found) and "error" not in found:
        return False
    return any(part in METRIC_WORDS for part in found)


@_remembered
def is_noise(label: str) -> bool:
    """Whether the words say that it is something else."""
    return bool(LABEL_NOISE.intersection(parts(label))) and not says_metric(label)


@_remembered
def is_count(label: str) -> bool:
    """Whether the words say that it is a size, a place or a time."""
    return bool(_COUNTED.intersection(parts(label))) and not says_metric(label)


@_remembered
def is_counter_name(name: str) -> bool:
    """Whether a person would give this name to a count, a size or a position."""
    found = parts(name)
    return bool(found) and (found[0] in COUNTERS or found[-1] in COUNTERS) and not _is_index(found)


def _is_index(found: list[str]) -> bool:
    """Whether it names a score that people call an index: `Davies-Bouldin Index`."""
    return found[-1:] == ["index"] and bool(_INDICES.intersection(found))


@_remembered
def is_criterion_name(name: str) -> bool:
    """Whether a person would give this name to what a tree splits by: `parent_entropy`, `info_gain`, not `cross_entropy`."""
    found = parts(name)
    return bool(_CRITERIA.intersection(found)) and "cross" not in found


def is_caption_name(name: str) -> bool:
    """Whether a text of this name is there to be shown."""
    return parts(name)[-1:] in (["name"], ["title"], ["label"], ["caption"], ["msg"], ["message"])


def is_interval_name(name: str) -> bool:
    """Whether a person would give this name to how often something is done."""
    return bool({"every", "interval", "freq", "frequency"}.intersection(parts(name)))


def is_size_name(name: str) -> bool:
    """Whether a person would give this name to a count, a size, a position or a time."""
    return is_counter_name(name) or is_count(name)


def is_display_name(name: str) -> bool:
    """Whether a switch is about what is shown, not about what is computed."""
    return bool(
        {"debug", "verbose", "plot", "show", "save", "print", "display", "log"}.intersection(parts(name))
    )


def is_metric_function(name: str) -> bool:
    """Whether a person would give this name to a function that computes a score: not so `series.map`, `log.error`."""
    return name not in {"map", "error", "min", "max"} and is_metric_name(name)


def is_grid_step(name: str) -> bool:
    """Whether a person would give this name to the step of a plot's grid."""
    return name == "h" or parts(name)[-1:] == ["step"]


def is_predicted_name(name: str) -> bool:
    """Whether a person would give this name to a prediction: `yhat`, `y_pred`."""
    found = parts(name)
    return bool({"yhat", "hat", "pred", "preds", "prediction", "forecast", "predicted"}.intersection(found))


def is_columns_name(name: str) -> bool:
    """Whether a person would give this name to a list of a table's columns."""
    return parts(name)[-1:] in [
        [word] for word in ("cols", "columns", "features", "feats", "vars", "variables")
    ]


def is_date(text: str) -> bool:
    """Whether a text is a day or a month: `2019-03-01`."""
    return _DATE.match(text) is not None


def is_shown_list(name: str) -> bool:
    """Whether a list of texts is there to be shown."""
    found = parts(name)
    return bool(found) and found[-1] in _SHOWN_LISTS


def says_deviation(label: str) -> bool:
    """Whether a printed number is the spread of the one before it: `0.91 +/- 0.02`."""
    return label.rstrip(" (").endswith(("+/-", "+-", "±"))


@_remembered
def is_prediction_name(name: str) -> bool:
    """Whether a function of this name predicts."""
    return bool(_PREDICTS.intersection(parts(name)))


@_remembered
def label_of(text: str) -> str:
    """A printed label without its punctuation: the words right before the number."""
    line = text.replace("\\t", " ").replace("\t", " ").strip(" ")
    line = line.rstrip("\n").rsplit("\n", 1)[-1].strip()
    line = re.sub(r"[\s:=\-\u2013>(\[{*#~|,;]+$", "", line)
    line = re.split(r"[|;,](?=\s)", line)[-1]
    line = re.sub(r"^[\s:=\-\u2013>(\[{*#.)%\]}/+]+", "", line)
    return line.strip()[-80:] if re.search(r"[^\W\d_]", line) else ""
