"""The parts of the reference that are made from the code: magics, tables, REST, settings.

Each function returns Markdown that a page in `reference/` includes. What the code can't know (what a column means)
stands in `columns.toml`; tests/test_docs.py holds it against the schema.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

HERE: Final = Path(__file__).parent
COLUMNS: Final = HERE / "columns.toml"

Schema = Mapping[str, Any]


def write(folder: Path) -> None:
    """Write each part that isn't there as it should be."""
    folder.mkdir(exist_ok=True)
    for name, part in PARTS.items():
        path, text = folder / f"{name}.md", part()
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")


# ---- magics ---------------------------------------------------------------------------------------


def magics() -> str:
    """Each magic's docstring, and its arguments as IPython parses them."""
    lines = []
    for sign, name, function in magic_functions():
        lines += [f"## `{sign}{name}`", "", "```text", _docstring(function), "```", ""]
        arguments = list(magic_arguments(function))
        if arguments:
            lines += _table(("argument", "what it does"), arguments)
    return "\n".join(lines)


def magic_functions() -> Iterator[tuple[str, str, Any]]:
    """(sign, name, function) of every magic that `%load_ext mlnb` registers."""
    from mlnb.magics import queries, track

    for holder in (track.TrackMagics, queries.QueryMagics):
        names = {**holder.magics["line"], **holder.magics["cell"]}
        for name, attribute in names.items():
            sign = "%%" if name in holder.magics["cell"] else "%"
            yield sign, name, getattr(holder, attribute)


def magic_arguments(function: Any) -> Iterator[tuple[str, str]]:
    """(how it is typed, what it does) of every argument of a magic."""
    parser = getattr(function, "parser", None)
    for action in getattr(parser, "_actions", ()):
        typed = ", ".join(f"`{option}`" for option in action.option_strings) or f"`{action.dest.upper()}`"
        value = (
            f" `{action.metavar or action.dest.upper()}`"
            if action.option_strings and action.nargs != 0
            else ""
        )
        yield typed + value, action.help or ""


def _docstring(function: Any) -> str:
    import inspect

    text = inspect.getdoc(function) or ""
    # `magic_arguments` puts argparse's usage before the words.
    _, usage, words = text.partition("::")
    if usage and getattr(function, "parser", None) is not None:
        paragraphs = words.strip("\n").split("\n\n")
        text = "\n\n".join(part for part in paragraphs[1:] if not part.startswith(("positional", "options")))
    return text.strip()


# ---- tables ---------------------------------------------------------------------------------------


def tables() -> str:
    """Every public relation, with the types that DuckDB reports and the words of `columns.toml`."""
    words = descriptions()
    lines = []
    for relation, columns in relations().items():
        lines += [f"## `{relation}`", "", words[relation][""], ""]
        rows = [(f"`{name}`", kind.lower(), words[relation][name]) for name, kind in columns]
        lines += _table(("column", "type", "what it is"), rows)
    return "\n".join(lines)


def relations() -> dict[str, list[tuple[str, str]]]:
    """The columns of every public view, as (name, type), from an empty index in memory."""
    import duckdb

    from mlnb.store import schema

    with duckdb.connect(":memory:") as connection:
        for statement in schema.statements():
            connection.execute(statement)
        return {
            view: [(row[0], row[1]) for row in connection.execute(f"DESCRIBE {view}").fetchall()]
            for view in schema.VIEWS
        }


def descriptions() -> dict[str, dict[str, str]]:
    """The words for each relation ("" is the relation itself) and column."""
    return tomllib.loads(COLUMNS.read_text(encoding="utf-8"))


# ---- REST -----------------------------------------------------------------------------------------


