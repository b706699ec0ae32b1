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
        ("df.drop(columns='a', inplace=True)", ["df"], ["df"]),
        ("df.sort_index(inplace=True)", ["df"], ["df"]),
        ("df.query('a > 1', inplace=flag)", ["df", "flag"], ["df"]),
        ("df.fillna(0)", ["df"], []),
        ("import random\nrandom.shuffle(x)", ["x"], ["random", "x"]),
        ("b = a[:2]\nb[0] = 99", ["a"], ["a", "b"]),
        ("for m in models:\n    m.fit(X, y)", ["X", "models", "y"], ["m", "models"]),
        ("model.set_params(C=1)", ["model"], ["model"]),
        ("setattr(obj, 'a', v)", ["obj", "v"], ["obj"]),
        ("row = next(it)", ["it"], ["it", "row"]),
        ("study.optimize(objective, n_trials=9)", ["objective", "study"], ["study"]),
        ("exec('x = y')", ["y"], ["x"]),
        ("globals()['x'] = 1", [], ["x"]),
        ("import xgboost as xgb\nbst = xgb.train(params, d)", ["d", "params"], ["bst", "xgb"]),
        ("if flag:\n    lr = 0.1\nprint(lr)", ["flag", "lr"], ["lr"]),
        ("if flag:\n    lr = 0.1\nelse:\n    lr = 0.2\nprint(lr)", ["flag"], ["lr"]),
        ("try:\n    import a\nexcept ImportError:\n    a = None\nprint(a)", [], ["a"]),
        ("try:\n    a = f()\nexcept E:\n    pass\nprint(a)", ["E", "a", "f"], ["a"]),
        ("try:\n    f()\nexcept E as e:\n    print(e)", ["E", "f"], []),
        ("match v:\n    case {'a': a, **rest}:\n        b = rest", ["v"], ["a", "b", "rest"]),
        ("df.query('a > @limit')", ["df", "limit"], []),
        ("m = Ridge(alpha=a).fit(X)", ["Ridge", "X", "a"], ["m"]),
        ("total += [1]", ["total"], ["total"]),
    ],
)
def test_names_of(source, reads, writes):
    found = names.of(ast.parse(source))
    assert (found.reads, found.writes) == (reads, writes)


def test_a_module_is_not_changed_by_calling_its_functions():
    source = ast.parse("bst = xgb.train(params, d)\npattern = re.compile('a')\ntable = pd.eval('a')")
    found = names.of(source, is_module={"xgb", "re", "pd"}.__contains__)
    assert found.writes == ["bst", "pattern", "table"]


def test_a_function_says_what_its_call_does():
    source = "def clean(df):\n    df.dropna(inplace=True)\n    global seen\n    seen = limit\n    return df"
    body = names.flow(ast.parse(source)).bodies["clean"]
    assert (body.reads, body.writes, body.changes_arguments) == ({"limit"}, {"seen"}, True)


def test_a_call_that_stands_alone_is_about_what_it_is_given():
    flow = names.flow(ast.parse("train(model, loader)\nnp.random.seed(0)\nprint(score)"))
    assert flow.standing == {("model", ""), ("loader", "")}
