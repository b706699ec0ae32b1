"""What a cell reads and writes."""

from __future__ import annotations

import ast

import pytest

from mlnb.capture import names


@pytest.mark.parametrize(
    ("source", "reads", "writes"),
    [
        ("a = b + 1", ["b"], ["a"]),
        ("a = 1\nb = a", [], ["a", "b"]),
        ("x += 1", ["x"], ["x"]),
        ("df['c'] = 1", ["df"], ["df"]),
        ("model.lr = 2", ["model"], ["model"]),
        ("items.append(x)", ["items", "x"], ["items"]),
        ("model.fit(X, y)", ["X", "model", "y"], ["model"]),
        ("df.dropna()", ["df"], []),
        ("df.dropna(inplace=True)", ["df"], ["df"]),
        ("del a", ["a"], ["a"]),
        ("import numpy as np\nfrom a.b import c as d", [], ["d", "np"]),
        ("for i in xs:\n    s = i", ["xs"], ["i", "s"]),
        ("[i * k for i in xs if i > lim]", ["k", "lim", "xs"], []),
        ("def f(a, b=c):\n    z = a + g\n    return z", ["c", "g"], ["f"]),
        ("def f():\n    return g\ng = 1", [], ["f", "g"]),
        ("def f():\n    global total\n    total = 1", [], ["f", "total"]),
        ("lambda v: v + w", ["w"], []),
        ("class A(B):\n    n = m\n    def f(self):\n        return q", ["B", "m", "q"], ["A"]),
        ("with open(p) as h:\n    t = h.read()", ["p"], ["h", "t"]),
        ("try:\n    x\nexcept E as e:\n    pass", ["E", "x"], []),
        ("if (n := f()) > 1:\n    print(n)", ["f"], ["n"]),
        ("match v:\n    case [a, *b]:\n        c = a", ["v"], ["a", "b", "c"]),
        ("x: int = y", ["y"], ["x"]),
        ("len(a)", ["a"], []),
        ("a, (b, *c) = d", ["d"], ["a", "b", "c"]),
    ],
)
def test_names_of(source, reads, writes):
    found = names.of(ast.parse(source))
    assert (found.reads, found.writes) == (reads, writes)
