"""One setting is one parameter, by however many ways it reaches what it sets.

`C = 10; grid = GridSearchCV(make_pipeline(scaler, SVC(C=C)))` says one thing four times: as a variable, as an argument, as
a setting of the classifier and as one of the pipeline. The first that a person wrote is the parameter; the others are known
by the way that the value took to them, not by its being alike.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from mlnb.capture import values

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mlnb.capture.sites import Argument
    from mlnb.events import Param

_KEY: Final = re.compile(r"\[(['\"])(\w+)\1\]")
_PATH: Final = re.compile(r"[^\W\d]\w*(\.\w+)*")
_NUMBERED: Final = re.compile(r"(.+)_\d+")


class Stated:
    """Of one run: its variables that are parameters, and what each call and estimator has been told by them."""

    def __init__(self) -> None:
        self._variables: dict[str, str] = {}
        self._given: dict[tuple[str, str], str] = {}
        self._built: dict[tuple[int, str], str] = {}
        self._said: dict[tuple[str, str], str] = {}

    def variables(self, params: Iterable[Param]) -> None:
        """Take in parameters that have a name of the user's."""
        self._variables |= {param.name: param.value for param in params}

    def is_variable(self, prefix: str, name: str, value: Any, argument: Argument) -> bool:
        """Whether what a call was given is a variable, or a part of one, that is a parameter by itself."""
        path = _KEY.sub(r".\2", argument.text)
        if not _PATH.fullmatch(path):
            return False
        given = values.describe_param(path, value, "call")
        if not given or any(self._variables.get(param.name) != param.value for param in given):
            return False
        self._given[prefix, name] = repr(value)
        return True

    def built(self, site: int, settings: Mapping[str, Any]) -> None:
        """An estimator with these settings was built at a place."""
        self._built |= {(site, name): repr(value) for name, value in settings.items()}

    def is_told(self, prefix: str, name: str, value: Any, inside: Mapping[str, int]) -> bool:
        """Whether an estimator's setting is known from a variable, or from the estimator within it that has it."""
        if self._given.get((prefix, name)) == repr(value):
            return True
        within = max((one for one in inside if name.startswith(one)), key=len, default=None)
        return within is not None and self._built.get((inside[within], name[len(within) :])) == repr(value)

    def differing(self, prefix: str, params: Iterable[Param]) -> list[Param]:
        """Of a second estimator of a class (`SVC_2`), what is not as it was with the first."""
        found = []
        numbered = _NUMBERED.fullmatch(prefix)
        for param in params:
            name = param.name.removeprefix(f"{prefix}.")
            if numbered is None or self._said.get((numbered[1], name)) != param.value:
                found.append(param)
            self._said.setdefault((prefix, name), param.value)
        return found
