"""The names that were recorded, and what a field of a query means among them."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import TYPE_CHECKING

from mlnb.errors import QueryError, nearest
from mlnb.store.syntax import ATTRIBUTES, GROUPS, Field

if TYPE_CHECKING:
    import duckdb

Names = Mapping[str, AbstractSet[str]]


def recorded(connection: duckdb.DuckDBPyConnection) -> Names:
    """Every recorded name: `params`, `metrics`, `tags`."""
    return {
        "params": _column(connection, "SELECT DISTINCT name FROM base.param_kind"),
        "metrics": _column(connection, "SELECT name FROM base.key")
        | _column(connection, "SELECT name FROM live_metric"),
        "tags": _column(connection, "SELECT DISTINCT key FROM base.tag WHERE value IS NOT NULL"),
    }


def _column(connection: duckdb.DuckDBPyConnection, query: str) -> set[str]:
    return {name for (name,) in connection.execute(query).fetchall()}


def resolve(query: str, field: Field, names: Names) -> Field:
    """The field with its group, held against the names that were recorded (`params`, `metrics`, `tags`).

    Raises
    ------
    QueryError
        Nothing was recorded by that name, or it may mean several things.
    """
    if field.group is None:
        return field
    if field.group == "any":
        groups = [group for group in GROUPS if field.name in names[group]]
        if len(groups) == 1:
            return replace(field, group=groups[0])
        if groups:
            raise _unclear(query, field, groups)
        known = {*ATTRIBUTES, *(f"{group}.{name}" for group in GROUPS for name in names[group])}
        raise _unknown(query, field, f"no run has {field.name!r}", known)
    if field.name in names[field.group] or not any(names.values()):
        return field
    kind = {"params": "parameter", "metrics": "metric", "tags": "tag"}[field.group]
    raise _unknown(query, field, f"no run has a {kind} {field.name!r}", names[field.group])


def _unclear(query: str, field: Field, groups: Sequence[str]) -> QueryError:
    return QueryError(
        f"{field.name!r} is the name of several things, at position {field.position + 1} of {query!r}",
        query=query,
        position=field.position,
        hint=" or ".join(f"{group}.{field.name}" for group in groups),
    )


def _unknown(query: str, field: Field, message: str, known: AbstractSet[str]) -> QueryError:
    # By their last parts too, where the shortest name that ends so is meant.
    plain = {name.rpartition(".")[2]: name for name in sorted(known, key=len, reverse=True)}
    plain |= {name: name for name in known}
    close = difflib.get_close_matches(field.name, plain, n=1)
    return QueryError(
        f"{message}, at position {field.position + 1} of {query!r}",
        query=query,
        position=field.position,
        hint=f"did you mean {plain[close[0]]}?" if close else nearest(field.name, known),
    )
