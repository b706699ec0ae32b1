"""What `import mlnb` offers, and what it costs."""

import subprocess
import sys

import pytest

import mlnb

HEAVY = ("pandas", "duckdb", "sklearn", "IPython", "numpy", "pyarrow", "matplotlib", "papermill", "psutil")


@pytest.mark.parametrize("name", mlnb.__all__)
def test_every_name_in_all_can_be_imported(name):
    assert getattr(mlnb, name) is not None


def test_all_is_what_the_module_shows():
    assert set(mlnb.__all__) <= set(dir(mlnb))


def test_a_name_that_is_not_there_is_an_attribute_error():
    with pytest.raises(AttributeError, match="nonsense"):
        mlnb.nonsense


@pytest.mark.parametrize("name", sorted(set(mlnb.__all__) - {"__version__"}))
def test_every_public_name_has_a_docstring(name):
    assert getattr(mlnb, name).__doc__


def test_importing_it_imports_nothing_heavy():
    code = f"import mlnb, sys; print([name for name in {HEAVY!r} if name in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
