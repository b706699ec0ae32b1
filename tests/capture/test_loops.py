"""A watched loop is its author's loop: each item once, in turn, whatever leaves it; and what wasn't seen is said."""

from __future__ import annotations

import gc

import pytest

import mlnb
from mlnb import magics
from mlnb.capture import budget, loops
from mlnb.tracking.live import Told


@pytest.fixture
def poor(monkeypatch):
    """A budget that is used up at once, so that loops go in stretches."""
    monkeypatch.setattr(budget, "FREE", 0.0)
    monkeypatch.setattr(budget, "SHARE", 0.0)


@pytest.fixture
def rich(monkeypatch):
    """A budget under which everything is seen, however busy the machine is."""
    monkeypatch.setattr(budget, "FREE", 60.0)


def tracked(shell, source: str):
    result = shell.run_cell(f"%%track --quiet\n{source}", store_history=True)
    result.raise_error()
    assert magics.current(shell).settle()
    return mlnb.get(mlnb.runs().run_id[0])


FITS = """
import numpy as np
from sklearn.linear_model import Ridge
X, y = np.arange(20.0).reshape(10, 2), np.arange(10.0)
for i in range(100):
    model = Ridge(alpha=1.0 + i).fit(X, y)
"""


def test_a_sure_turn_is_sure_as_long_as_it_is_cheap(shell, poor, monkeypatch):
    def seen(dear):
        monkeypatch.setattr(loops, "DEAR", dear)
        tracked(shell, FITS)
        (said,) = (text for where, text in magics.current(shell).last.written.problems if where == "loops")
        return int(said.partition("for i in range(100): ")[2].partition(" of ")[0])

    assert loops.SURE <= seen(dear=60.0) < 100
    assert seen(dear=0.0005) == loops.TOGETHER


def test_what_it_takes_to_tell_a_number_is_charged(shell, rich, monkeypatch):
    point, told = Told._point, []

    def slow(self, *args):
        end = budget.cpu() + 0.001
        while budget.cpu() < end:
            pass
        point(self, *args)
        told.append(args)

    monkeypatch.setattr(Told, "_point", slow)
    tracked(shell, "for i in range(100):\n    loss = 1 / (i + 1)")
    assert len(told) == 100
    assert magics.current(shell).observer.recorder.budget.spent > 0.1


ONCE = """
class Strict:
    '''Its items come once each; to ask it again when it has ended is an error.'''
    def __init__(self, n):
        self.n, self.given, self.ended = n, [], False
    def __iter__(self):
        return self
    def __next__(self):
        assert not self.ended, 'asked again'
        if len(self.given) == self.n:
            self.ended = True
            raise StopIteration
        self.given.append(len(self.given))
        return self.given[-1]
items, got = Strict({n}), []
for item in items:
    value = abs(item / 2)
    got.append(item)
else:
    ended = 'else'
"""


@pytest.mark.parametrize("n", [0, 1, 15, 16, 17, 50, 51, 52, 53, 54, 200, 3000, 40_000])
def test_an_iterator_gives_each_item_once_and_is_never_asked_again(n, shell, poor):
    tracked(shell, ONCE.format(n=n))
    space = shell.user_ns
    assert space["got"] == space["items"].given == list(range(n))
    assert space["ended"] == "else"


LEAVING = """
def leaves(n, at, how):
    seen = []
    for i in range(n):
        loss = abs(i / 2)
        if how == 'continue' and i % 3:
            continue
        seen.append(i)
        if i == at:
            if how == 'break':
                break
            if how == 'return':
                return seen, 'returned'
            if how == 'raise':
                raise ValueError(str(i))
    else:
        seen.append('else')
    while True:
        loss = abs(len(seen) / 3)
        seen.append('while')
        if len(seen) % 7 == 0:
            break
    return seen, loss
found = []
for how in ('break', 'return', 'raise', 'continue', 'no'):
    for at in (0, 3, 49, 50, 51, 60, 500, 2999, 3000):
        try:
            found.append((how, at, leaves(3000, at, how)))
        except ValueError as error:
            found.append((how, at, str(error), error.__traceback__.tb_next.tb_lineno))
"""


