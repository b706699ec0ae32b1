"""The endpoints, by noun. Importing this package fills the table of routes."""

from __future__ import annotations

from mlnb.server.handlers import (
    artifacts,
    columns,
    compare,
    describe,
    gatherings,
    models,
    reruns,
    runs,
    sql,
    stores,
)
from mlnb.server.routes import ROUTES

__all__ = [
    "ROUTES",
    "artifacts",
    "columns",
    "compare",
    "describe",
    "gatherings",
    "models",
    "reruns",
    "runs",
    "sql",
    "stores",
]
