"""IPython magics: parse a line, call the same function that Python and the command line call, show the result."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mlnb.tracking.session import Session

_sessions: dict[int, Session] = {}


def load(shell: Any) -> Session:
    """`%load_ext mlnb`: register the magics and start watching the session's cells.

    Raises
    ------
    UsageError
        There is no IPython shell to load into.
    """
    from mlnb.errors import UsageError

    if shell is None or not hasattr(shell, "register_magics"):
        raise UsageError("mlnb's magics need IPython", hint="in a script: with mlnb.run(): …")
    if id(shell) in _sessions:
        return _sessions[id(shell)]
    from mlnb.magics import completion, queries, runline, track
    from mlnb.tracking import session as sessions

    session = sessions.Session(shell, read_options=track.options_of, show=runline.show)
    sessions.check_lines_with(track.is_valid)
    shell.register_magics(track.TrackMagics(shell, session))
    shell.register_magics(queries.QueryMagics(shell))
    completion.load(shell)
    session.load()
    _sessions[id(shell)] = session
    return session


def unload(shell: Any) -> None:
    """`%unload_ext mlnb`: the shell as it was before."""
    session = _sessions.pop(id(shell), None)
    if session is None:
        return
    from mlnb.magics import completion

    session.unload()
    completion.unload(shell)
    for kind, names in _NAMES.items():
        for name in names:
            shell.magics_manager.magics[kind].pop(name, None)


def current(shell: Any) -> Session | None:
    """The session of a shell that mlnb is loaded into."""
    return _sessions.get(id(shell))


_NAMES = {"line": ("track", "runs", "compare", "promote"), "cell": ("track", "runs_sql")}