def test_every_way_out_of_a_loop_is_the_authors(shell, poor):
    shell.run_cell("0;\n" + LEAVING).raise_error()  # something stands where `%%track` does
    bare = shell.user_ns.pop("found")
    tracked(shell, LEAVING)
    assert shell.user_ns["found"] == bare


@pytest.mark.parametrize(
    ("loop", "turns"),
    [
        ("for i in range(30_000):\n    loss = abs(1 / (i + 1))", 30_000),
        ("for i, x in enumerate(range(30_000)):\n    loss = abs(1 / (i + 1))", 30_000),
        ("i = -1\nwhile i < 29_999:\n    i += 1\n    loss = abs(1 / (i + 1))", 30_000),
        ("for i in range(90_000):\n    loss = abs(1 / (i + 1))\n    if i == 29_999:\n        break", 30_000),
        (
            "for epoch in range(300):\n    for i in range(epoch * 100, epoch * 100 + 100):\n        loss = abs(1 / (i + 1))",
            30_000,
        ),
        (
            "def train():\n    for i in range(30_000):\n        loss = abs(1 / (i + 1))\n    return None\ntrain()",
            30_000,
        ),
    ],
)
def test_the_last_value_is_right_however_little_was_seen(loop, turns, shell, poor):
    run = tracked(shell, loop)
    assert run.metrics["loss"] == 1 / turns
    curve = run.history("loss")
    assert 2 < len(curve) < turns
    assert list(curve["step"]) == sorted(set(curve["step"]))


def test_a_curve_has_the_turns_in_which_it_was_seen(shell, poor):
    curve = tracked(shell, "for i in range(30_000):\n    loss = abs(1 / (i + 1))").history("loss")
    assert list(curve["value"]) == [1 / (step + 1) for step in curve["step"]]
    assert curve["step"].iloc[-1] == 29_999


def test_what_was_not_seen_is_said(shell, poor):
    run = tracked(shell, "for i in range(30_000):\n    loss = abs(1 / (i + 1))")
    rows = mlnb.sql(f"SELECT message FROM problems WHERE run_id = '{run.run_id}' AND place = 'loops'")
    said = list(rows["message"])
    assert len(said) == 1
    assert said[0].startswith("for i in range(30000): ")
    assert "of 30,000 turns were seen" in said[0]


def test_a_list_that_a_loop_fills_is_the_whole_curve(shell, poor):
    source = "losses = []\nfor i in range(3_000):\n    loss = abs(1 / (i + 1))\n    losses.append(loss)"
    run = tracked(shell, source)
    assert list(run.history("loss")["value"]) == shell.user_ns["losses"]


def test_what_a_loop_went_over_is_let_go_when_it_is_over(shell, poor):
    source = (
        "import weakref\nclass Thing:\n    pass\ndef made():\n    thing = Thing()\n    global watched\n"
        "    watched = weakref.ref(thing)\n    for i in range(100):\n        yield abs(i / 2)\n    thing = thing\n"
        "for x in made():\n    loss = abs(x)\n    if x > 30:\n        break\nalive = watched() is not None"
    )
    gc.disable()
    try:
        tracked(shell, source)
    finally:
        gc.enable()
    assert shell.user_ns["alive"] is False


def test_no_name_of_ours_stays(shell):
    before = set(shell.user_ns)
    tracked(
        shell,
        "for i in range(5):\n    loss = i / 2\ndef f():\n    for j in range(3):\n        acc = j / 2\nf()",
    )
    assert set(shell.user_ns) - before <= {"i", "loss", "f"} | {
        n for n in shell.user_ns if n.startswith("_i")
    }


