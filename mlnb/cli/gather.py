"""`mlnb gather`: from a messy session to a notebook that is proved."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from mlnb.cli.options import json_option, store_option
from mlnb.cli.output import print_json
from mlnb.errors import Error

if TYPE_CHECKING:
    from mlnb.execution.gathering import Gathered, Trial

COULD_NOT_RUN = 2


@click.command()
@click.argument("run")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The notebook; by default RUN.ipynb.",
)
@click.option("--force", is_flag=True, help="Write over a file that exists.")
@click.option("--fast", is_flag=True, help="Take the first that holds, and leave nothing more out.")
@click.option(
    "--seconds",
    type=click.FloatRange(min=0),
    default=60.0,
    show_default=True,
    help="How long to look for cells that don't matter.",
)
@click.option("--timeout", type=float, metavar="SECONDS", help="Seconds that one execution may take.")
@json_option
@store_option
def gather(
    run: str,
    output: Path | None,
    seconds: float,
    timeout: float | None,
    *,
    force: bool,
    fast: bool,
    as_json: bool,
) -> int:
    """Make a clean notebook that leads to a cell's run, and prove it.

    The status is 0 where it is reproduced, 1 where it isn't (the notebook says why), 2 where nothing could be made.
    """
    from mlnb.execution.gathering import gather as make

    try:
        made = make(run, output, force=force, fast=fast, seconds=seconds, timeout=timeout, told=_tell)
    except Error as error:
        click.echo(f"mlnb: {error}", err=True)
        return COULD_NOT_RUN
    if as_json:
        print_json(_as_dict(made))
    else:
        click.echo(f"{made}\n{made.path}")
        for cause in made.causes:
            click.echo(f"  {cause}")
    return 0 if made.reproduced else 1


def _tell(trial: Trial) -> None:
    said = "holds" if trial.holds else (trial.error or "doesn't hold")
    click.echo(f"{len(trial.places)} cells: {said}", err=True)


def _as_dict(made: Gathered) -> dict[str, object]:
    return {
        "run_id": made.run_id,
        "path": str(made.path),
        "reproduced": made.reproduced,
        "kept": made.kept,
        "executed": made.executed,
        "tries": made.tries,
        "verdict": {part.part: part.outcome for part in made.verdict.parts} if made.verdict else {},
        "causes": list(made.causes),
    }
