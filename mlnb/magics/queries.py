"""`%runs`, `%compare`, `%%runs_sql`, `%promote`: the functions of those names, on a line."""

from __future__ import annotations

from typing import Any

from mlnb.errors import UsageError
from mlnb.magics.arguments import (
    Magics,
    argument,
    cell_magic,
    line_magic,
    magic_arguments,
    magics_class,
    parse_argstring,
)
from mlnb.magics.mistakes import in_one_line


@magics_class
class QueryMagics(Magics):  # type: ignore[misc]
    """Look at runs and models from a cell."""

    @line_magic
    @in_one_line
    def runs(self, line: str) -> Any:
        """%runs [QUERY]: the newest runs, or those that a query finds.

        %runs metrics.acc >= 0.9 and params.lr > 0.05
        """
        from mlnb.tracking import runs

        return runs(where=line.strip() or None)

    @line_magic
    @in_one_line
    def compare(self, line: str) -> Any:
        """%compare A B …: two runs or more, by id, prefix or name, differences first."""
        from mlnb.tracking import compare

        names = line.split()
        if len(names) < 2:
            raise UsageError(
                "%compare needs two runs or more", hint="%compare amber-fox-12 brave-owl-7; %runs lists them"
            )
        return compare(*names)

    @cell_magic
    @in_one_line
    def runs_sql(self, line: str, cell: str) -> Any:
        """%%runs_sql [NAME]: the cell is SQL over the store's tables; its result is shown, or set as NAME."""
        from mlnb.tracking import sql

        name = line.strip()
        if name and not name.isidentifier():
            raise UsageError(f"%%runs_sql {name}: that is no variable's name", hint="%%runs_sql best")
        found = sql(cell)
        if not name:
            return found
        self.shell.user_ns[name] = found
        return None

    @magic_arguments()
    @argument("model", help="the model's name")
    @argument("version", type=int, help="its version")
    @argument("--alias", default="champion", help="the alias to move (champion)")
    @argument("--note", default="", help="why")
    @argument("--dry-run", action="store_true", help="evaluate the gates, move nothing")
    @line_magic
    @in_one_line
    def promote(self, line: str) -> Any:
        """Point an alias at a model version, through its gates: %promote churn 3"""
        from mlnb.registry import promote

        found = parse_argstring(self.promote, line)
        return promote(found.model, found.version, alias=found.alias, note=found.note, dry_run=found.dry_run)
