"""Notebooks to execute. Kernels cost seconds: tests that only look share one execution."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest

MakeNotebook = Callable[..., Path]


def make_notebook(path: Path, *cells: str, parameters: str | None = None, kernel: str = "python3") -> Path:
    """A notebook of code cells, the first tagged `parameters` if there are some."""
    notebook = nbformat.v4.new_notebook()
    notebook.metadata["kernelspec"] = {"name": kernel, "display_name": kernel, "language": "python"}
    notebook.metadata["language_info"] = {"name": "python"}
    if parameters is not None:
        cell = nbformat.v4.new_code_cell(parameters, id="parameters")
        cell.metadata["tags"] = ["parameters"]
        notebook.cells.append(cell)
    notebook.cells += [nbformat.v4.new_code_cell(source, id=f"code-{n}") for n, source in enumerate(cells)]
    path.write_text(nbformat.writes(notebook))
    return path


@pytest.fixture
def notebook(tmp_path: Path) -> MakeNotebook:
    """`notebook("cell", ..., parameters="lr = 0.1", name="train.ipynb")` writes one and gives its path."""

    def make(*cells: str, name: str = "train.ipynb", **settings: str) -> Path:
        return make_notebook(tmp_path / name, *cells, **settings)

    return make
