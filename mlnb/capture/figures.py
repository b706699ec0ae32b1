"""Figures as files: what a cell shows, in the form that keeps best.

`render` draws a figure object; `from_bundle` picks the best form of a rich output (a MIME bundle) that was shown.
"""

from __future__ import annotations

import base64
import io
import json
from typing import TYPE_CHECKING, Any, Final

from mlnb.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

_PREFERRED: Final = ("image/svg+xml", "image/png", "image/jpeg")
_SPECS: Final = (
    "application/vnd.plotly.v1+json",
    "application/vnd.vegalite",
    "application/vnd.vega",
    "application/vnd.bokehjs",
)


def render(fig: Any) -> tuple[bytes, str]:
    """A figure's bytes and media type: matplotlib as PNG, else its richest form of its own.

    Raises
    ------
    UsageError
        `fig` has no picture.
    """
    if hasattr(fig, "savefig"):
        return _matplotlib(fig), "image/png"
    owner = getattr(fig, "figure", None)
    if owner is not None and hasattr(owner, "savefig"):
        return _matplotlib(owner), "image/png"
    bundle = _bundle(fig)
    found = from_bundle(bundle)
    if found is None:
        raise UsageError(
            f"a {type(fig).__name__} has no picture",
            hint="a matplotlib figure, or an object that shows as PNG, SVG or HTML",
        )
    return found


def from_bundle(bundle: Mapping[str, Any]) -> tuple[bytes, str] | None:
    """The best picture in a MIME bundle: a chart's specification, SVG, PNG, JPEG; `None` where there is none."""
    for media_type in bundle:
        if media_type.startswith(_SPECS):
            return json.dumps(bundle[media_type], default=str).encode(), media_type
    for media_type in _PREFERRED:
        if media_type in bundle:
            return _decoded(bundle[media_type], media_type), media_type
    return None


def from_html(bundle: Mapping[str, Any]) -> tuple[bytes, str] | None:
    """An HTML output that draws something; tables and reprs are text, not figures."""
    text = bundle.get("text/html")
    if not isinstance(text, str):
        return None
    lower = text.lower()
    if any(mark in lower for mark in ("<svg", "<canvas", "<img", "<iframe", "<script")):
        return text.encode(), "text/html"
    return None


def _matplotlib(fig: Any) -> bytes:
    buffer = io.BytesIO()
    fig.savefig(buffer, format="png", bbox_inches="tight", facecolor=fig.get_facecolor())
    return buffer.getvalue()


def _bundle(fig: Any) -> dict[str, Any]:
    show = getattr(fig, "_repr_mimebundle_", None)
    bundle: dict[str, Any] = {}
    if callable(show):
        shown = show()
        bundle.update(shown[0] if isinstance(shown, tuple) else shown or {})
    for media_type, method in (
        ("image/svg+xml", "_repr_svg_"),
        ("image/png", "_repr_png_"),
        ("text/html", "_repr_html_"),
    ):
        drawn = getattr(fig, method, None)
        value = drawn() if callable(drawn) and media_type not in bundle else None
        if value is not None:
            bundle[media_type] = value[0] if isinstance(value, tuple) else value
    if from_bundle(bundle) is None and "text/html" in bundle:
        return (
            {"image/svg+xml": bundle["text/html"]} if bundle["text/html"].lstrip().startswith("<svg") else {}
        )
    return bundle


def _decoded(value: Any, media_type: str) -> bytes:
    if isinstance(value, (bytes, bytearray)):
        return bytes(value)
    if media_type == "image/svg+xml":
        return str(value).encode()
    return base64.b64decode(value)
