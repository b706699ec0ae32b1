"""A mistake in a magic's line is answered in one line, without a traceback."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from typing import Any, ParamSpec

from mlnb.errors import Error

P = ParamSpec("P")


def in_one_line(function: Callable[P, Any]) -> Callable[P, Any]:
    """Show mlnb's own errors as one line on stderr; every other exception is the user's to see."""

    @functools.wraps(function)
    def answered(*args: P.args, **kwargs: P.kwargs) -> Any:
        try:
            return function(*args, **kwargs)
        except Error as error:
            sys.stderr.write(f"mlnb: {' '.join(str(error).split())}\n")
            return None

    return answered
