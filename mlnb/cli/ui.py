"""`mlnb ui`: the runs in a browser, served by a Jupyter server that has nothing but mlnb in it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from mlnb import config
from mlnb.cli.options import store_option

HOST = "127.0.0.1"


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), default=8888, show_default=True,
              help="The port to listen on, or the next one that is free.")  # fmt: skip
@click.option("--no-browser", is_flag=True, help="Only print the address.")
@store_option
def ui(*, port: int, no_browser: bool) -> None:
    """Look at the runs in a browser, without JupyterLab.

    Nobody but this machine reaches it, and nobody without the token in the address. Ctrl-C stops it.
    """
    server = _server(port, no_browser=no_browser)
    server.io_loop.add_callback(lambda: click.echo(f"mlnb: {_address(server)}  (Ctrl-C stops)"))
    server.start()


def _server(port: int, *, no_browser: bool) -> Any:
    from jupyter_server.serverapp import ServerApp
    from traitlets.config import Config

    settings = {
        "ip": HOST,
        "port": port,
        "open_browser": not no_browser,
        "default_url": "/mlnb/",
        "root_dir": str(Path.cwd()),
        "allow_root": True,  # a container's only user, on loopback
        "log_level": "WARN",
        "jpserver_extensions": {"mlnb": True},
    }
    fixed = {"store": str(config.load(None).store.resolve())}
    server = ServerApp.instance(config=Config({"ServerApp": settings, "MlnbApp": fixed}))
    server.initialize(argv=[], find_extensions=False)
    server.answer_yes = True  # Ctrl-C means it
    return server


def _address(server: Any) -> str:
    token = server.identity_provider.token
    return f"http://{HOST}:{server.port}{server.base_url}mlnb/" + (f"?token={token}" if token else "")
