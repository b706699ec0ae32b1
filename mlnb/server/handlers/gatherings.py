"""`runs/<id>/gather`, `gatherings`: a clean notebook of a run's session, proved."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import cast

from mlnb.server import bodies
from mlnb.server.calls import Call
from mlnb.server.gatherings import Gathering
from mlnb.server.handlers.runs import check_id
from mlnb.server.routes import delete, get, post
from mlnb.store import query as ask


@post("runs/{run_id}/gather", status=202)
def gather(call: Call, body: bodies.NewGathering, run_id: str) -> bodies.GatheringReply:
    """Make a clean notebook that leads to a cell's run, and prove it; by default beside the run's notebook, by a name that
    is free."""
    from mlnb.execution.gathering import refuse

    store = call.store
    record = ask.record(store, check_id(run_id))
    path = call.services.stores.file(body.path) if body.path else _beside(record, store.path.parent)
    refuse(record, path, force=body.force)
    gathering_id = call.services.gatherings.start(
        store, run_id, path, force=body.force, fast=body.fast, seconds=body.seconds
    )
    return _reply(call, gathering_id)


@get("gatherings/{gathering_id}")
def show_gathering(call: Call, gathering_id: str) -> bodies.GatheringReply:
    """How far it is, and what came of it."""
    return _reply(call, gathering_id)


@delete("gatherings/{gathering_id}")
def stop_gathering(call: Call, gathering_id: str) -> None:
    """Stop looking for a smaller one, as Ctrl-C does: the best so far is written."""
    call.services.gatherings.stop(gathering_id)


def _beside(record: ask.Row, folder: Path) -> Path:
    notebook = Path(record["notebook"] or "")
    folder = notebook.parent if notebook.is_absolute() and notebook.parent.is_dir() else folder
    ends = itertools.chain([""], (f"-{number}" for number in itertools.count(2)))
    paths = (folder / f"{record['name']}{end}.ipynb" for end in ends)
    return next(path for path in paths if not path.exists())


def _reply(call: Call, gathering_id: str) -> bodies.GatheringReply:
    found = call.services.gatherings.get(gathering_id)
    return {"gathering": _row(gathering_id, found, call.services.stores.root)}


def _row(gathering_id: str, one: Gathering, root: Path) -> bodies.GatheringRow:
    made = one.made
    inside = one.path.is_relative_to(root)
    return {
        "id": gathering_id,
        "run_id": one.run_id,
        "state": cast("bodies.GatheringState", one.state),
        "path": one.path.relative_to(root).as_posix() if inside else str(one.path),
        "lines": one.lines,
        "reproduced": None if made is None else made["reproduced"],
        "kept": None if made is None else made["kept"],
        "executed": None if made is None else made["executed"],
        "causes": [] if made is None else made["causes"],
    }
