"""`mlnb doctor`: is everything there that mlnb needs, does it work, and what mends it if not?

finding      what one check says
installed    Python, packages, both Jupyter extensions, kernels, papermill's engine
stored       settings, the store, its locks, its disk

A check looks and changes nothing; in particular no store is made where there is none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict
from typing import TYPE_CHECKING, Final

import click

from mlnb.cli.doctor import installed, stored
from mlnb.cli.doctor.finding import Finding, failed
from mlnb.cli.options import json_option, store_option
from mlnb.cli.output import console, print_json
from mlnb.errors import Error

if TYPE_CHECKING:
    from rich.text import Text

Check = Callable[[], Iterable[Finding]]

CHECKS: Final[dict[str, dict[str, Check]]] = {
    "Installation": {"python": installed.python, "packages": installed.packages},
    "Jupyter": {
        "panel": installed.panel,
        "server extension": installed.server,
        "kernels": installed.kernels,
        "papermill": installed.papermill_engine,
    },
    "Store": {
        "settings": stored.settings,
        "store": stored.store,
        "permissions": stored.permissions,
        "locks": stored.locks,
        "disk": stored.disk,
    },
}

_MARKS: Final = {"ok": ("✔", "green"), "warning": ("!", "yellow"), "failed": ("✕", "red")}


@click.command()
@json_option
@store_option
def doctor(*, as_json: bool) -> int:
    """Check that everything mlnb needs is there and works.

    What is wrong comes with what mends it. The status is 1 if something is broken; a warning (!) breaks nothing.
    """
    groups = {
        group: [finding for what, check in checks.items() for finding in _look(what, check)]
        for group, checks in CHECKS.items()
    }
    findings = [finding for group in groups.values() for finding in group]
    if as_json:
        print_json([asdict(finding) | {"ok": finding.state != "failed"} for finding in findings])
    else:
        _print(groups)
    return 1 if any(finding.state == "failed" for finding in findings) else 0


def _look(what: str, check: Check) -> list[Finding]:
    try:
        return list(check())
    except Error as error:
        return [failed(what, error.message, error.hint or "")]
    except Exception as error:  # noqa: BLE001 - whatever is wrong is what the doctor is asked for
        return [failed(what, f"{type(error).__name__}: {error}")]


def _print(groups: dict[str, list[Finding]]) -> None:
    out = console()
    for group, findings in groups.items():
        out.print(f"[bold]{group}")
        for number, finding in enumerate(findings):
            again = number > 0 and findings[number - 1].what == finding.what
            out.print(_line(finding, "" if again else finding.what), soft_wrap=True)
        out.print()
    every = [finding for findings in groups.values() for finding in findings]
    out.print(_sum(every))


def _line(finding: Finding, what: str) -> Text:
    from rich.text import Text

    mark, style = _MARKS[finding.state]
    line = Text.assemble((f"  {mark} ", style), (f"{what:18}", "dim"), finding.says)
    if finding.mend:
        line.append(f"\n    {'':18}→ {finding.mend}", style="cyan")
    return line


def _sum(findings: list[Finding]) -> Text:
    from rich.text import Text

    broken = sum(finding.state == "failed" for finding in findings)
    warned = sum(finding.state == "warning" for finding in findings)
    if not broken and not warned:
        return Text("All is well.", style="green")
    said = [f"{broken} broken"] if broken else ["nothing is broken"]
    said += [f"{warned} warning{'s' if warned > 1 else ''}"] if warned else []
    return Text(", ".join(said).capitalize() + ".", style="red" if broken else "yellow")
