"""The user's own calls to a tracker: `wandb.log({"loss": v}, step=i)`, `writer.add_scalar("loss", v, i)`, `self.log("loss", v)`.

They say what is a metric, its name and its step, so they win over anything inferred. Nothing is sent anywhere by us.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from mlnb.capture.numbers import MAPPINGS, number_of
from mlnb.capture.vocabulary import listed

if TYPE_CHECKING:
    from collections.abc import Sequence

SINKS: Final = listed("log_metric log_metrics add_scalar log_scalar report_scalar track_metric")
_SPEAKING: Final = frozenset({"log"})  # of a tracker where what it is given is a name or a dictionary
_TRACKERS: Final = frozenset({"wandb", "trackio", "swanlab"})
_STEPS: Final = listed("step global_step epoch iteration")
_VALUES: Final = listed("value scalar_value metrics data values")
MOST: Final = 200  # metrics of one call


class Logged(NamedTuple):
    """What one call has logged: numbers by name, and the step, where it says one."""

    numbers: dict[str, float]
    step: int | None


def is_sink(node: ast.Call) -> bool:
    """Whether a call logs metrics, as far as its source tells."""
    if not isinstance(node.func, ast.Attribute) or not (node.args or node.keywords):
        return False
    if node.func.attr in SINKS:
        return True
    if node.func.attr not in _SPEAKING or not node.args:
        return False
    root, first = node.func.value, node.args[0]
    if isinstance(root, ast.Name) and root.id in _TRACKERS:
        return True
    named = isinstance(first, ast.JoinedStr) or (
        isinstance(first, ast.Constant) and isinstance(first.value, str)
    )
    return isinstance(first, ast.Dict) or (named and len(node.args) > 1)


def is_sink_name(callee: str) -> bool:
    return callee.rpartition(".")[2] in SINKS | _SPEAKING


def read(given: Sequence[tuple[str | None, Any]]) -> Logged | None:
    """What a call was given, as (keyword, value); `None` where there is no number under a name in it."""
    places = [value for keyword, value in given if keyword is None]
    named = {keyword: value for keyword, value in given if keyword is not None}
    values = [*places, *(named[name] for name in named if name in _VALUES)]
    name = next(
        (
            one
            for one in (*places[:1], *(named.get(key) for key in ("name", "key", "tag")))
            if type(one) is str
        ),
        None,
    )
    rest = values[1:] if places and places[0] is name else values
    if not rest:
        return None
    found = _numbers(name or "", rest[0])
    step = next((named[key] for key in named if key in _STEPS), rest[1] if len(rest) > 1 else None)
    return Logged(found, step if type(step) is int else None) if found else None


def _numbers(name: str, value: Any) -> dict[str, float]:
    if type(value) in MAPPINGS:
        pairs = [(str(key), number_of(item)) for key, item in list(value.items())[:MOST] if type(key) is str]
        return {f"{name}/{key}" if name else key: float(item) for key, item in pairs if item is not None}
    number = number_of(value)
    return {name: float(number)} if name and number is not None else {}
