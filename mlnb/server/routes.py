"""The table of endpoints: a function a route, and everything else read from its signature.

    @get("runs/{run_id}/history")
    def history(call: Call, query: HistoryQuery, run_id: str) -> bodies.History:
        '''One metric's points.'''

`query` and `body` are msgspec types: what doesn't fit them is refused before the function is called. The
return annotation is the reply's body and the docstring its summary, so that the OpenAPI description
(`mlnb.server.openapi`) is made from the very functions that answer. They run in a thread, never on
the server's event loop, and know nothing of HTTP.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeVar, get_type_hints

Method = Literal["GET", "POST", "PATCH", "DELETE"]
Function = TypeVar("Function", bound=Callable[..., Any])


@dataclass(frozen=True)
class Route:
    """One endpoint. `query` and `body` are the types that a request must fit, `reply` the answer's; a `long` one
    waits for a process of its own, and in threads of its own."""

    method: Method
    path: str
    handle: Callable[..., Any]
    query: type | None
    body: type | None
    reply: Any
    status: int
    summary: str
    long: bool = False

    @property
    def pattern(self) -> str:
        """The path as a regular expression with named groups."""
        return re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", self.path.replace(".", r"\."))

    @property
    def names(self) -> list[str]:
        """The names in the path."""
        return re.findall(r"\{(\w+)\}", self.path)


ROUTES: Final[list[Route]] = []


def get(path: str) -> Callable[[Function], Function]:
    return _route("GET", path, 200)


def post(path: str, *, status: int = 200, long: bool = False) -> Callable[[Function], Function]:
    return _route("POST", path, status, long=long)


def patch(path: str) -> Callable[[Function], Function]:
    return _route("PATCH", path, 200)


def delete(path: str, *, status: int = 204) -> Callable[[Function], Function]:
    return _route("DELETE", path, status)


def _route(method: Method, path: str, status: int, *, long: bool = False) -> Callable[[Function], Function]:
    def add(function: Function) -> Function:
        hints = get_type_hints(function)
        ROUTES.append(
            Route(
                method=method,
                path=path,
                handle=function,
                query=hints.get("query"),
                body=hints.get("body"),
                reply=hints["return"],
                status=status,
                summary=(inspect.getdoc(function) or "").partition("\n\n")[0].replace("\n", " "),
                long=long,
            )
        )
        return function

    return add
