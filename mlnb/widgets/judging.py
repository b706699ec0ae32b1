"""Whether more of a metric is better, as its name says; the panel judges by the same words (`metrics.ts`)."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Final, Literal

Judgement = Literal["better", "worse", "same", "unknown"]

_LOWER: Final = frozenset(
    "loss error err mse rmse mae mape msle rmsle logloss nll deviance perplexity ppl distance wer cer brier time "
    "seconds latency duration regret cost penalty inertia crossentropy entropy losses errors costs penalties".split()
)
_HIGHER: Final = frozenset(
    "accuracy acc auc f1 f2 fbeta precision recall score r2 ap map ndcg mrr bleu rouge iou dice kappa mcc sensitivity "
    "specificity silhouette reward likelihood gain lift hit accuracies scores rewards".split()
)


_KNOWN: Final[tuple[tuple[str, int], ...]] = (
    (r"\bdavies bouldin\b", -1),
    (r"\bd2\b", 1),
    (r"\bexplained variance\b", 1),
    (r"\bcalinski harabasz\b", 1),
    (r"\bfowlkes mallows\b", 1),
    (r"\b(adjusted |normalized )?mutual info\b", 1),
    (r"\b(adjusted )?rand (score|index)\b", 1),
    (r"\bv measure\b", 1),
    (r"\b(homogeneity|completeness)\b", 1),
    (r"\bjaccard\b", 1),
    (r"\bmatthews\b", 1),
    (r"\bdcg\b", 1),
    (r"\bbrier skill\b", 1),
    (r"\bfalse (positive|negative) rate\b|\b(fpr|fnr)\b", -1),
    (r"\btrue (positive|negative) rate\b|\b(tpr|tnr)\b", 1),
)
"""Functions whose words say another thing than they mean, or nothing."""


def direction(name: str) -> int:
    """1: higher is better; -1: lower is; 0: the name doesn't say. Known functions first, then the name's words."""
    words = [
        word for word in re.split(r"[^a-z0-9]+", re.sub(r"([a-z])([A-Z])", r"\1 \2", name).lower()) if word
    ]
    if words[:1] in (["neg"], ["negative"]):
        return 1
    said = " ".join(words)
    known = next((sign for pattern, sign in _KNOWN if re.search(pattern, said)), None)
    if known is not None:
        return known
    if _LOWER.intersection(words):
        return -1
    return 1 if _HIGHER.intersection(words) else 0


def judge(name: str, value: float, before: float) -> Judgement:
    """What a change of this metric means."""
    if value == before or (math.isnan(value) and math.isnan(before)):
        return "same"
    sign = (value - before) * direction(name)
    if math.isnan(sign) or sign == 0:
        return "unknown"
    return "better" if sign > 0 else "worse"


def best(name: str, values: Sequence[float | None]) -> int | None:
    """The place of the best; None where the name doesn't say what is, or all are alike."""
    sign = direction(name)
    there = [
        (sign * value, -at) for at, value in enumerate(values) if value is not None and not math.isnan(value)
    ]
    if sign == 0 or len({value for value, _ in there}) < 2:
        return None
    return -max(there)[1]
