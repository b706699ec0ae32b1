"""From a parsed query to SQL: which runs, in which order.

Everything a user typed travels as a bound value; the SQL text consists of our own words. A field is read
from the wide table where it has a column, and from the tall tables otherwise and for the runs whose wide
row is missing or old; both give the same values.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal, assert_never

from mlnb.errors import QueryError
from mlnb.store import naming, syntax
from mlnb.store.syntax import Field

Flavour = Literal["number", "text"]
WORD_COLUMNS: Final = ("name", "experiment", "status", "notebook", "note", "error")
METRIC_COLUMNS: Final = {"last": "last", "min": "min", "max": "max", "first": "first_value", "count": "count"}


@dataclass(frozen=True)
class Selection:
    """`sql` yields run_no in order; `count_sql` the number of runs without limit and offset, `group_sql` that
    number by experiment, the experiment with the newest run first."""

    sql: str
    count_sql: str
    group_sql: str
    values: dict[str, Any]


@dataclass
class _Compiler:
    query: str
    names: Mapping[str, AbstractSet[str]]
    wide: Mapping[tuple[str, str], int]
    settled: bool
    values: dict[str, Any] = field(default_factory=dict)
    tall: dict[tuple[Field, Flavour], str] = field(default_factory=dict)
    columns: dict[tuple[Field, Flavour], str] = field(default_factory=dict)

    def bind(self, value: Any) -> str:
        name = f"v{len(self.values)}"
        if isinstance(value, dt.datetime):
            value = value.astimezone(dt.UTC).replace(tzinfo=None)
        self.values[name] = value
        return f"${name}"

    # ---- expressions ----

    def expression(self, tree: syntax.Expression) -> str:
        match tree:
            case syntax.Both(parts):
                return "(" + " AND ".join(self.expression(part) for part in parts) + ")"
            case syntax.Either(parts):
                return "(" + " OR ".join(self.expression(part) for part in parts) + ")"
            case syntax.Not(inner):
                return f"(NOT {self.expression(inner)})"
            case syntax.Word(text):
                value = self.bind(text)
                found = [f"contains(lower(r.{name}), lower({value}))" for name in WORD_COLUMNS]
                return f"coalesce({' OR '.join([*found, f'starts_with(r.run_id, upper({value}))'])}, false)"
            case syntax.Missing(field):
                known = self.resolve(field)
                flavours: tuple[Flavour, ...] = (
                    ("text",) if known.group in ("params", "tags") else ("number",)
                )
                return f"({self.column(known, flavours[0])} IS NULL)"
            case syntax.Like(field, pattern):
                column = self.column(self.resolve(field), "text")
                return f"(CAST({column} AS VARCHAR) ILIKE {self.bind(pattern)})"
            case syntax.Among(field, values):
                known = self.resolve(field)
                return (
                    "("
                    + " OR ".join(self.compare(known, "=", value, field.position) for value in values)
                    + ")"
                )
            case syntax.Compare(field, operator, value, position):
                return self.compare(self.resolve(field), operator, value, position)
            case _:
                assert_never(tree)

    def compare(self, known: Field, operator: str, value: syntax.Value, position: int) -> str:
        if known.group == "metrics" and (isinstance(value, bool) or not isinstance(value, float)):
            raise QueryError(
                f"metric {known.name!r} is a number, {value!r} is none, at position {position + 1} of "
                f"{self.query!r}",
                query=self.query,
                position=position,
            )
        if isinstance(value, bool) and known.group in ("params", "tags"):
            value = str(value)
            return f"(lower({self.column(known, 'text')}) {operator} lower({self.bind(value)}))"
        if isinstance(value, float) and known.group == "tags":
            column = f"TRY_CAST({self.column(known, 'text')} AS DOUBLE)"
            return self.number(column, operator, value)
        if isinstance(value, float):
            return self.number(self.column(known, "number"), operator, value)
        flavour: Flavour = "text" if isinstance(value, str) else "number"
        return f"({self.column(known, flavour)} {operator} {self.bind(value)})"

    def number(self, column: str, operator: str, value: float) -> str:
        if math.isnan(value):
            return f"({'NOT ' if operator == '!=' else ''}isnan({column}))"
        # DuckDB holds NaN for the greatest number; no comparison with it is true.
        guard = f" AND NOT isnan({column})" if operator in (">", ">=") else ""
        return f"({column} {operator} {self.bind(value)}{guard})"

    def order(self, order: syntax.Order) -> list[str]:
        known = self.resolve(order.field)
        way = "DESC" if order.descending else "ASC"
        if known.group is None:
            return [f'r."{known.name}" {way} NULLS LAST']
        terms = []
        if known.group != "tags":
            column = self.column(known, "number")
            terms += [f"({column} IS NULL OR isnan({column}))", f"{column} {way} NULLS LAST"]
        if known.group != "metrics":
            terms.append(f"{self.column(known, 'text')} {way} NULLS LAST")
        return terms

    # ---- fields ----

    def resolve(self, field: Field) -> Field:
        return replace(naming.resolve(self.query, field, self.names), position=0)

    def column(self, known: Field, flavour: Flavour) -> str:
        if known.group is None:
            return f'r."{known.name}"'
        pair = (known, flavour)
        if pair not in self.columns:
            self.columns[pair] = f"f{len(self.columns)}"
        return self.columns[pair]

    def wide_column(self, known: Field, flavour: Flavour) -> int | None:
        if known.group == "metrics" and known.statistic == "last":
            return self.wide.get(("metric", known.name))
        if known.group == "params":
            return self.wide.get((f"param_{flavour}", known.name))
        return None

    def tall_values(self, known: Field, flavour: Flavour) -> str:
        """A query for (run_no, v)."""
        name = self.bind(known.name)
        if known.group == "metrics":
            column = METRIC_COLUMNS[known.statistic]
            return f'SELECT run_no, "{column}" AS v FROM all_metric WHERE name = {name}'
        if known.group == "tags":
            return f"SELECT run_no, value AS v FROM base.tag WHERE key = {name} AND value IS NOT NULL"
        column = "number" if flavour == "number" else "value"
        return f"SELECT run_no, {column} AS v FROM base.param WHERE name = {name}"

    def source(self) -> str:
        """The FROM clause: runs, with every field that is asked for as a column."""
        wide = {pair: at for pair in self.columns if (at := self.wide_column(*pair)) is not None}
        clause = "base.run r"
        if wide and self.settled:
            quick = ", ".join(f"c{at} AS {self.columns[pair]}" for pair, at in wide.items())
            clause += f" LEFT JOIN (SELECT run_no, {quick} FROM base.wide) w USING (run_no)"
        elif wide:
            quick = ", ".join(f"c{at} AS {self.columns[pair]}" for pair, at in wide.items())
            slow = ", ".join(f"{self.columns[pair]}_.v AS {self.columns[pair]}" for pair in wide)
            joins = " ".join(
                f"LEFT JOIN ({self.tall_values(*pair)}) {self.columns[pair]}_ USING (run_no)" for pair in wide
            )
            clause += f""" LEFT JOIN (
                SELECT run_no, {quick} FROM base.wide WHERE run_no NOT IN (SELECT run_no FROM unsettled)
                UNION ALL
                SELECT u.run_no, {slow} FROM unsettled u {joins}) w USING (run_no)"""
        for pair, alias in self.columns.items():
            if pair not in wide:
                clause += (
                    f" LEFT JOIN (SELECT run_no, v AS {alias} FROM ({self.tall_values(*pair)})) {alias}_ "
                    "USING (run_no)"
                )
        return clause


def select(
    *,
    where: str | None,
    order_by: str | None,
    limit: int | None,
    offset: int,
    children: bool,
    deleted: bool,
    since: int | None,
    names: Mapping[str, AbstractSet[str]],
    wide: Mapping[tuple[str, str], int],
    settled: bool,
) -> Selection:
    """The SQL for a query; `settled` says that every run's row in the wide table is up to date. It reads the temporary views `unsettled` and `all_metric` of `mlnb.store.query`.

    Raises
    ------
    QueryError
        The query can't be read, or names something that was never recorded.
    """
    compiler = _Compiler(where or "", names, wide, settled)
    conditions = ["r.started_at IS NOT NULL"]
    if not deleted:
        conditions.append("NOT r.deleted")
    tree = syntax.parse_where(where or "")
    if tree is not None:
        conditions.append(compiler.expression(tree))
    if not children:
        conditions.append("r.parent_id IS NULL")
        if not _names_runs(tree):
            conditions.append("r.kind IS DISTINCT FROM 'reproduction'")
    if since is not None:
        conditions.append(
            f"(r.changed > {compiler.bind(since)} OR r.run_no IN (SELECT run_no FROM live_metric))"
        )
    compiler.query = order_by or ""
    terms = [term for order in syntax.parse_order(order_by or "") for term in compiler.order(order)]
    if not terms:
        terms.append("r.started_at DESC")
    terms.append("r.run_id DESC")
    body = f"FROM {compiler.source()} WHERE {' AND '.join(conditions)}"
    page = ""
    if limit is not None:
        page += f" LIMIT {int(limit)}"
    if offset:
        page += f" OFFSET {int(offset)}"
    return Selection(
        sql=f"SELECT r.run_no {body} ORDER BY {', '.join(terms)}{page}",
        count_sql=f"SELECT count(*) {body}",
        group_sql=f"SELECT r.experiment, count(*) {body} GROUP BY ALL ORDER BY max(r.started_at) DESC, 1",
        values=compiler.values,
    )


_NAMING: Final = frozenset({"kind", "run_id", "name", "batch_id", "rerun_of"})


def _names_runs(tree: syntax.Expression | None) -> bool:
    """Whether a query says which runs it wants, reproductions perhaps: by kind, name, batch, or what they repeat."""
    match tree:
        case syntax.Not(inner=inner):
            return _names_runs(inner)
        case syntax.Both(parts=parts) | syntax.Either(parts=parts):
            return any(_names_runs(part) for part in parts)
        case (
            syntax.Compare(field=field)
            | syntax.Among(field=field)
            | syntax.Like(field=field)
            | syntax.Missing(field=field)
        ):
            return field.group is None and field.name in _NAMING
    return False
