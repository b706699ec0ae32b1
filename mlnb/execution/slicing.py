"""Which of a session's executions one of them depends on. Pure: from sources alone, in the order in which they ran.

Forwards, each step is completed by what the steps before it tell: which names are modules, which are functions of the
user's (calling one reads and writes what its body does), and which names may hold the same objects (changing one changes
the others). Backwards from the last step, a step is taken if it wrote something that is wanted; what it surely binds is
wanted no longer, what it reads is. So an execution whose effects were overwritten unseen is out.

Where the sources can't tell, more is taken rather than less: the proof (`gathering`) shows what wasn't needed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from mlnb.capture import steps

if TYPE_CHECKING:
    from mlnb.capture.names import Body, Flow
    from mlnb.execution.replay import Execution

_DRAWING: Final = frozenset({"matplotlib", "seaborn", "plotly", "altair", "bokeh", "IPython"})
"""Libraries whose state is what they draw: it is over with the cell, but for settings."""
_SETTINGS: Final = frozenset(
    {"rcParams", "rc", "style", "use", "set", "set_theme", "set_style", "set_palette", "set_context"}
)
_LAST: Final = frozenset({"_", "__", "___", "Out"})
ALWAYS: Final = frozenset({steps.PROCESS, *(f"random:{name}" for name in steps.GENERATORS)})
"""What matters to every step, whether its source shows it or not."""


@dataclass(frozen=True)
class Link:
    """One execution among the others: the names that it reads, surely binds, and binds or changes perhaps; resources."""

    reads: frozenset[str]
    binds: frozenset[str]
    changes: frozenset[str]
    needs: frozenset[str]
    makes: frozenset[str]
    opaque: bool = False
    shows: bool = False

    @property
    def writes(self) -> frozenset[str]:
        return self.binds | self.changes


@dataclass
class _Known:
    """What the steps so far have told."""

    modules: dict[str, str] = field(default_factory=dict)
    bodies: dict[str, Body] = field(default_factory=dict)
    group: dict[str, int] = field(default_factory=dict)
    groups: int = 0

    def together(self, names: frozenset[str] | set[str]) -> set[str]:
        """The names that may hold objects of these."""
        wanted = {self.group[name] for name in names if name in self.group}
        return set(names) | {name for name, one in self.group.items() if one in wanted}

    def bind(self, name: str, shared: set[str]) -> None:
        """A name gets a value that may hold the objects of others."""
        self.group.pop(name, None)
        self.join(name, shared)

    def join(self, name: str, shared: set[str] | frozenset[str]) -> None:
        """A name's value may hold the objects of others, too."""
        shared = {*shared, *({name} & self.group.keys())}
        wanted = {self.group.setdefault(one, self._new()) for one in shared if one not in self.modules}
        one = self._new()
        self.group[name] = one
        if wanted:
            self.group = {other: one if number in wanted else number for other, number in self.group.items()}

    def _new(self) -> int:
        self.groups += 1
        return self.groups


def links(done: Sequence[Execution]) -> list[Link]:
    """Each execution as a link."""
    known = _Known()
    return [_link(one, known, last=one is done[-1]) for one in done]


def needed(chain: Sequence[Link], *, last: int | None = None) -> list[int]:
    """The places of the executions that the last one depends on, itself included, in order."""
    last = len(chain) - 1 if last is None else last
    taken = [last]
    wanted, needs = set(chain[last].reads), ALWAYS | chain[last].needs
    shown = bool(_LAST & chain[last].reads)
    for at in range(last - 1, -1, -1):
        one = chain[at]
        hits = one.opaque or one.writes & wanted or steps.touch(one.makes, needs) or (shown and one.shows)
        if not hits:
            continue
        taken.append(at)
        wanted = (wanted - one.binds) | one.reads
        needs = (needs - {made for made in one.makes if made.startswith("random:")}) | one.needs
        shown = bool(_LAST & one.reads)
    return taken[::-1]


def _link(execution: Execution, known: _Known, *, last: bool) -> Link:
    source = execution.source
    if execution.failed and execution.stopped_at is not None and not last:
        source = steps.begun(source, execution.stopped_at, drew=bool(execution.drew))
    step = steps.read(source)
    if step is None:
        return Link(execution.reads, frozenset(), execution.writes, frozenset(), frozenset())
    flow = step.flow
    known.modules.update({name: full.partition(".")[0] for name, full in flow.imports.items()})
    for name in flow.bound - flow.imports.keys() - flow.bodies.keys():
        known.modules.pop(name, None)
        known.bodies.pop(name, None)
    for name, shared in flow.shared.items():
        if name not in flow.bound:
            known.join(name, shared)
            continue
        through = flow.through.get(name, frozenset())
        of_user = (
            through if any(one in known.bodies or one in flow.bodies for one in through) else frozenset()
        )
        known.bind(name, {*shared, *of_user})
    for name in flow.bound - flow.shared.keys():
        known.bind(name, set())
    known.bodies.update(flow.bodies)

    reads, changed = set(flow.reads), set(flow.changed)
    makes = set(step.writes)
    for root, dotted in flow.standing:
        if root not in known.modules:
            changed.add(root)
        elif known.modules[root] not in _DRAWING or dotted.partition(".")[0] in _SETTINGS:
            makes.add(f"module:{known.modules[root]}")
    for called, given in flow.calls.items():
        if called in known.bodies and known.bodies[called].changes_arguments:
            changed |= given
    _call(known, reads, changed, flow)
    makes |= {f"module:{known.modules[name]}" for name in changed if name in known.modules} - _drawn(
        changed, known
    )
    changed = {name for name in known.together(changed) if name not in known.modules}
    binds = frozenset() if execution.failed and not _is_sure(execution, source) else flow.bound
    return Link(
        reads=frozenset(reads | changed - flow.bound),
        binds=binds - changed | (flow.imports.keys() & binds),
        changes=frozenset(changed | (flow.bound - binds)),
        needs=step.reads | {f"module:{known.modules[name]}" for name in reads if name in known.modules},
        makes=frozenset(makes),
        opaque=step.opaque,
        shows=step.shows,
    )


def _is_sure(execution: Execution, source: str) -> bool:
    """Whether all that is left of a failed cell has been executed to its end."""
    return execution.stopped_at is not None and source.count("\n") < execution.stopped_at - 1


def _call(known: _Known, reads: set[str], changed: set[str], flow: Flow) -> None:
    """Add what the user's functions do that the step may call, by name or by an object of the user's class."""
    new, seen = set(flow.used), set[str]()
    while new:
        reached = known.together(new - seen)
        seen |= new
        new = set()
        for name in reached & known.bodies.keys():
            body = known.bodies[name]
            new |= body.reads - seen
            reads |= body.reads - flow.bound
            changed |= body.writes
    for name in [one for one in flow.used if one not in known.bodies]:
        kin = known.together({name})
        if any(known.bodies[one].changes_arguments for one in kin & known.bodies.keys()):
            changed.add(name)


def _drawn(changed: set[str], known: _Known) -> set[str]:
    return {f"module:{known.modules[name]}" for name in changed if known.modules.get(name) in _DRAWING}
