"""Looks at values and describes them: never touches the disk to write, knows no IPython shell.

What it finds are events and findings (`mlnb.capture.findings`); `mlnb.tracking` records them.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

_ROOMS = {"Fingerprint": "fingerprints", "fingerprint": "fingerprints"}

__all__ = ["Fingerprint", "fingerprint"]

if TYPE_CHECKING:
    from mlnb.capture.fingerprints import Fingerprint, fingerprint


def __getattr__(name: str) -> Any:
    room = _ROOMS.get(name)
    if room is None:
        raise AttributeError(f"module 'mlnb.capture' has no attribute {name!r}")
    return getattr(importlib.import_module(f"mlnb.capture.{room}"), name)
