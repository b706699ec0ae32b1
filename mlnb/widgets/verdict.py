"""Whether a run was reproduced, part by part."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlnb.widgets.bundle import forms
from mlnb.widgets.markup import BAD, GOOD, element, escape, faint, frame, table

if TYPE_CHECKING:
    from mlnb.execution import Verdict


def bundle(verdict: Verdict) -> dict[str, Any]:
    word, color = ("reproduced", GOOD) if verdict.reproduced else ("not reproduced", BAD)
    mark = "✔" if verdict.reproduced else "✕"
    head = (
        f"<div>{element('b', f'{mark} {word}', f'color:{color}')} <b>{escape(verdict.run_name)}</b> "
        f"{faint(f'held against {verdict.rerun_name}')}</div>"
    )
    rows = [
        [
            element("span", "✔" if part.agrees else "✕", f"color:{GOOD if part.agrees else BAD}"),
            f"<b>{escape(part.part)}</b>",
            escape(part.outcome.replace("_", " ")),
            escape(part.detail),
        ]
        for part in verdict.parts
    ]
    cause = f"<div>{escape(verdict.cause[:1].upper() + verdict.cause[1:])}.</div>" if verdict.cause else ""
    lines = [f"{mark} {verdict.run_name}: {word} (held against {verdict.rerun_name})"]
    lines += [
        f"  {'✔' if part.agrees else '✕'} {part.part:12} {part.outcome.replace('_', ' '):17} {part.detail}".rstrip()
        for part in verdict.parts
    ]
    lines += [f"  {verdict.cause}"] if verdict.cause else []
    return forms("\n".join(lines), frame(head, table((), rows), cause))
