"""`mlnb store ...`: what the store holds, and its care."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from mlnb.cli.options import json_option, open_store, store_option
from mlnb.cli.output import print_json, print_table


@click.group()
def store() -> None:
    """Look after the store."""


@store.command()
@json_option
@store_option
def info(*, as_json: bool) -> None:
    """Say where the store is, how large it is, and what is in it."""
    from mlnb.store import care

    found = care.info(open_store())
    if as_json:
        print_json(found)
        return
    for name, value in found.items():
        if name == "problems":
            continue
        click.echo(f"{name.replace('_', ' ').replace('bytes', 'size'):16}{_shown(name, value)}")
    for problem in found["problems"]:
        click.echo(f"{'problem':16}{problem['journal']}: {problem['problem']}")


@store.command()
@json_option
@store_option
def verify(*, as_json: bool) -> int:
    """Read every file of the store, check the registry's history, and say what is wrong."""
    from mlnb import registry
    from mlnb.store import care

    opened = open_store()
    findings = care.verify(opened)
    known = {finding.where for finding in findings}
    findings += [finding for finding in registry.verify(opened) if finding.where not in known]
    if as_json:
        print_json([asdict(finding) for finding in findings])
    elif findings:
        print_table(["where", "problem", "what to do"], [[f.where, f.problem, f.advice] for f in findings])
    else:
        click.echo("all is well")
        if opened.registry.read():
            click.echo(f"registry's head, to compare with later: {registry.head(opened)}")
    return 1 if findings else 0


@store.command()
@store_option
def rebuild() -> None:
    """Make the index again from the archive and the journals."""
    from mlnb.store import care

    opened = open_store()
    count = care.rebuild(opened)
    click.echo(f"made the index of {opened.path} again from {count} archived journals")


@store.command()
@click.option("--apply", is_flag=True, help="Take it away; without this it is only listed.")
@json_option
@store_option
def gc(*, apply: bool, as_json: bool) -> None:
    """List files that nothing needs, and deleted runs; --apply removes them."""
    from mlnb.store import care

    found = care.collect(open_store(), apply=apply)
    if as_json:
        print_json(asdict(found))
        return
    done = "removed" if apply else "would remove (with --apply)"
    click.echo(
        f"{done}: {len(found.objects)} files, {_size(found.bytes)}, and {len(found.runs)} deleted runs"
    )


@store.command()
@store_option
def compact() -> None:
    """Write the index again without its dead space."""
    from mlnb.store import care

    before, after = care.compact(open_store())
    click.echo(f"the index had {_size(before)}, and has {_size(after)}")


@store.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.argument("runs", nargs=-1)
@store_option
def export(file: Path, runs: tuple[str, ...]) -> None:
    """Write RUNS (by default all), with all that belongs to them, into a zip FILE."""
    from mlnb.store import query, transfer

    opened = open_store()
    run_ids = [query.resolve(opened, run) for run in runs] or None
    written = transfer.export(opened, file, run_ids)
    click.echo(f"wrote {written}, {_size(written.stat().st_size)}")


@store.command("import")
@click.argument("source", type=click.Path(path_type=Path))
@click.option("--aliases", is_flag=True, help="Let this store's aliases follow the other's.")
@json_option
@store_option
def import_(source: Path, *, aliases: bool, as_json: bool) -> int:
    """Take in an exported file, or another store's folder: what this store lacks of it."""
    from mlnb import registry
    from mlnb.store import transfer

    opened = open_store()
    done = transfer.import_from(opened, source)
    if aliases:
        for model, alias, version in done.aliases:
            registry.promote(model, version, alias=alias, note=f"imported from {source}", store=opened)
    if as_json:
        print_json(asdict(done))
    else:
        click.echo(
            ", ".join(f"{name.replace('_', ' ')}: {_count(value)}" for name, value in asdict(done).items())
        )
    return 1 if done.refused else 0


def _shown(name: str, value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{count:,} {status}" for status, count in value.items()) or "none"
    if isinstance(value, int):
        return _size(value) if name.endswith("bytes") else f"{value:,}"
    return str(value)


def _size(count: int) -> str:
    return f"{count / 1e6:,.1f} MB" if count >= 1e5 else f"{count / 1e3:,.1f} kB"


def _count(value: object) -> object:
    return len(value) if isinstance(value, list) else value
