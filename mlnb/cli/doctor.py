"""`mlnb doctor`: is everything there that mlnb needs, and does it work?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from mlnb.cli.options import json_option, store_option
from mlnb.cli.output import print_json
from mlnb.errors import Error

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    what: str
    ok: bool
    says: str


@click.command()
@json_option
@store_option
def doctor(*, as_json: bool) -> int:
    """Check that everything mlnb needs is there and works."""
    findings = [_look(what, check) for what, check in CHECKS.items()]
    if as_json:
        print_json([{"what": f.what, "ok": f.ok, "says": f.says} for f in findings])
    else:
        for finding in findings:
            click.echo(f"{'ok  ' if finding.ok else 'FAIL'}  {finding.what:18}{finding.says}")
    return 0 if all(finding.ok for finding in findings) else 1


def _look(what: str, check: Callable[[], str]) -> Finding:
    try:
        return Finding(what, ok=True, says=check())
    except Error as error:
        return Finding(what, ok=False, says=str(error))
    except Exception as error:  # noqa: BLE001 - whatever is wrong is what the doctor is asked for
        return Finding(what, ok=False, says=f"{type(error).__name__}: {error}")


def _python() -> str:
    import platform
    import sys

    from mlnb import __version__

    return f"mlnb {__version__} on Python {platform.python_version()} ({sys.executable})"


def _store() -> str:
    from mlnb.cli.options import open_store
    from mlnb.store import query

    opened = open_store()
    count = query.run_page(opened, limit=0, children=True).total
    return f"{opened.path} answers, {count} runs"


def _kernel() -> str:
    from jupyter_client.kernelspec import KernelSpecManager

    found = KernelSpecManager().find_kernel_specs()
    if not found:
        raise Error("no kernel is installed", hint="pip install ipykernel")
    return ", ".join(sorted(found))


def _engine() -> str:
    from papermill.engines import papermill_engines

    return f"papermill --engine mlnb is {papermill_engines.get_engine('mlnb').__module__}"


def _panel() -> str:
    from pathlib import Path

    from jupyter_core.paths import jupyter_path

    for folder in jupyter_path("labextensions"):
        if (Path(folder) / "mlnb" / "package.json").is_file():
            return f"{folder}/mlnb"
    raise Error("the JupyterLab extension isn't installed", hint="pip install mlnb builds and installs it")


def _server() -> str:
    from pathlib import Path

    from jupyter_core.paths import jupyter_config_path

    for folder in jupyter_config_path():
        file = Path(folder) / "jupyter_server_config.d" / "mlnb.json"
        if file.is_file():
            return str(file)
    raise Error("the server extension isn't enabled", hint="jupyter server extension enable mlnb")


CHECKS: dict[str, Callable[[], str]] = {
    "python": _python,
    "store": _store,
    "kernels": _kernel,
    "papermill engine": _engine,
    "panel": _panel,
    "server extension": _server,
}
