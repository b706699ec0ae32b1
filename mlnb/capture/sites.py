"""Places in a cell's code that are worth watching: what stands there, as far as the source tells.

`mlnb.capture.rewrite` finds them and puts a probe at each; `mlnb.capture.recorder` notes what passes through;
`mlnb.capture.findings` reads the notes together with these descriptions.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal

if TYPE_CHECKING:
    import ast

Kind = Literal["call", "assign", "item", "append", "print", "shown", "loop", "exit", "part"]

MISSING: Final[Any] = object()


@dataclass(frozen=True)
class Argument:
    """One argument of a watched call.

    `constant` is its literal value or `MISSING`; `name` the variable it is; `part` the number of the site that holds its value
    for a moment, if it is neither. `keyword` is `None` for a positional argument.
    """

    text: str
    keyword: str | None = None
    constant: Any = MISSING
    name: str | None = None
    part: int | None = None


@dataclass(frozen=True)
class Site:
    """One watched place.

    `text` is its source; `names` the variables that it sets; `loops` the sites of the loops around it in the same function,
    outermost first; `function` the function that it stands in; `inner` the site of the call that it wraps directly.
    """

    number: int
    kind: Kind
    text: str
    line: int
    names: tuple[str, ...] = ()
    loops: tuple[int, ...] = ()
    function: str | None = None
    callee: str | None = None  # `accuracy_score`, `sklearn.metrics.f1_score`, or a method's name
    receiver: Argument | None = None
    arguments: tuple[Argument, ...] = ()
    label: str | None = None  # the text before a printed number
    inner: int | None = None
    swept: tuple[str, ...] = ()  # names that a comprehension around it sets
    tree: ast.expr | None = field(default=None, compare=False, repr=False)
