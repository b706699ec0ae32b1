"""What a cell shows: rich outputs and text, watched while it runs and let go afterwards.

Rich outputs pass through the shell's display publisher and display hook: their methods are wrapped on the instance, and
unwrapped when the cell is over. Text passes through ipykernel's own stream hooks; in a terminal, through a
stand-in for `sys.stdout` that hands everything on and is taken away after the cell.
"""

from __future__ import annotations

import contextlib
import sys
from typing import TYPE_CHECKING, Any, Final

from mlnb.capture.collectors import Output

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_TEXT: Final = 4 << 20
MOST_BYTES: Final = 256 << 20


class Watch:
    """Watches one cell's outputs between `start` and `stop`."""

    def __init__(self, shell: Any) -> None:
        self._shell = shell
        self._undo: list[Callable[[], None]] = []
        self._text: list[str] = []
        self._length = 0
        self._bytes = 0
        self.outputs: list[Output] = []

    def start(self) -> None:
        self._wrap(self._shell.display_pub, "publish", self._published)
        self._wrap(self._shell.displayhook, "write_format_data", self._result)
        for name in ("stdout", "stderr"):
            self._watch_stream(name)

    def stop(self) -> None:
        while self._undo:
            self._undo.pop()()

    @property
    def text(self) -> str:
        return "".join(self._text)

    # ---- rich outputs -----------------------------------------------------------------------

    def _wrap(self, owner: Any, name: str, note: Callable[..., None]) -> None:
        """Let `owner.name` tell `note` first; `stop` takes the wrapper off."""
        before = vars(owner).get(name)
        original = getattr(owner, name)

        def wrapped(*args: Any, **kwargs: Any) -> Any:
            with contextlib.suppress(Exception):
                note(*args, **kwargs)
            return original(*args, **kwargs)

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
        stream = getattr(sys, name)
        if hasattr(stream, "watch_fd_thread") or type(stream).__module__.startswith("ipykernel"):
            self._wrap(stream, "write", self._wrote)
            return
        stand_in = _Tee(stream, self._wrote)
        setattr(sys, name, stand_in)
        self._undo.append(lambda: setattr(sys, name, stream) if getattr(sys, name) is stand_in else None)

    def _wrote(self, text: Any) -> None:
        if isinstance(text, str) and self._length < MOST_TEXT:
            self._text.append(text)
            self._length += len(text)


class _Tee:
    """Everything that the stream is, with an ear on `write`."""

    def __init__(self, stream: Any, note: Callable[[str], None]) -> None:
        self.__dict__["_stream"] = stream
        self.__dict__["_note"] = note

    def write(self, text: str) -> Any:
        self._note(text)
        return self._stream.write(text)

    def writelines(self, lines: Any) -> None:
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self._stream, name, value)

    def __iter__(self) -> Any:
        return iter(self._stream)
