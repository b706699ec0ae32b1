"""Models as files: a model's file in the safest format that takes it, and what is known of the model without its file."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from mlnb.capture import estimators, formats, signatures
from mlnb.capture.kinds import home_of, root_of, word_of
from mlnb.capture.plain import plain
from mlnb.errors import UsageError

LARGEST: Final = 256 << 20  # bytes


class TooLargeError(UsageError):
    """The model's file would be over the limit."""

    code = "too_large"


@dataclass(frozen=True)
class SerialisedModel:
    """`metadata` has `class`, `text`, `versions`, `signature`, `format` and `unsafe`; see `mlnb.capture.signatures`."""

    data: bytes
    format: str
    media_type: str
    metadata: dict[str, Any] = field(default_factory=dict)


def serialise(est: Any, input_example: Any = None, *, limit: int = LARGEST) -> SerialisedModel:
    """A model's file with what is known of it.

    Raises
    ------
    TooLargeError
        Its file is over `limit` bytes.
    UsageError
        No format takes it.
    """
    described = describe(est, input_example)
    reasons: list[str] = []
    found = _safest(est, described, reasons, limit)
    if found is None:
        raise UsageError(f"a {type(est).__name__} can't be saved", hint="; ".join(reasons) or None)
    return found


def from_pickle(
    data: bytes, described: dict[str, Any], load: Callable[[bytes], Any], *, limit: int = LARGEST
) -> SerialisedModel:
    """The file of a model that another process has pickled and described; the pickle itself where `load` can't or won't
    take it, or no safer format does.

    Raises
    ------
    TooLargeError
        Its file is over `limit` bytes.
    """
    reasons: list[str] = []
    try:
        est = load(data)
        there = {"python": described["versions"]["python"], **estimators.libraries(est)}
    except Exception as error:  # noqa: BLE001 - then it stays what it is
        reasons.append(f"{error}"[:200])
    else:
        if there == described["versions"]:
            found = _safest(est, described, reasons, limit, safe=True)
            if found is not None:
                return found
        else:
            reasons.append(f"needs {described['versions']}, not {there}"[:200])
    return _saved(data, formats.Cloudpickle(), described, reasons, limit)


def _safest(
    est: Any, described: dict[str, Any], reasons: list[str], limit: int, *, safe: bool = False
) -> SerialisedModel | None:
    """In the first format that takes it, `safe` ones only or any; `reasons` gets why others didn't."""
    for form in formats.known():
        if not form.takes(est) or (safe and form.unsafe):
            continue
        try:
            data = form.dump(est)
        except Exception as error:  # noqa: BLE001 - a format that can't take this model leaves it to the next
            reasons.append(f"{form.name}: {type(error).__name__}: {error}"[:200])
            continue
        return _saved(data, form, described, reasons, limit)
    return None


def _saved(
    data: bytes, form: formats.Format, described: dict[str, Any], reasons: list[str], limit: int
) -> SerialisedModel:
    if len(data) > limit:
        raise TooLargeError(
            f"the {described['class'].rpartition('.')[2]} is {len(data):,} bytes, over the limit of {limit:,}",
            size=len(data),
        )
    metadata = {**described, "format": form.name, "unsafe": form.unsafe}
    if reasons:
        metadata["not"] = reasons
    return SerialisedModel(data, form.name, form.media_type, metadata)


def describe(est: Any, input_example: Any = None) -> dict[str, Any]:
    """What is known of a model without its file: class, text, libraries' versions, signature."""
    kind = type(est)
    found: dict[str, Any] = {
        "class": f"{home_of(kind)}.{kind.__qualname__}",
        "text": _text(est),
        "versions": {"python": ".".join(map(str, sys.version_info[:3])), **estimators.libraries(est)},
    }
    signature = signatures.describe(est, input_example)
    if signature:
        found["signature"] = signature
    return found


def _text(est: Any) -> str:
    """As its library shows it; where that would run code of the user's, its name and settings."""
    kind = type(est)
    if not estimators.says_nothing_foreign(est) or root_of(kind) not in estimators.LIBRARIES:
        said = ", ".join(f"{name}={plain(value)!r}" for name, value in estimators.settings(est).items())
        return f"{word_of(kind)}({said})" if said else word_of(kind)
    try:
        return repr(est)[:10_000]
    except Exception:  # noqa: BLE001 - a library's may fail on what is half fitted
        return word_of(kind)
