"""What goes into a model and what comes out: column names and types, and the shape of one row."""

from __future__ import annotations

from typing import Any, Final

from mlnb.capture.kinds import told

COLUMNS: Final = 1_000


def describe(est: Any, input_example: Any = None) -> dict[str, Any]:
    """`{"inputs": [{"name", "type"}], "outputs": {"type", "classes"?}}`; the example may be given by its fingerprint.

    An empty dictionary where nothing is known.
    """
    found: dict[str, Any] = {}
    inputs = _inputs(est, input_example)
    if inputs:
        found["inputs"] = inputs
    outputs = _outputs(est)
    if outputs:
        found["outputs"] = outputs
    return found


def _inputs(est: Any, example: Any) -> list[dict[str, str]]:
    if example is not None:
        from mlnb.capture.columns import columns_of
        from mlnb.capture.fingerprints import Fingerprint

        table = example if isinstance(example, Fingerprint) else columns_of(example)
        shown = [column for column in table.columns if not column.name.startswith("index")]
        return [{"name": column.name, "type": column.type} for column in shown[:COLUMNS]]
    names = told(est, "feature_names_in_")
    if names is not None:
        return [{"name": str(name), "type": "unknown"} for name in list(names)[:COLUMNS]]
    count = told(est, "n_features_in_")
    if isinstance(count, int):
        return [{"name": str(number), "type": "unknown"} for number in range(min(count, COLUMNS))]
    return []


def _outputs(est: Any) -> dict[str, Any]:
    classes = told(est, "classes_")
    if classes is not None:
        listed = classes.tolist() if hasattr(classes, "tolist") else list(classes)
        return {"type": "class", "classes": [str(name) for name in listed[:100]]}
    if told(est, "_estimator_type") == "regressor" or told(est, "coef_") is not None:
        return {"type": "number"}
    return {}
