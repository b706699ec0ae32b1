"""Importing modules where there is no kernel yet, so that they come out as they would in one.

Some modules look at where they are when they are imported. pandas asks whether `get_ipython()` has a
kernel, to choose how much of a table it shows: a shell to come answers that. What asks for more (tqdm and
ipywidgets suit themselves to a notebook), says something, or fails half-way can't be imported ahead.
"""

from __future__ import annotations

import builtins
import contextlib
import importlib
import os
import sys
import tempfile
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator


LATER: Final = {
    "matplotlib": (
        "matplotlib.font_manager",
        "matplotlib.backends.backend_agg",
        "IPython.core.pylabtools",
        *(f"PIL.{kind}ImagePlugin" for kind in ("Bmp", "Gif", "Jpeg", "Png", "Ppm")),
    ),
    "pandas": ("pandas.io.formats.html", "pandas.io.formats.string", "pyarrow.pandas_compat"),
    "sklearn": (
        "narwhals._pandas_like.namespace",
        "narwhals.stable.v2._namespace",
        "narwhals._interchange.dataframe",
        "skops.io",  # what models are kept with: it imports all of scikit-learn
    ),
}


def import_ahead(modules: list[str]) -> list[str]:
    """Import modules; those that must be left to the kernel itself, and are now spoilt in this process."""
    unfit = []
    with tempfile.TemporaryFile() as heard, _redirected(heard.fileno()), _as_in_a_kernel() as questions:
        said = 0
        for module in modules:
            try:
                importlib.import_module(module)
            except ModuleNotFoundError:
                pass  # the notebook's own folder isn't on the path here, and must not be
            except BaseException:  # noqa: BLE001 - the notebook will meet it itself
                unfit.append(module)
            for stream in (sys.stdout, sys.stderr):
                stream.flush()
            if os.fstat(heard.fileno()).st_size > said or questions:
                said = os.fstat(heard.fileno()).st_size
                questions.clear()
                unfit.append(module)
    return list(dict.fromkeys(unfit))


def companions(modules: list[str]) -> list[str]:
    """What these modules import later, when they are used for the first time."""
    roots = {module.partition(".")[0] for module in modules}
    return [module for root, later in LATER.items() if root in roots for module in later]


class _ShellToCome:
    """What `get_ipython()` gives meanwhile: a shell that has a kernel, and nothing else to say."""

    kernel = object()

    def __init__(self, questions: list[str]) -> None:
        self._questions = questions

    def __getattr__(self, name: str) -> Any:
        self._questions.append(name)
        raise AttributeError(name)


@contextlib.contextmanager
def _as_in_a_kernel() -> Iterator[list[str]]:
    import ipykernel.zmqshell
    import IPython.core.interactiveshell

    shells: Any = IPython.core.interactiveshell.InteractiveShell
    kernel_shells: Any = ipykernel.zmqshell.ZMQInteractiveShell

    questions: list[str] = []

    def initialized(cls: type) -> bool:
        questions.append(cls.__name__)
        return False

    before = dict(os.environ)
    kernel_shells.init_environment(None)
    os.environ.setdefault("MPLBACKEND", "module://matplotlib_inline.backend_inline")
    shell = _ShellToCome(questions)
    # Both come and go with the kernel's own shell; what InteractiveShell inherits is in force again then.
    vars(builtins)["get_ipython"] = lambda: shell
    shells.initialized = classmethod(initialized)
    try:
        yield questions
    finally:
        del shells.initialized
        del vars(builtins)["get_ipython"]
        os.environ.clear()
        os.environ.update(before)


@contextlib.contextmanager
def _redirected(target: int) -> Iterator[None]:
    kept = os.dup(1), os.dup(2)
    os.dup2(target, 1)
    os.dup2(target, 2)
    try:
        yield
    finally:
        for place, descriptor in enumerate(kept, start=1):
            os.dup2(descriptor, place)
            os.close(descriptor)
