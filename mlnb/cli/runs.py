"""`mlnb runs`, `show`, `compare`, `sql`: looking at what was tracked."""

from __future__ import annotations

import textwrap
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mlnb.cli.options import json_option, open_store, store_option
from mlnb.cli.output import console, print_json, print_table, seconds
from mlnb.cli.output import show as shown
from mlnb.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MOST_COLUMNS = 6
LAST_LINES = 10
MOST_SAME = 8


@click.command()
@click.argument("query", required=False)
@click.option("--order-by", metavar="COLUMN [asc|desc]", help="Sort, for example 'metrics.accuracy desc'.")
@click.option(
    "-n", "--limit", type=click.IntRange(min=0), help="At most so many (default 50, with --json all)."
)
@click.option("-e", "--experiment", help="Only this experiment.")
@click.option("-b", "--batch", help="Only this batch (its name or id).")
@click.option("--children", is_flag=True, help="Runs inside other runs too.")
@json_option
@store_option
def runs(
    query: str | None,
    order_by: str | None,
    limit: int | None,
    experiment: str | None,
    batch: str | None,
    *,
    children: bool,
    as_json: bool,
) -> None:
    """List runs, newest first.

    QUERY filters them: 'params.lr > 0.05 and metrics.accuracy >= 0.9'.
    """
    from mlnb.store import query as ask

    store = open_store()
    where = _where(query, experiment, None if batch is None else _batch_id(store, batch))
    most = limit if limit is not None or as_json else 50
    page = ask.run_page(store, where=where, order_by=order_by, limit=most, children=children)
    if page.stale:
        click.echo(
            "this is not the whole: more waits than could be looked through at once; ask again in a while",
            err=True,
        )
    if as_json:
        print_json(page.rows)
        return
    print_runs(page.rows)
    if page.total > len(page.rows):
        click.echo(f"{len(page.rows)} of {page.total} runs; --limit {page.total} shows all")


def print_runs(
    rows: Sequence[Mapping[str, Any]], *, title: str | None = None, first: str | None = None
) -> None:
    """The table of runs, with the metrics (one of them `first`) and parameters that most of them have."""
    if not rows:
        click.echo("no runs")
        return
    params = _telling(rows, "params")
    metrics = _telling(rows, "metrics")
    if first is not None:
        metrics = [first, *(name for name in metrics if name != first)]
    print_table(
        ["name", "status", "started", "took", *metrics, *params],
        [
            [
                row["name"],
                row["status"],
                row["started_at"],
                seconds(row["duration_s"]),
                *(row["metrics"].get(name) for name in metrics),
                *(row["params"].get(name) for name in params),
            ]
            for row in rows
        ],
        title=title,
        keep=4,
    )


@click.command()
@click.argument("run")
@click.option("--requirements", is_flag=True, help="Print the run's packages as a requirements file.")
@click.option("--output", is_flag=True, help="Print what the run printed.")
@click.option(
    "--notebook", type=click.Path(path_type=Path), help="Write the run's executed notebook to this file."
)
@json_option
@store_option
def show(run: str, notebook: Path | None, *, requirements: bool, output: bool, as_json: bool) -> None:
    """Show everything about one run.

    RUN is an id, the beginning of one, or a name.
    """
    from mlnb.store import query as ask

    store = open_store()
    record = ask.record(store, ask.resolve(store, run))
    if requirements:
        click.echo(_requirements(store, record))
    elif output:
        from mlnb.tracking.records import RunRecord

        click.echo(RunRecord(store, record["run_id"]).output, nl=False)
    elif notebook is not None:
        _write_notebook(store, record, notebook)
    elif as_json:
        print_json(record)
    else:
        _print_record(record)


@click.command()
@click.argument("runs", nargs=-1, required=True)
@json_option
@store_option
def compare(runs: tuple[str, ...], *, as_json: bool) -> None:
    """Show how runs differ.

    Each RUN is an id, the beginning of one, or a name; what differs comes first.
    """
    from mlnb.store import query as ask
    from mlnb.tracking import compare as compare_runs
    from mlnb.tracking.doubled import told_once

    if len(runs) < 2:
        raise UsageError(f"one run ({runs[0]}) can't be compared", hint="mlnb compare RUN RUN")
    store = open_store()
    found = compare_runs(*(ask.resolve(store, run) for run in runs)).to_dict()
    if as_json:
        print_json(found)
        return
    names = [row["name"] for row in found["runs"]]
    for part in ("params", "metrics", "environment"):
        told = told_once(found[part])
        differing = [row for row in told if row["differs"]]
        if differing:
            print_table([part, *names], [[row["name"], *row["values"]] for row in differing])
            click.echo()
        _print_same(part, [row for row in told if not row["differs"]])
    _print_compared_data(found["data"], names)
    changed = [row["cell_id"] for row in found["code"] if row["differs"]]
    click.echo("code: " + (f"differs in {', '.join(map(str, changed))}" if changed else "the same"))


@click.command()
@click.argument("text")
@json_option
@store_option
def sql(text: str, *, as_json: bool) -> None:
    """Query the store's tables with SQL, read-only.

    mlnb sql "SELECT name, last FROM metrics": runs, params, metrics, points, datasets, artifacts, cells ...
    """
    from mlnb.store import query as ask

    table = ask.sql(open_store(), text)
    rows = table.to_pylist()
    if as_json:
        print_json(rows)
    else:
        print_table(table.column_names, [list(row.values()) for row in rows])


