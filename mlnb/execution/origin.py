"""What is to be rerun: a notebook file, or a recorded run's own notebook as it was executed then.

A run of a whole notebook kept it as an artifact. A run of one cell didn't, but its session kept every
cell that was executed before it, in order: those executions make the notebook that leads to the run (`replay`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlnb import config
from mlnb.errors import NotebookError, NotFound
from mlnb.execution.notebooks import SourceNotebook, from_bytes, read, without_injected

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mlnb.store import Store


@dataclass(frozen=True)
class Origin:
    """A source, the store that its runs go to, and (of a recorded run) the parameters that it had."""

    source: SourceNotebook
    store: Store
    run_id: str | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)


def find_origin(
    what: str | Path,
    *,
    store: str | Path | None = None,
    kernel_name: str | None = None,
    sliced: bool = False,
) -> Origin:
    """The notebook file or recorded run that `what` names; a file wins. Of a cell's run, all that its session had executed, or
    (`sliced`) what the cell depends on.

    Raises
    ------
    NotFound, Ambiguous
        Neither a file nor one run.
    NotebookError
        The file is no notebook, or the run's notebook wasn't kept.
    KernelError
        The notebook's kernel isn't installed.
    """
    from mlnb.store import Store

    path = Path(what).expanduser()
    if path.is_file() or path.suffix == ".ipynb":
        source = read(path, kernel_name=kernel_name)
        return Origin(source, Store.open(store or config.load(source.path.parent).store))
    opened = Store.open(store or config.load().store)
    return _of_run(str(what), opened, kernel_name, sliced=sliced)


def _of_run(ref: str, store: Store, kernel_name: str | None, *, sliced: bool) -> Origin:
    from mlnb.execution import ipynb, replay
    from mlnb.store import query

    try:
        run_id = query.resolve(store, ref)
    except NotFound as error:
        raise NotFound(f"no notebook file and no run {ref!r}", hint=error.hint) from None
    record = query.record(store, run_id)
    path = Path(record["notebook"] or f"{record['experiment']}.ipynb").absolute()
    kept = [artifact for artifact in record["artifacts"] if artifact["kind"] == "notebook"]
    if kept:
        content = store.objects.read(kept[-1]["sha256"])
        parameters = _parameters(content)
        return Origin(from_bytes(_plain(content), path, kernel_name=kernel_name), store, run_id, parameters)
    done = replay.executions(store, run_id)
    if done:
        chosen = replay.sliced(done) if sliced else replay.worth_repeating(done)
        content = ipynb.encode(replay.notebook(chosen))
        return Origin(from_bytes(content, path, kernel_name=kernel_name), store, run_id)
    raise NotebookError(f"the notebook of run {record['name']} wasn't kept", hint="rerun its file instead")


def _plain(content: bytes) -> bytes:
    from mlnb.execution import ipynb

    return ipynb.encode(without_injected(ipynb.decode(content)))


def _parameters(content: bytes) -> dict[str, Any]:
    import json

    found = json.loads(content).get("metadata", {}).get("papermill", {}).get("parameters", {})
    return dict(found)
