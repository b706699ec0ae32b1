"""A kernel's session: opens a run before a tracked cell and closes it after, whatever happens in between.

How a cell is tracked:

1. An input transformer blanks the `%%track` line (drops it before another `%%magic`). It has no side effect: anybody may
   call it, any number of times. The rest of the cell runs as if the line weren't there.
2. `pre_run_cell` reads the line again, starts the run and turns the observer on. Cells can nest (`%%capture` runs its
   body as a cell): only the outermost counts.
3. `post_run_cell` gathers what collectors find, records it, ends the run and shows its line. Its result can be `None`.

Every executed cell, tracked or not, is kept for the session's journal, which is opened with the first run. Whatever
fails here becomes a problem of the run and one warning line; the user's cell never notices.
"""

from __future__ import annotations

import ast
import contextlib
import gc
import hashlib
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Protocol

from mlnb import config, events, ids
from mlnb.capture import chance, secrets
from mlnb.capture.collectors import CellView, gather, registered
from mlnb.capture.observer import Observer
from mlnb.capture.scores import Scores
from mlnb.capture.settings import Groups, merged, of_source
from mlnb.capture.snapshots import Allowance
from mlnb.tracking import checking, joining, place, writing
from mlnb.tracking.background import Background
from mlnb.tracking.earlier import Before, EarlierRuns, key_of
from mlnb.tracking.given import Given
from mlnb.tracking.late import PATIENCE
from mlnb.tracking.live import Told
from mlnb.tracking.missed import Missed
from mlnb.tracking.options import TrackOptions
from mlnb.tracking.outputs import Watch
from mlnb.tracking.recording import Run, current_store, describe_error, start

if TYPE_CHECKING:
    from mlnb.capture.findings import Findings
    from mlnb.capture.recorder import Recorder
    from mlnb.store.journal import JournalWriter

MAGIC: Final = "%%track"
_RUN_PYTHON: Final = (["%%time"], ["%%capture"], ["%%prun"])
_INJECTED: Final = frozenset({"parameters", "injected-parameters"})


@dataclass
class Finished:
    """What the run's line says."""

    run: Run
    status: str
    duration: float
    error: str | None
    written: writing.Written
    previous: Before | None = None
    quiet: bool = False


@dataclass(frozen=True)
class Going:
    """A tracked cell that has begun, as those who go along with it see it. `recorder` notes what passes in it;
    `notebook` says that a notebook's front end runs it (which gives the cell's id)."""

    run: Run
    recorder: Recorder
    notebook: bool


class Companion(Protocol):
    """Goes along with each cell that shows a line. Both calls must be quick, and raise nothing that matters."""

    def cell_begins(self, going: Going) -> None: ...

    def cell_ends(self, status: str) -> None: ...


@dataclass
class _Cell:
    """The cell that is running."""

    source: str
    began: float
    meta: Mapping[str, Any]
    options: TrackOptions | None = None
    run: Run | None = None
    watch: Watch | None = None
    told: Told | None = None
    missed: Missed | None = None
    whole: bool = False
    accompanied: bool = False
    problems: list[tuple[str, str]] = field(default_factory=list)
    random: dict[str, str] = field(default_factory=dict)