def test_nothing_is_held_that_passed(shell):
    source = (
        "import weakref, numpy as np\nfrom sklearn.dummy import DummyClassifier\nclass A(np.ndarray):\n    pass\n"
        "X = np.zeros((9, 2))\nmodel = DummyClassifier().fit(X, [0] * 9)\nref, model_ref = weakref.ref(X), weakref.ref(model)\n"
        "score = model.score(X, [0] * 9)\ndel X, model\ngone = ref() is None and model_ref() is None"
    )
    gc.disable()
    try:
        tracked(shell, source)
    finally:
        gc.enable()
    assert shell.user_ns["gone"]


def test_a_handle_made_in_a_call_is_closed_when_the_call_is_over(shell):
    source = (
        "import json\njson.dump({'a': 1}, open('x.json', 'w'))\nback = json.load(open('x.json'))\n"
        "open('a.txt', 'w').write('hi')\ntext = open('a.txt').read()"
    )
    tracked(shell, source)
    assert (shell.user_ns["back"], shell.user_ns["text"]) == ({"a": 1}, "hi")


def test_a_part_of_a_call_that_raised_is_let_go(shell):
    source = (
        "import weakref\nfrom sklearn.dummy import DummyClassifier\nclass Bad(list):\n    pass\n"
        "def bad():\n    global ref\n    made = Bad([[1]])\n    ref = weakref.ref(made)\n    return made\n"
        "try:\n    DummyClassifier().fit(bad(), 1 / 0)\nexcept ZeroDivisionError:\n    pass\nx = abs(-1)\n"
        "y = len([x])\nmodel = DummyClassifier().fit([[1]], [1])\nalive = ref() is not None"
    )
    tracked(shell, source)
    assert shell.user_ns["alive"] is False


def test_a_key_that_is_computed_names_its_own_value(shell):
    source = (
        "res = {}\nclass M:\n    def __init__(self, s):\n        self.s = s\n    def score(self):\n        return self.s\n"
        "for d in (1, 2, 3):\n    res[f'depth={d}'] = M(d / 7).score()"
    )
    run = tracked(shell, source)
    assert {name: value for name, value in run.metrics.items() if "depth" in name} == {
        f"res.depth={d}": d / 7 for d in (1, 2, 3)
    }


def test_a_loop_over_the_namespace_meets_no_new_name(shell):
    tracked(shell, "k = seen = None\nfor k in globals():\n    seen = str(k).upper()")


def test_a_forked_child_notes_nothing(shell):
    source = (
        "import os\ndef train():\n    for i in range(3):\n        loss = abs(i / 2)\n        print('loss', loss)\n    return loss\n"
        "train()\npid = os.fork()\nif pid == 0:\n    train()\n    os._exit(0)\ndone = os.waitpid(pid, 0)[1]"
    )
    run = tracked(shell, source)
    assert shell.user_ns["done"] == 0
    assert len(run.history("loss")) == 3


INTERLEAVED = """
from itertools import zip_longest
def gen(n):
    for i in range(n):
        print('x', i / 2, end=';')
        yield i
both = len(list(zip_longest(gen(5), gen(100))))
def turns(n):
    i = 0
    while i < n:
        i += 1
        loss = 1 / i
        print('loss', loss)
        yield i
also = [sum(1 for pair in zip_longest(turns(7), turns(200))), sum(turns(90))]
rest = gen(100)
next(rest)
"""


def test_loops_of_generators_go_on_side_by_side_and_after_the_cell(shell, capsys):
    tracked(shell, INTERLEAVED)
    shell.run_cell("left = sum(1 for _ in rest)").raise_error()
    assert (shell.user_ns["both"], shell.user_ns["also"], shell.user_ns["left"]) == (100, [200, 4095], 99)


