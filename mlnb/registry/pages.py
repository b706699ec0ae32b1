"""Sections of sentences and tables, shown as Markdown or as an HTML page that loads nothing.

Whatever stands in them was recorded from somebody's code and data, so all of it is escaped.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Table:
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True)
class Section:
    """A heading, sentences, and tables below them. What is empty is left out."""

    title: str
    sentences: Sequence[str] = ()
    table: Table | None = None

    def __bool__(self) -> bool:
        return bool(self.sentences or (self.table and self.table.rows))


@dataclass(frozen=True)
class Page:
    """`markdown` and `html` say the same; `html` is a whole page that loads nothing."""

    title: str
    parts: Sequence[Section]

    @property
    def markdown(self) -> str:
        return "\n".join([f"# {self.title}", "", *_markdown(self.parts)])

    @property
    def html(self) -> str:
        return _PAGE.format(title=html.escape(self.title), body="\n".join(_html(self.parts)))

    def _repr_markdown_(self) -> str:
        return self.markdown


_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title><style>
body {{ font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }}
table {{ border-collapse: collapse; margin: .5rem 0; }}
td, th {{ border-bottom: 1px solid #8884; padding: .2rem .8rem .2rem 0; text-align: left; vertical-align: top; }}
</style></head><body>
<h1>{title}</h1>
{body}
</body></html>
"""


def _markdown(parts: Iterable[Section]) -> Iterator[str]:
    for part in parts:
        yield f"## {part.title}"
        yield ""
        for sentence in part.sentences:
            yield html.escape(sentence, quote=False)
            yield ""
        if part.table and part.table.rows:
            yield from _markdown_table(part.table)
            yield ""


def _markdown_table(table: Table) -> Iterator[str]:
    yield _row(table.columns)
    yield _row(["---"] * len(table.columns))
    yield from (_row(row) for row in table.rows)


def _row(cells: Iterable[str]) -> str:
    safe = (html.escape(cell, quote=False).replace("|", "\\|").replace("\n", " ") for cell in cells)
    return "| " + " | ".join(safe) + " |"


def _html(parts: Iterable[Section]) -> Iterator[str]:
    for part in parts:
        yield f"<h2>{html.escape(part.title)}</h2>"
        yield from (f"<p>{html.escape(sentence)}</p>" for sentence in part.sentences)
        if part.table and part.table.rows:
            head = "".join(f"<th>{html.escape(column)}</th>" for column in part.table.columns)
            yield f"<table><tr>{head}</tr>"
            for row in part.table.rows:
                yield "<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>"
            yield "</table>"
