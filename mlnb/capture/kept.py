"""What is kept of a value that passes a probe: a number, numbers, a small dictionary of them, or nothing.

Never the value itself: an array, a tensor or a table stays with the user.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mlnb.capture import library, numbers, tables, values, words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlnb.capture.calls import Call
    from mlnb.capture.sites import Site


MOST: Final = 100  # numbers that an estimator's attribute has


def at_site(site: Site, value: Any) -> Any:
    """What is kept of a value that is assigned, appended, printed or shown."""
    if site.kind == "assign":
        return of(value) if site.several else numbers.number_of(value)
    number = numbers.number_of(value)
    if number is not None:
        return number
    if isinstance(value, str):
        return value[-80:] if site.kind == "print" else None
    if site.kind == "item" and isinstance(value, list) and words.is_history_name(site.names[0]):
        return numbers.numbers_of(value)
    if isinstance(value, (tuple, list)) and 0 < len(value) <= 20 and _has_parts(site, value):
        return [numbers.number_of(item) for item in value]
    return _learnt(site, value) or _mapping(value)


def _learnt(site: Site, value: Any) -> list[float] | None:
    """A few numbers that an estimator says of itself: `pca.explained_variance_ratio_`."""
    expression = site.expression
    if site.kind in {"print", "shown"} and expression is not None and expression.form == "Attribute":
        return numbers.numbers_of(value) if (values.len_or_none(value) or MOST) < MOST else None
    return None


def _has_parts(site: Site, value: Any) -> bool:
    """Whether the source says what each item is: a list that merely holds numbers is looked at elsewhere."""
    return isinstance(value, tuple) or (site.expression is not None and bool(site.expression.parts))


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
    if isinstance(value, tuple) and 0 < len(value) <= 20:
        found = [_number_or_numbers(item) for item in value]
        return None if all(item is None for item in found) else found
    several = numbers.numbers_of(value)
    if several is not None:
        return several
    return _mapping(value)


def means(value: Any, parts: Sequence[str] | None) -> dict[str, list[float]] | None:
    """The rows' means of those tables in a tuple that have a name; `None` where there are no such tables."""
    if parts is None or not isinstance(value, tuple):
        return None
    tables = [(name, table) for name, table in zip(parts, value, strict=False) if name]
    return {name: table.mean(axis=1).tolist() for name, table in tables if getattr(table, "ndim", 0) == 2}


def _number_or_numbers(value: Any) -> Any:
    number = numbers.number_of(value)
    return numbers.numbers_of(value) if number is None else number


def _mapping(value: Any) -> Any:
    if isinstance(value, dict) and 0 < len(value) <= 200:
        found = {str(key): _item(item) for key, item in value.items()}
        kept = {key: item for key, item in found.items() if item is not None}
        if any(not isinstance(item, str) for item in kept.values()):
            return kept
        return None
    return tables.scores_in(value) or numbers.histories_of(value)


def _item(value: Any) -> Any:
    if isinstance(value, str):
        return value[:80]
    return _number_or_numbers(value)


def of_loop(values: Any) -> Any:
    if values is None:
        return None
    return tuple(
        item if isinstance(item, (int, float, str, bool, type(None))) else of(item) for item in values
    )
