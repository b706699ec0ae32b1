"""`stores`: which stores this server may open."""

from __future__ import annotations

from mlnb.server import bodies
from mlnb.server.calls import Call
from mlnb.server.replies import NotAllowed
from mlnb.server.routes import get


@get("stores")
def list_stores(call: Call) -> bodies.StoreList:
    """The stores that may be opened; `current` marks that of the notebook in `?path=`."""
    stores = call.services.stores
    current, elsewhere = None, None
    try:
        current = call.store_or_none
    except NotAllowed as error:
        elsewhere = error.message
    return {
        "stores": [
            {**stores.describe(store), "current": current is not None and store.path == current.path}
            for store in stores.all(current)
        ],
        "elsewhere": elsewhere,
    }
