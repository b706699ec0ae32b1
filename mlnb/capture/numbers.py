"""Numbers, whichever library made them; nothing is computed and no graph is kept alive."""

from __future__ import annotations

import sys
from typing import Any, Final

from mlnb.capture import kinds
from mlnb.capture.kinds import held, home_of, root_of

MAPPINGS: Final = kinds.MAPPINGS
_PLAIN: Final = frozenset({int, float})
LONGEST: Final = 100_000  # numbers in a sequence that is read


def number_of(value: Any) -> float | int | None:
    """A real number as Python's `int` or `float`; `None` for anything else, booleans included.

    A tensor on a device isn't read: that would make the device wait.
    """
    kind = type(value)
    if kind is float or kind is int:
        return value  # type: ignore[no-any-return]
    home = home_of(kind)
    if home == "builtins":
        return None
    numpy = sys.modules.get("numpy")
    if numpy is not None:
        if kind is numpy.ndarray:
            return value.item() if value.ndim == 0 and value.dtype.kind in "iuf" else None
        if home == "numpy" and issubclass(kind, (numpy.floating, numpy.integer)):
            return value.item()  # type: ignore[no-any-return]
    return _tensor(value, kind)


def _tensor(value: Any, kind: type) -> float | int | None:
    torch = sys.modules.get("torch")
    if torch is not None and kind in _tensors(torch):
        plain = value.dim() == 0 and not value.is_complex() and value.dtype != torch.bool
        return value.detach().item() if plain and value.device.type == "cpu" else None
    name = root_of(kind)
    if name in {"tensorflow", "jaxlib", "jax", "cupy"} and "Tracer" not in kind.__name__:
        if getattr(value, "shape", None) != () or name == "cupy":
            return None
        item = value.numpy().item() if hasattr(value, "numpy") else value.item()
        return item if isinstance(item, (int, float)) and not isinstance(item, bool) else None
    return None


def _tensors(torch: Any) -> tuple[type, ...]:
    return (
        getattr(torch, "Tensor", type(None)),
        getattr(getattr(torch, "nn", None), "Parameter", type(None)),
    )


def numbers_of(value: Any) -> list[float] | None:
    """A one-dimensional sequence of numbers as a list; `None` for anything else."""
    kind = type(value)
    if kind is list or kind is tuple:
        if not 0 < len(value) <= LONGEST or number_of(value[0]) is None:
            return None
        if set(map(type, value)) <= _PLAIN:
            return list(value)
        found = [number_of(item) for item in value]
        return None if any(item is None for item in found) else found  # type: ignore[return-value]
    numpy = sys.modules.get("numpy")
    if numpy is not None and kind is getattr(numpy, "ndarray", None):
        plain = value.ndim == 1 and 0 < len(value) <= LONGEST and value.dtype.kind in "iuf"
        return value.tolist() if plain else None
    pandas = sys.modules.get("pandas")
    if pandas is not None and kind is getattr(pandas, "Series", None):
        plain = 0 < len(value) <= LONGEST and getattr(value.dtype, "kind", "O") in "iuf"
        return value.tolist() if plain else None
    return None


def histories_of(value: Any) -> dict[str, list[float]] | None:
    """A Keras-style history: a dictionary, or an object that holds one as `history`, of lists of numbers."""
    inner = value if type(value) in MAPPINGS else held(value, "history")
    if type(inner) not in MAPPINGS or not 0 < len(inner) <= 100:
        return None
    found = {str(name): numbers_of(values) for name, values in inner.items() if type(name) is str}
    kept = {name: values for name, values in found.items() if values is not None}
    return kept if len(kept) == len(inner) else None
