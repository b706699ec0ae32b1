"""What a cell prints, on its way to the stream: taking in a piece costs hardly more than an `append`.

A loop prints tens of thousands of short pieces. They are only listed as they pass, and put together when there are many, or
when somebody asks. A long piece is put away at once, so what waits is bounded. Its beginning is kept up to `MOST_TEXT`, and of
what comes after that the last.
"""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING, Any, Final

from mlnb.capture.sites import MISSING

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_TEXT: Final = 4 << 20
"""Characters of a cell's text that are kept."""

LAST_TEXT: Final = 4_000
"""Characters of a running cell's text that its journal keeps each time."""

ENOUGH: Final = 4 * LAST_TEXT
"""Characters of its end that are at hand: lines that are written over don't count."""

MANY: Final = 4096
SHORT: Final = 512


class Printed:
    """Of one cell."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._kept: list[str] = []
        self._length = 0
        self._end = ""
        self._lock = threading.Lock()
        self._pid = os.getpid()

    def passing(self, write: Callable[..., Any]) -> Callable[..., Any]:
        """A `write` that takes in what it hands on."""
        append, waiting, add = self._pieces.append, self._pieces.__len__, self.add

        def passing(text: Any = MISSING, *more: Any, **named: Any) -> Any:
            if type(text) is str and len(text) < SHORT and waiting() < MANY:
                append(text)
            elif text is MISSING:
                return write(**named)
            else:
                add(text)
            return write(text, *more, **named) if more or named else write(text)

        return passing

    def add(self, text: Any) -> None:
        """A piece; of what isn't Python's own kind of text, its characters alone."""
        if issubclass(type(text), str):
            self._pieces.append(str.__str__(text))
            self._put_together()

    @property
    def text(self) -> str:
        """All that is kept."""
        self._put_together()
        return "".join(self._kept)

    @property
    def end(self) -> str:
        """At least so much of the end as is kept in a journal, as it was written."""
        self._put_together()
        return self._end

    def _put_together(self) -> None:
        if os.getpid() != self._pid:
            self._pieces.clear()  # a forked child's: nobody asks for it, and the lock may be held for ever
            return
        with self._lock:
            pieces = self._pieces[:]
            text = "".join(pieces)
            if self._length < MOST_TEXT:
                self._kept.append(text)
                self._length += len(text)
            self._end = (self._end + text)[-ENOUGH:] if len(text) < ENOUGH else text[-ENOUGH:]
            del self._pieces[: len(pieces)]
