"""What the README shows works, as it stands there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from IPython.testing.globalipapp import start_ipython

import mlnb
from mlnb.cli.app import COMMANDS
from mlnb.magics import current

README = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)


@pytest.fixture
def shell():
    from IPython.core.interactiveshell import InteractiveShell

    start_ipython()
    shell = InteractiveShell.instance()
    yield shell
    shell.run_line_magic("unload_ext", "mlnb")
    shell.reset(new_session=False)


def test_its_cells_run_and_record_what_it_says(shell):
    for block in BLOCKS:
        shell.run_cell(block).raise_error()
    assert current(shell).settle(60)  # the model is written after the cell has ended
    runs = mlnb.runs("metrics.accuracy > 0")
    assert runs["params.RandomForestClassifier.n_estimators"].tolist() == [50]
    assert runs["params.RandomForestClassifier.max_depth"].tolist() == [3]
    recorded = mlnb.get(runs["run_id"][0])
    assert set(recorded.datasets["role"]) >= {"train"}
    assert "model" in set(recorded.artifacts["kind"])


def test_its_commands_exist():
    named = set(re.findall(r"`mlnb (\w+)", README)) | set(re.findall(r"&& mlnb (\w+)", README))
    assert named <= set(COMMANDS)


def test_its_functions_exist():
    named = set(re.findall(r"mlnb\.(\w+)\(", README))
    assert named
    assert all(callable(getattr(mlnb, name)) for name in named)


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", "benchmarks/README.md"])
def test_links_to_files_lead_somewhere(page):
    """Those of docs/ are checked by Sphinx."""
    file = Path(__file__).parent.parent / page
    links = re.findall(r"\]\((?!https?:)([^)#]+)", file.read_text(encoding="utf-8"))
    assert all((file.parent / link).exists() for link in links), links
