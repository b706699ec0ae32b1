"""mlnb: an experiment tracker that lives inside Jupyter.

Importing it is cheap: each public name is imported from its room when it is first used.
"""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

_ROOMS = {
    "configure": "mlnb.config",
    "Error": "mlnb.errors",
    "Run": "mlnb.tracking",
    "run": "mlnb.tracking",
    "param": "mlnb.tracking",
    "params": "mlnb.tracking",
    "metric": "mlnb.tracking",
    "metrics": "mlnb.tracking",
    "history": "mlnb.tracking",
    "data": "mlnb.tracking",
    "model": "mlnb.tracking",
    "figure": "mlnb.tracking",
    "artifact": "mlnb.tracking",
    "text": "mlnb.tracking",
    "tag": "mlnb.tracking",
    "note": "mlnb.tracking",
    "runs": "mlnb.tracking",
    "get": "mlnb.tracking",
    "RunRecord": "mlnb.tracking",
    "sql": "mlnb.tracking",
    "compare": "mlnb.tracking",
    "Comparison": "mlnb.tracking",
    "fingerprint": "mlnb.capture",
    "Fingerprint": "mlnb.capture",
    "rerun": "mlnb.execution",
    "Batch": "mlnb.execution",
    "reproduce": "mlnb.execution",
    "gather": "mlnb.execution",
    "Gathered": "mlnb.execution",
    "Verdict": "mlnb.execution",
    "register": "mlnb.registry",
    "promote": "mlnb.registry",
    "rollback": "mlnb.registry",
    "load_model": "mlnb.registry",
    "predict": "mlnb.registry",
}

__all__ = [
    "Batch",
    "Comparison",
    "Error",
    "Fingerprint",
    "Gathered",
    "Run",
    "RunRecord",
    "Verdict",
    "__version__",
    "artifact",
    "compare",
    "configure",
    "data",
    "figure",
    "fingerprint",
    "gather",
    "get",
    "history",
    "load_model",
    "metric",
    "metrics",
    "model",
    "note",
    "param",
    "params",
    "predict",
    "promote",
    "register",
    "reproduce",
    "rerun",
    "rollback",
    "run",
    "runs",
    "sql",
    "tag",
    "text",
]

if TYPE_CHECKING:
    from mlnb.capture import Fingerprint, fingerprint
    from mlnb.config import configure
    from mlnb.errors import Error
    from mlnb.execution import Batch, Gathered, Verdict, gather, reproduce, rerun
    from mlnb.registry import load_model, predict, promote, register, rollback
    from mlnb.tracking import (
        Comparison,
        Run,
        RunRecord,
        artifact,
        compare,
        data,
        figure,
        get,
        history,
        metric,
        metrics,
        model,
        note,
        param,
        params,
        run,
        runs,
        sql,
        tag,
        text,
    )


def __getattr__(name: str) -> Any:
    room = _ROOMS.get(name)
    if room is None:
        raise AttributeError(f"module 'mlnb' has no attribute {name!r}")
    value = getattr(importlib.import_module(room), name)
    globals()[name] = value
    _show_well()
    return value


def _show_well() -> None:
    """In IPython, what mlnb gives shows itself, also where the extension isn't loaded."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    if shell is not None:
        from mlnb import widgets

        widgets.install(shell)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def load_ipython_extension(shell: Any) -> None:
    """`%load_ext mlnb`."""
    from mlnb import magics, widgets

    session = magics.load(shell)
    widgets.install(shell)
    widgets.accompany(shell, session)


def unload_ipython_extension(shell: Any) -> None:
    """`%unload_ext mlnb`."""
    from mlnb import magics, widgets

    magics.unload(shell)
    widgets.uninstall(shell)


def _jupyter_labextension_paths() -> list[dict[str, str]]:
    return [{"src": "labextension", "dest": "mlnb"}]


def _jupyter_server_extension_points() -> list[dict[str, Any]]:
    from mlnb.server import MlnbApp

    return [{"module": "mlnb", "app": MlnbApp}]
