"""A batch's template: started when the batch starts, gone when it ends.

Starting returns at once. Kernels that are asked for before the imports are done wait for them; if the
template can't be forked, or dies, they start from nothing instead, and a log line says why.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
from typing import TYPE_CHECKING, Any, Self

from mlnb.execution.warm.imports import imported_modules

if TYPE_CHECKING:
    from pathlib import Path


class WarmKernels:
    """The template for one notebook's kernels; `address` is None where kernels can't be forked."""

    def __init__(self) -> None:
        self.address: str | None = None
        self._folder: str | None = None
        self._process: subprocess.Popen[bytes] | None = None

    @classmethod
    def start(cls, notebook: Any, kernel_name: str, folder: Path) -> Self:
        """Start importing what the notebook imports, if its kernel is one that can be forked."""
        template = cls()
        spec = _kernel_spec(kernel_name)
        if can_fork() and is_ipykernel(spec.argv):
            template._launch(spec, imported_modules(notebook), folder)
        return template

    def close(self) -> None:
        """End the template, and every kernel that it still has."""
        if self._process is not None:
            assert self._process.stdin is not None
            with contextlib.suppress(OSError):
                self._process.stdin.close()
            try:
                self._process.wait(5)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _launch(self, spec: Any, modules: list[str], folder: Path) -> None:
        self._folder = tempfile.mkdtemp(prefix="mlnb-")  # 0700: whoever reaches the socket can run code
        self.address = os.path.join(self._folder, "kernels")  # noqa: PTH118 - an address, not a file
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(self.address)
            listener.listen(64)
            self._process = subprocess.Popen(
                [
                    *(_python(spec.argv[0]), "-m", "mlnb.execution.warm.template"),
                    *(str(listener.fileno()), json.dumps(modules), "[]"),
                ],
                cwd=folder,
                env={**os.environ, **spec.env, "PYDEVD_DISABLE_FILE_VALIDATION": "1"},
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                pass_fds=[listener.fileno()],
                start_new_session=True,
            )


def can_fork() -> bool:
    """Whether forking is safe here at all: macOS's own libraries abort in a forked child."""
    return hasattr(os, "fork") and sys.platform.startswith("linux")


def is_ipykernel(command: list[str]) -> bool:
    """Whether a kernel's command is ipykernel's own: `python -m ipykernel_launcher -f …`."""
    return len(command) > 3 and command[1] == "-m" and command[2] in {"ipykernel_launcher", "ipykernel"}


def _python(executable: str) -> str:
    # as jupyter_client does: `python` is the one that runs here
    return sys.executable if re.fullmatch(r"python(3(\.\d+)?)?", executable) else executable


def _kernel_spec(name: str) -> Any:
    from jupyter_client.kernelspec import KernelSpecManager

    return KernelSpecManager().get_kernel_spec(name)
