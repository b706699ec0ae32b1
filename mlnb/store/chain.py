"""A chain over the registry's history: each promotion carries a hash of everything before it.

The *head* after n records is a hash of the head before and the nth line as it stands in the file, from a head of zeros. A
promotion's `prev_hash` is the head that it was decided on, its `hash` seals its own line. A record that is
edited, dropped, moved or slipped in therefore breaks every later link; and since lines are hashed and not what is read
from them, a version that knows fewer fields or kinds finds the same chain. A chain that somebody rewrote from there to its
end can't be told from a true one: for that the present head can be printed, kept elsewhere, and compared.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Final

import msgspec

from mlnb.events import Event, Promotion, encode

START: Final = "0" * 64
_FIELD: Final = b',"hash":"'
_SEAL: Final = len(_FIELD) + 64 + len(b'"}')


@dataclass(frozen=True)
class Break:
    """A place where the history isn't what it was: the record's place in the file, from 0."""

    place: int
    promotion_id: str
    message: str


@dataclass
class Chain:
    """The chain as far as it was followed."""

    head: str = START
    length: int = 0
    breaks: list[Break] = field(default_factory=list)

    def follow(self, line: bytes, record: Event | None) -> None:
        """Go on over a line (with its line feed), and the record that it holds: None where it holds none."""
        if isinstance(record, Promotion):
            message = None
            if not _is_sealed(line, record):
                message = "the promotion's own record was changed"
            elif record.prev_hash != self.head:
                message = "a record before this promotion was changed"
            if message is not None:
                self.breaks.append(Break(self.length, record.promotion_id, message))
        self.head = hashlib.sha256(self.head.encode() + line).hexdigest()
        self.length += 1


def seal(line: bytes) -> bytes:
    """The line of a promotion without a hash, with one as its last field."""
    body = line.rstrip(b"\n")[:-1]
    return b'%b%b%b"}\n' % (body, _FIELD, hashlib.sha256(body).hexdigest().encode())


def _is_sealed(line: bytes, promotion: Promotion) -> bool:
    whole = line.rstrip(b"\n")
    if seal(whole[:-_SEAL] + b"}") == whole + b"\n":
        return True
    # Format 1 sealed the decision before its place and time were known, as it was encoded then.
    bare = msgspec.structs.replace(promotion, hash="")
    return hashlib.sha256(encode(bare, time=0, seq=0)).hexdigest() == promotion.hash
