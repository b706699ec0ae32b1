"""`mlnb register`, `promote`, `rollback`, `models`: from a run to the model that is in use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from mlnb.cli.options import json_option, open_store, store_option
from mlnb.cli.output import plain, print_json

if TYPE_CHECKING:
    from mlnb.events import Promotion
    from mlnb.store import Store


@click.command()
@click.argument("run")
@click.argument("model", required=False)
@click.option("--reproduction", is_flag=True, help="RUN only repeats another run, and is meant all the same.")
@click.option("--name", help="Which of the run's models, if it has several.")
@json_option
@store_option
def register(run: str, model: str | None, name: str | None, *, reproduction: bool, as_json: bool) -> None:
    """Make a version of a model from a run.

    The model that RUN fitted becomes the next version of MODEL (by default its experiment's name).
    """
    from mlnb import registry

    version = registry.register(run, model, name=name, reproduction=reproduction, store=open_store())
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
def promote(model: str, version: int, alias: str, note: str, *, dry_run: bool, as_json: bool) -> int:
    """Point an alias at a version, through its gates.

    The gates of the project's settings are asked first, and what they said is kept, also of a refusal. The status is
    1 where a gate refuses, also of a dry run.
    """
    from mlnb import registry

    decided = registry.promote(model, version, alias=alias, note=note, dry_run=dry_run, store=open_store())
    _show(decided, as_json=as_json, dry_run=dry_run)
    return 1 if decided.decision == "refused" else 0


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

    What is in use, since when, by whom and on what evidence. With MODEL: that one, its versions and every
    decision about it.
    """
    show_models(model, as_json=as_json)


def show_models(model: str | None, *, as_json: bool) -> None:
    """Print every model, or one with its history."""
    from mlnb.cli import standing
    from mlnb.registry.standing import standing as standing_of
    from mlnb.registry.standing import standings

    opened = open_store()
    if as_json:
        print_json(_rows(opened, model))
    elif model is not None:
        broken = next(iter(opened.registry.breaks()), None)
        found = standing_of(model, opened)
        standing.print_one(found, opened.registry.head(), None if broken is None else broken.message)
    elif every := standings(opened):
        standing.print_all(every)
    else:
        click.echo("no models yet (mlnb register RUN MODEL makes the first version)")


def _rows(store: Store, model: str | None) -> list[dict[str, Any]]:
    from mlnb.errors import NotFound, nearest
    from mlnb.store import query

    found = query.models(store)
    chosen = [one for one in found if model is None or one["model"] == model]
    if model is not None and not chosen:
        raise NotFound(f"no model {model!r}", hint=nearest(model, [one["model"] for one in found]))
    return chosen


def _show(decided: Promotion, *, as_json: bool, dry_run: bool = False) -> None:
    if as_json:
        print_json(_fields(decided))
        return
    refused = decided.decision == "refused"
    verb = ("would not point" if refused else "would point") if dry_run else "points"
    click.echo(f"{decided.model}@{decided.alias} {verb} at version {decided.to_version}")
    for gate in decided.gates:
        mark, color = ("✓", "green") if gate.passed else ("✗", "red")
        click.echo(f"  {click.style(mark, fg=color)} {gate.name}: {gate.message}")
    if not decided.gates and decided.decision == "promoted":
        click.echo("  no gate was asked")


def _fields(value: Any) -> Any:
    import msgspec

    return plain(msgspec.to_builtins(value))
