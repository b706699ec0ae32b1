"""Every notebook that is shipped runs from top to bottom, and records what it says."""

from __future__ import annotations

import shutil
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

import mlnb

NOTEBOOKS = sorted((Path(__file__).parent.parent / "notebooks").glob("*.ipynb"))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_runs_and_leaves_runs(path, tmp_path):
    copy = Path(shutil.copy(path, tmp_path))
    notebook = nbformat.read(copy, as_version=4)
    NotebookClient(notebook, resources={"metadata": {"path": str(tmp_path)}}, timeout=120).execute()
    runs = mlnb.runs()
    assert set(runs["status"]) == {"finished"}
    assert runs.filter(like="metrics.").notna().to_numpy().all()


def test_there_are_notebooks():
    assert NOTEBOOKS
