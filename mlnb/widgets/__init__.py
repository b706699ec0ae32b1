"""How mlnb's objects show themselves in a notebook, a page and a terminal; and the live view of a cell that runs.

What is shown lives on lower floors and knows nothing of this room: IPython is told, by the names of their classes, which
function gives a display's forms. That imports nothing until something is shown, and pandas' tables are left as they are,
but for those that say that mlnb made them. A form that can't be made gives way to the object's plain text.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from mlnb.tracking.session import Session

_FORMS: Final = {
    ("mlnb.tracking.records", "RunRecord"): "record:bundle",
    ("mlnb.tracking.side_by_side", "Comparison"): "comparison:bundle",
    ("mlnb.execution.batch", "Batch"): "batch:bundle",
    ("mlnb.execution.reproduction", "Verdict"): "verdict:bundle",
    ("mlnb.capture.fingerprints", "Fingerprint"): "data:fingerprint",
    ("mlnb.capture.difference", "Difference"): "data:difference",
    ("mlnb.events", "ModelVersion"): "models:version",
    ("mlnb.events", "Promotion"): "models:promotion",
}
_TABLES: Final = (("pandas", "DataFrame"), ("pandas.core.frame", "DataFrame"))
"""pandas 3 says that its DataFrame lives in `pandas`."""


def install(shell: Any) -> None:
    """Let a shell show mlnb's objects; twice is once."""
    formatter = shell.display_formatter.mimebundle_formatter
    for (module, name), place in _FORMS.items():
        formatter.for_type_by_name(module, name, _shown_by(place))
    for module, name in _TABLES:
        before = _table_formatter(formatter, module, name)
        if not isinstance(before, _Table):
            formatter.for_type_by_name(module, name, _Table(before))
    views = sys.modules.get("mlnb.execution.views")
    if views is not None:  # who hasn't imported it starts no batch
        views.show_notebooks_with(_show_batch)


def uninstall(shell: Any) -> None:
    """The shell's formatters as they were."""
    formatter = shell.display_formatter.mimebundle_formatter
    for module, name in _FORMS:
        _forget(formatter, module, name)
    for module, name in _TABLES:
        found = _table_formatter(formatter, module, name)
        if isinstance(found, _Table):
            _forget(formatter, module, name)
            if found.before is not None:
                formatter.for_type_by_name(module, name, found.before)


def accompany(shell: Any, session: Session) -> None:
    """Show the session's tracked cells while they run, and the batches that they start."""
    from mlnb.execution import views
    from mlnb.widgets.live import LiveViews

    session.companion = LiveViews(shell)
    views.show_notebooks_with(_show_batch)


# ---- inside -------------------------------------------------------------------------------------


class _Table:
    """mlnb's own tables; every other goes to whoever showed it before."""

    def __init__(self, before: Callable[..., Any] | None) -> None:
        self.before = before

    def __call__(self, frame: Any, *args: Any, **kwargs: Any) -> Any:
        if "mlnb" in frame.attrs:
            found = _tried("runs_table:bundle", frame)
            if found is not None:
                return found
        return None if self.before is None else self.before(frame, *args, **kwargs)


def _shown_by(place: str) -> Callable[..., Any]:
    return lambda shown, *_, **__: _tried(place, shown)


def _tried(place: str, shown: Any) -> Any:
    """The forms, or None where they can't be made: a display is no reason for an error."""
    module, _, name = place.partition(":")
    try:
        return getattr(importlib.import_module(f"mlnb.widgets.{module}"), name)(shown)
    except Exception:  # noqa: BLE001 - a record may be gone, a store unreadable: the plain text says so
        return None


def _show_batch(batch: Any) -> None:
    from mlnb.widgets.batch import show

    show(batch)


def _table_formatter(formatter: Any, module: str, name: str) -> Any:
    try:
        return formatter.lookup_by_type(f"{module}.{name}")
    except KeyError:
        return None


def _forget(formatter: Any, module: str, name: str) -> None:
    formatter.pop(f"{module}.{name}", None)
