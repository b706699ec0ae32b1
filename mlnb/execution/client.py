"""papermill's notebook client, with what a tracked run needs and papermill doesn't do.

It loads mlnb's extension into the kernel by a silent request before the first cell (so execution counts
stay as they are without mlnb), sends `{cellId, tags}` with each cell as JupyterLab does (the kernel would
not know else which cell it runs), holds the whole run to one deadline, and remembers how a kernel died.
"""

from __future__ import annotations

import math
import time
from typing import Any, Final

from nbclient.exceptions import DeadKernelError
from papermill.clientwrap import PapermillNotebookClient

# Not by `%load_ext`: the notebook's own would then say that it is loaded already.
_LOAD: Final = '__import__("mlnb").load_ipython_extension(get_ipython())'


class TrackedClient(PapermillNotebookClient):  # type: ignore[misc]
    """Executes one notebook in one kernel.

    `deadline` is a `time.monotonic()` at which the notebook's current cell times out. After `execute`,
    `problem` says why the kernel's cells weren't tracked (`None`: they were), and `exit_code` how a
    kernel that died went (negative: the signal).
    """

    def __init__(
        self, nb_man: Any, *, deadline: float | None = None, template: str | None = None, **settings: Any
    ) -> None:
        super().__init__(nb_man, **settings)
        self._template = template
        self.problem: str | None = None
        self.exit_code: int | None = None
        self._deadline = deadline
        if deadline is not None:
            self.timeout_func = self._remaining

    def create_kernel_manager(self) -> Any:
        if self._template is None:
            return super().create_kernel_manager()
        from mlnb.execution.warm.provisioner import WarmKernelManager

        self.km = WarmKernelManager.of(self._template, kernel_name=self.kernel_name, config=self.config)
        return self.km

    def papermill_execute_cells(self) -> None:
        try:
            self._load_extension()
            super().papermill_execute_cells()
        except DeadKernelError:
            self.exit_code = self._read_exit_code()
            raise

    def execute_cell(self, cell: Any, cell_index: int, **settings: Any) -> Any:
        self.kc.session.metadata = {"cellId": cell.get("id"), "tags": list(cell.metadata.get("tags", []))}
        try:
            return super().execute_cell(cell, cell_index, **settings)
        finally:
            if self.kc is not None:
                self.kc.session.metadata = {}

    def _load_extension(self) -> None:
        spec: Any = self.km.kernel_spec
        language = str(spec.language or "").lower()
        if language not in {"python", ""}:
            self.problem = (
                f"the kernel {self.kernel_name!r} runs {language}, not Python: "
                "parameters, outputs, timing and the notebook are kept, its cells are not looked into"
            )
            return
        request = self.kc.execute(_LOAD, silent=True, store_history=False, stop_on_error=False)
        reply = self.wait_for_reply(request)
        content = (reply or {}).get("content", {})
        if content.get("status") != "ok":
            self.problem = (
                f"mlnb can't be loaded in the kernel {self.kernel_name!r} "
                f"({content.get('ename', 'no reply')}: {content.get('evalue', '')}): "
                "parameters, outputs, timing and the notebook are kept, its cells are not looked into"
            )

    def _remaining(self, cell: Any) -> float:
        del cell
        assert self._deadline is not None
        # nbclient takes 0 and less for "no limit"
        left = max(self._deadline - time.monotonic(), 0.001)
        return min(left, self.timeout or math.inf)

    def _read_exit_code(self) -> int | None:
        process = getattr(self.km.provisioner, "process", None)
        return None if process is None else process.poll()
