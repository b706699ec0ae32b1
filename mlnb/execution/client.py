"""papermill's notebook client, with what a tracked run needs and papermill doesn't do.

It loads mlnb's extension into the kernel by a silent request before the first cell (so execution counts
stay as they are without mlnb), sends `{cellId, tags}` with each cell as JupyterLab does (the kernel would
not know else which cell it runs), holds the whole run to one deadline, waits for what tracking does in the
background before it stops the kernel, and remembers how a kernel died.
"""

from __future__ import annotations

import math
import os
import tempfile
import time
from typing import TYPE_CHECKING, Any, Final

from nbclient.exceptions import DeadKernelError
from nbclient.util import run_sync
from papermill.clientwrap import PapermillNotebookClient

from mlnb.execution import memory

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mlnb.execution.warm.provisioner import ForkedKernel
    from mlnb.execution.warm.standby import Kernels

STDERR_SHOWN: Final = 2000
SETTLE_SECONDS: Final = 60
# Not by `%load_ext`: the notebook's own would then say that it is loaded already.
_LOAD: Final = (
    '__import__("os").environ.update({tell!r}); __import__("mlnb").load_ipython_extension(get_ipython())'
)
_SETTLE: Final = (
    '__import__("mlnb.magics", fromlist=["current"]).current(get_ipython()).settle(' + f"{SETTLE_SECONDS})"
)

_SET_BACK: Final = '__import__("mlnb.capture.chance", fromlist=["restore"]).restore({states!r})'


class TrackedClient(PapermillNotebookClient):  # type: ignore[misc]
    """Executes one notebook in one kernel.

    `tell` are environment variables that tell the kernel whose cells it runs. `deadline` is a
    `time.monotonic()` at which the notebook's current cell times out. `kernels` gives it a warm kernel and
    takes another in advance if there is `more` to do. `leave` says that the kernel needn't be waited for:
    `left` is then its process, which still has things to finish.

    `started` hears the kernel's process id. After `execute`, `peak_bytes` is the most memory that it had, `problem` says why the kernel's cells weren't tracked (`None`: they were), and
    `exit_code` how a kernel that died went (negative: the signal).
    """

    km: Any
    kc: Any

    def __init__(
        self,
        nb_man: Any,
        *,
        tell: Mapping[str, str],
        deadline: float | None = None,
        kernels: Kernels | None = None,
        more: bool = False,
        leave: bool = False,
        started: Callable[[int], object] | None = None,
        **settings: Any,
    ) -> None:
        super().__init__(nb_man, **settings)
        self.problem: str | None = None
        self.exit_code: int | None = None
        self.left: ForkedKernel | None = None
        self.peak_bytes = 0
        self._tell = dict(tell)
        self._kernels = kernels
        self._more = more
        self._leave = leave
        self._started = started
        self._at_rest = False
        self._stderr: Any = None
        self._deadline = deadline
        if deadline is not None:
            self.timeout_func = self._remaining

    def execute(self, **settings: Any) -> Any:
        if self._kernels is None:
            self._stderr = tempfile.TemporaryFile()  # noqa: SIM115 - read after the kernel died
            settings = {"env": {**os.environ, **self._tell}, "stderr": self._stderr, **settings}
        return super().execute(**settings)

    def create_kernel_manager(self) -> Any:
        if self._kernels is None:
            return super().create_kernel_manager()
        ready = self._kernels.take()
        self.km, self._stderr = ready.manager, ready.stderr
        return self.km

    def start_new_kernel_client(self) -> Any:
        try:
            return super().start_new_kernel_client()
        except RuntimeError:
            if self._kernels is None:
                raise
            # the kernel that was started in advance has died meanwhile, and is cleaned up: a new one
            self.create_kernel_manager()
            return super().start_new_kernel_client()

    def papermill_execute_cells(self) -> None:
        if self._kernels is not None and self._more:
            self._kernels.prepare()
        try:
            if self._started is not None:
                self._started(self._pid())
            self._load_extension()
            super().papermill_execute_cells()
            self._at_rest = True
        except DeadKernelError:
            self.exit_code = self._read_exit_code()
            raise

    def execute_cell(self, cell: Any, cell_index: int, **settings: Any) -> Any:
        self._set_back(cell)
        self.kc.session.metadata = {"cellId": cell.get("id"), "tags": list(cell.metadata.get("tags", []))}
        try:
            return super().execute_cell(cell, cell_index, **settings)
        finally:
            if self.kc is not None:
                self.kc.session.metadata = {}

    def _set_back(self, cell: Any) -> None:
        """Give the cell the random numbers that its metadata says it had."""
        states = cell.metadata.get("mlnb", {}).get("random")
        if states and self.problem is None:
            self._ask(_SET_BACK.format(states=dict(states)))

    @property
    def last_words(self) -> str:
        """The last line that the kernel wrote on its standard error."""
        if self._stderr is None:
            return ""
        size = self._stderr.seek(0, os.SEEK_END)
        self._stderr.seek(max(0, size - STDERR_SHOWN))
        lines = self._stderr.read().decode("utf-8", "replace").strip().splitlines()
        return str(lines[-1].strip()) if lines else ""

    def close(self) -> None:
        """Nothing more will be asked about the kernel."""
        if self._stderr is not None:
            self._stderr.close()

    def _pid(self) -> int:
        return int(getattr(self.km.provisioner, "pid", None) or 0)

    def _cleanup_kernel(self) -> None:
        self.peak_bytes = memory.measure(self._pid()).peak
        forked = getattr(self.km.provisioner, "is_forked", False)
        if self._leave and self._at_rest and forked:
            self.left = run_sync(self.km.let_go)(self.kc)
            run_sync(self._stop_channels)()
            return
        if self._at_rest and self.problem is None:
            self._settle()
        super()._cleanup_kernel()

    async def _stop_channels(self) -> None:
        self.kc.stop_channels()
        self.kc = self.km = None

    def _load_extension(self) -> None:
        spec: Any = self.km.kernel_spec
        language = str(spec.language or "").lower()
        if language not in {"python", ""}:
            self.problem = (
                f"the kernel {self.kernel_name!r} runs {language}, not Python: "
                "parameters, outputs, timing and the notebook are kept, its cells are not looked into"
            )
            return
        content = self._ask(_LOAD.format(tell=self._tell))
        if content.get("status") != "ok":
            self.problem = (
                f"mlnb can't be loaded in the kernel {self.kernel_name!r} "
                f"({content.get('ename', 'no reply')}: {content.get('evalue', '')}): "
                "parameters, outputs, timing and the notebook are kept, its cells are not looked into"
            )

    def _settle(self) -> None:
        # a kernel that is told to stop is killed five seconds later, in the middle of a large model's file
        self._ask(_SETTLE)

    def _ask(self, code: str) -> dict[str, Any]:
        reply = self.wait_for_reply(
            self.kc.execute(code, silent=True, store_history=False, stop_on_error=False)
        )
        content: dict[str, Any] = (reply or {}).get("content", {})
        return content

    def _remaining(self, cell: Any) -> float:
        del cell
        assert self._deadline is not None
        # nbclient takes 0 and less for "no limit"
        left = max(self._deadline - time.monotonic(), 0.001)
        return min(left, self.timeout or math.inf)

    def _read_exit_code(self) -> int | None:
        process = getattr(self.km.provisioner, "process", None)
        return None if process is None else process.poll()
