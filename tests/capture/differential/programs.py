"""Small random programs, of every kind of statement that cells are made of.

`programs` draws one as text. It begins with names to work on, and then does what it likes with them: it may divide by
nothing, look for what isn't there, or delete what it needs; the same must come of it wherever it runs. Loops are short, so that
every program ends.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any, Final

from hypothesis import strategies as st

BEGINNING: Final = """import asyncio, contextlib, sys
import numpy as np
import pandas as pd
a, b, c = 3, 0.5, -2
xs, ys, d = [1, 2.5, 3], [0, 4], {"k": 1, "loss": 0.25}
v, w = np.array([1.0, 2.0, 3.0]), np.array([1.0, 0.0, 3.0])
df = pd.DataFrame({"a": [1.0, 2.0, 3.0, 4.0], "b": ["x", "y", "x", "y"]})
def f(x, y=2):
    return x * y
def gen(k):
    for i in range(k):
        yield i / 2
loss, acc, losses = 0.5, 0.25, []"""

ERRORS: Final = (
    "ZeroDivisionError",
    "ValueError",
    "KeyError",
    "(IndexError, TypeError)",
    "NameError",
    "Exception",
)

LEAVES: Final = {
    "n": "0 1 2.5 -3 1e3 a b c loss acc".split(),
    "l": "xs ys losses [] [1,2]".split(),
    "v": ["v", "w"],
    "c": ["a > 1", "b", "loss < 0.3", "True"],
    "t": ["'text'", "str(a)", 'f"{loss}"'],
    "k": ["'k'", "'loss'", "'none'", 'f"{a}"'],
    "i": list("01234"),
    "N": "a b c loss acc".split(),
    "L": "xs ys losses".split(),
    "V": ["v", "w"],
    "E": list(ERRORS),
}
"""What stands for a part of an expression or statement where it may go no deeper: `<n>` for a number, `<l>` a list, `<v>` an array,
`<c>` a condition, `<t>` a text, `<k>` a key, `<i>` a small number; `<N>`, `<L>`, `<V>` for the names of such, `<E>` for errors."""

FORMS: Final = {
    "n": """
        (<n> + <n>)
        (<n> - <n>)
        (<n> * <n>)
        (<n> / <n>)
        (<n> // <n>)
        (<n> % <n>)
        abs(<n>)
        max(<n>, <n>)
        len(<l>)
        sum(<l>)
        xs[int(<n>) % 4]
        d[<k>]
        f(<n>)
        f(<n>, y=<n>)
        (lambda q: q + <n>)(<n>)
        float(<v>.sum())
        <v>.mean()
        np.mean(v == w)
        round(<n>, 2)
        (<n> if <c> else <n>)
        (acc := <n>)
        df['a'].mean()
        next(gen(2), <n>)
    """,
    "c": """
        <n> < <n> <= 3
        <n> == <n>
        not <c>
        (<c> and <c>)
        (<n> or <c>)
        <n> in <l>
        isinstance(<n>, int)
        any(q > 1 for q in <l>)
    """,
    "l": """
        [<n> for q in range(<i>)]
        [q * 2 for q in <l> if q != <n>]
        (<l> + <l>)[:6]
        sorted(<l>, key=lambda q: -q)
        list(map(f, <l>))
        [*<l>, <n>][-5:]
        <l>[1:3]
        list(gen(<i>))
        [q for p in (<l>, [1]) for q in p][:5]
    """,
    "v": """
        (<v> + <n>)
        (<v> * <v>)
        np.where(v > <n>, v, w)
        np.array(<l>, dtype=float)
        np.cumsum(<v>)
        v[::-1]
    """,
    "t": """
        f"loss {<n>} {a!r} {b:.3f}"
        str(<n>)
        '%s of %.2f' % (<n>, <n>)
        '-'.join(map(str, <l>))
        repr(<l>)
        'acc: {:.2f}'.format(<n>)
        'x' + str(<n>) + 'y'
    """,
    "assigned": """
        <N> = <n>
        <N> = <n>
        loss = <n>
        <L> = <l>
        <V> = <v>
        d[<k>] = <n>
        a, b = <n>, <n>
        first, *rest = <l>
        a = c = <n>
        text = <t>
        o = f; loss = o(<n>)
        xs.append(<n>)
        losses.append(<n>)
        a += <n>
        b *= <n>
        v[<i>] = <n>
        v += <n>
        d.update(k=<n>)
        d |= {'acc': <n>}
        xs[<i>] = <n>
        d.setdefault(<k>, []).append(<n>)
        xs.sort()
        ys = xs
    """,
    "said": """
        print(<t>)
        print('loss', <n>, sep=': ', end='|\\n')
        print(<l>, <v>)
        print(*<l>)
        print(<t>, file=sys.stderr)
        print(sorted(d.items(), key=str))
        sys.stdout.write(<t> + '\\n')
        <n>
        <l>
        <v>
        <t>
        d
        df
        f(3);
    """,
    "table": """
        df['c'] = df['a'] * <n>
        df = df[df['a'] > <n>]
        means = df.groupby('b')['a'].mean()
        df.loc[<i>, 'a'] = <n>
        df['d'] = df.apply(lambda row: row['a'] + <n>, axis=1)
        df.drop(columns='c', inplace=True)
        print(df['a'].tolist(), list(df.columns))
        for row in df.itertuples(): loss = row.a * <n>
    """,
    "leave": """
        raise ValueError(<t>)
        if <c>: raise KeyError(<t>)
        assert <c>, <t>
        del <N>
        pass
        1 / 0
    """,
    "leave a loop": """
        if <c>: break
        if <c>: continue
        break
        continue
    """,
    "leave a function": """
        if <c>: return <n>
        return <n>
    """,
    "for": """
        for i in range(<i>):
        for x in <l>[:4]:
        for i, x in enumerate(<l>[:4]):
        for a, x in zip(<l>[:3], v):
        for key, loss in list(d.items()):
        for loss in gen(<i>):
        for d['k'] in range(2):
    """,
}
"""How each kind of expression, and of statement on one line, may look."""


DEEPEST: Final = 3


@dataclass(frozen=True)
class Place:
    """Where a statement stands: what may be said there, and how deep it may still go."""

    deep: int = DEEPEST
    loop: bool = False
    function: bool = False

    def inner(self, **what: bool) -> Place:
        return replace(self, deep=self.deep - 1, **what)


class Author:
    """Writes a program, each choice drawn."""

    def __init__(self, draw: Any) -> None:
        self._draw = draw

    def one_of(self, *options: Any) -> Any:
        return self._draw(st.sampled_from(options))

    # ---- expressions --------------------------------------------------------------------------

    def one(self, kind: str, deep: int = 2) -> str:
        """An expression of this kind, or a statement on one line."""
        forms = [line.strip() for line in FORMS.get(kind, "").strip().splitlines()]
        leaves = LEAVES.get(kind, [])
        if not forms or (leaves and (deep == 0 or self.one_of(True, False))):
            return self.one_of(*leaves)
        return self.filled(self.one_of(*forms), deep - 1)

    def filled(self, form: str, deep: int = 1) -> str:
        """A form with what stands in it drawn."""
        return re.sub(r"<(\w)>", lambda found: self.one(found[1], max(deep, 0)), form)

    # ---- statements ---------------------------------------------------------------------------

    def block(self, place: Place, most: int = 3) -> list[str]:
        count = self._draw(st.integers(1, most))
        return [line for _ in range(count) for line in self.statement(place)]

    def nested(self, head: str, place: Place, **what: bool) -> list[str]:
        return [self.filled(head), *(f"    {line}" for line in self.block(place.inner(**what)))]

    def maybe(self, head: str, place: Place) -> list[str]:
        return self.nested(head, place) if self.one_of(True, False) else []

    def statement(self, place: Place) -> list[str]:
        simple = [self.assigned, self.said, self.table]
        if place.deep < DEEPEST:  # else few programs would come to their end
            simple += [self.leaving] * (2 if place.loop else 1)
        compound = [self.branches, self.for_loop, self.while_loop, self.attempt, self.function, self.cls, self.matching,
                    self.with_block]  # fmt: skip
        return self.one_of(*(simple + compound if place.deep > 0 else simple))(place)

    def assigned(self, place: Place) -> list[str]:
        if not place.function and self.one_of(*range(12)) == 11:
            return [self.filled("loss = await asyncio.sleep(0, <n>)")]
        return [self.one("assigned")]

    def said(self, place: Place) -> list[str]:
        return [self.one("said")]

    def table(self, place: Place) -> list[str]:
        return [self.one("table")]

    def leaving(self, place: Place) -> list[str]:
        kinds = ["leave"] + ["leave a loop"] * 2 * place.loop + ["leave a function"] * place.function
        return [self.one(self.one_of(*kinds))]

    def branches(self, place: Place) -> list[str]:
        return [*self.nested("if <c>:", place), *self.maybe("elif <c>:", place), *self.maybe("else:", place)]

    def for_loop(self, place: Place) -> list[str]:
        return [*self.nested(self.one("for"), place, loop=True), *self.maybe("else:", place)]

    def while_loop(self, place: Place) -> list[str]:
        turns = f"turns{place.deep}"
        head, *body = self.nested(f"while {turns} < <i>:", place, loop=True)
        return [f"{turns} = 0", head, f"    {turns} += 1", *body, *self.maybe("else:", place)]

    def attempt(self, place: Place) -> list[str]:
        lines = self.nested("try:", place)
        if self.one_of("except", "except", "finally") == "finally":
            # Out of a `finally` nothing leaves but by an error: newer Pythons call it doubtful.
            return [*lines, *self.nested("finally:", place, loop=False, function=False)]
        if self.one_of(True, False):
            return [*lines, *self.nested("except <E>:", place), *self.maybe("else:", place)]
        lines += self.nested("except <E> as error:", place)
        lines.append("    print(type(error).__name__, error, error.__traceback__.tb_lineno)")
        return lines + self.one_of([], ["    raise RuntimeError('again') from error"])

    def with_block(self, place: Place) -> list[str]:
        return self.nested("with contextlib.suppress(<E>):", place)

    def function(self, place: Place) -> list[str]:
        kind = self.one_of("plain", "global", "generator", "nested", "coroutine", "recursive")
        if kind == "recursive":
            lines = [
                "def g(k):",
                "    acc = k * <n> if k else 0",
                "    return acc if k < 1 else g(k - 1) + <n>",
                "print(g(<i>))",
            ]
            return [self.filled(line, 0) for line in lines]
        # What it assigns is local to it, and may not be there yet: that is the point.
        body = self.block(Place(deep=max(place.deep - 1, 0), function=True))
        if kind == "global":
            body = ["global made", self.filled("made = <n>"), *body]
        elif kind == "generator":
            body = [self.filled("yield <n>"), *body, self.filled("yield <n>")]
        elif kind == "nested":
            body = ["total = 1", "def add(n):", "    nonlocal total", "    total += n", "    return total",
                    self.filled("add(<n>)"), *body, "return add(1)"]  # fmt: skip
        call = {"generator": "list(h(1))", "coroutine": "asyncio.iscoroutine(z := h(1)), z.close()"}.get(
            kind, "h(1)"
        )
        head = "async def" if kind == "coroutine" else "def"
        lines = [f"{head} h(x, scale=2, *rest, key=None):", *(f"    {line}" for line in body)]
        return [*lines, f"acc = {call}", "print(acc)"]

    def cls(self, place: Place) -> list[str]:
        return [
            self.one_of("class Model:", "class Model(dict):", "class Model(Exception):"),
            self.filled("    rate = <n>"),
            self.filled("    def fit(self, x, times=<n>):"),
            *(f"        {line}" for line in self.block(Place(deep=0, function=True), 2)),
            "        self.loss = x * times",
            "        return self",
            "    @property",
            "    def score(self):",
            self.filled("        return <n> + self.rate"),
            self.filled("m = Model().fit(<n>)"),
            "print(m and m.loss, getattr(m, 'score', None))",
        ]

    def matching(self, place: Place) -> list[str]:
        first = self.nested(self.one_of("case 1:", "case [x, *_]:", "case {'k': acc}:"), place)
        second = self.nested(self.one_of("case int() as loss:", "case _:"), place)
        return [
            self.filled(self.one_of("match <n>:", "match <l>:", "match d:")),
            *(f"    {line}" for line in first + second),
        ]


@st.composite
def programs(draw: Any) -> str:
    """A program's text."""
    return "\n".join([BEGINNING, *Author(draw).block(Place(), most=8)])
