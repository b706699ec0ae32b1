"""Words that names are made of: what a person calls a score, a counter, a plot's step."""

from __future__ import annotations

import re
from typing import Final

from mlnb.capture.vocabulary import listed

_PARTS: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_]+")

METRIC_WORDS: Final = listed(
    "acc accuracy accuracies precision recall f1 fbeta auc auroc auprc roc ap map mse rmse mae mape smape rmsle msle "
    "medae r2 rsq rsquared loss losses err error errors cost costs score scores logloss ce bce nll perplexity ppl "
    "likelihood loglik llf aic bic hqic elbo kl iou dice jaccard kappa mcc silhouette inertia davies bouldin calinski ari nmi ami "
    "homogeneity completeness sensitivity specificity tpr fpr tnr fnr hits ndcg mrr bleu rouge meteor wer cer psnr ssim "
    "fid gini lift ks brier ece variance residual deviance chi2 pvalue corr pearson spearman reward return returns regret "
    "sse ssr rss mspe wape evaluation metric metrics performance entropy baseline distortion gain uplift skill dunn huber hinge "
    "balanced val validation cv oob"
)
# A name that has one of these is no metric, whatever else it says.
NOT_METRIC_WORDS: Final = listed(
    "n num count counts len length size shape idx index i j id step steps epoch epochs iteration iterations iter seed "
    "total time elapsed duration start end begin min max xmin xmax ymin ymax pred preds prediction predictions predicted "
    "label labels tp tn fp fn lr rate threshold thresh tol tolerance weight weights alpha beta gamma lambda fold batch "
    "row rows col cols columns name names model models clf price x y z xs ys grid fig ax axis axes color"
)
COUNTER_WORDS: Final = listed(
    "n num count counts len length size shape idx index id step steps epoch seed fold batch row rows tp tn fp fn"
)
LABEL_NOISE: Final = listed(
    "shape size length rows columns samples features epoch step iteration fold batch number count total time seconds sec "
    "elapsed minutes took duration seed version index id year month day missing nulls null"
)


def parts(name: str) -> list[str]:
    """The lower-case words in a name: `valAcc_2` is `val`, `acc`, `2`."""
    return [part.lower() for part in _PARTS.findall(name)]


def is_metric_name(name: str) -> bool:
    """Whether a person would give this name to a score."""
    found = parts(name)
    return any(
        part in METRIC_WORDS or part.rstrip("s") in METRIC_WORDS for part in found
    ) and not is_counter_name(name)


def is_counter_name(name: str) -> bool:
    """Whether a person would give this name to a count, a size or a position."""
    found = parts(name)
    return bool(found) and (found[0] in COUNTER_WORDS or found[-1] in COUNTER_WORDS)


def label_of(text: str) -> str:
    """A printed label without its punctuation: the words right before the number."""
    line = text.replace("\\t", " ").rsplit("\n", 1)[-1].strip()
    line = re.split(r"[|;,]", line)[-1] if re.search(r"[|;,]\s*\S", line) else line
    line = re.sub(r"[\s:=\-\u2013>(\[{*#]+$", "", line)
    line = re.sub(r"^[\s:=\-\u2013>(\[{*#.)%\]}]+", "", line)
    return line.strip()[-80:]
