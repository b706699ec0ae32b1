"""Numbers, whichever library made them; nothing is computed and no graph is kept alive."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any, Final

LONGEST: Final = 1_000_000  # numbers in a sequence that is read


def number_of(value: Any) -> float | int | None:
    """A real number as Python's `int` or `float`; `None` for anything else, booleans included."""
    kind = type(value)
    if kind is float or kind is int:
        return value  # type: ignore[no-any-return]
    if kind is bool or value is None or isinstance(value, (str, bytes, list, tuple, dict, set)):
        return None
    numpy = sys.modules.get("numpy")
    if numpy is not None:
        if isinstance(value, (numpy.floating, numpy.integer)):
            return value.item()  # type: ignore[no-any-return]
        if isinstance(value, numpy.ndarray):
            return value.item() if value.ndim == 0 and value.dtype.kind in "iuf" else None
    return _tensor(value)


def _tensor(value: Any) -> float | int | None:
    torch = sys.modules.get("torch")
    if torch is not None and hasattr(torch, "Tensor") and isinstance(value, torch.Tensor):
        plain = value.dim() == 0 and not value.is_complex() and value.dtype != torch.bool
        return value.detach().item() if plain else None
    name = type(value).__module__.partition(".")[0]
    if (
        name in {"tensorflow", "jaxlib", "jax", "cupy"}
        and getattr(value, "shape", None) == ()
        and "Tracer" not in type(value).__name__
    ):
        item = value.numpy().item() if hasattr(value, "numpy") else value.item()
        return item if isinstance(item, (int, float)) and not isinstance(item, bool) else None
    return None


def numbers_of(value: Any) -> list[float] | None:
    """A one-dimensional sequence of numbers as a list; `None` for anything else."""
    if isinstance(value, (list, tuple)):
        if not 0 < len(value) <= LONGEST:
            return None
        found = [number_of(item) for item in value]
        return None if any(item is None for item in found) else found  # type: ignore[return-value]
    numpy = sys.modules.get("numpy")
    if numpy is not None and isinstance(value, numpy.ndarray):
        plain = value.ndim == 1 and 0 < len(value) <= LONGEST and value.dtype.kind in "iuf"
        return value.tolist() if plain else None
    pandas = sys.modules.get("pandas")
    if pandas is not None and hasattr(pandas, "Series") and isinstance(value, pandas.Series):
        plain = 0 < len(value) <= LONGEST and getattr(value.dtype, "kind", "O") in "iuf"
        return value.tolist() if plain else None
    return None


def histories_of(value: Any) -> dict[str, list[float]] | None:
    """A Keras-style history: a dictionary, or an object that has one as `history`, of lists of numbers."""
    inner = getattr(value, "history", None) if not isinstance(value, Mapping) else value
    if not isinstance(inner, Mapping) or not 0 < len(inner) <= 100:
        return None
    found = {str(name): numbers_of(values) for name, values in inner.items()}
    kept = {name: values for name, values in found.items() if values is not None}
    return kept if len(kept) == len(found) else None
