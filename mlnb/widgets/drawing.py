"""Curves, sparklines and histograms as inline SVG, which needs no script and takes the page's text colour."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from mlnb.widgets import digits
from mlnb.widgets.markup import PALETTE, element, escape

WIDTH: Final = 320
HEIGHT: Final = 120
_LEFT, _RIGHT, _TOP, _BOTTOM = 46, 8, 8, 18
_TEXT: Final = 'font-size="10" fill="currentColor" fill-opacity=".65" font-family="sans-serif"'


@dataclass(frozen=True)
class Curve:
    """One line of a chart; its points with NaN or infinite values are left out."""

    label: str
    steps: Sequence[float]
    values: Sequence[float]
    color: int = 0

    @property
    def points(self) -> list[tuple[float, float]]:
        return [
            (step, value) for step, value in zip(self.steps, self.values, strict=True) if math.isfinite(value)
        ]


def chart(title: str, curves: Sequence[Curve], *, width: int = WIDTH, height: int = HEIGHT) -> str:
    """Curves over their steps; empty where there is nothing to draw."""
    drawn = [(curve, points) for curve in curves if (points := curve.points)]
    if not drawn:
        return ""
    xs = [x for _, points in drawn for x, _ in points]
    ys = [y for _, points in drawn for _, y in points]
    left, right = _range(xs)
    low, high = _range(ys)

    def place(x: float, y: float) -> str:
        across = _LEFT + (x - left) / (right - left) * (width - _LEFT - _RIGHT)
        down = _TOP + (high - y) / (high - low) * (height - _TOP - _BOTTOM)
        return f"{across:.1f},{down:.1f}"

    lines = "".join(
        f'<polyline fill="none" stroke="{PALETTE[curve.color % len(PALETTE)]}" stroke-width="1.75" '
        f'stroke-linejoin="round" points="{" ".join(place(x, y) for x, y in points)}"/>'
        if len(points) > 1
        else f'<circle r="2.5" fill="{PALETTE[curve.color % len(PALETTE)]}" '
        f'cx="{place(*points[0]).partition(",")[0]}" cy="{place(*points[0]).partition(",")[2]}"/>'
        for curve, points in drawn
    )
    picture = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'role="img" aria-label="{escape(title)}" style="max-width:100%;display:block">'
        f"{_grid(low, high, width, height)}{_steps(left, right, width, height)}{lines}</svg>"
    )
    last = digits.number(drawn[0][1][-1][1], 4) if len(curves) == 1 else digits.counted(len(drawn), "run")
    caption = element("figcaption", f"<b>{escape(title)}</b> <span style='opacity:.66'>{last}</span>")
    return element("figure", caption + picture, "margin:4px 0")


def sparkline(values: Sequence[float], *, width: int = 72, height: int = 16, color: int = 0) -> str:
    found = [value for value in values if math.isfinite(value)]
    if len(found) < 2:
        return ""
    low, high = _range(found)
    points = " ".join(
        f"{1 + at / (len(found) - 1) * (width - 2):.1f},{height - 1 - (value - low) / (high - low) * (height - 2):.1f}"
        for at, value in enumerate(found)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">'
        f'<polyline fill="none" stroke="{PALETTE[color]}" stroke-width="1.25" points="{points}"/></svg>'
    )


def histogram(counts: Sequence[int], *, width: int = 72, height: int = 16, color: int = 0) -> str:
    most = max(counts, default=0)
    if not most:
        return ""
    step = width / len(counts)
    bars = "".join(
        f'<rect x="{at * step:.1f}" y="{height * (1 - count / most):.1f}" width="{max(1.0, step - 1):.1f}" '
        f'height="{height * count / most:.1f}"/>'
        for at, count in enumerate(counts)
        if count
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        f'fill="{PALETTE[color]}" fill-opacity=".75">{bars}</svg>'
    )


def text_sparkline(values: Sequence[float], width: int = 16) -> str:
    """The same for a terminal."""
    found = [value for value in values if math.isfinite(value)]
    if len(found) < 2:
        return ""
    shown = [
        found[round(at * (len(found) - 1) / (min(width, len(found)) - 1))]
        for at in range(min(width, len(found)))
    ]
    low, high = _range(shown)
    return "".join("▁▂▃▄▅▆▇█"[round((value - low) / (high - low) * 7)] for value in shown)


def _range(values: Sequence[float]) -> tuple[float, float]:
    low, high = min(values), max(values)
    if low == high:
        room = abs(low) * 0.1 or 1.0
        return low - room, high + room
    return low, high


def _grid(low: float, high: float, width: int, height: int) -> str:
    found = []
    for value, text in zip(
        (high, (low + high) / 2, low), digits.together((high, (low + high) / 2, low)), strict=True
    ):
        down = _TOP + (high - value) / (high - low) * (height - _TOP - _BOTTOM)
        found.append(
            f'<line x1="{_LEFT}" x2="{width - _RIGHT}" y1="{down:.1f}" y2="{down:.1f}" stroke="currentColor" '
            f'stroke-opacity=".13"/><text x="{_LEFT - 5}" y="{down + 3:.1f}" text-anchor="end" {_TEXT}>{text}</text>'
        )
    return "".join(found)


def _steps(left: float, right: float, width: int, height: int) -> str:
    return (
        f'<text x="{_LEFT}" y="{height - 5}" {_TEXT}>{digits.number(round(left))}</text>'
        f'<text x="{width - _RIGHT}" y="{height - 5}" text-anchor="end" {_TEXT}>{digits.number(round(right))}</text>'
    )
