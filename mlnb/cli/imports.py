"""`mlnb import ...`: the runs of another tracker."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

import click

from mlnb.cli.options import json_option, open_store, store_option
from mlnb.cli.output import print_json

if TYPE_CHECKING:
    from mlnb.integrations import Imported

dry_option = click.option("--dry-run", is_flag=True, help="Say what would be imported, and write nothing.")


@click.group("import")
def import_() -> None:
    """Bring the runs of another tracker: MLflow, W&B, TensorBoard.

    Importing again brings what has come since, and nothing twice.
    """


@import_.command()
@click.argument("place", metavar="URI|FOLDER")
@click.option(
    "--aliases", is_flag=True, help="Let this store's aliases follow MLflow's, through their gates."
)
@dry_option
@json_option
@store_option
def mlflow(place: str, *, aliases: bool, dry_run: bool, as_json: bool) -> int:
    """Import runs and registered models from MLflow.

    URI is a tracking server's or database's, FOLDER one with mlruns/ or mlflow.db in it.
    """
    return _import("mlflow_store", place, dry_run=dry_run, as_json=as_json, aliases=aliases)


@import_.command()
@click.argument("folder", metavar="OFFLINE-DIR")
@dry_option
@json_option
@store_option
def wandb(folder: str, *, dry_run: bool, as_json: bool) -> int:
    """Import what W&B's offline mode wrote.

    OFFLINE-DIR is an offline-run-… folder, or any folder above such.
    """
    return _import("wandb_offline", folder, dry_run=dry_run, as_json=as_json)


@import_.command()
@click.argument("folder", metavar="LOGDIR")
@dry_option
@json_option
@store_option
def tensorboard(folder: str, *, dry_run: bool, as_json: bool) -> int:
    """Import TensorBoard's event files.

    Each folder with event files below LOGDIR is a run.
    """
    return _import("tensorboard_logs", folder, dry_run=dry_run, as_json=as_json)


def _import(reader: str, place: str, *, dry_run: bool, as_json: bool, aliases: bool = False) -> int:
    from rich.console import Console
    from rich.progress import Progress

    from mlnb.integrations import take

    source = importlib.import_module(f"mlnb.integrations.{reader}").read(place)
    out = Console(stderr=True)
    with Progress(console=out, transient=True, disable=not out.is_terminal) as progress:
        bar = progress.add_task("runs", total=source.total)
        done = take(
            open_store(), source, dry_run=dry_run, aliases=aliases, each=lambda _: progress.advance(bar)
        )
    if as_json:
        print_json(_fields(done))
    else:
        _print(done, dry_run=dry_run)
    return 1 if done.problems else 0


def _print(done: Imported, *, dry_run: bool) -> None:
    would = "would import" if dry_run else "imported"
    click.echo(
        f"{would} {_count(done.runs, 'new run')} and more of {done.updated}; "
        f"{done.unchanged} unchanged" + (f", {done.deleted} deleted here" if done.deleted else "")
    )
    click.echo(
        f"{_count(done.params, 'parameter')}, {_count(done.metrics, 'metric')} with "
        f"{_count(done.points, 'point')}, {_count(done.files, 'file')}, "
        f"{_count(done.versions, 'model version')}"
    )
    if done.left_out:
        listed = ", ".join(f"{kind} ({count})" for kind, count in sorted(done.left_out.items()))
        click.echo(f"left out, for they have no place here: {listed}")
    for problem in done.problems:
        click.echo(f"problem: {problem}", err=True)
    if done.runs and not dry_run:
        click.echo("mlnb runs lists them; their tag imported.from says where they come from")


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'s' * (number != 1)}"


def _fields(done: Imported) -> dict[str, Any]:
    from dataclasses import asdict

    return asdict(done)
