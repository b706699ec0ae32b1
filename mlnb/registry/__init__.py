"""The registry: versions of models, aliases that point at them, gates that guard the aliases."""

from __future__ import annotations

from mlnb.registry.audit import head, verify
from mlnb.registry.cards import annotate, card
from mlnb.registry.export import export
from mlnb.registry.loading import load_model
from mlnb.registry.predicting import predict
from mlnb.registry.promotion import promote, rollback
from mlnb.registry.versions import register

__all__ = [
    "annotate",
    "card",
    "export",
    "head",
    "load_model",
    "predict",
    "promote",
    "register",
    "rollback",
    "verify",
]
