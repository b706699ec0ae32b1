"""A model card: what is recorded about a version, as a page that people read.

Nothing in it is written by hand but the notes: data, parameters, metrics, environment, lineage and the gates'
answers come from the store, so a card says the same whenever it is made. It is built once as sections
of sentences and tables (`sections`), which `pages` shows as Markdown or HTML.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from mlnb.events import ModelVersion, Promotion
from mlnb.registry import ledger, references
from mlnb.registry.ledger import Model
from mlnb.registry.pages import Page, Section, Table
from mlnb.store import Store, query
from mlnb.tracking import current_store
from mlnb.tracking.records import Place


def card(ref: str, *, store: Place = None) -> Page:
    """The card of `churn@champion` or `churn/3`.

    Raises
    ------
    NotFound
        No such model, alias or version, or its run was deleted.
    UsageError
        The reference isn't one of a model.
    """
    home = current_store(store)
    named = references.parse_model(ref)
    registered = ledger.replay(home.registry.read())
    version = references.version_of(registered, named)
    record = query.record(home, version.run_id)
    parts = sections(home, registered.model(named.model), version, record)
    return Page(f"{version.model} {version.version}", [part for part in parts if part])


def sections(
    store: Store, model: Model, version: ModelVersion, record: Mapping[str, Any]
) -> Iterator[Section]:
    """Everything that is known, in the order in which people ask for it."""
    yield _overview(model, version, record)
    yield Section("Notes", [record["note"]] if record["note"] else ())
    yield Section(
        "Metrics",
        table=Table(
            ("metric", "last", "min", "max", "points"),
            [
                (
                    one["name"],
                    _number(one["last"]),
                    _number(one["min"]),
                    _number(one["max"]),
                    f"{one['count']:,}",
                )
                for one in record["metrics_detail"]
            ],
        ),
    )
    yield Section("Data", table=_data(record["datasets"]))
    yield Section("Columns", table=_columns(record["datasets"]))
    yield Section(
        "Parameters",
        table=Table(
            ("parameter", "value", "source"),
            [(one["name"], one["value"], one["source"]) for one in record["params_detail"]],
        ),
    )
    yield Section(
        "Inputs",
        table=Table(
            ("column", "type"),
            [(one["name"], one.get("type", "")) for one in version.signature.get("inputs", [])],
        ),
    )
    yield _checks(record)
    yield _promotions(model, version)
    yield _lineage(store, version, record)
    yield _environment(record)


def _overview(model: Model, version: ModelVersion, record: Mapping[str, Any]) -> Section:
    held = [alias for alias, number in model.aliases.items() if number == version.version]
    return Section(
        "Overview",
        table=Table(
            ("", ""),
            [
                ("model", version.model),
                ("version", str(version.version)),
                ("aliases", ", ".join(held) or "none"),
                ("registered", f"{_time(version.time)} by {version.created_by or 'unknown'}"),
                ("format", version.format),
                ("file", f"sha256 {version.sha256}"),
                ("run", f"{record['name']} ({record['run_id']}), {record['status']}"),
            ],
        ),
    )


def _data(datasets: Iterable[Mapping[str, Any]]) -> Table:
    return Table(
        ("data", "role", "type", "rows", "columns", "fingerprint"),
        [
            (
                one["name"],
                one["role"],
                one["type"],
                _count(one["rows"]),
                _count(one["columns"]),
                one["digest"],
            )
            for one in datasets
        ],
    )


def _columns(datasets: Iterable[Mapping[str, Any]]) -> Table:
    return Table(
        ("data", "column", "type", "missing", "min", "mean", "max"),
        [
            (
                data["name"],
                one["name"],
                one["type"],
                _count(one["nulls"]),
                _number(one["min"]),
                _number(one["mean"]),
                _number(one["max"]),
            )
            for data in datasets
            if data["role"] == "train"
            for one in data["profile"]
        ],
    )


def _checks(record: Mapping[str, Any]) -> Section:
    return Section(
        "Data checks",
        table=Table(
            ("data", "check", "result", "detail"),
            [
                (one["dataset"], one["name"], "passed" if one["passed"] else "failed", one["detail"] or "")
                for one in record["checks"]
            ],
        ),
    )


def _promotions(model: Model, version: ModelVersion) -> Section:
    moves = [one for one in model.promotions if version.version in (one.from_version, one.to_version)]
    return Section(
        "History",
        table=Table(
            ("time", "alias", "decision", "from", "to", "by", "note", "gates"),
            [_move(one) for one in moves],
        ),
    )


def _move(one: Promotion) -> tuple[str, ...]:
    gates = "; ".join(
        f"{'passed' if gate.passed else 'failed'}: {gate.name} ({gate.message})" for gate in one.gates
    )
    return (
        _time(one.time),
        one.alias,
        one.decision.replace("_", " "),
        str(one.from_version or ""),
        str(one.to_version or ""),
        one.user or "",
        one.note,
        gates,
    )


def _lineage(store: Store, version: ModelVersion, record: Mapping[str, Any]) -> Section:
    commit = record["git_commit"]
    code = (
        "no commit" if not commit else f"commit {commit}" + (" with changes" if record["git_dirty"] else "")
    )
    where = record["notebook"] or record["experiment"]
    sentences = [
        f"Made by run {record['name']} of {where} on {record['started_at']:%Y-%m-%d %H:%M} UTC, {code}."
    ]
    verdicts = [one for one in record["verdicts"] if one["against"] == version.run_id]
    sentences += [
        f"Reproduced: {one['part']} {one['outcome']} {one['detail'] or ''}".strip() for one in verdicts
    ]
    sentences.append(f"Recorded in store {store.store_id}.")
    return Section("Where it comes from", sentences)


def _environment(record: Mapping[str, Any]) -> Section:
    environment = record["environment"]
    if environment is None:
        return Section("Environment")
    packages = environment["packages"] or {}
    listed = packages.items() if isinstance(packages, Mapping) else packages
    return Section(
        "Environment",
        [f"Python {environment['python']} on {environment['platform']}."],
        Table(("package", "version"), [(str(name), str(number)) for name, number in listed]),
    )


def _number(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float) else "" if value is None else str(value)


def _count(value: int | None) -> str:
    return "" if value is None else f"{value:,}"


def _time(stamp: int) -> str:
    return f"{datetime.fromtimestamp(stamp / 1e6, UTC):%Y-%m-%d %H:%M} UTC"
