"""What ran the run: Python, platform, hardware and packages.

Listing packages takes a tenth of a second or more, so another process does it for a kernel, from the kernel's `sys.path`, and
again only when a folder on it changed since.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import re
import sys
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path
from typing import Final

from mlnb.events import Environment

_SEPARATORS: Final = re.compile(r"[-_.]+")


def describe(path: Sequence[str] | None = None) -> Environment:
    """This process's environment, read now; its packages are those on `path`, by default its own."""
    found = _distributions(path)
    packages = {name: one.version for name, one in found.items()}
    lock = "".join(f"{_requirement(name, one)}\n" for name, one in found.items())
    parts = {"python": sys.version, "platform": _platform(), "lock": lock}
    env_id = hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:32]
    return Environment(
        env_id=env_id, python=platform.python_version(), platform=_platform(), packages=packages, lock=lock
    )


def installed() -> dict[str, str]:
    """Packages by their normalised names, in order."""
    return {name: one.version for name, one in _distributions().items()}


def _distributions(path: Sequence[str] | None = None) -> dict[str, metadata.Distribution]:
    found: dict[str, metadata.Distribution] = {}
    for distribution in metadata.distributions(path=list(sys.path if path is None else path)):
        name = distribution.metadata["Name"]
        if name:
            found.setdefault(_SEPARATORS.sub("-", name).lower(), distribution)
    return dict(sorted(found.items()))


def _requirement(name: str, distribution: metadata.Distribution) -> str:
    """The line of a requirements file; where it didn't come from an index (PEP 610), from where it did."""
    text = distribution.read_text("direct_url.json")
    try:
        origin = json.loads(text) if text else {}
        url = str(origin["url"])
    except (ValueError, KeyError, TypeError):
        return f"{name}=={distribution.version}"
    if origin.get("dir_info", {}).get("editable"):
        return f"-e {url}"
    version_control = origin.get("vcs_info")
    if version_control:
        url = f"{version_control['vcs']}+{url}@{version_control['commit_id']}"
    return f"{name} @ {url}"


def _platform() -> str:
    """System, machine, cores and memory: what a person compares when a number differs."""
    memory = ""
    try:
        import psutil

        memory = f", {psutil.virtual_memory().total / 2**30:.0f} GiB"
    except Exception:  # noqa: BLE001, S110 - memory is a courtesy
        pass
    return f"{platform.system()} {platform.release()} {platform.machine()}, {os.cpu_count()} cores{memory}"


_known: dict[tuple[tuple[str, int], ...], Environment] = {}


def remember() -> None:
    """Read the environment now, for this process and for those that will be forked from it."""
    _known[folders(sys.path)] = describe()


def known() -> Environment | None:
    """What was remembered, if no folder on `sys.path` has changed since."""
    return _known.get(folders(sys.path)) if _known else None


def folders(path: Sequence[str]) -> tuple[tuple[str, int], ...]:
    """The folders that packages are found in, and when each changed."""
    found = []
    for folder in filter(None, path):
        try:
            found.append((folder, Path(folder).stat().st_mtime_ns))
        except OSError:
            continue
    return tuple(found)