class Session:
    """One per shell. `read_options` parses a `%%track` line; `show` shows a finished run's line."""

    def __init__(
        self,
        shell: Any,
        *,
        read_options: Callable[[str], TrackOptions],
        show: Callable[[Finished], None],
    ) -> None:
        self.session_id = ids.new_id()
        self.auto = False
        self.last: Finished | None = None
        self.shell = shell
        self.observer = Observer(shell.user_ns)
        self._read_options = read_options
        self._show = show
        self._teller = _Then(self._tell_params)
        self._depth = 0
        self._ordinal = 0
        self._cell: _Cell | None = None
        self._journal: JournalWriter | None = None
        self._waiting: list[events.Event] = []
        self._previous: dict[str, Before] = {}
        self._earlier = EarlierRuns()
        self.companion: Companion | None = None
        self._known: set[str] = set()
        self._chance = chance.Chance()
        self._background = Background()
        self._whole = joining.WholeNotebook()
        self._warned: set[str] = set()

    # ---- in and out -------------------------------------------------------------------------

    def load(self) -> None:
        """Hook into the shell."""
        self._take_in_earlier_cells()
        self.shell.input_transformer_manager.cleanup_transforms.append(blank_track_line)
        self.shell.ast_transformers += [self.observer, self._teller]
        self.shell.events.register("pre_run_cell", self._before)
        self.shell.events.register("post_run_cell", self._after)
        self._earlier.start(place.notebook(self.shell.user_ns))
        registered()  # looks at every installed package: no cell shall wait for that

    def unload(self) -> None:
        """Leave the shell as it was."""
        transforms = self.shell.input_transformer_manager.cleanup_transforms
        if blank_track_line in transforms:
            transforms.remove(blank_track_line)
        for transformer in (self.observer, self._teller):
            if transformer in self.shell.ast_transformers:
                self.shell.ast_transformers.remove(transformer)
        for name, hook in (("pre_run_cell", self._before), ("post_run_cell", self._after)):
            if hook in self.shell.events.callbacks[name]:
                self.shell.events.unregister(name, hook)
        self.observer.close()
        if self._cell is not None and self._cell.watch is not None:
            self._cell.watch.stop()
        if self._cell is not None and self._cell.missed is not None:
            self._cell.missed.stop()
        if self._journal is not None:
            self._journal.close()
        self._earlier.close()

    def settle(self, timeout: float = PATIENCE) -> bool:
        """Wait for late events (models, packages, git), and for what is asked of earlier sessions; whether the events are all
        recorded."""
        end = time.monotonic() + timeout
        self._earlier.settle(timeout)
        return self._background.settle(max(0.0, end - time.monotonic()))

    @property
    def active(self) -> Run | None:
        """The run of the cell that is running."""
        return self._cell.run if self._cell is not None else None

    @property
    def told(self) -> Told | None:
        """What the cell that is running has told so far."""
        return self._cell.told if self._cell is not None else None

    # ---- a cell -----------------------------------------------------------------------------

    def _before(self, info: Any) -> None:
        self._depth += 1
        if self._depth > 1:
            return
        try:
            self._background.look()
            self.observer.cell_starts(info.raw_cell or "")
            self._cell = _Cell(info.raw_cell or "", time.perf_counter(), place.cell_meta(self.shell, info))
            self._cell.random = self._chance.look()
            self._chance.born()  # by something else than a cell
            self._open(self._cell)
        except Exception as error:  # noqa: BLE001 - tracking never stops a cell
            self._warn("start", error)
        if self._cell is not None:
            self._cell.began = time.perf_counter()

    def _open(self, cell: _Cell) -> None:
        line = track_line(cell.source)
        if line is not None and not _is_good(cell.source):
            return  # the magic says what is wrong with it
        if line is not None:
            cell.options = self._read_options(line)
        elif self._whole.wants():
            cell.options, cell.whole = TrackOptions(quiet=True), True
        elif self.auto and _does_something(cell.source, self.shell):
            cell.options = TrackOptions()
        if cell.options is not None:
            self._begin(cell, cell.options)

    def _begin(self, cell: _Cell, options: TrackOptions) -> None:
        cell.options = options
        cell.run = self._start_run(cell, options)
        self._background.started(cell.run, self._redact())
        cell.watch = Watch(self.shell, cell.run)
        cell.watch.start()
        self.observer.begin()
        self._begin_telling(cell, cell.run, options)
        if self.companion is not None and not (options.quiet or cell.whole):
            cell.accompanied = True
            notebook = "cellId" in cell.meta and "MLNB_PARENT_RUN" not in os.environ
            self.companion.cell_begins(Going(cell.run, self.observer.recorder, notebook))

    def _begin_telling(self, cell: _Cell, run: Run, options: TrackOptions) -> None:
        """What is known of the cell reaches the journals while it runs."""
        if run.kind == "cell":
            self._session_journal(run).append(events.CellStarted(**self._described(cell)))
        whole = self._whole
        groups = whole.groups.draft() if cell.whole else Groups()
        scores = Scores(
            groups,
            self.observer.program,
            set(self._known),
            set(whole.written.metrics.values()) if cell.whole else set(),
            set(whole.written.points) if cell.whole else set(),
        )
        names = whole.taken.draft() if cell.whole else writing.NamesTaken()
        ordinal = self._ordinal
        given = Given(groups, self.observer.program, self._redact())
        cell.told = told = Told(run, scores, given, options, lambda metric: names.free(metric, ordinal))
        self.observer.recorder.on_note = told.note
        cell.missed = Missed(run, lambda: [*self.observer.unseen_so_far(), *told.problems])
        cell.missed.start()

    def _tell_params(self) -> None:
        cell = self._cell
        if cell is None or cell.told is None:
            return
        try:
            cell.told.params(
                merged(
                    of_source(
                        self.observer.program,
                        sorted(self.observer.reads),
                        self._redact(),
                        injected=is_injected(cell.source, cell.meta),
                        whole=cell.whole,
                    )
                )
            )
        except Exception as error:  # noqa: BLE001 - IPython drops a transformer that raises
            cell.told.problems.append(("params", f"{type(error).__name__}: {error}"))

    def track_rest(self, options: TrackOptions) -> None:
        """Track what is left of the running cell: the magic was called by name."""
        if self._cell is not None and self._cell.run is None:
            self._begin(self._cell, options)

    def _start_run(self, cell: _Cell, options: TrackOptions) -> Run:
        if cell.whole:
            return self._whole.run()
        if options.into is not None:
            return joining.into(options.into)
        notebook = place.notebook(self.shell.user_ns)
        run = start(
            options.name,
            experiment=options.experiment,
            kind="cell",
            tags=options.tags,
            notebook=notebook,
            cell_id=cell.meta.get("cellId"),
            session_id=self.session_id,
            first_cell=self._ordinal,
        )
        if options.note:
            run.note(options.note)
        return run

    def _after(self, result: Any) -> None:
        if self._depth == 0:
            return  # the cell that loaded the extension
        self._depth -= 1
        cell = self._cell
        if self._depth > 0 or cell is None:
            return
        duration = time.perf_counter() - cell.began
        self._cell = None
        self.observer.recorder.on_note = None
        error = _error_of(result)
        if cell.accompanied and self.companion is not None:
            self.companion.cell_ends("failed" if error is not None else "finished")
        if cell.watch is not None:
            cell.watch.stop()
        if cell.missed is not None:
            cell.missed.stop()
        try:
            with _no_collection():
                self._note_cell(cell, result, error, duration)
                if cell.run and cell.options and cell.told and cell.missed:
                    self._close(cell, cell.run, cell.options, cell.told, cell.missed, error, duration)
        except Exception as failure:  # noqa: BLE001
            self._warn("end", failure)
        finally:
            self._ordinal += 1
            self._background.look()
            if cell.run is not None and not cell.whole and not cell.run.ended:
                cell.run.finish("failed" if error is not None else "finished", error=_line(error))

    def _close(
        self,
        cell: _Cell,
        run: Run,
        options: TrackOptions,
        told: Told,
        missed: Missed,
        error: BaseException | None,
        duration: float,
    ) -> None:
        notes, problems = self.observer.end()
        written = self._whole.written if cell.whole else writing.Written()
        redact = self._redact()
        view = CellView(
            source=cell.source,
            namespace=self.shell.user_ns,
            program=self.observer.program,
            notes=notes,
            reads=sorted(self.observer.reads),
            writes=sorted(self.observer.writes),
            outputs=cell.watch.outputs if cell.watch else (),
            text=cell.watch.text if cell.watch else "",
            injected=is_injected(cell.source, cell.meta),
            whole=cell.whole,
            models=options.models,
            figures=options.figures,
            groups=self._whole.groups if cell.whole else Groups(),
            known=self._known,
            recorded=set(written.metrics.values()) if cell.whole else set(),
            points=written.points if cell.whole else set(),
            redact=redact,
            grown=self.observer.recorder.grown,
        )
        found = gather(view)
        found.problems += [*problems, *told.problems]
        writing.add_named(found, options, self.shell.user_ns, redact)
        asked = self._checks_asked(view, found)
        taken = self._whole.taken if cell.whole else writing.NamesTaken()
        writing.write(run, found, options, written, taken, self._ordinal, told)
        missed.settle(found.problems)
        allowance = Allowance.of_cell(duration, self.observer.recorder.budget.spent)
        self._later(run, found, written, allowance)
        if asked:
            self._background.keep_checks(run, asked, allowance)
        written.problems += self._background.refusals()
        if cell.whole:
            return
        written.add_logged(run.newest_metrics(besides=written.metrics))
        status: events.Status = "failed" if error is not None else "finished"
        run.finish(status, error=_line(error), last_cell=self._ordinal)
        self._finished(cell, Finished(run, status, duration, _line(error), written, quiet=options.quiet))

    def _checks_asked(self, view: CellView, found: Findings) -> list[checking.Asked]:
        try:
            return list(checking.of_cell(view, found, self._whole.checked if view.whole else {}))
        except Exception as error:  # noqa: BLE001 - settings that can't be read, a schema that isn't one
            found.problems.append(("checks", str(error)))
            return []

    def _later(self, run: Run, found: Findings, written: writing.Written, allowance: Allowance) -> None:
        if written.unsynced:
            self._background.sync(run, written.unsynced)
            written.unsynced = set()
        if found.children:
            self._background.keep_children(run, found.children)
        kept = self._background.keep_models(run, found.models, found.children, allowance)
        written.count("models", kept)

    def _finished(self, cell: _Cell, finished: Finished) -> None:
        run = finished.run
        named = cell.options is not None and cell.options.name
        key = key_of(
            cell.meta.get("cellId"),
            run.experiment,
            run.name if named else hashlib.sha256(cell.source.encode("utf-8", "replace")).hexdigest(),
        )
        finished.previous = self._previous.get(key) or self._earlier.of(key)
        self._previous[key] = Before(run.run_id, run.name, finished.written.metrics)
        self.last = finished
        if not finished.quiet:
            self._show(finished)
        worth = [(where, text) for where, text in finished.written.problems if where not in {"loops", "data"}]
        for where, message in worth[:1]:
            self._say(f"mlnb: {where}: {message}")

    # ---- the session's cells ------------------------------------------------------------------

    def _take_in_earlier_cells(self) -> None:
        """The cells up to the one that loads mlnb: tracked ones stand on them, and are reproduced with them."""
        history = self.shell.history_manager
        self.observer.catch_up(history.input_hist_parsed)
        redact = self._redact()
        for count, source in enumerate(history.input_hist_raw[1:], start=1):
            kept = secrets.redact_text(source, redact)
            self._waiting.append(
                events.Cell(
                    session_id=self.session_id,
                    ordinal=self._ordinal,
                    source=kept,
                    source_sha256=hashlib.sha256(kept.encode("utf-8", "replace")).hexdigest(),
                    status="ok",
                    duration=0.0,
                    execution_count=count,
                )
            )
            self._ordinal += 1

    def _note_cell(self, cell: _Cell, result: Any, error: BaseException | None, duration: float) -> None:
        event = events.Cell(
            **self._described(cell),
            status="ok" if error is None else "error",
            duration=duration,
            execution_count=getattr(result, "execution_count", None),
            reads=sorted(self.observer.reads),
            writes=sorted(self.observer.writes),
            stopped_at=None if error is None else place.stopped_at(error, self.shell.user_ns),
            drew=self._chance.look(),
            random={**self._chance.born(), **cell.random},
            entropy=chance.entropies(self.shell.user_ns, self.observer.writes),
        )
        if cell.run is not None:
            self._session_journal(cell.run).append(event)
        elif self._journal is None:
            self._waiting.append(event)
        else:
            self._journal.append(event)

    def _described(self, cell: _Cell) -> dict[str, Any]:
        """What is known of a cell from its beginning."""
        source = secrets.redact_text(cell.source, self._redact())
        return {
            "session_id": self.session_id,
            "ordinal": self._ordinal,
            "source": source,
            "source_sha256": hashlib.sha256(source.encode("utf-8", "replace")).hexdigest(),
            "cell_id": cell.meta.get("cellId"),
        }

    def _session_journal(self, run: Run) -> JournalWriter:
        """Opened with the session's first run."""
        if self._journal is None:
            self._journal = run.store.writer(self.session_id, "session")
            notebook = place.notebook(self.shell.user_ns)
            self._journal.append(
                events.SessionStarted(session_id=self.session_id, notebook=notebook), *self._waiting
            )
            self._waiting = []
        return self._journal

    def _redact(self) -> tuple[str, ...]:
        table = config.load().table.get("capture", {})
        names = table.get("redact", []) if isinstance(table, Mapping) else []
        return tuple(name for name in names if isinstance(name, str))

    # ---- saying -----------------------------------------------------------------------------

    def _warn(self, where: str, error: BaseException) -> None:
        """One line, once for each thing that fails."""
        text = f"mlnb: this cell isn't fully tracked ({where}): {type(error).__name__}: {error}"
        if text not in self._warned:
            self._warned.add(text)
            self._say(text)

    def _say(self, text: str) -> None:
        sys.stderr.write(text.splitlines()[0] + "\n")


