"""Data at the moment of its use: a digest each time, for an array can be changed in place right after; statistics once
for each content.

A loop of quick fits would spend its time on digests. Where they have taken more than a small share of the cell, an
argument at one place in a loop that has been described several times is let go, and the run says so.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any, Final

from mlnb.capture.fingerprints import Fingerprint, fingerprint

FREE: Final = 0.005  # seconds of a cell
SHARE: Final = 0.01  # of its time after that
SURE: Final = 3  # times that an argument at one place is described whatever it takes
REMEMBERED: Final = 500


class Describer:
    """One per session. What a digest identifies has the statistics that it had before."""

    def __init__(self) -> None:
        self._known: dict[str, Fingerprint] = {}
        self._times: dict[tuple[int, str], int] = {}
        self._spent = 0.0
        self._began = 0.0
        self.left_out: set[str] = set()

    def begin(self) -> None:
        """A tracked cell starts."""
        self._times, self._spent, self._began, self.left_out = {}, 0.0, time.perf_counter(), set()

    def describe(self, value: Any, name: str, place: int) -> Fingerprint | None:
        """The fingerprint of an argument at a place; `None` for what has none, or is let go."""
        times = self._times[place, name] = self._times.get((place, name), 0) + 1
        now = time.perf_counter()
        if times > SURE and self._spent > FREE + SHARE * (now - self._began):
            self.left_out.add(name)
            return None
        try:
            return self._described(value, name)
        except Exception:  # noqa: BLE001 - not data after all, or data of a kind that nobody foresaw
            return None
        finally:
            self._spent += time.perf_counter() - now

    def _described(self, value: Any, name: str) -> Fingerprint:
        bare = fingerprint(value, name=name, statistics=False)
        known = self._known.get(bare.digest)
        if known is None or known.type != bare.type:
            known = fingerprint(value, name=name)
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            self._known[bare.digest] = known
        return replace(known, name=name)
