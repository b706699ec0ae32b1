"""The one Tornado handler: authenticates, authorises, parses, calls the route in a thread, answers.

Every endpoint is an instance of this class, so none can forget a check. The server's own identity provider
and authorizer decide who may call; XSRF is the server's own too.
"""

from __future__ import annotations

import asyncio
import getpass
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec
from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import APIHandler
from tornado import web

from mlnb import errors
from mlnb.server import replies
from mlnb.server.bodies import File
from mlnb.server.calls import Call, Services
from mlnb.server.routes import Route
from mlnb.store import whole

if TYPE_CHECKING:
    from jupyter_server.auth.identity import User

LARGEST_BODY: Final = 1 << 20
_CHUNK: Final = 1 << 20


class Endpoint(APIHandler):
    """All methods of one path."""

    auth_resource = "mlnb"

    def initialize(self, routes: Mapping[str, Route], services: Services) -> None:
        self._routes = routes
        self._services = services

    @web.authenticated
    @authorized
    async def get(self, **path: str) -> None:
        await self._answer("GET", path)

    @web.authenticated
    @authorized
    async def post(self, **path: str) -> None:
        await self._answer("POST", path)

    @web.authenticated
    @authorized
    async def patch(self, **path: str) -> None:
        await self._answer("PATCH", path)

    @web.authenticated
    @authorized
    async def delete(self, **path: str) -> None:
        await self._answer("DELETE", path)

    async def _answer(self, method: str, path: Mapping[str, str]) -> None:
        route = self._routes.get(method)
        if route is None:
            raise web.HTTPError(405)
        try:
            reply, missing = await self._in_thread(_heard(self._bind(route, path)), long=route.long)
        except errors.Error as error:
            self._finish_json(replies.status_of(error), replies.encode(replies.error_body(error)))
            return
        if missing:
            self.set_header("Mlnb-Missing", str(missing))  # so many journals aren't in this answer yet
        if isinstance(reply, File):
            await self._finish_file(reply)
        else:
            self._finish_json(route.status, reply)

    def _bind(self, route: Route, path: Mapping[str, str]) -> Callable[[], File | bytes]:
        """The route's function with everything that it takes."""
        arguments: dict[str, Any] = dict(path)
        if route.query is not None:
            arguments["query"] = _fit(self._query_values(), route.query, strict=False)
        if route.body is not None:
            arguments["body"] = self._parse_body(route.body)
        call = Call(
            services=self._services,
            user=person(self.current_user),
            store_id=self.get_query_argument("store", None) or None,
            notebook=self.get_query_argument("path", None) or None,
        )
        return lambda: _encoded(route.handle(call, **arguments))

    def _query_values(self) -> dict[str, str]:
        return {name: self.get_query_argument(name) for name in self.request.query_arguments}

    def _parse_body(self, kind: type) -> Any:
        if len(self.request.body) > LARGEST_BODY:
            raise web.HTTPError(413)
        try:
            return _fit(msgspec.json.decode(self.request.body or b"{}"), kind)
        except msgspec.DecodeError as error:
            raise errors.UsageError(f"the request's body is no JSON: {error}") from error
        except RecursionError:
            raise errors.UsageError("the request's body is nested too deeply") from None

    async def _in_thread(self, work: Callable[[], Any], *, long: bool = False) -> Any:
        pool = self._services.long_work if long else self._services.executor
        return await asyncio.get_running_loop().run_in_executor(pool, work)

    def _finish_json(self, status: int, body: bytes) -> None:
        self.set_status(status)
        if status == 204:
            self.finish()
            return
        self.set_header("Cache-Control", "no-store")
        self.finish(body)

    async def _finish_file(self, file: File) -> None:
        for name, value in file.headers.items():
            self.set_header(name, value)
        if isinstance(file.content, Path):
            await self._send(file.content)
        else:
            self.write(file.content)
        await self.finish(set_content_type=file.headers["Content-Type"])

    async def _send(self, path: Path) -> None:
        with path.open("rb") as opened:
            while chunk := await self._in_thread(lambda: opened.read(_CHUNK)):
                self.write(chunk)
                await self.flush()

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """What Tornado or the server refuse gets the same body as what mlnb refuses."""
        if status_code == 405:
            self.set_header("Allow", ", ".join(self._routes))
        error = kwargs.get("exc_info", (None, None))[1]
        message = error.log_message or "" if isinstance(error, web.HTTPError) else ""
        self.finish(replies.encode(replies.http_error_body(status_code, message)))


def person(user: User) -> str:
    """Who decides, for the history: on a server without accounts, whoever runs it.

    There the identity provider makes up a user for each browser, whose name says nothing later.
    """
    return _account() if user.name.startswith("Anonymous ") else user.username


def _account() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):  # in a container, a uid may have no entry anywhere
        return f"uid {os.getuid()}" if hasattr(os, "getuid") else "unknown"


def _heard(work: Callable[[], Any]) -> Callable[[], tuple[Any, int]]:
    """The work with what its answers say that they lack."""

    def listen() -> tuple[Any, int]:
        with whole.listening() as heard:
            return work(), heard.missing

    return listen


def _encoded(reply: Any) -> File | bytes:
    """In the thread as well: a page of thousands of runs takes its time."""
    return reply if isinstance(reply, File) else replies.encode(reply)


def _fit(value: Any, kind: type, *, strict: bool = True) -> Any:
    try:
        return msgspec.convert(value, kind, strict=strict)
    except msgspec.ValidationError as error:
        raise errors.UsageError(f"the request can't be used: {error}") from error
