"""Gates over what else is recorded.

`clean_git`, `reproduced`, `checks` (of the data, with Pandera: `checks.train` of the training data), `safe_format`, `size <= 50 MB`, `tags.reviewed` (there is such a tag),
`note` (the promotion says why), and anything in the query language: `params.max_depth <= 8`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from mlnb.capture import formats
from mlnb.registry.gates.case import Case, Gate
from mlnb.store import query, syntax

_UNITS: Final = {"B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "KIB": 2**10, "MIB": 2**20, "GIB": 2**30}
_AGREES: Final = frozenset({"same", "exact", "within_tolerance", "within_spread"})


def clean_git(case: Case) -> tuple[bool, str]:
    """The run's code was committed."""
    commit, dirty = case.candidate.record["git_commit"], case.candidate.record["git_dirty"]
    if not commit:
        return False, "the run knows of no git commit"
    if dirty:
        return False, f"the working tree had changes on top of commit {commit[:12]}"
    return True, f"the code is commit {commit[:12]}"


def reproduced(case: Case) -> tuple[bool, str]:
    """The newest verdict over the run found every part as it was."""
    run_id = case.candidate.record["run_id"]
    newest = query.newest_verdict(case.store, run_id)
    if not newest:
        return False, f"nobody has reproduced the run yet: mlnb reproduce {run_id}"
    parted = [row for row in newest if row["outcome"] not in _AGREES]
    if parted:
        parts = "; ".join(f"{row['part']}: {row['detail'] or row['outcome']}" for row in parted)
        return False, f"run {newest[0]['run_id']} did not reproduce it: {parts}"
    return True, f"run {newest[0]['run_id']} reproduced it"


def safe_format(case: Case) -> tuple[bool, str]:
    """The model's file can be loaded without running code that it brings."""
    form = formats.named(case.candidate.version.format)
    return form is not None and not form.unsafe, f"the model's format is {case.candidate.version.format}"


@dataclass(frozen=True)
class Checks:
    """The run's data was checked, and no check failed: all of it, or the data of one name or role."""

    data: str | None = None

    def __call__(self, case: Case) -> tuple[bool, str]:
        record = case.candidate.record
        named = {self.data, *(one["name"] for one in record["datasets"] if one["role"] == self.data)}
        every = [one for one in record["checks"] if self.data is None or one["dataset"] in named]
        failed = [one for one in every if not one["passed"]]
        if failed:
            said = "; ".join(f"{one['dataset']}: {one['name']} {one['detail']}".strip() for one in failed)
            return False, f"{len(failed)} of {_checks(len(every))} failed: {said}"
        what = f"data {self.data!r}" if self.data else "data"
        return bool(every), f"{_checks(len(every))} passed" if every else f"no {what} of the run was checked"


def _checks(count: int) -> str:
    return f"{count} check{'s' * (count != 1)}"


def noted(case: Case) -> tuple[bool, str]:
    """The promotion says why."""
    return bool(case.note.strip()), case.note.strip() or "a promotion here needs a note that says why"


@dataclass(frozen=True)
class Size:
    """The model's file isn't larger than a limit, in bytes."""

    limit: float
    text: str

    def __call__(self, case: Case) -> tuple[bool, str]:
        size = case.store.objects.path(case.candidate.version.sha256).stat().st_size
        return size <= self.limit, f"the model's file has {size:,} bytes, the limit is {self.text}"


@dataclass(frozen=True)
class Tagged:
    """The run carries a tag."""

    key: str

    def __call__(self, case: Case) -> tuple[bool, str]:
        found = case.candidate.record["tags"].get(self.key)
        return found is not None, (
            f"the run has no tag {self.key!r}"
            if found is None
            else f"the run's tag {self.key!r} is {found!r}"
        )


@dataclass(frozen=True)
class Matches:
    """The run is one of those that a query finds: `params.max_depth <= 8 and tags.team = risk`."""

    where: str

    def __call__(self, case: Case) -> tuple[bool, str]:
        run_id = case.candidate.record["run_id"]
        page = query.run_page(case.store, where=f"run_id = '{run_id}' and ({self.where})", children=True)
        return page.total > 0, f"the run {'matches' if page.total else 'does not match'} {self.where}"


def read(line: str) -> Gate | None:
    """The gate of a line that names one of these; None for another line."""
    if line in _NAMED:
        return _NAMED[line]
    size = _SIZE.fullmatch(line)
    if size is not None:
        unit = size["unit"] or "B"
        return Size(float(size["number"]) * _UNITS[unit.upper()], f"{size['number']} {unit}")
    data = _CHECKS.fullmatch(line)
    if data is not None:
        return Checks(data["plain"] or data["quoted"].replace('""', '"'))
    tag = _TAG.fullmatch(line)
    return None if tag is None else Tagged(tag["key"])


def read_query(line: str) -> Gate | None:
    """The gate of a line in the query language that compares something; None for a mere word.

    Raises
    ------
    QueryError
        It can't be read.
    """
    tree = syntax.parse_where(line)
    return None if tree is None or _has_word(tree) else Matches(line)


def _has_word(tree: syntax.Expression) -> bool:
    match tree:
        case syntax.Word():
            return True
        case syntax.Not(inner=inner):
            return _has_word(inner)
        case syntax.Both(parts=parts) | syntax.Either(parts=parts):
            return any(_has_word(part) for part in parts)
    return False


_NAMED: Final[Mapping[str, Gate]] = {
    "clean_git": clean_git,
    "reproduced": reproduced,
    "safe_format": safe_format,
    "checks": Checks(),
    "note": noted,
}
_SIZE: Final = re.compile(r"size\s*<=?\s*(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>(?i:[KMG]i?)?[Bb])?")
_CHECKS: Final = re.compile(r'checks\.(?:"(?P<quoted>(?:[^"]|"")+)"|(?P<plain>[^\s"=<>!]+))')
_TAG: Final = re.compile(r'tags\.(?P<key>[^\s"=<>!]+)')
