"""Numbers, times and sizes as a person reads them: as many digits as tell different ones apart, and no more."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final

MINUS: Final = "−"
LEAST: Final = 3
MOST: Final = 17


def number(value: float, digits: int = LEAST) -> str:
    """One number to so many significant digits; whole numbers in full."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "∞" if value > 0 else f"{MINUS}∞"
    size, sign = abs(value), MINUS if value < 0 else ""
    if size == int(size) and size < 1e15:
        return f"{sign}{int(size):,}"
    if size >= 1e7 or size < 1e-4:
        mantissa, _, exponent = f"{size:.{digits - 1}e}".partition("e")
        return f"{sign}{mantissa}e{str(int(exponent)).replace('-', MINUS)}"
    whole = math.floor(math.log10(size))
    decimals = max(0, digits - 1 - whole)
    return f"{sign}{size:,.{decimals}f}"


def together(values: Sequence[float | None]) -> list[str]:
    """Numbers that stand together, so that different ones look different and decimals line up; `–` where there is none."""
    there = [value for value in values if value is not None]
    distinct = len({"NaN" if math.isnan(value) else value for value in there})
    digits = LEAST
    while digits < MOST and len({number(value, digits) for value in there}) < distinct:
        digits += 1
    texts = ["–" if value is None else number(value, digits) for value in values]
    decimals = max((len(text.partition(".")[2]) for text in texts), default=0)
    if decimals == 0 or any("e" in text for text in texts):
        return texts
    return [
        text if value is None or not math.isfinite(value) else _padded(text, decimals)
        for text, value in zip(texts, values, strict=True)
    ]


def change(value: float, before: float) -> str:
    """A difference with its sign, short."""
    if value == before:
        return "±0"
    difference = value - before
    if not math.isfinite(difference):
        return ""
    text = number(float(f"{difference:.2g}"), 2)
    text = text.rstrip("0").rstrip(".") if "." in text and "e" not in text else text
    return text if difference < 0 else f"+{text}"


def scalar(value: Any) -> str:
    """A parameter's value, or whatever else stands in a table."""
    if value is None:
        return "–"
    if isinstance(value, float) and math.isfinite(value):
        digits = len(repr(abs(value)).partition("e")[0].replace(".", "").lstrip("0"))
        return number(value, max(1, min(MOST, digits)))
    if isinstance(value, int) and not isinstance(value, bool):
        return number(value)
    return str(value)


def duration(seconds: float | None) -> str:
    if seconds is None:
        return ""
    if seconds < 0.9995:
        return f"{max(1, round(seconds * 1000))} ms"
    if seconds < 59.95:
        return f"{seconds:.1f} s" if seconds < 9.95 else f"{seconds:.0f} s"
    whole = round(seconds)
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def size(count: int | None) -> str:
    """Bytes."""
    if count is None:
        return ""
    amount, units = float(count), iter(("B", "kB", "MB", "GB", "TB"))
    unit = next(units)
    while amount >= 999.5 and unit != "TB":
        amount, unit = amount / 1000, next(units)
    return f"{amount:.0f} {unit}" if unit == "B" or amount >= 99.95 else f"{amount:.1f} {unit}"


def counted(count: int, one: str, several: str | None = None) -> str:
    """`1 run`, `2 runs`."""
    return f"{count:,} {one if count == 1 else several or one + 's'}"


def plain(value: float | None) -> float | str | None:
    """A number as JSON takes it: NaN and infinities as words."""
    if value is None or math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def _padded(text: str, decimals: int) -> str:
    whole, _, fraction = text.partition(".")
    return f"{whole}.{fraction:0<{decimals}}"
