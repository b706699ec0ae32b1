"""Notebooks as bytes: nbformat, whose functions carry no types, in one place.

Writing leaves out nbformat's validation: what is written here was validated when it was read, or came
from papermill, and validation costs more than all the rest.
"""

from __future__ import annotations

from typing import Any

import nbformat

_nbformat: Any = nbformat


def decode(content: bytes) -> Any:
    """A notebook in nbformat's current major version; whatever nbformat raises where it can't be read."""
    return _nbformat.reads(content.decode("utf-8"), as_version=4)


def encode(notebook: Any) -> bytes:
    """The bytes of a notebook file."""
    text: str = _nbformat.v4.writes(notebook)
    return (text if text.endswith("\n") else text + "\n").encode("utf-8")


def new_markdown(source: str) -> Any:
    """A cell of text."""
    return _nbformat.v4.new_markdown_cell(source)


def new_notebook(sources: list[tuple[str, str]]) -> Any:
    """A Python notebook of code cells, given as (id, source)."""
    notebook = _nbformat.v4.new_notebook()
    notebook.cells = [_nbformat.v4.new_code_cell(source, id=name) for name, source in sources]
    return notebook
