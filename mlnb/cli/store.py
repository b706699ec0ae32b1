"""`mlnb store ...`: what the store holds, and its care."""

from __future__ import annotations

import click

from mlnb.cli.options import json_option, open_store, store_option
from mlnb.cli.output import print_json


@click.group()
def store() -> None:
    """Look after the store."""


@store.command()
@json_option
@store_option
def info(*, as_json: bool) -> None:
    """Say where the store is, how large it is, and what is in it."""
    from mlnb.store import query

    opened = open_store()
    counts = query.sql(
        opened,
        "SELECT (SELECT count(*) FROM runs) AS runs, (SELECT count(DISTINCT experiment) FROM runs) AS experiments,"
        " (SELECT count(*) FROM model_versions) AS model_versions, (SELECT count(*) FROM batches) AS batches",
    ).to_pylist()[0]
    files = [path for path in opened.path.rglob("*") if path.is_file()]
    found = {
        "store_id": opened.store_id,
        "path": str(opened.path),
        **counts,
        "objects": sum(1 for _ in opened.objects.names()),
        "bytes": sum(path.stat().st_size for path in files),
    }
    if as_json:
        print_json(found)
        return
    for name, value in found.items():
        shown = (
            f"{value / 1e6:,.1f} MB" if name == "bytes" else f"{value:,}" if isinstance(value, int) else value
        )
        click.echo(f"{name.replace('_', ' '):16}{shown}")
