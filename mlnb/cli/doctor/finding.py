"""What one check says: that something is well, or what is wrong with it and what mends it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. `mend` is what to type or do."""

    what: str
    state: Literal["ok", "warning", "failed"]
    says: str
    mend: str = ""


def fine(what: str, says: str) -> Finding:
    return Finding(what, "ok", says)


def warning(what: str, says: str, mend: str = "") -> Finding:
    return Finding(what, "warning", says, mend)


def failed(what: str, says: str, mend: str = "") -> Finding:
    return Finding(what, "failed", says, mend)