def test_tasks_take_turns(shell, capsys):
    source = (
        "import asyncio\nasync def train(n):\n    for epoch in range(n):\n        loss = 1 / (epoch + 1)\n"
        "        await asyncio.sleep(0)\n        print('loss', loss)\n    return epoch\n"
        "found = await asyncio.gather(train(10), train(100), train(40))"
    )
    tracked(shell, source)
    assert shell.user_ns["found"] == [9, 99, 39]


def test_a_finally_that_goes_on_with_a_loop(shell, capsys):
    source = (
        "def f():\n    n = 0\n    for x in range(100):\n        try:\n            score = x / 2\n            print('s', score)\n"
        "            return x\n        finally:\n            n += 1\n            if n < 90:\n                continue\n"
        "    return n\nfound = f()"
    )
    tracked(shell, source)
    assert shell.user_ns["found"] == 89


def test_deep_nesting_stays_what_python_can_compile(shell):
    lines = ["    " * depth + f"for i{depth} in range(1):" for depth in range(15)]
    tracked(shell, "\n".join([*lines, "    " * 15 + "loss = abs(-2.5)"]))
    assert shell.user_ns["loss"] == 2.5


def test_a_timeout_is_the_users(shell):
    source = (
        "import signal\nclass Late(Exception):\n    pass\ndef late(*_):\n    raise Late\nsignal.signal(signal.SIGALRM, late)\n"
        "lost = 0\nfor k in range(30):\n    signal.setitimer(signal.ITIMER_REAL, 0.001 * (k % 5 + 1))\n    try:\n        i = 0\n"
        "        while i < 10_000_000:\n            i += 1\n            loss = abs(1 / i)\n        lost += 1\n"
        "    except Late:\n        pass\n    finally:\n        signal.setitimer(signal.ITIMER_REAL, 0)"
    )
    tracked(shell, source)
    assert shell.user_ns["lost"] == 0


PRINTING = """
import math
for epoch in range({n}):
    loss = math.exp(-epoch / 100)
    if epoch % {every} == 0:
        print(f"epoch {{epoch}} loss {{loss:.4f}}, Loss: {{loss}}")
"""


@pytest.mark.parametrize(("n", "every"), [(100, 10), (200, 50), (200, 1), (1000, 100), (400, 40)])
def test_a_loop_that_prints_now_and_then_ends_with_its_last_value(n, every, shell, capsys):
    source = PRINTING.format(n=n, every=every)
    run = tracked(shell, source)
    assert list(run.metrics.values()) == [shell.user_ns["loss"]]
    curve = run.history(next(iter(run.metrics)))
    assert list(curve["value"]) == [
        pytest.approx(__import__("math").exp(-step / 100)) for step in curve["step"]
    ]


def test_what_a_function_returned_from_its_loop_is_no_global_of_that_name(shell):
    source = (
        "acc = 0.123\ndef f():\n    for i in range(50_000):\n        acc = i / 128\n        if i == 40_000:\n            return acc\n"
        "        str(i)\nresult = f()"
    )
    run = tracked(shell, source)
    assert run.metrics.get("acc") != 0.123
    assert 0.123 not in [value for name in run.metrics for value in run.history(name)["value"]]


def test_the_turns_of_a_while_are_counted(shell, poor):
    run = tracked(
        shell, "n = 0\naccs = []\nwhile n < 5_000:\n    n += 1\n    acc = n / 7\n    accs.append(acc)"
    )
    curve = run.history(next(iter(run.metrics)))
    assert list(curve["value"]) == shell.user_ns["accs"]


def test_a_name_of_pythons_that_a_cell_takes_is_its_own(shell):
    source = "NameError = ValueError\ndef f(n):\n    for i in range(n):\n        acc = i / 2\n        print('acc', acc)\n    return n\nf(0)"
    tracked(shell, source)


