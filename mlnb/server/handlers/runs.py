"""`runs`: the table, one run in full, its edits, its curves, cells, data and notebook."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from mlnb import events, ids
from mlnb.errors import Conflict, NotFound, UsageError
from mlnb.server import bodies, progress, replies
from mlnb.server.calls import Call
from mlnb.server.routes import delete, get, patch, post
from mlnb.store import Store, care, control
from mlnb.store import query as ask

LARGEST_PAGE = 10_000
MOST_CURVES = 50


@get("runs")
def list_runs(call: Call, query: bodies.RunsQuery) -> bodies.RunList:
    """A page of runs, newest first or as `order_by` says; with `since`, what changed after that cursor."""
    store = call.store_or_none
    if store is None:
        return {
            "store": None, "runs": [], "total": 0, "cursor": 0, "removed": [], "stale": False, "batches": [],
        }  # fmt: skip
    with ask.together(store):
        page = _page(store, query, query.since)
        if query.since is not None and page.cursor < query.since:
            page = _page(store, query, None)  # the index was made anew since then: all of it is new
        reply: bodies.RunList = {
            "store": call.services.stores.describe(store),
            "runs": cast("list[bodies.RunRow]", page.rows),
            "total": page.total,
            "cursor": page.cursor,
            "removed": page.removed,
            "stale": page.stale,
            "batches": progress.of_batches(store, (row["batch_id"] for row in page.rows if row["batch_id"])),
        }
        if query.groups:
            found = ask.groups(store, where=query.where, children=query.children)
            reply["groups"] = [{"experiment": experiment, "total": total} for experiment, total in found]
    if query.data:
        reply["runs"] = cast("list[bodies.RunRow]", _with_data(store, page.rows))
    return reply


@get("names")
def list_names(call: Call) -> bodies.Names:
    """Every recorded name of a parameter, metric or tag, for completing a query."""
    store = call.store_or_none
    found = {"params": [], "metrics": [], "tags": []} if store is None else ask.names(store)
    return cast("bodies.Names", found)


@get("runs/{run_id}")
def show_run(call: Call, run_id: str) -> bodies.OneRun:
    """One run in full, with the run before it and its child runs."""
    store = call.store
    with ask.together(store):
        record = ask.record(store, check_id(run_id))
        record["previous"] = ask.previous(store, run_id)
        record["children"] = ask.children(store, run_id)
        inner = ask.records(store, [child["run_id"] for child in record["children"]])
    record["models"] = [model for each in (record, *inner) for model in _models(each)]
    return {"run": cast("bodies.RunDetail", record)}


@patch("runs/{run_id}")
def edit_run(call: Call, run_id: str, body: bodies.RunEdit) -> bodies.EditedRun:
    """Rename, annotate or tag a run; a tag set to null is taken off."""
    store = call.store
    ask.record(store, check_id(run_id))
    store.edit(run_id, *_edits(body))
    return {"run": _row(store, run_id)}


@delete("runs/{run_id}")
def delete_run(call: Call, run_id: str, query: bodies.ForceQuery) -> None:
    """Delete a run. One that a model version was made from needs `force=1`."""
    ask.record(call.store, check_id(run_id))
    care.delete(call.store, run_id, force=query.force)


@post("runs/{run_id}/stop", status=204)
def stop_run(call: Call, run_id: str) -> None:
    """Ask a tracked cell that runs to stop, as the kernel's interrupt does; it hears it also while it is busy."""
    record = ask.record(call.store, check_id(run_id))
    if record["status"] != "running":
        raise Conflict(f"run {record['name']} has {record['status']} already")
    control.ask_to_stop(call.store, run_id)


@get("runs/{run_id}/history")
def history(call: Call, run_id: str, query: bodies.HistoryQuery) -> bodies.History:
    """One metric's points by step, thinned to at most `max_points` that keep the curve's shape."""
    points = ask.history(call.store, check_id(run_id), query.metric, query.max_points)
    return _history(query.metric, points)


