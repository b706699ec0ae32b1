"""Samples of a grid that has ranges: each sample is a point of the unit cube, bent by the axes.

A range bends its coordinate through its distribution's quantile function (scipy's); a list takes the
value at that place. So the points may be random or a Sobol sequence, which fills the space more evenly.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from mlnb.errors import ParameterError, UsageError, nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mlnb.execution.values import Axis, Range

SAMPLERS = ("random", "sobol")
_OURS = ("uniform", "loguniform", "randint", "normal")


def sample(
    grid: Sequence[Axis], count: int, *, sampler: str = "random", seed: int | None = None
) -> list[dict[str, Any]]:
    """`count` points of the grid.

    Raises
    ------
    ParameterError
        A distribution that scipy doesn't have, or numbers that it doesn't take.
    UsageError
        A sampler that isn't one of `SAMPLERS`.
    """
    bends = [(axis.name, _bend(axis)) for axis in grid]
    rows = _unit_cube(len(grid), count, sampler, seed)
    return [{name: bend(place) for (name, bend), place in zip(bends, row, strict=True)} for row in rows]


def _unit_cube(dimensions: int, count: int, sampler: str, seed: int | None) -> list[list[float]]:
    import numpy as np

    if sampler == "random":
        drawn: list[list[float]] = np.random.default_rng(seed).random((count, dimensions)).tolist()
        return drawn
    if sampler == "sobol":
        import warnings

        from scipy.stats import qmc

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it wants a power of two; any number is spread well enough
            points: list[list[float]] = qmc.Sobol(dimensions, seed=seed).random(count).tolist()
        return points
    raise UsageError(f"no sampler {sampler!r}", hint=nearest(sampler, SAMPLERS))


def _bend(axis: Axis) -> Callable[[float], Any]:
    if axis.range is None:
        values = axis.values
        return lambda place: values[min(int(place * len(values)), len(values) - 1)]
    frozen = _distribution(axis.name, axis.range)
    whole = hasattr(frozen.dist, "pmf")

    def quantile(place: float) -> Any:
        value = float(frozen.ppf(place))
        return round(value) if whole else float(f"{value:.6g}")

    return quantile


def _distribution(name: str, drawn: Range) -> Any:
    import scipy.stats

    makers: dict[str, Callable[..., Any]] = {
        "uniform": lambda low, high: scipy.stats.uniform(low, high - low),
        "loguniform": scipy.stats.loguniform,
        "randint": lambda low, high: scipy.stats.randint(int(low), int(high)),
        "normal": scipy.stats.norm,
    }
    maker = makers.get(drawn.distribution) or getattr(scipy.stats, drawn.distribution, None)
    if maker is None or not callable(maker):
        raise ParameterError(
            f"{name}: no distribution {drawn.distribution!r}",
            hint=f"{nearest(drawn.distribution, _OURS)} or any of scipy.stats",
        )
    try:
        frozen = maker(*drawn.arguments)
        median = float(frozen.ppf(0.5))
    except (TypeError, ValueError, AttributeError):
        median = float("nan")
    if math.isnan(median):
        raise ParameterError(
            f"{name}: {drawn.distribution} doesn't take {', '.join(f'{n:g}' for n in drawn.arguments)}",
            hint=f"{name}=loguniform(0.0001, 0.1)",
        )
    return frozen
