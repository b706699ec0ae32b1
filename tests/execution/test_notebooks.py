"""What is wrong with a notebook is said before anything starts."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from papermill.utils import nb_language

from mlnb.errors import KernelError, NotebookError, NotFound, ParameterError
from mlnb.execution.notebooks import from_bytes, inspect, read, without_injected

MakeNotebook = Callable[..., Path]


def test_parameters_have_their_default_type_and_help(notebook: MakeNotebook) -> None:
    path = notebook(parameters="lr: float = 0.1  # the step\ndepth = 3\nkernel = 'rbf'\n")
    lr, depth, kernel = inspect(path)
    assert (lr.name, lr.value, lr.type, lr.help) == ("lr", 0.1, "float", "the step")
    assert (depth.value, kernel.value) == (3, "rbf")


def test_a_parameter_whose_line_papermill_gives_up_on_is_known_too(notebook: MakeNotebook) -> None:
    assert [p.name for p in inspect(notebook(parameters="query = 'a = 1'\nlr = 0.1"))] == ["lr", "query"]


def test_an_unknown_parameter_is_refused_with_the_known_ones(notebook: MakeNotebook) -> None:
    source = read(notebook(parameters="learning_rate = 0.1\ndepth = 3"))
    with pytest.raises(ParameterError, match=r"did you mean 'learning_rate'.*depth=3"):
        source.check(["learning_rat"])


def test_a_notebook_without_a_parameters_cell_says_what_to_do(notebook: MakeNotebook) -> None:
    with pytest.raises(ParameterError, match="tag the cell"):
        read(notebook("lr = 0.1")).check(["lr"])


def test_text_for_a_number_is_refused(notebook: MakeNotebook) -> None:
    source = read(notebook(parameters="lr = 0.1\nkernel = 'rbf'"))
    source.check_types({"lr": 1, "kernel": "poly"})
    with pytest.raises(ParameterError, match="wants a float"):
        source.check_types({"lr": "fast"})


@pytest.mark.parametrize("text", ["{", "[]", '{"a": 1}', '{"nbformat": 4, "cells": [{}]}', "print(1)"])
def test_a_file_that_is_no_notebook_is_refused_in_one_line(tmp_path: Path, text: str) -> None:
    (tmp_path / "x.ipynb").write_text(text)
    with pytest.raises(NotebookError, match=r"x\.ipynb") as caught:
        read(tmp_path / "x.ipynb")
    assert "\n" not in str(caught.value)


def test_a_missing_notebook_names_its_nearest_neighbour(notebook: MakeNotebook) -> None:
    path = notebook("1", name="train.ipynb")
    with pytest.raises(NotFound, match=r"did you mean 'train.ipynb'"):
        read(path.with_name("trian.ipynb"))


def test_a_kernel_that_is_not_there_is_refused_with_those_that_are(notebook: MakeNotebook) -> None:
    with pytest.raises(KernelError, match=r"'juila'.*python3"):
        read(notebook("1", kernel="juila"))


def test_cells_of_an_old_notebook_get_the_same_ids_each_time(tmp_path: Path) -> None:
    old = {"nbformat": 4, "nbformat_minor": 2, "metadata": {}, "cells": [
        {"cell_type": "code", "source": ["1"], "metadata": {}, "outputs": [], "execution_count": None}]}  # fmt: skip
    content = json.dumps(old).encode()
    first, second = (from_bytes(content, tmp_path / "old.ipynb").content for _ in range(2))
    assert first == second
    assert nbformat.reads(first.decode(), as_version=4).cells[0].id == "cell-0"


def test_an_executed_notebook_without_papermills_additions_is_its_source(notebook: MakeNotebook) -> None:
    import papermill

    path = notebook("print(lr)", parameters="lr = 0.1")
    source = nbformat.read(path, as_version=4)
    executed = papermill.execute_notebook(str(path), None, parameters={"lr": 1}, prepare_only=True)
    assert [(c.id, c.source) for c in without_injected(executed).cells] == [
        (c.id, c.source) for c in source.cells
    ]


def test_a_notebook_that_names_no_kernel_and_no_language_speaks_its_kernels(tmp_path: Path) -> None:
    path = tmp_path / "plain.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1")]), path)
    written = nbformat.reads(read(path).content.decode(), as_version=4)
    nbformat.validate(written)
    assert nb_language(written) == "python"
