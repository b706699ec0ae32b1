"""Curves as matplotlib figures, in whatever style is set: colours, sizes and fonts are the user's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from mlnb.errors import UsageError

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

Curves = Mapping[str, Mapping[str, "pd.DataFrame"]]
"""Metric → label of the line → columns step and value."""


def plot(curves: Curves, *, ax: Axes | Sequence[Axes] | None = None, **style: Any) -> Axes | list[Axes]:
    """One axes for each metric, one line for each label; the axes (for one metric), or a list of them.

    Raises
    ------
    UsageError
        There is nothing to draw, or `ax` isn't one axes a metric.
    """
    if not curves:
        raise UsageError(
            "no metric has more than one point, so there is no curve", hint="plot(NAME) draws one point, too"
        )
    axes = _new_axes(len(curves)) if ax is None else _given(ax, len(curves))
    for place, (metric, lines) in zip(axes, curves.items(), strict=True):
        for label, points in lines.items():
            marker = {"marker": "o"} if len(points) == 1 else {}
            place.plot(points["step"], points["value"], **{"label": label, **marker, **style})
        place.set_xlabel("step")
        place.set_ylabel(metric)
        if len(lines) > 1:
            place.legend()
    return axes[0] if len(axes) == 1 else axes


def _new_axes(count: int) -> list[Axes]:
    from matplotlib import pyplot as plt

    columns = min(count, 2)
    rows = -(-count // columns)
    width, height = plt.rcParams["figure.figsize"]
    size = (width * columns * (1 if columns == 1 else 0.8), height * rows * (1 if columns == 1 else 0.8))
    figure, grid = plt.subplots(rows, columns, figsize=size, squeeze=False, layout="constrained")
    axes = [place for row in grid for place in row]
    for unused in axes[count:]:
        figure.delaxes(unused)
    return axes[:count]


def _given(ax: Axes | Sequence[Axes], count: int) -> list[Axes]:
    axes = list(ax.flat) if hasattr(ax, "flat") else list(ax) if isinstance(ax, Sequence) else [ax]
    if len(axes) != count:
        raise UsageError(f"{len(axes)} axes for {count} metrics", hint="one axes a metric, or no ax=")
    return axes
