"""`openapi.json`: what this API takes and gives."""

from __future__ import annotations

from typing import Any

from mlnb.server import openapi
from mlnb.server.calls import Call
from mlnb.server.routes import ROUTES, get


@get("openapi.json")
def describe(_call: Call) -> dict[str, Any]:
    """The OpenAPI description of these endpoints."""
    return openapi.description(ROUTES)