RANGES = """
def over(things):
    got = []
    for x in things:
        loss = abs(x / 2)
        got.append(x)
    return got
for n in (0, 1, 49, 50, 51, 66, 67, 300, 70_000):
    got = []
    for x in range(n):
        loss = abs(x / 2)
        got.append(x)
        if x == 60_001:
            break
    else:
        got.append('else')
    found.append(got)
    got = []
    for x in range(n, 3, -7):
        loss = abs(x / 2)
        got.append(x)
    found.append(got)
    shared, got = iter(range(n)), []
    for x in shared:
        loss = abs(x / 2)
        got.append((x, next(shared, None)))
    found.append(got)
    found.append(over(range(0, 2 * n, 2)))
"""


def test_a_range_is_gone_through_as_by_python_itself(shell, poor):
    shell.user_ns["found"] = []
    shell.run_cell("0;\n" + RANGES).raise_error()
    bare = shell.user_ns["found"]
    shell.user_ns["found"] = []
    tracked(shell, RANGES)
    assert shell.user_ns["found"] == bare


@pytest.mark.parametrize(
    ("cell", "name", "value"),
    [
        ("for i in range(3000):\n    loss, acc = abs(i / 2), abs(i / 3)", "acc", 2999 / 3),
        (
            "class M: pass\nm = M()\nfor i in range(3000):\n    m.loss = abs(i / 2)",
            "m.loss",
            2999 / 2,
        ),
        (
            "class M:\n    def fit(self):\n        for i in range(3000):\n            self.loss = abs(i / 2)\nM().fit()",
            "self.loss",
            2999 / 2,
        ),
        ("best = {}\nfor i in range(3000):\n    best['loss'] = abs(i / 2)", "best.loss", 2999 / 2),
        (
            "import time\nfor i in range(300_000):\n    if i < 299_990: continue\n    loss = abs(1 / (299_980 - i))",
            "loss",
            1 / 19,
        ),
        (
            "i = 0\nwhile i < 3000:\n    i += 1\n    if i < 2990: continue\n    loss = abs(i / 3)",
            "loss",
            1000.0,
        ),
    ],
)
def test_the_last_value_is_right_wherever_it_is_put(cell, name, value, shell, poor):
    found = tracked(shell, cell).metrics
    assert found.get(name, found.get(name.rpartition(".")[2])) == value, found


@pytest.mark.parametrize("turns", [20, 64, 65, 100, 3000])
def test_what_a_training_function_returns_is_what_it_returned(turns, shell, rich):
    cell = f"def train(n):\n    for i in range(n):\n        loss = abs(n - i) / 3\n    return loss\ntrain_loss = train({turns})"
    run = tracked(shell, cell)
    assert run.metrics["train_loss"] == 1 / 3
    assert run.metrics["loss"] == 1 / 3
    assert list(run.history("loss")["value"])[:20] == [abs(turns - i) / 3 for i in range(20)]


def test_numbers_of_two_places_come_in_their_order(shell, rich):
    cell = (
        "for i in range(300):\n    if i % 3 == 0: loss = abs(i) / 2 + 0.25\n    else: loss = abs(i) / 7 + 0.5"
    )
    run = tracked(shell, cell)
    truth = [i / 2 + 0.25 if i % 3 == 0 else i / 7 + 0.5 for i in range(300)]
    assert list(run.history("loss")["value"]) == truth
    assert run.metrics["loss"] == truth[-1]


@pytest.mark.parametrize(
    "body",
    [
        "for i in range(n):\n    loss = abs(i / 3)\n    losses.append(loss)",
        "for e in range(10):\n    for j in range(n // 10):\n        loss = abs((e * n // 10 + j) / 3)\n        losses.append(loss)",
        "for i in range(n):\n    loss = abs(i / 3)\n    history['loss'].append(loss)",
        "for i in range(n):\n    loss = abs(i / 3)\n    logs.append({'epoch': i, 'loss': loss})",
        "for i in range(n):\n    loss = abs(i / 3)\n    array[i] = loss",
    ],
)
def test_a_list_that_holds_the_curve_makes_it_whole(body, shell, poor):
    made = "import numpy as np\nn = 2000\nlosses, history, logs, array = [], {'loss': []}, [], np.zeros(n)\n"
    run = tracked(shell, made + body)
    curves = [list(run.history(name)["value"]) for name in run.metrics]
    assert [i / 3 for i in range(2000)] in curves, [len(curve) for curve in curves]


