"""Notebooks to execute. Kernels cost seconds: tests that only look share one execution."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest

from mlnb.execution.batch import Batch, execute
from mlnb.execution.prepared import Settings, prepare
from mlnb.execution.values import parse_axis

MakeNotebook = Callable[..., Path]

TRAIN = """%%track fit
accuracy = 1 / (1 + lr)
for step in range(3):
    loss = lr * step / 7
print("accuracy", accuracy)
"""


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


@pytest.fixture(scope="session")
def grid_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("grid")


@pytest.fixture(scope="session")
def grid(grid_folder: Path) -> Batch:
    """Four runs of one notebook by two workers, of which the third fails."""
    path = make_notebook(
        grid_folder / "train.ipynb",
        "import os\nassert lr < 5, 'lr is too big'",
        TRAIN,
        "(lr, depth, os.getcwd())",
        parameters="lr = 0.5  # the step\ndepth = 3",
    )
    prepared = prepare(
        path,
        grid=[parse_axis("lr=0.1,0.2,7,0.4")],
        name="sweep",
        store=grid_folder / ".mlnb",
        settings=Settings(workers=2, output_dir=grid_folder / "executed", tags={"team": "a"}),
    )
    return execute(prepared)
