"""HTML that reads well where there is no style sheet and no script: GitHub, nbconvert, VS Code, e-mail.

Colours are either inherited (light and dark alike) or mid-tones that can be read on both. Where even `style` is
taken away, what is left is a plain table with a heading.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from typing import Final

PALETTE: Final = (
    "#2f8fd0", "#e0712a", "#17a27b", "#c973a5", "#d1971c", "#4fb0dd", "#b04a78", "#8f8f34", "#7a6ee0", "#a8714f",
)  # fmt: skip
"""A colour for each run, told apart with any common colour-blindness, on light and on dark."""

GOOD: Final = "#2e9e64"
BAD: Final = "#d0563f"
LINE: Final = "rgba(128,128,128,.28)"
FAINT: Final = "opacity:.66"
TINT: Final = "rgba(128,128,128,.10)"
NUMBER: Final = "text-align:right;font-variant-numeric:tabular-nums"
_FRAME: Final = "font-size:13px;line-height:1.5;max-width:100%;overflow-x:auto;margin:2px 0"
_CELL: Final = "padding:2px 12px 2px 0;vertical-align:top;border:0;background:none;white-space:nowrap"
_DOTS: Final = {
    "finished": ("●", GOOD),
    "running": ("◐", "#2f8fd0"),
    "failed": ("✕", BAD),
    "killed": ("○", "#d1971c"),
}


def escape(text: object) -> str:
    return html.escape(str(text))


def element(tag: str, inner: str, style: str = "", **attributes: str) -> str:
    """One element; `inner` is HTML already."""
    written = "".join(f' {name}="{html.escape(value)}"' for name, value in attributes.items() if value)
    styled = f' style="{style}"' if style else ""
    return f"<{tag}{styled}{written}>{inner}</{tag}>"


def frame(*parts: str) -> str:
    """The whole of a display."""
    return element("div", "".join(parts), _FRAME)


def faint(text: object) -> str:
    return element("span", escape(text), FAINT)


def dot(status: str) -> str:
    """Shape and colour both say how a run ended."""
    mark, color = _DOTS.get(status, ("·", "inherit"))
    return element("span", mark, f"color:{color}", title=status)


def swatch(place: int) -> str:
    return element("span", "■", f"color:{PALETTE[place % len(PALETTE)]}")


def heading(text: str, aside: str = "") -> str:
    """A section's title; `aside` is HTML."""
    return element(
        "div",
        f"<b>{escape(text)}</b>" + (f" {element('span', aside, FAINT)}" if aside else ""),
        "margin:10px 0 2px",
    )


def table(head: Sequence[str], rows: Iterable[Sequence[str]], *, numbers: Iterable[int] = ()) -> str:
    """A table of HTML cells; `numbers` are the columns that line up on the right."""
    right = set(numbers)

    def cell(tag: str, inner: str, place: int, line: str) -> str:
        align = NUMBER if place in right else "text-align:left"
        return element(tag, inner, f"{_CELL};{align};border-bottom:1px solid {line}")

    top = "".join(cell("th", text, place, LINE) for place, text in enumerate(head))
    body = "".join(
        element(
            "tr",
            "".join(cell("td", text, place, "transparent") for place, text in enumerate(row)),
            "background:none",
        )
        for row in rows
    )
    start = f"<thead>{element('tr', top, 'background:none')}</thead>" if any(head) else ""
    return element(
        "table",
        f"{start}<tbody>{body}</tbody>",
        "border-collapse:collapse;border:0;margin:0;font-size:13px;color:inherit",
    )


def folded(summary: str, inner: str, *, is_open: bool = False) -> str:
    """What is long, or the same everywhere, behind one line."""
    return (
        f'<details{" open" if is_open else ""} style="margin:4px 0"><summary style="cursor:pointer;{FAINT}">'
        f"{escape(summary)}</summary>{inner}</details>"
    )


def preformatted(inner: str) -> str:
    return element(
        "pre",
        inner,
        "margin:2px 0;padding:6px 8px;overflow-x:auto;font:12px/1.45 monospace;background:" + TINT,
    )


def side_by_side(parts: Iterable[str]) -> str:
    return element("div", "".join(parts), "display:flex;flex-wrap:wrap;gap:4px 28px;align-items:flex-start")
