"""The command line: `mlnb`, `jupyter mlnb`, `python -m mlnb`.

app        the list of commands (each loaded when it is called) and what an error looks like
output     tables for people, JSON for programs
the rest   one module for the commands of one noun: parse, call, show
"""

from __future__ import annotations


def main() -> None:
    """Run the command line, and end the process with its status."""
    import sys

    from mlnb.cli.app import run

    sys.exit(run(sys.argv[1:]))
