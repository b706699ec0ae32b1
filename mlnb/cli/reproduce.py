"""`mlnb reproduce`: does the number still hold?"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mlnb.cli.options import json_option, store_option
from mlnb.cli.output import console, print_json
from mlnb.errors import Error

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from mlnb.execution.batch import Observer
    from mlnb.execution.prepared import Prepared
    from mlnb.execution.reproduction import Verdict

COULD_NOT_RUN = 2


@click.command()
@click.argument("run")
@click.option("--against", metavar="RUN", help="Judge this recorded run, and execute nothing.")
@click.option("--rtol", type=float, default=1e-6, show_default=True, help="Relative tolerance of metrics.")
@click.option("--atol", type=float, default=1e-12, show_default=True, help="Absolute tolerance of metrics.")
@click.option(
    "--repeat", type=click.IntRange(min=0), default=0, metavar="N", help="N more reruns, to see the spread."
)
@click.option("--timeout", type=float, metavar="SECONDS", help="Seconds that one execution may take.")
@click.option(
    "--env",
    type=click.Choice(["current", "recorded"]),
    default="current",
    show_default=True,
    help="In what is installed, or in a virtual environment of the run's own packages, made with uv.",
)
@click.option("--whole", is_flag=True, help="Of a cell's run: all cells that its session had executed.")
@click.option(
    "--report",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write the verdict: .html, else Markdown.",
)
@json_option
@store_option
def reproduce(
    run: str,
    against: str | None,
    rtol: float,
    atol: float,
    repeat: int,
    timeout: float | None,
    env: Any,
    report: Path | None,
    *,
    whole: bool,
    as_json: bool,
) -> int:
    """Repeat a run with its own source and parameters, and judge what comes out.

    The status is 0 where all is as it was, 1 where something isn't, 2 where it could not be run.
    """
    from mlnb.execution.reproduction import reproduce as repeat_run
    from mlnb.execution.verdict import Tolerance

    try:
        verdict = repeat_run(
            run,
            against=against,
            tolerance=Tolerance(rtol, atol),
            repeat=repeat,
            timeout=timeout,
            env=env,
            whole=whole,
            watch=_watch,
        )
    except Error as error:
        click.echo(f"mlnb: {error}", err=True)
        return COULD_NOT_RUN
    if report is not None:
        is_page = report.suffix in {".html", ".htm"}
        report.write_text(verdict.to_html() if is_page else verdict.to_markdown(), encoding="utf-8")
    if as_json:
        print_json(_as_dict(verdict))
    else:
        _print(verdict)
    return 0 if verdict.reproduced else 1


def _watch(prepared: Prepared) -> AbstractContextManager[Observer]:
    from rich.console import Console

    from mlnb.execution.terminal import Progress

    return Progress(prepared, Console(stderr=True))


def _as_dict(verdict: Verdict) -> dict[str, object]:
    return {
        "run_id": verdict.run_id,
        "rerun_id": verdict.rerun_id,
        "reproduced": verdict.reproduced,
        "parts": [asdict(part) for part in verdict.parts],
        "cause": verdict.cause,
    }


def _print(verdict: Verdict) -> None:
    from rich.table import Table
    from rich.text import Text

    from mlnb.execution import report

    out = console()
    good, bad = "green", "bold red"
    mark, style = ("✓", good) if verdict.reproduced else ("✗", bad)
    out.print(
        Text.assemble(
            (f"{mark} {verdict.run_name} {report.word(verdict)}", style),
            (f"  by {verdict.rerun_name}", "dim"),
        )
    )
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    for part in verdict.parts:
        mark, style = ("✓", good) if part.agrees else ("≠", bad)
        outcome = part.outcome.replace("_", " ")
        table.add_row(
            Text(mark, style),
            part.part,
            Text(outcome, style),
            Text(part.detail, "dim" if part.agrees else ""),
        )
    out.print(table)
    if verdict.cause:
        out.print(Text(report.sentence(verdict.cause)))
