"""Models as files: a model's file in the safest format that takes it, and what is known of the model without its file."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from typing import Any, Final

from mlnb.capture import estimators, formats, signatures
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
    reasons = []
    for form in formats.known():
        if not form.takes(est):
            continue
        try:
            data = form.dump(est)
        except Exception as error:  # noqa: BLE001 - a format that can't take this model leaves it to the next
            reasons.append(f"{form.name}: {type(error).__name__}: {error}"[:200])
            continue
        if len(data) > limit:
            raise TooLargeError(
                f"the {type(est).__name__} is {len(data):,} bytes, over the limit of {limit:,}",
                size=len(data),
            )
        described = {**describe(est, input_example), "format": form.name, "unsafe": form.unsafe}
        if reasons:
            described["not"] = reasons
        return SerialisedModel(data, form.name, form.media_type, described)
    raise UsageError(f"a {type(est).__name__} can't be saved", hint="; ".join(reasons) or None)


def describe(est: Any, input_example: Any = None) -> dict[str, Any]:
    """What is known of a model without its file: class, text, libraries' versions, signature."""
    kind = type(est)
    found: dict[str, Any] = {
        "class": f"{kind.__module__}.{kind.__qualname__}",
        "text": _text(est),
        "versions": {"python": ".".join(map(str, sys.version_info[:3])), **estimators.libraries(est)},
    }
    signature = signatures.describe(est, input_example)
    if signature:
        found["signature"] = signature
    return found


def _text(est: Any) -> str:
    try:
        return repr(est)[:10_000]
    except Exception:  # noqa: BLE001 - a user's class may raise anything
        return type(est).__name__
