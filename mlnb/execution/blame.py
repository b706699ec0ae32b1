"""What may be to blame where a run isn't reproduced: what its cells used that no record holds."""

from __future__ import annotations

import builtins
import re
from collections.abc import Iterator, Sequence
from typing import Final

from mlnb.execution import slicing
from mlnb.execution.replay import Execution

_OUTSIDE: Final = (
    (re.compile(r"\btime\.(time|perf_counter|monotonic)\(|\bdatetime\.(now|today|utcnow)\(|Timestamp\.(now|today)\("), "the clock"),
    (re.compile(r"https?://|\brequests\.|\burlopen\(|\bfetch_\w+\(|\bload_dataset\("), "what the network answered"),
    (re.compile(r"\buuid\.|\bsecrets\.|\bos\.urandom\("), "random numbers of the operating system"),
    (re.compile(r"\bn_jobs\s*=|\bThread|\bmultiprocessing\b|\bProcessPool|\bjoblib\b"), "threads or processes, whose order isn't fixed"),
    (re.compile(r"\bhash\(|\bset\(|\bfrozenset\("), "the order of sets, which a new process changes (PYTHONHASHSEED)"),
    (re.compile(r"\binput\(|\bgetpass\("), "what was typed"),
    (re.compile(r"\bOut\[|\b_\d+\b"), "earlier outputs by their number"),
)  # fmt: skip
_GENERATOR: Final = re.compile(r"\b(default_rng|RandomState|SeedSequence)\(\s*(None)?\s*\)")
_KNOWN: Final = frozenset(
    {*dir(builtins), "get_ipython", "In", "Out", "_", "__", "___", "display", "exit", "quit"}
)


def causes(done: Sequence[Execution], places: Sequence[int], error: str = "") -> Iterator[str]:
    """What these executions used that may be another today, the likeliest first; each a line."""
    if error:
        yield error
    chosen = [done[at] for at in places]
    links = slicing.links(done)
    written = {name for link in links for name in link.writes}
    unknown = sorted({name for at in places for name in links[at].reads} - written - _KNOWN)
    if unknown and not any(link.opaque for link in links):
        yield f"set outside what was recorded: {', '.join(unknown)}"
    for one in chosen:
        cell = f"cell {one.cell_id or one.ordinal}"
        born = sorted(one.drew - one.random.keys())
        if born and "seed" not in one.source:
            yield f"{cell} imported what draws random numbers ({', '.join(born)}): nobody knew their state before it"
        if _GENERATOR.search(one.source) and not one.entropy:
            yield f"{cell} made a generator without a seed that no name holds"
        for pattern, what in _OUTSIDE:
            if pattern.search(one.source):
                yield f"{cell} used {what}"
