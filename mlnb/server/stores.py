"""Which stores this server may open, and which of them is that of the notebook in front.

A notebook's store follows from the notebook's folder by the same rule as in its kernel (`mlnb.config`).
The server opens those below its own root, what `c.MlnbApp.store` or its own environment fixes, and what
`c.MlnbApp.stores` allows. Looking for stores is a bounded walk, and never makes one.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from mlnb import config
from mlnb.errors import NotFound, StoreError, UsageError, nearest
from mlnb.server.bodies import StoreRow
from mlnb.server.replies import NotAllowed
from mlnb.store import Store

_MOST_FOLDERS: Final = 5_000
_DEEPEST: Final = 8
_FRESH_S: Final = 5.0
_NEVER_IN: Final = frozenset({"node_modules", "__pycache__", "site-packages"})


class Stores:
    """The stores of one server. Safe to use from any thread."""

    def __init__(self, root: Path, *, fixed: Path | None = None, allowed: Sequence[Path] = ()) -> None:
        self.root = root.resolve()
        self._fixed = fixed.resolve() if fixed else None
        self._allowed = tuple(path.resolve() for path in allowed)
        self._found: dict[str, Store] = {}
        self._looked_at = float("-inf")

    def all(self, known: Store | None = None) -> list[Store]:
        """Every store that may be opened, by path, and one that is `known` though it was made since the last walk."""
        if time.monotonic() - self._looked_at > _FRESH_S:
            self._look()
        if known is not None:
            self._found.setdefault(known.store_id, known)
        return sorted(self._found.values(), key=lambda store: store.path)

    def by_id(self, store_id: str) -> Store:
        """The store with that id.

        Raises
        ------
        NotFound
            No store that may be opened has it.
        """
        found = self._found.get(store_id)
        if found is None or not _is_there(found):
            self._look()
        if store_id not in self._found:
            raise NotFound(
                f"no store {store_id!r} below this server's folder",
                hint=nearest(store_id, self._found),
            )
        return self._found[store_id]

    def of_notebook(self, notebook: str | None) -> Store | None:
        """The store that the notebook (a path from the server's root) logs to; None before its first run.

        Raises
        ------
        NotAllowed
            It logs to a store that this server may not open.
        UsageError
            The path leads out of the server's folder.
        """
        return _existing(self.place_of(notebook))

    def place_of(self, notebook: str | None) -> Path:
        """Where the notebook's store is, or will be; raises as `of_notebook` does."""
        path = self._fixed or config.load(self.folder_of(notebook)).store.resolve()
        if not self._may_open(path):
            raise NotAllowed(
                f"this notebook logs to {path}, which this server may not open",
                hint=f"c.MlnbApp.stores = [{str(path)!r}]",
                path=str(path),
            )
        return path

    def folder_of(self, notebook: str | None) -> Path:
        """The folder that a notebook lies in, below the root."""
        path = self.file(notebook or "")
        return path.parent if notebook else self.root

    def file(self, path: str) -> Path:
        """A path from the server's root, as one of this machine.

        Raises
        ------
        UsageError
            It leads out of the root.
        """
        found = None if "\0" in path else (self.root / path.lstrip("/")).resolve()
        if found is None or not found.is_relative_to(self.root):
            raise UsageError(f"path {path!r} leads out of this server's folder")
        return found

    def describe(self, store: Store) -> StoreRow:
        """Id, path (from the root where it lies below) and a name for people."""
        path = store.path
        inside = path.is_relative_to(self.root)
        owner = path.parent if path.name == config.STORE_FOLDER else path
        return {
            "id": store.store_id,
            "path": path.relative_to(self.root).as_posix() if inside else str(path),
            "name": owner.name or str(owner),
        }

    def _look(self) -> None:
        found = {store.store_id: store for store in self._openable()}
        self._found, self._looked_at = found, time.monotonic()

    def _openable(self) -> Iterator[Store]:
        default = config.load(self.root).store.resolve()
        allowed = (
            path if path.name == config.STORE_FOLDER else path / config.STORE_FOLDER for path in self._allowed
        )
        for path in (*self._below_root(), *self._allowed, *allowed, self._fixed, default):
            if path is not None and self._may_open(path):
                with suppress(StoreError):  # one that can't be read doesn't hide the others
                    store = _existing(path)
                    if store is not None:
                        yield store

    def _below_root(self) -> Iterator[Path]:
        for seen, (folder, names, _) in enumerate(os.walk(self.root)):
            if config.STORE_FOLDER in names:
                yield Path(folder) / config.STORE_FOLDER
            depth = len(Path(folder).relative_to(self.root).parts)
            if seen >= _MOST_FOLDERS or depth >= _DEEPEST:
                names.clear()
            names[:] = sorted(name for name in names if not name.startswith(".") and name not in _NEVER_IN)

    def _may_open(self, path: Path) -> bool:
        own = os.environ.get("MLNB_STORE")
        fixed = {self._fixed, Path(own).expanduser().resolve() if own else None}
        return path in fixed or any(path.is_relative_to(each) for each in (self.root, *self._allowed))


def _is_there(store: Store) -> bool:
    """Whether the store is still where it was: its folder may be gone, or hold another one."""
    try:
        found = _existing(store.path)
    except StoreError:
        return False
    return found is not None and found.store_id == store.store_id


def _existing(path: Path) -> Store | None:
    return Store.open(path, create=False) if (path / "store.json").is_file() else None