class _Then:
    """An AST transformer that changes nothing, and does something when those before it are through."""

    def __init__(self, do: Callable[[], None]) -> None:
        self._do = do

    def visit(self, tree: ast.AST) -> ast.AST:
        self._do()
        return tree


# ---- the %%track line ---------------------------------------------------------------------------


def track_line(source: str) -> str | None:
    """What stands behind `%%track` on the cell's first line with anything on it, or below a magic that runs what follows
    as Python here; `None` where it isn't there."""
    first, _, rest = source.lstrip().partition("\n")
    while first.split(maxsplit=1)[:1] in _RUN_PYTHON:
        first, _, rest = rest.lstrip().partition("\n")
    first = first.rstrip()
    if not first.startswith(MAGIC):
        return None
    rest = first[len(MAGIC) :]
    return rest.strip() if not rest or rest[0].isspace() else None


def blank_track_line(lines: list[str]) -> list[str]:
    """Take `%%track` out of a cell's lines: blank, so that line numbers stay, or gone where another magic follows.

    A line that can't be parsed stays, and the magic of that name says why.
    """
    if not lines or track_line(lines[0]) is None or not _is_good(lines[0]):
        return lines
    rest = next((line for line in lines[1:] if line.strip()), "")
    if rest.lstrip().startswith("%%"):
        at = lines.index(rest)
        return lines[at:]
    return ["\n", *lines[1:]]


