"""`mlnb register`, `promote`, `rollback`, `models`: from a run to the model that is in use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from mlnb.cli.options import json_option, open_store, store_option
from mlnb.cli.output import plain, print_json, print_table

if TYPE_CHECKING:
    from mlnb.events import Promotion


@click.command()
@click.argument("run")
@click.argument("model", required=False)
@click.option("--name", help="Which of the run's models, if it has several.")
@json_option
@store_option
def register(run: str, model: str | None, name: str | None, *, as_json: bool) -> None:
    """Make a version of a model from a run.

    The model that RUN fitted becomes the next version of MODEL (by default its experiment's name).
    """
    from mlnb import registry

    version = registry.register(run, model, name=name, store=open_store())
    if as_json:
        print_json(_fields(version))
    else:
        click.echo(f"{version.model}/{version.version} is the model of run {run}")


@click.command()
@click.argument("model")
@click.argument("version", type=int)
@click.option("--alias", default="champion", show_default=True, help="The alias to point at it.")
@click.option("--note", default="", help="Why; it is kept with the decision.")
@click.option("--dry-run", is_flag=True, help="Ask the gates, and change nothing.")
@json_option
@store_option
def promote(model: str, version: int, alias: str, note: str, *, dry_run: bool, as_json: bool) -> None:
    """Point an alias at a version, through its gates.

    The gates of the project's settings are asked first, and what they said is kept, also of a refusal.
    """
    from mlnb import registry

    decided = registry.promote(model, version, alias=alias, note=note, dry_run=dry_run, store=open_store())
    _show(decided, as_json=as_json, dry_run=dry_run)


@click.command()
@click.argument("model")
@click.argument("alias", default="champion")
@click.option("--note", default="", help="Why; it is kept with the decision.")
@json_option
@store_option
def rollback(model: str, alias: str, note: str, *, as_json: bool) -> None:
    """Point an alias back at its previous version.

    ALIAS is champion, if none is given. Gates are not asked.
    """
    from mlnb import registry

    _show(registry.rollback(model, alias, note=note, store=open_store()), as_json=as_json)


@click.command()
@click.argument("model", required=False)
@json_option
@store_option
def models(model: str | None, *, as_json: bool) -> None:
    """List models, their versions and aliases.

    With MODEL, that one only, and its promotions.
    """
    from mlnb.errors import NotFound, nearest
    from mlnb.store import query

    found = query.models(open_store())
    if model is not None:
        known = [one["model"] for one in found]
        found = [one for one in found if one["model"] == model]
        if not found:
            raise NotFound(f"no model {model!r}", hint=nearest(model, known))
    if as_json:
        print_json(found)
    elif not found:
        click.echo("no models yet (mlnb register RUN MODEL makes the first version)")
    else:
        _print_models(found, promotions=model is not None)


def _print_models(found: list[dict[str, Any]], *, promotions: bool) -> None:
    print_table(
        ["model", "version", "aliases", "run", "format", "created"],
        [
            [one["model"], v["version"], ", ".join(v["aliases"]), v["run_name"], v["format"], v["created_at"]]
            for one in found
            for v in one["versions"]
        ],
    )
    moves = [move for one in found for move in one["promotions"]] if promotions else []
    if moves:
        click.echo()
        columns = ["time", "alias", "from_version", "to_version", "decision", "user", "note"]
        print_table(columns, [[move.get(column) for column in columns] for move in moves])


def _show(decided: Promotion, *, as_json: bool, dry_run: bool = False) -> None:
    if as_json:
        print_json(_fields(decided))
        return
    would = "would point" if dry_run else "points"
    now = f"version {decided.to_version}" if decided.to_version is not None else "no version"
    click.echo(f"{decided.model}@{decided.alias} {would} at {now}")
    for gate in decided.gates:
        click.echo(f"  {'passed' if gate.passed else 'failed'}  {gate.name}: {gate.message}")


def _fields(value: Any) -> Any:
    import msgspec

    return plain(msgspec.to_builtins(value))
