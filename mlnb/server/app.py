"""The server extension: settings, endpoints, and the watcher's life."""

from __future__ import annotations

import asyncio
import importlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from jupyter_server.extension.application import ExtensionApp
from jupyter_server.utils import url_path_join
from tornado.ioloop import IOLoop
from traitlets import List, Unicode

from mlnb.server import handlers
from mlnb.server.batches import Batches
from mlnb.server.calls import Services
from mlnb.server.gatherings import Gatherings
from mlnb.server.handler import Endpoint
from mlnb.server.page import ASSETS, Page
from mlnb.server.routes import Route
from mlnb.server.stores import Stores
from mlnb.server.watch import SCHEMA, SCHEMA_ID, Hint, Watcher

if TYPE_CHECKING:
    from jupyter_events import EventLogger
    from jupyter_server.serverapp import ServerApp

API: Final = "mlnb/api"
_THREADS: Final = 4
_LONG_THREADS: Final = 32  # each of them only waits for a process


class MlnbApp(ExtensionApp):
    """mlnb's endpoints in Jupyter Server, under `<base_url>mlnb/api/`, and the page at `<base_url>mlnb/`."""

    name = "mlnb"
    description = "Lists, compares and promotes the runs that mlnb recorded."
    extension_url = "/mlnb/"
    default_url = "/mlnb/"
    load_other_extensions = True
    static_paths = [str(ASSETS)]  # noqa: RUF012 - a trait

    store = Unicode(
        "", help="The one store to show, whatever notebook is in front. Empty: that of the notebook."
    ).tag(config=True)
    stores = List(
        Unicode(),
        help="Folders whose stores may be opened too, besides those below the server's root.",
    ).tag(config=True)

    @property
    def server(self) -> ServerApp:
        """The server that this extends."""
        assert self.serverapp is not None
        return self.serverapp

    @property
    def events(self) -> EventLogger:
        """The server's event bus."""
        assert self.server.event_logger is not None
        return self.server.event_logger

    def initialize_settings(self) -> None:
        """Make what all requests share."""
        self._register_schema()
        root = Path(self.server.root_dir)
        executor = ThreadPoolExecutor(_THREADS, thread_name_prefix="mlnb")
        self.services = Services(
            stores=Stores(
                root,
                fixed=root / Path(self.store).expanduser() if self.store else None,
                allowed=[root / Path(path).expanduser() for path in self.stores],
            ),
            watcher=Watcher(self._emitter(), self._is_heard, executor),
            executor=executor,
            long_work=ThreadPoolExecutor(_LONG_THREADS, thread_name_prefix="mlnb-long"),
            batches=Batches(),
            gatherings=Gatherings(),
        )
        executor.submit(_import_ahead)

    def initialize_handlers(self) -> None:
        """One Tornado handler a path, with the path's routes by method."""
        paths: dict[str, dict[str, Route]] = {}
        for route in handlers.ROUTES:
            paths.setdefault(route.pattern, {})[route.method] = route
        self.handlers.extend(
            (url_path_join("/", API, pattern), Endpoint, {"routes": routes, "services": self.services})
            for pattern, routes in paths.items()
        )
        self.handlers.append((r"/mlnb/?", Page))

    async def stop_extension(self) -> None:
        """Stop looking and answering."""
        await asyncio.to_thread(self.services.watcher.stop)
        for pool in (self.services.executor, self.services.long_work):
            pool.shutdown(wait=False, cancel_futures=True)

    def _register_schema(self) -> None:
        if SCHEMA_ID not in self.events.schemas:
            self.events.register_event_schema(dict(SCHEMA))

    def _emitter(self) -> Any:
        """`emit` for the watcher's thread: the event bus belongs to the server's loop."""
        loop = IOLoop.current()

        def emit(hint: Hint) -> None:
            loop.add_callback(self.events.emit, schema_id=SCHEMA_ID, data=hint)

        return emit

    def _is_heard(self) -> bool:
        """Whether anybody listens to the event bus; True where this server's bus doesn't tell."""
        listeners = getattr(self.events, "_modified_listeners", None)
        handled = getattr(self.events, "handlers", None)
        return listeners is None or bool(listeners.get(SCHEMA_ID)) or bool(handled)


def _import_ahead() -> None:
    """What the first question needs, so that the panel's first look doesn't wait for it."""
    for name in ("duckdb", "pandas", "pyarrow", "mlnb.store.query"):
        importlib.import_module(name)
