"""Gates over the data that went in.

`data.train unchanged`: the very data that the alias's present holder was trained on. `data.train known`: data that
an earlier run has used, so not a table nobody saw before. A name is a dataset's, or its role.
`no_overlap`: no row of the training data is among the test data, by the row hashes that are kept with each fingerprint.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from mlnb.errors import nearest
from mlnb.registry.gates.case import Candidate, Case, Gate
from mlnb.store import query

_LINE: Final = re.compile(
    r'data\.(?:"(?P<quoted>(?:[^"]|"")+)"|(?P<plain>[^\s"]+))\s+(?P<what>unchanged|known)'
)


@dataclass(frozen=True)
class Unchanged:
    """The data is that of the version which holds the alias."""

    name: str

    def __call__(self, case: Case) -> tuple[bool, str]:
        ours = digests(case.candidate, self.name)
        if not ours:
            return False, missing(case.candidate, self.name)
        holder = case.holder(case.alias)
        if holder is None:
            return True, f"there is no {case.alias} yet to differ from"
        theirs = digests(holder, self.name)
        if not theirs:
            return False, missing(holder, self.name)
        same = ours == theirs
        verb = "is the data" if same else "isn't the data"
        return same, f"{self.name} ({_brief(ours)}) {verb} of {case.alias} {holder.label} ({_brief(theirs)})"


@dataclass(frozen=True)
class Known:
    """The data has been used before this run."""

    name: str

    def __call__(self, case: Case) -> tuple[bool, str]:
        ours = digests(case.candidate, self.name)
        if not ours:
            return False, missing(case.candidate, self.name)
        for digest in sorted(ours):
            count = query.earlier_uses(case.store, case.candidate.record["run_id"], digest)
            if not count:
                return False, f"{self.name} ({digest[:12]}) was not used by any earlier run"
        return True, f"{self.name} ({_brief(ours)}) was used by {count} earlier run{'s' * (count > 1)}"


def no_overlap(case: Case) -> tuple[bool, str]:
    """No row of the training data is among the test data."""
    import numpy as np

    every = case.candidate.record["datasets"]
    sides = [_rows(case, every, role) for role in ("train", "test")]
    for role, rows in zip(("train", "test"), sides, strict=True):
        if rows is None:
            return False, f"the run of {case.candidate.label} kept no row hashes of its {role} data"
    train, test = sides
    shared = np.isin(test, train).sum()
    if shared:
        return False, f"{shared:,} of {len(test):,} test rows are among the {len(train):,} training rows"
    return True, f"none of {len(test):,} test rows is among the {len(train):,} training rows"


def _rows(case: Case, every: Iterable[Mapping[str, Any]], role: str) -> Any:
    """The row hashes of all data of a role, as one array of unsigned 64-bit numbers.

    A single column without hashes is a target: labels are alike in all data.
    """
    import numpy as np

    known = [one for one in every if one["role"] == role]
    kept = [one["row_hashes"] for one in known if one["row_hashes"] or one["columns"] != 1]
    if not kept or None in kept:
        return None
    return np.concatenate([np.frombuffer(case.store.objects.read(sha256), "<u8") for sha256 in kept])


def digests(candidate: Candidate, name: str) -> frozenset[str]:
    """The fingerprints of the data of that name in the version's run, else of that role."""
    every: list[Mapping[str, Any]] = candidate.record["datasets"]
    named = {one["digest"] for one in every if one["name"] == name}
    return frozenset(named or {one["digest"] for one in every if one["role"] == name})


def missing(candidate: Candidate, name: str) -> str:
    """The sentence that says a dataset isn't there."""
    every = candidate.record["datasets"]
    hint = nearest(name, {one[key] for one in every for key in ("name", "role")})
    return f"the run of {candidate.label} has no data {name!r} ({hint})"


def _brief(ours: frozenset[str]) -> str:
    return ", ".join(sorted(digest[:12] for digest in ours))


def read(line: str) -> Gate | None:
    """The gate of a line about data; None for another line."""
    if line == "no_overlap":
        return no_overlap
    match = _LINE.fullmatch(line)
    if match is None:
        return None
    name = match["plain"] or match["quoted"].replace('""', '"')
    return Unchanged(name) if match["what"] == "unchanged" else Known(name)