def test_what_is_only_printed_is_said_to_be_the_last_one_seen(shell, poor):
    run = tracked(
        shell, "for i in range(3000):\n    x = 'a'\n    if i % 10 == 9: print(f'loss: {i / 3:.3f}')"
    )
    rows = mlnb.sql(f"SELECT message FROM problems WHERE run_id = '{run.run_id}' AND place = 'loops'")
    assert "are exact, but of" in rows["message"][0]


def test_a_loop_that_hurries_and_then_works_is_seen_when_it_does(shell):
    cell = """
import time
def train():
    step = 0
    while step < 206_000:
        step += 1
        if step < 200_000:
            x = step * 0.5
        else:
            time.sleep(0.0002)
            loss = abs(1 / (step - 199_999))
    return None
train()
for step in range(306_000):
    if step < 300_000: continue
    time.sleep(0.0002)
    val_loss = abs(1 / (step - 299_999))
"""
    run = tracked(shell, cell)
    assert len(run.history("loss")) > 20
    assert len(run.history("val_loss")) > 20
    assert run.metrics["loss"] == 1 / 6001
    assert run.metrics["val_loss"] == 1 / 6000


ASKED = """
class Loader:
    def __init__(self):
        self.epoch = 0
    def __iter__(self):
        self.epoch += 1
        self.at = 0
        return self
    def __next__(self):
        if self.at >= 400:
            raise StopIteration
        self.at += 1
        return self.at
class Bare:
    def __init__(self):
        self.at = 0
    def __next__(self):
        self.at += 1
        if self.at > 3:
            raise StopIteration
        return self.at
class Source:
    def __iter__(self):
        return Bare()
loader = Loader()
for epoch in range(3):
    for batch in loader:
        loss = abs(batch) * 0.5 ** loader.epoch
def over(things):
    for thing in things:
        loss = abs(thing)
    return loss
over(loader)
for thing in Source():
    loss = abs(thing)
over(Source())
"""


def test_an_iterator_is_asked_for_once_a_loop(shell, poor):
    tracked(shell, ASKED)
    assert shell.user_ns["loader"].epoch == 4


@pytest.mark.parametrize(
    ("cell", "name", "value"),
    [
        ("import math\nloss = math.sqrt(4)\nloss += 0.5\nprint('done')", "loss", 2.5),
        ("def judge(n):\n    acc = abs(n) / 10\n    acc *= 0.5\n    return acc\nacc = judge(5)", "acc", 0.25),
        (
            "def step(b): return abs(b) / 3\nfor b in range(300):\n    loss = step(b)\n    loss += 1.5",
            "loss",
            299 / 3 + 1.5,
        ),
        ("m = {}\nfor b in range(5):\n    m['loss'] = abs(b) / 3\n    m['loss'] += 10", "m.loss", 4 / 3 + 10),
    ],
)
def test_what_a_number_becomes_is_what_it_is(cell, name, value, shell, rich):
    run = tracked(shell, cell)
    found = {**run.metrics, **{known.rpartition(".")[2]: one for known, one in run.metrics.items()}}
    assert found[name.rpartition(".")[2]] == value, run.metrics


def test_each_point_of_a_number_that_is_put_right_is_right(shell, rich):
    run = tracked(shell, "for b in range(300):\n    loss = abs(b / 3)\n    loss += 1.5")
    assert list(run.history("loss")["value"]) == [b / 3 + 1.5 for b in range(300)]


