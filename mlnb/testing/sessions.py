"""A notebook that is executed cell by cell in a real kernel, as a front end does it: in any order, again and again.

with Session(folder / "churn.ipynb") as session:
    session.run("a", "%load_ext mlnb")
    session.run("b", "%%track fit\\nscore = 0.5")
    session.save()
"""

from __future__ import annotations

import os
import queue
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

import nbformat

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

SECONDS: Final = 120.0


class Session:
    """A kernel, and the notebook file that belongs to it. Cells keep the place of their first execution."""

    def __init__(self, path: Path, *, environment: Mapping[str, str] | None = None) -> None:
        self.path = path.absolute()
        self.cells: dict[str, str] = {}
        self._environment = {"MLNB_STORE": str(self.path.parent / ".mlnb"), **(environment or {})}
        self._manager: Any = None
        self._client: Any = None

    def __enter__(self) -> Self:
        from jupyter_client.manager import start_new_kernel

        told = {"JPY_SESSION_NAME": str(self.path), **self._environment}
        self._manager, self._client = start_new_kernel(
            kernel_name="python3", env={**os.environ, **told}, cwd=str(self.path.parent)
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.stop_channels()
        if self._manager.is_alive():
            self._manager.shutdown_kernel()

    def run(self, cell_id: str, source: str, *, tags: tuple[str, ...] = ()) -> list[dict[str, Any]]:
        """Write the cell, and execute it; its outputs. What a cell raises is an output like any other."""
        return self._outputs(self.begin(cell_id, source, tags=tags))

    def begin(self, cell_id: str, source: str, *, tags: tuple[str, ...] = ()) -> str:
        """As `run`, without waiting for its end; the request's id."""
        self.cells[cell_id] = source
        self._client.session.metadata = {"cellId": cell_id, "tags": list(tags)}
        request: str = self._client.execute(source, stop_on_error=False)
        self._client.session.metadata = {}
        return request

    def kill(self) -> None:
        """End the kernel as a power cut does."""
        self._manager.shutdown_kernel(now=True)

    def settle(self) -> None:
        """Wait until all that is recorded late is recorded."""
        ask = '__import__("mlnb.magics", fromlist=["current"]).current(get_ipython()).settle(60)'
        self._outputs(self._client.execute(ask, silent=True, store_history=False))

    def save(self) -> Path:
        """Write the notebook file as it stands now, without outputs."""
        self.settle()
        notebook = nbformat.v4.new_notebook()  # type: ignore[no-untyped-call]
        notebook.metadata["kernelspec"] = {
            "name": "python3",
            "display_name": "Python 3",
            "language": "python",
        }
        notebook.cells = [
            nbformat.v4.new_code_cell(source, id=name)  # type: ignore[no-untyped-call]
            for name, source in self.cells.items()
        ]
        self.path.write_text(nbformat.writes(notebook), encoding="utf-8")  # type: ignore[no-untyped-call]
        return self.path

    def _outputs(self, request: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        while True:
            try:
                message = self._client.get_iopub_msg(timeout=SECONDS)
            except queue.Empty:
                raise TimeoutError(f"a cell took more than {SECONDS:g} s") from None
            if message["parent_header"].get("msg_id") != request:
                continue
            kind, content = message["msg_type"], message["content"]
            if kind == "status" and content["execution_state"] == "idle":
                self._client.get_shell_msg(timeout=SECONDS)
                return found
            if kind in {"stream", "error", "display_data", "execute_result"}:
                found.append({"output_type": kind, **content})
