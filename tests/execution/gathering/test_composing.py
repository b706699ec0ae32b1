"""The notebook that is written of some executions."""

from __future__ import annotations

import nbformat

from mlnb.capture import chance
from mlnb.execution.gathering.composing import Style, compose, headings_of, set_back
from mlnb.execution.replay import TOLERANT, Execution


def made(*done: Execution, **style: object) -> list[str]:
    notebook = compose(done, range(len(done)), Style(**style))  # type: ignore[arg-type]
    nbformat.validate(notebook)
    return [cell.source for cell in notebook.cells]


def cell(at: int, source: str, **more: object) -> Execution:
    return Execution(at, source, cell_id=f"c{at}", **more)  # type: ignore[arg-type]


def test_imports_stand_once_at_the_top_and_settings_in_one_cell() -> None:
    found = made(
        cell(0, "import numpy as np\nlr = 0.1  # the step\nx = np.ones(3)"),
        cell(1, "import numpy as np\nfrom math import (\n    sin,\n    cos,\n)\ny = x * lr"),
        cell(2, "%%track fit\nscore = sin(y[0])"),
        settings=frozenset({"lr"}),
    )
    assert found == [
        "%load_ext mlnb",
        "import numpy as np\nfrom math import (\n    sin,\n    cos,\n)",
        "lr = 0.1  # the step",
        "x = np.ones(3)",
        "y = x * lr",
        "%%track fit\nscore = sin(y[0])",
    ]


def test_a_setting_that_is_set_twice_stays_where_it_is() -> None:
    found = made(
        cell(0, "lr = 0.1"), cell(1, "lr = 0.2"), cell(2, "%%track\ny = lr"), settings=frozenset({"lr"})
    )
    assert found[1:] == ["lr = 0.1", "lr = 0.2", "%%track\ny = lr"]


def test_imports_stay_behind_what_says_where_modules_come_from() -> None:
    found = made(
        cell(0, "import sys\nsys.path.append('lib')"), cell(1, "import mine\ny = 1"), cell(2, "%%track\ny")
    )
    assert found[1:3] == ["import sys\nsys.path.append('lib')", "import mine\ny = 1"]


def test_only_the_last_cell_is_tracked() -> None:
    assert made(cell(0, "%%track other\nx = 1"), cell(1, "%%track mine\ny = x"))[1:] == [
        "x = 1",
        "%%track mine\ny = x",
    ]
    assert made(cell(0, "x = 1"), cell(1, "y = x"))[1:] == ["x = 1", "%%track\ny = x"]


def test_of_a_failed_cell_stands_what_was_done_before_it_failed() -> None:
    done = (cell(0, "x = 1\n1 / 0\nx = 2", failed=True, stopped_at=2), cell(1, "%%track\ny = x"))
    assert made(*done)[1:] == ["x = 1", "%%track\ny = x"]
    inside = cell(0, "for i in range(3):\n    x = 1 / (2 - i)\nz = 1", failed=True, stopped_at=2)
    notebook = compose([inside, done[1]], [0, 1], Style())
    assert notebook.cells[1].source == "for i in range(3):\n    x = 1 / (2 - i)"
    assert notebook.cells[1].metadata["tags"] == [TOLERANT]


def test_cells_stand_under_the_headings_that_they_had() -> None:
    today = nbformat.v4.new_notebook()
    today.cells = [
        nbformat.v4.new_markdown_cell("# Data\nfrom the shop"),
        nbformat.v4.new_code_cell("x = 1", id="c0"),
        nbformat.v4.new_markdown_cell("## Model"),
        nbformat.v4.new_code_cell("y = x", id="c1"),
    ]
    found = made(cell(0, "x = 1"), cell(1, "%%track\ny = x"), headings=headings_of(today))
    assert found == ["%load_ext mlnb", "# Data", "x = 1", "## Model", "%%track\ny = x"]


def test_generators_are_set_back_only_where_the_notebook_does_not_give_their_state_itself() -> None:
    def drew(at: int, source: str = "x = 1") -> Execution:
        return cell(at, source, random={"numpy": "s"}, drew=frozenset({"numpy"}))

    assert set_back([drew(0), drew(1)], [0, 1]) == {0: ["numpy"]}
    assert set_back([drew(0), drew(1), drew(2)], [0, 2]) == {0: ["numpy"], 2: ["numpy"]}
    assert set_back([drew(0, "np.random.seed(0)"), drew(1)], [0, 1]) == {}
    assert set_back([drew(0), cell(1, "y = 2", random={"numpy": "s"})], [0, 1]) == {0: ["numpy"]}
    born = cell(0, "import numpy", drew=frozenset({"numpy"}))
    assert set_back([born, drew(1)], [0, 1]) == {1: ["numpy"]}


def test_a_state_is_set_back_though_all_of_its_cell_has_moved_to_the_top() -> None:
    import numpy as np

    looker = chance.Chance()
    np.random.rand()  # noqa: NPY002
    states = chance.joined(looker.look(), {})
    moved = cell(0, "import numpy", random={"numpy": states["numpy"]}, drew=frozenset({"numpy"}))
    drawing = cell(
        1, "%%track\nx = numpy.random.rand()", random={"numpy": states["numpy"]}, drew=frozenset({"numpy"})
    )
    assert [cell.id for cell in compose([moved, drawing], [0, 1], Style()).cells] == [
        "gathered-load", "gathered-imports", "random-0", "c1",
    ]  # fmt: skip
