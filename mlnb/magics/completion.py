"""Tab in a magic's line: options, run names, experiments, model names and aliases, and the names of a query.

The names come from the store, asked when Tab is pressed and for a moment at most; where it can't answer, nothing is offered.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Final

from mlnb.magics import queries, track

if TYPE_CHECKING:
    from mlnb.store import Store

MOST_RUNS: Final = 200
_FIELDS: Final = (
    "name",
    "experiment",
    "kind",
    "status",
    "started_at",
    "duration_s",
    "notebook",
    "git_commit",
    "error",
)
_WORDS: Final = ("and", "or", "not", "in", "like", "is", "null")
_VALUE_OF: Final = {
    "--into": "runs", "-e": "experiments", "--experiment": "experiments", "-m": "variables", "--metrics": "variables",
    "-p": "variables", "--params": "variables", "-d": "variables", "--data": "variables", "--alias": "aliases",
}  # fmt: skip
_MAGICS: Final = ("track", "runs", "compare", "promote")


def load(shell: Any) -> None:
    """Offer names in the lines of mlnb's magics."""
    complete = _Completer(shell)
    for name in _MAGICS:
        shell.set_hook("complete_command", complete, re_key=_key(name))


def unload(shell: Any) -> None:
    """Offer nothing any more."""
    regexes = shell.strdispatchers["complete_command"].regexs
    for name in _MAGICS:
        regexes.pop(re.compile(_key(name)), None)


def _key(name: str) -> str:
    return rf"^\s*%{{1,2}}{name}\b"


class _Completer:
    """IPython's protocol: an event with the line up to the caret and the word at it; an exception means: ask others."""

    def __init__(self, shell: Any) -> None:
        self._shell = shell

    def __call__(self, _: Any, event: Any) -> list[str]:
        line: str = event.text_until_cursor
        word: str = event.symbol
        magic, _, rest = line.strip().lstrip("%").partition(" ")
        with contextlib.suppress(Exception):
            return [offer for offer in self._offers(magic, line, rest, word) if offer.startswith(word)]
        return []

    def _offers(self, magic: str, line: str, rest: str, word: str) -> Iterable[str]:
        before = rest[: len(rest) - len(word)].split()
        if word.startswith("-"):
            return _options(magic)
        if before and before[-1] in _VALUE_OF:
            return self._names(_VALUE_OF[before[-1]])
        if magic == "runs":
            return [*_FIELDS, *_WORDS, *self._query_names()]
        if magic == "compare":
            return [name for name in self._names("runs") if name not in before]
        if magic == "promote":
            return self._names("models") if not before else self._names(f"versions of {before[0]}")
        if line.lstrip().startswith("%%"):
            return _options(magic)
        return track.COMMANDS if not before else self._names("runs") if before[0] == "rerun" else []

    def _names(self, what: str) -> list[str]:
        if what == "variables":
            hidden = self._shell.user_ns_hidden
            return [name for name in self._shell.user_ns if not name.startswith("_") and name not in hidden]
        kind, _, model = what.partition(" of ")
        return _FROM_STORE[kind](_store(), model)

    def _query_names(self) -> list[str]:
        from mlnb.store import query

        found = query.names(_store())
        return [
            f"{group}.{_quoted(name)}" for group in ("params", "metrics", "tags") for name in found[group]
        ]


def _options(magic: str) -> list[str]:
    function = {"track": track.TrackMagics.track, "promote": queries.QueryMagics.promote}.get(magic)
    if function is None:
        return []
    parser: Any = vars(function)["parser"]
    actions = parser._actions  # noqa: SLF001 - argparse tells its options nowhere else
    return [option for action in actions for option in action.option_strings if option.startswith("--")]


def _store() -> Store:
    from mlnb.tracking import current_store

    return current_store()


def _runs(store: Store, _: str) -> list[str]:
    from mlnb.store import query

    return list(dict.fromkeys(row["name"] for row in query.run_page(store, limit=MOST_RUNS).rows))


def _experiments(store: Store, _: str) -> list[str]:
    from mlnb.store import query

    return [name for name, _ in query.groups(store)]


def _models(store: Store, _: str) -> list[str]:
    from mlnb.store import query

    return [row["model"] for row in query.models(store)]


def _versions(store: Store, model: str) -> list[str]:
    from mlnb.store import query

    rows = [row for row in query.models(store) if row["model"] == model]
    return [str(version["version"]) for row in rows for version in row["versions"]]


def _aliases(store: Store, _: str) -> list[str]:
    from mlnb.store import query

    found = ["champion", *(alias["alias"] for row in query.models(store) for alias in row["aliases"])]
    return list(dict.fromkeys(found))


_FROM_STORE: Final[dict[str, Callable[[Any, str], list[str]]]] = {
    "runs": _runs, "experiments": _experiments, "models": _models, "versions": _versions, "aliases": _aliases,
}  # fmt: skip


def _quoted(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*", name) else f'"{name}"'
