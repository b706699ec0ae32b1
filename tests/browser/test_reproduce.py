"""A notebook run by hand in JupyterLab, which asks whether its own number holds."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from playwright.sync_api import expect

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"


@pytest.mark.slow
def test_the_projects_own_notebook_says_reproduced(lab, desk):
    shutil.copy(NOTEBOOKS / "reproduce.ipynb", lab.root / "reproduce.ipynb")
    desk.open_notebook("reproduce.ipynb")
    for number in (1, 3, 4):
        desk.run_cell(number)
    desk.page.evaluate(
        """() => {
            window.jupyterapp.shell.currentWidget.content.activeCellIndex = 6;
            void window.jupyterapp.commands.execute('notebook:run-cell');
        }"""
    )
    verdict = desk.page.locator(".jp-Notebook .jp-Cell").nth(6).locator(".jp-OutputArea-output").last
    expect(verdict).to_contain_text("reproduced", timeout=120_000)
    expect(verdict).not_to_contain_text("not reproduced")
    expect(verdict).to_contain_text("unchanged, now cell 3")
