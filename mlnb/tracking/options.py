"""What a `%%track` line asks for."""

from __future__ import annotations

import fnmatch
from dataclasses import dataclass, field

from mlnb.errors import UsageError


@dataclass(frozen=True)
class Selection:
    """Names that are captured besides what is by itself (`lr`), and names that aren't (`!lr`); `*` stands for anything."""

    add: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()

    @classmethod
    def parse(cls, text: str | None) -> Selection:
        """Of `lr,epochs,!seed`."""
        names = [name.strip() for name in (text or "").replace(",", " ").split()]
        return cls(
            tuple(n for n in names if not n.startswith("!")), tuple(n[1:] for n in names if n.startswith("!"))
        )

    def drops(self, name: str) -> bool:
        return any(
            fnmatch.fnmatchcase(name, pattern) or name.rpartition(".")[2] == pattern for pattern in self.drop
        )


@dataclass(frozen=True)
class TrackOptions:
    """The options of one `%%track` line."""

    name: str | None = None
    experiment: str | None = None
    params: Selection = field(default_factory=Selection)
    metrics: Selection = field(default_factory=Selection)
    data: Selection = field(default_factory=Selection)
    tags: dict[str, str] = field(default_factory=dict)
    note: str | None = None
    models: bool = True
    figures: bool = True
    quiet: bool = False
    into: str | None = None


def parse_tag(text: str) -> tuple[str, str]:
    """`key=value`, or `key` alone.

    Raises
    ------
    UsageError
        There is no key.
    """
    key, _, value = text.partition("=")
    if not key.strip():
        raise UsageError(f"the tag {text!r} has no key", hint="-t team=vision")
    return key.strip(), value.strip()
