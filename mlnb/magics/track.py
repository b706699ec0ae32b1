"""`%%track` and `%track`."""

from __future__ import annotations

import argparse
import shlex
from typing import TYPE_CHECKING, Any, Final

from IPython.core.error import UsageError as ShellUsageError

from mlnb import events
from mlnb.errors import UsageError, nearest
from mlnb.magics import runline
from mlnb.magics.arguments import (
    Magics,
    argument,
    line_cell_magic,
    magic_arguments,
    magics_class,
)
from mlnb.magics.mistakes import in_one_line
from mlnb.tracking.options import Selection, TrackOptions, parse_tag

if TYPE_CHECKING:
    from mlnb.tracking.session import Session

COMMANDS: Final = ("on", "off", "status", "last", "rerun", "note", "tag")


@magics_class
class TrackMagics(Magics):  # type: ignore[misc]
    """`%%track` on a cell records it as a run; `%track` says and sets what is tracked."""

    def __init__(self, shell: Any, session: Session) -> None:
        super().__init__(shell)
        self._session = session

    @magic_arguments()
    @argument("name", nargs="?", help="the run's name (by default two words and a number)")
    @argument("-e", "--experiment", help="the experiment (by default the notebook's name)")
    @argument(
        "-p", "--params", metavar="NAMES", help="also record these variables as parameters; !x leaves x out"
    )
    @argument(
        "-m", "--metrics", metavar="NAMES", help="also record these variables as metrics; !x leaves x out"
    )
    @argument("-d", "--data", metavar="NAMES", help="also record these variables as data; !x leaves x out")
    @argument(
        "-t", "--tag", metavar="KEY=VALUE", action="append", help="tag the run; may be given several times"
    )
    @argument("--note", metavar="TEXT", help="a note for the run")
    @argument("--no-models", action="store_true", help="don't keep fitted models")
    @argument("--no-figures", action="store_true", help="don't keep figures")
    @argument("--quiet", action="store_true", help="show no line under the cell")
    @argument("--into", metavar="RUN", help="add to an existing run: id, prefix or name")
    @line_cell_magic
    @in_one_line
    def track(self, line: str, cell: str | None = None) -> None:
        """Record this cell as a run: parameters, metrics, data, models, figures, code, environment.

        On top of a cell: %%track [NAME] [options]. One execution is one run, closed whatever happens.

        On a line: %track on | off | status | last | rerun … | note TEXT | tag KEY=VALUE
        """
        if cell is not None:
            self._track_directly(line, cell)
            return
        command, _, rest = line.strip().partition(" ")
        if command not in COMMANDS:
            raise UsageError(
                f"%track {command or '(nothing)'} is no command",
                hint=f"{nearest(command, COMMANDS)}; to track a cell, write %%track on its first line",
            )
        getattr(self, f"_{command}")(rest.strip())

    def _track_directly(self, line: str, cell: str) -> None:
        """The magic was called by name, or its line can't be parsed (then this says why, and nothing runs)."""
        options = options_of(line)
        self._session.track_rest(options)
        self.shell.run_cell(cell, store_history=False).raise_error()

    # ---- %track … -----------------------------------------------------------------------------

    def _on(self, _: str) -> None:
        self._session.auto = True
        print("mlnb: cells that fit a model or set a metric are tracked from here on (%track off)")

    def _off(self, _: str) -> None:
        self._session.auto = False
        print("mlnb: only %%track cells are tracked")

    def _status(self, _: str) -> None:
        from mlnb import config

        mode = (
            "on: cells that fit a model or set a metric" if self._session.auto else "off: only %%track cells"
        )
        print(f"mlnb: tracking is {mode}")
        print(f"store: {config.load().store}")
        if self._session.told is not None:
            print(f"running: {runline.so_far(self._session.told)}")
            print(f"observing it took {self._session.observer.recorder.budget.said()}")
        elif self._session.last is not None:
            print(f"last run: {runline.plain(self._session.last)}")
            print(f"observing it took {self._session.observer.recorder.budget.said()}")

    def _last(self, _: str) -> None:
        if self._session.last is None:
            raise UsageError("no run in this session yet", hint="put %%track on top of a cell")
        runline.show(self._session.last)

    def _rerun(self, rest: str) -> None:
        from mlnb.execution import rerun

        words = shlex.split(rest)
        if words:
            target: Any = words[0]
        elif self._session.last is not None:
            target = self._session.last.run.run_id
        else:
            raise UsageError("there is no run to rerun yet", hint="%track rerun notebook.ipynb -p lr 0.1")
        params = {words[i + 1]: words[i + 2] for i in range(1, len(words) - 2) if words[i] == "-p"}
        print(rerun(target, params=params))

    def _note(self, rest: str) -> None:
        self._edit(events.Note(text=rest))

    def _tag(self, rest: str) -> None:
        key, value = parse_tag(rest)
        self._edit(events.Tag(key=key, value=value))

    def _edit(self, event: events.Event) -> None:
        """On the cell's own run while it is running, else on the last one."""
        run = self._session.active
        if run is not None:
            run.append(event)
        elif self._session.last is not None:
            last = self._session.last.run
            last.store.edit(last.run_id, event)
        else:
            raise UsageError("no run in this session yet", hint="put %%track on top of a cell")


def _parser() -> Any:
    return TrackMagics.track.parser  # type: ignore[attr-defined]  # `magic_arguments` puts it there


def options_of(line: str) -> TrackOptions:
    """The options of a `%%track` line.

    Raises
    ------
    UsageError
        One is unknown or lacks its value.
    """
    parser = _parser()
    try:
        found = parser.parse_argstring(line)
    except (ShellUsageError, argparse.ArgumentError, ValueError, SystemExit) as error:
        raise UsageError(_complaint(line, str(error)), hint="%%track? shows them all") from None
    return TrackOptions(
        name=_unquoted(found.name),
        experiment=_unquoted(found.experiment),
        params=Selection.parse(_unquoted(found.params)),
        metrics=Selection.parse(_unquoted(found.metrics)),
        data=Selection.parse(_unquoted(found.data)),
        tags=dict(parse_tag(_unquoted(text) or "") for text in found.tag or ()),
        note=_unquoted(found.note),
        models=not found.no_models,
        figures=not found.no_figures,
        quiet=found.quiet,
        into=_unquoted(found.into),
    )


def is_valid(line: str) -> bool:
    """Whether a `%%track` line can be parsed."""
    try:
        options_of(line)
    except UsageError:
        return False
    return True


def _unquoted(text: str | None) -> str | None:
    """`"two words"` as they stand in the line."""
    if text and len(text) > 1 and text[0] == text[-1] and text[0] in "'\"":
        return text[1:-1]
    return text


def _complaint(line: str, message: str) -> str:
    """What is wrong, with the option that was meant."""
    known = [option for action in _parser()._actions for option in action.option_strings]  # noqa: SLF001 - argparse has no other
    for word in line.split():
        if word.startswith("-") and word.partition("=")[0] not in known and not word[1:2].isdigit():
            return f"%%track has no option {word}; {nearest(word, known)}"
    return f"%%track {line}: {message}"
