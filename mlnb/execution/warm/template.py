"""The process that has imported everything and forks a kernel on request.

It is started with a listening socket and a pipe. On the socket each request is one connection: the
kernel's command, environment and folder as JSON, its standard output and error as file descriptors; the
answer is the kernel's process id, and at its end its exit status, on the same connection. Whoever closes
the connection first has no more use for the kernel, which is then killed; when the pipe closes, the batch
is gone, and so are all kernels and this process. A kernel whose template is killed notices by itself
(ipykernel watches its parent).

Only the standard library is imported at the top: this module's imports are everybody's.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import select
import signal
import socket
import sys
import threading
import warnings
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, NoReturn

from mlnb.execution.warm.ahead import companions, import_ahead
from mlnb.execution.warm.safety import find_refusal

LONGEST_REQUEST: Final = 1 << 22
KERNEL_MODULES: Final = (
    *(f"ipykernel.{name}" for name in ("kernelapp", "ipkernel", "zmqshell", "debugger")),
    *(f"IPython.core.{name}" for name in ("completerlib", "debugger", "magic_arguments", "oinspect")),
    *("IPython.extensions.storemagic", "sqlite3", "tornado.platform.asyncio", "tornado.queues"),
    *(f"mlnb.magics.{name}" for name in ("queries", "runline", "track")),
    *(f"mlnb.tracking.{name}" for name in ("earlier", "session")),
    *(f"mlnb.capture.{name}" for name in ("candidates", "collectors", "curves", "figures", "git", "models")),
    *(f"mlnb.capture.{name}" for name in ("observed", "printed", "scores", "sweeps")),
    *("mlnb.store.control", "mlnb.store.helper", "mlnb.widgets.live", "cloudpickle"),
)
"""What every kernel imports when it starts, and what tracking imports at the first cell that has something to track."""


@dataclass
class Child:
    """One kernel: its connection, and its process id."""

    connection: socket.socket
    pid: int


@dataclass
class Template:
    """Forks kernels until its batch is gone. `refusal` says why it can't, if it can't.

    `variables` are those that the kernel's own modules have put into the environment: a fresh kernel has them, too.
    """

    listener: socket.socket
    batch: int
    refusal: str | None = None
    variables: dict[str, str] = field(default_factory=dict)
    children: dict[int, Child] = field(default_factory=dict)

    def serve(self) -> None:
        """Answer requests, report ends, until the batch's end of the pipe closes."""
        awake, wake = os.pipe()
        os.set_blocking(wake, False)
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        while True:
            watched: list[Any] = [
                self.batch,
                self.listener,
                awake,
                *(c.connection for c in self.children.values()),
            ]
            ready, _, _ = select.select(watched, [], [])
            if awake in ready:
                os.read(awake, 4096)
            self._reap()
            if self.batch in ready and not os.read(self.batch, 4096):
                break
            for child in [c for c in self.children.values() if c.connection in ready]:
                _kill(child.pid)  # its user is gone: nobody sends anything after the request
                self._reap_one(child)
            if self.listener in ready:
                self._accept()
        for child in self.children.values():
            _kill(child.pid)

    def _accept(self) -> None:
        connection, _ = self.listener.accept()
        descriptors: list[int] = []
        try:
            request = _receive(connection, descriptors)
            if self.refusal is not None:
                _answer(connection, {"refused": self.refusal})
                connection.close()
            else:
                self._fork(connection, request, descriptors)
        except (OSError, ValueError):
            connection.close()
        finally:
            for descriptor in descriptors:
                os.close(descriptor)

    def _fork(self, connection: socket.socket, request: dict[str, Any], descriptors: list[int]) -> None:
        ready, tell = os.pipe()
        with warnings.catch_warnings():
            # From 3.12 on Python warns of any thread; those that are left here were looked at (`warm.safety`).
            warnings.simplefilter("ignore", DeprecationWarning)
            pid = os.fork()
        if pid == 0:
            os.close(ready)
            self._become_kernel(connection, request, descriptors, tell)
        os.close(tell)
        os.read(ready, 1)  # until the kernel leads its own process group, and can be signalled by it
        os.close(ready)
        self.children[pid] = Child(connection, pid)
        _answer(connection, {"pid": pid})

    def _become_kernel(
        self, connection: socket.socket, request: dict[str, Any], descriptors: list[int], tell: int
    ) -> NoReturn:
        status = 1
        try:
            os.setsid()
            os.close(tell)
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            connection.close()
            self.listener.close()
            for child in self.children.values():
                child.connection.close()
            _take_over(
                {**request, "environment": {**self.variables, **request["environment"]}},
                descriptors,
                self.batch,
            )
            _run_kernel(request["command"])
            status = 0
        except SystemExit as end:
            status = end.code if isinstance(end.code, int) else 0 if end.code is None else 1
        except BaseException:  # noqa: BLE001 - nothing may climb back into the template's loop
            sys.excepthook(*sys.exc_info())
        finally:
            _leave(status)

    def _reap(self) -> None:
        for child in list(self.children.values()):
            pid, status = os.waitpid(child.pid, os.WNOHANG)
            if pid:
                self._report(child, status)

    def _reap_one(self, child: Child) -> None:
        if child.pid in self.children:
            _, status = os.waitpid(child.pid, 0)
            self._report(child, status)

    def _report(self, child: Child, status: int) -> None:
        del self.children[child.pid]
        with contextlib.suppress(OSError):
            _answer(child.connection, {"status": os.waitstatus_to_exitcode(status)})
        child.connection.close()


