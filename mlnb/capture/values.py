"""A setting's value as parameters: scalars, text, short lists and dictionaries, flattened with dots.

What a person would read becomes the text; numbers keep their number. Secrets are redacted here, at the one
door through which every parameter goes. What is no setting (a module, a function, a table) gives nothing.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping, Sequence
from typing import Any, Final

from mlnb.capture import secrets, words
from mlnb.capture.plain import Numbers
from mlnb.events import Param, ParamType, Source

LONGEST: Final = 500  # characters of a value
ITEMS: Final = 50  # of a list or dictionary
DEPTH: Final = 4


def describe_param(name: str, value: Any, source: Source, extra: Sequence[str] = ()) -> list[Param]:
    """The parameters that a named value gives: one for a scalar or list, one per key for a dictionary."""
    return list(_describe(name, plain(value), source, extra, 0))


def is_setting(value: Any) -> bool:
    """Whether a value can be a parameter's: scalar, text, or a short list or dictionary of such."""
    return _is_setting(plain(value), 0)


def plain(value: Any) -> Any:
    """NumPy's scalars as Python's; everything else as it is."""
    numpy = sys.modules.get("numpy")
    if numpy is not None and hasattr(numpy, "generic") and isinstance(value, numpy.generic):
        return value.item()
    return value


def is_scalar(value: Any) -> bool:
    """Whether a value is a number, a text, a switch or nothing."""
    return isinstance(plain(value), (str, int, float, bool, type(None)))


def listed(value: Any) -> Any:
    """A short array's numbers (`np.logspace(-3, 1, 5)`) as a list, in a dictionary too, which is rid of what is no setting
    (a search's `loguniform(...)`); everything else as it is."""
    if isinstance(value, Mapping):
        found = {name: listed(inner) for name, inner in value.items()}
        return {name: inner for name, inner in found.items() if is_setting(inner)} or value
    return list(value) if isinstance(value, Numbers) else value


def _describe(name: str, value: Any, source: Source, extra: Sequence[str], depth: int) -> Sequence[Param]:
    if isinstance(value, Mapping):
        if not _is_setting(value, depth):
            return []
        if not value:
            return [Param(name=name, value="{}", type="dict", source=source)]
        items = [
            (f"{name}.{key}", plain(inner)) for key, inner in value.items() if not _is_switch(key, inner)
        ]
        return [
            found for label, inner in items for found in _describe(label, inner, source, extra, depth + 1)
        ]
    if not _is_setting(value, depth):
        return []
    kind = _type(value)
    if _is_secret(name, value, extra):
        return [Param(name=name, value=secrets.REDACTED, type=kind, source=source)]
    return [Param(name=name, value=_text(value), type=kind, number=_number(value), source=source)]


def _is_switch(name: Any, value: Any) -> bool:
    """Whether it is about what is shown, not about what is computed: `debug`, `verbose`, `log_every`."""
    if not isinstance(name, str) or not words.is_display_name(name):
        return False
    return isinstance(value, bool) or words.is_interval_name(name)


def _is_setting(value: Any, depth: int) -> bool:
    if value is None or isinstance(value, (bool, int, float, complex)):
        return True
    if isinstance(value, str):
        return len(value) <= LONGEST
    if depth >= DEPTH or isinstance(value, Numbers) or len_or_none(value) is None or len(value) > ITEMS:
        return False
    if isinstance(value, Mapping):
        return all(
            isinstance(k, (str, int, float)) and _is_setting(plain(v), depth + 1) for k, v in value.items()
        )
    if isinstance(value, (list, tuple, set, frozenset, range)):
        return all(_is_setting(plain(item), depth + 1) for item in value)
    return False


def len_or_none(value: Any) -> int | None:
    try:
        return len(value)
    except Exception:  # noqa: BLE001 - a user's class may raise anything
        return None


def _type(value: Any) -> ParamType:
    if value is None:
        return "none"
    for kind, name in _TYPES:
        if isinstance(value, kind):
            return name
    return "other"


_TYPES: Final[tuple[tuple[Any, ParamType], ...]] = (
    (bool, "bool"),
    (int, "int"),
    (float, "float"),
    (str, "str"),
    ((list, tuple, set, frozenset, range), "list"),
    (Mapping, "dict"),
)


def _text(value: Any) -> str:
    text = value if isinstance(value, str) else repr(_plain_items(value))
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _plain_items(value: Any) -> Any:
    """A list's items without NumPy's wrappers, which show themselves in a `repr`."""
    if isinstance(value, (list, tuple)) and type(value) in (list, tuple):
        return type(value)(_plain_items(plain(item)) for item in value)
    return value


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def _is_secret(name: str, value: Any, extra: Sequence[str]) -> bool:
    if isinstance(value, str):
        return bool(value) and (secrets.is_secret_name(name, extra) or secrets.looks_secret(value))
    if isinstance(value, (list, tuple, set, frozenset)):
        return any(isinstance(item, str) and _is_secret(name, item, extra) for item in value)
    return secrets.is_password_name(name) and isinstance(value, (int, float)) and not isinstance(value, bool)
