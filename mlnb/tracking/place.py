"""Where a cell runs: the notebook and the cell's id, where anybody says so. Nothing may depend on it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


def notebook(namespace: Mapping[str, Any]) -> str | None:
    """The notebook's path or name: what the engine says, the Jupyter server, or VS Code."""
    for name in ("MLNB_NOTEBOOK", "JPY_SESSION_NAME"):
        value = os.environ.get(name)
        if value:
            return value
    for name in ("__session__", "__vsc_ipynb_file__"):
        value = namespace.get(name)
        if isinstance(value, str) and value:
            return value
    return None


def cell_meta(shell: Any, info: Any) -> Mapping[str, Any]:
    """The metadata of the execute request: `cellId`, `tags`."""
    found = getattr(info, "cell_meta", None)
    if not found:
        kernel = getattr(shell, "kernel", None)
        parent = kernel.get_parent("shell") if kernel is not None and hasattr(kernel, "get_parent") else {}
        found = (parent or {}).get("metadata")
    found = dict(found or {})
    own = getattr(info, "cell_id", None)
    if own and "cellId" not in found:
        found["cellId"] = own
    return found


def stopped_at(error: BaseException, namespace: Mapping[str, Any]) -> int:
    """The line of the cell at which an error stopped it, 0 where it didn't begin (it is no Python)."""
    trace = error.__traceback__
    while trace is not None:
        frame = trace.tb_frame
        if frame.f_globals is namespace and frame.f_code.co_name in {"<module>", "<cell line>"}:
            return trace.tb_lineno
        trace = trace.tb_next
    return 0