def _take_over(request: dict[str, Any], descriptors: list[int], batch: int) -> None:
    """What a fresh process would have: its folder, environment, output, arguments, random state."""
    nothing, writer = os.pipe()  # as jupyter_client gives it: a pipe that is closed at the other end
    os.dup2(nothing, 0)
    os.close(nothing)
    os.close(writer)
    if batch != 0:
        os.close(batch)
    for place, descriptor in enumerate(descriptors, start=1):
        os.dup2(descriptor, place)
    os.environ.clear()
    os.environ.update(request["environment"])
    os.chdir(request["folder"])
    import ipykernel_launcher

    sys.argv = [ipykernel_launcher.__file__, *request["command"][3:]]
    if "numpy" in sys.modules:  # Python's own generator seeds itself again after a fork
        sys.modules["numpy"].random.seed()


def _run_kernel(command: list[str]) -> None:
    from ipykernel.kernelapp import IPKernelApp

    # ipykernel read its parent's process id from the environment when the template imported it
    IPKernelApp.launch_instance(argv=[*command[3:], f"--IPKernelApp.parent_handle={os.getppid()}"])


def _leave(status: int) -> NoReturn:
    """End as a process does: exit handlers, threads, buffers; but not through the template's frames."""
    try:
        threading._shutdown()  # type: ignore[attr-defined]  # noqa: SLF001
        import atexit

        _part_from_channels()
        atexit._run_exitfuncs()  # noqa: SLF001
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(Exception):
                stream.flush()
    finally:
        os._exit(status)


def _part_from_channels() -> None:
    """Hand on what the kernel said last. Its own way to close waits for the thread of its control channel, which in a forked
    kernel now and then ends only when the client loses patience and kills it; nothing of this process is needed any more."""
    import atexit

    from ipykernel.kernelapp import IPKernelApp

    if IPKernelApp.initialized():
        kernel = IPKernelApp.instance()
        atexit.unregister(kernel.close)
        kernel.reset_io()  # type: ignore[no-untyped-call]
        if kernel.iopub_thread:
            kernel.iopub_thread.stop()
            kernel.iopub_thread.close()


def _receive(connection: socket.socket, descriptors: list[int]) -> dict[str, Any]:
    data, received, _, _ = socket.recv_fds(connection, LONGEST_REQUEST, 2)
    descriptors.extend(received)
    while not data.endswith(b"\n"):
        more = connection.recv(LONGEST_REQUEST)
        if not more:
            raise ValueError("a request without an end")
        data += more
    request: dict[str, Any] = json.loads(data)
    return request


def _answer(connection: socket.socket, answer: dict[str, Any]) -> None:
    connection.sendall(json.dumps(answer).encode() + b"\n")


def _kill(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)


def _remember_environment() -> None:
    # each run records its packages; listing them costs more than the rest of tracking a short notebook
    with contextlib.suppress(Exception):
        from mlnb.capture import environment

        environment.remember()


def main() -> None:
    """`python -m mlnb.execution.warm.template LISTENER MODULES UNFIT`."""
    listener, modules, unfit = int(sys.argv[1]), json.loads(sys.argv[2]), json.loads(sys.argv[3])
    if sys.path and sys.path[0] in {"", str(Path.cwd())}:
        del sys.path[0]  # as ipykernel's launcher does
    before = dict(os.environ)
    for module in KERNEL_MODULES:
        importlib.import_module(module)
    variables = {name: value for name, value in os.environ.items() if name not in before}
    found = import_ahead([module for module in [*modules, *companions(modules)] if module not in unfit])
    if found:
        os.set_inheritable(listener, True)
        arguments = [str(listener), json.dumps(modules), json.dumps([*unfit, *found])]
        os.execve(sys.executable, [sys.executable, "-m", "mlnb.execution.warm.template", *arguments], before)  # noqa: S606 - this process, started again
    _remember_environment()
    refusal = find_refusal()
    gc.collect()
    gc.freeze()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Template(socket.socket(fileno=listener), 0, refusal, variables).serve()


if __name__ == "__main__":
    main()
