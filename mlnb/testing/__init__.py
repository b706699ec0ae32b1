"""For tests of what builds on mlnb: runs made quickly, and a store's content to compare.

from mlnb.testing import make_runs, multiply, relations
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from mlnb import events, ids
from mlnb.store import answers, index, schema

if TYPE_CHECKING:
    from mlnb.store import Store

__all__ = ["make_runs", "multiply", "relations"]


def make_runs(
    store: Store, count: int, *, params: int = 10, metrics: int = 10, points: int = 1, seed: int = 0
) -> list[str]:
    """Write `count` finished runs with that many parameters, metrics and points each; their ids."""
    chance = random.Random(seed)  # noqa: S311 - made-up runs
    made = []
    for number in range(count):
        run_id = ids.new_id()
        made.append(run_id)
        writer = store.writer(run_id)
        writer.append(
            events.RunStarted(
                run_id=run_id,
                name=ids.name_for(run_id),
                experiment=f"experiment-{number % 5}",
                run_kind="script",
            ),
            events.Params(items=list(_params(chance, params))),
        )
        for metric in range(metrics):
            for step in range(points):
                writer.point(f"metric_{metric}", chance.random(), step)
        writer.append(events.RunEnded(status="finished", duration=chance.random()))
        writer.close()
    return made


def multiply(store: Store, times: int) -> None:
    """Copy every finished run that the index has, until there are `times` as many, in a second or two.

    The copies are in the index alone (one minute, two minutes … older, with ids of their own): good for asking and
    looking, and gone when the index is made again.
    """
    with index.writing(store.database) as connection:
        found = connection.execute("SELECT max(run_no) + 1 FROM base.run").fetchall()
        shift = f"run_no + k * {found[0][0]} AS run_no"
        copies = f"(SELECT range::INTEGER AS k FROM range(1, {times}))"
        connection.execute("BEGIN")
        connection.execute(
            f"""INSERT INTO base.run SELECT * EXCLUDE (k) REPLACE ({shift},
                    run_id[:10] || lpad(k::VARCHAR, 6, '0') || run_id[17:] AS run_id,
                    started_at - to_minutes(k) AS started_at, ended_at - to_minutes(k) AS ended_at)
                FROM base.run, {copies}"""
        )
        for table in ("param", "tag", "metric", "point", "wide"):
            connection.execute(
                f"INSERT INTO base.{table} SELECT * EXCLUDE (k) REPLACE ({shift}) FROM base.{table}, {copies}"
            )
        connection.execute("UPDATE base.meta SET fold = fold + 1")
        connection.execute("COMMIT")


def relations(store: Store, *, without: tuple[str, ...] = ("changed",)) -> dict[str, set[Any]]:
    """Every public relation as a set of rows, without the columns that may differ between two indexes."""
    found = {}
    with answers.looking(store) as connection:
        for name in schema.VIEWS:
            cursor = connection.execute(f"SELECT * FROM {name}")
            columns = [column[0] for column in cursor.description]
            found[name] = {
                tuple(
                    repr(value) for column, value in zip(columns, row, strict=True) if column not in without
                )
                for row in cursor.fetchall()
            }
    return found


def _params(chance: random.Random, count: int) -> Iterator[events.Param]:
    for number in range(count):
        if number % 5 == 4:
            value = chance.choice(["rbf", "linear", "poly"])
            yield events.Param(name=f"param_{number}", value=value, type="str")
        else:
            found = round(chance.random(), 4)
            yield events.Param(name=f"param_{number}", value=str(found), number=found, type="float")
