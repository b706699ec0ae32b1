"""A display's forms: `text/plain` for terminals, `text/html` for every page, and what an interactive view is drawn from.

`application/vnd.mlnb.view+json` holds what the JupyterLab extension draws, complete: it needs no kernel, no widget
manager and no saved widget state, so a notebook shows the same when it is opened again. Where the front end has no
such extension but draws Jupyter widgets (VS Code, Colab), an anywidget is added that draws it with the same code; see
`mlnb.widgets.anywidgets`. JupyterLab would show "model not found" in its place after a restart, hence the order.

What a notebook saves is limited: each display says what it left out.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any, Final

from mlnb.widgets import anywidgets, digits

VIEW: Final = "application/vnd.mlnb.view+json"
VERSION: Final = 1
LARGEST: Final = 400_000
"""Bytes of the data of one view; with more, the static forms stand alone."""


def forms(plain: str, html: str, view: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The MIME bundle of a display. `view` is JSON with a `kind`."""
    bundle: dict[str, Any] = {"text/plain": plain, "text/html": html}
    if view is None:
        return bundle
    data = jsonable({"version": VERSION, **view})
    if len(json.dumps(data)) <= LARGEST:
        bundle[VIEW] = data
        bundle.update(anywidgets.view_of(data))
    return bundle


def jsonable(value: Any) -> Any:
    """The same as JSON takes it: NaN and infinities as words, moments in ISO 8601."""
    if isinstance(value, float):
        return digits.plain(value)
    if isinstance(value, Mapping):
        return {str(name): jsonable(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [jsonable(inner) for inner in value]
    if isinstance(value, dt.datetime):
        return value.isoformat()
    return value if value is None or isinstance(value, bool | int | str) else str(value)
