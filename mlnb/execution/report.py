"""A verdict as a page: Markdown for READMEs and merge requests, HTML that needs nothing else for browsers."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from mlnb.execution.reproduction import Verdict

_STYLE: Final = """
:root { color-scheme: light dark; --good: #1a7f37; --bad: #cf222e; --line: #8884; --soft: #8882; }
@media (prefers-color-scheme: dark) { :root { --good: #3fb950; --bad: #ff7b72; } }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 52rem; margin: 2.5rem auto; padding: 0 1rem; }
h1 { font-size: 1.35rem; margin: 0; } h1 b { color: var(--bad); } h1 b.same { color: var(--good); }
p.runs { margin: .25rem 0 1.5rem; opacity: .7; }
table { border-collapse: collapse; width: 100%; }
td { padding: .45rem .75rem .45rem 0; border-top: 1px solid var(--line); vertical-align: top; }
td:nth-child(2) { white-space: nowrap; color: var(--bad); } tr.same td:nth-child(2) { color: var(--good); }
td:nth-child(3) { font-family: ui-monospace, monospace; font-size: 13px; overflow-wrap: anywhere; }
p.cause { margin-top: 1.5rem; padding: .75rem 1rem; background: var(--soft); border-radius: .4rem; }
""".strip()


def word(verdict: Verdict) -> str:
    """The verdict in a word or two."""
    return "reproduced" if verdict.reproduced else "not reproduced"


def sentence(text: str) -> str:
    """With a capital and a full stop; nothing of nothing."""
    return f"{text[:1].upper()}{text[1:]}." if text else ""


def markdown(verdict: Verdict) -> str:
    """The report as Markdown."""
    lines = [
        f"# {verdict.run_name}: {word(verdict)}",
        "",
        f"Run {verdict.run_id} held against {verdict.rerun_id} ({verdict.rerun_name}).",
        "",
        "| part | outcome | |",
        "|---|---|---|",
        *(
            f"| {p.part} | {_outcome(p.outcome)} | {p.detail.replace('|', chr(92) + '|')} |"
            for p in verdict.parts
        ),
        "",
    ]
    return "\n".join([*lines, *filter(None, [sentence(verdict.cause)])]) + "\n"


def html(verdict: Verdict) -> str:
    """The report as a page of its own."""
    rows = "\n".join(
        f'<tr class="{"same" if p.agrees else "parts"}"><td>{escape(p.part)}</td>'
        f"<td>{'✓' if p.agrees else '≠'} {escape(_outcome(p.outcome))}</td><td>{escape(p.detail)}</td></tr>"
        for p in verdict.parts
    )
    cause = f'<p class="cause">{escape(sentence(verdict.cause))}</p>' if verdict.cause else ""
    name = escape(verdict.run_name)
    return f"""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{name}: {word(verdict)}</title>
<style>
{_STYLE}
</style>
<h1>{name}: <b class="{"same" if verdict.reproduced else "parts"}">{word(verdict)}</b></h1>
<p class="runs">{verdict.run_id} held against {verdict.rerun_id} ({escape(verdict.rerun_name)})</p>
<table>
{rows}
</table>
{cause}
</html>
"""


def _outcome(outcome: str) -> str:
    return outcome.replace("_", " ")
