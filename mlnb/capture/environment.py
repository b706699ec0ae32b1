"""What ran the run: Python, platform, hardware and packages.

Listing packages takes a tenth of a second or more, so a session does it in a background thread, and again only
when a folder on `sys.path` changed since.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import re
import sys
import threading
from concurrent.futures import Future
from importlib import metadata
from pathlib import Path
from typing import Final

from mlnb.events import Environment

_SEPARATORS: Final = re.compile(r"[-_.]+")


def describe() -> Environment:
    """This process's environment, read now."""
    found = _distributions()
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


def _distributions() -> dict[str, metadata.Distribution]:
    found: dict[str, metadata.Distribution] = {}
    for distribution in metadata.distributions():
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
    _known[_folders()] = describe()


class Reader:
    """Reads the environment in the background and remembers it until a folder on `sys.path` changes."""

    def __init__(self) -> None:
        self._seen: tuple[tuple[str, int], ...] = ()
        self._reading: Future[Environment] | None = None
        self._lock = threading.Lock()

    def start(self) -> Future[Environment]:
        """The environment, now or soon; never waits."""
        seen = _folders()
        with self._lock:
            if self._reading is None or seen != self._seen:
                self._seen = seen
                self._reading = Future()
                if seen in _known:
                    self._reading.set_result(_known[seen])
                    return self._reading
                threading.Thread(
                    target=_fulfil, args=(self._reading,), name="mlnb-environment", daemon=True
                ).start()
            return self._reading


def _fulfil(future: Future[Environment]) -> None:
    try:
        future.set_result(describe())
    except BaseException as error:  # noqa: BLE001 - whoever asks gets it
        future.set_exception(error)


def _folders() -> tuple[tuple[str, int], ...]:
    found = []
    for folder in filter(None, sys.path):
        try:
            found.append((folder, Path(folder).stat().st_mtime_ns))
        except OSError:
            continue
    return tuple(found)