# IPython leaves it out where it asks whether a cell is complete: as under any other magic, a blank line completes it.
blank_track_line.has_side_effects = True  # type: ignore[attr-defined]

_checks: list[Callable[[str], bool]] = []


def check_lines_with(check: Callable[[str], bool]) -> None:
    """The magic tells which `%%track` lines it can parse."""
    _checks[:] = [check]


def _is_good(source: str) -> bool:
    return all(check(track_line(source) or "") for check in _checks)


def is_injected(source: str, meta: Mapping[str, Any]) -> bool:
    """Whether a cell holds the notebook's parameters: by its tags, or papermill's first line."""
    tags = meta.get("tags") or ()
    if isinstance(tags, (list, tuple)) and _INJECTED.intersection(tags):
        return True
    lines = source.lstrip().splitlines() or [""]
    first = lines[1].strip() if track_line(source) is not None and len(lines) > 1 else lines[0].strip()
    return first in {"# Parameters", "# parameters"}


@contextlib.contextmanager
def _no_collection() -> Iterator[None]:
    """What is made and dropped here within milliseconds must not set off a collection of all the user's objects."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _does_something(source: str, shell: Any) -> bool:
    """For `%track on`: whether a cell fits, scores or measures."""
    from mlnb.capture.functions import trains
    from mlnb.capture.parsing import parsed

    try:
        return trains(parsed(shell.transform_cell(source)))
    except SyntaxError:
        return False


def _error_of(result: Any) -> BaseException | None:
    if result is None:
        return None
    return result.error_before_exec or result.error_in_exec  # type: ignore[no-any-return]


def _line(error: BaseException | None) -> str | None:
    return None if error is None else describe_error(error)


__all__ = ["Finished", "Session", "check_lines_with", "current_store", "is_injected", "track_line"]
