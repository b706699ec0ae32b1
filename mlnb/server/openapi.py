"""The OpenAPI description of the REST API, made from the functions that answer.

`python -m mlnb.server.openapi` prints it, and a server gives it at `mlnb/api/openapi.json`. Nothing in it is
written by hand: paths, methods and summaries come from the table of routes, schemas from the types of `bodies`.
"""

from __future__ import annotations

import inspect
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec

from mlnb import __version__
from mlnb.server import bodies
from mlnb.server.bodies import File
from mlnb.server.routes import Route

Schema = dict[str, Any]

_REFERENCE: Final = "#/components/schemas/{name}"
_EVERYWHERE: Final = (
    ("store", "The id of the store that is asked about; by default that of `path`."),
    ("path", "The notebook in front, from the server's root: the store is the one that it logs to."),
)


def description(routes: Sequence[Route]) -> Schema:
    """The whole description, as OpenAPI 3.1."""
    schemas, components = _schemas(routes)
    paths: dict[str, Schema] = {}
    for route in routes:
        paths.setdefault(f"/{route.path}", {})[route.method.lower()] = _operation(route, schemas)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "mlnb",
            "version": __version__,
            "description": "Paths are relative to `<base_url>mlnb/api`.",
        },
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": dict(sorted(components.items())),
            "securitySchemes": {"token": {"type": "apiKey", "in": "header", "name": "Authorization"}},
        },
        "security": [{"token": []}],
    }


def _schemas(routes: Sequence[Route]) -> tuple[Mapping[Any, Schema], dict[str, Schema]]:
    """The schema of every type that a route names, and the components that they refer to."""
    types = dict.fromkeys([bodies.ErrorBody, *(kind for route in routes for kind in _types(route))])
    found, components = msgspec.json.schema_components(types, ref_template=_REFERENCE)
    for component in components.values():
        if "description" in component:  # a docstring: Python has cleaned it by itself since 3.13
            component["description"] = inspect.cleandoc(component["description"])
    return dict(zip(types, found, strict=True)), components


def _types(route: Route) -> Iterator[Any]:
    if route.body is not None:
        yield route.body
    if route.reply not in (type(None), File):
        yield route.reply
    for one in _fields(route.query):
        yield one.type


def _operation(route: Route, schemas: Mapping[Any, Schema]) -> Schema:
    operation: Schema = {
        "operationId": route.handle.__name__,
        "summary": route.summary,
        "parameters": [*_path_parameters(route), *_query_parameters(route, schemas)],
        "responses": {
            str(route.status): _response(route, schemas),
            "default": {"description": "What went wrong.", **_json(schemas[bodies.ErrorBody])},
        },
    }
    if route.body is not None:
        operation["requestBody"] = {"required": True, **_json(schemas[route.body])}
    return operation


def _path_parameters(route: Route) -> Iterator[Schema]:
    for name in route.names:
        yield {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}


def _query_parameters(route: Route, schemas: Mapping[Any, Schema]) -> Iterator[Schema]:
    own = _fields(route.query)
    for one in own:
        schema = dict(schemas[one.type])
        if not one.required and one.default is not None:
            schema["default"] = one.default
        yield {"name": one.name, "in": "query", "required": one.required, "schema": schema}
    for name, text in _EVERYWHERE:
        if name not in [one.name for one in own]:
            yield {"name": name, "in": "query", "description": text, "schema": {"type": "string"}}


def _fields(query: type | None) -> tuple[msgspec.structs.FieldInfo, ...]:
    return () if query is None else msgspec.structs.fields(query)


def _response(route: Route, schemas: Mapping[Any, Schema]) -> Schema:
    if route.reply is type(None):
        return {"description": "Done."}
    if route.reply is File:
        return {
            "description": "The file's bytes.",
            "content": {"*/*": {"schema": {"type": "string", "format": "binary"}}},
        }
    return {"description": "The answer.", **_json(schemas[route.reply])}


def _json(schema: Schema) -> Schema:
    return {"content": {"application/json": {"schema": schema}}}


if __name__ == "__main__":
    from mlnb.server.handlers import ROUTES

    json.dump(description(ROUTES), sys.stdout, indent=2)
    sys.stdout.write("\n")
