"""The process that does what cells don't wait for: `python -P -m mlnb.tracking.keeper DESCRIPTOR`.

One a kernel, started and fed by `mlnb.tracking.late`. It takes tasks from a socket in their order, writes what comes of them into
the runs' journals as another writer, and says when it is through with each. It outlives its kernel until it has done
everything that it was given, and ends by itself after some time without work.

It unpickles what its kernel has pickled a moment ago, and came over the socket; nothing from a store. Of a model, only what
well-known libraries made is unpickled, to be written in a safe format; one with code of the notebook's own, or of a package
that no safe format knows, is kept as the pickle that it came as, and nothing of that code runs here.
"""

from __future__ import annotations

import contextlib
import functools
import io
import os
import pickle
import signal
import socket
import sys
from functools import singledispatchmethod
from importlib import metadata
from typing import IO, Any, Final

from mlnb import events
from mlnb.store import Store
from mlnb.tracking import tasks
from mlnb.tracking.late import NUMBER

IDLE: Final = 120.0
"""Seconds without work after which it ends."""

_LIBRARIES: Final = frozenset(
    "builtins collections copyreg datetime functools operator types _codecs numpy scipy pandas sklearn joblib xgboost lightgbm "
    "catboost torch keras".split()
)
"""Packages whose objects a safe format of ours may hold."""


class Foreign(Exception):
    """A pickle needs code that is left alone here."""


class Work:
    """Does tasks, one after the other. `perform` gives the events that a task comes to."""

    def __init__(self) -> None:
        self._environments: dict[Any, events.Environment] = {}

    def do(self, file: IO[bytes]) -> None:
        """One task, whatever becomes of it: its run says so."""
        task = tasks.read(file)
        sys.path[:] = task.path
        try:
            store = Store.open(task.store, create=False)
        except Exception:  # noqa: BLE001 - a store that is gone has nobody to be told
            return
        try:
            found = self.perform(task, file, store)
        except Exception as error:  # noqa: BLE001 - said by the run
            message = f"{task.what or task.__struct_config__.tag}: {type(error).__name__}: {error}"
            found = [events.Problem(where="late work", message=message[:2000])]
        if task.what:
            found.append(events.Paid(task=task.task))
        if found:
            store.edit(task.run_id, *found)

    @singledispatchmethod
    def perform(self, task: Any, _file: IO[bytes], _store: Store) -> list[events.Event]:
        raise TypeError(f"a task of an unknown kind: {type(task).__name__}")

    @perform.register
    def _(self, task: tasks.Describe, _file: IO[bytes], store: Store) -> list[events.Event]:
        from mlnb.capture import environment, git

        tree = git.read(task.folder, task.redact)
        if tree.diff:
            store.objects.put_bytes(tree.diff)
        found: list[events.Event] = [tree.state]
        if task.packages:
            seen = environment.folders(task.path)
            if seen not in self._environments:
                self._environments = {seen: environment.describe(task.path)}
            found.append(self._environments[seen])
        return found

    @perform.register
    def _(self, task: tasks.Sync, _file: IO[bytes], store: Store) -> list[events.Event]:
        for sha256 in task.objects:
            store.objects.sync(sha256)
        return []

    @perform.register
    def _(self, task: tasks.Children, file: IO[bytes], store: Store) -> list[events.Event]:
        from mlnb.tracking import writing

        writing.write_children(store, task.run_id, task.experiment, pickle.load(file))  # noqa: S301 - our kernel's
        return []

    @perform.register
    def _(self, _task: tasks.Checks, file: IO[bytes], _store: Store) -> list[events.Event]:
        from mlnb.tracking import checking

        return checking.answers(pickle.load(file))  # noqa: S301 - our kernel's

    @perform.register
    def _(self, task: tasks.Model, file: IO[bytes], store: Store) -> list[events.Event]:
        from mlnb.capture import models

        saved = models.from_pickle(file.read(), task.about, understood, limit=task.limit)
        return [
            events.Artifact(
                name=task.name,
                artifact_kind="model",
                media_type=saved.media_type,
                bytes=len(saved.data),
                sha256=store.objects.put_bytes(saved.data),
                source="call",
                metadata=saved.metadata,
            )
        ]


def understood(data: bytes) -> Any:
    """What a pickle holds, if it is made of nothing but what well-known libraries have.

    Raises
    ------
    Foreign
        It needs anything else, which then isn't imported.
    """
    return _Unpickler(io.BytesIO(data)).load()


@functools.cache
def _known() -> frozenset[str]:
    """Where there are formats of other packages, what any installed package has: but for code that a pickle brings along."""
    from mlnb.capture import formats

    if not formats.of_others():
        return _LIBRARIES
    return _LIBRARIES | (metadata.packages_distributions().keys() - {"cloudpickle"})


class _Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if module.partition(".")[0] not in _known():
            raise Foreign(f"needs {module}.{name}")
        return super().find_class(module, name)


def serve(connection: socket.socket) -> None:
    """Do what comes until nobody is there, or nothing comes."""
    work = Work()
    _say(connection, NUMBER.pack(-os.getpid()))
    connection.settimeout(IDLE)
    while True:
        try:
            number, passed, _, _ = socket.recv_fds(connection, NUMBER.size, 1)
        except TimeoutError:
            return
        if not number:
            return
        with os.fdopen(passed[0], "rb") as file:
            work.do(file)
        _say(connection, number)


def _say(connection: socket.socket, said: bytes) -> None:
    with contextlib.suppress(OSError):  # the kernel is gone; what it left behind is done all the same
        connection.sendall(said)


def main() -> None:
    for ignored in ("SIGINT", "SIGHUP", "SIGQUIT"):
        if hasattr(signal, ignored):
            signal.signal(getattr(signal, ignored), signal.SIG_IGN)
    os.nice(5)
    serve(socket.socket(fileno=int(sys.argv[1])))


if __name__ == "__main__":
    main()
