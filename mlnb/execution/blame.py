"""What may be to blame where a run isn't reproduced: what its cells used that no record holds.

Read off what they call, by the names that libraries give it; each line that did is shown.
"""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from mlnb.capture import steps
from mlnb.execution import slicing
from mlnb.execution.replay import Execution

LONGEST: Final = 60


@dataclass(frozen=True)
class Outside:
    """Something that no record holds: `calls` matches the dotted names that reach it, `keyword` an argument that does."""

    what: str
    calls: re.Pattern[str]
    keyword: str = ""


def _alone(*names: str) -> re.Pattern[str]:
    return re.compile("|".join(rf"^(?:{name})$" for name in names))


def _calls(*names: str) -> re.Pattern[str]:
    return re.compile("|".join(rf"(?:^|\.)(?:{name})$" for name in names))


OUTSIDE: Final = (
    Outside("the clock", _calls(
        r"time\.(time|time_ns|perf_counter|monotonic|process_time|localtime|gmtime|ctime|strftime)", "perf_counter",
        r"(datetime|date|Timestamp)\.(now|today|utcnow)")),
    Outside("what the network answered", _calls(
        "urlopen", "urlretrieve", r"(requests|httpx|session)\.(get|post|put|request)", r"fetch_\w+", "load_dataset",
        "from_pretrained", "hf_hub_download", r"openai\.\w+", "create_completion")),
    Outside("random numbers of the operating system", _calls(
        r"uuid[14]", r"secrets\.\w+", r"os\.urandom", "SystemRandom")),
    Outside("what was typed", _alone("input", r"(getpass\.)?getpass")),
    Outside("random numbers whose state isn't recorded", _calls(
        r"(tf|tensorflow|keras)\.random\.\w+", r"(cp|cupy)\.random\.\w+")),
    Outside("threads or processes, whose order isn't fixed", _calls(
        "Thread", "ThreadPool", r"\w*PoolExecutor", r"(multiprocessing|mp)\.\w+", "Parallel", "Pool", "as_completed"),
        keyword="n_jobs"),
    Outside("the order of a set, or a hash: each process has its own (PYTHONHASHSEED)", _alone("set", "frozenset", "hash")),
)  # fmt: skip
"""The likeliest first."""
_WHATEVER_ORDER: Final = frozenset({"len", "sorted", "min", "max", "any", "all", "set", "frozenset"})
_GENERATOR: Final = _calls("default_rng", "RandomState", "SeedSequence")
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
        born = sorted(one.drew - one.random.keys())
        if born and not any(f"random:{name}" in links[done.index(one)].makes for name in born):
            yield f"{_first_line(one)} imported what draws random numbers ({', '.join(born)}): nobody knew their state before it"
    used = [(one, *found) for one in chosen for found in _called(one.source)]
    for one, name, node in used:
        if _GENERATOR.search(name) and not node.args and not node.keywords and not one.entropy:
            yield f"{_line(one, node)} made a generator without a seed that no name holds"
    for outside in OUTSIDE:
        seen: dict[str, None] = {}
        for one, name, node in used:
            keywords = {keyword.arg for keyword in node.keywords}
            if outside.calls.search(name) or (outside.keyword and outside.keyword in keywords):
                seen[_line(one, node)] = None
        for line in seen:
            yield f"{line} used {outside.what}"
    for one in chosen:
        step = steps.read(one.source)
        if step is not None and any(re.fullmatch(r"Out|_i?\d+", name) for name in step.flow.used):
            yield f"{_first_line(one)} used earlier outputs by their number"


def _called(source: str) -> Iterator[tuple[str, ast.Call]]:
    for top in steps.statements(source):
        calls = [(ast.unparse(node.func), node) for node in ast.walk(top) if isinstance(node, ast.Call)]
        unordered = {id(one) for name, node in calls if name in _WHATEVER_ORDER for one in node.args}
        yield from ((name, node) for name, node in calls if id(node) not in unordered)


def _line(one: Execution, node: ast.Call) -> str:
    return _quoted(one.source.split("\n")[node.lineno - 1])


def _first_line(one: Execution) -> str:
    lines = [line for line in one.source.split("\n") if line.strip() and not line.startswith("%%")]
    return _quoted(lines[0] if lines else one.source)


def _quoted(line: str) -> str:
    text = line.strip()
    return f"`{text if len(text) <= LONGEST else text[: LONGEST - 1] + '…'}`"
