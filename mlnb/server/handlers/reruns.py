"""`reruns`, `notebooks/parameters`: executing a notebook again, and what it takes."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

from mlnb.errors import Conflict, ExecutionFailed, NotebookError, NotFound, UsageError
from mlnb.server import bodies, edits
from mlnb.server.batches import Asked, describe
from mlnb.server.calls import Call
from mlnb.server.handlers.runs import check_id
from mlnb.server.routes import delete, get, post
from mlnb.store import Store, control
from mlnb.store import query as ask

if TYPE_CHECKING:
    from mlnb.execution.notebooks import SourceNotebook

MOST_WORKERS: Final = 64
_BEGIN_WITHIN_S: Final = 10.0


@get("reruns")
def list_batches(call: Call) -> bodies.BatchList:
    """The batches, newest first."""
    store = call.store_or_none
    found = [] if store is None else ask.batches(store)
    return {"batches": [_listed(batch) for batch in found]}


@post("reruns", status=202, long=True)
def start_batch(call: Call, body: bodies.NewRerun) -> bodies.BatchReply:
    """Execute a notebook, or a run's notebook, with these parameters or for each set of a grid."""
    what, folder, path = _origin(call, body)
    if not 1 <= body.workers <= MOST_WORKERS:
        raise UsageError(f"{body.workers} workers can't be used: 1 to {MOST_WORKERS}")
    asked = Asked(
        what=what,
        store=str(path),
        params=body.params,
        grid=body.grid,
        edits=body.edits,
        samples=body.samples,
        workers=body.workers,
        name=body.name,
    )
    batch_id = call.services.batches.start(asked, folder)
    return {"batch": _begun(call, Store.open(path), batch_id)}


@post("runs/{run_id}/reproduce", status=202, long=True)
def reproduce(call: Call, run_id: str) -> bodies.BatchReply:
    """Repeat a run with its own source and parameters; the rerun gets a verdict on each part."""
    store = call.store
    ask.record(store, check_id(run_id))
    asked = Asked(what=run_id, store=str(store.path), judge=True)
    return {"batch": _begun(call, store, call.services.batches.start(asked, store.path.parent))}


@get("reruns/{batch_id}")
def show_batch(call: Call, batch_id: str) -> bodies.BatchReply:
    """A batch: its plan, its runs, and how many of them are in which state."""
    return {"batch": _described(call.store, _batch(call.store, batch_id))}


@delete("reruns/{batch_id}")
def stop_batch(call: Call, batch_id: str) -> None:
    """Stop a batch as Ctrl-C does, whoever started it: it is asked to, and hears it soon. What has finished stays."""
    batch = _batch(call.store, batch_id)
    if batch["state"] != "running":
        raise Conflict(f"batch {batch['name']} has {batch['state']} already")
    control.ask_to_stop(call.store, batch_id)


@post("plans")
def plan_rerun(call: Call, body: bodies.NewPlan) -> bodies.PlannedFields:
    """How the texts of a form are understood, before anything is executed."""
    source, _ = _source(call, body.notebook, body.run)
    return {"fields": list(edits.understood(source, body.edits))}


@get("notebooks/parameters")
def notebook_parameters(call: Call, query: bodies.NotebookQuery) -> bodies.NotebookParameters:
    """What the `parameters` cell of a notebook, or of a run's own notebook, assigns."""
    from mlnb.execution.values import write_value

    source, had = _source(call, query.path if query.run is None else None, query.run)
    return {
        "parameters": [
            {
                "name": one.name,
                "default": one.default,
                "value": one.value,
                "source": write_value(had[one.name]) if one.name in had else one.default,
                "type": one.type or type(one.value).__name__,
                "help": one.help,
            }
            for one in source.parameters.values()
        ]
    }


def _source(call: Call, notebook: str | None, run: str | None) -> tuple[SourceNotebook, Mapping[str, Any]]:
    """What would be executed, and the parameters that the run had."""
    from mlnb.execution.notebooks import read
    from mlnb.execution.origin import find_origin

    _check_one(notebook, run)
    if run is not None:
        ask.record(call.store, check_id(run))
        origin = find_origin(run, store=call.store.path)
        return origin.source, origin.parameters
    return read(_notebook(call, cast("str", notebook))), {}


def _origin(call: Call, body: bodies.NewRerun) -> tuple[str, Path, Path]:
    """What is executed, in which folder, and the store's place."""
    stores = call.services.stores
    _check_one(body.notebook, body.run)
    if body.run is not None:
        ask.record(call.store, check_id(body.run))
        return body.run, call.store.path.parent, call.store.path
    notebook = _notebook(call, cast("str", body.notebook))
    path = call.store.path if call.store_id else stores.place_of(body.notebook)
    return str(notebook), notebook.parent, path


def _check_one(notebook: str | None, run: str | None) -> None:
    """Refuse both, and neither."""
    if (notebook is None) == (run is None):
        raise UsageError("a rerun is of a notebook or of a run", hint="give one of 'notebook' and 'run'")


def _notebook(call: Call, path: str) -> Path:
    found = call.services.stores.file(path)
    if found.suffix != ".ipynb":
        raise NotebookError(f"{path!r} is no notebook", hint="its name ends with .ipynb")
    if not found.is_file():
        raise NotFound(f"no notebook {path!r}")
    return found


def _listed(batch: Mapping[str, Any]) -> bodies.ListedBatch:
    row = {name: value for name, value in batch.items() if name != "plan"}
    return cast("bodies.ListedBatch", {**row, "total": len(batch["plan"])})


def _batch(store: Store, batch_id: str) -> Mapping[str, Any]:
    found = next((one for one in ask.batches(store) if one["batch_id"] == batch_id), None)
    if found is None:
        raise NotFound(f"no batch {batch_id!r}", hint="GET reruns lists them")
    return found


def _begun(call: Call, store: Store, batch_id: str) -> bodies.BatchRow:
    """The batch, once its process has entered it in the registry."""
    deadline = time.monotonic() + _BEGIN_WITHIN_S
    while time.monotonic() < deadline:
        found = [one for one in ask.batches(store) if one["batch_id"] == batch_id]
        if found:
            return _described(store, found[0])
        if call.services.batches.is_under_way(batch_id) is False:
            break
        time.sleep(0.05)
    raise ExecutionFailed(f"batch {batch_id} did not begin")


def _described(store: Store, batch: Mapping[str, Any]) -> bodies.BatchRow:
    return cast("bodies.BatchRow", describe(store, batch))
