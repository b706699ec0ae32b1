"""The papermill engine `mlnb`, as papermill finds it: `papermill --engine mlnb in.ipynb out.ipynb`.

papermill loads every engine while its own `papermill.engines` is still being imported, and the engine
needs what stands in there. So this module imports nothing: it is the door, and `tracked` is behind it.
Coming in from mlnb's side, papermill is imported first, which comes through this door itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mlnb.execution.tracked import Assignment, MlnbEngine, Outcome, kernel_environment

__all__ = ["Assignment", "MlnbEngine", "Outcome", "kernel_environment"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import papermill.engines  # noqa: F401

    from mlnb.execution import tracked

    return getattr(tracked, name)
