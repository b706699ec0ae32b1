"""One request, as the functions behind the endpoints see it: who asks, about which store."""

from __future__ import annotations

from concurrent.futures import Executor
from dataclasses import dataclass
from functools import cached_property

from mlnb.errors import NotFound
from mlnb.server.batches import Batches
from mlnb.server.gatherings import Gatherings
from mlnb.server.stores import Stores
from mlnb.server.watch import Watcher
from mlnb.store import Store


@dataclass(frozen=True)
class Services:
    """What all requests of one server share.

    Questions are answered in `executor`; what may take long (it waits for a process of its own) runs in
    `long_work`, so that no number of slow ones keeps a question waiting.
    """

    stores: Stores
    watcher: Watcher
    executor: Executor
    long_work: Executor
    batches: Batches
    gatherings: Gatherings


@dataclass(frozen=True)
class Call:
    """`store_id` and `notebook` are the request's `?store=` and `?path=`; `user` goes by the server's own name."""

    services: Services
    user: str
    store_id: str | None = None
    notebook: str | None = None

    @cached_property
    def store_or_none(self) -> Store | None:
        """The store that is asked about, watched from now on; None where the notebook has logged nothing yet."""
        stores = self.services.stores
        store = stores.by_id(self.store_id) if self.store_id else stores.of_notebook(self.notebook)
        if store is not None:
            self.services.watcher.watch(store)
        return store

    @property
    def store(self) -> Store:
        """The store that is asked about.

        Raises
        ------
        NotFound
            There is none yet.
        """
        if self.store_or_none is None:
            raise NotFound("nothing has been tracked here yet", hint="put %%track on top of a cell")
        return self.store_or_none
