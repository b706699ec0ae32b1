"""A mistake in a magic's line is answered in one line, without a traceback.

IPython shows a `UsageError` so, and the cell counts as failed: what follows in "Run All" or papermill doesn't go on as
if nothing had happened.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, ParamSpec

from IPython.core.error import UsageError

from mlnb.errors import Error

if TYPE_CHECKING:
    from collections.abc import Callable

P = ParamSpec("P")


def in_one_line(function: Callable[P, Any]) -> Callable[P, Any]:
    """Turn mlnb's own errors into IPython's one-line error; every other exception is the user's to see."""

    @functools.wraps(function)
    def answered(*args: P.args, **kwargs: P.kwargs) -> Any:
        try:
            return function(*args, **kwargs)
        except Error as error:
            raise UsageError(" ".join(str(error).split())) from None

    return answered
