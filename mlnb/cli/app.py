"""The commands by name, loaded when they are called, and one way to say what is wrong.

Every error is one line on standard error. The status is 0 for done, 1 for work that failed, 2 for wrong usage.
"""

from __future__ import annotations

import difflib
import importlib
import os
import sys
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import click

from mlnb import __version__
from mlnb.errors import Error, NotWhole, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

COMMANDS: Final[dict[str, tuple[str, str]]] = {
    "demo": ("mlnb.cli.demo:demo", "Track, rerun, compare and promote on real data, in under a minute."),
    "runs": ("mlnb.cli.runs:runs", "List runs, newest first."),
    "show": ("mlnb.cli.runs:show", "Show everything about one run."),
    "compare": ("mlnb.cli.runs:compare", "Show how runs differ."),
    "sql": ("mlnb.cli.runs:sql", "Query the store's tables with SQL, read-only."),
    "rerun": ("mlnb.cli.rerun:rerun", "Execute a notebook with given parameters, or a grid of them."),
    "reproduce": (
        "mlnb.cli.reproduce:reproduce",
        "Repeat a run with its own source and parameters, and judge what comes out.",
    ),
    "gather": ("mlnb.cli.gather:gather", "Make a clean notebook that leads to a cell's run, and prove it."),
    "register": ("mlnb.cli.models:register", "Make a version of a model from a run."),
    "promote": ("mlnb.cli.models:promote", "Point an alias at a version, through its gates."),
    "rollback": ("mlnb.cli.models:rollback", "Point an alias back at its previous version."),
    "models": ("mlnb.cli.models:models", "List models, their versions and aliases."),
    "model": ("mlnb.cli.model:model", "Look at a model, its card and its notes, or take it elsewhere."),
    "ui": ("mlnb.cli.ui:ui", "Look at the runs in a browser, without JupyterLab."),
    "import": ("mlnb.cli.imports:import_", "Bring the runs of another tracker: MLflow, W&B, TensorBoard."),
    "schema": ("mlnb.cli.schema:schema", "Print a Pandera schema, in YAML, that a run's data meets."),
    "store": ("mlnb.cli.store:store", "Look after the store."),
    "doctor": ("mlnb.cli.doctor:doctor", "Check that everything mlnb needs is there and works."),
}


class Commands(click.Group):
    """The group of all commands; only the one that is called gets imported."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in COMMANDS:
            return None
        room, _, name = COMMANDS[cmd_name][0].partition(":")
        command: click.Command = getattr(importlib.import_module(room), name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if name not in COMMANDS and not name.startswith("-"):
            raise click.UsageError(f"no command {name!r}{_suggest(name, list(COMMANDS))}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, about) for name, (_, about) in COMMANDS.items()])


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, "-V", "--version", message="mlnb %(version)s")
def mlnb() -> None:
    """Experiments of Jupyter notebooks: tracked, rerun, compared, promoted.

    Every command works on the store of the folder it is called in (the nearest .mlnb/ upwards), or on
    the one that MLNB_STORE or --store names.
    """


def run(arguments: Sequence[str]) -> int:
    """Run one command; the process's exit status."""
    try:
        with _warnings_in_a_line():
            return int(mlnb.main(list(arguments), prog_name="mlnb", standalone_mode=False) or 0)
    except click.exceptions.Exit as exit_:
        return exit_.exit_code
    except click.ClickException as error:
        return _complain(_message(error), 2)
    except UsageError as error:
        return _complain(str(error), 2)
    except Error as error:
        return _complain(str(error), 1)
    except (KeyboardInterrupt, click.exceptions.Abort):
        return _complain("stopped", 1)
    except BrokenPipeError:  # `mlnb runs | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


@contextmanager
def _warnings_in_a_line() -> Iterator[None]:
    """Who types a command has no use for the line of code that warned."""

    def show(message: Warning | str, category: type[Warning], *place: Any, **known: Any) -> None:
        if issubclass(category, NotWhole):
            _complain(str(message), 0)
        else:
            as_ever(message, category, *place, **known)

    with warnings.catch_warnings():
        warnings.simplefilter("always", NotWhole)
        as_ever, warnings.showwarning = warnings.showwarning, show
        yield


def _complain(message: str, status: int) -> int:
    click.echo("mlnb: " + " ".join(message.split()), err=True)
    return status


def _message(error: click.ClickException) -> str:
    if isinstance(error, click.NoSuchOption):
        known = _options(error.ctx)
        return f"no option {error.option_name}{_suggest(error.option_name, known)}"
    context: Any = getattr(error, "ctx", None)
    path = "" if context is None or context.parent is None else f"{context.info_name}: "
    return f"{path}{error.format_message()}"


def _options(context: click.Context | None) -> list[str]:
    if context is None:
        return []
    return [name for parameter in context.command.get_params(context) for name in parameter.opts]


def _suggest(name: str, known: list[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    return f" (did you mean {close[0]}?)" if close else f" (known: {', '.join(known)})"
