"""Identifiers: sortable ids for runs, sessions, batches and promotions, and names that people can say.

A run id is a ULID (https://github.com/ulid/spec): 48 bits of Unix milliseconds and 80 random bits in
Crockford's base 32, 26 characters, so that ids sort by the time they were made.
"""

from __future__ import annotations

import os
import threading
import time
from typing import Final

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH: Final = 26

_ADJECTIVES: Final = (
    "amber ample apt arctic autumn bold brave brief bright brisk calm candid clear clever cool coral "
    "cosmic crisp curious daring dawn deep deft dry eager early easy fair fast fine firm fleet fond "
    "free fresh gentle glad gold grand green happy hardy hazy honest humble ideal jolly keen kind late "
    "light lively loyal lucid lunar mellow merry mild misty neat noble north olive pale patient plain "
    "polar proud pure quick quiet rapid rare ready regal rich rosy royal rural sharp shy silent silver "
    "sleek smart snowy solar solid spry stark steady still sunny super swift tame tidy tiny true urban "
    "vast vivid warm wild wise witty young zesty"
).split()
_NOUNS: Final = (
    "acorn aspen badger bay beacon birch bison bloom brook canyon cedar cliff cloud comet condor coral "
    "cove crane creek dale dawn deer delta dove dune eagle elk elm falcon fern field finch fjord flame "
    "forest fox frost glade goose grove gull harbor hawk hazel heron hill ibis iris island ivy jay "
    "juniper kelp lake larch lark leaf lily linden lotus lynx maple marsh meadow mesa moon moose moss "
    "newt oak oasis orbit orchid osprey otter owl palm peak pebble pine plover pond poppy prairie puma "
    "quail quartz rain raven reef ridge river robin sage seal shore sky sparrow spruce star stone "
    "stork stream summit swan teal thrush tide tulip vale valley wave willow wind wolf wren yew"
).split()


_last = 0
_lock = threading.Lock()


def new_id() -> str:
    """A new 26-character id that sorts after those that this process made before it."""
    global _last  # noqa: PLW0603 - what makes ids of one millisecond follow each other
    value = (time.time_ns() // 1_000_000) << 80 | int.from_bytes(os.urandom(10), "big")
    with _lock:
        if value <= _last:
            # The same millisecond, or a clock that was set back: a random step on, so that two
            # processes forked from one don't walk side by side.
            value = _last + 1 + int.from_bytes(os.urandom(4), "big")
        _last = value
    return encode(value)


def encode(value: int) -> str:
    """The ULID of a 128-bit number."""
    return "".join(ALPHABET[(value >> shift) & 31] for shift in range(125, -5, -5))


def is_id(text: str) -> bool:
    """Whether `text` has the form of an id."""
    return len(text) == LENGTH and all(character in ALPHABET for character in text)


def name_for(run_id: str) -> str:
    """Two words and a number that follow from the id's random part: `amber-fox-12`."""
    value = 0
    for character in run_id[10:]:
        value = value << 5 | ALPHABET.index(character)
    value, adjective = divmod(value, len(_ADJECTIVES))
    value, noun = divmod(value, len(_NOUNS))
    return f"{_ADJECTIVES[adjective]}-{_NOUNS[noun]}-{value % 999 + 1}"
