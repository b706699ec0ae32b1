"""Every error that mlnb raises on purpose::

    Error
    ├── UsageError              an argument, option or value that can't be used
    │   ├── QueryError          a `where` or `order_by` that can't be read (carries the position)
    │   ├── TimedOut            a query that took longer than it may
    │   ├── ParameterError      a notebook parameter that is unknown or doesn't parse
    │   └── NameTaken           a name that must be new
    ├── NotFound                no run, model, version, alias, metric or file of that name
    ├── Ambiguous               a prefix that several runs share
    ├── NotebookError           a notebook that can't be read, or wasn't kept
    ├── KernelError             a kernel that doesn't exist or doesn't start
    ├── ExecutionFailed         a rerun whose notebook failed
    ├── StoreError              the store's folder
    │   ├── NotWritable         can't be created or written
    │   ├── TooNew              was written by a newer mlnb
    │   ├── Busy                DuckDB or the registry is held by another process (named)
    │   └── Corrupt             bytes that aren't what they were
    └── PromotionError
        ├── GateFailed          a gate refused (carries the gates' results)
        ├── Conflict            somebody else moved the alias first
        └── UnsafeModel         a model whose format can run code when it is loaded

Each message says what is wrong, with which value, and what is allowed; `hint` says what to type.
`NotWhole` is a warning. `code` is the name that the REST API and `--json` use, and `told` and `retold` carry an error from one process to
another. IPython shows such an error with the user's own lines only:
the mistake is in those.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Final

_HOUSE: Final = str(Path(__file__).parent)


class NotWhole(UserWarning):
    """An answer lacks what isn't folded yet: more waited than could be looked through at once. It is on its way."""


class Error(Exception):
    """The root. `str(error)` is the message and, where there is one, the hint on the same line."""

    code = "error"

    def __init__(self, message: str, *, hint: str | None = None, **facts: Any) -> None:
        super().__init__(message if hint is None else f"{message} ({hint})")
        self.message = message
        self.hint = hint
        self.facts = facts

    def _render_traceback_(self) -> list[str]:
        """What IPython prints. `__traceback__` keeps every frame, for `%debug` and for our own bugs."""
        from IPython.core.getipython import get_ipython

        shell = get_ipython()
        assert shell is not None  # who calls this is IPython
        shown: list[str] = shell.InteractiveTB.structured_traceback(
            type(self), self, _outside(self.__traceback__), tb_offset=1
        )
        return shown


class UsageError(Error):
    code = "usage"


class QueryError(UsageError):
    """`position` counts characters from the start of `query`, from 0."""

    code = "query"

    def __init__(self, message: str, *, query: str, position: int, hint: str | None = None) -> None:
        super().__init__(message, hint=hint, query=query, position=position)
        self.query = query
        self.position = position


class TimedOut(UsageError):
    code = "timed_out"


class ParameterError(UsageError):
    code = "parameter"


class NameTaken(UsageError):
    code = "name_taken"


class NotFound(Error):
    code = "not_found"


class Ambiguous(Error):
    code = "ambiguous"


class NotebookError(Error):
    code = "notebook"


class KernelError(Error):
    code = "kernel"


class ExecutionFailed(Error):
    code = "execution_failed"


class StoreError(Error):
    code = "store"


class NotWritable(StoreError):
    code = "not_writable"


class TooNew(StoreError):
    code = "too_new"


class Busy(StoreError):
    code = "busy"


class Corrupt(StoreError):
    code = "corrupt"


class PromotionError(Error):
    code = "promotion"


class GateFailed(PromotionError):
    code = "gate_failed"


class Conflict(PromotionError):
    code = "conflict"


class UnsafeModel(PromotionError):
    code = "unsafe_model"


def told(error: Error) -> dict[str, Any]:
    """The error as JSON: `code`, `message`, `hint`, and the `position` in a query that can't be read."""
    body = {"code": error.code, "message": error.message, "hint": error.hint}
    return body | {"position": error.position} if isinstance(error, QueryError) else body


def retold(told: Mapping[str, Any]) -> Error:
    """The error that another process told."""
    kinds = {kind.code: kind for kind in _kinds(Error) if kind is not QueryError}  # the query wasn't told
    return kinds.get(told["code"], Error)(told["message"], hint=told["hint"])


def _kinds(root: type[Error]) -> Iterator[type[Error]]:
    yield root
    for kind in root.__subclasses__():
        yield from _kinds(kind)


def _outside(traceback: TracebackType | None) -> TracebackType | None:
    """The frames down to the first call into mlnb."""
    if traceback is None or traceback.tb_frame.f_code.co_filename.startswith(_HOUSE):
        return None
    return TracebackType(
        _outside(traceback.tb_next), traceback.tb_frame, traceback.tb_lasti, traceback.tb_lineno
    )


def nearest(name: str, known: Iterable[str], *, show: int = 8) -> str:
    """A hint for a name that isn't known: the nearest known one, else the first few."""
    names = sorted(set(known))
    close = difflib.get_close_matches(name, names, n=1)
    if close:
        return f"did you mean {close[0]!r}?"
    if not names:
        return "there are none yet"
    rest = "" if len(names) <= show else f" and {len(names) - show} more"
    return "known: " + ", ".join(names[:show]) + rest
