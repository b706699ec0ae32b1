"""A model version, and what a promotion decided by which gates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlnb.widgets.bundle import forms
from mlnb.widgets.markup import BAD, GOOD, element, escape, faint, frame, table

if TYPE_CHECKING:
    from mlnb.events import ModelVersion, Promotion


def version(found: ModelVersion) -> dict[str, Any]:
    facts = [
        ("from run", found.run_id),
        ("estimator", found.name),
        ("format", found.format),
        ("file", found.sha256[:16]),
        ("inputs", _inputs(found.signature)),
        ("by", found.created_by),
    ]
    shown = [(what, value) for what, value in facts if value]
    use = f'mlnb.load_model("{found.model}/{found.version}")'
    plain = [
        f"{found.model} version {found.version}",
        *(f"  {what:10} {value}" for what, value in shown),
        f"  {use}",
    ]
    return forms(
        "\n".join(plain),
        frame(
            f"<div>★ <b>{escape(found.model)}</b> version <b>{found.version}</b></div>",
            table((), [[faint(what), element("code", escape(value))] for what, value in shown]),
            f"<div>{element('code', escape(use))}</div>",
        ),
    )


def promotion(found: Promotion) -> dict[str, Any]:
    passed = found.decision != "refused"
    moved = f"{found.model}@{found.alias}: {_number(found.from_version)} → {_number(found.to_version)}"
    word = found.decision.replace("_", " ")
    gates = [
        [
            element("span", "✔" if gate.passed else "✕", f"color:{GOOD if gate.passed else BAD}"),
            element("code", escape(gate.name)),
            escape(gate.message),
        ]
        for gate in found.gates
    ]
    plain = [f"{word} {moved}" + (f" ({found.note})" if found.note else "")]
    plain += [f"  {'✔' if gate.passed else '✕'} {gate.name}  {gate.message}".rstrip() for gate in found.gates]
    return forms(
        "\n".join(plain),
        frame(
            f"<div>{element('b', escape(word), f'color:{GOOD if passed else BAD}')} {escape(moved)} "
            f"{faint(found.note)}</div>",
            table((), gates) if gates else "",
        ),
    )


def _inputs(signature: dict[str, Any]) -> str:
    inputs = signature.get("inputs") or signature.get("columns") or []
    names = [str(one.get("name", one)) if isinstance(one, dict) else str(one) for one in inputs]
    return ", ".join(names[:12]) + (f" … ({len(names)})" if len(names) > 12 else "")


def _number(version: int | None) -> str:
    return "–" if version is None else str(version)