@get("histories")
def histories(call: Call, query: bodies.HistoriesQuery) -> bodies.Histories:
    """One metric's curves in up to 50 runs (`runs=a,b,c`), as `history` tells each; null where a run hasn't got it."""
    run_ids = [check_id(one) for one in query.runs.split(",") if one]
    if len(run_ids) > MOST_CURVES:
        raise UsageError(f"{len(run_ids)} curves are too many at once: {MOST_CURVES} at most")
    found = ask.histories(call.store, run_ids, query.metric, query.max_points)
    return {"histories": [None if one is None else _history(query.metric, one) for one in found]}


@get("runs/{run_id}/cells")
def cells(call: Call, run_id: str) -> bodies.Cells:
    """The cells of the run, and those that ran before it in its session."""
    return {"cells": cast("list[bodies.CellRow]", ask.cells(call.store, check_id(run_id)))}


@get("runs/{run_id}/datasets")
def datasets(call: Call, run_id: str) -> bodies.Datasets:
    """The data that the run used, with a profile of each column."""
    return {"datasets": ask.record(call.store, check_id(run_id))["datasets"]}


@get("runs/{run_id}/notebook")
def notebook(call: Call, run_id: str) -> dict[str, Any]:
    """The executed notebook that the run kept, in nbformat's JSON."""
    record = ask.record(call.store, check_id(run_id))
    kept = [one for one in record["artifacts"] if one["kind"] == "notebook"]
    if not kept:
        raise NotFound(f"run {record['name']!r} kept no executed notebook", hint="reruns keep theirs")
    found: dict[str, Any] = json.loads(call.store.objects.read(kept[-1]["sha256"]))
    return found


def check_id(run_id: str) -> str:
    """`run_id`, if it has the form of one.

    Raises
    ------
    NotFound
        It hasn't.
    """
    if not ids.is_id(run_id):
        raise NotFound(f"{run_id!r} is no run's id", hint="26 characters, as GET runs lists them")
    return run_id


def _with_data(store: Store, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The rows, each with the digests of its data by name."""
    found: dict[str, dict[str, str]] = {row["run_id"]: {} for row in rows}
    if found:
        listed = ", ".join(f"'{run_id}'" for run_id in found)  # ids of runs are letters and digits
        table = ask.sql(store, f"SELECT run_id, name, digest FROM datasets WHERE run_id IN ({listed})")  # noqa: S608
        for run_id, name, digest in zip(*(column.to_pylist() for column in table.columns), strict=True):
            found[run_id][name] = digest
    return [{**row, "data": found[row["run_id"]]} for row in rows]


def _history(metric: str, points: ask.History) -> bodies.History:
    return {
        "metric": metric,
        "steps": points.steps.tolist(),
        "times": (points.times / 1000).tolist(),
        "values": [replies.number(value) for value in points.values.tolist()],
    }


def _models(record: Mapping[str, Any]) -> Iterator[bodies.ModelFile]:
    names = dict.fromkeys(one["name"] for one in record["artifacts"] if one["kind"] == "model")
    for name in names:
        yield {"run_id": record["run_id"], "run_name": record["name"], "name": name}


def _page(store: Store, query: bodies.RunsQuery, since: int | None) -> ask.RunPage:
    return ask.run_page(
        store,
        where=_within(query.where, query.experiment),
        order_by=query.order_by,
        limit=_limit(query.limit),
        offset=query.offset,
        children=query.children,
        since=since,
    )


def _within(where: str | None, experiment: str | None) -> str | None:
    if experiment is None:
        return where
    one = "experiment = '" + experiment.replace("'", "''") + "'"
    return f"{one} and ({where})" if where and where.strip() else one


def _limit(limit: int) -> int:
    if not 0 <= limit <= LARGEST_PAGE:
        raise UsageError(f"limit {limit} can't be used: 0 to {LARGEST_PAGE} runs a page")
    return limit


def _row(store: Store, run_id: str) -> bodies.RunRow:
    (row,) = ask.run_page(store, where=f"run_id = '{run_id}'", children=True).rows
    return cast("bodies.RunRow", row)


def _edits(body: bodies.RunEdit) -> Iterator[events.Event]:
    if body.name is not None:
        if not body.name.strip():
            raise UsageError("a run's name can't be empty")
        yield events.Renamed(name=body.name.strip())
    if body.note is not None:
        yield events.Note(text=body.note)
    for key, value in body.tags.items():
        yield events.Tag(key=key, value=value)
