"""What a cell shows: rich outputs and text, watched while it runs and let go afterwards.

Rich outputs pass through the shell's display publisher and display hook: their methods are wrapped on the instance, and
unwrapped when the cell is over. Text passes through the streams' own `write` (`mlnb.tracking.printed`), be they ipykernel's
or a terminal's.

While the cell runs, the store's flusher puts the end of its text into the run's journal (`LastWords`): where the
kernel is killed, that is what is left of it.
"""

from __future__ import annotations

import contextlib
import sys
import threading
import time
from typing import TYPE_CHECKING, Any, Final

from mlnb import events
from mlnb.capture.collectors import Output
from mlnb.store import flusher
from mlnb.tracking.printed import LAST_TEXT, Printed

if TYPE_CHECKING:
    from collections.abc import Callable

    from mlnb.tracking.recording import Run

MOST_BYTES: Final = 256 << 20

ALLOWANCE: Final = 128 << 10
"""Characters for which a cell that never stops printing waits a second more until the next time: ten hours of it
come to some megabytes."""


class Watch:
    """Watches one cell's outputs between `start` and `stop`."""

    def __init__(self, shell: Any, run: Run) -> None:
        self._shell = shell
        self._printed = Printed()
        self._last = LastWords(run, self._printed)
        self._undo: list[Callable[[], None]] = []
        self._bytes = 0
        self.outputs: list[Output] = []

    def start(self) -> None:
        self._wrap(self._shell.display_pub, "publish", self._published)
        self._wrap(self._shell.displayhook, "write_format_data", self._result)
        for name in ("stdout", "stderr"):
            self._watch_stream(name)
        self._last.start()

    def stop(self) -> None:
        self._last.stop()
        while self._undo:
            self._undo.pop()()

    @property
    def text(self) -> str:
        return self._printed.text

    # ---- rich outputs -----------------------------------------------------------------------

    def _wrap(self, owner: Any, name: str, note: Callable[..., None]) -> None:
        """Let `owner.name` tell `note` first; `stop` takes the wrapper off."""
        original = getattr(owner, name)

        def wrapped(*args: Any, **kwargs: Any) -> Any:
            with contextlib.suppress(Exception):
                note(*args, **kwargs)
            return original(*args, **kwargs)

        self._put(owner, name, wrapped)

    def _put(self, owner: Any, name: str, wrapped: Callable[..., Any]) -> None:
        before = vars(owner).get(name)

        def undo() -> None:
            if before is None:
                vars(owner).pop(name, None)
            else:
                vars(owner)[name] = before

        vars(owner)[name] = wrapped
        self._undo.append(undo)

    def _published(self, data: Any = None, metadata: Any = None, source: Any = None, **kwargs: Any) -> None:
        self._keep(data)

    def _result(self, format_dict: Any, md_dict: Any = None) -> None:
        self._keep(format_dict)

    def _keep(self, bundle: Any) -> None:
        if not isinstance(bundle, dict) or any(
            str(key).startswith("application/vnd.mlnb.") for key in bundle
        ):
            return
        self._bytes += sum(len(value) for value in bundle.values() if isinstance(value, (str, bytes)))
        if self._bytes <= MOST_BYTES:
            self.outputs.append(Output(dict(bundle)))

    # ---- text -------------------------------------------------------------------------------

    def _watch_stream(self, name: str) -> None:
        """The stream itself is listened to, so that what a cell keeps of it (a logging handler) is the process's own."""
        stream = getattr(sys, name)
        if hasattr(stream, "write") and hasattr(stream, "__dict__"):
            self._put(stream, "write", self._printed.passing(stream.write))


class LastWords:
    """The end of what a cell has printed, put into its run's journal as often as the flusher comes by."""

    def __init__(self, run: Run, printed: Printed) -> None:
        self._run = run
        self._printed = printed
        self._lock = threading.Lock()
        self._written = ""
        self._spent = 0
        self._next = 0.0

    def start(self) -> None:
        flusher.add(self)

    def stop(self) -> None:
        """Nothing is written after this has returned: what the cell printed is kept whole from now on."""
        flusher.remove(self)
        with self._lock:
            self._next = float("inf")

    def sync(self) -> None:
        now = time.monotonic()
        with self._lock:
            if now < self._next or self._run.ended:
                return
            text = _as_shown(self._printed.end)[-LAST_TEXT:]
            if text in ("", self._written):
                return
            self._run.append(events.Output(text=text.encode("utf-8", "replace").decode()))
            self._written = text
            self._spent += len(text)
            self._next = now + self._spent / ALLOWANCE


def _as_shown(text: str) -> str:
    """The text as a front end shows it: of a line that was written over, the last."""
    return "\n".join(line.rstrip("\r").rpartition("\r")[2] for line in text.split("\n"))
