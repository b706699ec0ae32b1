"""The query language of `mlnb.runs()`: text in, a typed tree out.

    where    := or
    or       := and ("or" and)*
    and      := not (["and"] not)*                    words that stand side by side are joined by "and"
    not      := "not" not | "(" or ")" | test | word
    test     := field ("=" | "==" | "!=" | "<>" | "<" | "<=" | ">" | ">=") value
              | field ["not"] "in" "(" value ("," value)* ")"
              | field ["not"] "like" text             % any characters, _ any one; case doesn't matter
              | field "is" ["not"] "null"
    field    := attribute | name | "params." name | "tags." name | "metrics." name ["." ("min"|"max"|"first"|"last"|"count")]
    name     := dotted identifier | '"' anything '"'
    value    := number | 'text' | "text" | bare word | true | false | date | age
    date     := 2026-11-21 | 2026-11-21T10:30            local time
    age      := -30s | -30m | -2h | -3d | -1w            before now
    order_by := field ["asc" | "desc"] ("," field ["asc" | "desc"])*

A name alone as a field is an attribute of the run, else the parameter, metric or tag of that name if only one
of them has it (`mlnb.store.naming`). A word alone looks for runs whose name, experiment, status, notebook, note or error contains it.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final, Literal, cast

from mlnb.errors import QueryError, nearest
from mlnb.store.tokens import Token, date, tokens, unquote

Kind = Literal["text", "number", "time", "flag"]
Statistic = Literal["last", "min", "max", "first", "count"]
Group = Literal["params", "metrics", "tags", "any"]
Value = str | float | bool | dt.datetime

ATTRIBUTES: Final[dict[str, Kind]] = {
    "run_id": "text",
    "name": "text",
    "experiment": "text",
    "kind": "text",
    "status": "text",
    "parent_id": "text",
    "batch_id": "text",
    "rerun_of": "text",
    "notebook": "text",
    "cell_id": "text",
    "session_id": "text",
    "started_at": "time",
    "ended_at": "time",
    "duration_s": "number",
    "user": "text",
    "host": "text",
    "origin": "text",
    "git_commit": "text",
    "git_dirty": "flag",
    "env_id": "text",
    "seeds": "text",
    "exit_signal": "number",
    "error": "text",
    "note": "text",
    "changed": "number",
}
STATISTICS: Final = ("last", "min", "max", "first", "count")
GROUPS: Final[tuple[Group, ...]] = ("params", "metrics", "tags")


@dataclass(frozen=True)
class Field:
    """`group` is None for an attribute of the run, `any` where the query doesn't say. `position` is where
    it stands in the query."""

    group: Group | None
    name: str
    statistic: Statistic = "last"
    position: int = 0

    def __str__(self) -> str:
        return self.name if self.group in (None, "any") else f"{self.group}.{self.name}"


@dataclass(frozen=True)
class Compare:
    field: Field
    operator: str
    value: Value
    position: int


@dataclass(frozen=True)
class Among:
    field: Field
    values: tuple[Value, ...]


@dataclass(frozen=True)
class Like:
    field: Field
    pattern: str


@dataclass(frozen=True)
class Missing:
    field: Field


@dataclass(frozen=True)
class Word:
    text: str


@dataclass(frozen=True)
class Not:
    inner: Expression


@dataclass(frozen=True)
class Both:
    """All of `parts` (`and`)."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True)
class Either:
    """Any of `parts` (`or`)."""

    parts: tuple[Expression, ...]


Expression = Compare | Among | Like | Missing | Word | Not | Both | Either


@dataclass(frozen=True)
class Order:
    field: Field
    descending: bool


_KEYWORDS: Final = {"and", "or", "not", "in", "like", "is", "null", "asc", "desc"}
_SECONDS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}


def parse_where(query: str) -> Expression | None:
    """The tree of a `where`; None where there is nothing in it.

    Raises
    ------
    QueryError
        It can't be read; `position` says where.
    """
    parser = _Parser(query)
    if parser.next.kind == "end":
        return None
    tree = parser.either()
    parser.expect_end()
    return tree


