"""What a run gets without its cell waiting for it: git, packages, models' files, checks of its data.

Each is a task for the keeper (`mlnb.tracking.late`), and owed by the run until the keeper has seen to it. What the next cell may
change is taken as bytes here and now, for as long as a cell may be kept waiting; what can't be taken so isn't kept, and the
run says why.
"""

from __future__ import annotations

import contextlib
import pickle
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlnb import events, ids
from mlnb.capture import environment, models, snapshots
from mlnb.capture.snapshots import EACH, NEWEST, OTHERS, Allowance
from mlnb.tracking import tasks
from mlnb.tracking.late import KEEPER, PATIENCE, CantKeep

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from io import FileIO

    from mlnb.capture.findings import Child, FittedModel
    from mlnb.store import Store
    from mlnb.tracking import checking
    from mlnb.tracking.late import Parcel
    from mlnb.tracking.recording import Run


class Background:
    """Late work of one session, in its order."""

    def __init__(self) -> None:
        self._described: set[str] = set()
        self._stores: dict[str, Store] = {}
        self._refused: list[tuple[str, str]] = []

    def settle(self, timeout: float = PATIENCE) -> bool:
        return KEEPER.settle(timeout)

    def look(self) -> None:
        """Hear what is done, and see to it that somebody does the rest. At the edges of cells."""
        KEEPER.look()

    def refusals(self) -> list[tuple[str, str]]:
        """What couldn't be left to the keeper since the last call, and is worth a line: the part, and why. The runs know
        it already."""
        found, self._refused = self._refused, []
        return found

    def started(self, run: Run, redact: Sequence[str] = ()) -> None:
        """A run began: what the code is, and what runs it. A joined run is described once."""
        if run.run_id in self._described:
            return
        self._described.add(run.run_id)
        import cloudpickle  # noqa: F401 - now, and not at the end of the cell

        packages = environment.known()
        if packages is not None:
            run.append(packages)
        what = "git's state" if packages is not None else "packages and git's state"
        make = partial(tasks.Describe, folder=_folder(), packages=packages is None, redact=list(redact))
        self._leave(run, "git", what, make)

    def sync(self, run: Run, objects: set[str]) -> None:
        """See that objects are on the disk. They are written; nobody is owed this."""
        self._leave(run, "store", "", partial(tasks.Sync, objects=sorted(objects)))

    def keep_children(self, run: Run, children: Sequence[Child]) -> None:
        """The settings of a sweep, each as a run of its own."""
        make = partial(tasks.Children, experiment=run.experiment)
        self._leave(
            run, "children", f"{len(children)} runs, one for each setting", make, partial(_dump, children)
        )

    def keep_models(
        self, run: Run, fitted: Sequence[FittedModel], children: Sequence[Child], allowance: Allowance
    ) -> int:
        """The models as they are now, the newest first, each with the child that it stands for, else with the run; how many.
        The newest is the run's in any case: it is what the cell has left."""
        homes = {child.turn: child for child in children if child.turn}
        kept = 0
        others = OTHERS
        for place, one in enumerate(reversed(fitted)):
            is_newest, child = place == 0, homes.get(one.turn)
            own = max(allowance.left, NEWEST if is_newest else min(EACH, others))
            left = Allowance(own)
            is_kept = is_newest and self._keep_model(run, one, None, left, aloud=True)
            if child is not None or not is_newest:
                is_kept |= self._keep_model(run, one, child, left, aloud=is_newest)
            allowance.left -= own - left.left
            others -= 0.0 if is_newest else own - left.left
            kept += is_kept
        return kept

    def keep_checks(self, run: Run, asked: list[checking.Asked], allowance: Allowance) -> None:
        """What schemas say of the cell's tables."""
        what = "checks of " + ", ".join(dict.fromkeys(one.dataset for one in asked))
        left = Allowance(max(allowance.left, NEWEST))  # somebody has asked for them
        write = partial(snapshots.take, asked, allowance=left, limit=models.LARGEST)
        self._leave(run, "checks", what, tasks.Checks, write)

    # ---- inside ----

    def _keep_model(
        self, run: Run, fitted: FittedModel, child: Child | None, allowance: Allowance, *, aloud: bool
    ) -> bool:
        what = f"model {fitted.name!r}" + ("" if child is None else f" of {child.name}")
        try:
            with allowance.spending():
                about = models.describe(fitted.model, fitted.fitted_on)
        except Exception as error:  # noqa: BLE001 - a model's class may do anything when it is asked
            self._refuse(run, "models", what, f"{type(error).__name__}: {error}", aloud=aloud)
            return False
        make = partial(tasks.Model, name=fitted.name, about=about, limit=models.LARGEST)
        write = partial(snapshots.take, fitted.model, allowance=allowance, limit=models.LARGEST)
        home = run.run_id if child is None else child.run_id
        return self._leave(run, "models", what, make, write, home=home, aloud=aloud)

    def _leave(
        self,
        run: Run,
        where: str,
        what: str,
        make: Callable[..., tasks.AnyTask],
        write: Callable[[Any], None] | None = None,
        home: str | None = None,
        *,
        aloud: bool = True,
    ) -> bool:
        """Hand a task over, with the bytes that `write` puts into its file; whether that was possible, else the run says why not.
        The run owes `what`, also where it is for a child of it (`home`)."""
        task = make(
            task=ids.new_id(), what=what, store=str(run.store.path), run_id=home or run.run_id, path=_path()
        )
        self._stores[task.store] = run.store
        parcel: Parcel | None = None
        try:
            parcel = KEEPER.wrap(task, self._lost)
            if write is not None:
                write(parcel.file)
        except (snapshots.NotTaken, CantKeep) as error:
            if parcel is not None:
                parcel.file.close()
            self._refuse(run, where, what, str(error), aloud=aloud)
            return False
        if what:
            run.append(events.Owed(task=task.task, what=what))
        try:
            KEEPER.hand_over(parcel)
        except CantKeep as error:
            self._refused.append((where, f"{what} not kept: {error}"))
            self._lost(task, str(error))
            return False
        return True

    def _refuse(self, run: Run, where: str, what: str, reason: str, *, aloud: bool) -> None:
        said = f"{what} not kept: {reason}"[:2000]
        if aloud:
            self._refused.append((where, said))
        run.append(events.Problem(where=where, message=said))

    def _lost(self, task: tasks.AnyTask, reason: str) -> None:
        said = events.Problem(where="late work", message=f"{task.what} not kept: {reason}")
        with contextlib.suppress(Exception):  # the store may be gone, and with it whoever could be told
            if task.what:
                self._stores[task.store].edit(task.run_id, said, events.Paid(task=task.task))


def _dump(value: Any, file: FileIO) -> None:
    pickle.dump(value, file, protocol=5)


def _path() -> list[str]:
    """This process's `sys.path`, for another that stands elsewhere. The working folder comes last: what lies there is the
    user's, and must not stand in for a library."""
    here = _folder()
    found = [folder for folder in sys.path if folder != here and Path(folder).is_absolute()]
    return [*found, here] if here else found


def _folder() -> str:
    """The working folder, if there still is one."""
    try:
        return str(Path.cwd())
    except OSError:
        return ""
