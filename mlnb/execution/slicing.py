"""Which of a session's executions one of them depends on. Pure: from sources alone, in the order in which they ran.

Forwards, each step is completed by what the steps before it tell: which names are modules, which are functions of the
user's (calling one reads and writes what its body does), and which names may hold the same objects (changing one changes
the others). Backwards from the last step, a step is taken if it wrote something that is wanted; what it surely binds is
wanted no longer, what it reads is. So an execution whose effects were overwritten unseen is out.

Where the sources can't tell, more is taken rather than less: the proof (`gathering`) shows what wasn't needed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from mlnb.capture import steps
from mlnb.capture.sharing import NOTHING
from mlnb.capture.steps import PROCESS
from mlnb.execution.objects import Objects

if TYPE_CHECKING:
    from mlnb.capture.names import Body, Flow
    from mlnb.execution.replay import Execution

_DRAWING: Final = frozenset({"matplotlib", "seaborn", "plotly", "altair", "bokeh", "IPython"})
"""Libraries whose state is what they draw: it is over with the cell, but for settings."""
_SETTINGS: Final = frozenset(
    {"rcParams", "rc", "style", "use", "set", "set_theme", "set_style", "set_palette", "set_context"}
)
_TOP: Final = re.compile("[.:]")
_LAST: Final = frozenset({"_", "__", "___", "Out"})


@dataclass(frozen=True)
class Link:
    """One execution among the others: the names that it reads, surely binds, and binds or changes perhaps; the resources that it
    needs and makes. `again` are imports that had been made before: nobody needs them for that. `replaces` are
    the files that it writes anew, whatever was in them."""

    reads: frozenset[str]
    binds: frozenset[str]
    changes: frozenset[str]
    needs: frozenset[str]
    makes: frozenset[str]
    again: frozenset[str] = frozenset()
    replaces: frozenset[str] = frozenset()
    opaque: bool = False
    shows: bool = False

    @property
    def writes(self) -> frozenset[str]:
        return self.binds | self.changes


@dataclass
class _Known:
    """What the steps so far have told: what names are, `made_by` which of the user's functions and classes their objects may be,
    which share `objects`, and whether the last step that moved a generator of random numbers seeded it."""

    modules: dict[str, str] = field(default_factory=dict)
    bodies: dict[str, Body] = field(default_factory=dict)
    brought: dict[str, str] = field(default_factory=dict)
    made_by: dict[str, frozenset[str]] = field(default_factory=dict)
    objects: Objects = field(default_factory=Objects)
    iterators: set[str] = field(default_factory=set)
    seeded: dict[str, bool] = field(default_factory=dict)

    def bodies_of(self, names: Iterable[str]) -> set[str]:
        """The functions and classes of the user that may run where these names are used."""
        reached = self.objects.reached(names, deep=True)
        made = {one for name in reached for one in self.made_by.get(name, ())}
        return (reached | made) & self.bodies.keys()

    def is_iterator(self, name: str, flow: Flow) -> bool:
        """Whether what a step gives to a name is used up by going through it."""
        function = flow.iterators.get(name)
        made = function is not None and (
            not function or (function in self.bodies and self.bodies[function].yields)
        )
        return made or bool(flow.shared.get(name, NOTHING).same & self.iterators)

    def changes(self, changed: AbstractSet[str], deeply: AbstractSet[str]) -> set[str]:
        """The names that show what a step changes."""
        shown = self.objects.reached(changed, deep=False) | self.objects.reached(deeply, deep=True)
        return {name for name in shown if name not in self.modules}


def links(done: Sequence[Execution]) -> list[Link]:
    """Each execution as a link."""
    known = _Known()
    return [_link(one, known, last=one is done[-1]) for one in done]


def needed(chain: Sequence[Link], *, last: int | None = None) -> list[int]:
    """The places of the executions that the last one depends on, itself included, in order."""
    last = len(chain) - 1 if last is None else last
    taken = [last]
    wanted, needs = set(chain[last].reads), {PROCESS, *chain[last].needs}
    shown = bool(_LAST & chain[last].reads)
    for at in range(last - 1, -1, -1):
        one = chain[at]
        hits = (
            one.opaque
            or (one.writes - one.again) & wanted
            or steps.touch(one.makes, needs)
            or (shown and one.shows)
        )
        if not hits:
            continue
        taken.append(at)
        wanted = (wanted - one.binds) | one.reads
        needs = (needs - one.replaces) | one.needs
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
    binds = frozenset() if execution.failed and not _is_sure(execution, source) else flow.bound
    again = {name for name, full in flow.brought.items() if name in binds and known.brought.get(name) == full}
    reads, deeply = set(flow.reads), set[str]()
    changed = known.changes(flow.changed & flow.reads, flow.deeply & flow.reads)  # what the names were before
    known.bodies.update(flow.bodies)
    used_up = flow.reads & known.iterators  # whoever goes through one takes from it
    changed |= known.changes(used_up, used_up)
    _bind(known, flow, binds)
    deeply |= flow.used & known.iterators
    makes = set(step.writes)
    for root, dotted in flow.standing:
        if root not in known.modules:
            deeply.add(root)
        elif known.modules[root] not in _DRAWING or dotted.partition(".")[0] in _SETTINGS:
            makes.add(f"module:{known.modules[root]}")
    for called, given in flow.calls.items():
        if called in known.bodies and known.bodies[called].changes_arguments:
            deeply |= given
    _call(known, reads, deeply, flow)
    makes |= {
        f"module:{known.modules[name]}"
        for name in flow.direct | deeply
        if name in known.modules and known.modules[name] not in _DRAWING
    }
    changed |= known.changes(flow.changed, flow.deeply | deeply)
    random = _random(execution, known, makes)
    return Link(
        reads=frozenset(reads),
        binds=binds,
        changes=frozenset(changed | (flow.bound - binds)),
        needs=step.reads
        | random
        | {f"module:{known.modules[name]}" for name in reads if name in known.modules},
        makes=frozenset(makes),
        again=frozenset(again - changed),
        replaces=frozenset({made for made in makes if made.startswith("random:")}) | step.replaces,
        opaque=step.opaque,
        shows=step.shows,
    )


def _bind(known: _Known, flow: Flow, binds: frozenset[str]) -> None:
    """What its names are from now on."""
    for name in [*sorted(flow.bound - flow.shared.keys()), *flow.shared]:  # as they stand in the source
        shared = flow.shared.get(name, NOTHING)
        if name not in flow.bound:
            known.objects.join(name, shared.same, shared.inside)
            continue
        if name not in flow.imports:
            known.modules.pop(name, None)
        if name not in flow.bodies:
            known.bodies.pop(name, None)
        known.brought.pop(name, None)
        known.iterators = known.iterators - {name} | ({name} if known.is_iterator(name, flow) else set())
        through = flow.through.get(name, frozenset())
        made = through & known.bodies.keys() | {b for one in through for b in known.made_by.get(one, ())}
        known.made_by[name] = frozenset(made)
        if name in flow.plain:
            known.objects.forget(name)
            continue
        handed = through - known.bodies.keys() if made else frozenset()
        known.objects.bind(name, shared.same | handed, shared.inside)
    known.modules.update({name: _TOP.split(full)[0] for name, full in flow.imports.items()})
    known.brought.update({name: full for name, full in flow.brought.items() if name in binds})


def _random(execution: Execution, known: _Known, makes: set[str]) -> set[str]:
    """The seeds that a step needs: where it drew on right after one. Else it is given the state that was recorded."""
    if not execution.random and not execution.drew:
        return {f"random:{name}" for name in steps.GENERATORS}  # nobody looked
    needed = {f"random:{name}" for name in execution.drew if known.seeded.get(name)}
    known.seeded.update({name: f"random:{name}" in makes for name in execution.drew})
    return needed


def _is_sure(execution: Execution, source: str) -> bool:
    """Whether all that is left of a failed cell has been executed to its end."""
    return execution.stopped_at is not None and source.count("\n") < execution.stopped_at - 1


def _call(known: _Known, reads: set[str], changed: set[str], flow: Flow) -> None:
    """Add what the user's functions do that the step may call, by name or by an object of the user's class."""
    new, seen = set(flow.used), set[str]()
    while new:
        reached = known.bodies_of(new - seen)
        seen |= new
        new = set()
        for name in reached:
            body = known.bodies[name]
            new |= body.reads - seen
            reads |= body.reads - flow.bound
            changed |= body.writes
    for name in [one for one in flow.used if one not in known.bodies]:
        if any(known.bodies[one].changes_arguments for one in known.bodies_of({name})):
            changed.add(name)
