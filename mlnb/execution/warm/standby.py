"""A kernel in advance: while one notebook runs, the kernel of the next one boots beside it.

Only starting is done ahead. Which run it belongs to is told to a kernel when it gets its notebook.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from typing import IO, Any

from nbclient.util import run_sync

from mlnb.execution.warm.provisioner import WarmKernelManager


@dataclass
class Ready:
    """A kernel that was started, and the file that its standard error goes to."""

    manager: WarmKernelManager
    stderr: IO[bytes]

    def discard(self) -> None:
        """It isn't needed."""
        run_sync(self.manager.shutdown_kernel)(now=True)
        self.stderr.close()


@dataclass
class Kernels:
    """The kernels of one worker, all from one template, in one environment and folder."""

    template: str
    kernel_name: str
    environment: dict[str, str]
    _next: Ready | None = field(default=None, init=False)

    def take(self) -> Ready:
        """The kernel that was prepared, or a new one."""
        ready, self._next = self._next, None
        if ready is not None and run_sync(ready.manager.is_alive)():
            return ready
        return self._start()

    def prepare(self) -> None:
        """Start the next notebook's kernel."""
        if self._next is None:
            self._next = self._start()

    def close(self) -> None:
        if self._next is not None:
            self._next.discard()
            self._next = None

    def _start(self) -> Ready:
        manager: Any = WarmKernelManager.of(self.template, kernel_name=self.kernel_name)
        stderr = tempfile.TemporaryFile()  # noqa: SIM115 - as long as the kernel
        # as nbclient does: reruns don't go into people's IPython history
        history = ["--HistoryManager.hist_file=:memory:"]
        run_sync(manager.start_kernel)(extra_arguments=history, env=self.environment, stderr=stderr)
        return Ready(manager, stderr)
