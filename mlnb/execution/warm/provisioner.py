"""A kernel from a template, for jupyter_client: a local provisioner whose process was forked elsewhere."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
import sys
import time
from pathlib import Path
from queue import Empty
from typing import Any, Final

import zmq
import zmq.asyncio
from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning.local_provisioner import LocalProvisioner
from traitlets import DottedObjectName, Type, default

from mlnb.execution.warm.starting import is_ipykernel

POLL_SECONDS: Final = 0.005
HEARD_SECONDS: Final = 5.0


class ForkedKernel:
    """What `subprocess.Popen` is for a kernel that was started here, for one that the template started."""

    stdin = stdout = stderr = None

    def __init__(self, connection: socket.socket, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._connection = connection

    def poll(self) -> int | None:
        """Its exit status, if it has ended: negative, the signal that ended it."""
        if self.returncode is None:
            with contextlib.suppress(BlockingIOError):
                self._read(socket.MSG_DONTWAIT)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end; `TimeoutError` if it takes longer."""
        if self.returncode is None:
            self._connection.settimeout(timeout)
            self._read(0)
        assert self.returncode is not None
        return self.returncode

    def end(self, patience: float) -> int:
        """Wait for its end, and make one if it takes longer."""
        try:
            return self.wait(patience)
        except TimeoutError:
            os.killpg(self.pid, signal.SIGKILL)
            return self.wait()

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def _read(self, flags: int) -> None:
        try:
            line = self._connection.recv(4096, flags)
        except ConnectionError:
            line = b""
        # without an answer the template is gone, and its kernels with it
        self.returncode = json.loads(line)["status"] if line else -signal.SIGKILL
        self._connection.close()


class WarmProvisioner(LocalProvisioner):
    """Asks the template at `template` for a kernel; where that fails, starts one from nothing."""

    template: str | None = None
    refusal: str | None = None
    process: Any = None

    @property
    def is_forked(self) -> bool:
        """Whether the kernel came from the template."""
        return isinstance(self.process, ForkedKernel)

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        self.refusal = None
        if self.template is not None and is_ipykernel(cmd):
            try:
                self.process = await asyncio.to_thread(_request, self.template, cmd, kwargs)
            except (OSError, ValueError, _RefusedError) as error:
                self.refusal = str(error)
                self.log.warning("mlnb: a plain kernel instead of a warm one: %s", error)
            else:
                self.pid = self.pgid = self.process.pid
                self.cwd = kwargs.get("cwd") or Path.cwd()
                return self.connection_info
        return await super().launch_kernel(cmd, **kwargs)

    async def wait(self) -> int | None:
        process = self.process
        if not isinstance(process, ForkedKernel):
            ended: int | None = await super().wait()
            return ended
        status = await asyncio.to_thread(process.wait)
        self.process = None
        return status


class WarmClient(AsyncKernelClient):
    """A client that is ready when its kernel is: no pause to see whether the kernel has gone quiet.

    jupyter_client's own waits until nothing has come for 0.2 s. A reply on both channels to one request
    says the same at once: whoever reads messages by their request needn't fear the ones before.
    """

    @default("context")
    def _context_default(self) -> zmq.asyncio.Context:
        self._created_context = True
        context = zmq.asyncio.Context()
        context.setsockopt(zmq.RECONNECT_IVL, 5)  # ms; a kernel binds its sockets some time after its fork
        return context

    async def _async_wait_for_ready(self, timeout: float | None = None) -> None:  # noqa: ASYNC109 - as its base
        end = time.monotonic() + (timeout or float("inf"))
        while time.monotonic() < end:
            if await self._answers(self.kernel_info()):
                return
            if not await self._async_is_alive():
                raise RuntimeError("Kernel died before replying to kernel_info")
        raise RuntimeError(f"Kernel didn't respond in {timeout} seconds")

    wait_for_ready = _async_wait_for_ready

    async def _answers(self, request: Any) -> bool:
        with contextlib.suppress(Empty):
            while (await self.shell_channel.get_msg(timeout=1.0))["parent_header"].get("msg_id") != request:
                pass
            while (await self.iopub_channel.get_msg(timeout=0.1))["parent_header"].get("msg_id") != request:
                pass
            return True
        return False


class WarmKernelManager(AsyncKernelManager):
    """A kernel manager whose kernels come from the template at `template`.

    They are reached through sockets in the template's own folder: no ports that somebody else may take.
    """

    client_class = DottedObjectName(f"{__name__}.WarmClient")
    client_factory = Type(klass=f"{__name__}.WarmClient")
    template: str | None = None

    @classmethod
    def of(cls, template: str, **settings: Any) -> WarmKernelManager:
        """The manager of one kernel to come."""
        kernel_id = os.urandom(8).hex()
        connection_file = str(Path(template).with_name(f"{kernel_id}.json"))
        manager = cls(transport="ipc", connection_file=connection_file, **settings)
        manager.template, manager.kernel_id = template, kernel_id
        return manager

    async def _async_pre_start_kernel(self, **settings: Any) -> Any:
        if self.provisioner is None:
            provisioner = WarmProvisioner(kernel_id=self.kernel_id, kernel_spec=self.kernel_spec, parent=self)
            provisioner.template = self.template
            self.provisioner = provisioner
        return await super()._async_pre_start_kernel(**settings)

    async def let_go(self, client: WarmClient) -> ForkedKernel:
        """Have the kernel end, and give up its process without waiting for that."""
        provisioner: Any = self.provisioner
        self.shutting_down = True
        process: ForkedKernel = provisioner.process
        try:
            # its reply says that it has heard: a request that is only sent may be lost with its socket
            await client.shutdown(reply=True, timeout=HEARD_SECONDS)
        except TimeoutError:
            process.terminate()
        provisioner.process = None
        await self._async_cleanup_resources()
        return process

    async def _async_wait(self, pollinterval: float = 0.1) -> None:
        await super()._async_wait(min(pollinterval, POLL_SECONDS))


class _RefusedError(Exception):
    pass


def _request(template: str, command: list[str], settings: dict[str, Any]) -> ForkedKernel:
    connection = socket.socket(socket.AF_UNIX)
    try:
        connection.connect(template)
        request = {
            "command": command,
            "environment": dict(settings.get("env") or os.environ),
            "folder": os.path.abspath(settings.get("cwd") or os.getcwd()),  # noqa: PTH100, PTH109
        }
        descriptors = [
            _descriptor(settings.get(name), default) for name, default in (("stdout", 1), ("stderr", 2))
        ]
        socket.send_fds(connection, [json.dumps(request).encode() + b"\n"], descriptors)
        pid = _pid(connection.recv(4096))
    except BaseException:
        connection.close()
        raise
    return ForkedKernel(connection, pid)


def _pid(answer: bytes) -> int:
    if not answer:
        raise _RefusedError("the process that should fork it is gone")
    found = json.loads(answer)
    if "pid" not in found:
        raise _RefusedError(found.get("refused", "no reason given"))
    return int(found["pid"])


def _descriptor(given: Any, default: int) -> int:
    if given is None:
        return default if sys.platform != "win32" else -1
    return int(given if isinstance(given, int) else given.fileno())
