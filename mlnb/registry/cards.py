"""A model card: what is recorded about a version, as a page that people read.

Nothing in it is written by hand but the notes: data, parameters, metrics, environment, lineage and the gates'
answers come from the store, so a card says the same whenever it is made. It is built once as sections
of sentences and tables (`sections`), which `pages` shows as Markdown or HTML.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from mlnb.events import Artifact, ModelVersion, Note, Promotion
from mlnb.registry import ledger, references
from mlnb.registry.ledger import Model
from mlnb.registry.pages import Page, Section, Table
from mlnb.store import Store, query
from mlnb.tracking import current_store
from mlnb.tracking.records import Place

WIDTH: Final = 24  # characters of a curve
_EIGHTHS: Final = "▁▂▃▄▅▆▇█"


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
    registered = ledger.of(home)
    version = references.version_of(registered, named)
    record = query.record(home, version.run_id)
    parts = sections(home, registered.model(named.model), version, record)
    return Page(f"{version.model} {version.version}", [part for part in parts if part])


def annotate(ref: str, note: str, *, store: Place = None) -> ModelVersion:
    """Set the notes on the card of `churn@champion` or `churn/3`, in place of those before: they are its run's note.

    Raises
    ------
    NotFound, UsageError
        As `card` does.
    """
    home = current_store(store)
    version = references.version_of(ledger.of(home), references.parse_model(ref))
    query.record(home, version.run_id)
    home.edit(version.run_id, Note(text=note))
    return version


def keep(version: ModelVersion, *, store: Place = None) -> None:
    """Keep the version's card as it is now with its run, as Markdown and HTML: the evidence as it stood at a decision."""
    home = current_store(store)
    page = card(f"{version.model}/{version.version}", store=home)
    for ending, media_type, text in (
        ("md", "text/markdown", page.markdown + "\n"),
        ("html", "text/html", page.html),
    ):
        data = text.encode("utf-8", "replace")
        home.edit(
            version.run_id,
            Artifact(
                name=f"{version.model} {version.version} card.{ending}",
                artifact_kind="file",
                media_type=media_type,
                bytes=len(data),
                sha256=home.objects.put_bytes(data),
                source="call",
            ),
        )


def sections(
    store: Store, model: Model, version: ModelVersion, record: Mapping[str, Any]
) -> Iterator[Section]:
    """Everything that is known, in the order in which people ask for it."""
    yield _overview(model, version, record)
    yield Section("Notes", record["note"].splitlines() if record["note"] else ())
    yield Section("Metrics", table=_metrics(store, record))
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


def _metrics(store: Store, record: Mapping[str, Any]) -> Table:
    return Table(
        ("metric", "last", "min", "max", "points", "curve"),
        [
            (
                one["name"],
                _number(one["last"]),
                _number(one["min"]),
                _number(one["max"]),
                f"{one['count']:,}",
                _curve(store, record["run_id"], one["name"]) if one["count"] > 1 else "",
            )
            for one in record["metrics_detail"]
        ],
    )


def _curve(store: Store, run_id: str, metric: str) -> str:
    """A curve as eighths of a line: each of `WIDTH` equal stretches by its mean."""
    import numpy as np

    values = query.history(store, run_id, metric).values
    values = values[np.isfinite(values)]
    if not len(values):
        return ""
    means = np.array([part.mean() for part in np.array_split(values, min(WIDTH, len(values)))])
    span = np.ptp(means)
    heights = (
        np.zeros(len(means), int) if span == 0 else ((means - means.min()) / span * 7).round().astype(int)
    )
    return "".join(_EIGHTHS[height] for height in heights)


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
