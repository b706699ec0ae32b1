"""Where a run can be looked at: the page below the Jupyter server that this process's kernel belongs to.

A kernel isn't told its server's address, but its server's process id, and a running server leaves its address in
Jupyter's runtime folder under that id.
"""

from __future__ import annotations

import functools
import json
import os
from pathlib import Path


def run_url(run_id: str, store_id: str) -> str:
    """The address of a run's page: absolute where the server is known, else below a server's base URL.

    Behind JupyterHub the server's own address is no one else's, so there it is the path on the hub's.
    """
    return f"{base_url() or ''}mlnb/#/run/{run_id}?store={store_id}"


@functools.cache
def base_url() -> str | None:
    """The base URL of the server that started this kernel, with a slash at its end; None where there is none."""
    prefix = os.environ.get("JUPYTERHUB_SERVICE_PREFIX")
    if prefix:
        return prefix
    server = os.environ.get("JPY_PARENT_PID")
    if server is None:
        return None
    from jupyter_core.paths import jupyter_runtime_dir

    try:
        found = json.loads((Path(jupyter_runtime_dir()) / f"jpserver-{server}.json").read_text("utf-8"))
    except (OSError, ValueError):  # papermill's kernels have a parent, too, that is no server
        return None
    url = found.get("url")
    return url if isinstance(url, str) else None
