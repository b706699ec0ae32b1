"""The words of the query language (`mlnb.store.syntax`): a text in, tokens with their places out."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Final

from mlnb.errors import QueryError


@dataclass(frozen=True)
class Token:
    kind: str
    text: str
    position: int


_TOKENS: Final = re.compile(
    r"""(?P<space>\s+)
      | (?P<date>\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?(?![\w.]))
      | (?P<age>-\d+(?:\.\d+)?[smhdw]\b)
      | (?P<number>[-+]?(?:\d+\.?\d*|(?<!\w)\.\d+)(?:[eE][-+]?\d+)?(?![\w.])|[-+]?(?:inf|nan)\b)
      | (?P<text>'(?:[^']|'')*')
      | (?P<quoted>"(?:[^"]|"")*")
      | (?P<operator><=|>=|==|!=|<>|=|<|>)
      | (?P<mark>[(),.])
      | (?P<word>[^\W\d]\w*(?:[-/]\w+)*|\d\w*)
    """,
    re.VERBOSE | re.IGNORECASE,
)


def tokens(query: str) -> list[Token]:
    """The query's tokens, without spaces; the last is of the kind `end`.

    Raises
    ------
    QueryError
        Something in it is no token; `position` says where.
    """
    found = []
    at = 0
    while at < len(query):
        match = _TOKENS.match(query, at)
        if match is None or match.lastgroup is None:
            what = "a quote is not closed" if query[at] in "'\"" else f"{query[at]!r} is not understood"
            raise QueryError(f"{what} at position {at + 1} of {query!r}", query=query, position=at)
        if match.lastgroup != "space":
            found.append(Token(match.lastgroup, match.group(), at))
        at = match.end()
    found.append(Token("end", "", len(query)))
    return found


def unquote(text: str) -> str:
    """A text without its quotes; one that has none as it is."""
    if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"":
        return text[1:-1].replace(text[0] * 2, text[0])
    return text


def date(text: str) -> dt.datetime | None:
    """The moment that a text says, in UTC; a date without a zone is local time."""
    if not re.match(r"\d{4}-\d\d-\d\d", text):
        return None
    try:
        return dt.datetime.fromisoformat(text).astimezone(dt.UTC)
    except ValueError:
        return None
