"""`mlnb schema`: a run's data describes itself, as a start for the project's own data checks."""

from __future__ import annotations

from pathlib import Path

import click

from mlnb.cli.options import open_store, store_option


@click.command()
@click.argument("run")
@click.argument("data")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), help="Write it to this file instead of printing it."
)
@store_option
def schema(run: str, data: str, output: Path | None) -> None:
    """Print a Pandera schema, in YAML, that a run's data meets.

    DATA is the name or the role of data that RUN used. Loosen the ranges, then name the file in mlnb.toml:
    [checks] with a line DATA = "FILE".
    """
    from mlnb.errors import NameTaken, NotWritable
    from mlnb.tracking import get

    text = get(run, store=open_store()).schema(data).to_yaml()
    if output is None:
        click.echo(text, nl=False)
        return
    try:
        with output.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise NameTaken(f"{output} exists already", hint="name a new file") from None
    except OSError as error:
        raise NotWritable(f"{output} can't be written: {error.strerror}") from None
    click.echo(f'wrote {output}; to hold {data!r} against it, in mlnb.toml: [checks] {data} = "{output}"')
