"""A chain over the registry's history: each promotion carries a hash of everything before it.

The *head* after n events is a hash of the head before and the nth event as it stands in the file, from a
head of zeros. A promotion's `prev_hash` is the head that it was decided on, its `hash` seals the
decision itself. A record that is edited, dropped, moved or slipped in therefore breaks every later link.
A chain that somebody rewrote from there to its end can't be told from a true one: for that the
present head can be printed, kept elsewhere, and compared.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import msgspec

from mlnb.events import Event, Promotion, Unknown, encode

START: Final = "0" * 64


@dataclass(frozen=True)
class Break:
    """A place where the history isn't what it was: the event's place in the file, from 0."""

    place: int
    promotion_id: str
    message: str


def head(events: Iterable[Event]) -> str:
    """The head after these events."""
    value = START
    for event in events:
        value = _advance(value, event)
    return value


def seal(promotion: Promotion, events: Iterable[Event]) -> Promotion:
    """The promotion, linked to the events before it."""
    linked = msgspec.structs.replace(promotion, prev_hash=head(events), hash="")
    return msgspec.structs.replace(linked, hash=_hash(linked))


def breaks(events: Iterable[Event]) -> Iterator[Break]:
    """Every promotion that doesn't fit what is before it, or isn't what was decided."""
    value = START
    for place, event in enumerate(events):
        if isinstance(event, Promotion):
            if event.hash != _hash(event):
                yield Break(place, event.promotion_id, "the promotion's own record was changed")
            elif event.prev_hash != value:
                yield Break(place, event.promotion_id, "a record before this promotion was changed")
        value = _advance(value, event)


def _hash(promotion: Promotion) -> str:
    # The time is the writer's stamp, set after the decision; the next link covers it.
    bare = msgspec.structs.replace(promotion, hash="")
    return hashlib.sha256(encode(bare, time=0, seq=0)).hexdigest()


def _advance(value: str, event: Event) -> str:
    if isinstance(event, Unknown):
        line = event.line.encode() + b"\n"
    else:
        line = encode(event, time=event.time, seq=event.seq)
    return hashlib.sha256(value.encode() + line).hexdigest()
