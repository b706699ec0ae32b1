"""Which names of a session may hold the same objects, and which objects may hold others inside.

Each name has an object, which others may have too; to bind a name anew leaves the object to the others. A change of an object
changes what holds it; it may reach what the object holds (`pipeline.fit()`) or not (`list.append()`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass
class Objects:
    """The objects of names: numbers, of which several may turn out to be one (`_one`)."""

    _of: dict[str, int] = field(default_factory=dict)
    _names: dict[int, set[str]] = field(default_factory=dict)
    _one: list[int] = field(default_factory=list)
    _inside: dict[int, set[int]] = field(default_factory=dict)
    _around: dict[int, set[int]] = field(default_factory=dict)

    def bind(self, name: str, same: Iterable[str] = (), inside: Iterable[str] = ()) -> None:
        """A name gets a value that may be the objects of some names, and hold those of others."""
        wanted = [self._of[one] for one in same if one in self._of]
        self.forget(name)
        self._of[name] = found = self._merged(wanted)
        self._names.setdefault(found, set()).add(name)
        self._hold(found, inside)

    def forget(self, name: str) -> None:
        """A name gets a value that can't be changed, nor tell who else has it."""
        if name in self._of:
            self._names[self._find(self._of.pop(name))].discard(name)

    def join(self, name: str, same: Iterable[str] = (), inside: Iterable[str] = ()) -> None:
        """A name's value may be, or hold, these objects as well."""
        self.bind(name, {name, *same}, inside)

    def reached(self, names: Iterable[str], *, deep: bool) -> set[str]:
        """The names that show a change of these: the same objects and what holds them; `deep`: what they hold, too."""
        names = set(names)
        found = {self._find(self._of[name]) for name in names if name in self._of}
        if deep:
            found = self._closed(found, self._inside)
        found = self._closed(found, self._around)
        return names.union(*(self._names[one] for one in found if one in self._names))

    def _closed(self, begin: set[int], edges: dict[int, set[int]]) -> set[int]:
        found, new = set(begin), set(begin)
        while new:
            new = {self._find(other) for one in new for other in edges.get(one, ())} - found
            found |= new
        return found

    def _hold(self, owner: int, names: Iterable[str]) -> None:
        owner = self._find(owner)
        for name in names:
            if name in self._of:
                held = self._find(self._of[name])
                if held != owner:
                    self._inside.setdefault(owner, set()).add(held)
                    self._around.setdefault(held, set()).add(owner)

    def _merged(self, objects: list[int]) -> int:
        roots = {self._find(one) for one in objects}
        if not roots:
            self._one.append(len(self._one))
            return len(self._one) - 1
        first, *others = roots
        for other in others:
            self._one[other] = first
            self._names.setdefault(first, set()).update(self._names.pop(other, ()))
            for edges in (self._inside, self._around):
                edges.setdefault(first, set()).update(edges.pop(other, ()))
        return first

    def _find(self, one: int) -> int:
        while self._one[one] != one:
            self._one[one] = self._one[self._one[one]]
            one = self._one[one]
        return one