def parse_order(query: str) -> list[Order]:
    """The fields of an `order_by`.

    Raises
    ------
    QueryError
        It can't be read; `position` says where.
    """
    parser = _Parser(query)
    found: list[Order] = []
    while parser.next.kind != "end":
        found.append(parser.order())
        if not parser.take_mark(","):
            break
    parser.expect_end()
    return found


class _Parser:
    def __init__(self, query: str) -> None:
        self.query = query
        self.tokens = tokens(query)
        self.at = 0

    @property
    def next(self) -> Token:
        return self.tokens[self.at]

    def take(self) -> Token:
        token = self.next
        if token.kind != "end":
            self.at += 1
        return token

    def is_word(self, *words: str) -> bool:
        return self.next.kind == "word" and self.next.text.lower() in words

    def take_word(self, *words: str) -> bool:
        found = self.is_word(*words)
        if found:
            self.at += 1
        return found

    def take_mark(self, mark: str) -> bool:
        found = self.next.kind == "mark" and self.next.text == mark
        if found:
            self.at += 1
        return found

    def fail(self, message: str, token: Token | None = None, hint: str | None = None) -> QueryError:
        token = token or self.next
        return QueryError(
            f"{message} at position {token.position + 1} of {self.query!r}",
            query=self.query,
            position=token.position,
            hint=hint,
        )

    def expect_end(self) -> None:
        if self.next.kind != "end":
            raise self.fail(f"{self.next.text!r} is not expected")

    # ---- expressions ----

    def either(self) -> Expression:
        parts = [self.both()]
        while self.take_word("or"):
            parts.append(self.both())
        return parts[0] if len(parts) == 1 else Either(tuple(parts))

    def both(self) -> Expression:
        parts = [self.negation()]
        while self.take_word("and") or self._starts_another():
            parts.append(self.negation())
        return parts[0] if len(parts) == 1 else Both(tuple(parts))

    def _starts_another(self) -> bool:
        token = self.next
        if token.kind in ("text", "quoted"):
            return True
        if token.kind == "word":
            return token.text.lower() not in _KEYWORDS or token.text.lower() == "not"
        return token.kind == "mark" and token.text == "("

    def negation(self) -> Expression:
        if self.take_word("not"):
            return Not(self.negation())
        if self.take_mark("("):
            inner = self.either()
            if not self.take_mark(")"):
                raise self.fail("a closing bracket is missing")
            return inner
        return self.test_or_word()

    def test_or_word(self) -> Expression:
        token = self.next
        if token.kind in ("text", "quoted"):
            self.take()
            return Word(unquote(token.text))
        if token.kind != "word" or token.text.lower() in _KEYWORDS:
            raise self.fail(
                "a field or a word is missing" if token.kind == "end" else f"{token.text!r} is no field",
                hint="params.NAME, metrics.NAME, tags.NAME or an attribute such as status",
            )
        after = self.tokens[self.at + 1]
        is_test = (
            after.kind == "operator"
            or (after.kind == "mark" and after.text == ".")
            or (after.kind == "word" and after.text.lower() in ("in", "like", "is"))
            or (
                after.kind == "word"
                and after.text.lower() == "not"
                and self.tokens[self.at + 2].text.lower() in ("in", "like")
            )
        )
        if not is_test:
            self.take()
            return Word(token.text)
        return self.test()

    def test(self) -> Expression:
        field = self.field()
        if self.take_word("is"):
            negated = self.take_word("not")
            if not self.take_word("null"):
                raise self.fail("null is missing")
            return Not(Missing(field)) if negated else Missing(field)
        negated = self.take_word("not")
        if self.take_word("in"):
            among = Among(field, self.values(field))
            return Not(among) if negated else among
        if self.take_word("like"):
            token = self.take()
            if token.kind not in ("text", "quoted"):
                raise self.fail("a text in quotes is missing", token)
            like = Like(field, unquote(token.text))
            return Not(like) if negated else like
        operator = self.take()
        if operator.kind != "operator":
            raise self.fail(f"a comparison is missing after {field}", operator, hint="=, !=, <, <=, >, >=")
        symbol = {"==": "=", "<>": "!="}.get(operator.text, operator.text)
        if symbol in ("=", "!=") and self.take_word("null"):
            return Missing(field) if symbol == "=" else Not(Missing(field))
        position = self.next.position
        return Compare(field, symbol, self.value(field), position)

    def values(self, field: Field) -> tuple[Value, ...]:
        if not self.take_mark("("):
            raise self.fail("an opening bracket is missing")
        found = [self.value(field)]
        while self.take_mark(","):
            found.append(self.value(field))
        if not self.take_mark(")"):
            raise self.fail("a closing bracket is missing")
        return tuple(found)

    def order(self) -> Order:
        field = self.field()
        if self.take_word("desc"):
            return Order(field, descending=True)
        self.take_word("asc")
        return Order(field, descending=False)

    # ---- fields and values ----

    def field(self) -> Field:
        token = self.take()
        if token.kind != "word":
            raise self.fail("a field is missing", token, hint=nearest("", ATTRIBUTES))
        group = token.text
        if not self.take_mark("."):
            return Field(None if group in ATTRIBUTES else "any", group, position=token.position)
        if group not in GROUPS:
            raise self.fail(f"{group!r} is no group of names", token, hint=nearest(group, GROUPS))
        parts, quoted = self.name()
        statistic: Statistic = "last"
        if group == "metrics" and len(parts) > 1 and parts[-1] in STATISTICS and not quoted[-1]:
            statistic = cast("Statistic", parts.pop())
        return Field(group, ".".join(parts), statistic, token.position)

    def name(self) -> tuple[list[str], list[bool]]:
        parts: list[str] = []
        quoted: list[bool] = []
        while True:
            token = self.take()
            if token.kind == "quoted":
                parts.append(unquote(token.text))
            elif token.kind in ("word", "number"):
                parts.append(token.text)
            else:
                raise self.fail("a name is missing", token, hint='metrics."any name" > 0')
            quoted.append(token.kind == "quoted")
            if not self.take_mark("."):
                return parts, quoted

    def value(self, field: Field) -> Value:
        token = self.take()
        kind = ATTRIBUTES[field.name] if field.group is None else None
        found = self._value(token)
        if kind == "time" and not isinstance(found, dt.datetime):
            raise self.fail(
                f"{token.text!r} is no time to compare {field} with", token, hint="2026-11-21 or -2d"
            )
        if kind == "number" and (isinstance(found, bool) or not isinstance(found, float)):
            raise self.fail(f"{field} is a number, {token.text!r} is none", token)
        if kind == "flag" and not isinstance(found, bool):
            raise self.fail(f"{field} is true or false, not {token.text!r}", token)
        if kind == "text" and not isinstance(found, str):
            return unquote(token.text)
        if field.group == "metrics" and (isinstance(found, bool) or not isinstance(found, float)):
            raise self.fail(f"a metric is a number, {token.text!r} is none", token)
        if isinstance(found, dt.datetime) and kind != "time":
            return token.text
        return found

    def _value(self, token: Token) -> Value:
        match token.kind:
            case "number":
                return float(token.text)
            case "text" | "quoted":
                text = unquote(token.text)
                return date(text) or text
            case "date":
                found = date(token.text)
                if found is None:
                    raise self.fail(f"{token.text!r} is no date", token)
                return found
            case "age":
                seconds = float(token.text[1:-1]) * _SECONDS[token.text[-1].lower()]
                try:
                    return dt.datetime.now(dt.UTC) - dt.timedelta(seconds=seconds)
                except OverflowError:
                    raise self.fail(f"{token.text} is before all dates", token, hint="-2d") from None
            case "word" if token.text.lower() in ("true", "false"):
                return token.text.lower() == "true"
            case "word" if token.text.lower() not in _KEYWORDS:
                return token.text
        raise self.fail("a value is missing", token)
