"""`mlnb rerun`: a notebook, its parameters, and how to go about it."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click
from click.core import ParameterSource

from mlnb.cli.options import store_option
from mlnb.cli.output import print_json, print_table, seconds
from mlnb.cli.runs import print_runs
from mlnb.errors import UsageError

if TYPE_CHECKING:
    from mlnb.execution.batch import Batch
    from mlnb.execution.goal import Goal
    from mlnb.execution.prepared import Prepared, Settings

SHOWN = 20


@click.command()
@click.argument("notebook", metavar="NOTEBOOK|RUN", required=False)
@click.option(
    "-p", "--param", "params", nargs=2, multiple=True, metavar="NAME VALUE", help="Set a parameter."
)
@click.option(
    "-f", "--file", "file", metavar="FILE", help="Parameters from YAML or JSON, or sets of them (also CSV)."
)
@click.option("-g", "--grid", "grid", multiple=True, metavar="NAME=V1,V2,...", help="Vary a parameter.")
@click.option(
    "--sample", type=int, metavar="N", help="Draw N sets from the grid; ranges: lr=loguniform(1e-4,1e-1)."
)
@click.option("--sampler", default="random", metavar="random|sobol", help="How to draw them.")
@click.option("--seed", type=int, metavar="N", help="Draw the same ones again.")
@click.option(
    "-w",
    "--workers",
    type=int,
    metavar="N",
    help="Notebooks at a time (default: as many as cores and memory allow).",
)
@click.option("--executor", default="local", metavar="local|dask", help="Who executes them.")
@click.option("--scheduler", metavar="ADDRESS", help="The Dask cluster's (default: one on this machine).")
@click.option("--name", metavar="NAME", help="The batch's name.")
@click.option(
    "-e", "--experiment", metavar="NAME", help="The runs' experiment (default: the notebook's name)."
)
@click.option("-t", "--tag", "tags", multiple=True, metavar="KEY=VALUE", help="Tag each run.")
@click.option("--kernel", metavar="NAME", help="Another kernel than the notebook names.")
@click.option(
    "--cwd", type=click.Path(path_type=Path), metavar="DIR", help="Where to run (default: beside it)."
)
@click.option("--timeout", type=float, metavar="SECONDS", help="Seconds that one run may take.")
@click.option("--retries", type=int, default=0, metavar="N", help="Try a failed run again.")
@click.option("--fail-fast", is_flag=True, help="Start no more runs after one has failed.")
@click.option("--resume", metavar="BATCH", help="Execute what is missing of a batch.")
@click.option(
    "--output-dir", type=click.Path(path_type=Path), metavar="DIR", help="Executed notebooks here too."
)
@click.option("--best", metavar="METRIC [asc|desc]", help="The metric that says which run is best.")
@click.option("--cold", is_flag=True, help="Start every kernel from nothing.")
@click.option("--dry-run", is_flag=True, help="Show the plan, and start nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the runs as JSON at the end.")
@store_option
def rerun(
    notebook: str | None,
    params: tuple[tuple[str, str], ...],
    file: str | None,
    grid: tuple[str, ...],
    sample: int | None,
    sampler: str,
    seed: int | None,
    name: str | None,
    kernel: str | None,
    resume: str | None,
    best: str | None,
    *,
    dry_run: bool,
    as_json: bool,
    **how: Any,
) -> int:
    """Execute a notebook with given parameters, or a grid of them.

    Every execution is a run, and keeps the executed notebook.

    \b
    mlnb rerun train.ipynb -p lr 0.1
    mlnb rerun train.ipynb --grid lr=0.1,0.01 --grid depth=3,5,7 --workers 2
    mlnb rerun train.ipynb --grid 'lr=loguniform(1e-4,1e-1)' --sample 20
    mlnb rerun amber-fox-12 -p lr 0.2        the notebook of a recorded run
    """
    from mlnb.execution.goal import Goal
    from mlnb.execution.plan import read_parameters
    from mlnb.execution.prepared import prepare
    from mlnb.execution.prepared import resume as prepare_rest
    from mlnb.execution.values import parse_axis, parse_value

    settings = _settings(**how)
    goal = None if best is None else Goal.parse(best)
    if resume is not None:
        _refuse_beside_resume(notebook, params, file, grid, kernel)
        prepared = prepare_rest(resume, changes=_given(settings))
    elif notebook is None:
        raise UsageError("no notebook and no run is named", hint="mlnb rerun train.ipynb")
    else:
        prepared = prepare(
            notebook,
            params={key: parse_value(value, name=key) for key, value in params},
            rows=[] if file is None else read_parameters(file),
            grid=[parse_axis(text) for text in grid],
            samples=sample,
            sampler=sampler,
            seed=seed,
            name=name,
            kernel_name=kernel,
            settings=settings,
        )
    if dry_run:
        _show_plan(prepared, as_json=as_json)
        return 0
    return _execute(prepared, goal, as_json=as_json)


def _settings(tags: tuple[str, ...], cwd: Path | None, *, cold: bool, **same: Any) -> Settings:
    from mlnb.execution.prepared import Settings

    pairs = [tag.partition("=") for tag in tags]
    for key, equals, _ in pairs:
        if not equals or not key:
            raise UsageError(f"tag {key!r} has no value", hint="--tag team=vision")
    return Settings(tags={key: value for key, _, value in pairs}, folder=cwd, warm=not cold, **same)


_AS_OPTIONS: Final = {"folder": "cwd", "warm": "cold"}
"""Settings whose options have other names."""


def _given(settings: Settings) -> dict[str, Any]:
    """The settings that were typed: a resumed batch keeps all others."""
    context = click.get_current_context()
    typed = {
        name for name in context.params if context.get_parameter_source(name) is ParameterSource.COMMANDLINE
    }
    return {
        one.name: getattr(settings, one.name)
        for one in fields(settings)
        if _AS_OPTIONS.get(one.name, one.name) in typed
    }


def _refuse_beside_resume(*given: Any) -> None:
    if any(given):
        raise UsageError(
            "--resume takes its notebook and parameters from the batch", hint="mlnb rerun --resume BATCH"
        )


def _show_plan(prepared: Prepared, *, as_json: bool) -> None:
    plan = [{"name": job.name, "params": job.parameters} for job in prepared.jobs]
    if as_json:
        print_json(plan)
        return
    names = prepared.plan.names
    print_table(
        ["run", *names],
        [[job.name, *(job.parameters.get(name) for name in names)] for job in prepared.jobs[:SHOWN]],
        title=f"{prepared.source.path.name}: {_count(len(prepared.jobs))}, {prepared.workers} at a time",
    )
    if len(prepared.jobs) > SHOWN:
        click.echo(f"and {len(prepared.jobs) - SHOWN} more")


def _execute(prepared: Prepared, goal: Goal | None, *, as_json: bool) -> int:
    from rich.console import Console

    from mlnb.execution.batch import execute
    from mlnb.execution.terminal import Progress

    if not prepared.jobs:
        click.echo(f"nothing is missing: {prepared.name} has all its runs")
        return 0
    try:
        with Progress(prepared, Console(stderr=as_json), goal) as progress:
            batch = execute(prepared, progress)
    except KeyboardInterrupt:
        return _say_stopped(prepared)
    if batch.state == "cancelled":
        return _say_stopped(prepared)
    if as_json:
        print_json(_sorted(batch, goal)[0])
    else:
        print_batch(batch, goal)
    return 0 if batch.state == "finished" else 1


def _say_stopped(prepared: Prepared) -> int:
    click.echo(f"mlnb: stopped; mlnb rerun --resume {prepared.name} runs what is missing", err=True)
    return 1


def print_batch(batch: Batch, goal: Goal | None = None) -> None:
    """The table at a batch's end: the best first where there is a metric to judge by, failures below."""
    rows, goal = _sorted(batch, goal)
    finished = [row for row in rows if row["status"] == "finished"]
    if finished:
        title = f"{batch.name}: {len(finished)} of {_count(len(batch))} finished"
        print_runs(finished[:SHOWN], title=title, first=None if goal is None else goal.metric)
    if len(finished) > SHOWN:
        click.echo(f"and {len(finished) - SHOWN} more: mlnb runs --batch {batch.name}")
    if batch.failures:
        print_table(
            ["run", "status", "took", "error", *batch.plan.names],
            [
                [job.name, "killed" if end.status == "lost" else end.status, seconds(end.seconds), end.error]
                + [job.parameters.get(name) for name in batch.plan.names]
                for job, end in batch.failures
            ],
            title=f"{len(batch.failures)} failed",
        )


def _sorted(batch: Batch, goal: Goal | None) -> tuple[list[dict[str, Any]], Goal | None]:
    """The batch's runs, the best first, and what they are judged by."""
    from mlnb.execution.goal import Goal
    from mlnb.store import query

    page = query.run_page(batch.store, where=f"batch_id = '{batch.batch_id}'")
    goal = goal or Goal.guess(sorted({name for row in page.rows for name in row["metrics"]}))
    rows = list(reversed(page.rows))
    return (goal.sort(rows) if goal else rows), goal


def _count(number: int) -> str:
    return "1 run" if number == 1 else f"{number} runs"
