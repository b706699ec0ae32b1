"""`stores`: which stores this server may open."""

from __future__ import annotations

from mlnb.server import bodies
from mlnb.server.calls import Call
from mlnb.server.routes import get


@get("stores")
def list_stores(call: Call) -> bodies.StoreList:
    """The stores that may be opened; `current` marks that of the notebook in `?path=`."""
    stores = call.services.stores
    current = call.store_or_none
    return {
        "stores": [
            {**stores.describe(store), "current": current is not None and store.path == current.path}
            for store in stores.all()
        ]
    }