@pytest.mark.parametrize(
    "body",
    [
        "    for i in range(3000):\n        loss = abs(i) / 3\n        if i > 10**7: acc = abs(i)",
        "    for i in range(3000):\n        tmp = abs(i)\n        loss = tmp / 3\n        del tmp",
        "    for i in range(3000):\n        loss = abs(i) / 3\n    else:\n        for j in range(200): score = abs(j) / 7",
    ],
)
def test_a_function_whose_variables_are_not_all_bound(body, shell, poor):
    run = tracked(shell, f"def train():\n{body}\n    return None\ntrain()")
    assert run.metrics["loss"] == 2999 / 3


def test_an_array_that_is_not_full_is_no_curve(shell, poor):
    cell = "import numpy as np\nval_loss = np.zeros(6000)\nfor e in range(6000):\n    if e == 4000: break\n    val_loss[e] = abs(1 / (e + 1))"
    run = tracked(shell, cell)
    assert 0.0 not in [value for name in run.metrics for value in run.history(name)["value"]]


def test_turns_are_counted(shell, poor):
    cell = "i = 0\nwhile i < 30_000:\n    i += 1\n    loss = abs(i / 2)\nq = [0]\nfor n in q:\n    acc = abs(n / 2)\n    q.append(n + 1)\n    if n == 20_000: break"
    run = tracked(shell, cell)
    rows = mlnb.sql(f"SELECT message FROM problems WHERE run_id = '{run.run_id}' AND place = 'loops'")
    said = " ".join(rows["message"])
    assert "of 30,000 turns" in said
    assert "of 20,001 turns" in said


def test_an_interrupt_in_the_midst_of_a_note_loses_no_other(shell, rich, monkeypatch):
    from mlnb.capture import series

    calls = iter(range(10**6))

    def interrupted():
        if next(calls) == 200:
            raise KeyboardInterrupt
        return next(ticks)

    ticks = iter(range(10**6))
    monkeypatch.setattr(series, "tick", interrupted)
    shell.run_cell("%%track --quiet\nacc = abs(0.7)\nfor i in range(300):\n    loss = abs(i / 3)")
    assert magics.current(shell).settle()
    run = mlnb.get(mlnb.runs().run_id[0])
    assert run.metrics["acc"] == 0.7
    assert len(run.history("loss")) > 100


@pytest.mark.parametrize("made", ["{'loss': []}", "__import__('collections').defaultdict(list)"])
def test_lists_by_name_in_a_dictionary_make_their_curves_whole(made, shell, poor):
    cell = (
        f"history = {made}\nfor epoch in range(2000):\n"
        "    m = {'loss': 0.001 if epoch == 1500 else 1 / (1 + epoch % 7)}\n"
        "    for k, v in m.items(): history[k].append(v)"
    )
    run = tracked(shell, cell)
    truth = [0.001 if epoch == 1500 else 1 / (1 + epoch % 7) for epoch in range(2000)]
    assert truth in [list(run.history(name)["value"]) for name in run.metrics]


def test_the_last_value_of_what_is_set_now_and_then_is_right(shell, poor):
    run = tracked(shell, "for i in range(3000):\n    if i % 100 == 7: loss = abs(i / 3)\n    x = abs(i)")
    assert run.metrics["loss"] == 2907 / 3


def test_slow_turns_are_seen_one_by_one(shell, poor):
    """However little is left of the budget, no row of slow turns goes unseen."""
    cell = "import time\nfor i in range(70):\n    time.sleep(0.002)\n    loss = abs(i / 3)"
    seen = list(tracked(shell, cell).history("loss")["step"])
    assert seen[:50] == list(range(50))


def test_what_is_shown_among_others_is_no_other_metric(shell):
    cell = (
        "from sklearn.metrics import accuracy_score\nimport numpy as np\n"
        "acc = accuracy_score(np.ones(5, int), [1, 1, 1, 1, 0])\nacc, 1"
    )
    assert tracked(shell, cell).metrics == {"acc": 0.8}
