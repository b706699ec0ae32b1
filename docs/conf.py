"""Sphinx: the pages beside this file, and the parts of the reference that `generated.py` makes from the code.

`sphinx-build -W docs docs/_build` needs no network. Warnings are errors, so every link between pages is checked.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

import mlnb  # noqa: E402

project = "mlnb"
author = copyright = "mlnb contributors"
release = version = mlnb.__version__

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx_click",
    "sphinx_copybutton",
]
exclude_patterns = ["_build", "_generated"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
default_role = "code"  # docstrings say `name`, as Markdown does
napoleon_google_docstring = False
autodoc_typehints = "signature"
autodoc_member_order = "bysource"
python_use_unqualified_type_names = True
python_maximum_signature_line_length = 88

html_theme = "furo"
html_title = f"mlnb {release}"
html_static_path = ["_static"]
html_css_files = ["mlnb.css"]
html_show_sourcelink = False
html_show_sphinx = False
copybutton_exclude = ".linenos, .gp, .go"


def setup(app: Any) -> None:
    """Write the generated parts before Sphinx reads the pages."""
    import generated

    app.connect("config-inited", lambda *_: generated.write(HERE / "_generated"))
