"""Data at the moment of its use: a digest each time, for an array can be changed in place right after; statistics and
the rows' hashes once for each content.

A loop of quick fits would spend its time on digests. Where the cell's budget is used up, an
argument at one place in a loop that has been described several times is let go. So are the hashes of so many rows that
they would take more than their share. The run says so of both, but of an argument that is one object all the time and at the
cell's end still what it was.
"""

from __future__ import annotations

import sys
import weakref
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

import xxhash

from mlnb.capture.budget import clock
from mlnb.capture.columns import WIDE
from mlnb.capture.fingerprints import ROW_HASHES, Fingerprint, fingerprint

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mlnb.capture.budget import Budget

SHARE: Final = 0.01  # of a cell's time that its rows' hashes may take
SURE: Final = 3  # times that an argument at one place is described whatever it takes
REMEMBERED: Final = 500
SURELY_HASHED: Final = 1_000_000  # values of a table whose rows are hashed whatever the cell takes
PER_VALUE: Final = 5e-9  # seconds to hash one number of a row; a text takes a hundred times as long


@dataclass
class _Uses:
    """An argument at one place, in one cell."""

    times: int = 0
    digests: set[str] = field(default_factory=set)
    let_go: Callable[[], Any] | None = None
    """A weak reference: the user's object lives no longer for us."""
    lost: bool = False

    def go(self, value: Any) -> None:
        if self.let_go is not None:
            self.lost |= self.let_go() is not value
            return
        try:
            self.let_go = weakref.ref(value)
        except TypeError:
            self.lost = True

    def are_known(self, bare: Callable[[Any, str], Fingerprint]) -> bool:
        """Whether nothing is missing: what was let go is one object, and has the content that it had before."""
        if self.lost or self.let_go is None:
            return not self.lost
        try:
            return {bare(self.let_go(), "").digest} == self.digests
        except Exception:  # noqa: BLE001 - it is gone, or can't be described
            return False


class Describer:
    """One per session. What a digest identifies has the statistics that it had before."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._known: dict[str, Fingerprint] = {}
        self._by_bytes: dict[tuple[str, tuple[int, ...], str], Fingerprint] = {}
        self._uses: dict[tuple[int, str], _Uses] = {}
        self._unhashed: set[str] = set()

    def begin(self) -> None:
        """A tracked cell starts."""
        self._uses, self._unhashed = {}, set()

    def omissions(self) -> Iterator[str]:
        """What was left out of the cell's data, in words."""
        let_go = sorted({name for (_, name), uses in self._uses.items() if not uses.are_known(self._bare)})
        if let_go:
            yield f"in a quick loop, only the first uses have a fingerprint: {', '.join(let_go)}"
        if self._unhashed:
            yield f"too many rows to hash beside so short a cell: {', '.join(sorted(self._unhashed))}"

    def describe(
        self, value: Any, name: str, place: int, *, hash_rows: bool = False, statistics: bool = True
    ) -> Fingerprint | None:
        """The fingerprint of an argument at a place; `None` for what has none, or is let go."""
        uses = self._uses.setdefault((place, name), _Uses())
        uses.times += 1
        if uses.times > SURE and self._budget.over():
            uses.go(value)
            return None
        try:
            if statistics:
                found = self._described(value, name, hash_rows=hash_rows)
            else:
                found = self._bare(value, name)
        except Exception:  # noqa: BLE001 - not data after all, or data of a kind that nobody foresaw
            return None
        uses.digests.add(found.digest)
        return found

    def _described(self, value: Any, name: str, *, hash_rows: bool) -> Fingerprint:
        bare = self._bare(value, name)
        known = self._known.get(bare.digest)
        missing = hash_rows and (known is None or known.row_hashes is None) and self._may_hash(bare, name)
        if known is None or missing:
            known = fingerprint(value, name=name, hash_rows=missing)
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            self._known[bare.digest] = known
        hashes = known.row_hashes if hash_rows else None
        return replace(bare, columns=known.columns, row_hashes=hashes)

    def _bare(self, value: Any, name: str) -> Fingerprint:
        """The digests alone.

        Columns of a matrix that lies row by row are read several times as slowly as its bytes: those that were here
        before have the columns that they had.
        """
        key = _bytes_of(value)
        if key is None:
            return fingerprint(value, name=name, statistics=False)
        if key not in self._by_bytes:
            if len(self._by_bytes) >= REMEMBERED:
                self._by_bytes.clear()
            self._by_bytes[key] = fingerprint(value, statistics=False)
        return replace(self._by_bytes[key], name=name)

    def _may_hash(self, bare: Fingerprint, name: str) -> bool:
        rows = bare.rows or 0
        values = sum(rows * (1 if _is_number(column.type) else 100) for column in bare.columns)
        share = SHARE * (clock() - self._budget.began)
        if rows <= ROW_HASHES and (values <= SURELY_HASHED or values * PER_VALUE <= share):
            return True
        self._unhashed.add(name)
        return False


def _bytes_of(value: Any) -> tuple[str, tuple[int, ...], str] | None:
    """What a matrix that lies row by row is, to the byte; `None` for anything else, which is read straight on anyway."""
    numpy = sys.modules.get("numpy")
    if numpy is None or type(value) is not numpy.ndarray or value.dtype.kind not in "iufcb":
        return None
    if value.ndim != 2 or not 2 <= value.shape[1] <= WIDE or not value.flags.c_contiguous:
        return None
    content = xxhash.xxh3_128_hexdigest(value.reshape(-1).view(numpy.uint8).data)
    return value.dtype.str, value.shape, content


def _is_number(kind: str) -> bool:
    return not kind.startswith(("string", "object", "bytes", "category"))
