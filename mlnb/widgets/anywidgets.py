"""The interactive views as an anywidget, for front ends that draw Jupyter widgets but have no JupyterLab extension of ours.

The module it loads is built from the extension's sources, ships in the wheel and needs no network. It asks the kernel by
custom messages for what the extension asks the server: further rows of a table, a comparison of chosen runs.
"""

from __future__ import annotations

import contextlib
import functools
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

VIEW: Final = "application/vnd.jupyter.widget-view+json"
STATIC: Final = Path(__file__).parent / "static"


def view_of(data: Mapping[str, Any]) -> dict[str, Any]:
    """The widget's part of a MIME bundle; empty where no widget is wanted or none can be made."""
    if not _wanted() or not (STATIC / "views.js").is_file():
        return {}
    with contextlib.suppress(Exception):
        shown = _widget_class()(payload=dict(data))._repr_mimebundle_()
        bundle = shown[0] if isinstance(shown, tuple) else shown
        return {VIEW: bundle[VIEW]} if bundle and VIEW in bundle else {}
    return {}


def _wanted() -> bool:
    """`MLNB_WIDGETS` is `on` or `off`; else where VS Code or Colab is in front."""
    chosen = os.environ.get("MLNB_WIDGETS", "").lower()
    if chosen in {"on", "off"}:
        return chosen == "on"
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    return "google.colab" in sys.modules or "__vsc_ipynb_file__" in getattr(shell, "user_ns", {})


@functools.cache
def _widget_class() -> Any:
    import anywidget
    import traitlets

    class View(anywidget.AnyWidget):
        """One view: what it shows is `payload`."""

        _esm = STATIC / "views.js"
        _css = STATIC / "views.css"
        payload = traitlets.Dict().tag(sync=True)

        def __init__(self, **facts: Any) -> None:
            super().__init__(**facts)
            self.on_msg(_answer)

    return View


def _answer(widget: Any, asked: Any, _: Any) -> None:
    """Reply to `{id, ask, …}` with `{id, answer}` or `{id, error}`."""
    if not isinstance(asked, dict) or asked.get("ask") not in _ANSWERS:
        return
    try:
        reply = {"answer": _ANSWERS[asked["ask"]](widget.payload.get("store_id"), asked)}
    except Exception as error:  # noqa: BLE001 - the front end shows it
        reply = {"error": str(error)}
    widget.send({"id": asked.get("id"), **reply})


def _runs(store_id: str | None, asked: Mapping[str, Any]) -> Any:
    from mlnb.store import query
    from mlnb.widgets.bundle import jsonable

    page = query.run_page(
        _store(store_id), where=asked.get("where"), order_by=asked.get("order_by"), limit=int(asked["limit"]),
        offset=int(asked["offset"]), children=bool(asked.get("children")),
    )  # fmt: skip
    return jsonable({"runs": page.rows, "total": page.total})


def _comparison(store_id: str | None, asked: Mapping[str, Any]) -> Any:
    from mlnb.tracking import comparison
    from mlnb.widgets import comparison as shown
    from mlnb.widgets.bundle import jsonable

    return jsonable(shown.data(comparison(_store(store_id), list(asked["runs"]))))


_ANSWERS: Final = {"runs": _runs, "comparison": _comparison}


def _store(store_id: str | None) -> Any:
    """The store that a view is about: this process's, or one that it has shown before."""
    from mlnb.errors import NotFound
    from mlnb.tracking import current_store

    store = current_store()
    if store.store_id != store_id:
        raise NotFound(
            "this table's store isn't the one that this kernel logs to", hint="mlnb.configure(store=…)"
        )
    return store
