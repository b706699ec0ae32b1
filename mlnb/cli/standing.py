"""How a model's standing looks in a terminal: who holds each alias and why, the versions, every decision."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from mlnb.cli.output import console, show

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from mlnb.events import Promotion
    from mlnb.registry.standing import Holder, Standing

SHOWN: Final = 20  # decisions and versions
_DECISIONS: Final = {
    "promoted": ("✓ promoted", "green"),
    "refused": ("✗ refused", "red"),
    "rolled_back": ("↶ rolled back", "yellow"),
}
_STEPS: Final = (
    (86_400 * 365, "year"),
    (86_400 * 30, "month"),
    (86_400, "day"),
    (3_600, "hour"),
    (60, "minute"),
)


def print_all(found: Sequence[Standing]) -> None:
    """A line for each alias of each model: what is in use, since when, by whom, on what evidence."""
    table = _table(
        "model", "alias", "version", "run", "metrics", "since", "by", "gates", "why", stretch="why"
    )
    for one in found:
        for place, holder in enumerate(one.holders):
            table.add_row(
                _bold(one.model.name if not place else ""),
                _alias(holder.alias),
                str(holder.version.version),
                _run(holder.record),
                _values(holder, one.metrics),
                _when(holder.moved.time),
                holder.moved.user or "",
                _gates(holder),
                holder.moved.note,
            )
        if not one.holders:
            count = len(one.versions)
            table.add_row(_bold(one.model.name), _dim("none"), _dim(f"{count} version{'s' * (count != 1)}"))
    out = console()
    out.print(table)
    out.print(_dim("\nmlnb models MODEL shows the evidence, the versions and every decision"))


def print_one(found: Standing, head: str, broken: str | None) -> None:
    """Everything about one model."""
    out = console()
    out.print(_bold(found.model.name))
    for holder in found.holders:
        _print_holder(out, found, holder)
    if not found.holders:
        out.print(_dim(f"\nnothing is promoted yet: mlnb promote {found.model.name} VERSION"))
    out.print()
    _print_versions(out, found)
    if found.model.promotions:
        out.print()
        _print_decisions(out, found.model.promotions)
    out.print()
    if broken is None:
        out.print(_dim(f"the history is whole; its head, to keep elsewhere and compare:\n{head}"))
    else:
        out.print(_text(f"the history is broken: {broken} (mlnb store verify)", "bold red"))


def _print_holder(out: Console, found: Standing, holder: Holder) -> None:
    moved = holder.moved
    line = _text("\n")
    line.append(f"{holder.alias} → version {holder.version.version}", "bold green")
    line.append(f"   {_DECISIONS[moved.decision][0][2:]} {_when(moved.time)}, {_ago(moved.time)}")
    line.append(f", by {moved.user}" if moved.user else "")
    out.print(line)
    facts = _table("", "", header=False)
    if moved.note:
        facts.add_row(_dim("  why"), moved.note)
    record = holder.record
    if record is None:
        facts.add_row(_dim("  run"), _text(f"{holder.version.run_id} was deleted", "red"))
    else:
        commit = str(record["git_commit"] or "")[:12]
        changed = " with changes" if record["git_dirty"] else ""
        code = f", commit {commit}{changed}" if commit else ""
        facts.add_row(
            _dim("  run"), f"{record['name']} of {record['notebook'] or record['experiment']}{code}"
        )
        metrics = {name: record["metrics"][name] for name in found.metrics if name in record["metrics"]}
        if metrics:
            facts.add_row(_dim("  metrics"), ", ".join(f"{name} {show(v)}" for name, v in metrics.items()))
        for data in record["datasets"]:
            size = "" if data["rows"] is None else f", {data['rows']:,} × {data['columns']}"
            facts.add_row(_dim(f"  {data['role']}"), f"{data['name']}{size}, {data['digest'][:12]}")
    for gate in holder.gates:
        mark = _text("  ✓", "green") if gate.passed else _text("  ✗", "red")
        facts.add_row(mark, f"{gate.name}: {gate.message}")
    if not holder.gates:
        facts.add_row(_dim("  gates"), "none were asked")
    if holder.before is not None:
        back = f"mlnb rollback {found.model.name} {holder.alias}"
        facts.add_row(_dim("  back"), f"{back} returns to version {holder.before}")
    out.print(facts)


def _print_versions(out: Console, found: Standing) -> None:
    table = _table("version", "aliases", "run", *found.metrics, "format", "registered", "by")
    for version in found.versions[:SHOWN]:
        record = found.records.get(version.version)
        metrics = {} if record is None else record["metrics"]
        held = [holder.alias for holder in found.holders if holder.version == version]
        table.add_row(
            str(version.version),
            _alias(", ".join(held)),
            _run(record),
            *(show(metrics.get(name)) for name in found.metrics),
            version.format,
            _when(version.time),
            version.created_by or "",
        )
    out.print(table)
    _print_rest(out, len(found.versions), "versions")


def _print_decisions(out: Console, moves: Sequence[Promotion]) -> None:
    table = _table("when", "alias", "decision", "from → to", "by", "why", stretch="why")
    for move in list(reversed(moves))[:SHOWN]:
        said, style = _DECISIONS[move.decision]
        failed = [f"{gate.name}: {gate.message}" for gate in move.gates if not gate.passed]
        why = _text(move.note)
        for reason in failed:
            why.append(("\n" if why else "") + reason, "red")
        path = f"{move.from_version or '·'} → {move.to_version or '·'}"
        table.add_row(_when(move.time), move.alias, _text(said, style), path, move.user or "", why)
    out.print(table)
    _print_rest(out, len(moves), "decisions")


def _print_rest(out: Console, count: int, what: str) -> None:
    if count > SHOWN:
        out.print(_dim(f"and {count - SHOWN} earlier {what}, in --json"))


def _gates(holder: Holder) -> Text:
    if not holder.gates:
        return _dim("none asked")
    passed = sum(gate.passed for gate in holder.gates)
    said = f"{passed} of {len(holder.gates)} passed"
    return _text(said, "green" if passed == len(holder.gates) else "red")


def _values(holder: Holder, names: Iterable[str]) -> str:
    known = {} if holder.record is None else holder.record["metrics"]
    return ", ".join(f"{name} {show(known[name])}" for name in names if name in known)


def _run(record: Any) -> Text:
    return _text("deleted", "red") if record is None else _text(record["name"])


def _alias(name: str) -> Text:
    return _text(name, "bold green")


def _when(stamp: int) -> str:
    return f"{datetime.fromtimestamp(stamp / 1e6, UTC).astimezone():%Y-%m-%d %H:%M}"


def _ago(stamp: int) -> str:
    passed = datetime.now(UTC).timestamp() - stamp / 1e6
    for length, name in _STEPS:
        count = int(passed // length)
        if count:
            return f"{count} {name}{'s' * (count != 1)} ago"
    return "just now"


def _table(*columns: str, header: bool = True, stretch: str | None = None) -> Table:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="dim", show_header=header)
    for column in columns:
        number = column == "version"
        wraps = not header or column == stretch
        table.add_column(column, justify="right" if number else "left", no_wrap=not wraps, overflow="fold")
    return table


def _text(text: str, style: str = "") -> Text:
    from rich.text import Text

    return Text(text, style)


def _bold(text: str) -> Text:
    return _text(text, "bold")


def _dim(text: str) -> Text:
    return _text(text, "dim")
