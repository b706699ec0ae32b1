"""`mlnb reproduce`: does the number still hold?"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mlnb.cli.options import json_option, store_option
from mlnb.cli.output import print_json, print_table
from mlnb.errors import Error

if TYPE_CHECKING:
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
    "--report", type=click.Path(path_type=Path), metavar="FILE", help="Write the verdict as Markdown."
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
    report: Path | None,
    *,
    as_json: bool,
) -> int:
    """Repeat a run with its own source and parameters, and judge what comes out.

    The status is 0 where all is as it was, 1 where something isn't, 2 where it could not be run.
    """
    from mlnb.execution.reproduction import reproduce as repeat_run
    from mlnb.execution.verdict import Tolerance

    try:
        verdict = repeat_run(
            run, against=against, tolerance=Tolerance(rtol, atol), repeat=repeat, timeout=timeout
        )
    except Error as error:
        click.echo(f"mlnb: {error}", err=True)
        return COULD_NOT_RUN
    if report is not None:
        report.write_text(verdict.to_markdown(), encoding="utf-8")
    if as_json:
        print_json(_as_dict(verdict))
    else:
        _print(verdict)
    return 0 if verdict.reproduced else 1


def _as_dict(verdict: Verdict) -> dict[str, object]:
    return {
        "run_id": verdict.run_id,
        "rerun_id": verdict.rerun_id,
        "reproduced": verdict.reproduced,
        "parts": [asdict(part) for part in verdict.parts],
        "cause": verdict.cause,
    }


def _print(verdict: Verdict) -> None:
    word = "reproduced" if verdict.reproduced else "not reproduced"
    print_table(
        ["", "part", "outcome", ""],
        [["" if p.agrees else "≠", p.part, p.outcome.replace("_", " "), p.detail] for p in verdict.parts],
        title=f"{verdict.run_name}: {word} by {verdict.rerun_name}",
    )
    if verdict.cause:
        click.echo(verdict.cause)
