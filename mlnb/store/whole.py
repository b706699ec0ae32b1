"""Answers that aren't whole, and how that is said.

More may wait to be folded than can be looked through while somebody waits for an answer. Then the answer shows what there
was time for, the newest runs first, and this is said: to whoever listens (`listening`: the server, the command line, a page
of runs), else as a warning at the user's own line.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from mlnb.errors import NotWhole

_HOUSE: Final = str(Path(__file__).parents[1])


@dataclass
class Heard:
    """How much wasn't looked into by the answers so far: 0 where they are whole."""

    missing: int = 0

    def __bool__(self) -> bool:
        return self.missing > 0

    def __str__(self) -> str:
        return f"this is not the whole: {self.missing:,} journals aren't folded yet; that goes on, ask again in a while"


_listener: ContextVar[Heard | None] = ContextVar("mlnb_listener", default=None)


@contextmanager
def listening() -> Iterator[Heard]:
    """What is said inside the block comes here, and no further."""
    heard = Heard()
    token = _listener.set(heard)
    try:
        yield heard
    finally:
        _listener.reset(token)


def say(missing: int) -> None:
    """An answer lacks what so many journals say."""
    heard = _listener.get()
    if heard is not None:
        heard.missing = max(heard.missing, missing)
    else:
        warnings.warn(str(Heard(missing)), NotWhole, stacklevel=_outside())


def _outside() -> int:
    """The level of the first caller that isn't mlnb, as `warn` counts."""
    level, frame = 2, sys._getframe(2)  # noqa: SLF001 - the only way to a caller that is fast
    while frame.f_back is not None and frame.f_code.co_filename.startswith(_HOUSE):
        level, frame = level + 1, frame.f_back
    return level
