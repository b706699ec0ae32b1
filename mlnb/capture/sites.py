"""Places in a cell's code that are worth watching: what stands there, as far as the source tells.

`mlnb.capture.rewrite` finds them and puts a probe at each; `mlnb.capture.recorder` notes what passes through;
`mlnb.capture.findings` reads the notes together with these descriptions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal, NamedTuple

Kind = Literal[
    "call",
    "assign",
    "item",
    "key",
    "append",
    "print",
    "shown",
    "loop",
    "exit",
    "bound",
    "return",
    "part",
    "define",
]

MISSING: Final[Any] = object()

Step = tuple[Literal["name", "attribute", "item"], Any]
"""One step on the way to a value: `self.history["loss"]` is a name, an attribute and an item."""


@dataclass(frozen=True)
class Expression:
    """An expression's source: its outside (`form`, a syntax node's name), and what is in it.

    `scales` names what is only shown in another unit (`acc * 100`); `parts` are a tuple's or list's.
    """

    text: str
    form: str
    names: frozenset[str] = frozenset()
    calls: frozenset[str] = frozenset()
    attributes: frozenset[str] = frozenset()
    compares: bool = False
    scales: str | None = None
    parts: tuple[Expression, ...] = ()
    subtracts: bool = False  # one computed thing from another
    differs: bool = False  # it sums up how two computed things differ: `np.linalg.norm(w - w_true)`

    @property
    def words(self) -> frozenset[str]:
        return self.names | self.calls | self.attributes


class Prediction(NamedTuple):
    """Where predicted values come from: the variable of the estimator, and that of the data, where it is one."""

    model: str
    data: str | None


@dataclass(frozen=True)
class Argument:
    """One argument of a watched call.

    `constant` is its literal value or `MISSING`; `name` the variable it is; `part` the number of the site that holds its value
    for a moment, if it is neither. `predicted` says whose `predict` made it. `keyword` is `None` for a positional argument.
    """

    text: str
    keyword: str | None = None
    constant: Any = MISSING
    name: str | None = None
    part: int | None = None
    predicted: Prediction | None = None


@dataclass(frozen=True)
class Site:
    """One watched place.

    `text` is its source, `statement` the number of the statement that it stands in; `names` the variables that it sets; `loops` the sites of the loops around it in the same function,
    outermost first; `function` the function that it stands in; `inner` the site of the call that it wraps directly,
    `inside` those of all calls within it; `group` is shared by the numbers of one printed text, and
    `drawn` says that it is written on a picture, `several` that lists and dictionaries are looked into, not only numbers; `step` that its function goes on to compute
    with the result what it returns; `held` that an enclosing call needs its value; `awaits` that its key is known later.
    `paced` says that its loop goes in phases, so that it needn't be passed over; `unit` is the code that it stands in, where
    that is a function's; `fresh` that what a loop goes over is made where it begins; `path` how the list, dictionary or attribute
    is reached that a place fills, `changed` that it is looked up there when the statement is over.
    """

    number: int
    kind: Kind
    text: str
    line: int
    statement: int = 0
    names: tuple[str, ...] = ()
    loops: tuple[int, ...] = ()
    function: str | None = None
    callee: str | None = None  # `accuracy_score`, `sklearn.metrics.f1_score`, or a method's name
    receiver: Argument | None = None
    arguments: tuple[Argument, ...] = ()
    label: str | None = None  # the text before a printed number
    inner: int | None = None
    inside: tuple[int, ...] = ()
    group: int = -1
    several: bool = True
    step: bool = False
    drawn: bool = False
    held: bool = False
    awaits: bool = False
    paced: bool = False
    unit: int | None = None
    fresh: bool = False
    path: tuple[Step, ...] = ()
    changed: bool = False
    expression: Expression | None = None
