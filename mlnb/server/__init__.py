"""The Jupyter server extension: the store's endpoints for the panel, and hints when it changes."""

from __future__ import annotations

from mlnb.server.app import MlnbApp

__all__ = ["MlnbApp"]
