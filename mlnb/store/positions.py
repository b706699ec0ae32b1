"""How far the index is: for each journal, for the registry, and for the versions that have folded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlnb.store import archive, index

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb


@dataclass(frozen=True)
class Position:
    """How far a journal is folded, and what is known of its run."""

    run_no: int | None = None
    events_end: int = 0
    points_end: int = 0
    damaged: int = 0
    owner: bool = False
    problem: str | None = None
    run_is_over: bool = False
    taken_for_dead: bool = False
    may_be_judged: bool = False


def folded(connection: duckdb.DuckDBPyConnection, names: Sequence[str]) -> dict[str, Position]:
    """The positions of those journals that the index knows, by name."""
    if not names:
        return {}
    found = connection.execute(
        """SELECT j.name, j.run_no, j.events_end, j.points_end, j.damaged, j.owner, j.problem,
                  coalesce(r.status <> 'running', false),
                  coalesce(r.status = 'killed' AND NOT contains(r.stamps, '"ended"'), false),
                  coalesce(j.owner AND NOT contains(r.stamps, '"ended"'), false)
           FROM base.journal j LEFT JOIN base.run r USING (run_no)
           WHERE j.name IN (SELECT unnest(?))""",
        [list(names)],
    ).fetchall()
    return {name: Position(*rest) for name, *rest in found}


def known(connection: duckdb.DuckDBPyConnection, names: Sequence[str]) -> set[str]:
    """Which of these journals the index knows."""
    found = connection.execute(
        "SELECT name FROM base.journal WHERE name IN (SELECT unnest(?))", [list(names)]
    ).fetchall()
    return {name for (name,) in found}


def sizes(root: Path) -> dict[str, int]:
    """The archive's segments, by their places in it, and their sizes."""
    return {_place(root, segment): segment.stat().st_size for segment in archive.segments(root)}


def unknown_segments(connection: duckdb.DuckDBPyConnection, root: Path) -> dict[Path, int]:
    """The segments of the archive that have something which the index hasn't taken in, and the byte where that begins: 0
    where what was taken from it is no longer what it holds."""
    known = {
        name: (end, tail)
        for name, end, tail in connection.execute('SELECT name, "end", tail FROM base.segment').fetchall()
    }
    found = {}
    for name, size in sizes(root).items():
        end, tail = known.get(name, (0, ""))
        if size != end:
            segment = root / name
            found[segment] = end if end and size > end and _tail(segment, end) == tail else 0
    return found


def note_segment(connection: duckdb.DuckDBPyConnection, root: Path, segment: Path, end: int) -> None:
    """The index has what a segment holds up to byte `end`. Inside the caller's transaction."""
    name = _place(root, segment)
    connection.execute("DELETE FROM base.segment WHERE name = ?", [name])
    connection.execute("INSERT INTO base.segment VALUES (?, ?, ?)", [name, end, _tail(segment, end)])


def _place(root: Path, segment: Path) -> str:
    return segment.relative_to(root).as_posix()


def _tail(segment: Path, end: int) -> str:
    """What tells a segment that grew from one that was written again."""
    with segment.open("rb") as file:
        file.seek(max(0, end - 16))
        return file.read(min(16, end)).hex()


def state(connection: duckdb.DuckDBPyConnection) -> tuple[int, str]:
    """The size up to which the registry file is folded, and what the version that folded last understood."""
    row = index.one(connection, "SELECT registry_end, kinds FROM base.meta")
    return (int(row[0]), str(row[1])) if row else (0, "")
