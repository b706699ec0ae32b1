"""`models`, `promotions`, `rollbacks`: the registry."""

from __future__ import annotations

from typing import Any, cast

import msgspec

from mlnb import registry
from mlnb.server import bodies, replies
from mlnb.server.calls import Call
from mlnb.server.routes import get, post
from mlnb.store import query as ask


@get("models")
def list_models(call: Call) -> bodies.ModelList:
    """Every model with its versions, aliases and promotions, newest first."""
    store = call.store_or_none
    return {"models": [] if store is None else cast("list[bodies.ModelRow]", ask.models(store))}


@post("models/{model}/versions", status=201)
def register(call: Call, model: str, body: bodies.NewVersion) -> bodies.OneVersion:
    """Give the model of a run the next version."""
    made = registry.register(body.run, model, name=body.name, store=call.store, user=call.user)
    return {"version": replies.version_row(made)}


@get("models/{model}/versions/{version}/card")
def show_card(call: Call, model: str, version: str) -> bodies.CardText:
    """The version's model card, made now from what is recorded, as Markdown."""
    return {"markdown": registry.card(f"{model}/{version}", store=call.store).markdown}


@post("promotions")
def promote(call: Call, body: bodies.NewPromotion) -> bodies.OnePromotion:
    """Point an alias at a version, if its gates pass; 409 with the gates' answers if one doesn't."""
    made = registry.promote(
        body.model,
        body.version,
        alias=body.alias,
        note=body.note,
        dry_run=body.dry_run,
        store=call.store,
        user=call.user,
        folder=call.services.stores.folder_of(call.notebook),
        **_expected(body.expected),
    )
    return {"promotion": replies.promotion_row(made)}


@post("rollbacks")
def roll_back(call: Call, body: bodies.NewRollback) -> bodies.OnePromotion:
    """Point an alias at the version that held it before."""
    made = registry.rollback(
        body.model,
        body.alias,
        note=body.note,
        store=call.store,
        user=call.user,
        **_expected(body.expected),
    )
    return {"promotion": replies.promotion_row(made)}


def _expected(expected: int | msgspec.UnsetType | None) -> dict[str, Any]:
    return {} if isinstance(expected, msgspec.UnsetType) else {"expected": expected}
