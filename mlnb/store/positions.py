"""How far the index is: for each journal, for the registry, and for the versions that have folded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlnb.store import index

if TYPE_CHECKING:
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


def state(connection: duckdb.DuckDBPyConnection) -> tuple[int, str]:
    """The size up to which the registry file is folded, and what the version that folded last understood."""
    row = index.one(connection, "SELECT registry_end, kinds FROM base.meta")
    return (int(row[0]), str(row[1])) if row else (0, "")
