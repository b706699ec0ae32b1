"""What is kept of a value that passes a probe: a number, numbers, a small dictionary of them, or nothing.

Never the value itself: an array, a tensor or a table stays with the user.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mlnb.capture import library, numbers, tables, words
from mlnb.capture.kinds import home_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlnb.capture.calls import Call
    from mlnb.capture.sites import Site


_PLAIN: Final = frozenset({int, float, bool, type(None)})
MOST: Final = 100  # numbers that an estimator's attribute has


def key(value: Any) -> Any:
    """What is kept of a key: a number or short text of Python's own, or nothing."""
    kind = type(value)
    if kind is str:
        return value[:200]
    return value if kind in _PLAIN else numbers.number_of(value)


def at_site(site: Site, value: Any) -> Any:
    """What is kept of a value that is assigned, appended, printed or shown."""
    if site.kind == "assign":
        return of(value) if site.several else numbers.number_of(value)
    number = numbers.number_of(value)
    if number is not None:
        return number
    kind = type(value)
    if kind is str:
        return value[-80:] if site.kind == "print" else None
    if site.kind == "item" and kind is list and words.is_history_name(site.names[0]):
        return numbers.numbers_of(value)
    if (kind is tuple or kind is list) and 0 < len(value) <= 20 and _has_parts(site, value):
        return [numbers.number_of(item) for item in value]
    return _learnt(site, value) or _mapping(value)


def _learnt(site: Site, value: Any) -> list[float] | None:
    """A few numbers that an estimator says of itself: `pca.explained_variance_ratio_`."""
    expression = site.expression
    if site.kind in {"print", "shown"} and expression is not None and expression.form == "Attribute":
        found = numbers.numbers_of(value)
        return found if found is not None and len(found) < MOST else None
    return None


def _has_parts(site: Site, value: Any) -> bool:
    """Whether the source says what each item is: a list that merely holds numbers is looked at elsewhere."""
    return type(value) is tuple or (site.expression is not None and bool(site.expression.parts))


def of_call(value: Any, call: Call) -> Any:
    """What is kept of what a watched call returned."""
    if call.role == "own":
        return numbers.number_of(value)
    return means(value, library.VALIDATION_PARTS.get(call.name)) or of(value)


def of(value: Any) -> Any:
    """What is kept of a value: a number, numbers, a dictionary of them, or nothing."""
    number = numbers.number_of(value)
    if number is not None:
        return number
    if _is_tuple(value) and 0 < len(value) <= 20:
        found = [_number_or_numbers(item) for item in tuple.__iter__(value)]
        return None if all(item is None for item in found) else found
    several = numbers.numbers_of(value)
    if several is not None:
        return several
    return _mapping(value)


def _is_tuple(value: Any) -> bool:
    """Whether it is a tuple, be it one with names: what SciPy's tests return."""
    kind = type(value)
    return kind is tuple or (
        issubclass(kind, tuple) and home_of(kind) != "__main__" and kind.__iter__ is tuple.__iter__
    )


def means(value: Any, parts: Sequence[str] | None) -> dict[str, list[float]] | None:
    """The rows' means of those tables in a tuple that have a name; `None` where there are no such tables."""
    if parts is None or type(value) is not tuple:
        return None
    tables = [(name, table) for name, table in zip(parts, value, strict=False) if name]
    return {name: table.mean(axis=1).tolist() for name, table in tables if getattr(table, "ndim", 0) == 2}


def _number_or_numbers(value: Any) -> Any:
    number = numbers.number_of(value)
    return numbers.numbers_of(value) if number is None else number


def _mapping(value: Any) -> Any:
    if type(value) in numbers.MAPPINGS and 0 < len(value) <= 200:
        found = {str(name): _item(item) for name, item in value.items() if type(name) in _NAMES}
        kept = {key: item for key, item in found.items() if item is not None}
        if any(not isinstance(item, str) for item in kept.values()):
            return kept
        return None
    return tables.scores_in(value) or numbers.histories_of(value)


_NAMES: Final = frozenset({str, int, float, bool})


def _item(value: Any) -> Any:
    if type(value) is str:
        return value[:80]
    return _number_or_numbers(value)


def of_loop(found: Any) -> Any:
    """What is kept of a loop's variables."""
    if not found:
        return None
    return tuple(
        item if type(item) in _PLAIN else item[:200] if type(item) is str else of(item) for item in found
    )
