"""Which commit the code came from, and what was changed since. Git runs in a subprocess; none is no error."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from mlnb.capture import secrets
from mlnb.events import GitState

if TYPE_CHECKING:
    from collections.abc import Sequence

TIMEOUT: Final = 10  # seconds
LARGEST_DIFF: Final = 2 << 20
_CONCERNS: Final = frozenset(
    "PATH HOME USERPROFILE SYSTEMROOT XDG_CONFIG_HOME GIT_DIR GIT_WORK_TREE GIT_CEILING_DIRECTORIES "
    "GIT_DISCOVERY_ACROSS_FILESYSTEM GIT_EXEC_PATH".split()
)


@dataclass(frozen=True)
class WorkingTree:
    """`diff` is the dirty diff without secrets; empty where the tree is clean or the diff is over 2 MiB."""

    state: GitState
    diff: bytes


def describe(folder: str | os.PathLike[str]) -> GitState:
    """The state of the repository that `folder` is in; `commit=None` where there is none."""
    return read(folder).state


def read(folder: str | os.PathLike[str], extra: Sequence[str] = ()) -> WorkingTree:
    """The state and the dirty diff."""
    place = Path(folder).absolute()
    commit = _git(place, "rev-parse", "--verify", "-q", "HEAD")
    if commit is None:
        return WorkingTree(GitState(commit=None, dirty=False), b"")
    branch = _git(place, "symbolic-ref", "--short", "-q", "HEAD")
    status = _git(place, "status", "--porcelain", "--untracked-files=no")
    dirty = bool(status)
    diff = _diff(place, extra) if dirty else b""
    state = GitState(
        commit=commit.strip(),
        dirty=dirty,
        branch=branch.strip() if branch else None,
        diff_sha256=hashlib.sha256(diff).hexdigest() if diff else None,
    )
    return WorkingTree(state, diff)


def _diff(place: Path, extra: Sequence[str]) -> bytes:
    text = _git(place, "diff", "HEAD", "--no-color", "--no-ext-diff", "--no-textconv") or ""
    if len(text) > LARGEST_DIFF:
        return b""
    return secrets.redact_text(text, extra).encode("utf-8", "surrogateescape")


def _git(place: Path, *arguments: str) -> str | None:
    program = shutil.which("git")
    if program is None:
        return None
    try:
        done = subprocess.run(
            [program, "-c", "core.fsmonitor=false", *arguments],
            cwd=place,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=TIMEOUT,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.decode("utf-8", "surrogateescape") if done.returncode == 0 else None


def _environment() -> dict[str, str]:
    """Where git finds its programs, the user's settings and the repository; nothing else of ours concerns it."""
    kept = {name: value for name, value in os.environ.items() if name in _CONCERNS}
    return kept | {"GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0"}