def _where(query: str | None, experiment: str | None, batch_id: str | None) -> str | None:
    # Brackets only where something follows: a mistake is shown where it stands in what was typed.
    alone = experiment is None and batch_id is None
    parts = [query if alone else f"({query})"] if query else []
    if experiment is not None:
        parts.append(f"experiment = {_quoted(experiment)}")
    if batch_id is not None:
        parts.append(f"batch_id = {_quoted(batch_id)}")
    return " and ".join(parts) or None


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _batch_id(store: Any, ref: str) -> str:
    from mlnb.execution.prepared import find_batch

    return find_batch(store.registry.read(), ref).batch_id


def _telling(rows: Sequence[Mapping[str, Any]], what: str) -> list[str]:
    """The names worth a column: those that differ between runs first, then those that most runs have.

    Of names that always have the same value (`depth`, `forest.depth`) the plainest is enough.
    """
    counts = Counter(name for row in rows for name in row[what])
    for name in list(counts):
        if "." in name and len(rows) > 1 and not _differs(rows, what, name):
            del counts[name]
    columns = {name: tuple(shown(row[what].get(name)) for row in rows) for name in counts}
    ranked = sorted(
        counts, key=lambda name: (not _differs(rows, what, name), -counts[name], name.count("."), len(name))
    )
    chosen: dict[tuple[str, ...], str] = {}
    for name in ranked:
        chosen.setdefault(columns[name], name)
    return list(chosen.values())[:MOST_COLUMNS]


def _differs(rows: Sequence[Mapping[str, Any]], what: str, name: str) -> bool:
    return len({shown(row[what].get(name)) for row in rows}) > 1


def _requirements(store: Any, record: Mapping[str, Any]) -> str:
    from mlnb.execution import environments

    return environments.requirements(environments.lock_of(store, record["run_id"])).rstrip()


def _write_notebook(store: Any, record: Mapping[str, Any], path: Path) -> None:
    from mlnb.errors import NotebookError, NotWritable

    kept = [artifact for artifact in record["artifacts"] if artifact["kind"] == "notebook"]
    if not kept:
        raise NotebookError(f"run {record['name']} kept no notebook")
    try:
        path.write_bytes(store.objects.read(kept[-1]["sha256"]))
    except OSError as error:
        raise NotWritable(f"{str(path)!r} can't be written: {error.strerror}") from None
    click.echo(f"wrote {path}")


def _print_record(record: Mapping[str, Any]) -> None:
    out = console()
    out.print(f"[bold]{record['name']}[/]  {record['run_id']}", highlight=False)
    facts = (
        "experiment",
        "kind",
        "status",
        "error",
        "started_at",
        "notebook",
        "cell_id",
        "git_commit",
        "user",
        "host",
    )
    for name in facts:
        if record.get(name) is not None:
            click.echo(f"  {name.removesuffix('_at'):12} {shown(record[name])}")
    click.echo(f"  {'took':12} {seconds(record['duration_s'])}")
    for problem in record["problems"]:
        click.echo(f"  {'problem':12} {problem['where']}: {problem['message']}")
    sections: list[tuple[str, list[str]]] = [
        ("params_detail", ["name", "value", "source"]),
        ("metrics_detail", ["name", "last", "min", "max", "count"]),
        ("datasets", ["name", "role", "type", "rows", "columns", "digest"]),
        ("checks", ["dataset", "name", "passed", "detail"]),
        ("artifacts", ["name", "kind", "bytes", "media_type"]),
    ]
    for key, columns in sections:
        if record[key]:
            click.echo()
            heading = key.removesuffix("_detail")
            print_table(columns, [[row[column] for column in columns] for row in record[key]], title=heading)
    _print_end(record["name"], record["output"] or "")


def _print_end(name: str, output: str) -> None:
    """The last lines that a run printed that runs, or was killed."""
    lines = output.rstrip().splitlines()
    if not lines:
        return
    last = lines[-LAST_LINES:]
    before = len(lines) - len(last)
    click.echo(
        "\n  its last output"
        + (f" ({before} lines before it: mlnb show {name} --output)" if before else "")
        + ":"
    )
    click.echo(textwrap.indent("\n".join(last), "    "))


def _print_same(part: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """What all have in common, on a line; of an environment the count is enough."""
    if not rows:
        return
    few = [f"{row['name']}={shown(row['values'][0])}" for row in rows[:MOST_SAME]]
    said = ", ".join(few) if len(rows) <= MOST_SAME else f"{len(rows)} of them (--json lists them)"
    click.echo(f"{part}, the same in all: {said}\n")


def _print_compared_data(data: Sequence[Mapping[str, Any]], names: Sequence[str]) -> None:
    if not data:
        return
    rows = []
    for row in sorted(data, key=lambda row: not row["differs"]):
        digests = [None if value is None else value["digest"][:12] for value in row["values"]]
        rows.append(
            ["≠" if row["differs"] else "", row["name"], *digests, ", ".join(row["changed_columns"] or [])]
        )
    print_table(["", "data", *names, "changed columns"], rows)
    click.echo()
