"""Checks of what is kept: settings, the store, its locks, its disk."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from mlnb import config
from mlnb.cli.doctor.finding import Finding, failed, fine, warning
from mlnb.errors import nearest

SCANT: Final = 2 << 30  # bytes left on the disk that are worth a word
NEARLY_FULL: Final = 200 << 20


def settings() -> Iterator[Finding]:
    """Which file says what holds, and what in it mlnb doesn't know."""
    found = config.load()
    if found.file is None:
        yield fine("settings", "no mlnb.toml and no [tool.mlnb]: the defaults hold")
        return
    unknown = config.unknown(found.table)
    for name in unknown:
        yield warning(
            "settings", f"{found.file}: {name} means nothing to mlnb", nearest(name, config.SETTINGS)
        )
    if not unknown:
        yield fine("settings", str(found.file))


def store() -> Iterator[Finding]:
    """Whether the store answers, and journals that it can't read."""
    from mlnb.store import Store, care

    folder = config.load().store
    if not (folder / "store.json").exists():
        yield fine("store", f"none yet; the first run makes {folder}")
        return
    info = care.info(Store.open(folder, create=False))
    count = sum(info["runs"].values())
    yield fine("store", f"{folder}: {count:,} runs, {info['points']:,} points")
    for problem in info["problems"]:
        yield warning("store", f"{problem['journal']}: {problem['problem']}", "mlnb store verify")


def permissions() -> Iterator[Finding]:
    """Whether this user may write everywhere in the store (or where it would be made)."""
    folder = config.load().store
    if not folder.exists():
        above = next(parent for parent in folder.parents if parent.exists())
        if os.access(above, os.W_OK | os.X_OK):
            yield fine("permissions", f"{above} can be written")
        else:
            yield failed("permissions", f"{above} can't be written", "another folder: MLNB_STORE=FOLDER")
        return
    closed = [
        path
        for path in (folder, *(folder / part for part in ("journal", "archive", "objects")))
        if path.exists() and not os.access(path, os.W_OK | os.X_OK)
    ]
    closed += [
        path
        for path in (folder / "registry.jsonl", folder / "store.duckdb")
        if path.exists() and not os.access(path, os.R_OK | os.W_OK)
    ]
    for path in closed:
        yield failed("permissions", f"{path} belongs to {_owner(path)}", f"chmod u+rwX {path}, by its owner")
    if not closed:
        yield fine("permissions", "all of the store can be written")


def locks() -> Iterator[Finding]:
    """Whether the disk's locks keep two processes apart, and whether somebody holds the store's."""
    from mlnb.store import locks as files

    folder = config.load().store
    if not (folder / "journal").is_dir():
        return
    with tempfile.TemporaryDirectory(prefix=".doctor-", dir=folder) as place:
        held = files.try_lock(Path(place) / "lock")
        apart = held is not None and files.try_lock(Path(place) / "lock") is None
        if held is not None:
            os.close(held)
    if not apart:
        yield failed(
            "locks",
            f"a file in {folder} can be locked twice: two processes could fold at once",
            "mount it with locks (NFS 4, or NFS 3 with a lock server), or choose another folder by MLNB_STORE",
        )
    elif files.is_held(folder / "ingest.lock"):
        yield fine("locks", "another process is folding at this moment")
    else:
        yield fine("locks", "they work, and nobody holds the store's")


def disk() -> Iterator[Finding]:
    folder = config.load().store
    place = next(path for path in (folder, *folder.parents) if path.exists())
    free = shutil.disk_usage(place).free
    says = f"{free / 1e9:,.1f} GB free at {place}"
    mend = "mlnb store gc --apply, mlnb store compact, or another disk"
    if free < NEARLY_FULL:
        yield failed("disk", says, mend)
    elif free < SCANT:
        yield warning("disk", says, mend)
    else:
        yield fine("disk", says)


def _owner(path: Path) -> str:
    try:
        return path.owner()
    except (KeyError, OSError, NotImplementedError):
        return "another user"
