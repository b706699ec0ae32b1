"""What a notebook imports before it does anything that an import could notice."""

from __future__ import annotations

import nbformat
import pytest

from mlnb.execution.warm.imports import imported_modules


def modules(*cells: str) -> list[str]:
    notebook = nbformat.v4.new_notebook()
    notebook.cells = [nbformat.v4.new_code_cell(cell) for cell in cells]
    return imported_modules(notebook)


def test_imports_of_all_cells_are_found_in_order() -> None:
    found = modules("import numpy as np, json", "x = 1\nfrom sklearn.ensemble import RandomForestClassifier")
    assert found == ["numpy", "json", "sklearn.ensemble"]


def test_magics_that_change_nothing_are_passed_over() -> None:
    assert modules("%%track fit\nimport numpy", "%matplotlib inline\nimport json") == ["numpy", "json"]


@pytest.mark.parametrize(
    "touchy",
    [
        "import os\nos.environ['OMP_NUM_THREADS'] = '1'",
        "from os import environ",
        "import sys\nsys.path.insert(0, 'src')",
        "%env CUDA_VISIBLE_DEVICES=0",
        "!pip install x",
        "%pip install x",
        "%cd elsewhere",
        "import multiprocessing\nmultiprocessing.set_start_method('spawn')",
    ],
)
def test_nothing_is_imported_ahead_from_where_it_could_matter(touchy: str) -> None:
    found = modules("import json", touchy, "import torch")
    assert "json" in found
    assert "torch" not in found


@pytest.mark.parametrize(
    "cell", ["def f():\n    import torch", "try:\n    import torch\nexcept ImportError: pass", "import ("]
)
def test_only_plain_imports_at_the_top_count(cell: str) -> None:
    assert modules(cell) == []


def test_relative_imports_and_text_are_left_alone() -> None:
    notebook = nbformat.v4.new_notebook()
    notebook.cells = [
        nbformat.v4.new_markdown_cell("import torch"),
        nbformat.v4.new_code_cell("from . import x"),
    ]
    assert imported_modules(notebook) == []