def rest() -> str:
    """Every endpoint and body of the OpenAPI description."""
    described = openapi()
    lines = []
    for path, method, operation in operations():
        lines += [f"## {method} `{path.lstrip('/')}`", "", operation["summary"], ""]
        rows = [
            (f"`{each['name']}`", f"{each['in']}", _type(each["schema"]), _default(each))
            for each in operation["parameters"]
            if each["name"] not in {"store", "path"} or each["in"] == "path" or each.get("required")
        ]
        if rows:
            lines += _table(("parameter", "in", "type", "default"), rows)
        if "requestBody" in operation:
            lines += ["Body: " + _body(operation["requestBody"]), ""]
        status, reply = next(iter(operation["responses"].items()))
        lines += [f"Reply {status}: {_body(reply)}", ""]
    lines += ["## Bodies", ""]
    for name, schema in described["components"]["schemas"].items():
        lines += [f"### {name}", ""]
        if schema.get("description"):
            lines += [schema["description"], ""]
        required = schema.get("required", ())
        rows = [
            (f"`{field}`", _type(kind), "" if field in required else _default(kind))
            for field, kind in schema.get("properties", {}).items()
        ]
        lines += _table(("field", "type", "default"), rows)
    return "\n".join(lines)


def openapi() -> dict[str, Any]:
    """The OpenAPI description that a server gives."""
    from mlnb.server.handlers import ROUTES
    from mlnb.server.openapi import description

    return description(ROUTES)


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """(path, method, operation) of every endpoint."""
    for path, methods in openapi()["paths"].items():
        for method, operation in methods.items():
            yield path, method.upper(), operation


def _body(holder: Schema) -> str:
    content = holder.get("content")
    if not content:
        return holder.get("description", "")
    return " or ".join(
        "the file's bytes" if kind == "*/*" else _type(each["schema"]) for kind, each in content.items()
    )


def _type(schema: Schema) -> str:
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(_type(each) for each in schema["anyOf"]))
    if "enum" in schema:
        return ", ".join(f"`{value}`" for value in schema["enum"])
    if schema.get("type") == "array":
        items = schema.get("items") or {}
        return f"list of {_type(items)}" if items else "list"
    if schema.get("type") == "object":
        values = schema.get("additionalProperties")
        return f"object of {_type(values)}" if isinstance(values, Mapping) and values else "object"
    return str(schema.get("type", "anything"))


def _default(schema: Schema) -> str:
    if schema.get("required"):
        return "required"
    value = schema.get("default", schema.get("schema", {}).get("default"))
    return "" if value is None else f"`{value}`"


# ---- settings --------------------------------------------------------------------------------


def settings() -> str:
    """What `mlnb.toml` may say."""
    from mlnb.config import SETTINGS

    return _listing("setting", SETTINGS)


def environment() -> str:
    """The environment variables that are read."""
    from mlnb.config import ENVIRONMENT

    return _listing("variable", ENVIRONMENT)


def server() -> str:
    """The server extension's traits."""
    return "\n".join(_table(("setting", "default", "what it does"), server_settings()))


def panel() -> str:
    """The panel's settings in JupyterLab."""
    return "\n".join(_table(("setting", "default", "what it does"), panel_settings()))


def server_settings() -> Iterator[tuple[str, str, str]]:
    """The traits of the server extension that are its own."""
    from mlnb.server import MlnbApp

    for name, trait in MlnbApp.class_own_traits(config=True).items():
        default = trait.default() if callable(trait.default) else trait.default_value
        yield f"`c.MlnbApp.{name}`", f"`{default!r}`", trait.help


def panel_settings() -> Iterator[tuple[str, str, str]]:
    """The properties of the panel's settings schema."""
    import json

    schema = json.loads((HERE.parent / "labextension/schema/panel.json").read_text(encoding="utf-8"))
    for name, each in schema["properties"].items():
        yield f"`{name}`", f"`{json.dumps(each.get('default'))}`", each.get("description", "")


def _listing(what: str, words: Mapping[str, str]) -> str:
    return "\n".join(_table((what, "what it does"), [(f"`{name}`", text) for name, text in words.items()]))


# ---- Markdown -------------------------------------------------------------------------------------


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    cells = [[str(cell).replace("|", "\\|").replace("\n", " ") for cell in row] for row in rows]
    if not cells:
        return []
    lines = [list(head), ["---"] * len(head), *cells]
    return [*("| " + " | ".join(line) + " |" for line in lines), ""]


PARTS: Final[Mapping[str, Callable[[], str]]] = {
    "magics": magics,
    "tables": tables,
    "rest": rest,
    "settings": settings,
    "environment": environment,
    "server": server,
    "panel": panel,
}
