"""`mlnb.predict`: a registered model's answer to new data, after the data was held against its signature."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Any, Final

from mlnb.capture.formats import Trusted
from mlnb.errors import UsageError
from mlnb.registry import signature
from mlnb.registry.loading import Located, locate, rebuild
from mlnb.store import Store
from mlnb.tracking import current_store
from mlnb.tracking.records import Place

_KEPT: Final = 4
_loaded: OrderedDict[str, tuple[object, Any]] = OrderedDict()
"""Models by the hash of their file, with what that file looked like when it was checked and read."""
_lock = threading.Lock()


def predict(ref: str, data: Any, *, trusted: Trusted = False, store: Place = None) -> Any:
    """What the model behind `churn@champion`, `churn/3` or a run says of `data`, shape (rows,) or as it answers.

    `data` is a table or an array of shape (rows, columns). Named columns may stand in any order.

    Raises
    ------
    UsageError
        Columns are missing, too many or of another kind than the model was fitted on; each is named.
    UnsafeModel, Corrupt, NotFound
        As `load_model` does.
    """
    home = current_store(store)
    found = locate(home, ref)
    fitting = fit(ref, found, data)
    return _model(home, found, trusted).predict(fitting)


def fit(reference: str, found: Located, data: Any) -> Any:
    """The data with its columns in the model's order.

    Raises
    ------
    UsageError
        It doesn't fit the model's signature.
    """
    inputs = signature.inputs_of(found.metadata.get("signature") or {})
    if not inputs:
        return data
    names = _names(data)
    if names is None or signature.is_positional(inputs):
        _check_width(reference, data, len(inputs))
        return data
    wrong = signature.misfit(inputs, _columns(data, names))
    if wrong:
        raise signature.refuse(reference, wrong)
    return data if names == list(inputs) else _ordered(data, list(inputs))


def _names(data: Any) -> list[str] | None:
    columns = getattr(data, "column_names", None)  # an Arrow table's `columns` are its data
    if columns is None:
        columns = getattr(data, "columns", None)
    return None if columns is None else [str(name) for name in columns]


def _columns(data: Any, names: list[str]) -> dict[str, str]:
    from mlnb.capture.columns import columns_of

    kinds = {column.name: column.type for column in columns_of(data).columns}
    return {name: kinds.get(name, "unknown") for name in names}


def _ordered(data: Any, names: list[str]) -> Any:
    return data.select(names) if hasattr(data, "select") else data[names]


def _check_width(reference: str, data: Any, wanted: int) -> None:
    shape = getattr(data, "shape", None)
    if shape is None or len(shape) != 2:
        return
    if shape[1] != wanted:
        raise UsageError(
            f"the data doesn't fit {reference}: it has {shape[1]} columns, and the model takes {wanted}",
            columns=shape[1],
            wanted=wanted,
        )


def _model(store: Store, found: Located, trusted: Trusted) -> Any:
    stamp = store.objects.stamp(
        found.sha256
    )  # before it is read: what is written meanwhile shows the next time
    with _lock:
        kept = _loaded.get(found.sha256)
    if kept is not None and kept[0] == stamp:
        return kept[1]
    model = rebuild(store, found, trusted)
    with _lock:
        _loaded[found.sha256] = (stamp, model)
        while len(_loaded) > _KEPT:
            _loaded.popitem(last=False)
    return model
